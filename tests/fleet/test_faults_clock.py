"""Faults of clocks: their shares, that none moves another, what each does to a clock."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskhand.fleet.faults.clock import AN_HOUR_US, ClockFaults, device_times
from deskhand.fleet.tables import Fault
from tests.fleet.struck import DAY_US, EVERY_CLOCK, SEEDS, assert_rate, clocks

CLOCK_KINDS = ("offset", "drift", "step", "dst", "reset")


@pytest.mark.parametrize("kind", CLOCK_KINDS)
def test_share_of_wrong_clocks_is_met_and_moves_no_other(kind: str) -> None:
    bit = Fault[f"CLOCK_{kind.upper()}"]
    devices = clocks(EVERY_CLOCK, 7, 0, 100_000)
    assert_rate((devices["faults"] & bit) > 0, getattr(EVERY_CLOCK, f"{kind}_share"))
    off = clocks(replace(EVERY_CLOCK, **{f"{kind}_share": 0.0}), 7, 0, 100_000)
    np.testing.assert_array_equal(off["faults"], devices["faults"] & ~np.uint32(bit))
    for column, own in (("offset_us", "offset"), ("drift_ppm", "drift")):
        assert np.array_equal(off[column], devices[column]) == (kind != own)


@given(seed=SEEDS, device=st.integers(0, 199), at_us=st.integers(0, 2 * DAY_US))
@settings(max_examples=50, deadline=None)
def test_a_clock_alone_shows_the_same(seed: int, device: int, at_us: int) -> None:
    many, alone = clocks(EVERY_CLOCK, seed, 0, 200), clocks(EVERY_CLOCK, seed, device, 1)
    index, times = np.arange(200), np.full(200, at_us)
    shown, bits = device_times(EVERY_CLOCK, seed, many, index, times, DAY_US)
    own, own_bits = device_times(EVERY_CLOCK, seed, alone, index[:1], times[:1], DAY_US)
    assert (own[0], own_bits[0]) == (shown[device], bits[device])
    assert (bits & ~many["faults"]).max() == 0


def test_a_clock_without_faults_is_true() -> None:
    devices = clocks(ClockFaults(), 7, 0, 100)
    times = np.arange(100) * 1_000_003
    shown, bits = device_times(ClockFaults(), 7, devices, np.arange(100), times, DAY_US)
    np.testing.assert_array_equal(shown, times)
    assert not bits.any()


def test_each_clock_fault_moves_a_clock_as_it_says() -> None:
    at_us = np.arange(0, DAY_US, DAY_US // 2_000)

    def error_us(**given: Any) -> tuple[np.ndarray, np.ndarray]:
        faults = ClockFaults(**given)
        devices = clocks(faults, 7, 0, 1)
        shown, bits = device_times(faults, 7, devices, np.zeros(len(at_us), np.intp), at_us, DAY_US)
        return shown - at_us, bits > 0

    moved, bits = error_us(offset_share=1.0, offset_s=5.0)
    assert len(set(moved.tolist())) == 1
    assert 0 < abs(moved[0]) <= 5_000_000
    assert bits.all()
    moved, bits = error_us(drift_share=1.0, drift_ppm=50.0)
    rate = np.diff(moved) / np.diff(at_us) * 1e6
    assert np.ptp(rate) < 0.1
    assert 0 < abs(rate[0]) <= 50
    for wrong, size_us in (
        ({"step_share": 1.0, "step_s": 30.0}, 30_000_000),
        ({"dst_share": 1.0}, AN_HOUR_US),
    ):
        moved, bits = error_us(**wrong)
        assert set(moved[~bits].tolist()) == {0}
        after = set(moved[bits].tolist())
        assert len(after) == 1
        assert 0 < abs(after.pop()) <= size_us
        assert np.all(np.diff(bits.astype(int)) >= 0)
    moved, bits = error_us(reset_share=1.0, reset_heals_s=7_200.0)
    assert np.all((moved < 0) == bits)
    assert moved.min() >= -AN_HOUR_US
    # Two hours of a day, on a grid of 43.2 s.
    assert abs(int(bits.sum()) - 7_200 / 43.2) <= 1
