"""Keystroke history: what the last keys' times tell of the next one's, sequence by sequence.

Spacings and holds are seen as scores, ln times on a scale on which most lie between -2 and 2: those
of the last two keys, means over the last few and over many, and how far keys overlap.
"""

import numpy as np
from numpy.typing import NDArray

from deskhand.even_floats import even_exp, even_log

Floats = NDArray[np.float32]

# A score is (ln(time + offset) - middle) / scale, times in s; the offset keeps short times apart
# no more than clocks do. Near the middle and SD of people's spacings and holds.
SPACING_SCORE = (0.010, -1.85, 0.6)
HOLD_SCORE = (0.005, -2.3, 0.35)
SHORTEST_US = 500.0
# Modifiers, which are held for other keys, count as held for so long.
NOMINAL_HOLD_US = 100_000.0
# Weight of the newest key in the means of the last few and of many keys.
_FEW, _MANY = np.float32(0.4), np.float32(0.08)
# Means take in a pause as one of this score.
_LARGEST = np.float32(3.0)
# An overlap of so many us has half of its largest effect.
_OVERLAP_US = np.float32(40_000.0)
SPACING_ROWS, HOLD_ROWS = 8, 10
_US_PER_S = 1e6


def scores(times_us: Floats, form: tuple[float, float, float]) -> Floats:
    """Return the scores of times; ``form`` is `SPACING_SCORE` or `HOLD_SCORE`.

    Examples
    --------
    >>> scores(np.array([147_000.0], np.float32), SPACING_SCORE).round(1).tolist()
    [-0.0]
    """
    offset, middle, scale = (np.float32(number) for number in form)
    found = np.maximum(times_us, np.float32(SHORTEST_US)) * np.float32(1.0 / _US_PER_S)
    found += offset
    even_log(found)
    found -= middle
    found *= np.float32(1.0) / scale
    return found


def times_us(score: Floats, form: tuple[float, float, float], longest_s: float) -> Floats:
    """Return the times of scores, the inverse of `scores`."""
    offset, middle, scale = (np.float32(number) for number in form)
    found = np.multiply(score, scale, dtype=np.float32)
    found += middle
    np.minimum(found, np.float32(np.log(longest_s)), out=found)
    even_exp(found)
    found -= offset
    found *= np.float32(_US_PER_S)
    np.maximum(found, np.float32(SHORTEST_US), out=found)
    return found


class KeystrokeHistory:
    """The times of the last keys of m sequences that are typed side by side.

    Parameters
    ----------
    count : int
        m, at most; later steps may have fewer, the first of them.

    Examples
    --------
    >>> history = KeystrokeHistory(1)
    >>> spacing, hold = np.array([2e5], np.float32), np.array([9e4], np.float32)
    >>> history.before_hold(spacing).shape, history.add(spacing, hold)
    ((10, 1), None)
    >>> history.before_spacing(1)[:3, 0].round(1) + 0.0
    array([ 0.5,  0. , -0.2], dtype=float32)
    """

    def __init__(self, count: int) -> None:
        self._rows = np.zeros((HOLD_ROWS, count), np.float32)
        self._hold_us = np.zeros(count, np.float32)

    def before_spacing(self, count: int) -> Floats:
        """Return what tells of the next spacing of the first sequences, shape (8, count)."""
        return self._rows[:SPACING_ROWS, :count]

    def before_hold(self, spacing_us: Floats) -> Floats:
        """Return what tells of the hold after a spacing, shape (10, count)."""
        count = len(spacing_us)
        rows = self._rows[:, :count]
        rows[8] = scores(spacing_us, SPACING_SCORE)
        rows[9] = _overlap(self._hold_us[:count] - spacing_us)
        return rows

    def add(self, spacing_us: Floats, hold_us: Floats, *, first: bool = False) -> None:
        """Take in the next key of the first sequences; a sequence's first has no spacing."""
        count = len(spacing_us)
        rows = self._rows[:, :count]
        spacing, hold = scores(spacing_us, SPACING_SCORE), scores(hold_us, HOLD_SCORE)
        if first:
            spacing = np.zeros_like(spacing)
        rows[1], rows[3] = rows[0], rows[2]
        rows[0], rows[2] = spacing, hold
        near = np.minimum(spacing, _LARGEST)
        rows[4] += _FEW * (near - rows[4])
        rows[5] += _MANY * (near - rows[5])
        rows[6] += _MANY * (hold - rows[6])
        rows[7] = 0.0 if first else _overlap(self._hold_us[:count] - spacing_us)
        self._hold_us[:count] = hold_us


def _overlap(over_us: Floats) -> Floats:
    share = np.abs(over_us)
    share += _OVERLAP_US
    np.divide(over_us, share, out=share)
    share *= np.float32(2.0)
    return share
