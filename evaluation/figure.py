"""A figure beside its reference, and beside how far two halves of the reference's people are apart.

A difference alone says little: it stands in units of that floor.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One row of a table of figures.

    Parameters
    ----------
    name : str
        With its unit, where it is not ms or a share.
    value, reference : float
        Of what was made and of the reference.
    floor : float
        Root mean square difference between two halves of the reference's people.
    """

    name: str
    value: float
    reference: float
    floor: float

    @property
    def ratio(self) -> float:
        """Difference from the reference in units of the floor; NaN where the floor is 0."""
        off = abs(self.value - self.reference)
        return off / self.floor if self.floor > 0 else (0.0 if off == 0 else float("nan"))


def halves(
    person: NDArray[Any], *, splits: int, seed: int
) -> Iterator[tuple[NDArray[Any], NDArray[Any]]]:
    """Yield the people of a reference cut in two at random; nothing where there is one alone.

    Parameters
    ----------
    person : NDArray, shape (n,)
        Whose each row of the reference is.
    splits : int
        How often they are cut.
    seed : int
        Of the cuts.

    Examples
    --------
    >>> [(len(one), len(other)) for one, other in halves(np.arange(5), splits=2, seed=7)]
    [(2, 3), (2, 3)]
    """
    people = np.unique(person)
    rng = np.random.default_rng(seed)
    for _ in range(splits if len(people) > 1 else 0):
        half = rng.permutation(people)[: len(people) // 2]
        yield half, np.setdiff1d(people, half)


def beside(
    value: Mapping[str, float],
    reference: Mapping[str, float],
    split: Sequence[tuple[Mapping[str, float], Mapping[str, float]]],
) -> list[Figure]:
    """Return the figures that both sides have, in the order of the reference.

    Parameters
    ----------
    value, reference : mapping
        Figures by name.
    split : sequence of (mapping, mapping)
        Those of both halves of the reference, for each cut.

    Examples
    --------
    >>> beside({"a": 3.0}, {"a": 1.0}, [({"a": 2.0}, {"a": 1.0})])[0].ratio
    2.0
    """
    apart = [
        [one.get(name, np.nan) - other.get(name, np.nan) for name in reference]
        for one, other in split
    ]
    floor = np.sqrt(np.mean(np.square(apart), axis=0)) if apart else np.full(len(reference), np.nan)
    return [
        Figure(name=name, value=value[name], reference=reference[name], floor=float(off))
        for name, off in zip(reference, floor, strict=True)
        if name in value
    ]
