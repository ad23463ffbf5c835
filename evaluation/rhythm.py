"""How events follow one another: burstiness, memory, and how counts scatter over windows."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Times = NDArray[np.int64]


def gaps_s(times_us: Times, longest_s: float) -> NDArray[np.float64]:
    """Return the gaps between events that are no longer than a limit, in seconds.

    Parameters
    ----------
    times_us : NDArray[np.int64], shape (n,)
        In order.
    longest_s : float
        Longer gaps are absences.

    Returns
    -------
    NDArray[np.float64], shape (m,)
        Without those of 0 s, which are one event in two rows.
    """
    gaps = np.diff(times_us) / 1e6
    found: NDArray[np.float64] = gaps[(gaps > 0) & (gaps <= longest_s)]
    return found


def burstiness(gaps: NDArray[np.float64]) -> float:
    """Return how bursty events are: -1 for a clock, 0 for chance, towards 1 for bursts.

    Corrected for the number of events: Kim & Jo 2016, Measuring burstiness for finite event sequences.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> abs(burstiness(rng.exponential(size=20_000))) < 0.05, burstiness(np.ones(50))
    (True, -1.0)
    """
    return float(burstiness_of_ratio(gaps.std() / gaps.mean(), len(gaps) + 1.0))


def burstiness_of_ratio(ratio: ArrayLike, count: ArrayLike) -> NDArray[np.float64]:
    """Return burstiness by how many times the mean gap its standard deviation is, and events.

    Examples
    --------
    >>> burstiness_of_ratio([0.0, 1.0], [100.0, 1e9]).round(3).tolist()
    [-1.0, 0.0]
    """
    r, n = np.asarray(ratio, np.float64), np.asarray(count, np.float64)
    more, less = np.sqrt(n + 1.0), np.sqrt(n - 1.0)
    found: NDArray[np.float64] = (more * r - less) / ((more - 2.0) * r + less)
    return found


def log_memory(gaps: NDArray[np.float64]) -> float:
    """Return the correlation of the logarithm of a gap with that of the next one.

    Examples
    --------
    >>> alternating = np.tile([1.0, 10.0], 100)
    >>> float(round(log_memory(alternating), 2))
    -1.0
    """
    logs = np.log(gaps)
    return float(np.corrcoef(logs[:-1], logs[1:])[0, 1])


def fano_factor(times_us: Times, window_s: float) -> float:
    """Return the variance of the counts in windows against their mean; 1 for chance.

    Parameters
    ----------
    times_us : NDArray[np.int64], shape (n,)
        In order; windows cover the time from the first to the last event.
    window_s : float
        Length of a window.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> chance = np.sort(rng.integers(0, 10**11, 20_000))
    >>> 0.9 < fano_factor(chance, 10.0) < 1.1
    True
    """
    since = times_us - times_us[0]
    whole = int(since[-1] // int(1e6 * window_s))
    if whole < 2:
        return float("nan")
    counts = np.bincount(since // int(1e6 * window_s), minlength=whole)[:whole]
    return float(counts.var() / counts.mean())
