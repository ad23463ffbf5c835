"""How Clarity thins what comes often: a sample is replaced until it is far enough from the one before.

Pointer and scroll positions wait in a queue. A new position takes the place of the last one while it
is near the last but one, in time and place; half a second after the last the queue is sent on.
"""

import numpy as np
from numpy.typing import NDArray

# clarity-js, interaction settings: Interval, Distance, LookAhead, InputLookAhead.
INTERVAL_US = 25_000
DISTANCE_PX = 20.0
LOOKAHEAD_US = 500_000
INPUT_LOOKAHEAD_US = 750_000


def kept(
    t_us: NDArray[np.int64],
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    group: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Return which positions are sent.

    Parameters
    ----------
    t_us, x, y : ndarray, shape (n,)
        Ascending times, and places in px.
    group : ndarray of int64, shape (n,)
        Positions of another group, such as on another element, are never near.

    Returns
    -------
    ndarray of int64
        Indices, ascending.

    Examples
    --------
    >>> at = np.arange(0, 100_000, 2_000)
    >>> still = np.zeros(50)
    >>> kept(at, still, still, np.zeros(50, np.int64)).tolist()
    [0, 12, 24, 36, 48, 49]
    """
    # Which one is replaced depends on which were, so this goes from one to the next.
    n = len(t_us)
    times, xs, ys, groups = (column.tolist() for column in (t_us, x, y, group))
    chosen = []
    at = 0
    while at < n:
        chosen.append(at)
        last, time, x_px, y_px, mine = at + 1, times[at], xs[at], ys[at], groups[at]
        while (
            last + 1 < n
            and times[last + 1] - time < INTERVAL_US
            and groups[last + 1] == mine
            and (xs[last + 1] - x_px) ** 2 + (ys[last + 1] - y_px) ** 2 < DISTANCE_PX**2
        ):
            last += 1
        at = last
    return np.array(chosen, np.int64)


def sent_us(t_us: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return when each position leaves the queue: half a second after the last of its flow."""
    if not len(t_us):
        return t_us
    ends = np.append(np.flatnonzero(np.diff(t_us) > LOOKAHEAD_US), len(t_us) - 1)
    last = ends[np.searchsorted(ends, np.arange(len(t_us)))]
    return np.asarray(t_us[last] + LOOKAHEAD_US, np.int64)
