"""Motor noise: slow drift that grows with speed, and physiological tremor.

Drift has the spectrum of an Ornstein-Uhlenbeck process that the hand's mass smooths, tremor a peak
at 8-12 Hz. Both are sums of a few sines whose frequencies are drawn from the spectrum, anew for
every movement: any time can be asked for, and no movement knows of another.

Sources
-------
Harris & Wolpert 1998 (noise grows with the command); Elble & Koller 1990 (tremor band); Shinozuka &
Deodatis 1991 (noise of a given spectrum as sines of random frequency).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.hand_traits import StrokeTraits
from deskhand.keyed_draws import Keys, normal_pairs, thirds, words

# Sines of the drift; their frequencies divide the spectrum into parts of equal power.
SINES = 4
# The fastest drift that is drawn: this share of the spectrum's power lies below it.
HIGHEST_SHARE = 0.96
AXES = 2
# Two amplitudes of each sine on each axis, and the tremor's frequency.
_NORMAL_SLOTS = np.arange(AXES * (SINES + 1) + 1)[:, np.newaxis]
_UNIFORM_SLOTS = 100 + np.arange(-(-SINES // 3))[:, np.newaxis]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sines:
    """The noise of m movements as sums of sines; the last one is the tremor, in px.

    Parameters
    ----------
    turn_rad_s : NDArray[np.float32], shape (SINES + 1, m)
        Angular frequencies.
    cosine, sine : NDArray[np.float32], shape (2, SINES + 1, m)
        Amplitudes on both axes; the drift's sum has variance 1.
    """

    turn_rad_s: NDArray[np.float32]
    cosine: NDArray[np.float32]
    sine: NDArray[np.float32]


def draw_sines(strokes: StrokeTraits, key: Keys) -> Sines:
    """Return the noise of many movements; the caller scales it, and to zero at both ends.

    Parameters
    ----------
    strokes : StrokeTraits
        Whose noise: one person's, or columns of shape (m,).
    key : Keys, shape (m,)
        The movements' keys for their noise.

    Examples
    --------
    >>> from deskhand.behavior_models.profile import load_profile
    >>> from deskhand.behavior_models.hand_traits import draw_hand
    >>> from deskhand.keyed_draws import keys
    >>> hand = draw_hand(load_profile("office"), np.random.default_rng(1))
    >>> sines = draw_sines(hand.strokes, keys(1, "noise", range(20_000)))
    >>> bool(abs((sines.cosine[0, :SINES] ** 2).sum(axis=0).mean() - 1) < 0.05)
    True
    """
    m = len(key)
    place = np.arange(SINES)[:, np.newaxis]
    uniform = np.concatenate(thirds(words(key, _UNIFORM_SLOTS)))[:SINES]
    normal = normal_pairs(key, _NORMAL_SLOTS).reshape(-1, m)
    share = (place + uniform) * np.float32(HIGHEST_SHARE / SINES)
    turn = np.empty((SINES + 1, m), np.float32)
    # The power of an Ornstein-Uhlenbeck process is Cauchy over angular frequency.
    turn[:SINES] = np.tan(0.5 * np.pi * share) / strokes.drift_tau_s
    spread_hz = strokes.tremor_bandwidth_hz * normal[-1]
    turn[SINES] = 2.0 * np.pi * np.maximum(strokes.tremor_hz + spread_hz, 1.0)
    size = np.empty((SINES + 1, m), np.float32)
    ratio = strokes.drift_smooth_s / strokes.drift_tau_s
    size[:SINES] = np.sqrt(
        (1.0 + ratio) / SINES / (1.0 + (turn[:SINES] * strokes.drift_smooth_s) ** 2)
    )
    # That of a sine of this amplitude.
    size[SINES] = strokes.tremor_px * np.sqrt(0.5)
    amplitude = normal[: 2 * AXES * (SINES + 1)].reshape(2, AXES, SINES + 1, m)
    cosine, sine = amplitude * size
    return Sines(turn_rad_s=turn, cosine=cosine, sine=sine)


def noise_at(
    sines: Sines, count: NDArray[np.int64], time_s: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the noise at times of each movement.

    Parameters
    ----------
    sines : Sines
        Of m movements.
    count : NDArray[np.int64], shape (m,)
        Times of each movement; they sum to n.
    time_s : NDArray[np.float32], shape (n,)
        Times.

    Returns
    -------
    drift : NDArray[np.float32], shape (2, n)
        Of variance 1.
    tremor_px : NDArray[np.float32], shape (2, n)
        Of standard deviation ``tremor_px / sqrt(2)``.
    """
    drift = np.zeros((AXES, len(time_s)), np.float32)
    tremor_px = np.zeros_like(drift)
    for k in range(SINES + 1):
        angle = np.repeat(sines.turn_rad_s[k], count)
        angle *= time_s
        waves = np.cos(angle), np.sin(angle, out=angle)
        for axis in range(AXES):
            sum_of = drift[axis] if k < SINES else tremor_px[axis]
            for wave, amplitude in zip(waves, (sines.cosine, sines.sine), strict=True):
                value = np.repeat(amplitude[axis, k], count)
                value *= wave
                sum_of += value
    return drift, tremor_px


def add_noise(
    x: NDArray[np.float32],
    y: NDArray[np.float32],
    speed: NDArray[np.float32],
    traits: StrokeTraits,
    distance_px: NDArray[np.floating],
    duration_s: NDArray[np.floating],
    count: NDArray[np.int64],
    time_s: NDArray[np.float32],
    key: Keys,
) -> None:
    """Add drift, which grows with a hand's speed, and tremor to paths.

    Parameters
    ----------
    x, y : NDArray[np.float32], shape (n,)
        Paths of m movements in px; written to.
    speed : NDArray[np.float32], shape (n,)
        F (1 - F) of the primary stroke's completion F, a stand-in for speed: 0 at both ends.
    traits : StrokeTraits
        One person's, or columns of shape (m,).
    distance_px, duration_s : NDArray[np.floating], shape (m,)
        Of each movement.
    count : NDArray[np.int64], shape (m,)
        Times of each movement; they sum to n.
    time_s : NDArray[np.float32], shape (n,)
        Times since the start of their own movement.
    key : Keys, shape (m,)
        The movements' keys for their noise.
    """
    drift, tremor_px = noise_at(draw_sines(traits, key), count, time_s)
    # F (1 - F) is at most 1/4.
    drift_px = (4.0 * traits.drift_share * distance_px).astype(np.float32)
    drift *= speed * np.repeat(drift_px, count)
    share = time_s * np.repeat((1.0 / duration_s).astype(np.float32), count)
    np.minimum(share, np.float32(1.0), out=share)
    share -= share * share
    share *= np.float32(4.0)
    tremor_px *= share
    for place, axis in enumerate((x, y)):
        axis += drift[place]
        axis += tremor_px[place]
