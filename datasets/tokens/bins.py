"""Bins of numbers that span decades: whole near zero, ever wider further out."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from deskhand.errors import DeskhandError


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bins:
    """k bins of whole numbers.

    Parameters
    ----------
    low : NDArray[np.int64], shape (k,)
        Least number of each bin, rising; a bin ends before the next one begins. What lies below the
        first bin is counted to it.
    last : int
        Greatest number of the last bin; what lies above is counted to it.

    Examples
    --------
    >>> bins = growing_bins(100, ratio=1.5)
    >>> bins.code([0, 1, 2, 50, 999]).tolist(), bins.names[:3]
    ([0, 1, 2, 11, 12], ('0', '1', '2'))
    """

    low: NDArray[np.int64]
    last: int

    def __len__(self) -> int:
        return len(self.low)

    @property
    def high(self) -> NDArray[np.int64]:
        """Greatest number of each bin, shape (k,)."""
        return np.append(self.low[1:] - 1, self.last)

    @property
    def names(self) -> tuple[str, ...]:
        """Each bin's numbers, from least to greatest."""
        pairs = zip(self.low.tolist(), self.high.tolist(), strict=True)
        return tuple(str(low) if low == high else f"{low}..{high}" for low, high in pairs)

    def code(self, values: ArrayLike) -> NDArray[np.int64]:
        """Return each number's bin."""
        whole = np.rint(np.asarray(values, np.float64))
        return np.maximum(np.searchsorted(self.low, whole, side="right") - 1, 0)

    def value(self, codes: ArrayLike) -> NDArray[np.int64]:
        """Return a number in the middle of each bin."""
        place = np.asarray(codes, np.int64)
        return (self.low + self.high)[place] // 2


def growing_bins(last: int, *, ratio: float, signed: bool = False) -> Bins:
    """Return bins from 0 to a greatest number, each about as much wider as it lies further out.

    Parameters
    ----------
    last : int
        Greatest number.
    ratio : float
        Of a bin's least number to that of the one before, where bins are wider than 1.
    signed : bool
        Whether the numbers below 0 have the same bins mirrored.

    Raises
    ------
    DeskhandError
        When the ratio is not above 1 or there are no numbers.

    Examples
    --------
    >>> growing_bins(20, ratio=2.0, signed=True).names
    ('-20..-9', '-8..-5', '-4..-3', '-2', '-1', '0', '1', '2', '3..4', '5..8', '9..20')
    """
    if not ratio > 1.0 or last < 1:
        raise DeskhandError(
            f"ratio={ratio!r} and last={last!r}: need a ratio above 1, last from 1."
        )
    high = [0]
    while high[-1] < last:
        high.append(max(high[-1] + 1, int(high[-1] * ratio)))
    if len(high) > 2 and last - high[-2] < 0.5 * (high[-1] - high[-2]):
        # A last bin cut too short is one with that before it.
        del high[-2]
    high[-1] = last
    low = np.array([0, *(edge + 1 for edge in high[:-1])], np.int64)
    if signed:
        low = np.concatenate([-np.array(high[:0:-1], np.int64), low])
    return Bins(low=low, last=last)
