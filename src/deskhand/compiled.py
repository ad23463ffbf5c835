"""Loops compiled by numba where it is installed (extra ``fast``); callers do without otherwise.

A compiled loop takes whole numbers, single and double precision through the same operations in the
same order as the array code whose place it takes: sums, products, quotients, comparisons and tables
alone, for these are the same on every machine. So the bytes do not depend on the compiler.
"""

from collections import Counter
from collections.abc import Callable
from functools import cache

# On so many rows array code loses the second that it takes to load the compiler and a loop.
WORTH_ROWS = 20_000_000
_rows = Counter[Callable[..., None]]()


@cache
def compiled(loop: Callable[..., None]) -> Callable[..., None] | None:
    """Return a compiled loop, or None where there is no compiler.

    Parameters
    ----------
    loop : callable
        Over arrays, which it writes to.

    Examples
    --------
    >>> def double(values):
    ...     for k in range(len(values)):
    ...         values[k] *= 2
    >>> import numpy as np
    >>> values = np.arange(3)
    >>> (compiled(double) or double)(values)
    >>> values.tolist()
    [0, 2, 4]
    """
    try:
        import numba
    except ImportError:
        return None
    try:
        fast: Callable[..., None] = numba.njit(loop, cache=True)
    except RuntimeError:
        # No folder to keep the compiled loop in until the next run.
        fast = numba.njit(loop)
    return fast


def compiled_for(rows: int, loop: Callable[..., None]) -> Callable[..., None] | None:
    """Return a compiled loop once a process has had so many rows for it that loading it pays.

    Who buys when as much has been spent on renting never pays more than twice what was needed.

    Parameters
    ----------
    rows : int
        How many the loop is for this time.
    loop : callable
        As `compiled` takes it.

    Returns
    -------
    callable or None
        None also where there is no compiler.

    Source
    ------
    Karlin, Manasse, Rudolph & Sleator 1988, "Competitive snoopy caching" (to rent or to buy).

    Examples
    --------
    >>> def double(values):
    ...     values *= 2
    >>> compiled_for(1_000, double) is None
    True
    """
    _rows[loop] += rows
    return compiled(loop) if _rows[loop] >= WORTH_ROWS else None
