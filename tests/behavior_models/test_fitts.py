"""Fitts' law is recovered from its own draws, with the scatter of the profile."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskhand.behavior_models.fitts import (
    movement_time_s,
    movement_times_s,
    width_along_path_px,
)
from deskhand.behavior_models.hand_traits import draw_hand
from deskhand.behavior_models.profile import load_profile
from deskhand.streams import stream

PROFILE = load_profile("office")


def test_the_populations_regression_is_the_profiles() -> None:
    bits, times_s, residual = [], [], []
    rng = np.random.default_rng(1)
    for person in range(300):
        hand = draw_hand(PROFILE, stream(1, "persona.hand", 0, person))
        width = rng.uniform(10, 300, 200)
        distance = rng.uniform(20, 1200, 200)
        noise = rng.standard_normal(200)
        made = movement_times_s(hand, distance, width, noise)
        quiet = movement_times_s(hand, distance, width, np.zeros(200))
        residual.append(np.log(made / quiet))
        bits.append(np.log2(distance / width + 1))
        times_s.append(made)
    slope, intercept = np.polyfit(np.concatenate(bits), np.concatenate(times_s), 1)
    # 300 people with a spread of .16 leave about 1 % in the slope; bounds cut the far tail.
    assert slope == pytest.approx(PROFILE["pointer", "fitts_slope_s_per_bit"], rel=0.05)
    assert intercept == pytest.approx(PROFILE["pointer", "fitts_intercept_s"], rel=0.05)
    sd = PROFILE["pointer", "movement_time_within_log_sd"]
    assert np.std(np.concatenate(residual)) == pytest.approx(sd, rel=0.05)


@given(
    distance=st.floats(1, 2000),
    width=st.one_of(st.just(0.0), st.floats(1, 500)),
    noise=st.floats(-4, 4),
)
def test_one_and_many_agree(distance: float, width: float, noise: float) -> None:
    hand = draw_hand(PROFILE, np.random.default_rng(2))
    many = movement_times_s(hand, np.array([distance]), np.array([width]), np.array([noise]))
    assert movement_time_s(hand, distance, width, noise) == pytest.approx(many[0], rel=1e-12)


@given(dx=st.floats(-900, 900), dy=st.floats(-900, 900), w=st.floats(1, 300), h=st.floats(1, 300))
def test_the_width_along_a_path_lies_between_the_sides_and_the_diagonal(
    dx: float, dy: float, w: float, h: float
) -> None:
    along = width_along_path_px(dx, dy, w, h)
    assert min(w, h) * (1 - 1e-9) <= along <= np.hypot(w, h) * (1 + 1e-9)
