"""Fitts' law is recovered from its own draws, with the scatter of the profile."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

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


def test_times_beyond_the_bounds_are_drawn_from_between_them() -> None:
    hand = replace(
        draw_hand(PROFILE, np.random.default_rng(2)),
        movement_time_log_sd=0.6,
        movement_time_tail=0.12,
        movement_time_floor_s=0.3,
        movement_time_ceiling_s=1.5,
    )
    n = 20_000
    noise = np.random.default_rng(3).standard_normal(n)
    distance, width = np.full(n, 400.0), np.full(n, 60.0)
    made = movement_times_s(hand, distance, width, noise)
    free = replace(hand, movement_time_floor_s=1e-3, movement_time_ceiling_s=1e3)
    plain = movement_times_s(free, distance, width, noise)
    inside = (plain > 0.3) & (plain < 1.5)
    assert (plain < 0.3).mean() > 0.01
    assert (plain > 1.5).mean() > 0.01
    assert np.array_equal(made[inside], plain[inside])
    assert not np.isin(made, (0.3, 1.5)).any()
    # False alarms: one seed in ten thousand.
    assert stats.ks_2samp(made, plain[inside]).pvalue > 1e-4
    # Where the law has nothing between the bounds, the nearer one is taken.
    steady = replace(hand, movement_time_log_sd=0.05)
    far = movement_times_s(steady, np.full(3, 1e6), np.full(3, 1.0), np.array([-1.0, 0.0, 1.0]))
    assert far.tolist() == [1.5] * 3


@given(dx=st.floats(-900, 900), dy=st.floats(-900, 900), w=st.floats(1, 300), h=st.floats(1, 300))
def test_the_width_along_a_path_lies_between_the_sides_and_the_diagonal(
    dx: float, dy: float, w: float, h: float
) -> None:
    along = width_along_path_px(dx, dy, w, h)
    assert min(w, h) * (1 - 1e-9) <= along <= np.hypot(w, h) * (1 + 1e-9)
