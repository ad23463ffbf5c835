"""How few people, and how strong a promise, a private fit can do with, and what it then fits.

The gates read the number of people exactly: that there are 100, 500 or 2,000 of them is not
protected. They keep numbers useful, and people from being told that noise is a fit.
"""

from typing import NamedTuple

from deskhand.calibration.gaussian_privacy import check_claim
from deskhand.errors import DeskhandError

# Measured on simulated people by benchmarks/dp_utility.py: with fewer, spreads between people are off by a
# fifth and more.
FEWEST, ALL_OF_HAND, ALL = 100, 500, 2_000
FEW_EPSILON, ALL_EPSILON = 3.0, 1.0
# Delta is the chance of a promise that fails: far below one in the number of people.
DELTA_SHARE = 0.1


class Scope(NamedTuple):
    """What is fitted: the hand always, tempo and habits, and how much is worked where."""

    mind: bool
    work: bool


def private_scope(people: int, epsilon: float, delta: float) -> Scope:
    """Return what may be fitted of so many people under such a promise.

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
    if people < FEWEST:
        raise DeskhandError(
            f"the captures are of fewer than {FEWEST} people, whose numbers noise would drown or not "
            "hide; add people, or for work that stays where the captures are use --mode fit-no-dp."
        )
    if delta > DELTA_SHARE / people:
        raise DeskhandError(
            f"delta={delta:g}: too large for so many people; at most a tenth of one in their number: "
            "try 1e-6."
        )
    if people < ALL_OF_HAND and epsilon < FEW_EPSILON:
        raise DeskhandError(
            f"epsilon={epsilon:g}: {FEWEST} to {ALL_OF_HAND - 1} people need epsilon "
            f"{FEW_EPSILON:g} or more, which fits the hand alone; add people or raise epsilon."
        )
    if epsilon < ALL_EPSILON and epsilon * people < ALL * ALL_EPSILON:
        raise DeskhandError(
            f"epsilon={epsilon:g}: below {ALL_EPSILON:g} it takes {ALL:,} people divided by epsilon; "
            "add people or raise epsilon."
        )
    mind = people >= ALL_OF_HAND
    return Scope(mind=mind, work=mind and (people >= ALL or epsilon >= FEW_EPSILON))
