"""Arguments: what they mean, and that days are weekdays."""

from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskhand.arguments import (
    Arguments,
    Only,
    parse_formats,
    parse_only,
    parse_start,
    parse_viewport,
)
from deskhand.errors import DeskhandError
from deskhand.scenarios.work_calendar import nth_weekday
from deskhand.shard import plan_shards

STARTS = st.dates(date(1970, 1, 1), date(2200, 12, 31))


@given(STARTS, st.integers(0, 3000))
def test_days_are_consecutive_weekdays(start: date, day: int) -> None:
    this, following = nth_weekday(start, day), nth_weekday(start, day + 1)
    assert this.weekday() < 5
    assert this >= start
    between = [this + timedelta(days=n) for n in range(1, (following - this).days)]
    assert all(other.weekday() > 4 for other in between)


@given(STARTS)
def test_day_0_is_the_first_weekday_from_the_start_on(start: date) -> None:
    first = nth_weekday(start, 0)
    assert all((start + timedelta(days=n)).weekday() > 4 for n in range((first - start).days))


@given(people=st.integers(1, 60), days=st.integers(1, 5), team_size=st.integers(1, 9))
def test_every_person_is_in_one_shard_a_day(people: int, days: int, team_size: int) -> None:
    arguments = Arguments(people=people, days=days, seed=7, team_size=team_size)
    shards = plan_shards(arguments)
    seen = [(p, shard.day) for shard in shards for p in arguments.team_people(shard.team)]
    assert sorted(seen) == [(p, d) for p in range(people) for d in range(days)]


@given(
    people=st.integers(1, 40),
    days=st.integers(1, 4),
    team_size=st.integers(1, 9),
    data=st.data(),
)
def test_only_picks_from_the_whole(
    people: int, days: int, team_size: int, data: st.DataObject
) -> None:
    whole = Arguments(people=people, days=days, seed=7, team_size=team_size)
    person = data.draw(st.none() | st.integers(0, people - 1))
    day = data.draw(st.none() | st.integers(0, days - 1))
    part = Arguments(
        people=people, days=days, seed=7, team_size=team_size, only=Only(person=person, day=day)
    )
    kept = [
        shard
        for shard in plan_shards(whole)
        if day in (None, shard.day) and (person is None or person in whole.team_people(shard.team))
    ]
    assert plan_shards(part) == kept


@given(st.builds(Only, *[st.none() | st.integers(0, 10**6)] * 3))
def test_only_is_read_as_it_is_written(only: Only) -> None:
    text = ",".join(f"{k}={v}" for k, v in only._asdict().items() if v is not None)
    if text:
        assert parse_only(text) == only


@given(st.text(max_size=20))
def test_any_text_is_read_or_refused(text: str) -> None:
    for parse in (parse_only, parse_start, parse_formats, parse_viewport):
        with suppress(DeskhandError):
            assert parse(text)


def test_formats_are_sorted_and_each_once() -> None:
    assert parse_formats(["rrweb", "parquet", "rrweb"]) == ("parquet", "rrweb")


@pytest.mark.parametrize("seed", ["7", 7.0, None])
def test_seed_that_is_no_whole_number_is_refused(seed: object) -> None:
    with pytest.raises(DeskhandError, match="whole number"):
        Arguments(people=1, days=1, seed=seed)  # type: ignore[arg-type]
