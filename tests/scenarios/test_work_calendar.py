"""Who works on which date: stated rates, the same answer in every run, and local times of day."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskhand.errors import DeskhandError, UnknownNameError
from deskhand.scenarios.local_time import local_us, parse_time_zone
from deskhand.scenarios.work_calendar import (
    AT_WORK,
    CALENDARS,
    LONGEST_SHORT_H,
    OFFICE,
    WorkCalendar,
    check_free_date,
    named_calendar,
    nth_weekday,
)

YEAR = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
WEEKDAYS = [on for on in YEAR if on.weekday() < 5]
DATES = st.dates(date(1970, 1, 1), date(2200, 12, 31))
WEDNESDAYS = [on for on in YEAR if on.weekday() == 2]
PEOPLE = range(400)


def off_share(
    calendar: WorkCalendar, dates: list[date], reason: str, people: range = PEOPLE
) -> float:
    found = [calendar.presence(7, p // 5, p, on).off for p in people for on in dates]
    return found.count(reason) / len(found)


def test_people_are_ill_on_leave_and_part_time_at_the_stated_rates() -> None:
    # Each alone, since one reason hides another. Illnesses are few and of uneven length: 2,000 people
    # have some 4,800 in a year, so the share's standard error is 2 % of it.
    ill = WorkCalendar(sick_share=0.026)
    assert off_share(ill, WEDNESDAYS, "sick", range(2000)) == pytest.approx(0.026, rel=0.1)
    leave = WorkCalendar(leave_days=25.0)
    assert off_share(leave, WEEKDAYS, "leave") == pytest.approx(25 / 260, rel=0.02)
    part = WorkCalendar(part_time_share=0.5)
    # Half of the people are away on one day and a half of five.
    assert off_share(part, WEEKDAYS, "part-time") == pytest.approx(0.5 * 1.5 / 5, rel=0.1)


def test_some_days_of_weekends_have_a_short_session() -> None:
    weekend = [on for on in YEAR[:90] if on.weekday() >= 5]
    found = [CALENDARS["weeks"].presence(7, p // 5, p, on) for p in PEOPLE for on in weekend]
    short = [there for there in found if there.off is None]
    assert len(short) / len(found) == pytest.approx(0.06, rel=0.2)
    for there in short:
        assert there.start_h is not None
        assert there.short_h is not None
        assert 9 <= there.start_h < 20
        assert 0 < there.short_h <= LONGEST_SHORT_H


def test_leave_comes_in_weeks_and_illness_in_spells() -> None:
    leave = WorkCalendar(leave_days=25.0)
    weeks = 0
    for person in range(40):
        days = [on for on in WEEKDAYS if leave.presence(7, 0, person, on).off]
        in_week = [on.isocalendar().week for on in days]
        weeks += sum(in_week.count(week) == 5 for week in set(in_week))
    assert weeks >= 40 * 2
    ill = WorkCalendar(sick_share=0.1)
    days = [on for on in YEAR if ill.presence(7, 0, 3, on).off]
    follows = sum(on + timedelta(days=1) in days for on in days)
    assert follows > 0.4 * len(days) > 0


def test_part_time_people_are_away_on_the_same_weekdays() -> None:
    part = WorkCalendar(part_time_share=1.0)
    for person in range(20):
        free = {on.weekday() for on in WEEKDAYS if part.presence(7, 0, person, on).off}
        assert len(free) in (1, 2)
        assert all(part.presence(7, 0, person, on).off for on in WEEKDAYS if on.weekday() in free)


@settings(deadline=None)
@given(on=DATES, person=st.integers(0, 10**6), seed=st.integers(0, 2**64 - 1))
def test_an_answer_is_of_the_person_and_the_date_alone(on: date, person: int, seed: int) -> None:
    team = person // 5
    first = OFFICE.presence(seed, team, person, on)
    assert OFFICE.presence(seed, team, person, on) == first
    if CALENDARS["weekdays"].date_of(on, 0) == on:
        assert CALENDARS["weekdays"].presence(seed, team, person, on) == AT_WORK
    # Switching one reason off moves no other.
    without = WorkCalendar(
        weekend_share=0.06, leave_days=25.0, part_time_share=0.18, free_dates=OFFICE.free_dates
    ).presence(seed, team, person, on)
    assert first == without or first.off == "sick"


@settings(deadline=None)
@given(DATES, st.integers(0, 3000))
def test_days_of_weeks_are_days_in_a_row(first: date, day: int) -> None:
    assert CALENDARS["weeks"].date_of(first, day) - first == timedelta(days=day)
    assert CALENDARS["weekdays"].date_of(first, day) == nth_weekday(first, day)


@settings(deadline=None)
@given(
    st.dates(date(1990, 1, 1), date(2035, 12, 31)),
    st.integers(6, 20),
    st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"]),
)
def test_a_day_begins_at_the_same_local_time_through_changes_of_the_clock(
    on: date, hour: int, zone: str
) -> None:
    for day in (on, on + timedelta(days=1)):
        shown = datetime.fromtimestamp(local_us(day, time(hour), zone) // 10**6, ZoneInfo(zone))
        assert (shown.date(), shown.hour, shown.minute) == (day, hour, 0)


def test_a_time_that_the_change_to_summer_time_leaves_out_is_taken_by_the_offset_before() -> None:
    moment = datetime.fromtimestamp(
        local_us(date(2026, 3, 29), time(2, 30), "Europe/Berlin") / 1e6, UTC
    )
    assert (moment.hour, moment.minute) == (1, 30)
    twice = datetime.fromtimestamp(
        local_us(date(2026, 10, 25), time(2, 30), "Europe/Berlin") / 1e6, UTC
    )
    assert (twice.hour, twice.minute) == (0, 30)


def test_a_team_sits_in_one_zone_and_teams_are_shared_out() -> None:
    spread = WorkCalendar(time_zones={"Europe/Berlin": 3.0, "America/New_York": 1.0})
    zones = [spread.zone(7, team) for team in range(2000)]
    assert zones.count("Europe/Berlin") / 2000 == pytest.approx(0.75, abs=0.04)
    assert OFFICE.zone(7, 0) is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("2026-02-30", "is no date; write 2026-12-24"),
        ("13-01", "is no date"),
        ("Christmas", "is no date"),
        ("2026-08-14/2026-08-03", "ends before it begins"),
        ("2026-08-14/", None),
        ("02-29", None),
    ],
)
def test_days_off_are_read_or_refused(text: str, told: str | None) -> None:
    if told is None:
        assert check_free_date(text) == text
        return
    with pytest.raises(DeskhandError, match=told):
        check_free_date(text)


def test_spans_and_yearly_dates_cover_what_they_say() -> None:
    free = WorkCalendar(free_dates=("2026-08-03/2026-08-05", "05-01", "2026-06-04"))
    off = [on.isoformat() for on in YEAR if free.presence(7, 0, 0, on).off == "holiday"]
    assert off == ["2026-05-01", "2026-06-04", "2026-08-03", "2026-08-04", "2026-08-05"]
    assert free.presence(7, 0, 0, date(2031, 5, 1)).off == "holiday"


def test_unknown_names_are_refused() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'office'"):
        named_calendar("ofice")
    with pytest.raises(DeskhandError, match="Europe/Berlin"):
        parse_time_zone("Europe/Berlyn")
