"""Serial dependence: numbers that remember a little, a lasting part under white noise."""

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter
from scipy.special import ndtr


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
    innovation = np.sqrt(1.0 - decay * decay)
    state, _ = lfilter([innovation], [1.0, -decay], lasting, zi=[decay * start])
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
    # Beyond 8 the distribution function is 1 in double precision and its log-odds infinite.
    below = ndtr(np.clip(normal, -8.0, 8.0, out=normal))
    return np.log(below / (1.0 - below)), end
