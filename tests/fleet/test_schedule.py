"""Devices and arrivals: rates, local time and summer time, and that a device can be made alone."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare

from deskhand.errors import DeskhandError
from deskhand.fleet.devices import make_devices
from deskhand.fleet.draws import keyed_uniforms, one_of, poisson_counts
from deskhand.fleet.schedule import (
    CURVES,
    DAY_US,
    Arrivals,
    Starts,
    expected_starts,
    session_starts,
)
from deskhand.fleet.tables import DEVICES, Fault

MONDAY = date(2026, 3, 2)
# Half of them have quarter or half hours, one a summer time of half an hour.
ZONES = [
    "America/New_York",
    "Asia/Kathmandu",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Europe/Berlin",
]
# Statistical tests have fixed seeds; their bounds would be missed by one seed in a million.
FALSE_ALARM = 1e-6
SIGMAS = 4.9


def starts(
    seed: int,
    arrivals: Arrivals,
    first: int,
    count: int,
    *,
    day: date = MONDAY,
    days: float = 1,
    zones: list[str] = ZONES,
) -> tuple[Starts, np.ndarray]:
    devices = make_devices(seed, first, count, dict.fromkeys(zones, 1.0))
    found = session_starts(
        seed, arrivals, devices["device"], devices["zone"], sorted(zones), day, int(days * DAY_US)
    )
    return found, devices["zone"][found.device - first]


def local_times(found: Starts, zone: np.ndarray, day: date) -> list[datetime]:
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    zones = [ZoneInfo(name) for name in ZONES]
    return [
        (midnight + timedelta(microseconds=int(at_us))).astimezone(zones[place])
        for at_us, place in zip(found.start_us, zone, strict=True)
    ]


def test_devices_have_the_columns_of_the_table() -> None:
    devices = make_devices(7, 0, 10, {"UTC": 1})
    assert list(devices) == DEVICES.names
    assert [c.dtype for c in devices.values()] == [f.type.to_pandas_dtype() for f in DEVICES]


@given(seed=st.integers(0, 2**64 - 1), first=st.integers(0, 10_000), count=st.integers(1, 50))
@settings(max_examples=30, deadline=None)
def test_devices_of_a_range_are_those_of_all(seed: int, first: int, count: int) -> None:
    zones = {"UTC": 1.0, "Europe/Berlin": 2.0, "Asia/Tokyo": 0.0}
    whole, part = make_devices(seed, 0, 10_050, zones), make_devices(seed, first, count, zones)
    for name, column in part.items():
        np.testing.assert_array_equal(column, whole[name][first : first + count])


def test_zones_are_drawn_by_weight() -> None:
    zone = make_devices(7, 0, 100_000, {"B": 1, "A": 3, "C": 0})["zone"]
    assert chisquare(np.bincount(zone), [75_000, 25_000]).pvalue > FALSE_ALARM


@pytest.mark.parametrize("zones", [{}, {"UTC": 0}, {"UTC": -1, "A": 2}, {"UTC": float("nan")}])
def test_zones_without_weight_are_refused(zones: dict[str, float]) -> None:
    with pytest.raises(DeskhandError, match="weights must be 0 or more"):
        make_devices(7, 0, 1, zones)


def test_device_numbers_beyond_the_column_are_refused() -> None:
    with pytest.raises(DeskhandError, match="ask for fewer"):
        make_devices(7, 2**31 - 2, 2, {"UTC": 1})


@pytest.mark.parametrize("mean", [0.01, 4.0, 30.0, 2_000.0])
def test_poisson_numbers_have_their_mean_and_variance(mean: float) -> None:
    drawn = poisson_counts(mean, keyed_uniforms(7, "test", np.arange(200_000)))
    assert abs(drawn.mean() - mean) < SIGMAS * np.sqrt(mean / len(drawn))
    # The variance of a sample variance of Poisson numbers is (mean + 2 mean^2) / n.
    assert abs(drawn.var() - mean) < SIGMAS * np.sqrt((mean + 2 * mean**2) / len(drawn))


@pytest.mark.parametrize("curve", ["office", "even", tuple(range(24))])
def test_as_many_sessions_start_as_asked(curve: str | tuple[float, ...]) -> None:
    arrivals = Arrivals(per_device_day=3.0, curve=curve, weekday_factor=(1.0,) * 7)
    found, _ = starts(7, arrivals, 0, 100_000, days=2)
    assert abs(len(found.device) - 600_000) < SIGMAS * np.sqrt(600_000)
    counts = np.bincount(found.device, minlength=100_000)
    assert abs(counts.var() - 6.0) < SIGMAS * np.sqrt((6 + 72) / 100_000)


def test_starts_follow_the_local_clock() -> None:
    arrivals = Arrivals(per_device_day=10.0, weekday_factor=(1.0,) * 7)
    found, zone = starts(7, arrivals, 0, 5_000)
    hours = np.bincount([t.hour for t in local_times(found, zone, MONDAY)], minlength=24)
    open_hours = arrivals.hours > 0
    assert hours[~open_hours].sum() == 0
    expected = arrivals.hours[open_hours] * hours.sum()
    assert chisquare(hours[open_hours], expected).pvalue > FALSE_ALARM


@given(
    seed=st.integers(0, 2**32),
    day=st.dates(date(2020, 1, 1), date(2035, 12, 31)),
    hour=st.integers(0, 23),
)
@settings(max_examples=40, deadline=None)
def test_nothing_starts_in_a_closed_hour_in_winter_and_in_summer(
    seed: int, day: date, hour: int
) -> None:
    curve = tuple(float(h == hour) for h in range(24))
    arrivals = Arrivals(per_device_day=5.0, curve=curve, weekday_factor=(1, 1, 1, 1, 1, 0, 0))
    found, zone = starts(seed, arrivals, 0, 20, day=day, days=1.9)
    for local in local_times(found, zone, day):
        assert local.hour == hour
        assert local.weekday() < 5


def test_the_hour_that_summer_time_skips_has_no_sessions() -> None:
    arrivals = Arrivals(per_device_day=24, curve="even", weekday_factor=(1.0,) * 7)
    # Two days in UTC hold 48 hours, whatever the clocks show; the curve of a spring day holds 23.
    _, expected = expected_starts(arrivals, "Europe/Berlin", date(2026, 3, 28), 2 * DAY_US)
    assert expected[-1] == pytest.approx(48.0)
    night = Arrivals(curve=tuple(float(h == 2) for h in range(24)), weekday_factor=(1.0,) * 7)
    _, expected = expected_starts(night, "Europe/Berlin", date(2026, 3, 29), DAY_US)
    assert expected[-1] == 0.0
    _, expected = expected_starts(night, "Europe/Berlin", date(2026, 10, 25), DAY_US)
    assert expected[-1] == pytest.approx(2 * night.per_device_day)


@given(
    seed=st.integers(0, 2**64 - 1),
    device=st.integers(0, 299),
    days=st.sampled_from([0.001, 1, 3.7]),
)
@settings(max_examples=40, deadline=None)
def test_a_device_alone_starts_the_same_sessions(seed: int, device: int, days: float) -> None:
    arrivals = Arrivals(per_device_day=5.0)
    many, _ = starts(seed, arrivals, 0, 300, days=days)
    alone, _ = starts(seed, arrivals, device, 1, days=days)
    rows = many.device == device
    np.testing.assert_array_equal(many.start_us[rows], alone.start_us)
    np.testing.assert_array_equal(many.which[rows], alone.which)
    np.testing.assert_array_equal(alone.which, np.arange(len(alone.which)))


@given(seed=st.integers(0, 2**64 - 1), duration_us=st.integers(1, DAY_US))
@settings(max_examples=40, deadline=None)
def test_starts_are_sorted_and_within_the_plan(seed: int, duration_us: int) -> None:
    found, _ = starts(seed, Arrivals(per_device_day=50), 0, 50, days=duration_us / DAY_US)
    keys = list(zip(found.start_us.tolist(), found.device.tolist(), strict=True))
    assert keys == sorted(keys)
    assert all(0 <= at_us < duration_us for at_us, _ in keys)


def test_a_day_of_the_week_can_be_free() -> None:
    arrivals = Arrivals(weekday_factor=(0.0,) * 7)
    found, _ = starts(7, arrivals, 0, 1_000, days=7)
    assert len(found.device) == 0


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"curve": "ofice"}, "did you mean 'office'"),
        ({"curve": (1.0,) * 23}, "24 numbers"),
        ({"curve": (0.0,) * 24}, "weight above 0"),
        ({"curve": (-1.0,) + (1.0,) * 23}, "24 numbers"),
        ({"weekday_factor": (1.0,) * 6}, "7 numbers"),
        ({"per_device_day": -1}, "per_device_day=-1"),
        ({"per_device_day": float("nan")}, "per_device_day=nan"),
        ({"per_device_day": True}, "per_device_day=True"),
    ],
)
def test_arrivals_that_make_no_sense_are_refused(given: dict[str, object], message: str) -> None:
    with pytest.raises(DeskhandError, match=message):
        Arrivals(**given)  # type: ignore[arg-type]


def test_an_unknown_zone_and_too_many_devices_are_refused() -> None:
    with pytest.raises(DeskhandError, match="Europe/Berlin"):
        expected_starts(Arrivals(), "Europe/Berlinn", MONDAY, DAY_US)
    with pytest.raises(DeskhandError, match="in shards"):
        session_starts(
            7,
            Arrivals(),
            np.arange(2, dtype=np.int32),
            np.zeros(2, np.int16),
            ["UTC"],
            MONDAY,
            2**62,
        )


def test_curves_are_shares_of_a_day() -> None:
    assert all(len(curve) == 24 and min(curve) >= 0 for curve in CURVES.values())
    assert sum(CURVES["office"]) == pytest.approx(1.0, abs=1e-9)


def test_one_of_several_meets_every_rate() -> None:
    rates = {Fault.TRUNCATE: 0.01, Fault.RESET: 1 / 3, Fault.SLOW: 0.0}
    found = one_of(7, "test", rates, np.arange(300_000))
    for kind, rate in rates.items():
        sigma = np.sqrt(rate * (1 - rate) * len(found))
        assert abs(np.count_nonzero(found == kind) - rate * len(found)) <= SIGMAS * sigma
