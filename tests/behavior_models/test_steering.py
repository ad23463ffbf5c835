"""The steering law: linear in length over width, additive along a path, recovered from its draws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskhand.behavior_models.profile import load_profile
from deskhand.behavior_models.steering import (
    difficulty,
    excursion_share,
    fit_steering,
    read_steering,
    steering_time_s,
    steering_times_s,
    submenu_difficulty,
)
from deskhand.errors import DeskhandError
from deskhand.keyed_draws import keys

STEERING = read_steering(load_profile("office"))
PIECE = st.tuples(st.floats(0, 2000), st.floats(1, 500))


@given(pieces=st.lists(PIECE, min_size=1, max_size=8), cut=st.integers(0, 8))
def test_difficulty_adds_up_along_a_path(pieces: list[tuple[float, float]], cut: int) -> None:
    length, width = zip(*pieces, strict=True)
    parts = [(length[:cut], width[:cut]), (length[cut:], width[cut:])]
    total = sum(difficulty(lengths, widths) for lengths, widths in parts)
    assert difficulty(length, width) == pytest.approx(total, rel=1e-9, abs=1e-9)


@given(low=st.floats(0, 200), high=st.floats(0, 200), noise=st.floats(-4, 4))
def test_harder_paths_take_longer(low: float, high: float, noise: float) -> None:
    low, high = sorted((low, high))
    assert steering_time_s(STEERING, low, noise) <= steering_time_s(STEERING, high, noise)
    share = excursion_share(STEERING, np.array([low, high]))
    assert 0.0 <= share[0] <= share[1] <= 0.5


def test_a_lower_item_of_a_submenu_is_harder() -> None:
    assert submenu_difficulty(200, 25, 3) > submenu_difficulty(200, 25, 0) == 8.0


def test_the_inverse_finds_the_law() -> None:
    rng = np.random.default_rng(4)
    n = 4000
    width = rng.uniform(10, 60, n)
    length = rng.uniform(50, 900, n)
    noise = rng.standard_normal(n)
    index = length / width
    time_s = np.array([steering_time_s(STEERING, i, z) for i, z in zip(index, noise, strict=True)])
    found = fit_steering(length, width, time_s, "made")
    # Four standard errors: the scatter is .25 of the mean, the slope's is .25 / sqrt(n).
    assert found["slope_s"]["value"] == pytest.approx(
        STEERING.slope_s, rel=4 * 0.25 / np.sqrt(n) + 0.02
    )
    assert found["intercept_s"]["value"] == pytest.approx(STEERING.intercept_s, abs=0.06)
    assert found["log_sd"]["value"] == pytest.approx(STEERING.log_sd, rel=0.06)


def test_leaving_the_tunnel_costs_time() -> None:
    key = keys(6, "pass", range(20_000))
    index = np.full(20_000, 10.0)
    mean = float(steering_times_s(STEERING, index, key).mean())
    clean = STEERING.intercept_s + 10.0 * STEERING.slope_s
    # The mean's standard error is .3 / sqrt(20,000) s.
    expected = clean + STEERING.excursion_share * STEERING.re_entry_s
    assert mean == pytest.approx(expected, abs=4 * 0.3 / np.sqrt(20_000))


@pytest.mark.parametrize(("length", "width"), [(100.0, 0.0), (100.0, -5.0), (-1.0, 20.0)])
def test_senseless_tunnels_are_refused(length: float, width: float) -> None:
    with pytest.raises(DeskhandError, match="widths must be positive"):
        difficulty([length], [width])


def test_one_difficulty_is_no_regression() -> None:
    same = np.full(50, 100.0)
    with pytest.raises(DeskhandError, match="different difficulty"):
        fit_steering(same, same / 5, same / 100, "same")
