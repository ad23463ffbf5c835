"""Recorded reports made comparable: whole px, each change of place once, a heading frame, 100 Hz.

A recorder's habits (repeats, gaps, fractions of a px) must not decide a test of the hand, so the
features of shape and kinematics look at movements through this.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deskhand.calibration.movements import Movements

Floats = NDArray[np.float64]

GRID_HZ = 100.0
# Gaussian smoothing of positions: 15 ms, cut off at four standard deviations.
SMOOTH_STEPS, REACH = 1.5, 6
# A velocity peak is at least this high, and rises and falls by at least this, as shares of the top.
PEAK_HEIGHT, PEAK_RISE = 0.10, 0.05


def moved_reports(movements: Movements) -> Movements:
    """Return the movements on whole px, without reports that bring no new time or no new place.

    Of several reports at one time the last is kept.

    Parameters
    ----------
    movements : Movements
        As recorded or as made.
    """
    x, y, t_us = np.rint(movements.x), np.rint(movements.y), movements.t_us
    whose = np.repeat(np.arange(len(movements)), movements.count)
    new = np.append(whose[1:] != whose[:-1], True)
    keep = np.append(np.diff(t_us) > 0, True) | new
    x, y, t_us, whose = x[keep], y[keep], t_us[keep], whose[keep]
    keep = np.append(True, (whose[1:] != whose[:-1]) | (np.diff(x) != 0) | (np.diff(y) != 0))
    x, y, t_us, whose = x[keep], y[keep], t_us[keep], whose[keep]
    count = np.bincount(whose, minlength=len(movements)).astype(np.int64)
    first = np.cumsum(count) - count
    return Movements(
        person=movements.person,
        count=count,
        t_us=t_us - np.repeat(t_us[first], count),
        x=x,
        y=y,
        dwell_us=movements.dwell_us,
        target=movements.target,
    )


def heading_frame(movements: Movements) -> tuple[Floats, Floats, Floats]:
    """Return places along and across the chord, from the first report, and the chords' lengths.

    Returns
    -------
    along, across : NDArray[np.float64], shape (n,)
        In px.
    chord_px : NDArray[np.float64], shape (m,)
        Distance from first to last report.

    Examples
    --------
    >>> from deskhand.evaluation.path_table import straight_movements
    >>> along, across, chord_px = heading_frame(straight_movements(points=[(0, 0, 30, 40)]))
    >>> chord_px.tolist(), float(along[-1]), float(across[-1])
    ([50.0], 50.0, 0.0)
    """
    first, last, count = movements.first, movements.last, movements.count
    dx = movements.x[last] - movements.x[first]
    dy = movements.y[last] - movements.y[first]
    chord_px = np.hypot(dx, dy)
    scale = np.maximum(chord_px, 1e-9)
    x = movements.x - np.repeat(movements.x[first], count)
    y = movements.y - np.repeat(movements.y[first], count)
    cos, sin = np.repeat(dx / scale, count), np.repeat(dy / scale, count)
    return x * cos + y * sin, y * cos - x * sin, chord_px


@dataclass(frozen=True, slots=True, kw_only=True)
class MotionGrid:
    """Movements of like duration on one padded grid of 100 Hz.

    Parameters
    ----------
    size : NDArray[np.int64], shape (m,)
        Grid steps of each movement.
    along, across : NDArray[np.float64], shape (m, w)
        Smoothed places in the heading frame, px; the end point fills what is behind the end.
    speed : NDArray[np.float64], shape (m, w)
        In px/s; 0 behind the end.
    along_speed, across_speed : NDArray[np.float64], shape (m, w)
        In px/s.
    """

    size: NDArray[np.int64]
    along: Floats
    across: Floats
    speed: Floats
    along_speed: Floats
    across_speed: Floats

    @property
    def inside(self) -> NDArray[np.bool_]:
        """Mask of the grid steps before the end, shape (m, w)."""
        return np.arange(self.along.shape[1]) < self.size[:, np.newaxis]


def motion_grid(movements: Movements, along: Floats, across: Floats) -> MotionGrid:
    """Return movements resampled to 100 Hz and smoothed by 15 ms.

    Parameters
    ----------
    movements : Movements
        Whose times are taken; best of like duration, as all share one width.
    along, across : NDArray[np.float64], shape (n,)
        Their places, see `heading_frame`.
    """
    duration_s = 1e-6 * movements.duration_us
    size = np.maximum(np.ceil(np.round(duration_s * GRID_HZ, 4)).astype(np.int64) + 1, 4)
    width = int(size.max())
    # Each movement has a stretch of the time axis of its own, so that one interpolation does all.
    stretch = duration_s.max() + (width + 2 * REACH + 2) / GRID_HZ
    offset = stretch * np.arange(len(movements))
    step = np.clip(np.arange(-REACH, width + REACH), 0, (size - 1)[:, np.newaxis])
    # The last grid step lies up to 10 ms behind the last report, where the hand is at rest.
    time_s = np.minimum(step / GRID_HZ, duration_s[:, np.newaxis])
    wanted = (time_s + offset[:, np.newaxis]).ravel()
    known = 1e-6 * movements.t_us + np.repeat(offset, movements.count)
    taps = np.exp(-0.5 * (np.arange(-REACH, REACH + 1) / SMOOTH_STEPS) ** 2)
    taps /= taps.sum()
    places = []
    for axis in (along, across):
        rough = np.interp(wanted, known, axis).reshape(len(movements), -1)
        smooth = np.zeros((len(movements), width))
        for k, tap in enumerate(taps):
            smooth += tap * rough[:, k : k + width]
        places.append(smooth)
    velocity = [slope(axis, size) for axis in places]
    inside = np.arange(width) < size[:, np.newaxis]
    return MotionGrid(
        size=size,
        along=places[0],
        across=places[1],
        speed=np.where(inside, np.hypot(*velocity), 0.0),
        along_speed=np.where(inside, velocity[0], 0.0),
        across_speed=np.where(inside, velocity[1], 0.0),
    )


def slope(values: Floats, size: NDArray[np.int64]) -> Floats:
    """Return the rate of change a second: central differences, one-sided at both ends.

    Parameters
    ----------
    values : NDArray[np.float64], shape (m, w)
        On the grid.
    size : NDArray[np.int64], shape (m,)
        Grid steps of each row that count.
    """
    rate = np.gradient(values, 1.0 / GRID_HZ, axis=1)
    rows, last = np.arange(len(values)), size - 1
    rate[rows, last] = (values[rows, last] - values[rows, last - 1]) * GRID_HZ
    return rate


def velocity_peaks(speed: Floats) -> tuple[NDArray[np.int64], Floats, Floats]:
    """Return how many velocity peaks movements have, and how high and where the second one is.

    A peak counts when it is at least a tenth of the highest, and the speed rises to it and falls
    from it by at least a twentieth of that before the next.

    Parameters
    ----------
    speed : NDArray[np.float64], shape (m, w)
        0 behind a movement's end.

    Returns
    -------
    count : NDArray[np.int64], shape (m,)
        Number of peaks.
    second : NDArray[np.float64], shape (m,)
        Height of the second highest as a share of the highest; 0 where there is none.
    apart : NDArray[np.float64], shape (m,)
        Grid steps from the first peak to the second in time; 0 where there is none.

    Examples
    --------
    >>> count, second, apart = velocity_peaks(np.array([[0, 4, 10, 4, 1, 6, 0, 0.0]]))
    >>> count.tolist(), second.tolist(), apart.tolist()
    ([2], [0.6], [3.0])
    """
    rows = len(speed)
    share = speed / np.maximum(speed.max(1), 1e-9)[:, np.newaxis]
    rising = np.ones(rows, np.bool_)
    extreme, place = np.zeros(rows), np.zeros(rows)
    count = np.zeros(rows, np.int64)
    top, second = np.zeros(rows), np.zeros(rows)
    when = np.zeros((rows, 2))
    # A last column of nothing ends whatever still rises.
    for k, now in enumerate(np.append(share, np.zeros((rows, 1)), 1).T):
        further = np.where(rising, now > extreme, now < extreme)
        place = np.where(further & rising, k, place)
        extreme = np.where(further, now, extreme)
        turned = np.where(rising, extreme - now >= PEAK_RISE, now - extreme >= PEAK_RISE)
        peak = turned & rising & (extreme >= PEAK_HEIGHT)
        for number in (0, 1):
            when[:, number] = np.where(peak & (count == number), place, when[:, number])
        count += peak
        second = np.where(peak, np.maximum(second, np.minimum(top, extreme)), second)
        top = np.where(peak, np.maximum(top, extreme), top)
        rising ^= turned
        place = np.where(turned & rising, k, place)
        extreme = np.where(turned, now, extreme)
    return count, second, np.where(count > 1, when[:, 1] - when[:, 0], 0.0)
