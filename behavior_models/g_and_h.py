"""Tukey's g-and-h distributions: a normal number bent by a skew g and stretched in its tails by h.

``centre + scale (exp(g z) - 1) / g exp(h z**2 / 2)`` of a standard normal number z. Being a function
of one normal number, it keeps whatever correlations the normal numbers have. A logistic
distribution of scale s is one with scale 1.60 s, g = 0 and h = .084, to within 2 % from the 2nd to
the 98th percentile.

Sources
-------
Tukey 1977; Hoaglin 1985, "Summarizing shape numerically: the g-and-h distributions" (letter values).
"""

import numpy as np
from numpy.typing import NDArray

from deskhand.even_floats import even_exp, even_expm1

# Percentages below, and the normal quantiles of those above a half.
PERCENT = (2.5, 5.0, 10.0, 25.0, 50.0, 75.0, 90.0, 95.0, 97.5)
_Z = np.array([1.959964, 1.644854, 1.281552, 0.674490])
# A skew nearer to 0 is taken to be this, for the formula divides by it.
SMALLEST_SKEW = 0.01
LOGISTIC_TAIL, LOGISTIC_SCALE = 0.084, 1.60
_FARTHEST, _FARTHEST_BELOW = np.float32(1.96**2), np.float32(9.0)


def bend(
    z: NDArray[np.float32], skew: NDArray[np.float32], tail: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return g-and-h numbers of centre 0 and scale 1; overwrites z.

    Parameters
    ----------
    z : NDArray[np.float32], shape (n,)
        Standard normal numbers.
    skew, tail : NDArray[np.float32], shape (n,)
        g and h; h stretches the upper tail no further than at the outermost of `PERCENT`.

    Examples
    --------
    >>> one = np.ones(3, np.float32)
    >>> bend(np.array([-1, 0, 1], np.float32), 0.3 * one, 0 * one).round(2).tolist()
    [-0.8600000143051147, 0.0, 1.1699999570846558]
    """
    g = np.where(np.abs(skew) < SMALLEST_SKEW, np.float32(SMALLEST_SKEW), skew)
    stretched = np.square(z)
    # Pauses are measured up to here; beyond, h stretches the upper tail no further than here.
    np.minimum(stretched, np.where(z > 0, _FARTHEST, _FARTHEST_BELOW), out=stretched)
    stretched *= tail
    stretched *= np.float32(0.5)
    even_exp(stretched)
    z *= g
    even_expm1(z)
    z /= g
    z *= stretched
    return z


def fit_quantiles(quantiles: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return centre, scale, g and h of g-and-h distributions from their quantiles.

    Parameters
    ----------
    quantiles : NDArray[np.float64], shape (..., 9)
        At `PERCENT`, rising.

    Returns
    -------
    NDArray[np.float64], shape (..., 4)

    Source
    ------
    Hoaglin 1985: g from the ratios of upper to lower half-spreads; scale and h from a line through
    the logarithms of the spreads. From there least squares of the quantiles themselves (Gauss-Newton),
    which weighs the outer ones more.

    Examples
    --------
    >>> z = np.concatenate([-_Z, [0.0], _Z[::-1]]).astype(np.float32)
    >>> one = np.ones(9, np.float32)
    >>> fit_quantiles(2 + 0.5 * bend(z, 0.3 * one, 0.1 * one)).round(2).tolist()
    [2.0, 0.5, 0.3, 0.1]
    """
    middle = quantiles[..., 4:5]
    lower = np.maximum(middle - quantiles[..., :4], 1e-6)
    upper = np.maximum(quantiles[..., :4:-1] - middle, 1e-6)
    # The outermost ratios are the noisiest, the innermost tell least.
    weight = np.array([0.15, 0.3, 0.35, 0.2])
    g = (np.log(upper / lower) / _Z * weight).sum(axis=-1)
    g = np.clip(np.where(np.abs(g) < SMALLEST_SKEW, SMALLEST_SKEW, g), -1.5, 1.5)
    by_g = g[..., None]
    spread = np.log(by_g * (lower + upper) / (np.exp(by_g * _Z) - np.exp(-by_g * _Z)))
    # Weighted least squares of the log spreads on z**2 / 2.
    x = _Z * _Z / 2.0
    weight = np.array([0.2, 0.25, 0.3, 0.25])
    mean_x = (weight * x).sum()
    mean = (weight * spread).sum(axis=-1, keepdims=True)
    h = (weight * (x - mean_x) * (spread - mean)).sum(axis=-1) / (weight * (x - mean_x) ** 2).sum()
    scale = np.exp(mean[..., 0] - h * mean_x)
    start = np.stack([middle[..., 0], scale, g, h], axis=-1)
    return _refined(start, quantiles)


def _refined(start: NDArray[np.float64], quantiles: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return parameters whose quantiles are nearer to those given."""
    z = np.concatenate([-_Z, [0.0], _Z[::-1]])
    unit = np.maximum(quantiles[..., 5:6] - quantiles[..., 3:4], 1e-6)

    def curve(at: NDArray[np.float64]) -> NDArray[np.float64]:
        g, h = at[..., 2:3], at[..., 3:4]
        g = np.where(np.abs(g) < SMALLEST_SKEW, SMALLEST_SKEW, g)
        bent = np.expm1(g * z) / g * np.exp(h * z * z / 2.0)
        made: NDArray[np.float64] = at[..., :1] + at[..., 1:2] * bent
        return made

    at, step = start, 1e-4
    for _ in range(6):
        value = curve(at)
        slope = np.stack(
            [(curve(at + step * np.eye(4)[k]) - value) / step for k in range(4)], axis=-1
        )
        slope /= unit[..., None]
        miss = ((quantiles - value) / unit)[..., None]
        normal = np.swapaxes(slope, -1, -2) @ slope + 1e-3 * np.eye(4)
        move = np.linalg.solve(normal, np.swapaxes(slope, -1, -2) @ miss)[..., 0]
        at = at + np.clip(move, -0.2, 0.2)
        at[..., 1] = np.maximum(at[..., 1], 1e-3)
        at[..., 2:] = np.clip(at[..., 2:], (-1.5, -0.4), (1.5, 0.8))
    return at
