"""Gates: how many people, how strong a promise, and what is then fitted."""

import pytest

from deskhand.calibration.privacy_gates import private_scope
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
        (5, 3.0, 1e-6, "fewer than 100 people"),
        (99, 50.0, 1e-6, "fewer than 100 people"),
        (100, 2.9, 1e-6, "100 to 499 people need epsilon 3"),
        (499, 1.0, 1e-6, "100 to 499 people need epsilon 3"),
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
