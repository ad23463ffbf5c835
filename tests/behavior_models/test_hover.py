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
    rests_on_the_way,
)
from deskhand.behavior_models.personal_spread import read_spread
from deskhand.behavior_models.profile import load_profile
from deskhand.errors import DeskhandError
from deskhand.keyed_draws import keys, mixed

POPULATION = read_hover(load_profile("office"))
PEOPLE, WAYS = 100, 120
WHO = np.repeat(np.arange(PEOPLE), WAYS)
PERSON_KEY = keys(5, "who", range(PEOPLE))[WHO]
KEY = mixed(PERSON_KEY, np.tile(np.arange(WAYS), PEOPLE))
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


def test_an_approach_does_not_know_of_the_others() -> None:
    whole = rests_on_the_way(POPULATION, PERSON_KEY, KEY)
    order = np.random.default_rng(1).permutation(len(KEY))[:777]
    part = rests_on_the_way(POPULATION, PERSON_KEY[order], KEY[order])
    assert np.array_equal(part.rest_us, whole.rest_us[order])
    assert np.array_equal(part.along, whole.along[order])
    assert np.array_equal(part.beside, whole.beside[order])


def test_the_inverse_finds_share_rest_and_place() -> None:
    made = rests_on_the_way(POPULATION, PERSON_KEY, KEY)
    found = fit_hover(made.rest_us * 1e-6, 1.0 - made.along, WHO, "made")
    true = POPULATION
    odds = np.log(true.share / (1 - true.share))
    fitted = np.log(found["share"]["value"] / (1 - found["share"]["value"]))
    # Four standard errors over 100 people: of a median, and of a standard deviation.
    error = 4 * 1.2533 * np.hypot(true.share_logit_sd, 0.2) / np.sqrt(PEOPLE)
    assert fitted == pytest.approx(odds, abs=error)
    assert found["share_logit_sd"]["value"] == pytest.approx(true.share_logit_sd, abs=0.12)
    rest_s = read_spread(found["rest_s"]["value"])
    error = 4 * 1.2533 * true.rest_s.between_sd / np.sqrt(PEOPLE) + 0.03
    assert np.log(rest_s.median / true.rest_s.median) == pytest.approx(0, abs=error)
    assert found["place"]["value"] == pytest.approx(list(true.place), abs=0.05)


def test_one_person_is_no_population() -> None:
    with pytest.raises(DeskhandError, match="3 are needed"):
        fit_hover(np.full(50, 0.5), np.full(50, 0.5), np.zeros(50, np.int64), "one")
