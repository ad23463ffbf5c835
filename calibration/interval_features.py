"""What tells one recorder and its resting hand from others: intervals, and steps beside the longest."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# An interval above this many usual ones is a gap; the first reports of a movement are left out.
GAP_PERIODS = 1.5
LEVELS = (0.05, 0.5, 0.95)

INTERVALS = (
    *("log_mean", "log_5", "log_50", "log_95", "log_longest", "gaps", "gap_share"),
    *("longest_place", "step_after", "step_before", "first", "second", "last", "ones", "log_step"),
)


def interval_features(
    count: NDArray[np.int64], t_us: NDArray[np.int64], x: Floats, y: Floats
) -> Floats:
    """Return the features `INTERVALS` of many movements.

    Parameters
    ----------
    count : NDArray[np.int64], shape (m,)
        Reports of each movement, at least 2; they sum to n.
    t_us : NDArray[np.int64], shape (n,)
        Times since the movement's first report, ascending within a movement.
    x, y : NDArray[np.float64], shape (n,)
        Reported places in px.

    Returns
    -------
    NDArray[np.float64], shape (m, k)

    Examples
    --------
    >>> t = np.array([0, 16, 32, 132, 148]) * 1000
    >>> x = np.array([0.0, 5.0, 6.0, 7.0, 20.0])
    >>> row = interval_features(np.array([5]), t, x, 0 * x)[0]
    >>> (
    ...     float(row[INTERVALS.index("gaps")]),
    ...     round(float(np.exp(row[INTERVALS.index("log_longest")]))),
    ... )
    (1.0, 100)
    """
    m, number = len(count), count - 1
    movement = np.repeat(np.arange(m), count)
    inside = movement[1:] == movement[:-1]
    whose = movement[1:][inside]
    gap_ms = np.maximum(np.diff(t_us)[inside], 1) / 1e3
    step_px = np.hypot(np.diff(x), np.diff(y))[inside]
    last = np.cumsum(number) - 1
    first = last - number + 1
    order = np.lexsort((gap_ms, whose))
    ranked = [gap_ms[order[first + np.rint(q * (number - 1)).astype(np.int64)]] for q in LEVELS]
    longest = order[last]
    gaps = np.bincount(whose, gap_ms > GAP_PERIODS * ranked[1][whose], m)
    return np.column_stack(
        [
            np.log(np.bincount(whose, gap_ms, m) / number),
            *(np.log(values) for values in ranked),
            np.log(gap_ms[longest]),
            gaps,
            gaps / number,
            (longest - first) / np.maximum(number - 1, 1),
            np.log(step_px[longest] + 0.5),
            np.log(step_px[np.maximum(longest - 1, first)] + 0.5),
            np.log(gap_ms[first]),
            np.log(gap_ms[np.minimum(first + 1, last)]),
            np.log(gap_ms[last]),
            np.bincount(whose, step_px < 1.2, m) / number,
            np.bincount(whose, np.log(step_px + 0.5), m) / number,
        ]
    )
