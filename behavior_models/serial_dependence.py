"""Serial dependence: numbers that remember a little, a lasting part under white noise."""

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.normal_distribution import normal_log_odds

# What is left of a number when its share is below the precision of the sum.
FORGOTTEN = 1e-17


def persistent_normals(
    lasting: NDArray[np.float64],
    white: NDArray[np.float64],
    *,
    share: float,
    decay: float,
    start: float,
) -> tuple[NDArray[np.float64], float]:
    """Return standard normal numbers whose autocorrelation at lag k is ``share * decay**k``.

    Parameters
    ----------
    lasting, white : ndarray, shape (n,)
        Standard normal numbers, independent.
    share : float
        Part of the variance that lasts, from 0 to 1.
    decay : float
        Correlation of the lasting part from one number to the next.
    start : float
        The lasting part before the first number, itself standard normal; the second result of
        the call before, so that memory runs on over blocks.

    Returns
    -------
    (ndarray, float)
        The numbers, shape (n,), and the lasting part after the last of them.

    Source
    ------
    A first-order autoregression plus white noise; how keystroke residuals depend on those before
    them is measured at lags 1 to 10 (profile, ``keyboard.spacing_memory``).

    Examples
    --------
    >>> rng = np.random.Generator(np.random.Philox(key=1))
    >>> z, _ = persistent_normals(
    ...     rng.standard_normal(200_000),
    ...     rng.standard_normal(200_000),
    ...     share=0.2,
    ...     decay=0.9,
    ...     start=0,
    ... )
    >>> bool(abs(z.std() - 1) < 0.01), bool(abs(np.mean(z[1:] * z[:-1]) - 0.18) < 0.01)
    (True, True)
    """
    state = np.sqrt(1.0 - decay * decay) * lasting
    state[:1] += decay * start
    # The recursion s[n] += decay * s[n - 1] in log2(n) passes over the array, by
    # 1 / (1 - dB) = (1 + dB) (1 + (dB)**2) (1 + (dB)**4) ..., where B is the step back.
    weight, lag = decay, 1
    while lag < len(state) and abs(weight) > FORGOTTEN:
        state[lag:] += weight * state[:-lag]
        weight, lag = weight * weight, 2 * lag
    return np.sqrt(share) * state + np.sqrt(1.0 - share) * white, float(state[-1])


def persistent_log_odds(
    lasting: NDArray[np.float64],
    white: NDArray[np.float64],
    *,
    share: float,
    decay: float,
    start: float,
) -> tuple[NDArray[np.float64], float]:
    """Return standard logistic numbers with the memory of `persistent_normals`.

    Parameters and results are those of `persistent_normals`; the numbers have the standard
    logistic distribution (variance pi**2 / 3).

    Examples
    --------
    >>> log_odds, _ = persistent_log_odds(np.zeros(1), np.zeros(1), share=0.1, decay=0.9, start=0)
    >>> log_odds.tolist()
    [0.0]
    """
    normal, end = persistent_normals(lasting, white, share=share, decay=decay, start=start)
    return normal_log_odds(normal), end
