"""Conditions: every one named and sourced; each changes what it says, in the same person."""

import numpy as np
import pytest

import deskhand
from deskhand.behavior_models.conditions import CONDITIONS, condition, hand_under
from deskhand.behavior_models.hand_traits import draw_hand
from deskhand.behavior_models.persona import draw_persona
from deskhand.behavior_models.pointing_device import KINDS
from deskhand.behavior_models.profile import load_profile
from deskhand.errors import UnknownNameError
from deskhand.generators.wheel import plan_scroll
from deskhand.streams import Draws, stream

PROFILE = load_profile("office")
HAND = draw_hand(PROFILE, stream(7, "hand"))


@pytest.mark.parametrize("name", sorted(CONDITIONS))
def test_a_condition_is_sourced_and_spares_the_rest_of_the_person(name: str) -> None:
    assert CONDITIONS[name].source
    plain = draw_persona(PROFILE, 7, 0, 3)
    under = draw_persona(PROFILE, 7, 0, 3, condition=name)
    assert under.condition == name
    assert under.persona_id == plain.persona_id
    assert (under.mind == plain.mind) == (name != "screen-reader")
    assert under.typing_key == plain.typing_key
    assert under.device.pointer_type == "mouse"
    # With one hand it is the typing that changes, by ear the pace of reading.
    assert (under.hand == plain.hand) == (name in ("none", "one-handed", "screen-reader"))
    assert under.mind.slip_rate == plain.mind.slip_rate
    assert (under.typing_profile == plain.typing_profile) == (name != "one-handed")


def test_what_slows_the_hand_slows_it() -> None:
    for name in ("tremor", "touchpad", "trackball", "low-vision"):
        hand = hand_under(name, HAND)
        assert hand.fitts_slope_s_per_bit > HAND.fitts_slope_s_per_bit
        assert hand.press.dwell_s.median > HAND.press.dwell_s.median


def test_a_tremor_is_larger_and_slower_than_the_physiological_one() -> None:
    hand = hand_under("tremor", HAND)
    assert hand.strokes.tremor_px > 5 * HAND.strokes.tremor_px
    assert 4.0 <= hand.strokes.tremor_hz <= 12.0
    assert hand.strokes.tremor_hz < HAND.strokes.tremor_hz


def test_the_left_hand_mirrors_the_right() -> None:
    hand = hand_under("left-handed", HAND)
    assert hand.strokes.turn_rad == -HAND.strokes.turn_rad
    assert hand.fitts_slope_s_per_bit == HAND.fitts_slope_s_per_bit


def test_a_touchpad_scrolls_by_less_than_a_notch() -> None:
    persona = draw_persona(PROFILE, 7, 0, 3, condition="touchpad")
    assert persona.device.name.startswith("touchpad-")
    scroll = plan_scroll(persona, Draws(7, "wheel"), -800.0, reading=True)
    assert float(scroll.delta_y.sum()) == -800.0
    assert np.median(np.abs(scroll.delta_y)) < persona.device.notch_px / 2
    assert np.all(np.diff(scroll.t_us) > 0)
    assert scroll.duration_us > scroll.t_us[-1]


@pytest.mark.parametrize("name", sorted(CONDITIONS))
def test_a_condition_decides_the_device_where_it_names_one(name: str) -> None:
    plain, under = (draw_persona(PROFILE, 7, 0, 3, condition=c).device for c in ("none", name))
    kind = CONDITIONS[name].device
    assert kind is None or kind in KINDS
    assert under.kind == (kind or "mouse")
    assert under.scrolls_by == ("touchpad" if kind == "touchpad" else "wheel")
    assert (under == plain) == (kind is None)


@pytest.mark.parametrize("name", ["", "Tremor", "touch-pad", "tremor "])
def test_an_unknown_condition_is_refused(name: str) -> None:
    for refused in (
        lambda: condition(name),
        lambda: draw_persona(PROFILE, 7, 0, 0, condition=name),
    ):
        with pytest.raises(UnknownNameError, match="Known: left-handed, low-vision, none"):
            refused()


@pytest.mark.parametrize("name", ["touchpad", "low-vision"])
def test_a_whole_session_is_under_its_condition(name: str) -> None:
    plain = deskhand.simulate("crm.create_lead", seed=7)
    under = deskhand.simulate("crm.create_lead", seed=7, condition=name)
    assert (plain.header["condition"], under.header["condition"]) == ("none", name)
    assert set(under.events["pointer_type"].drop_null().to_pylist()) == {"mouse"}

    def moving_us(session: deskhand.Session) -> float:
        down = [t for t, kind in _rows(session) if kind == "pointerdown"]
        last = {
            t: max(m for m, kind in _rows(session) if kind == "pointermove" and m <= t)
            for t in down
        }
        return float(np.mean([t - before for t, before in last.items()]))

    # The dwell before a press is longer by a third, or by two and a half.
    assert moving_us(under) > moving_us(plain)


def _rows(session: deskhand.Session) -> list[tuple[int, str]]:
    events = session.events
    return list(zip(events["t_us"].to_pylist(), events["type"].to_pylist(), strict=True))
