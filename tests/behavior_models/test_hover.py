"""Laws of hesitation, and an inverse that finds what was put in."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskhand.behavior_models.hover import (
    LONGEST_REST_S,
    SHORTEST_REST_S,
    fit_hover,
    own_hover,
    read_hover,
    rest_on_the_way,
)
from deskhand.behavior_models.personal_spread import read_spread
from deskhand.behavior_models.profile import load_profile
from deskhand.errors import DeskhandError

POPULATION = read_hover(load_profile("office"))
PEOPLE, WAYS = 100, 120
WHO = np.repeat(np.arange(PEOPLE), WAYS)
UNIFORM = st.floats(0, 1, exclude_max=True)


@given(
    person=st.floats(-4, 4),
    whether=UNIFORM,
    where=UNIFORM,
    noise=st.tuples(st.floats(-5, 5), st.floats(-5, 5)),
)
def test_a_rest_comes_at_the_persons_share(
    person: float, whether: float, where: float, noise: tuple[float, float]
) -> None:
    hover = own_hover(POPULATION, person)
    assert 0.0 < hover.share < 1.0
    rest = rest_on_the_way(hover, whether, noise, where)
    assert (rest is not None) == (whether < hover.share)
    if rest is not None:
        assert SHORTEST_REST_S <= rest.rest_s <= LONGEST_REST_S
        assert -1.0 <= rest.along <= 1.0


def test_the_inverse_finds_share_rest_and_place() -> None:
    rng = np.random.default_rng(5)
    own = [own_hover(POPULATION, noise) for noise in rng.standard_normal(PEOPLE).tolist()]
    made = [
        rest_on_the_way(own[person], rng.random(), (rng.standard_normal(), 0.0), rng.random())
        for person in WHO.tolist()
    ]
    rest_s = np.array([0.0 if rest is None else rest.rest_s for rest in made])
    left = np.array([1.0 if rest is None else 1.0 - rest.along for rest in made])
    found = fit_hover(rest_s, left, WHO, "made")
    true = POPULATION
    odds = np.log(true.share / (1 - true.share))
    fitted = np.log(found["share"]["value"] / (1 - found["share"]["value"]))
    # Four standard errors over 100 people: of a median, and of a standard deviation.
    error = 4 * 1.2533 * np.hypot(true.share_logit_sd, 0.2) / np.sqrt(PEOPLE)
    assert fitted == pytest.approx(odds, abs=error)
    assert found["share_logit_sd"]["value"] == pytest.approx(true.share_logit_sd, abs=0.12)
    lasts = read_spread(found["rest_s"]["value"])
    error = 4 * 1.2533 * true.rest_s.between_sd / np.sqrt(PEOPLE) + 0.03
    assert np.log(lasts.median / true.rest_s.median) == pytest.approx(0, abs=error)
    assert found["place"]["value"] == pytest.approx(list(true.place), abs=0.05)


def test_one_person_is_no_population() -> None:
    with pytest.raises(DeskhandError, match="3 are needed"):
        fit_hover(np.full(50, 0.5), np.full(50, 0.5), np.zeros(50, np.int64), "one")
