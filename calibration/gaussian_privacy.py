"""Gaussian differential privacy: what noise a claim of (epsilon, delta) takes, and how claims add up.

A sum to which one person adds a vector of length C or less, with Gaussian noise of standard deviation
C / mu on each coordinate, is mu-Gaussian differentially private under adding or removing a person.
Releases of mu_1, mu_2, ... on the same people are together one of sqrt(mu_1^2 + mu_2^2 + ...), also
where a later one is chosen by what an earlier one showed.

Sources
-------
Balle & Wang 2018, the analytic Gaussian mechanism; Dong, Roth & Su 2022, Gaussian differential privacy
and its composition.
"""

from collections.abc import Iterable
from math import exp, isfinite, sqrt

from scipy.special import log_ndtr, ndtr

from deskhand.errors import DeskhandError

LARGEST_EPSILON = 50.0
_STEPS = 200


def delta_of(epsilon: float, mu: float) -> float:
    """Return the least delta under which noise of C / mu is (epsilon, delta)-private.

    Examples
    --------
    >>> round(delta_of(1.0, 1.0), 4), delta_of(1.0, 0.0)
    (0.1269, 0.0)
    """
    if mu <= 0.0:
        return 0.0
    upper = float(ndtr(-epsilon / mu + mu / 2.0))
    return max(upper - exp(epsilon + float(log_ndtr(-epsilon / mu - mu / 2.0))), 0.0)


def mu_of(epsilon: float, delta: float) -> float:
    """Return the largest mu whose noise is (epsilon, delta)-private.

    Raises
    ------
    DeskhandError
        When the claim is none: see `check_claim`.

    Examples
    --------
    >>> round(1.0 / mu_of(1.0, 1e-6), 3), round(1.0 / mu_of(3.0, 1e-6), 3)
    (4.225, 1.544)
    """
    check_claim(epsilon, delta)
    low, high = 0.0, 1.0
    while delta_of(epsilon, high) < delta:
        high *= 2.0
    for _ in range(_STEPS):
        middle = 0.5 * (low + high)
        if delta_of(epsilon, middle) <= delta:
            low = middle
        else:
            high = middle
    return low


def epsilon_of(mu: float, delta: float) -> float:
    """Return the least epsilon under which noise of C / mu is (epsilon, delta)-private.

    Examples
    --------
    >>> round(epsilon_of(mu_of(1.0, 1e-6), 1e-6), 6)
    1.0
    """
    low, high = 0.0, 1.0
    while delta_of(high, mu) > delta:
        high *= 2.0
    for _ in range(_STEPS):
        middle = 0.5 * (low + high)
        if delta_of(middle, mu) > delta:
            low = middle
        else:
            high = middle
    return high


def composed(mus: Iterable[float]) -> float:
    """Return the mu of several releases on the same people.

    Examples
    --------
    >>> composed([3.0, 4.0])
    5.0
    """
    return sqrt(sum(mu * mu for mu in mus))


def check_claim(epsilon: float, delta: float) -> None:
    """Refuse an epsilon or a delta that claims nothing.

    Raises
    ------
    DeskhandError
        When epsilon is not above 0 and at most 50, or delta not between 0 and 1.
    """
    if not (isfinite(epsilon) and 0.0 < epsilon <= LARGEST_EPSILON):
        raise DeskhandError(
            f"epsilon={epsilon}: must be a number above 0 and at most {LARGEST_EPSILON:g}; 1 is a "
            "strong promise, 3 a usual one, and above 10 there is hardly any."
        )
    if not (isfinite(delta) and 0.0 < delta < 1.0):
        raise DeskhandError(
            f"delta={delta}: must be above 0 and far below one in the number of people; try 1e-6."
        )
