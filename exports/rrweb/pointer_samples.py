"""How a recorder thins pointer movement: a sample each 50 ms or so, handed over each 500 ms.

rrweb takes a mousemove when 50 ms have passed since the last one it took, and its throttle has no
trailing call. Browsers deliver moves frame by frame, so a gap is 50 ms and the wait for the next
delivery: 49 to 65 ms, median 52 to 53, in recordings made with @rrweb/record 2.1.6 on Chromium.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

THROTTLE_US = 50_000
FLUSH_MS = 500
# Mean wait for the next delivery, drawn for each recording: an exponential wait of mean 3.6 ms has
# a median of 2.5 ms; it ends with the next frame but one at 60 Hz.
WAIT_MEAN_US = (2_800.0, 4_400.0)
WAIT_MAX_US = 15_000.0
# A timer of a browser fires up to 2 ms late (500 to 502 ms in a recording of 2018).
TIMER_LATE_MS = 3


class Flush(NamedTuple):
    """One MouseMove event: samples ``start`` to ``end``, handed over at ``at_ms``."""

    start: int
    end: int
    at_ms: int


def sample_moves(
    t_us: NDArray[np.int64], breaks_us: NDArray[np.int64], rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return which moves a recorder keeps, and when it takes them.

    Parameters
    ----------
    t_us : ndarray of int64, shape (n,)
        Times of the moves that reach the page, ascending.
    breaks_us : ndarray of int64, shape (k,)
        Times at which another page comes to the front, ascending.
    rng : numpy.random.Generator
        The recording's stream.

    Returns
    -------
    index : ndarray of int64, shape (m,)
        The move whose place is taken.
    taken_us : ndarray of int64, shape (m,)
        When; ascending, at least 50 ms apart while the pointer moves.

    Examples
    --------
    >>> moves = np.arange(0, 1_000_000, 8_000)
    >>> index, taken = sample_moves(moves, np.empty(0, np.int64), np.random.default_rng(1))
    >>> bool(np.diff(taken).min() >= 50_000), 15 < len(index) < 20
    (True, True)
    """
    wait_mean = rng.uniform(*WAIT_MEAN_US)
    n = len(t_us)
    if not n:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    page = np.searchsorted(breaks_us, t_us, "right")
    starts = np.flatnonzero(np.r_[True, (np.diff(t_us) >= THROTTLE_US) | (np.diff(page) != 0)])
    ends = np.r_[starts[1:], n]
    first, last = t_us[starts], t_us[ends - 1]
    most = (last - first) // THROTTLE_US + 1
    run = np.repeat(np.arange(len(starts)), most)
    wait = np.minimum(rng.exponential(wait_mean, int(most.sum())), WAIT_MAX_US)
    gap = THROTTLE_US + wait.astype(np.int64)
    heads = np.cumsum(most) - most
    gap[heads] = 0
    since_start = np.cumsum(gap)
    taken = first[run] + since_start - since_start[heads][run]
    kept = taken <= last[run]
    taken, run = taken[kept], run[kept]
    # A page that comes to the front within 50 ms of the last sample starts anew.
    index = np.minimum(np.searchsorted(t_us, taken, "right"), ends[run]) - 1
    return index.astype(np.int64), taken


def flushes(
    taken_ms: NDArray[np.int64],
    breaks_ms: NDArray[np.int64],
    unloads: NDArray[np.bool_],
    rng: np.random.Generator,
) -> list[Flush]:
    """Return the batches in which samples are handed over.

    The first sample after a pause of 500 ms goes alone and at once; later ones wait for the timer,
    for a sample that comes before the late timer does, or for the page to go to the back. What
    waits when the page is unloaded is lost with it.

    Parameters
    ----------
    taken_ms : ndarray of int64, shape (m,)
        When samples were taken, ascending.
    breaks_ms : ndarray of int64, shape (k,)
        When another page comes to the front, ascending.
    unloads : ndarray of bool, shape (k,)
        Whether the page that was in front till then is unloaded.
    rng : numpy.random.Generator
        The recording's stream.

    Examples
    --------
    >>> taken, at = np.array([0, 50, 100, 900]), np.array([700])
    >>> batches = flushes(taken, at, np.array([False]), np.random.default_rng(0))
    >>> [(b.start, b.end) for b in batches]
    [(0, 1), (1, 3), (3, 4)]
    >>> [
    ...     (b.start, b.end)
    ...     for b in flushes(taken, at - 550, ~np.zeros(1, bool), np.random.default_rng(0))
    ... ]
    [(0, 1), (3, 4)]
    """
    n = len(taken_ms)
    late = rng.integers(0, TIMER_LATE_MS, n).tolist()
    times = taken_ms.tolist()
    page = np.searchsorted(breaks_ms, taken_ms, "right")
    ends = np.append(breaks_ms, np.iinfo(np.int64).max)[page].tolist()
    lost = np.append(unloads, False)[page].tolist()
    batches: list[Flush] = []
    start = 0
    previous = -FLUSH_MS
    while start < n:
        if start and ends[start] != ends[start - 1]:
            previous = times[start] - FLUSH_MS
        due = previous + FLUSH_MS
        fires = due + late[start]
        end = start + 1
        if times[start] < due:
            while end < n and times[end] <= fires and ends[end] == ends[start]:
                end += 1
                if times[end - 1] >= due:
                    fires = times[end - 1]
                    break
        else:
            fires = times[start]
        if fires < ends[start] or not lost[start]:
            batches.append(Flush(start, end, max(min(fires, ends[start]), times[end - 1])))
        previous = min(fires, ends[start])
        start = end
    return batches
