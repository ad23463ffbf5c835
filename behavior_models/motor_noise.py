"""Motor noise: slow drift that grows with speed, and physiological tremor.

Drift is an Ornstein-Uhlenbeck process that the hand's mass smooths, tremor a damped resonance at
8-12 Hz; both are filters of one white noise. They are drawn as spectra, which is exact from the
first sample on, and at high rates needs few numbers: a hand makes no motion at hundreds of hertz.

Sources
-------
Harris & Wolpert 1998 (noise grows with the command); Elble & Koller 1990 (tremor band).
"""

from functools import lru_cache
from math import ceil, cos, exp, pi, sqrt

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.hand_traits import StrokeTraits

# Above this neither process has power that counts: both fall with the fourth power of frequency,
# and the mass of the hand lets nothing faster pass. Assumed.
BAND_HZ = 40.0


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
    # A whole period of the transform is periodic; its end, which knows its start, is left out.
    total = size + ceil(5.0 * strokes.drift_tau_s / period_s)
    shift = max(total.bit_length() - 4, 1)
    n = -(-total >> shift) << shift  # small prime factors make a quick transform
    drift_gain, tremor_gain = _gains(strokes, period_s, n)
    parts = rng.standard_normal((2, len(drift_gain), 2), np.float32)
    white = parts.view(np.complex64)[:, :, 0]
    return _samples(white * drift_gain, n, size), _samples(white * tremor_gain, n, size)


def _samples(spectrum: NDArray[np.complex64], n: int, size: int) -> NDArray[np.float32]:
    # The transform keeps single precision, and `astype` copies nothing then.
    return np.fft.irfft(spectrum, n)[:, :size].astype(np.float32, copy=False)


@lru_cache(maxsize=32)
def _gains(
    strokes: StrokeTraits, period_s: float, n: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the amplitudes of drift and tremor at the frequencies of n samples up to `BAND_HZ`."""
    bins = min(n // 2, ceil(BAND_HZ * n * period_s)) + 1
    turn = np.linspace(0.0, 2.0 * pi * (bins - 1) / n, bins)
    slow, quick = exp(-period_s / strokes.drift_tau_s), exp(-period_s / strokes.drift_smooth_s)
    drift = _autoregression(slow + quick, -slow * quick, 1.0, turn, n)
    radius = exp(-pi * strokes.tremor_bandwidth_hz * period_s)
    first = 2.0 * radius * cos(2.0 * pi * strokes.tremor_hz * period_s)
    tremor = _autoregression(first, -radius * radius, strokes.tremor_px / sqrt(2.0), turn, n)
    return drift, tremor


def _autoregression(
    first: float, second: float, sd: float, turn: NDArray[np.float64], n: int
) -> NDArray[np.float32]:
    """Return the amplitudes of an autoregression of order 2 with this stationary deviation."""
    power = 1.0 / (
        1.0
        + first * first
        + second * second
        - 2.0 * first * (1.0 - second) * np.cos(turn)
        - 2.0 * second * np.cos(2.0 * turn)
    )
    # Frequency 0 has one part, the others have two, each in a positive and a negative frequency.
    variance = 2.0 * power[0] + 4.0 * float(power[1:].sum())
    amplitude = np.sqrt(power) * (sd * n / sqrt(variance))
    amplitude[0] *= sqrt(2.0)
    return amplitude.astype(np.float32)
