"""Laws of recorders: when movements are reported, and what a fit finds again."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from deskhand import keyed_draws
from deskhand.behavior_models.profile import Profile, parse_profile
from deskhand.errors import DeskhandError, UnknownNameError
from deskhand.generators.clock import CLOCKS
from deskhand.generators.recorder import (
    LEVELS,
    WAKES,
    Recorders,
    draw_recorders,
    rest_weights,
)
from deskhand.generators.recorder_fit import fit_recorders
from deskhand.generators.report_times import moved_reports, report_times_us
from tests.generators.example_recorder import example_profile

# False alarms of the goodness-of-fit tests: the seeds are fixed, and each bound is set where one
# seed in ten thousand would fail.
ALARM = 1e-4


def _profile(**values: Any) -> Profile:
    document = example_profile()
    entries = document["sections"]["recorder"]
    for name, value in values.items():
        entries[name]["value"] = value
    return parse_profile(document, "test")


def _classes(**values: Any) -> list[dict[str, Any]]:
    first = example_profile()["sections"]["recorder"]["classes"]["value"][0]
    return [{**first, "share": 1.0} | values]


def _people(n: int, **values: Any) -> Recorders:
    return draw_recorders(_profile(**values), keyed_draws.keys(7, "recorder", range(n)))


def _keys(n: int, seed: int = 7) -> keyed_draws.Keys:
    return keyed_draws.keys(seed, "movement", range(n))


def _split(count: NDArray[np.int64], t_us: NDArray[np.int64]) -> list[list[int]]:
    return [part.tolist() for part in np.split(t_us, np.cumsum(count)[:-1])]


DURATIONS = st.lists(st.integers(0, 4_000_000), min_size=1, max_size=30)


@settings(max_examples=60, deadline=None)
@given(durations=DURATIONS, seed=st.integers(0, 2**32), clock=st.sampled_from(sorted(CLOCKS)))
def test_reports_start_at_0_end_after_the_movement_and_never_run_back(
    durations: list[int], seed: int, clock: str
) -> None:
    people = _people(len(durations), classes=_classes(clock=clock, jitter_ms=[3.0, 1.0]))
    duration = np.array(durations, np.int64)
    count, t_us = report_times_us(people, duration, _keys(len(durations), seed))
    grid, unit = CLOCKS[clock].grid_us, CLOCKS[clock].unit_us
    assert count.sum() == len(t_us)
    for length, times in zip(durations, _split(count, t_us), strict=True):
        assert times[0] == 0
        assert (np.diff(times) > 0).all()
        assert times[-1] > length - grid - unit
        assert len(times) >= 2 or length == 0
        assert all(t % unit == 0 for t in times)
        # After the end come a period, its jitter and lateness, and grids that reports waited for.
        assert times[-1] <= length + 3 * 16_667 + grid * len(times)


@settings(max_examples=40, deadline=None)
@given(durations=DURATIONS, seed=st.integers(0, 2**32))
def test_a_coarse_clock_may_keep_ties(durations: list[int], seed: int) -> None:
    people = _people(len(durations), classes=_classes(clock="coarse-100ms", ties_share=1.0))
    count, t_us = report_times_us(people, np.array(durations), _keys(len(durations), seed))
    for length, times in zip(durations, _split(count, t_us), strict=True):
        assert times[0] == 0
        assert (np.diff(times) >= 0).all()
        assert times[-1] <= length + 100_000 + 2 * 16_667


@settings(max_examples=40, deadline=None)
@given(data=st.data(), durations=DURATIONS, seed=st.integers(0, 2**32))
def test_a_movement_does_not_depend_on_the_others(
    data: st.DataObject, durations: list[int], seed: int
) -> None:
    n = len(durations)
    people, duration, keys = _people(n), np.array(durations, np.int64), _keys(n, seed)
    alone = _split(*report_times_us(people, duration, keys))
    order = np.array(data.draw(st.permutations(range(n))))
    part = order[: data.draw(st.integers(1, n))]
    again = _split(*report_times_us(people.take(part), duration[part], keys[part]))
    assert again == [alone[k] for k in part]


def test_blocks_do_not_show() -> None:
    people = _people(400).take(np.arange(8_000) % 400)
    duration = np.full(8_000, 700_000)
    keys = _keys(8_000)
    whole = _split(*report_times_us(people, duration, keys))
    places = np.array([0, 1_999, 4_000, 7_999])
    few = _split(*report_times_us(people.take(places), duration[places], keys[places]))
    assert few == [whole[k] for k in places]


def test_no_movements_make_no_reports() -> None:
    none = np.zeros(0, np.int64)
    count, t_us = report_times_us(_people(0), none, none.astype(np.uint64))
    assert len(count) == len(t_us) == 0


@pytest.mark.parametrize(
    ("durations", "keys", "message"),
    [([1_000], 1, "2 recorders, durations of shape"), ([-5, 1_000], 2, "takes -5 us")],
)
def test_bad_requests_are_refused(durations: list[int], keys: int, message: str) -> None:
    with pytest.raises(DeskhandError, match=message):
        report_times_us(_people(2), np.array(durations), _keys(keys))


def test_a_class_of_an_unknown_kind_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="browser, evdev, os-hook"):
        _people(2, classes=_classes(kind="camera"))


def test_a_profile_without_classes_is_refused() -> None:
    with pytest.raises(DeskhandError, match=r"recorder\.classes is empty; give at least one"):
        _people(2, classes=[])


def _steady(**values: Any) -> Recorders:
    """Return recorders with nothing but the jitter of their clock, in microseconds."""
    people = _people(1_000, classes=_classes(clock="microsecond", jitter_ms=[0.3, 0.0]))
    zero = np.zeros(len(people))
    quiet = replace(
        people,
        late_share=zero,
        slip_share=zero,
        rest_share=zero,
        first_rest_share=zero,
        wake_periods=np.ones((len(WAKES), len(LEVELS))),
    )
    return replace(quiet, **values)


def _intervals(recorders: Recorders, duration_us: int) -> list[NDArray[np.int64]]:
    n = len(recorders)
    count, t_us = report_times_us(recorders, np.full(n, duration_us), _keys(n))
    return [np.diff(part)[2:-1] for part in np.split(t_us, np.cumsum(count)[:-1])]


def test_a_steady_clock_has_the_period_and_the_jitter_asked_for() -> None:
    dt = np.concatenate(_intervals(_steady(), 600_000))
    # Both ends of an interval have jitter: SD .3 ms times the square root of 2.
    error = stats.norm.isf(ALARM / 2) / np.sqrt(len(dt))
    assert abs(dt.mean() - 1e6 / 60) < error * 424 + 1
    assert abs(dt.std() / 424 - 1) < 2.5 * error


def test_a_frame_clock_is_not_moved_by_a_late_report() -> None:
    late = _steady(late_share=np.full(1_000, 0.05), late_us=np.full(1_000, 4_000.0))
    dt = np.concatenate([part[:-1] for part in _intervals(late, 600_000)])
    following = np.concatenate([part[1:] for part in _intervals(late, 600_000)])
    after = following[dt > 19_000]
    assert len(after) > 200
    assert after.mean() < 15_500


def test_rests_come_as_often_as_asked_for() -> None:
    share = 0.02
    resting = _steady(rest_share=np.full(1_000, share), cluster=1.0)
    dt = np.concatenate(_intervals(resting, 3_000_000))
    expected = share * len(dt)
    # Rests across the end of the movement are not made: a few per cent fewer.
    room = stats.norm.isf(ALARM / 2) * np.sqrt(expected) + 0.06 * expected
    assert abs((dt > 25_000).sum() - expected) < room


def test_rests_come_where_the_hand_is_slow() -> None:
    resting = _steady(rest_share=np.full(1_000, 0.02), cluster=1.0)
    speed = np.tile([2_000.0] * 10 + [30.0] * 10, (1_000, 1))
    slow = replace(resting, rest_weight=rest_weights(resting, speed))
    count, t_us = report_times_us(slow, np.full(1_000, 2_000_000), _keys(1_000))
    rests = np.diff(t_us) > 25_000
    late = t_us[:-1][rests] > 1_000_000
    assert count.sum() == len(t_us)
    # By the table a step of half a pixel has sixteen rests for one of 33 px.
    assert late.mean() > 0.9


def test_off_the_clock_the_first_interval_follows_its_table() -> None:
    tables = np.tile(0.2 + 0.6 * np.array(LEVELS), (len(WAKES), 1))
    people = _steady(wake_periods=tables)
    quiet = replace(people, jitter_us=np.zeros(1_000))
    count, t_us = report_times_us(quiet, np.full(1_000, 300_000), _keys(1_000))
    first = t_us[np.cumsum(count) - count + 1] * 60 / 1e6
    assert stats.kstest(first, stats.uniform(0.2, 0.6).cdf).pvalue > ALARM


def test_repeats_are_dropped_but_from_some_recorders() -> None:
    people = replace(_people(2), repeats=np.array([False, True]))
    x = np.array([1, 1, 2, 2, 5, 5, 5])
    kept = moved_reports(people, np.array([4, 3]), x, np.zeros(7))
    assert kept.tolist() == [True, False, True, False, True, True, True]


def test_a_fit_finds_the_recorders_again() -> None:
    people = _people(60)
    who = np.repeat(np.arange(60), 60)
    rng = np.random.default_rng(3)
    duration = np.exp(rng.normal(13.3, 0.4, len(who))).astype(np.int64)
    count, t_us = report_times_us(people.take(who), duration, _keys(len(who)))
    place = np.arange(len(t_us), dtype=np.float64)
    entries = fit_recorders(who, count, t_us, place, place, source="made up")
    classes = sorted(entries["classes"]["value"], key=lambda entry: entry["period_ms"][0])
    assert [entry["clock"] for entry in classes] == ["page-100us", "date-1ms"]
    assert classes[0]["period_ms"][0] == pytest.approx(8.0, rel=0.003)
    assert classes[1]["period_ms"][0] == pytest.approx(1000 / 60, rel=0.003)
    browsers = float((people.kind == 0).mean())
    assert classes[1]["share"] == pytest.approx(browsers, abs=1e-3)
    assert classes[0]["jitter_ms"][0] == pytest.approx(0.2, rel=0.35)
    assert classes[1]["jitter_ms"][0] == pytest.approx(0.3, rel=0.35)
    assert entries["first_rest_share"]["value"][0] == pytest.approx(0.2, rel=0.3)
    # What is fitted makes movements like those it was fitted on.
    again = draw_recorders(_parsed(entries), keyed_draws.keys(8, "recorder", range(60)))
    made = report_times_us(again.take(who), duration, _keys(len(who), 9))
    assert made[0].sum() == pytest.approx(count.sum(), rel=0.15)


@pytest.mark.parametrize(
    ("odd_ms", "shares"),
    [
        # Two people of one display, and one each of two.
        ([6.944, 6.944], {16.667: 1.0}),
        ([6.944, 13.333], {16.667: 1.0}),
        ([6.944, 6.944, 6.944], {6.944: 0.25, 16.667: 0.75}),
        ([6.944, 6.944, 6.944, 8.333], {6.944: 0.25, 16.667: 0.75}),
    ],
)
def test_recorders_of_fewer_than_three_people_are_counted_with_the_nearest(
    odd_ms: list[float], shares: dict[float, float]
) -> None:
    many = len(odd_ms) * 4
    periods_us = np.array([16.667] * (many - len(odd_ms)) + odd_ms) * 1e3
    people = replace(_people(many, classes=_classes()), period_us=periods_us)
    who = np.repeat(np.arange(many), 40)
    count, t_us = report_times_us(people.take(who), np.full(len(who), 800_000), _keys(len(who)))
    place = np.arange(len(t_us), dtype=np.float64) * 5.0
    entries = fit_recorders(who, count, t_us, place, place, source="made up")
    found = {entry["period_ms"][0]: entry["share"] for entry in entries["classes"]["value"]}
    # Whoever joins a class leaves its numbers alone.
    assert sorted(found) == pytest.approx(sorted(shares), rel=0.002)
    assert [found[p] for p in sorted(found)] == pytest.approx([shares[p] for p in sorted(shares)])
    assert all(entry["period_ms"][1] < 0.005 for entry in entries["classes"]["value"])


def test_a_fit_is_deterministic_and_says_where_its_numbers_are_from() -> None:
    people = _people(20).take(np.repeat(np.arange(20), 20))
    count, t_us = report_times_us(people, np.full(400, 500_000), _keys(400))
    place = np.arange(len(t_us), dtype=np.float64)
    who = np.repeat(np.arange(20), 20)
    once, twice = (
        fit_recorders(who, count, t_us, place, place, source="made up, 2020") for _ in range(2)
    )
    assert once == twice
    assert {entry["source"] for entry in once.values()} == {
        "made up, 2020; 20 people, 400 movements"
    }


def test_a_fit_of_nothing_is_refused() -> None:
    none = np.zeros(0)
    with pytest.raises(DeskhandError, match="no movement has three reports"):
        fit_recorders(
            none.astype(int), none.astype(int), none.astype(int), none, none, source="none"
        )


def _parsed(entries: dict[str, Any]) -> Profile:
    return parse_profile(example_profile() | {"sections": {"recorder": entries}}, "fit")
