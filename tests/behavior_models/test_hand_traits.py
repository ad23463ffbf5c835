"""People differ as the profile says, and are the same for the same stream."""

import numpy as np
import pytest

from deskhand.behavior_models.hand_traits import draw_device, draw_hand
from deskhand.behavior_models.profile import load_profile
from deskhand.streams import stream

PROFILE = load_profile("office")


def test_the_same_stream_draws_the_same_hand_and_device() -> None:
    assert draw_hand(PROFILE, stream(7, "h", 1)) == draw_hand(PROFILE, stream(7, "h", 1))
    assert draw_hand(PROFILE, stream(7, "h", 1)) != draw_hand(PROFILE, stream(7, "h", 2))
    assert draw_device(PROFILE, stream(7, "d", 1)) == draw_device(PROFILE, stream(7, "d", 1))


def test_people_spread_as_the_profile_says() -> None:
    hands = [draw_hand(PROFILE, stream(7, "h", person)) for person in range(600)]
    holds = np.log([hand.press.hold_s.median for hand in hands])
    assert np.exp(holds.mean()) == pytest.approx(PROFILE["press", "hold_s"]["median"], rel=0.05)
    assert holds.std() == pytest.approx(PROFILE["press", "hold_s"]["between_sd"], rel=0.1)
    slopes = [hand.fitts_slope_s_per_bit for hand in hands]
    assert np.mean(slopes) == pytest.approx(PROFILE["pointer", "fitts_slope_s_per_bit"], rel=0.03)


def test_polling_rates_come_in_their_shares() -> None:
    rates = [draw_device(PROFILE, stream(7, "d", person)).poll_hz for person in range(1500)]
    for rate, share in PROFILE["device", "poll_hz"]:
        assert np.mean(np.equal(rates, rate)) == pytest.approx(share, abs=0.03)
