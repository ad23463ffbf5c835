"""Laws of the device: counts that sum to the way, gains, physical pixels, lost reports."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from deskhand.behavior_models.pointing_device import CURVES, Device, draw_device
from deskhand.behavior_models.profile import load_profile
from deskhand.generators.device import Polls, counted, pack, poll, reports, unpack
from deskhand.monitors import Monitor, on_a_monitor
from deskhand.streams import stream

DRAWN = draw_device(load_profile("office"), stream(7, "device"))
STEPS = st.lists(st.tuples(st.floats(-60, 60), st.floats(-60, 60)), min_size=1, max_size=25)


def _device(**changes: Any) -> Device:
    given = {"poll_hz": 125.0, "curve": "flat", "screen_scale": 1.0, "counts_per_inch": 800.0}
    return replace(DRAWN, px_per_inch=800.0, **{**given, **changes})


def _wanted(paths: list[list[tuple[float, float]]]) -> tuple[Polls, Any, Any]:
    """Return polls of 8 ms, places at them and starts, all at 500, 500."""
    count = np.array([len(steps) for steps in paths])
    last = np.cumsum(count) - 1
    first = last - count + 1
    place = np.arange(count.sum()) - np.repeat(first, count)
    time_s = (0.008 * (place + 1)).astype(np.float32)
    polls = Polls(
        count=count, first=first, last=last, t_us=(time_s * 1e6).astype(np.int64), time_s=time_s
    )
    ways = [np.cumsum(np.array(steps), axis=0) + 500.0 for steps in paths]
    places = np.concatenate(ways).astype(np.float32).T
    return polls, places, np.full((2, len(paths)), 500.0, np.float32)


def _made(device: Device, paths: list[list[tuple[float, float]]]) -> list[list[list[float]]]:
    polls, (x, y), (x0, y0) = _wanted(paths)
    made = np.array(counted(device, polls, x, y, (x0, y0)))
    bounds = pairwise([0, *(polls.last + 1).tolist()])
    return [made[:, low:high].tolist() for low, high in bounds]


@settings(max_examples=80, deadline=None)
@given(steps=STEPS, px_per_inch=st.sampled_from([400.0, 800.0, 1_600.0]))
def test_the_pointer_is_within_a_count_of_what_was_wanted(
    steps: list[tuple[float, float]], px_per_inch: float
) -> None:
    device = replace(_device(), px_per_inch=px_per_inch)
    (made,) = _made(device, [steps])
    _, wanted, _ = _wanted([steps])
    # Half a count, and as much again where the whole way is made to end exactly.
    assert np.abs(np.array(made) - wanted).max() <= px_per_inch / 800.0 + 0.01


@settings(max_examples=80, deadline=None)
@given(steps=STEPS, curve=st.sampled_from(sorted(CURVES)))
def test_every_movement_ends_where_it_was_wanted(
    steps: list[tuple[float, float]], curve: str
) -> None:
    (made,) = _made(_device(curve=curve), [steps])
    _, wanted, _ = _wanted([steps])
    assert [made[0][-1], made[1][-1]] == wanted[:, -1].tolist()


@pytest.mark.parametrize("curve", sorted(CURVES))
def test_the_hand_makes_up_for_what_counts_leave_out(curve: str) -> None:
    # From rest to fast and back, as hands go: the gain changes on the way.
    share = np.linspace(0, 1, 80)
    way = 700 * share**3 * (10 - 15 * share + 6 * share**2)
    steps = [(float(dx), float(0.3 * dx)) for dx in np.diff(way)]
    (made,) = _made(_device(curve=curve), [steps])
    _, wanted, _ = _wanted([steps])
    assert np.abs(np.array(made) - wanted).max() <= 4.0


def test_a_slow_fine_hand_makes_no_count() -> None:
    device = _device(counts_per_inch=400.0)
    # A tremor of less than half a count is not seen.
    (made,) = _made(device, [[(0.4, 0.3), (-0.5, 0.2), (0.3, -0.4), (-0.3, 0.1)]])
    assert made[0][:-1] == [500.0] * 3
    assert made[1][:-1] == [500.0] * 3


def test_steps_of_a_coarse_device_are_whole_counts() -> None:
    # 2 px a count; the way is even, so nothing is left to make up for at its end.
    device = _device(counts_per_inch=400.0)
    (made,) = _made(device, [[(3.0, 0.0)] * 8])
    steps = np.diff([500.0, *made[0]])
    assert set(steps.tolist()) == {2.0, 4.0}


@settings(max_examples=40, deadline=None)
@given(
    paths=st.lists(STEPS, min_size=1, max_size=8),
    curve=st.sampled_from(sorted(CURVES)),
    data=st.data(),
)
def test_a_movement_does_not_depend_on_the_others(
    paths: list[list[tuple[float, float]]], curve: str, data: st.DataObject
) -> None:
    device = _device(curve=curve)
    order = data.draw(st.permutations(range(len(paths))))
    straight = _made(device, paths)
    assert _made(device, [paths[row] for row in order]) == [straight[row] for row in order]


@given(
    scale=st.sampled_from([1.0, 1.25, 1.5, 2.0]),
    x=st.floats(0, 1919),
    y=st.floats(0, 1079),
)
def test_packing_keeps_physical_pixels(scale: float, x: float, y: float) -> None:
    device = _device(screen_scale=scale)
    # The last physical pixel that counts as on the screen may begin before the last whole px does.
    x, y = min(x, device.right_px), min(y, device.bottom_px)
    at = pack(device, np.array([x]), np.array([y]))
    places = np.array(unpack(device, at), np.float64)
    assert np.abs(places[:, 0] - (x, y)).max() <= 0.5 / scale + 1e-4
    assert np.allclose(places * scale, np.rint(places * scale), atol=1e-3)
    assert np.array_equal(pack(device, places[0], places[1]), at)


def test_reports_are_lost_as_often_as_asked_for_but_not_the_ends() -> None:
    share, m, each = 0.03, 400, 40
    device = _device(dropped_report_share=share)
    polls, (x, y), (x0, y0) = _wanted([[(2.0, 1.0)] * each] * m)
    start, end = pack(device, x0, y0), pack(device, x[polls.last], y[polls.last])
    kept, at = reports(device, polls, x, y, start, end, stream(7, "lost"))
    seen: NDArray[np.bool_] = np.zeros(m * each, np.bool_)
    seen[kept] = True
    table = seen.reshape(m, each)
    assert table[:, -1].all()
    lost = int((~table).sum())
    expected = share * m * (each - 1)
    # Four and a half SD: one seed in 150,000 fails.
    assert abs(lost - expected) < 4.5 * np.sqrt(expected)
    assert (at[np.searchsorted(kept, polls.last)] == end).all()


def test_polls_keep_to_their_movement() -> None:
    start_us = np.array([0, 1_000_000])
    end_us = start_us + 300_000
    polls = poll(_device(), 100.0, start_us, end_us, stream(7, "poll"))
    row = np.repeat([0, 1], polls.count)
    assert (polls.t_us > start_us[row]).all()
    assert (polls.t_us <= end_us[row]).all()


@given(
    x=st.floats(-4000, 6000), y=st.floats(-1000, 3000), scale=st.sampled_from((1.0, 1.25, 1.5, 2.0)),
    second=st.sampled_from((Monitor(1920, 216, 1536, 864), Monitor(-1440, 180, 1440, 900))),
)  # fmt: skip
def test_no_place_lies_between_monitors(x: float, y: float, scale: float, second: Monitor) -> None:
    device = _device(screen_scale=scale, second=second)
    found_x, found_y = unpack(device, pack(device, np.array([x]), np.array([y])))
    assert on_a_monitor(device.monitors, found_x, found_y).all()
    if on_a_monitor(device.monitors, np.array([x]), np.array([y])).all():
        assert abs(found_x[0] - x) <= 1.0 + 1e-3
        assert abs(found_y[0] - y) <= 1.0 + 1e-3
    again = unpack(device, pack(device, found_x, found_y))
    assert (found_x[0], found_y[0]) == (again[0][0], again[1][0])
