"""A verifier of people by pairs: is this probe by the person who was enrolled? Learnt, and by distance alone."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
# Windows that enrol a person; what is left of a person's windows is probes.
ENROLLED = 5
# Probes of other people that each enrolment is tried with.
STRANGERS = 20


class Samples(NamedTuple):
    """Rows of features, person by person."""

    rows: Floats
    person: NDArray[np.int64]

    def of(self, people: NDArray[np.integer]) -> "Samples":
        """Return those of some people."""
        chosen = np.isin(self.person, people)
        return Samples(self.rows[chosen], self.person[chosen])


class Pairs(NamedTuple):
    """How far each probe is from an enrolment, feature by feature, and whether they are one person's."""

    apart: Floats
    same: NDArray[np.bool_]


def pairs_of(samples: Samples, seed: int) -> Pairs:
    """Return pairs of enrolments and probes.

    The first `ENROLLED` samples of a person enrol it. Every other sample is a probe of its own person,
    and, drawn, of others; a lone person has no others, and gives pairs of its own alone.
    """
    rng = np.random.default_rng(seed)
    people = [person for person in np.unique(samples.person) if _held(samples, person) > ENROLLED]
    probe = np.concatenate([np.flatnonzero(samples.person == p)[ENROLLED:] for p in people])
    apart, same = [], []
    for person in people:
        own = np.flatnonzero(samples.person == person)
        centre = samples.rows[own[:ENROLLED]].mean(axis=0)
        others = probe[samples.person[probe] != person]
        drawn = rng.permutation(others)[:STRANGERS]
        apart += [np.abs(samples.rows[np.append(own[ENROLLED:], drawn)] - centre)]
        same += [np.arange(len(own) - ENROLLED + len(drawn)) < len(own) - ENROLLED]
    return Pairs(np.vstack(apart), np.concatenate(same))


def _held(samples: Samples, person: int) -> int:
    return int((samples.person == person).sum())


def within_sd(samples: Samples) -> Floats:
    """Return the scatter of each feature within people, pooled."""
    _, place = np.unique(samples.person, return_inverse=True)
    held = np.bincount(place)[:, np.newaxis]
    mean = np.stack([np.bincount(place, column) for column in samples.rows.T], 1) / held
    off = samples.rows - mean[place]
    sd = np.sqrt((off**2).sum(axis=0) / max(len(off) - len(held), 1))
    # What none of few people ever does would weigh without end: a tenth of all scatter is the least.
    least = np.maximum(
        0.1 * samples.rows.std(axis=0), 1e-3 * (1.0 + np.abs(samples.rows).max(axis=0))
    )
    return np.maximum(sd, least)


def pooled_sd(parts: list[tuple[Samples, float]]) -> Floats:
    """Return the scatter within people of several populations, their variances weighted."""
    total = sum(weight for _, weight in parts)
    pooled: Floats = np.sqrt(sum(w * within_sd(one) ** 2 for one, w in parts) / total)
    return pooled


def manhattan(test: Pairs, scale: Floats) -> float:
    """Return the equal error rate of scaled Manhattan distance, which learns no more than a scale."""
    return equal_error((test.apart / scale).sum(axis=1), test.same)


def learnt(parts: list[tuple[Pairs, float]], scale: Floats, test: Pairs, seed: int) -> float:
    """Return the equal error rate of logistic regression on scaled distances.

    Parameters
    ----------
    parts : list of (Pairs, float)
        To train on, and how much each part weighs; pairs of one person and of two weigh alike.
    scale : NDArray[np.float64], shape (k,)
    test : Pairs
    seed : int
    """
    from sklearn.linear_model import LogisticRegression

    rows = np.vstack([_scaled(pairs.apart, scale) for pairs, _ in parts])
    same = np.concatenate([pairs.same for pairs, _ in parts])
    weight = np.concatenate([_weights(pairs.same, share) for pairs, share in parts])
    model = LogisticRegression(C=0.1, max_iter=500, random_state=seed)
    model.fit(rows, same, sample_weight=weight / weight.mean())
    return equal_error(-model.decision_function(_scaled(test.apart, scale)), test.same)


def _scaled(apart: Floats, scale: Floats) -> Floats:
    # Differences far beyond the scatter say no more than great ones.
    return np.minimum(apart / scale, 8.0)


def _weights(same: NDArray[np.bool_], share: float) -> Floats:
    each = np.where(same, 0.5 / max(same.sum(), 1), 0.5 / max((~same).sum(), 1))
    return share * each


def equal_error(distance: Floats, same: NDArray[np.bool_]) -> float:
    """Return the rate at which people are refused as often as strangers are accepted."""
    order = np.argsort(distance, kind="stable")
    accepted = np.cumsum(~same[order]) / max((~same).sum(), 1)
    refused = 1.0 - np.cumsum(same[order]) / max(same.sum(), 1)
    place = int(np.argmin(np.abs(accepted - refused)))
    return float(0.5 * (accepted[place] + refused[place]))
