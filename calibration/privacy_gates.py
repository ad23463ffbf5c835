"""How few people, and how strong a promise, a private fit can do with, and what it then fits.

That there are a hundred people is read as it is, and is not protected. Of those, people are counted with
noise before anything else is done with them, and the other gates see nothing but that: whether a fit is
refused, and how much it fits, is under the claim as its numbers are. The gates keep numbers useful, and
people from being told that noise is a fit.
"""

from math import ceil, sqrt
from typing import NamedTuple

import numpy as np

from deskhand.calibration.gaussian_privacy import check_claim
from deskhand.calibration.private_moments import Noise, noised_sum
from deskhand.errors import DeskhandError

# Measured on simulated people by benchmarks/dp_utility.py: with fewer, spreads between people are off by a
# fifth and more.
FEWEST, ALL_OF_HAND, ALL = 100, 500, 2_000
FEW_EPSILON, ALL_EPSILON = 3.0, 1.0
# Delta is the chance of a promise that fails: far below one in the number of people.
DELTA_SHARE = 0.1
# Share of the claim for counting people. Gates go by as many as there may be, so many standard deviations
# above the count: of five hundred people one fit in thirty thousand is refused.
COUNT_SHARE, ABOVE_SDS = 0.05, 4.0


class Scope(NamedTuple):
    """What is fitted: the hand always, tempo and habits, and how much is worked where."""

    mind: bool
    work: bool


class Parts(NamedTuple):
    """What a claim's mu is spent for; both together are all of it."""

    counting: float
    rest: float


def parts_of(mu: float) -> Parts:
    """Return how a claim is shared between counting people and all else.

    Examples
    --------
    >>> parts = parts_of(2.0)
    >>> round(parts.counting**2 + parts.rest**2, 9)
    4.0
    """
    return Parts(counting=mu * sqrt(COUNT_SHARE), rest=mu * sqrt(1.0 - COUNT_SHARE))


def most_people(people: int, mu: float, noise: Noise) -> int:
    """Return as many people as there may be by a noised count, mu-Gaussian private in each of them.

    Parameters
    ----------
    people : int
        As many as there are.
    mu : float
        Of the count.
    noise : callable
        As in `deskhand.calibration.private_moments.private_moments`.

    Examples
    --------
    >>> from deskhand.calibration.gaussian_privacy import mu_of
    >>> def unheard(sigma, count):
    ...     return [0] * count
    >>> most_people(100, parts_of(mu_of(3.0, 1e-6)).counting, unheard)
    128
    >>> most_people(500, parts_of(mu_of(1.0, 1e-6)).counting, unheard)
    576
    """
    counted = float(noised_sum(np.ones((people, 1)), 1.0, mu, noise)[0])
    return max(ceil(counted + ABOVE_SDS / mu), 1)


def check_enough(people: int) -> None:
    """Refuse fewer people than any private fit can do with, before anything is spent on them.

    Raises
    ------
    DeskhandError
        When there are too few.

    Examples
    --------
    >>> check_enough(100)
    """
    if people < FEWEST:
        raise DeskhandError(
            f"the captures are of fewer than {FEWEST} people, whose numbers noise would drown or not "
            "hide; add people, or for work that stays where the captures are use --mode fit-no-dp."
        )


def private_scope(people: int, epsilon: float, delta: float) -> Scope:
    """Return what may be fitted of so many people under such a promise.

    Parameters
    ----------
    people : int
        As many as there may be, see `most_people`.
    epsilon, delta : float
        The promise.

    Raises
    ------
    DeskhandError
        When nothing may.

    Examples
    --------
    >>> private_scope(150, 3.0, 1e-6), private_scope(2000, 1.0, 1e-6)
    (Scope(mind=False, work=False), Scope(mind=True, work=True))
    """
    check_claim(epsilon, delta)
    if delta > DELTA_SHARE / people:
        raise DeskhandError(
            f"delta={delta:g}: too large for so many people; at most a tenth of one in their number: "
            "try 1e-6."
        )
    if people < ALL_OF_HAND and epsilon < FEW_EPSILON:
        raise DeskhandError(
            f"epsilon={epsilon:g}: fewer than {ALL_OF_HAND} people need epsilon {FEW_EPSILON:g} or more, "
            f"and to be {FEWEST} at least, which fits the hand alone; add people or raise epsilon."
        )
    if epsilon < ALL_EPSILON and epsilon * people < ALL * ALL_EPSILON:
        raise DeskhandError(
            f"epsilon={epsilon:g}: below {ALL_EPSILON:g} it takes {ALL:,} people divided by epsilon; "
            "add people or raise epsilon."
        )
    mind = people >= ALL_OF_HAND
    return Scope(mind=mind, work=mind and (people >= ALL or epsilon >= FEW_EPSILON))
