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
from deskhand.behavior_models.motor_noise import draw_sines, noise_at
from deskhand.behavior_models.normal_distribution import normal_cdf
from deskhand.behavior_models.submovements import PRIMARY, SLOTS, Strokes, draw_strokes
from deskhand.keyed_draws import Keys, mixed

# Shares of a window at which the table holds the completion; between them it is interpolated.
STEPS = 256
# Levels of a stroke's form: sigma, and the quantiles at which its two tails are cut off.
SIGMA_LEVELS, SIGMA_RANGE = 17, (-0.8, 0.8)
ONSET_LEVELS, ONSET_RANGE = 6, (-3.0, -0.5)
BRAKE_LEVELS, BRAKE_RANGE = 9, (0.2, 3.0)
# A slot in fewer of the movements than this is evaluated on their samples alone.
DENSE_SHARE = 0.7
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
    """

    x: NDArray[np.float32]
    y: NDArray[np.float32]
    stroke: NDArray[np.int8]
    stroke_count: NDArray[np.int32]


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
    dx, dy = requests.x1 - requests.x0, requests.y1 - requests.y0
    distance_px = np.maximum(np.hypot(dx, dy), 1e-6)
    strokes = draw_strokes(
        hand.strokes,
        distance_px,
        requests.width_px,
        requests.duration_s,
        requests.aimed,
        mixed(requests.keys, STROKE_DRAWS),
    )
    index, count, time_s = _index(strokes), requests.count, requests.time_s
    table = _completion_table().reshape(-1)
    begun = np.zeros(len(time_s), np.int8)
    x = np.repeat(requests.x0.astype(np.float32), count)
    y = np.repeat(requests.y0.astype(np.float32), count)
    bend = np.tan(0.5 * strokes.turn_rad)
    stroke_x = strokes.along * dx - strokes.across * dy
    stroke_y = strokes.along * dy + strokes.across * dx
    bend_x, bend_y = -bend * stroke_y, bend * stroke_x
    speed = np.empty(0, np.float32)
    for slot in range(SLOTS):
        active = strokes.active[slot]
        if not active.any():
            continue
        chosen: NDArray[np.int64] | None = None
        n, t, m = count, time_s, slice(None)
        if active.mean() < DENSE_SHARE:
            m = active
            n = count[active]
            chosen = np.flatnonzero(np.repeat(active, count))
            t = time_s[chosen]
        at = np.repeat(index.scale[slot, m], n)
        at *= t
        at += np.repeat(index.offset[slot, m], n)
        if chosen is None:
            begun += (at > 0.0) & np.repeat(strokes.active[slot], count)
        else:
            begun[chosen] += at > 0.0
        np.clip(at, 0.0, STEPS - 1e-3, out=at)
        step = at.astype(np.int32)
        at -= step
        step += np.repeat(index.row[slot, m], n)
        done = table.take(step)
        step += 1
        after = table.take(step)
        after -= done
        after *= at
        done += after
        # A stroke at completion F is at F (chord + (1 - F) bend).
        rest = 1.0 - done
        for axis, chord, side in ((x, stroke_x, bend_x), (y, stroke_y, bend_y)):
            part = np.repeat((side[slot, m]).astype(np.float32), n)
            part *= rest
            part += np.repeat((chord[slot, m]).astype(np.float32), n)
            part *= done
            if chosen is None:
                axis += part
            else:
                axis[chosen] += part
        if slot == PRIMARY:
            rest *= done
            speed = rest
    sines = draw_sines(hand.strokes, mixed(requests.keys, NOISE_DRAWS))
    drift, tremor_px = noise_at(sines, count, time_s)
    # F (1 - F) is a stand-in for speed, which is 0 at both ends; its maximum is 1/4.
    speed *= np.repeat((4.0 * hand.strokes.drift_share * distance_px).astype(np.float32), count)
    share = time_s * np.repeat((1.0 / requests.duration_s).astype(np.float32), count)
    np.clip(share, 0.0, 1.0, out=share)
    share *= 1.0 - share
    share *= 4.0
    for place, axis in enumerate((x, y)):
        noise = drift[place]
        noise *= speed
        axis += noise
        noise = tremor_px[place]
        noise *= share
        axis += noise
    begun -= 1
    np.maximum(begun, 0, out=begun)
    return Paths(x=x, y=y, stroke=begun, stroke_count=strokes.count)


@dataclass(frozen=True, slots=True, kw_only=True)
class _TableIndex:
    """Where in the table a stroke is at a time: ``row + clip(scale * time_s + offset)``."""

    scale: NDArray[np.float32]
    offset: NDArray[np.float32]
    row: NDArray[np.int32]


def _index(strokes: Strokes) -> _TableIndex:
    scale = STEPS / (strokes.end_s - strokes.start_s)
    sigma = _level(strokes.sigma, SIGMA_RANGE, SIGMA_LEVELS)
    onset = _level(strokes.onset, ONSET_RANGE, ONSET_LEVELS)
    brake = _level(strokes.brake, BRAKE_RANGE, BRAKE_LEVELS)
    row = (sigma * ONSET_LEVELS + onset) * BRAKE_LEVELS + brake
    return _TableIndex(
        scale=scale.astype(np.float32),
        offset=(-scale * strokes.start_s).astype(np.float32),
        row=row * (STEPS + 1),
    )


def _level(
    values: NDArray[np.float64], bounds: tuple[float, float], levels: int
) -> NDArray[np.int32]:
    low, high = bounds
    level = np.rint((values - low) * ((levels - 1) / (high - low)))
    whole: NDArray[np.int32] = np.clip(level, 0, levels - 1).astype(np.int32)
    return whole


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
