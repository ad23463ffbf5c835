"""Motor noise: slow drift that grows with speed, and physiological tremor.

Drift is an Ornstein-Uhlenbeck process that the hand's mass smooths, tremor a damped resonance at
8-12 Hz; both are linear filters of one white noise, so that neither needs trigonometry for each
sample.

Sources
-------
Harris & Wolpert 1998 (noise grows with the command); Elble & Koller 1990 (tremor band).
"""

from math import cos, exp, pi, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from deskhand.behavior_models.hand_traits import StrokeTraits


def drift_and_tremor(
    strokes: StrokeTraits, period_s: float, size: int, rng: np.random.Generator
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return stationary noise of two axes; the caller scales it by speed and to zero at both ends.

    Parameters
    ----------
    strokes : StrokeTraits
        Whose noise.
    period_s : float
        Time between samples.
    size : int
        Number of samples n.
    rng : numpy.random.Generator
        The session's stream.

    Returns
    -------
    drift : NDArray[np.float32], shape (2, n)
        Variance 1, correlation time ``strokes.drift_tau_s``.
    tremor_px : NDArray[np.float32], shape (2, n)
        Standard deviation ``strokes.tremor_px / sqrt(2)``, that of a sine of that amplitude.

    Examples
    --------
    >>> from deskhand.behavior_models.profile import load_profile
    >>> from deskhand.behavior_models.hand_traits import draw_hand
    >>> hand = draw_hand(load_profile("office"), np.random.default_rng(1))
    >>> drift, tremor_px = drift_and_tremor(hand.strokes, 0.008, 50_000, np.random.default_rng(2))
    >>> bool(abs(drift.std() - 1) < 0.1)
    True
    """
    white = rng.standard_normal((2, size), np.float32)
    slow, quick = exp(-period_s / strokes.drift_tau_s), exp(-period_s / strokes.drift_smooth_s)
    drift = _autoregression(slow + quick, -slow * quick, 1.0, white)
    radius = exp(-pi * strokes.tremor_bandwidth_hz * period_s)
    turn = cos(2.0 * pi * strokes.tremor_hz * period_s)
    tremor_px = _autoregression(
        2.0 * radius * turn, -radius * radius, strokes.tremor_px / sqrt(2.0), white
    )
    return drift, tremor_px


def _autoregression(
    first: float, second: float, sd: float, white: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return an autoregression of order 2 with this stationary standard deviation."""
    variance = (1.0 - second) / ((1.0 + second) * ((1.0 - second) ** 2 - first * first))
    forward = np.array([sd / sqrt(variance)], np.float32)
    back = np.array([1.0, -first, -second], np.float32)
    filtered: NDArray[np.float32] = lfilter(forward, back, white, axis=-1)
    return filtered
