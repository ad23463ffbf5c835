"""Reports of the law's hand: movement time, recorder, path, and what the recorder writes of it."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.fitts import movement_times_s
from deskhand.behavior_models.hand_traits import Hands
from deskhand.behavior_models.motor_noise import add_noise
from deskhand.behavior_models.sigma_lognormal import NOISE_DRAWS, STROKE_DRAWS, stroke_paths
from deskhand.behavior_models.submovements import Strokes, draw_strokes, stroke_numbers
from deskhand.generators.recorder import PARTS, Recorders, rest_weights
from deskhand.generators.recorder_rests import SHORTEST_REST
from deskhand.generators.report_times import moved_reports, report_times_us
from deskhand.keyed_draws import Keys, mixed, normals

# What a movement's key is split into.
TIME, REPORTS, PATH = range(1, 4)
# Movements made at once, so that their arrays stay in a core's cache.
BLOCK = 2048


class StrokeReports(NamedTuple):
    """Reports of m movements, flat, each with the stroke under way.

    Parameters
    ----------
    count : NDArray[np.int64], shape (m,)
        Reports of each movement; they sum to n.
    t_us : NDArray[np.int64], shape (n,)
        Times since the movement's first report.
    x, y : NDArray[np.float64], shape (n,)
        Whole px.
    stroke : NDArray[np.int8], shape (n,)
        Number of the latest stroke that has begun, from 0.
    stroke_count : NDArray[np.int32], shape (m,)
        Strokes of each movement.
    """

    count: NDArray[np.int64]  # type: ignore[assignment]
    t_us: NDArray[np.int64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    stroke: NDArray[np.int8]
    stroke_count: NDArray[np.int32]


def law_reports(
    hands: Hands,
    recorders: Recorders,
    x0: NDArray[np.float64],
    y0: NDArray[np.float64],
    x1: NDArray[np.float64],
    y1: NDArray[np.float64],
    width_px: NDArray[np.float64],
    size_px: NDArray[np.float64],
    keys: Keys,
) -> StrokeReports:
    """Draw the reports of movements.

    Parameters
    ----------
    hands : Hands
        One row a movement.
    recorders : Recorders
        One row a movement.
    x0, y0, x1, y1 : NDArray[np.float64], shape (m,)
        Points in px, different in each row.
    width_px : NDArray[np.float64], shape (m,)
        The target's extent along the path, for the strokes; 0 where it is not known.
    size_px : NDArray[np.float64], shape (m,)
        The target's smaller side, for the time; 0 where it is not known.
    keys : NDArray[np.uint64], shape (m,)
        One key a movement.

    Returns
    -------
    StrokeReports
        The first report of a movement is at its start at time 0, the last exactly at its end. A
        movement depends on its own row alone.

    Examples
    --------
    >>> from deskhand.behavior_models.hand_traits import draw_hands
    >>> from deskhand.behavior_models.profile import load_profile
    >>> from deskhand.generators.recorder import draw_recorders
    >>> from deskhand.keyed_draws import keys
    >>> person = keys(7, "person", ["ann"])
    >>> profile = load_profile("literature")
    >>> hands, recorders = draw_hands(profile, person), draw_recorders(profile, person)
    >>> ends = (np.array([v]) for v in (10.0, 20.0, 400.0, 90.0))
    >>> width, size = np.array([40.0]), np.array([25.0])
    >>> made = law_reports(hands, recorders, *ends, width, size, keys(7, "move", [0]))
    >>> made.x[[0, -1]].tolist(), made.y[[0, -1]].tolist(), int(made.t_us[0])
    ([10.0, 400.0], [20.0, 90.0], 0)
    """
    parts = []
    for low in range(0, len(keys), BLOCK):
        rows = np.arange(low, min(low + BLOCK, len(keys)))
        parts.append(
            _block(
                hands.take(rows),
                recorders.take(rows),
                x0[rows],
                y0[rows],
                x1[rows],
                y1[rows],
                width_px[rows],
                size_px[rows],
                keys[rows],
            )
        )
    if not parts:
        whole, place = np.empty(0, np.int64), np.empty(0)
        return StrokeReports(
            whole, whole, place, place, np.empty(0, np.int8), np.empty(0, np.int32)
        )
    return StrokeReports(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def drawn_times_s(
    hands: Hands, distance_px: NDArray[np.float64], size_px: NDArray[np.float64], keys: Keys
) -> NDArray[np.float64]:
    """Return the times that `law_reports` gives its movements, before anything is reported."""
    noise = normals(mixed(keys, TIME), 0).astype(np.float64)
    return movement_times_s(hands, distance_px, size_px, noise)


def _block(
    hands: Hands,
    recorders: Recorders,
    x0: NDArray[np.float64],
    y0: NDArray[np.float64],
    x1: NDArray[np.float64],
    y1: NDArray[np.float64],
    width_px: NDArray[np.float64],
    size_px: NDArray[np.float64],
    keys: Keys,
) -> StrokeReports:
    distance_px = np.hypot(x1 - x0, y1 - y0)
    time_s = drawn_times_s(hands, distance_px, size_px, keys)
    duration_us = np.rint(1e6 * time_s).astype(np.int64)
    start, end = (x0, y0), (x1, y1)
    far, wide = (size.astype(np.float32) for size in (distance_px, width_px))
    path_keys = mixed(keys, PATH)
    numbers = stroke_numbers(mixed(path_keys, STROKE_DRAWS))

    def strokes_for(moved_us: NDArray[np.int64]) -> tuple[Strokes, NDArray[np.float32]]:
        moved_s = (1e-6 * np.maximum(moved_us, 1)).astype(np.float32)
        return draw_strokes(hands.strokes, far, wide, moved_s, True, numbers), moved_s

    # Where the hand is slow is known from the path without rests and noise.
    strokes, moved_s = strokes_for(duration_us)
    even = np.full(len(keys), PARTS + 1)
    at_s = moved_s[:, None] * (np.arange(PARTS + 1, dtype=np.float32) / np.float32(PARTS))
    rough, _ = stroke_paths(strokes, start, end, even, at_s.ravel())
    part_px = np.hypot(*(np.diff(c.reshape(-1, PARTS + 1), axis=1) for c in (rough.x, rough.y)))
    resting = replace(
        recorders,
        rest_share=recorders.rest_share * hands.strokes.rest_factor,
        first_rest_share=recorders.first_rest_share * hands.strokes.first_rest_factor,
        rest_weight=rest_weights(recorders, part_px * (PARTS / moved_s)[:, None]),
    )
    count, t_us = report_times_us(resting, duration_us, mixed(keys, REPORTS))
    last = np.cumsum(count) - 1
    first = last - count + 1
    hand_us = _without_rests(recorders, count, first, t_us)
    strokes, moved_s = strokes_for(hand_us[last])
    hand_s = hand_us.astype(np.float32)
    hand_s *= np.float32(1e-6)
    paths, speed = stroke_paths(strokes, start, end, count, hand_s)
    noise_keys = mixed(path_keys, NOISE_DRAWS)
    add_noise(paths.x, paths.y, speed, hands.strokes, far, moved_s, count, hand_s, noise_keys)
    x, y = np.rint(paths.x, out=paths.x), np.rint(paths.y, out=paths.y)
    x[first], y[first], x[last], y[last] = x0, y0, x1, y1
    kept = moved_reports(recorders, count, x, y)
    chosen = np.flatnonzero(kept)
    count = np.add.reduceat(kept, first, dtype=np.int64)
    last = np.cumsum(count) - 1
    first = last - count + 1
    x, y = x.take(chosen).astype(np.float64), y.take(chosen).astype(np.float64)
    x[first], y[first], x[last], y[last] = x0, y0, x1, y1
    return StrokeReports(
        count=count,
        t_us=t_us.take(chosen),
        x=x,
        y=y,
        stroke=paths.stroke.take(chosen),
        stroke_count=paths.stroke_count,
    )


def _without_rests(
    recorders: Recorders,
    count: NDArray[np.int64],
    first: NDArray[np.int64],
    t_us: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Return the time that the hand has moved by each report: in a rest it moves for one period."""
    interval = np.empty_like(t_us)
    np.subtract(t_us[1:], t_us[:-1], out=interval[1:])
    interval[first] = 0
    period_us = np.rint(recorders.period_us).astype(np.int64)
    longest_us = (SHORTEST_REST * period_us).astype(np.int64)
    rests = np.flatnonzero(interval > np.repeat(longest_us, count))
    if not len(rests):
        return t_us
    whose = np.searchsorted(first, rests, side="right") - 1
    excess = np.zeros(len(t_us), np.int64)
    excess[rests] = interval[rests] - period_us[whose]
    np.cumsum(excess, out=excess)
    excess -= np.repeat(excess[first], count)
    return t_us - excess
