"""One thing that is measured of many people: values, whose they are, and how two sides are told apart."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
# How far two distributions are apart: Wasserstein-1 of values or of their logarithms, the same around
# the clock; Jensen-Shannon distance and total variation of kinds; what of the reference's kinds never
# comes, and what comes that the reference never has; difference of variance shares.
Distance = Literal["w1", "log w1", "clock w1", "js", "tv", "missing", "invented", "share"]
LEVELS = ("pointer", "keys", "events", "workflow", "joint")
KINDS = ("js", "tv", "missing", "invented")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Measure:
    """Values of many people.

    Parameters
    ----------
    level : str
        One of `LEVELS`.
    name : str
        In words, and the same on both sides.
    unit : str
        Of the values; empty for shares and counts.
    distance : str
        See `Distance`.
    person : NDArray of int, shape (n,)
        Whose value.
    value : NDArray, shape (n,)
        Numbers; of kinds whole numbers, each the code of a kind.
    """

    level: str
    name: str
    unit: str = ""
    distance: Distance = "w1"
    person: NDArray[np.integer[Any]]
    value: NDArray[Any]


def measured(
    level: str,
    name: str,
    person: NDArray[np.integer[Any]],
    value: NDArray[Any],
    distance: Distance = "w1",
    unit: str = "",
) -> Measure:
    """Return a measure without the values that are not known, or that have no logarithm.

    Examples
    --------
    >>> one = measured("keys", "hold", np.array([0, 0]), np.array([90.0, np.nan]), "log w1", "ms")
    >>> one.value.tolist()
    [90.0]
    """
    known = np.isfinite(value)
    if distance == "log w1":
        known &= value > 0
    return Measure(
        level=level,
        name=name,
        unit=unit,
        distance=distance,
        person=person[known],
        value=value[known],
    )


def each_person(
    person: NDArray[np.integer[Any]], value: Floats, weight: Floats | None = None
) -> tuple[NDArray[np.int64], Floats]:
    """Return the people who have values, and each one's mean.

    Examples
    --------
    >>> who, mean = each_person(np.array([0, 2, 2]), np.array([1.0, 2.0, 4.0]))
    >>> who.tolist(), mean.tolist()
    ([0, 2], [1.0, 3.0])
    """
    often = np.bincount(person, weight)
    who = np.flatnonzero(often > 0)
    total = np.bincount(person, value if weight is None else value * weight)
    return who, total[who] / often[who]


def correlation_of_people(
    person: NDArray[np.integer[Any]], one: Floats, other: Floats, fewest: int
) -> tuple[NDArray[np.int64], Floats]:
    """Return the people with enough pairs, and each one's correlation of two values.

    Examples
    --------
    >>> who, found = correlation_of_people(np.zeros(4, int), np.arange(4.0), np.arange(4.0), 4)
    >>> who.tolist(), found.round(6).tolist()
    ([0], [1.0])
    """
    count = np.bincount(person)
    some = np.maximum(count, 1)
    a = one - (np.bincount(person, one) / some)[person]
    b = other - (np.bincount(person, other) / some)[person]
    together, aa, bb = (np.bincount(person, side) for side in (a * b, a * a, b * b))
    who = np.flatnonzero((count >= fewest) & (aa > 1e-12) & (bb > 1e-12))
    return who, together[who] / np.sqrt(aa[who] * bb[who])
