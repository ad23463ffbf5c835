"""The sigma-lognormal law of pointer paths: overlapping curved strokes with lognormal speed.

Every stroke's completion is a lognormal distribution function of time, cut at both tails so that a
stroke begins and ends within its window. With a sigma below 0 the lognormal is mirrored in time:
such a stroke brakes harder than it starts; at 0 it is normal. Its path is a parabola, which stands in for a circular
arc and needs no trigonometry: completion F moves the hand by F along the chord and by
``tan(turn / 2) F (1 - F)`` of the chord's length across it.

Sources
-------
Plamondon 1995, kinematic theory of rapid human movements; O'Reilly & Plamondon 2009 (sigma-lognormal
model of strokes with curvature).
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.hand_traits import Hands, HandTraits
from deskhand.behavior_models.motor_noise import add_noise
from deskhand.behavior_models.normal_distribution import normal_cdf
from deskhand.behavior_models.submovements import (
    PRIMARY,
    SLOTS,
    Strokes,
    draw_strokes,
    stroke_numbers,
)
from deskhand.compiled import compiled_for
from deskhand.keyed_draws import Keys, mixed

# Shares of a window at which the table holds the completion; between them it is interpolated.
STEPS = 256
# Levels of a stroke's form: sigma, and the quantiles at which its two tails are cut off.
SIGMA_LEVELS, SIGMA_RANGE = 17, (-0.8, 0.8)
ONSET_LEVELS, ONSET_RANGE = 6, (-3.0, -0.5)
BRAKE_LEVELS, BRAKE_RANGE = 9, (0.2, 3.0)
# A slot in fewer of the movements than this is evaluated on their samples alone.
DENSE_SHARE = 0.7
_NOTHING, _WHOLE = np.float32(0.0), np.float32(1.0)
# The last place in the table between two levels.
_LAST = np.float32(STEPS - 1e-3)
# What a movement's key is split into.
STROKE_DRAWS, NOISE_DRAWS = 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class PathRequests:
    """Movements to render and the times at which to sample them.

    Parameters
    ----------
    x0, y0, x1, y1 : NDArray[np.float64], shape (m,)
        Start and end points in px.
    width_px : NDArray[np.float64], shape (m,)
        The target's extent along the path; 0 where it is not known.
    duration_s : NDArray[np.float64], shape (m,)
        Durations, above 0.
    aimed : NDArray[np.bool_], shape (m,)
        False for a drift.
    count : NDArray[np.int64], shape (m,)
        Number of samples of each movement; they sum to n.
    time_s : NDArray[np.float32], shape (n,)
        Sample times since the start of their own movement, ascending within a movement.
    keys : NDArray[np.uint64], shape (m,)
        One key a movement.
    """

    x0: NDArray[np.float64]
    y0: NDArray[np.float64]
    x1: NDArray[np.float64]
    y1: NDArray[np.float64]
    width_px: NDArray[np.float64]
    duration_s: NDArray[np.float64]
    aimed: NDArray[np.bool_]
    count: NDArray[np.int64]
    time_s: NDArray[np.float32]
    keys: Keys


@dataclass(frozen=True, slots=True, kw_only=True)
class Paths:
    """Rendered movements: positions at the requested times, and strokes.

    Parameters
    ----------
    x, y : NDArray[np.float32], shape (n,)
        Places in px.
    stroke : NDArray[np.int8], shape (n,)
        Number of the latest stroke that has begun, from 0.
    stroke_count : NDArray[np.int32], shape (m,)
        Strokes of each movement.
    of_pointer : bool
        Whether these are places of the pointer, as learned from what devices reported, and not of
        the hand that has a device still to move.
    """

    x: NDArray[np.float32]
    y: NDArray[np.float32]
    stroke: NDArray[np.int8]
    stroke_count: NDArray[np.int32]
    of_pointer: bool = False


def pointer_paths(hand: HandTraits | Hands, requests: PathRequests) -> Paths:
    """Return the positions of many movements at their sample times.

    Parameters
    ----------
    hand : HandTraits or Hands
        Whose hand: one person's, or one row for each movement.
    requests : PathRequests
        What to render.

    Returns
    -------
    Paths
        At the end of its duration a movement is at its end point. A movement depends on its own
        request alone.

    Source
    ------
    Profile section ``pointer``; see the module's sources.
    """
    distance_px = np.hypot(requests.x1 - requests.x0, requests.y1 - requests.y0)
    distance_px = np.maximum(distance_px, 1e-6)
    strokes = draw_strokes(
        hand.strokes,
        distance_px,
        requests.width_px,
        requests.duration_s,
        requests.aimed,
        stroke_numbers(mixed(requests.keys, STROKE_DRAWS)),
    )
    start, end = (requests.x0, requests.y0), (requests.x1, requests.y1)
    count, time_s = requests.count, requests.time_s
    paths, speed = stroke_paths(strokes, start, end, count, time_s)
    key = mixed(requests.keys, NOISE_DRAWS)
    noisy = hand.strokes, distance_px, requests.duration_s, count, time_s, key
    add_noise(paths.x, paths.y, speed, *noisy)
    return paths


def stroke_paths(
    strokes: Strokes,
    start: tuple[NDArray[np.floating], NDArray[np.floating]],
    end: tuple[NDArray[np.floating], NDArray[np.floating]],
    count: NDArray[np.int64],
    time_s: NDArray[np.float32],
) -> tuple[Paths, NDArray[np.float32]]:
    """Return where strokes alone bring the hand, without noise.

    Parameters
    ----------
    strokes : Strokes
        Of m movements.
    start, end : pair of NDArray[np.floating], each of shape (m,)
        Their x and y in px.
    count, time_s
        As in `PathRequests`.

    Returns
    -------
    paths : Paths
    speed : NDArray[np.float32], shape (n,)
        F (1 - F) of the primary's completion F, which stands in for its speed.
    """
    index, table = _index(strokes), _completion_table().reshape(-1)
    x, y = (np.repeat(axis.astype(np.float32), count) for axis in start)
    begun = np.full(len(time_s), -1, np.int8)
    speed = np.empty(len(time_s), np.float32)
    dx, dy = end[0] - start[0], end[1] - start[1]
    chord = (
        (strokes.along * dx - strokes.across * dy).astype(np.float32),
        (strokes.along * dy + strokes.across * dx).astype(np.float32),
    )
    bend = np.tan(0.5 * strokes.turn_rad).astype(np.float32)
    side = (-bend * chord[1], bend * chord[0])
    loop = compiled_for(len(time_s), add_strokes_by_loop)
    if loop is None:
        add_strokes((x, y), begun, speed, strokes.active, count, time_s, index, table, chord, side)
    else:
        given = strokes.active, count, time_s, index.scale, index.offset, index.row, table
        loop(x, y, begun, speed, *given, *chord, *side)
    np.maximum(begun, 0, out=begun)
    return Paths(x=x, y=y, stroke=begun, stroke_count=strokes.count), speed


def add_strokes(
    places: tuple[NDArray[np.float32], NDArray[np.float32]],
    begun: NDArray[np.int8],
    speed: NDArray[np.float32],
    active: NDArray[np.bool_],
    count: NDArray[np.int64],
    time_s: NDArray[np.float32],
    index: "TableIndex",
    table: NDArray[np.float32],
    chord: tuple[NDArray[np.float32], NDArray[np.float32]],
    side: tuple[NDArray[np.float32], NDArray[np.float32]],
) -> None:
    """Add the strokes to places on both axes, and write how many have begun and the speed.

    Parameters
    ----------
    places, begun, speed
        Of shape (n,); written to.
    active, count, time_s
        As in `Strokes` and `PathRequests`.
    index, table
        Where in the table of completions each stroke is, and the table.
    chord, side : pair of NDArray[np.float32], each of shape (SLOTS, m)
        x and y of the strokes' chords, and of their bends.
    """
    for slot in range(SLOTS):
        m: slice | NDArray[np.intp] = slice(None)
        chosen: slice | NDArray[np.intp] = slice(None)
        n, t = count, time_s
        if active[slot].mean() < DENSE_SHARE:
            m = np.flatnonzero(active[slot])
            n = count[m]
            chosen = np.flatnonzero(np.repeat(active[slot], count))
            t = time_s[chosen]
        at = np.repeat(index.scale[slot, m], n)
        at *= t
        at += np.repeat(index.offset[slot, m], n)
        begun[chosen] += at > 0.0
        np.maximum(at, _NOTHING, out=at)
        np.minimum(at, _LAST, out=at)
        whole = np.floor(at)
        at -= whole
        step = whole.astype(np.intp)
        step += np.repeat(index.row[slot, m], n)
        done = table.take(step)
        step += 1
        after = table.take(step)
        after -= done
        after *= at
        done += after
        # A stroke at completion F is at F (chord + (1 - F) bend).
        rest = np.subtract(_WHOLE, done, out=after)
        for place, along, across in zip(places, chord, side, strict=True):
            part = np.repeat(across[slot, m], n)
            part *= rest
            part += np.repeat(along[slot, m], n)
            part *= done
            place[chosen] += part
        if slot == PRIMARY:
            np.multiply(rest, done, out=speed)


def add_strokes_by_loop(
    x: NDArray[np.float32],
    y: NDArray[np.float32],
    begun: NDArray[np.int8],
    speed: NDArray[np.float32],
    active: NDArray[np.bool_],
    count: NDArray[np.int64],
    time_s: NDArray[np.float32],
    scale: NDArray[np.float32],
    offset: NDArray[np.float32],
    row: NDArray[np.intp],
    table: NDArray[np.float32],
    chord_x: NDArray[np.float32],
    chord_y: NDArray[np.float32],
    side_x: NDArray[np.float32],
    side_y: NDArray[np.float32],
) -> None:
    """Write the same numbers as `add_strokes`: the loop that is compiled."""
    first = 0
    for movement in range(len(count)):
        last = first + count[movement]
        for slot in range(SLOTS):
            if not active[slot, movement]:
                continue
            a, b, begin = scale[slot, movement], offset[slot, movement], row[slot, movement]
            along_x, along_y = chord_x[slot, movement], chord_y[slot, movement]
            across_x, across_y = side_x[slot, movement], side_y[slot, movement]
            for j in range(first, last):
                at = a * time_s[j] + b
                if at > _NOTHING:
                    begun[j] += 1
                at = min(max(at, _NOTHING), _LAST)
                step = int(at)
                done = table[begin + step]
                done += (table[begin + step + 1] - done) * (at - np.float32(step))
                rest = _WHOLE - done
                x[j] += (across_x * rest + along_x) * done
                y[j] += (across_y * rest + along_y) * done
                if slot == PRIMARY:
                    speed[j] = rest * done
        first = last


@dataclass(frozen=True, slots=True, kw_only=True)
class TableIndex:
    """Where in the table a stroke is at a time: ``row + clip(scale * time_s + offset)``."""

    scale: NDArray[np.float32]
    offset: NDArray[np.float32]
    row: NDArray[np.intp]


def _index(strokes: Strokes) -> TableIndex:
    scale = STEPS / (strokes.end_s - strokes.start_s)
    sigma = _level(strokes.sigma, SIGMA_RANGE, SIGMA_LEVELS)
    onset = _level(strokes.onset, ONSET_RANGE, ONSET_LEVELS)
    brake = _level(strokes.brake, BRAKE_RANGE, BRAKE_LEVELS)
    row = (sigma * ONSET_LEVELS + onset) * BRAKE_LEVELS + brake
    row *= STEPS + 1
    # A stroke that is not active never begins.
    return TableIndex(
        scale=(scale * strokes.active).astype(np.float32),
        offset=np.where(strokes.active, -scale * strokes.start_s, -1.0).astype(np.float32),
        row=row.astype(np.intp),
    )


def _level(
    values: NDArray[np.floating], bounds: tuple[float, float], levels: int
) -> NDArray[np.floating]:
    low, high = bounds
    level = np.rint((values - low) * ((levels - 1) / (high - low)))
    bounded: NDArray[np.floating] = np.minimum(np.maximum(level, 0.0), levels - 1.0)
    return bounded


@cache
def _completion_table() -> NDArray[np.float32]:
    """Return completion by levels of sigma, onset and brake and share of the window.

    Shape (SIGMA_LEVELS, ONSET_LEVELS, BRAKE_LEVELS, STEPS + 1).
    """
    sigma = np.linspace(*SIGMA_RANGE, SIGMA_LEVELS)
    # A normal law is the limit of lognormal ones.
    sigma = np.where(np.abs(sigma) < 1e-6, 1e-6, sigma)[:, None, None, None]
    onset = np.linspace(*ONSET_RANGE, ONSET_LEVELS)[None, :, None, None]
    brake = np.linspace(*BRAKE_RANGE, BRAKE_LEVELS)[None, None, :, None]
    low, high = np.expm1(onset * sigma), np.expm1(brake * sigma)
    z = np.log1p(low + (high - low) * np.linspace(0.0, 1.0, STEPS + 1)) / sigma
    below, above = normal_cdf(onset), normal_cdf(brake)
    raw: NDArray[np.float64] = (normal_cdf(z) - below) / (above - below)
    raw[..., 0], raw[..., -1] = 0.0, 1.0
    return np.clip(raw, 0.0, 1.0).astype(np.float32)
