"""Gates: how many people, how strong a promise, and what is then fitted."""

import pytest

from deskhand.calibration.discrete_gaussian import discrete_gaussians
from deskhand.calibration.gaussian_privacy import mu_of
from deskhand.calibration.privacy_gates import (
    FEWEST,
    check_enough,
    most_people,
    parts_of,
    private_scope,
)
from deskhand.errors import DeskhandError


@pytest.mark.parametrize(
    ("people", "epsilon", "mind", "work"),
    [
        (100, 3.0, False, False),
        (499, 10.0, False, False),
        (500, 1.0, True, False),
        (500, 3.0, True, True),
        (1999, 1.0, True, False),
        (2000, 1.0, True, True),
        (4000, 0.5, True, True),
    ],
)
def test_what_is_fitted(people: int, epsilon: float, mind: bool, work: bool) -> None:
    assert private_scope(people, epsilon, 1e-6) == (mind, work)


@pytest.mark.parametrize(
    ("people", "epsilon", "delta", "told"),
    [
        (100, 2.9, 1e-6, "fewer than 500 people need epsilon 3"),
        (499, 1.0, 1e-6, "fewer than 500 people need epsilon 3"),
        (1999, 0.9, 1e-6, "below 1 it takes 2,000"),
        (3999, 0.5, 1e-6, "divided by epsilon"),
        (500, 1.0, 1e-3, "too large for so many people"),
        (100, 0.0, 1e-6, "epsilon=0"),
    ],
)
def test_refusals_name_no_number_of_the_people(
    people: int, epsilon: float, delta: float, told: str
) -> None:
    with pytest.raises(DeskhandError, match=told) as refused:
        private_scope(people, epsilon, delta)
    if people not in (100, 499):
        assert str(people) not in str(refused.value).replace("2,000", "")


@pytest.mark.parametrize("people", [0, 5, 99])
def test_fewer_than_a_hundred_are_refused(people: int) -> None:
    with pytest.raises(DeskhandError, match="fewer than 100 people") as refused:
        check_enough(people)
    assert f" {people} " not in str(refused.value)
    check_enough(FEWEST)


def test_gates_see_a_noised_count() -> None:
    """Four standard deviations: of 200 counts more than two fall below in one test of thirty million."""
    mu = parts_of(mu_of(3.0, 1e-6)).counting
    counts = [most_people(FEWEST, mu, discrete_gaussians) for _ in range(200)]
    assert sum(count < FEWEST for count in counts) <= 2
    assert len(set(counts)) > 10
    middle = sum(counts) / len(counts)
    # A third of a standard deviation is 4.7 standard errors of the mean of 200 counts.
    assert middle == pytest.approx(FEWEST + 4.0 / mu, abs=0.33 / mu + 1.0)
    few = [most_people(5, mu, discrete_gaussians) for _ in range(200)]
    assert max(few) < FEWEST
