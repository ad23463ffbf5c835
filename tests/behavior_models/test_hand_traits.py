"""People differ as the profile says, and are the same for the same stream."""

import numpy as np
import pytest

from deskhand.behavior_models.hand_traits import draw_hand, draw_hands
from deskhand.behavior_models.pointing_device import draw_device
from deskhand.behavior_models.profile import load_profile
from deskhand.keyed_draws import keys
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
    for rate, share in PROFILE["pointing_device", "kinds"][0]["report_hz"]:
        assert np.mean(np.equal(rates, rate)) == pytest.approx(share, abs=0.03)


def test_many_hands_spread_as_single_ones_do_and_know_nothing_of_each_other() -> None:
    person = keys(7, "person", range(2000))
    hands = draw_hands(PROFILE, person)
    ones = [draw_hand(PROFILE, stream(7, "h", k)) for k in range(600)]
    for name in ("fitts_slope_s_per_bit", "distance_log_intercept"):
        many, single = getattr(hands, name), np.array([getattr(one, name) for one in ones])
        assert many.mean() == pytest.approx(single.mean(), rel=0.03)
        assert many.std() == pytest.approx(single.std(), rel=0.12)
    for name in ("sigma", "primary_gain", "tremor_px", "primary_time_s"):
        many = getattr(hands.strokes, name)
        single = np.array([getattr(one.strokes, name) for one in ones])
        assert many.mean() == pytest.approx(single.mean(), rel=0.05)
        assert many.std() == pytest.approx(single.std(), rel=0.15)
    some = np.array([1999, 3, 3, 40])
    alone = draw_hands(PROFILE, person[some])
    taken = hands.take(some)
    assert np.array_equal(alone.fitts_intercept_s, taken.fitts_intercept_s)
    assert np.array_equal(alone.strokes.tremor_px, taken.strokes.tremor_px)
    assert taken.strokes.sigma_sd == hands.strokes.sigma_sd
