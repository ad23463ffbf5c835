"""Submovements seen from outside: a movement's speed profile cut at its valleys."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

# A valley ends a stroke when the speed there is below this share of the movement's highest.
# Meyer et al. 1988 parse at changes of acceleration; the share is assumed.
VALLEY_SHARE = 0.25
SHORTEST_SPAN_MS = 4.0


def submovement_numbers(
    count: NDArray[np.int64],
    t_us: NDArray[np.int64],
    x: NDArray[np.floating[Any]],
    y: NDArray[np.floating[Any]],
) -> NDArray[np.int8]:
    """Return the number of the submovement that each report belongs to, from 0, shape (n,).

    Parameters
    ----------
    count : NDArray[np.int64], shape (m,)
        Reports of each movement; they sum to n.
    t_us : NDArray[np.int64], shape (n,)
        Times since the movement's first report.
    x, y : NDArray of float, shape (n,)
        Places in px.

    Examples
    --------
    >>> x = np.array([0.0, 20, 60, 80, 81, 81, 95, 120, 130])
    >>> t_us = np.arange(9) * 16_000
    >>> submovement_numbers(np.array([9]), t_us, x, np.zeros(9)).tolist()
    [0, 0, 0, 0, 0, 1, 1, 1, 1]
    """
    n = len(t_us)
    last = np.cumsum(count) - 1
    first = last - count + 1
    inner = np.ones(n, np.bool_)
    inner[first] = False
    length = np.hypot(np.diff(x, prepend=x[:1]), np.diff(y, prepend=y[:1])) * inner
    span_ms = np.diff(t_us, prepend=t_us[:1]) * inner * 1e-3
    speed = length / np.maximum(span_ms, SHORTEST_SPAN_MS)
    before, after = np.append(speed[:1], speed[:-1]), np.append(speed[1:], speed[-1:])
    highest = np.repeat(np.maximum.reduceat(speed, first), count)
    valley = (speed < before) & (speed <= after) & (speed < VALLEY_SHARE * highest) & inner
    # The hand comes to rest at the end; that is no new stroke.
    valley[last] = False
    passed = np.cumsum(valley)
    number = passed - np.repeat(passed[first] - valley[first], count)
    capped: NDArray[np.int8] = np.minimum(number, 127).astype(np.int8)
    return capped
