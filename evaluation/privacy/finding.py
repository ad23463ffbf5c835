"""What an attack found: how much better it does on people who were fitted than on people who were not."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

AUDITED, CLONES, REPLAYS = "audited", "clones", "replays"
# An attack that does better by no more is held to be of no account (assumed); chance passes that bound in
# one audit of a hundred.
MARGIN, FALSE_ALARM = 0.05, 0.01
RESAMPLES = 1000


class Trial(NamedTuple):
    """Which attack is tried on which release of which activity; the words of `Finding`."""

    activity: str
    release: str
    attack: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One attack on one release.

    Parameters
    ----------
    activity : str
        ``typing`` or ``pointer``.
    attack : str
        Which.
    release : str
        ``audited``, or the leaky one that must be caught: ``clones`` or ``replays``.
    value, control : float
        On people who were fitted, and on those who were not.
    low, high : float
        Bounds of the difference over people, each missed once in a hundred audits.
    allowed : float
        What the difference may be.
    """

    activity: str
    attack: str
    release: str
    value: float
    control: float
    low: float
    high: float
    allowed: float = MARGIN

    @property
    def leaks(self) -> bool:
        """Whether people who were fitted are given away."""
        return self.low > self.allowed

    @property
    def as_it_should_be(self) -> bool:
        """Whether what is audited does not leak, or a leaky release was caught."""
        return self.leaks == (self.release != AUDITED)


def auc(members: Floats, others: Floats) -> float:
    """Return the chance that a member's score is above another person's, ties counted half.

    Examples
    --------
    >>> auc(np.array([2.0, 3.0]), np.array([1.0, 2.0]))
    0.875
    """
    return float(_above(members, others).mean())


def ranked_finding(trial: Trial, members: Floats, others: Floats, seed: int) -> Finding:
    """Return how well scores tell members from others: the area under the curve, beside .5.

    Parameters
    ----------
    trial : Trial
    members, others : NDArray[np.float64]
        One score a person.
    seed : int
        Of the resamples.
    """
    rng = np.random.default_rng(seed)
    one, other = _resampled(rng, len(members)), _resampled(rng, len(others))
    drawn = np.einsum("rn,nm,rm->r", one, _above(members, others), other, optimize=True)
    low, high = _bounds(drawn - 0.5)
    return Finding(**trial._asdict(), value=auc(members, others), control=0.5, low=low, high=high)


def mean_finding(
    trial: Trial, members: Floats, *controls: Floats, paired: bool = False, seed: int
) -> Finding:
    """Return how much higher the members' mean is than the highest of the controls.

    Parameters
    ----------
    trial : Trial
    members : NDArray[np.float64], shape (n,)
    *controls : NDArray[np.float64]
        Of other people; the first of the members themselves, where ``paired``.
    paired : bool
        See there.
    seed : int
        Of the resamples.
    """
    worst = max(range(len(controls)), key=lambda k: controls[k].mean())
    control = controls[worst]
    rng = np.random.default_rng(seed)
    if paired and worst == 0:
        drawn = _resampled(rng, len(members)) @ (members - control)
    else:
        drawn = _resampled(rng, len(members)) @ members - _resampled(rng, len(control)) @ control
    low, high = _bounds(drawn)
    return Finding(
        **trial._asdict(),
        value=float(members.mean()),
        control=float(control.mean()),
        low=low,
        high=high,
    )


def _above(members: Floats, others: Floats) -> Floats:
    apart = members[:, np.newaxis] - others
    above: Floats = (apart > 0.0) + 0.5 * (apart == 0.0)
    return above


def _resampled(rng: np.random.Generator, people: int) -> Floats:
    """Return what each person weighs in each draw of as many people with replacement."""
    return rng.multinomial(people, np.full(people, 1.0 / people), RESAMPLES) / people


def _bounds(drawn: Floats) -> tuple[float, float]:
    low, high = np.quantile(drawn, (FALSE_ALARM, 1.0 - FALSE_ALARM))
    return float(low), float(high)
