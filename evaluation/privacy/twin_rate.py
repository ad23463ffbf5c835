"""Twins: people who have a synthetic double that a biometric verifier takes for them.

The verifier knows a person by the mean of the first half of their windows, and accepts a window that
lies nearer to it, by scaled Manhattan distance, every feature weighted by how much
people differ in it, than all but one in twenty windows of strangers. A twin
is somebody most of whose windows are accepted. The rate at which synthetic windows are accepted is
blind: a release of clones hardly moves it.

Sources
-------
Killourhy & Maxion 2009 for scaled Manhattan distance as a verifier of typists.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from deskhand.evaluation.privacy.samples import Samples, between_share, halves, means, within_sd

Floats = NDArray[np.float64]

FALSE_ACCEPTS, MOSTLY = 0.05, 0.5
# People whom everybody is held against; among more of them there is a look-alike for anybody.
POOL = 25
# Random halvings of the people who were not fitted; either half sets thresholds once.
HALVINGS = 4
# Distance beyond which a feature says no more.
FARTHEST = 8.0


def twin_rates(
    members: Samples, others: Samples, release: Samples, seed: int
) -> tuple[Floats, Floats, Floats]:
    """Return the chance of each person to have a twin in a pool of others.

    Parameters
    ----------
    members, others : Samples
        Of people who were fitted and of people who were not.
    release : Samples
        Of synthetic people. One whose number is that of a member was made of that member, and is
        always among those that the member is held against.
    seed : int
        Of the halvings.

    Returns
    -------
    tuple of NDArray[np.float64], shapes (n,), (n,) and (m,)
        Of members in the release, of members among people who were not fitted, and of those people in
        the release.
    """
    rng = np.random.default_rng(seed)
    found: list[Floats] = []
    control: list[Floats] = []
    of_others = np.zeros(len(others.people))
    size = min(POOL, len(others.people) // 2, len(release.people))
    for _ in range(HALVINGS):
        order = rng.permutation(len(others.people))
        parts = order[: len(order) // 2], order[len(order) // 2 :]
        for strangers, rest in (parts, parts[::-1]):
            apart = others.of(others.people[strangers])
            pool = others.of(others.people[rest])
            found.append(_chances(members, release, apart, size))
            control.append(_chances(members, pool, apart, size))
            of_others[np.sort(rest)] += _chances(pool, release, apart, size) / HALVINGS
    return np.mean(found, axis=0), np.mean(control, axis=0), of_others


def recognised_share(people: Samples, strangers: Samples) -> float:
    """Return the share of people whom the verifier knows by most of the second half of their windows.

    Parameters
    ----------
    people, strangers : Samples
        Whom it is to know, and who sets its thresholds.
    """
    second = halves(people)[1]
    own = np.isin(people.people, second.people)
    alone = [
        _chances(people.of(one), second.of(one), strangers, 1)
        for one in people.people[own, np.newaxis]
    ]
    return float(np.concatenate(alone).mean()) if alone else 0.0


def _chances(targets: Samples, pool: Samples, strangers: Samples, size: int) -> Floats:
    """Return the chance of each target to find a twin among so many people of the pool."""
    scale, weight = within_sd(strangers), between_share(strangers)
    templates = means(halves(targets)[0]) / scale
    probes, apart = pool.rows / scale, strangers.rows / scale
    people, place = np.unique(pool.person, return_inverse=True)
    held = np.bincount(place)
    twins = np.zeros(len(templates), np.int64)
    own = np.zeros(len(templates), np.bool_)
    hers = np.searchsorted(people, targets.people)
    made_of = np.isin(targets.people, people)
    for row, template in enumerate(templates):
        limit = np.quantile(_distance(apart, template, weight), FALSE_ACCEPTS)
        accepted = np.bincount(place, _distance(probes, template, weight) <= limit) / held > MOSTLY
        if made_of[row]:
            own[row] = accepted[hers[row]]
            accepted[hers[row]] = False
        twins[row] = accepted.sum()
    drawn, among = size - made_of, len(people) - made_of
    return np.where(own, 1.0, 1.0 - _none_of(twins, drawn, among))


def _distance(rows: Floats, template: Floats, weight: Floats) -> Floats:
    distance: Floats = np.minimum(np.abs(rows - template), FARTHEST) @ weight
    return distance


def _none_of(
    twins: NDArray[np.int64], drawn: NDArray[np.int64], among: NDArray[np.int64]
) -> Floats:
    """Return the chance that a draw without replacement has none of the twins."""
    left = among - twins - drawn
    safe = np.maximum(left, 0)

    def log_choose(n: NDArray[np.int64], k: NDArray[np.int64]) -> Floats:
        value: Floats = gammaln(n + 1.0) - gammaln(k + 1.0) - gammaln(n - k + 1.0)
        return value

    chance = np.exp(log_choose(safe + drawn, drawn) - log_choose(among, drawn))
    return np.where(left < 0, 0.0, chance)
