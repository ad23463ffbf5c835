"""Loops compiled by numba where it is installed (extra ``fast``); callers do without otherwise.

A compiled loop takes whole numbers, single and double precision through the same operations in the
same order as the array code whose place it takes: sums, products, quotients, comparisons and tables
alone, for these are the same on every machine. So the bytes do not depend on the compiler.
"""

from collections.abc import Callable
from functools import cache

# A compiler is not loaded, which takes a second, for fewer rows than this.
FEWEST_ROWS = 20_000


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
