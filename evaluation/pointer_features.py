"""What a movement looks like to a classifier: its shape, its kinematics at 100 Hz, its raw reports.

These are not the features that a law is matched on: a test with the fit's own features would be
passed by fitting them.

Sources
-------
Measures of pointing paths: MacKenzie, Kauppinen & Silfverberg 2001. Minimum jerk: Flash & Hogan
1985. Two-thirds power law: Lacquaniti, Terzuolo & Viviani 1983. Tremor band: 8-12 Hz.
"""

import numpy as np
from numpy.typing import NDArray

from deskhand.calibration.movements import Movements
from deskhand.evaluation.motion_grid import (
    GRID_HZ,
    Floats,
    MotionGrid,
    heading_frame,
    motion_grid,
    moved_reports,
    slope,
    velocity_peaks,
)

# Points along the path at equal arc lengths.
ARC_POINTS = 33
ARC_SAMPLES = (2, 5, 8, 12, 16, 20, 24, 27, 30)
# Movements on one padded grid; they are sorted by duration before.
GROUP = 256
SPECTRUM = 256
BANDS_HZ = ((0.0, 2.0), (2.0, 4.0), (4.0, 8.0), (8.0, 12.0), (12.0, 25.0), (25.0, 50.1))

SHAPE = (
    *("log_chord", "path_ratio", "largest_deviation", "mean_deviation", "absolute_deviation"),
    *("deviation_place", "overshoot", "back_start", "side_changes", "first_angle", "last_angle"),
    *("first_heading", "last_heading", "turn", "largest_turn", "turn_spread", "turn_start"),
    *("turn_end", "reversals", "chord_cos", "chord_sin"),
    *(f"across_{place}" for place in ARC_SAMPLES),
)
KINEMATIC = (
    *("log_time", "mean_speed", "peak_speed", "peak_ratio", "peak_time", "start_speed"),
    *("end_speed", "speed_spread", "speed_skew", "peaks", "peak_rate", "second_peak"),
    *("peaks_apart", "acceleration", "braking", "acceleration_ratio", "log_jerk"),
    *("minimum_jerk_error", "minimum_jerk_bias", "still", "time_5", "time_20", "time_50"),
    *("time_80", "time_95", *(f"power_{low:.0f}_{high:.0f}_hz" for low, high in BANDS_HZ)),
    *("centroid_hz", "turn_rate", "turn_rate_90", "power_law", "across_speed", "backward"),
    *("left_at_100_ms", "left_at_200_ms", "left_at_half", "self_10_ms", "self_50_ms"),
)
REPORTS = (
    *("reports", "report_rate", "gap_5", "gap_25", "gap_50", "gap_75", "gap_95", "gap_largest"),
    *("gap_mean", "gap_spread", "gap_mode", "gap_mode_share", "gap_kinds", "off_ms", "same_time"),
    *("whole_px", "still_reports", "step_50", "step_95", "step_largest", "steps_of_one"),
    *("first_gap", "last_gap", "long_gaps"),
)


def pointer_features(movements: Movements) -> dict[str, Floats]:
    """Return the features of movements by view: shape, kinematic and raw.

    Each view holds those before it: ``kinematic`` sees the shape, ``raw`` sees both.

    Parameters
    ----------
    movements : Movements
        m of them, each at least two reports.

    Returns
    -------
    dict of NDArray[np.float64], shape (m, k)
        Columns `SHAPE`, then `KINEMATIC`, then `REPORTS`.

    Examples
    --------
    >>> from deskhand.evaluation.path_table import straight_movements
    >>> views = pointer_features(straight_movements([(0, 0, 300, 400)]))
    >>> {name: view.shape[1] for name, view in views.items()}
    {'shape': 30, 'kinematic': 72, 'raw': 96}
    >>> float(views["shape"][0, SHAPE.index("path_ratio")].round(3))
    1.0
    """
    moved = moved_reports(movements)
    shape = np.empty((len(moved), len(SHAPE)))
    kinematic = np.empty((len(moved), len(KINEMATIC)))
    order = np.argsort(moved.duration_us, kind="stable")
    for low in range(0, len(order), GROUP):
        chosen = order[low : low + GROUP]
        part = moved.take(chosen)
        along, across, chord_px = heading_frame(part)
        shape[chosen] = _shape(part, along, across, chord_px)
        kinematic[chosen] = kinematics(motion_grid(part, along, across), chord_px)
    both = np.hstack([shape, kinematic])
    return {"shape": shape, "kinematic": both, "raw": np.hstack([both, _reports(movements)])}


def _shape(movements: Movements, along: Floats, across: Floats, chord_px: Floats) -> Floats:
    m, count, first, last = len(movements), movements.count, movements.first, movements.last
    step = np.hypot(np.diff(along, prepend=0.0), np.diff(across, prepend=0.0))
    step[first] = 0.0
    length = np.cumsum(step)
    length -= np.repeat(length[first], count)
    total = np.maximum(length[last], 1e-9)
    # Every path has a stretch of its own, so that one interpolation does all.
    at = length / np.repeat(total, count) + 2.0 * np.repeat(np.arange(m), count)
    grid = np.linspace(0.0, 1.0, ARC_POINTS) + 2.0 * np.arange(m)[:, np.newaxis]
    scale = np.maximum(chord_px, 1e-9)[:, np.newaxis]
    a = np.interp(grid.ravel(), at, along).reshape(m, -1) / scale
    b = np.interp(grid.ravel(), at, across).reshape(m, -1) / scale
    heading = np.arctan2(np.diff(b), np.diff(a))
    turn = np.diff(heading)
    turn -= 2.0 * np.pi * np.rint(turn / (2.0 * np.pi))
    sharp, off = np.abs(turn), np.abs(b)
    dx = movements.x[last] - movements.x[first]
    dy = movements.y[last] - movements.y[first]
    return np.column_stack(
        [
            np.log(scale[:, 0]),
            total / scale[:, 0],
            off.max(1),
            b.mean(1),
            off.mean(1),
            off.argmax(1) / (ARC_POINTS - 1),
            a.max(1) - 1.0,
            -a.min(1),
            np.count_nonzero(np.diff(np.sign(b[:, 1:-1])), axis=1),
            np.abs(heading[:, 0]),
            np.abs(heading[:, -1]),
            heading[:, :4].mean(1),
            heading[:, -4:].mean(1),
            sharp.sum(1),
            sharp.max(1),
            turn.std(1),
            sharp[:, :6].sum(1),
            sharp[:, -6:].sum(1),
            np.count_nonzero(np.diff(np.sign(np.diff(a))), axis=1),
            dx / scale[:, 0],
            dy / scale[:, 0],
            b[:, ARC_SAMPLES],
        ]
    )


def kinematics(grid: MotionGrid, chord_px: Floats) -> Floats:
    """Return the features `KINEMATIC` of movements on one grid.

    Parameters
    ----------
    grid : MotionGrid
        m movements.
    chord_px : NDArray[np.float64], shape (m,)
        From first to last report.
    """
    inside, size, speed = grid.inside, grid.size.astype(np.float64), grid.speed
    rows, chord = np.arange(len(size)), np.maximum(chord_px, 1e-9)
    time_s = size / GRID_HZ
    top = np.maximum(speed.max(1), 1e-9)
    share = speed / top[:, np.newaxis]
    mean = speed.sum(1) / size
    around = np.where(inside, speed - mean[:, np.newaxis], 0.0)
    spread = np.sqrt((around**2).sum(1) / size) + 1e-9
    acceleration = slope(share, grid.size)
    jerk = np.where(inside, slope(acceleration, grid.size), 0.0)
    acceleration = np.where(inside, acceleration, 0.0)
    peaks, second, apart = velocity_peaks(speed)
    tau = np.arange(speed.shape[1]) / np.maximum(size - 1.0, 1.0)[:, np.newaxis]
    smooth = tau**3 * (10.0 - 15.0 * tau + 6.0 * tau**2)
    error = np.where(inside, grid.along / chord[:, np.newaxis] - smooth, 0.0)
    path = np.cumsum(speed, 1)
    path /= np.maximum(path[:, -1:], 1e-9)
    times = [((path < level) & inside).sum(1) / size for level in (0.05, 0.2, 0.5, 0.8, 0.95)]
    power = np.abs(np.fft.rfft(share[:, :SPECTRUM], SPECTRUM)) ** 2
    power /= np.maximum(power.sum(1, keepdims=True), 1e-12)
    hz = np.fft.rfftfreq(SPECTRUM, 1.0 / GRID_HZ)
    turn_rate, exponent = _turning(grid, share)
    fast = np.where(inside & (share > 0.05), turn_rate, np.nan)
    fast[np.isnan(fast).all(1), 0] = 0.0
    left = [
        np.hypot(chord - grid.along[rows, at], grid.across[rows, at])
        for at in (
            np.maximum(grid.size - 11, 0),
            np.maximum(grid.size - 21, 0),
            grid.size // 2,
        )
    ]
    return np.column_stack(
        [
            np.log(time_s),
            mean,
            top,
            top * time_s / chord,
            speed.argmax(1) / size,
            share[:, :3].mean(1),
            np.mean([share[rows, grid.size - k] for k in (1, 2, 3)], axis=0),
            spread / np.maximum(mean, 1e-9),
            (around * around**2).sum(1) / size / spread**3,
            peaks,
            peaks / time_s,
            second,
            apart / size,
            acceleration.max(1),
            acceleration.min(1),
            acceleration.max(1) / np.maximum(-acceleration.min(1), 1e-6),
            np.log((jerk**2).sum(1) / size * time_s**4 + 1e-9),
            np.sqrt((error**2).sum(1) / size),
            error.sum(1) / size,
            ((share < 0.05) & inside).sum(1) / size,
            *times,
            *(power[:, (hz >= low) & (hz < high)].sum(1) for low, high in BANDS_HZ),
            power @ hz,
            np.nanmedian(fast, axis=1),
            np.nanpercentile(fast, 90, axis=1),
            exponent,
            np.sqrt((grid.across_speed**2).sum(1) / size) / top,
            ((grid.along_speed < 0) & inside).sum(1) / size,
            *left,
            *(_self_likeness(around, lag, grid.size) for lag in (1, 5)),
        ]
    )


def _turning(grid: MotionGrid, share: Floats) -> tuple[Floats, Floats]:
    """Return turn rates in rad/s and the exponent of turn rate against curvature."""
    turn = np.diff(np.arctan2(grid.across_speed, grid.along_speed), axis=1)
    turn -= 2.0 * np.pi * np.rint(turn / (2.0 * np.pi))
    heading = np.concatenate([np.zeros((len(turn), 1)), np.cumsum(turn, 1)], 1)
    rate = np.abs(slope(heading, grid.size))
    curvature = rate / np.maximum(grid.speed, 1.0)
    ok = grid.inside & (share > 0.05) & (grid.speed > 20.0) & (curvature > 1e-4)
    x = np.where(ok, np.log(np.maximum(curvature, 1e-9)), 0.0)
    y = np.where(ok, np.log(np.maximum(rate, 1e-9)), 0.0)
    n = np.maximum(ok.sum(1), 1)
    x = np.where(ok, x - (x.sum(1) / n)[:, np.newaxis], 0.0)
    exponent = (x * y).sum(1) / np.maximum((x * x).sum(1), 1e-9)
    return rate, np.where(ok.sum(1) > 5, exponent, 0.0)


def _self_likeness(around: Floats, lag: int, size: NDArray[np.int64]) -> Floats:
    long = size > 2 * lag + 2
    likeness = (around[:, lag:] * around[:, :-lag]).sum(1) / np.maximum((around**2).sum(1), 1e-9)
    return np.where(long, likeness, 0.0)


def _reports(movements: Movements) -> Floats:
    count, m = movements.count, len(movements)
    whose = np.repeat(np.arange(m), count)
    within = whose[1:] == whose[:-1]
    step_of = whose[1:][within]
    gap_ms = 1e-3 * np.diff(movements.t_us)[within]
    step_px = np.hypot(np.diff(movements.x), np.diff(movements.y))[within]
    steps = np.maximum(count - 1, 1)

    def share(hit: NDArray[np.bool_]) -> Floats:
        return np.bincount(step_of, hit, m) / steps

    def quantiles(values: Floats, levels: tuple[float, ...]) -> list[Floats]:
        ordered = values[np.lexsort((values, step_of))]
        first = np.cumsum(steps) - steps
        return [ordered[first + np.rint(level * (steps - 1)).astype(np.int64)] for level in levels]

    whole_ms = np.rint(gap_ms).astype(np.int64)
    # Each kind of gap of each movement once, with how often it is met.
    pair, often = np.unique(np.stack([step_of, whole_ms]), axis=1, return_counts=True)
    kinds = np.bincount(pair[0], minlength=m)
    commonest = np.lexsort((-often, pair[0]))[np.cumsum(kinds) - kinds]
    mean = np.bincount(step_of, gap_ms, m) / steps
    spread = np.sqrt(np.maximum(np.bincount(step_of, gap_ms**2, m) / steps - mean**2, 0.0))
    whole = (movements.x == np.rint(movements.x)) & (movements.y == np.rint(movements.y))
    first = np.cumsum(steps) - steps
    return np.column_stack(
        [
            count,
            count / np.maximum(1e-6 * movements.duration_us, 1e-3),
            *quantiles(gap_ms, (0.05, 0.25, 0.5, 0.75, 0.95, 1.0)),
            mean,
            spread / np.maximum(mean, 1e-9),
            pair[1][commonest],
            often[commonest] / steps,
            kinds / steps,
            np.bincount(step_of, np.abs(gap_ms - whole_ms), m) / steps,
            share(gap_ms <= 0),
            np.bincount(whose, whole, m) / count,
            share(step_px == 0),
            *quantiles(step_px, (0.5, 0.95, 1.0)),
            share((step_px > 0) & (step_px <= 1.01)),
            gap_ms[first],
            gap_ms[first + steps - 1],
            share(gap_ms > 40.0),
        ]
    )
