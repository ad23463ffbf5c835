"""The steering law: linear in length over width, with a mean that its scatter leaves alone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskhand.behavior_models.profile import load_profile
from deskhand.behavior_models.steering import (
    excursion_share,
    read_steering,
    steering_time_s,
    tunnel_time_s,
)

STEERING = read_steering(load_profile("office"))


@given(low=st.floats(0, 200), high=st.floats(0, 200), noise=st.floats(-4, 4))
def test_harder_paths_take_longer(low: float, high: float, noise: float) -> None:
    low, high = sorted((low, high))
    assert steering_time_s(STEERING, low, noise) <= steering_time_s(STEERING, high, noise)
    share = excursion_share(STEERING, np.array([low, high]))
    assert 0.0 <= share[0] <= share[1] <= 0.5


@given(
    first=st.floats(0, 2000), then=st.floats(0, 2000), width=st.floats(1, 500), z=st.floats(-4, 4)
)
def test_what_a_tunnel_adds_adds_up_along_it(
    first: float, then: float, width: float, z: float
) -> None:
    parts = tunnel_time_s(STEERING, first, width, z) + tunnel_time_s(STEERING, then, width, z)
    assert tunnel_time_s(STEERING, first + then, width, z) == pytest.approx(parts, abs=1e-9)


def test_the_mean_is_that_of_the_law() -> None:
    n = 20_000
    noise = np.random.default_rng(4).standard_normal(n).tolist()
    mean_s = sum(steering_time_s(STEERING, 10.0, z) for z in noise) / n
    expected = STEERING.intercept_s + 10.0 * STEERING.slope_s
    # Four standard errors: the scatter is log_sd of the mean.
    assert mean_s == pytest.approx(expected, rel=4.2 * STEERING.log_sd / np.sqrt(n))
