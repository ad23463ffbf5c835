"""Devices in the shares of the profile, and gains that grow with the hand's speed."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskhand.behavior_models.pointing_device import (
    CURVES,
    Device,
    draw_device,
    gain_factor,
    gain_factor_for,
)
from deskhand.behavior_models.profile import Profile, entry, load_profile
from deskhand.errors import UnknownNameError
from deskhand.streams import stream

MOUSE = {
    "kind": "mouse",
    "share": 0.7,
    "report_hz": [[125, 0.8], [1000, 0.2]],
    "counts_per_inch": [[800, 0.5], [1600, 0.5]],
    "curve": [["flat", 0.5], ["enhanced", 0.5]],
    "px_per_inch": [1_000.0, 0.3],
    "dropped_share": 0.004,
}
TOUCHPAD = MOUSE | {"kind": "touchpad", "share": 0.3, "report_hz": [[60, 1.0]]}


def _profile(*kinds: dict[str, Any]) -> Profile:
    sections: dict[str, Any] = {
        "device": load_profile("office").sections["device"],
        "pointing_device": {
            "kinds": entry(list(kinds), "assumed"),
            "screen_scale": entry([[1.0, 0.75], [1.25, 0.25]], "assumed"),
        },
    }
    return Profile(name="made", mode="derived", remark="for tests", sections=sections)


def _drawn(n: int, kind: str | None = None) -> list[Device]:
    profile = _profile(MOUSE, TOUCHPAD)
    return [draw_device(profile, stream(7, "device", person), kind) for person in range(n)]


def test_people_have_devices_in_the_shares_of_the_profile() -> None:
    n = 3_000
    devices = _drawn(n)
    touchpads = [device for device in devices if device.kind == "touchpad"]
    assert {device.poll_hz for device in touchpads} == {60.0}
    assert {device.scrolls_by for device in touchpads} == {"touchpad"}
    # 4.5 SD of a share among 3,000: one seed in 150,000 fails.
    error = 4.5 * 0.5 / np.sqrt(n)
    assert len(touchpads) / n == pytest.approx(0.3, abs=error)
    assert np.mean([d.screen_scale == 1.25 for d in devices]) == pytest.approx(0.25, abs=error)
    assert np.mean([d.curve == "flat" for d in devices]) == pytest.approx(0.5, abs=error)
    speed = np.log([d.px_per_inch for d in devices])
    assert np.mean(speed) == pytest.approx(np.log(1_000), abs=4.5 * 0.3 / np.sqrt(n))


def test_a_kind_can_be_asked_for() -> None:
    assert {device.kind for device in _drawn(20, "touchpad")} == {"touchpad"}
    # The profile has no trackball, so the person keeps what was drawn.
    assert _drawn(20, "trackball") == _drawn(20)


@pytest.mark.parametrize(
    ("change", "known"),
    [({"kind": "pen"}, "mouse, touchpad, trackball"), ({"curve": [["steep", 1.0]]}, "enhanced")],
)
def test_unknown_names_are_refused(change: dict[str, Any], known: str) -> None:
    with pytest.raises(UnknownNameError, match=known):
        draw_device(_profile(MOUSE | change), stream(7, "device", 1))


@given(speed=st.floats(0.0, 200.0), curve=st.sampled_from(sorted(CURVES)))
def test_the_gain_for_a_pointer_is_that_of_the_hand_under_it(speed: float, curve: str) -> None:
    factor = gain_factor(curve, np.array([speed]))
    found = gain_factor_for(curve, speed * factor)
    assert found == pytest.approx(factor, rel=0.02, abs=0.005)


@pytest.mark.parametrize("curve", sorted(CURVES))
def test_faster_hands_move_the_pointer_faster(curve: str) -> None:
    speed = np.geomspace(0.01, 100, 500)
    assert (np.diff(speed * gain_factor(curve, speed)) > 0).all()
