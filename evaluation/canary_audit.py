"""An audit of the private fit: whether somebody who knows all but one person can tell that one.

A canary, as far off as anybody can be, is in one of two otherwise equal sets of people. The release of
either is made many times and looked at along the direction in which the canary pulls. How well both can
be told apart bounds epsilon from below: the measured bound of an honest release is below its claim, and
three mistakes, made on purpose, must be above it, or the audit itself is blind. The whole claim is
audited as that of one sum; a fit spends a part of it on counting people, and both come to the same.

Sources
-------
Jagielski, Ullman & Oprea 2020, auditing by canaries; Clopper & Pearson 1934 for the bounds of rates.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from math import log

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta

from deskhand.calibration.gaussian_privacy import mu_of
from deskhand.calibration.person_statistics import STATISTICS, PeopleStatistics
from deskhand.calibration.private_moments import (
    FARTHEST,
    UNITS,
    Centres,
    Vectors,
    noised_sum,
)
from deskhand.keyed_draws import keys, normals

Floats = NDArray[np.float64]

RUNS = 400_000
# Of each of both bounds, so that 95 of 100 audits of an honest release are right.
CONFIDENCE = 0.975
PEOPLE, SESSIONS = 200, 20
# Thresholds that are tried on the runs set aside for choosing one.
_CHOOSING, _TRIED = 100_000, 400
# A bound that so few runs decide is none.
_FEWEST_HITS = 20
HONEST = "honest"
MISTAKES = ("noise halved", "sessions counted as people", "clipping forgotten")


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditedClaim:
    """What one way of releasing claims, and what epsilon the audit could show at least."""

    way: str
    claimed: float
    shown: float

    @property
    def holds(self) -> bool:
        """Whether nothing was shown against the claim."""
        return self.shown <= self.claimed

    @property
    def as_it_should_be(self) -> bool:
        """Whether an honest release holds, or a mistake was found."""
        return self.holds == (self.way == HONEST)


class _Unclipped(Vectors):
    """The mistake of summing vectors of any length."""

    @property
    def inner_length(self) -> float:
        return 1e9

    @property
    def length(self) -> float:
        return float(Vectors(statistics=self.statistics, labels=self.labels).length)


def canary_audit(
    epsilon: float, delta: float, *, runs: int = RUNS, seed: int = 0
) -> Iterator[AuditedClaim]:
    """Yield the audit of an honest release and of each mistake.

    Parameters
    ----------
    epsilon, delta : float
        The claim.
    runs : int
        Releases of either set, besides those for choosing where to look.
    seed : int
        Of the audit's own noise: what is audited is how vectors are cut and added and how wide the
        noise is, not its source.

    Examples
    --------
    >>> [one.as_it_should_be for one in canary_audit(3.0, 1e-6, runs=50_000)]
    [True, True, True, True]
    """
    statistics = tuple(one for one in STATISTICS if one.motor)
    vectors = Vectors(statistics=statistics, labels=())
    mu, size = mu_of(epsilon, delta), len(statistics)
    centres = Centres(middle=(0.0,) * size, sd=(1.0,) * size)
    others = _people(seed, size)
    canary = np.full((2, 1, size), FARTHEST)
    # Beyond what a statistic may be, where nothing else is to stop it.
    many = np.repeat(canary, SESSIONS, axis=1)
    cases = (
        (HONEST, vectors, canary, 1),
        (MISTAKES[0], vectors, canary, 2),
        (MISTAKES[1], vectors, many, 1),
        (MISTAKES[2], _Unclipped(statistics=statistics, labels=()), canary, 1),
    )
    for number, (way, made_by, theirs, narrower) in enumerate(cases):
        shift = _shift(made_by, others, theirs, centres, mu, narrower)
        drawn = (_draws(seed, number, side, runs + _CHOOSING) for side in (0, 1))
        without, with_canary = next(drawn), next(drawn) + shift
        shown = _shown_epsilon(without, with_canary, delta)
        yield AuditedClaim(way=way, claimed=epsilon, shown=shown)


def _people(seed: int, size: int) -> PeopleStatistics:
    z = normals(keys(seed, "canary_audit.people", range(PEOPLE)), np.arange(size)[:, np.newaxis])
    halves = np.broadcast_to(z.T.astype(np.float64), (2, PEOPLE, size))
    return PeopleStatistics(
        halves=halves,
        app_time=np.zeros((PEOPLE, 0)),
        app_changes=np.zeros((PEOPLE, 0, 0)),
        labels=(),
    )


def _shift(
    vectors: Vectors,
    others: PeopleStatistics,
    canary: Floats,
    centres: Centres,
    mu: float,
    narrower: int,
) -> float:
    """Return how far the canary moves the release, in standard deviations of the noise."""
    chosen = range(canary.shape[2])
    joined = replace(
        others,
        halves=np.concatenate([others.halves, canary], axis=1),
        app_time=np.zeros((PEOPLE + canary.shape[1], 0)),
        app_changes=np.zeros((PEOPLE + canary.shape[1], 0, 0)),
    )
    sigmas: list[Fraction] = []

    def unheard(sigma: Fraction, count: int) -> list[int]:
        sigmas.append(sigma)
        return [0] * count

    length = vectors.length
    totals = [
        noised_sum(vectors.of(people, chosen, centres), length, mu, unheard)
        for people in (others, joined)
    ]
    moved = float(np.linalg.norm(totals[1] - totals[0]))
    # Sums are whole numbers of units; so is the noise.
    unit = length / UNITS
    return moved / (unit * float(sigmas[0])) * narrower


def _draws(seed: int, case: int, side: int, count: int) -> Floats:
    key = keys(seed, "canary_audit.noise", [case * 2 + side])
    return normals(key, np.arange(count)).astype(np.float64)


def _shown_epsilon(without: Floats, with_canary: Floats, delta: float) -> float:
    """Return the largest lower bound of epsilon at a threshold that other runs have chosen."""
    tried = np.quantile(with_canary[:_CHOOSING], np.linspace(0.0005, 0.9995, _TRIED))
    first = [_bound(without[:_CHOOSING], with_canary[:_CHOOSING], at, delta) for at in tried]
    best = float(tried[int(np.argmax(first))])
    return max(_bound(without[_CHOOSING:], with_canary[_CHOOSING:], best, delta), 0.0)


def _bound(without: Floats, with_canary: Floats, threshold: float, delta: float) -> float:
    hits, false = (int((side > threshold).sum()) for side in (with_canary, without))
    if hits < _FEWEST_HITS:
        return 0.0
    size = len(without)
    least = float(beta.ppf(1.0 - CONFIDENCE, hits, size - hits + 1))
    most = float(beta.ppf(CONFIDENCE, false + 1, size - false))
    return log((least - delta) / most) if least > delta else 0.0
