"""Laws of pointing devices: whole counts, gains, lattices and lost reports."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskhand import keyed_draws
from deskhand.behavior_models.profile import Profile, parse_profile
from deskhand.errors import DeskhandError, UnknownNameError
from deskhand.generators.pointing_device import (
    CURVES,
    PointingDevices,
    counted,
    draw_pointing_devices,
    hooked,
    kept_reports,
    pointer_way,
)
from deskhand.generators.recorder import KINDS, draw_recorders, example_profile

PATH = st.lists(
    st.tuples(st.floats(-90, 90), st.floats(-90, 90), st.integers(1_000, 30_000)),
    min_size=1,
    max_size=20,
)


def _devices(n: int, **values: Any) -> PointingDevices:
    columns: dict[str, Any] = {
        "report_hz": 125.0,
        "counts_per_inch": 800.0,
        "px_per_inch": 800.0,
        "screen_scale": 1.0,
        "dropped_share": 0.0,
    } | values
    curve = columns.pop("curve", "flat")
    return PointingDevices(
        kind=np.zeros(n, np.int8),
        curve=np.full(n, tuple(CURVES).index(curve), np.int8),
        **{name: np.full(n, value) for name, value in columns.items()},
    )


def _path(steps: list[tuple[float, float, int]]) -> tuple[Any, ...]:
    x, y, t = (np.cumsum([0, *column]) for column in zip(*steps, strict=True))
    return np.array([len(x)]), t.astype(np.int64), x.astype(np.float64), y.astype(np.float64)


@settings(max_examples=80, deadline=None)
@given(steps=PATH, px_per_inch=st.sampled_from([400.0, 800.0, 1_600.0]))
def test_linear_counts_sum_to_the_way_within_one_count(
    steps: list[tuple[float, float, int]], px_per_inch: float
) -> None:
    devices = _devices(1, px_per_inch=px_per_inch)
    count, t_us, x, y = _path(steps)
    dx, dy, _, _ = counted(devices, count, t_us, x, y)
    gain = px_per_inch / 800.0
    assert (np.abs(np.cumsum(dx) * gain - (x - x[0])) <= 0.5 * gain + 1e-6).all()
    assert (np.abs(np.cumsum(dy) * gain - (y - y[0])) <= 0.5 * gain + 1e-6).all()


@settings(max_examples=80, deadline=None)
@given(
    steps=PATH,
    curve=st.sampled_from(sorted(CURVES)),
    scale=st.sampled_from([1.0, 1.25, 1.5, 2.0]),
)
def test_counts_give_back_the_pointer_that_they_were_made_with(
    steps: list[tuple[float, float, int]], curve: str, scale: float
) -> None:
    devices = _devices(1, curve=curve, screen_scale=scale)
    count, t_us, x, y = _path(steps)
    dx, dy, at_x, at_y = counted(devices, count, t_us, x, y)
    way_x, way_y = pointer_way(devices, count, t_us, dx, dy)
    assert (np.abs(way_x + x[0] - at_x) <= 0.5 / scale + 1e-6).all()
    assert (np.abs(way_y + y[0] - at_y) <= 0.5 / scale + 1e-6).all()
    # The place is on a physical pixel.
    assert np.allclose(at_x * scale, np.rint(at_x * scale), atol=1e-9)


@settings(max_examples=80, deadline=None)
@given(steps=PATH, curve=st.sampled_from(sorted(CURVES)))
def test_the_hand_makes_up_for_what_counts_leave_out(
    steps: list[tuple[float, float, int]], curve: str
) -> None:
    devices = _devices(1, curve=curve)
    count, t_us, x, y = _path(steps)
    _, _, at_x, at_y = counted(devices, count, t_us, x, y)
    # Half a count in each direction, at the gain of that speed and with the gain's own change by
    # rounding, and half a pixel.
    speed = np.hypot(np.diff(x), np.diff(y)) / 800.0 / (1e-6 * np.diff(t_us))
    most = 1.5 * float(np.interp(speed.max() + 2.0, *CURVES[curve]))
    assert (np.hypot(at_x - x, at_y - y) <= 2.0 * most + 1.0).all()


@settings(max_examples=30, deadline=None)
@given(
    paths=st.lists(PATH, min_size=1, max_size=8),
    curve=st.sampled_from(sorted(CURVES)),
    data=st.data(),
)
def test_a_movement_does_not_depend_on_the_others(
    paths: list[list[tuple[float, float, int]]], curve: str, data: st.DataObject
) -> None:
    order = data.draw(st.permutations(range(len(paths))))
    parts = [_path(steps) for steps in paths]
    devices = _devices(len(paths), curve=curve)

    def joined(places: Any) -> list[list[float]]:
        columns = [np.concatenate([parts[k][c] for k in places]) for c in range(4)]
        made = counted(devices, *columns)
        return [
            m.tolist()
            for part in zip(*(np.split(c, np.cumsum(columns[0])[:-1]) for c in made), strict=True)
            for m in part
        ]

    straight, turned = joined(range(len(paths))), joined(order)
    assert turned == [straight[4 * k + c] for k in order for c in range(4)]


def test_a_fast_hand_has_the_gain_of_the_curve() -> None:
    # 3.86 in/s of the hand: 24.7 counts in 8 ms, at a factor of 1.98.
    t_us = np.arange(0, 160_000, 8_000)
    dx = np.full(len(t_us), 25)
    devices = _devices(1, curve="enhanced")
    way, _ = pointer_way(devices, np.array([len(t_us)]), t_us, dx, np.zeros_like(dx))
    assert way[-1] / (25 * 19) == pytest.approx(1.98, rel=0.01)


@pytest.mark.parametrize("curve", sorted(CURVES))
def test_faster_hands_move_the_pointer_faster(curve: str) -> None:
    counts = np.arange(1, 400)
    devices = _devices(len(counts), curve=curve)
    two = np.full(len(counts), 2)
    t_us = np.tile([0, 8_000], len(counts))
    dx = np.stack([np.zeros_like(counts), counts], axis=1).ravel()
    way, _ = pointer_way(devices, two, t_us, dx, np.zeros_like(dx))
    assert (np.diff(way[1::2]) > 0).all()


def test_reports_are_lost_as_often_as_asked_for_but_not_the_ends() -> None:
    n, each, share = 500, 42, 0.03
    devices = _devices(n, dropped_share=share)
    kept = kept_reports(devices, np.full(n, each), keyed_draws.keys(7, "move", range(n)))
    table = kept.reshape(n, each)
    assert table[:, 0].all()
    assert table[:, -1].all()
    lost = int((~table).sum())
    expected = share * n * (each - 2)
    # Four and a half SD: one seed in 150,000 fails.
    assert abs(lost - expected) < 4.5 * np.sqrt(expected)


def _profile(**values: Any) -> Profile:
    mouse = {
        "kind": "mouse",
        "share": 0.7,
        "report_hz": [[125, 0.8], [1000, 0.2]],
        "counts_per_inch": [[800, 0.5], [1600, 0.5]],
        "curve": [["flat", 0.5], ["enhanced", 0.5]],
        "px_per_inch": [1_000.0, 0.3],
        "dropped_share": 0.004,
    }
    kinds = [mouse, mouse | {"kind": "touchpad", "share": 0.3, "report_hz": [[60, 1.0]]}]
    values = {"kinds": kinds, "screen_scale": [[1.0, 0.75], [1.25, 0.25]]} | values
    entries = {name: {"value": value, "source": "assumed"} for name, value in values.items()}
    return parse_profile(example_profile() | {"sections": {"pointing_device": entries}}, "test")


def test_people_have_devices_in_the_shares_of_the_profile() -> None:
    n = 4_000
    keys = keyed_draws.keys(7, "device", range(n))
    devices = draw_pointing_devices(_profile(), keys)
    assert set(devices.report_hz[devices.kind == 1].tolist()) == {60.0}
    # 4.5 SD of a share among 4,000: one seed in 150,000 fails.
    assert (devices.kind == 1).mean() == pytest.approx(0.3, abs=4.5 * 0.5 / np.sqrt(n))
    assert (devices.screen_scale == 1.25).mean() == pytest.approx(0.25, abs=4.5 * 0.5 / np.sqrt(n))
    part = keyed_draws.keys(7, "device", [5])
    assert draw_pointing_devices(_profile(), part).px_per_inch[0] == devices.px_per_inch[5]


def test_a_hook_sees_the_device_and_a_browser_the_screen() -> None:
    recorders = draw_recorders(
        parse_profile(example_profile(), "test"), keyed_draws.keys(7, "recorder", range(50))
    )
    seen = hooked(recorders, _devices(50, report_hz=500.0))
    framed = recorders.kind == KINDS.index("browser")
    assert (seen.period_us[framed] == recorders.period_us[framed]).all()
    assert set(seen.period_us[~framed].tolist()) == {2_000.0}


@pytest.mark.parametrize(
    ("change", "known"),
    [({"kind": "pen"}, "mouse, touchpad, trackball"), ({"curve": [["steep", 1.0]]}, "enhanced")],
)
def test_unknown_names_are_refused(change: dict[str, Any], known: str) -> None:
    kinds = _profile()["pointing_device", "kinds"]
    with pytest.raises(UnknownNameError, match=known):
        draw_pointing_devices(
            _profile(kinds=[kinds[0] | change]), keyed_draws.keys(7, "device", [1])
        )


def test_a_movement_without_reports_is_refused() -> None:
    none = np.zeros(0)
    with pytest.raises(DeskhandError, match="without reports"):
        counted(_devices(1), np.array([0]), none.astype(np.int64), none, none)
