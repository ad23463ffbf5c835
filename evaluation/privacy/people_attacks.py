"""Attacks on whole people by what is released: membership, singling out, linkability, inference.

Each gives a score or a success to people who were fitted and, as the control, to people who were not:
what works as well on strangers says something of people, and nothing of these.

Sources
-------
Article 29 Working Party 2014, opinion 05/2014 (singling out, linkability, inference); Giomi, Boenisch,
Wehmeyer & Tasnadi 2023 (attacks with a control of people who were not in the data); Shokri et al. 2017
(membership inference).
"""

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from deskhand.evaluation.privacy.portraits import Portraits

Floats = NDArray[np.float64]
Pair = tuple[Floats, Floats]
"""Scores of members and of others."""

# A predicate of singling out: as many columns, each at most so far off, in spreads between people.
COLUMNS, WIDTH, TRIES = 6, 0.35, 8
# A guess is right that is off by no more, in spreads between people.
TOLERANCE = 0.25


def membership(members: Portraits, others: Portraits, release: Portraits) -> Pair:
    """Return how near the nearest synthetic person comes, less is farther.

    Parameters
    ----------
    members, others, release : Portraits
        Standardised.
    """
    one, other = (-cdist(p.rows, release.rows, "cityblock").min(axis=1) for p in (members, others))
    return one / members.rows.shape[1], other / members.rows.shape[1]


def singling_out(members: Portraits, others: Portraits, release: Portraits, seed: int) -> Pair:
    """Return which predicates made from synthetic people hold for exactly one person.

    Parameters
    ----------
    members, others, release : Portraits
        Standardised; of members and others as many are looked at, and whoever was made of a member
        who is not looked at is left out.
    seed : int
        Of the columns.
    """
    rng = np.random.default_rng(seed)
    size = min(len(members.rows), len(others.rows))
    unseen = np.isin(release.person, members.person[size:])
    hits: tuple[list[float], list[float]] = ([], [])
    columns = release.rows.shape[1]
    for row in release.rows[~unseen]:
        picked = [rng.permutation(columns)[:COLUMNS] for _ in range(TRIES)]
        for side, people in zip(hits, (members.rows[:size], others.rows[:size]), strict=True):
            near = np.abs(people - row) <= WIDTH
            side.append(float(np.mean([near[:, c].all(axis=1).sum() == 1 for c in picked])))
    return np.array(hits[0]), np.array(hits[1])


def linkability(members: Portraits, others: Portraits, release: Portraits) -> Pair:
    """Return whose two sides lie nearest to the two sides of one synthetic person.

    Parameters
    ----------
    members, others, release : Portraits
        Standardised.
    """

    def linked(people: Portraits) -> Floats:
        known, rest = (_nearest(people, release, side) for side in (False, True))
        same: Floats = (known == rest).astype(np.float64)
        return same

    return linked(members), linked(others)


def inference(members: Portraits, others: Portraits, release: Portraits) -> Pair:
    """Return what share of a person's other side the synthetic person nearest by one side tells.

    Parameters
    ----------
    members, others, release : Portraits
        Standardised.
    """

    def told(people: Portraits) -> Floats:
        guess = release.rows[_nearest(people, release, False)][:, people.side]
        right: Floats = (np.abs(guess - people.rows[:, people.side]) <= TOLERANCE).mean(axis=1)
        return right

    return told(members), told(others)


def _nearest(people: Portraits, release: Portraits, side: bool) -> NDArray[np.intp]:
    columns = people.side == side
    apart = cdist(people.rows[:, columns], release.rows[:, columns], "cityblock")
    nearest: NDArray[np.intp] = np.argmin(apart, axis=1)
    return nearest
