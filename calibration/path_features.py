"""What tells one hand from another in a movement: shape, kinematics and rests, many at once.

Every feature is computed for all movements together: a movement is moved to a stretch of time (or
of arc length) of its own, so that one interpolation serves them all, and movements of like duration
share one padded grid.

Sources
-------
Shape and submovement measures: Meyer et al. 1988; MacKenzie, Kauppinen & Silfverberg 2001 (accuracy
measures of pointing); log dimensionless jerk: Hogan & Sternad 2009; two-thirds power law:
Lacquaniti et al. 1983.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

GRID_HZ = 100.0
# Standard deviation of the Gaussian that smooths positions, in grid steps, and its reach.
SMOOTH_STEPS, SMOOTH_REACH = 1.5, 6
# Points along the path, at equal arc lengths.
ARC_POINTS = 33
# A velocity peak is this high and rises this far above its valleys, as shares of the highest.
PEAK_HEIGHT, PEAK_PROMINENCE = 0.10, 0.05
# Movements per padded grid; they are sorted by duration before.
GROUP = 512
SPECTRUM_SIZE = 256

SHAPE = (
    *("log_detour", "log_deviation", "signed_deviation", "deviation_place", "overshoot"),
    *("back_start", "side_changes", "first_angle", "last_angle", "initial_heading", "log_turn"),
    *("largest_turn", "turn_spread", "turn_early", "turn_late", "reversals"),
    *("side_4", "side_8", "side_16", "side_24", "side_28"),
)
KINEMATIC = (
    *("log_time", "log_peak_ratio", "peak_time", "start_speed", "end_speed", "speed_spread"),
    *("speed_skew", "peak_count", "second_peak", "acceleration", "braking", "log_jerk"),
    *("minimum_jerk_error", "minimum_jerk_bias", "still_share", "time_95", "time_50", "time_10"),
    *("time_80", "power_low", "power_4_8", "power_8_12", "power_12_25", "power_high", "centroid"),
    *("log_turn_rate", "log_turn_rate_90", "power_law", "across_speed", "backward_share"),
    *("log_last_distance", "autocorrelation_1", "autocorrelation_5"),
)


def path_features(
    count: NDArray[np.int64], t_us: NDArray[np.int64], x: Floats, y: Floats
) -> Floats:
    """Return the features `SHAPE` and `KINEMATIC` of many movements.

    Parameters
    ----------
    count : NDArray[np.int64], shape (m,)
        Reports of each movement, at least 2; they sum to n.
    t_us : NDArray[np.int64], shape (n,)
        Times since the movement's first report, ascending within a movement.
    x, y : NDArray[np.float64], shape (n,)
        Reported places in px; the last differs from the first.

    Returns
    -------
    NDArray[np.float64], shape (m, k)

    Examples
    --------
    >>> t = np.arange(30) * 16_000
    >>> s = (1 - np.cos(np.pi * t / t[-1])) / 2
    >>> row = path_features(np.array([30]), t, np.rint(400 * s), np.rint(9 * np.sin(np.pi * s)))
    >>> row.shape, bool(abs(row[0, (*SHAPE, *KINEMATIC).index("peak_time")] - 0.5) < 0.05)
    ((1, 54), True)
    """
    count, t_us, x, y = _moved(count, t_us, x, y)
    order = np.argsort(t_us[np.cumsum(count) - 1], kind="stable")
    first = np.cumsum(count) - count
    result = np.empty((len(count), len(SHAPE) + len(KINEMATIC)))
    for low in range(0, len(count), GROUP):
        part = order[low : low + GROUP]
        n = count[part]
        rows = np.arange(n.sum()) + np.repeat(first[part] - (np.cumsum(n) - n), n)
        time_s = 1e-6 * t_us[rows]
        along, across, chord = _turned(n, x[rows], y[rows])
        result[part] = np.hstack(
            [_shape(n, along, across, chord), _kinematic(n, time_s, along, across, chord)]
        )
    return result


def _moved(
    count: NDArray[np.int64], t_us: NDArray[np.int64], x: Floats, y: Floats
) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats, Floats]:
    """Leave out reports at the time of the next one, and those without a change of place."""
    x, y = np.rint(x), np.rint(y)
    movement = np.repeat(np.arange(len(count)), count)
    last = np.zeros(len(x), np.bool_)
    last[np.cumsum(count) - 1] = True
    keep = last | np.append(np.diff(t_us) > 0, True)
    t_us, x, y, movement = t_us[keep], x[keep], y[keep], movement[keep]
    keep = np.append(True, movement[1:] != movement[:-1])
    keep[1:] |= (np.diff(x) != 0) | (np.diff(y) != 0)
    counted = np.bincount(movement[keep], minlength=len(count)).astype(np.int64)
    return counted, t_us[keep], x[keep], y[keep]


def _turned(count: NDArray[np.int64], x: Floats, y: Floats) -> tuple[Floats, Floats, Floats]:
    """Turn every movement so that it leads from 0 along the first axis."""
    last = np.cumsum(count) - 1
    first = last - count + 1
    dx, dy = x[last] - x[first], y[last] - y[first]
    chord = np.hypot(dx, dy) + 1e-9
    x, y = x - np.repeat(x[first], count), y - np.repeat(y[first], count)
    cos, sin = np.repeat(dx / chord, count), np.repeat(dy / chord, count)
    return x * cos + y * sin, y * cos - x * sin, chord


def _shape(count: NDArray[np.int64], along: Floats, across: Floats, chord: Floats) -> Floats:
    m, last = len(count), np.cumsum(count) - 1
    first = last - count + 1
    step = np.hypot(np.diff(along, prepend=0.0), np.diff(across, prepend=0.0))
    step[first] = 0.0
    length = np.cumsum(step)
    length -= np.repeat(length[first], count)
    total = np.maximum(length[last], 1e-9)
    share = length / np.repeat(total, count)
    whose = np.arange(m)
    grid = 2.0 * whose[:, np.newaxis] + np.linspace(0.0, 1.0, ARC_POINTS)
    at = share + 2.0 * np.repeat(whose, count)
    scale = chord[:, np.newaxis]
    a = np.interp(grid.ravel(), at, along).reshape(m, ARC_POINTS) / scale
    b = np.interp(grid.ravel(), at, across).reshape(m, ARC_POINTS) / scale
    heading = np.arctan2(np.diff(b), np.diff(a))
    turn = np.diff(heading)
    turn -= 2.0 * np.pi * np.rint(turn / (2.0 * np.pi))
    sharp = np.abs(turn)
    deviation = np.abs(b)
    side, way = np.sign(b[:, 1:-1]), np.sign(np.diff(a))
    return np.column_stack(
        [
            np.log(total / chord - 1.0 + 0.004),
            np.log(deviation.max(1) + 0.003),
            np.arcsinh(20.0 * b.mean(1)),
            deviation.argmax(1) / (ARC_POINTS - 1),
            np.log(np.maximum(a.max(1) - 1.0, 0.0) + 0.004),
            np.log(np.maximum(-a.min(1), 0.0) + 0.004),
            np.count_nonzero(np.diff(side), axis=1),
            np.abs(heading[:, 0]),
            np.abs(heading[:, -1]),
            heading[:, :4].mean(1),
            np.log(sharp.sum(1) + 0.05),
            sharp.max(1),
            turn.std(1),
            np.log(sharp[:, :6].sum(1) + 0.02),
            np.log(sharp[:, -6:].sum(1) + 0.02),
            np.count_nonzero(np.diff(way), axis=1),
            *(np.arcsinh(20.0 * b[:, place]) for place in (4, 8, 16, 24, 28)),
        ]
    )


def _kinematic(
    count: NDArray[np.int64], time_s: Floats, along: Floats, across: Floats, chord: Floats
) -> Floats:
    m, last = len(count), np.cumsum(count) - 1
    duration_s = time_s[last]
    size = np.maximum(np.ceil(np.round(duration_s * GRID_HZ, 4)).astype(np.int64) + 1, 4)
    width = int(size.max())
    reach = SMOOTH_REACH
    span = (width + 2 * reach + 2) / GRID_HZ + duration_s.max()
    offset = span * np.arange(m)[:, np.newaxis]
    # Steps before the start and after the end lie at the end points, as the hand did.
    last_step = (size - 1)[:, np.newaxis]
    step = np.clip(np.arange(-reach, width + reach), 0, last_step) / GRID_HZ
    # The last step may lie beyond the last report, behind which another movement begins.
    step = np.minimum(step, duration_s[:, np.newaxis])
    at = time_s + np.repeat(offset[:, 0], count)
    taps = np.exp(-0.5 * (np.arange(-reach, reach + 1) / SMOOTH_STEPS) ** 2)
    taps /= taps.sum()
    places = []
    for axis in (along, across):
        rough = np.interp((step + offset).ravel(), at, axis).reshape(m, -1)
        places.append(sum(w * rough[:, k : k + width] for k, w in enumerate(taps)))
    a, b = places
    inside = np.arange(width) < size[:, np.newaxis]
    rows, n = np.arange(m), size.astype(np.float64)
    va, vb = _slope(a, size), _slope(b, size)
    speed = np.where(inside, np.hypot(va, vb), 0.0)
    top = np.maximum(speed.max(1), 1e-9)
    fast = speed / top[:, np.newaxis]
    acceleration = _slope(fast, size)
    jerk = np.where(inside, _slope(acceleration, size), 0.0)
    acceleration = np.where(inside, acceleration, 0.0)
    grid_s = n / GRID_HZ
    mean = fast.sum(1) / n
    around = np.where(inside, fast - mean[:, np.newaxis], 0.0)
    variance = (around**2).sum(1) / n + 1e-12
    tau = np.arange(width) / np.maximum(n - 1.0, 1.0)[:, np.newaxis]
    smooth = tau**3 * (10.0 - 15.0 * tau + 6.0 * tau**2)
    error = np.where(inside, a / chord[:, np.newaxis] - smooth, 0.0)
    path = np.cumsum(
        np.hypot(np.diff(a, prepend=a[:, :1]), np.diff(b, prepend=b[:, :1])) * inside, 1
    )
    path /= np.maximum(path[:, -1:], 1e-9)
    when = [((path < level) & inside).sum(1) / n for level in (0.95, 0.5, 0.1, 0.8)]
    power = np.abs(np.fft.rfft(fast[:, :SPECTRUM_SIZE], SPECTRUM_SIZE)) ** 2
    power /= power.sum(1, keepdims=True)
    hz = np.fft.rfftfreq(SPECTRUM_SIZE, 1.0 / GRID_HZ)
    bands = [
        np.log(power[:, (hz >= low) & (hz < high)].sum(1) + 1e-5)
        for low, high in ((0.0, 2.0), (4.0, 8.0), (8.0, 12.0), (12.0, 25.0), (25.0, 51.0))
    ]
    moving = inside & (fast > 0.05)
    turn = np.diff(np.arctan2(vb, va), axis=1)
    turn -= 2.0 * np.pi * np.rint(turn / (2.0 * np.pi))
    heading = np.concatenate([np.zeros((m, 1)), np.cumsum(turn, 1)], 1)
    rate = np.abs(_slope(heading, size))
    peaks, second = _peaks(fast)
    back = places[0][rows, np.maximum(size - 11, 0)], places[1][rows, np.maximum(size - 11, 0)]
    start, end = fast[:, :3].mean(1), sum(fast[rows, size - k] for k in (1, 2, 3)) / 3.0
    return np.column_stack(
        [
            np.log(grid_s),
            np.log(top * grid_s / chord),
            speed.argmax(1) / n,
            start,
            np.log(end + 0.003),
            np.sqrt(variance) / mean,
            (around * around**2).sum(1) / n / variance**1.5,
            peaks,
            second,
            acceleration.max(1),
            acceleration.min(1),
            np.log((jerk**2).sum(1) / n * grid_s**4 + 1e-9),
            np.log(np.sqrt((error**2).sum(1) / n) + 0.01),
            np.arcsinh(5.0 * error.sum(1) / n),
            ((fast < 0.05) & inside).sum(1) / n,
            *when,
            *bands,
            (power * hz).sum(1),
            *(np.log(_ranked(rate, moving, level) + 0.1) for level in (0.5, 0.9)),
            _power_law(rate, speed, moving & (speed > 20.0)),
            np.log(np.sqrt((np.where(inside, vb, 0.0) ** 2).sum(1) / n) / top + 0.003),
            ((va < 0) & inside).sum(1) / n,
            np.log(np.hypot(chord - back[0], back[1]) + 0.5),
            *(_lagged(around, inside, lag) / variance for lag in (1, 5)),
        ]
    )


def _slope(values: Floats, size: NDArray[np.int64]) -> Floats:
    """Return central differences, one-sided at either end of a row."""
    slope = np.empty_like(values)
    slope[:, 1:-1] = 0.5 * (values[:, 2:] - values[:, :-2])
    slope[:, 0], slope[:, -1] = values[:, 1] - values[:, 0], values[:, -1] - values[:, -2]
    rows = np.arange(len(values))
    slope[rows, size - 1] = values[rows, size - 1] - values[rows, size - 2]
    return slope * GRID_HZ


def _ranked(values: Floats, chosen: NDArray[np.bool_], level: float) -> Floats:
    ordered = np.sort(np.where(chosen, values, np.inf), axis=1)
    place = (level * np.maximum(chosen.sum(1) - 1, 0)).astype(np.int64)
    found: Floats = ordered[np.arange(len(values)), place]
    return np.where(np.isfinite(found), found, 0.0)


def _power_law(rate: Floats, speed: Floats, chosen: NDArray[np.bool_]) -> Floats:
    """Return the exponent of angular speed over curvature, as a regression of logarithms."""
    bend = rate / np.maximum(speed, 1.0)
    ok = chosen & (bend > 1e-4)
    n = np.maximum(ok.sum(1), 1)
    u = np.where(ok, np.log(np.where(ok, bend, 1.0)), 0.0)
    w = np.where(ok, np.log(np.where(ok, rate, 1.0) + 1e-9), 0.0)
    mean_u, mean_w = u.sum(1) / n, w.sum(1) / n
    exponent: Floats = ((u * w).sum(1) / n - mean_u * mean_w) / (
        (u * u).sum(1) / n - mean_u**2 + 1e-3
    )
    return np.where(n > 5, np.clip(exponent, 0.0, 1.3), 0.6)


def _lagged(around: Floats, inside: NDArray[np.bool_], lag: int) -> Floats:
    pairs = np.maximum(inside[:, lag:].sum(1), 1)
    mean: Floats = (around[:, lag:] * around[:, :-lag]).sum(1) / pairs
    return mean


def _peaks(fast: Floats) -> tuple[Floats, Floats]:
    """Return the number of velocity peaks and the height of the second highest."""
    m = len(fast)
    high, low = np.zeros(m), np.zeros(m)
    rising = np.ones(m, np.bool_)
    count, best, second = np.zeros(m), np.zeros(m), np.zeros(m)
    for now in (*np.ascontiguousarray(fast.T), np.zeros(m)):
        np.maximum(high, now, out=high, where=rising)
        np.minimum(low, now, out=low, where=~rising)
        ended = rising & (now < high - PEAK_PROMINENCE)
        seen = ended & (high >= PEAK_HEIGHT)
        count += seen
        height = np.where(seen, high, 0.0)
        second = np.maximum(second, np.minimum(best, height))
        best = np.maximum(best, height)
        begun = ~rising & (now > low + PEAK_PROMINENCE)
        low = np.where(ended, now, low)
        high = np.where(begun, now, high)
        rising = (rising & ~ended) | begun
    return count, second
