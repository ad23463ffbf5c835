"""Sequences of unequal length in flat columns, and the same in padded arrays with a mask."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Column = NDArray[Any]
MASK = "mask"
# What every item and every row of a batch says of itself.
SYNTHETIC = "synthetic"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sequences:
    """m sequences, one after another.

    Parameters
    ----------
    count : NDArray[np.int64], shape (m,)
        Steps of each sequence; they sum to n.
    steps : mapping of str to ndarray, shape (n,) or (n, k)
        What a step is; ``t_us`` is the time since the sequence's start.
    labels : mapping of str to ndarray, shape (m,) or (m, k)
        What a sequence is.
    """

    count: NDArray[np.int64]
    steps: Mapping[str, Column]
    labels: Mapping[str, Column]

    def __len__(self) -> int:
        return len(self.count)

    @property
    def first(self) -> NDArray[np.int64]:
        """Place of each sequence's first step, shape (m,)."""
        return np.cumsum(self.count) - self.count

    def marked(self) -> "Sequences":
        """Return the sequences with the label ``synthetic``, which is true of each.

        Examples
        --------
        >>> one = Sequences(count=np.array([1]), steps={"t_us": np.array([0])}, labels={})
        >>> item(one.marked(), 0)
        {'t_us': array([0]), 'synthetic': True}
        """
        return replace(self, labels={**self.labels, SYNTHETIC: np.ones(len(self), np.bool_)})

    def take(self, chosen: NDArray[np.integer] | slice) -> "Sequences":
        """Return some of the sequences, in the order given."""
        count = self.count[chosen]
        rows = spans(self.first[chosen], count)
        return Sequences(
            count=count,
            steps={name: column[rows] for name, column in self.steps.items()},
            labels={name: column[chosen] for name, column in self.labels.items()},
        )


def spans(first: NDArray[np.int64], count: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the places of runs that start somewhere and have so many places each.

    Examples
    --------
    >>> spans(np.array([5, 0]), np.array([2, 3])).tolist()
    [5, 6, 0, 1, 2]
    """
    before = np.cumsum(count) - count
    places: NDArray[np.int64] = np.arange(int(count.sum())) + np.repeat(first - before, count)
    return places


def item(sequences: Sequences, number: int) -> dict[str, Any]:
    """Return one sequence as arrays of its steps, with its labels as numbers and rows.

    Examples
    --------
    >>> two = Sequences(
    ...     count=np.array([2, 1]),
    ...     steps={"t_us": np.array([0, 9, 0])},
    ...     labels={"person": np.array([4, 6])},
    ... )
    >>> item(two, 0)
    {'t_us': array([0, 9]), 'person': 4}
    """
    first = int(sequences.count[:number].sum())
    rows = slice(first, first + int(sequences.count[number]))
    labels = {name: column[number] for name, column in sequences.labels.items()}
    return {name: column[rows] for name, column in sequences.steps.items()} | {
        name: value if np.ndim(value) else value.item() for name, value in labels.items()
    }


def padded(sequences: Sequences, length: int | None = None) -> dict[str, Column]:
    """Return sequences as arrays of one length, with a mask of the steps that are there.

    Parameters
    ----------
    sequences : Sequences
        m of them.
    length : int, optional
        Steps of each; the longest sequence's when not given. What is longer is cut.

    Returns
    -------
    dict of ndarray
        Each step column in shape (m, length) or (m, length, k), 0 where there is no step; ``mask``
        in shape (m, length), True where there is one; the labels as they are.

    Examples
    --------
    >>> two = Sequences(
    ...     count=np.array([2, 1]),
    ...     steps={"t_us": np.array([0, 9, 5])},
    ...     labels={"person": np.array([4, 6])},
    ... )
    >>> found = padded(two, 3)
    >>> found["t_us"].tolist(), found["mask"].sum(1).tolist()
    ([[0, 9, 0], [5, 0, 0]], [2, 1])
    """
    wide = int(sequences.count.max(initial=0)) if length is None else length
    count = np.minimum(sequences.count, wide)
    mask = np.arange(wide) < count[:, np.newaxis]
    rows = spans(sequences.first, count)
    found: dict[str, Column] = {}
    for name, column in sequences.steps.items():
        found[name] = np.zeros((*mask.shape, *column.shape[1:]), column.dtype)
        found[name][mask] = column[rows]
    return found | {MASK: mask} | dict(sequences.labels)
