"""Laws of drags, and an inverse that finds what was put in."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskhand.behavior_models.drag import (
    LEAST_FACTOR,
    MOST_FACTOR,
    DragTraits,
    fit_drag,
    own_drag,
    read_drag,
    second_tries,
    time_factor,
)
from deskhand.behavior_models.personal_spread import read_spread
from deskhand.behavior_models.profile import load_profile
from deskhand.errors import DeskhandError
from deskhand.keyed_draws import keys, mixed, normals, uniforms

POPULATION = read_drag(load_profile("office"))
POINTING = (-1.99, 0.165)
PEOPLE, DRAGS = 100, 60


@given(near=st.floats(0, 4000), far=st.floats(0, 4000))
def test_a_longer_drag_is_slower_within_bounds(near: float, far: float) -> None:
    near, far = sorted((near, far))
    factor = time_factor(POPULATION, near)
    assert LEAST_FACTOR <= factor <= time_factor(POPULATION, far) <= MOST_FACTOR


@given(person=st.floats(-3, 3), noise=st.floats(-4, 4))
def test_rests_stay_in_their_bounds(person: float, noise: float) -> None:
    drag = own_drag(POPULATION, person)
    assert 0.0 <= drag.grip_s.value(noise) <= drag.grip_s.most
    assert 0.0 <= drag.drop_s.value(noise) <= drag.drop_s.most


def _fitted(
    traits: DragTraits, seed: int, *, batched: bool = False
) -> dict[str, dict[str, object]]:
    who = np.repeat(np.arange(PEOPLE), DRAGS)
    person_key = keys(seed, "who", range(PEOPLE))[who]
    key = mixed(person_key, np.tile(np.arange(DRAGS), PEOPLE))
    own = normals(person_key, 4)
    grip_s, drop_s = (
        traits.grip_s.values(own, normals(key, 4)),
        traits.drop_s.values(own, normals(key, 5)),
    )
    distance = np.exp(5.5 + 0.8 * normals(key, 1).astype(np.float64))
    pointing = np.exp(POINTING[0] + POINTING[1] * np.log2(distance + 1.0) + 0.3 * normals(key, 2))
    again = uniforms(key, 3) < traits.early_release_share
    moving = pointing * np.array([time_factor(traits, px) for px in distance.tolist()])
    return fit_drag(
        distance, grip_s, moving, drop_s, again, who, POINTING, "made",
        batched=batched,
    )  # fmt: skip


def test_the_inverse_finds_the_law_of_drags() -> None:
    found = _fitted(POPULATION, 3)
    n = PEOPLE * DRAGS
    # Four standard errors of a regression with scatter .3 and a spread of 1.15 bits.
    slope_error = 4 * 0.3 / (1.15 * np.sqrt(n))
    slope, intercept = (
        found["time_log_slope_per_bit"]["value"],
        found["time_log_intercept"]["value"],
    )
    assert slope == pytest.approx(POPULATION.time_log_slope_per_bit, abs=slope_error + 0.001)
    assert intercept == pytest.approx(POPULATION.time_log_intercept, abs=8.1 * slope_error)
    share = POPULATION.early_release_share
    error = 4 * np.sqrt(share / n) + 1e-4
    assert found["early_release_share"]["value"] == pytest.approx(share, abs=error)
    for name in ("grip_s", "drop_s"):
        fitted, true = read_spread(found[name]["value"]), getattr(POPULATION, name)  # type: ignore[arg-type]
        error = 4 * 1.2533 * true.between_sd / np.sqrt(PEOPLE)
        assert fitted.median**0.35 == pytest.approx(true.median**0.35, abs=error)


def test_a_batched_log_says_nothing_of_rests() -> None:
    assert set(_fitted(POPULATION, 4)) - set(_fitted(POPULATION, 4, batched=True)) == {
        "grip_s",
        "drop_s",
    }


def test_second_tries_go_on_where_the_first_was_let_go() -> None:
    person = np.array([0, 0, 0, 0, 1])
    down_s = np.array([0.0, 2.0, 10.0, 12.0, 13.5])
    up_s = np.array([1.0, 3.0, 11.0, 13.0, 14.0])
    x0 = np.array([0.0, 105.0, 0.0, 100.0, 200.0])
    x1 = np.array([100.0, 200.0, 100.0, 0.0, 300.0])
    y = np.zeros(5)
    # The second goes on; the fourth turns back; the fifth is someone else's.
    assert second_tries(person, down_s, up_s, x0, y, x1, y).tolist() == [
        False,
        True,
        False,
        False,
        False,
    ]


def test_too_few_drags_are_refused() -> None:
    few = np.full(5, 0.2)
    with pytest.raises(DeskhandError, match="at least 30"):
        fit_drag(few * 1000, few, few, few, few > 1, np.zeros(5, np.int64), POINTING, "few")
