"""What a verifier sees of people: windows of their keys or movements, as rows of features."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deskhand.evaluation.key_features import dependence_features, distribution_features
from deskhand.evaluation.key_table import Keystrokes
from deskhand.evaluation.key_windows import key_windows

Floats = NDArray[np.float64]

# Keys of a window, and movements of one.
KEYS, MOVEMENTS = 40, 10
# Of each feature of movements: its middle, its scatter and its tails over a window.
TAILS = (0.1, 0.9)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Samples:
    """w windows of people.

    Parameters
    ----------
    rows : NDArray[np.float64], shape (w, k)
        Features.
    person : NDArray[np.int64], shape (w,)
        Whose, in no order.
    """

    rows: Floats
    person: NDArray[np.int64]

    @property
    def people(self) -> NDArray[np.int64]:
        """Numbers of the people, shape (p,)."""
        return np.unique(self.person)

    def of(self, people: NDArray[np.integer]) -> "Samples":
        """Return those of some people."""
        chosen = np.isin(self.person, people)
        return Samples(rows=self.rows[chosen], person=self.person[chosen])


def key_samples(keys: Keystrokes, seed: int = 0) -> Samples:
    """Return the windows of keystrokes; which keys they are is not looked at.

    Raises
    ------
    DeskhandError
        When no session has the keys of a window.
    """
    windows = key_windows(keys, size=KEYS, most=1_000_000, seed=seed)
    rows = np.hstack([distribution_features(windows), dependence_features(windows)])
    # Where there is no rollover there is no length of it.
    return Samples(rows=np.nan_to_num(rows, nan=0.0), person=windows.person.astype(np.int64))


def movement_samples(
    features: Floats, movement_person: NDArray[np.integer], size: int = MOVEMENTS
) -> Samples:
    """Return windows of movements that follow one another, person by person.

    Parameters
    ----------
    features : NDArray[np.float64], shape (m, k)
        Of movements; best those of shape and of kinematics on an even grid of 100 Hz, and not of
        single reports, whose clock tells the recorder and not the hand.
    movement_person : NDArray of int, shape (m,)
        Whose.
    size : int
        Movements of a window.
    """
    order = np.argsort(movement_person, kind="stable")
    person = movement_person[order]
    held = np.bincount(person, minlength=1)
    whole = held // size
    start = np.repeat(np.cumsum(held) - held, whole)
    place = np.arange(len(start)) - np.repeat(np.cumsum(whole) - whole, whole)
    cut = features[order][(start + size * place)[:, np.newaxis] + np.arange(size)]
    parts = [np.median(cut, axis=1), cut.std(axis=1), *np.quantile(cut, TAILS, axis=1)]
    rows = np.nan_to_num(np.concatenate(parts, axis=1), nan=0.0)
    return Samples(rows=rows, person=person[start + size * place].astype(np.int64))


def within_sd(samples: Samples) -> Floats:
    """Return the scatter of each feature within people, pooled, shape (k,).

    Examples
    --------
    >>> rows = np.array([[0.0], [2.0], [10.0], [12.0]])
    >>> within_sd(Samples(rows=rows, person=np.array([0, 0, 1, 1]))).round(2).tolist()
    [1.41]
    """
    off = samples.rows - means(samples)[np.unique(samples.person, return_inverse=True)[1]]
    people = len(samples.people)
    sd = np.sqrt((off**2).sum(axis=0) / max(len(off) - people, 1))
    # What none of few people ever does would weigh without end: a tenth of all scatter is the least.
    least = np.maximum(
        0.1 * samples.rows.std(axis=0), 1e-3 * (1.0 + np.abs(samples.rows).max(axis=0))
    )
    scatter: Floats = np.maximum(sd, least)
    return scatter


def between_share(samples: Samples) -> Floats:
    """Return what share of each feature's variance is between people, shape (k,).

    Examples
    --------
    >>> rows = np.array([[0.0, 0.0], [2.0, 9.0], [10.0, 9.0], [12.0, 0.0]])
    >>> between_share(Samples(rows=rows, person=np.array([0, 0, 1, 1]))).round(2).tolist()
    [0.96, 0.0]
    """
    within = within_sd(samples) ** 2
    windows = len(samples.person) / len(samples.people)
    between = np.maximum(means(samples).var(axis=0, ddof=1) - within / windows, 0.0)
    share: Floats = between / (between + within)
    return share


def means(samples: Samples) -> Floats:
    """Return each person's mean row, in the order of `Samples.people`, shape (p, k)."""
    _, place = np.unique(samples.person, return_inverse=True)
    held = np.bincount(place)[:, np.newaxis]
    mean: Floats = (
        np.stack([np.bincount(place, column) for column in samples.rows.T], axis=1) / held
    )
    return mean


def halves(samples: Samples) -> tuple[Samples, Samples]:
    """Return the first and the second half of each person's windows."""
    order = np.argsort(samples.person, kind="stable")
    person = samples.person[order]
    _, first, held = np.unique(person, return_index=True, return_counts=True)
    rank = np.arange(len(person)) - np.repeat(first, held)
    early = rank < np.repeat(held // 2, held)
    one, other = order[early], order[~early]
    return (
        Samples(rows=samples.rows[one], person=samples.person[one]),
        Samples(rows=samples.rows[other], person=samples.person[other]),
    )
