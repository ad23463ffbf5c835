"""Submovements: a movement as a wander, a primary stroke and corrections, drawn for many at once.

A stroke has a time scale of its own, which grows slowly with the movement's time: a movement takes
longer because it has more strokes and rests between them, not because its strokes are slow.

Sources
-------
Meyer et al. 1988, stochastic optimised submovements: a primary stroke that is meant to land in the
target, and corrections only when it did not. Plamondon 1995: strokes overlap in time.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.hand_traits import StrokeTraits
from deskhand.keyed_draws import Keys, normal_pairs, thirds, words

# Slots of the stroke axis, from the most to the least frequent.
PRIMARY, CORRECTION, WANDER, SECOND, THIRD = range(5)
SLOTS = 5

# A correction needs this much time after the primary, the shortest stroke. Assumed.
SHORTEST_S = 0.06
# Time for a further correction to which `further_correction_share` refers.
FURTHER_S = 0.35
# The distance and the time to which the traits' medians refer.
USUAL_PX, USUAL_S = 300.0, 0.6
# Bound of the share of movements that make a detour.
MOST_DETOURS = 0.8
# The parabola of a stroke stands in for an arc up to about a right angle.
TURN_LIMIT_RAD = 1.6

# Numbers of a movement's draws: those named in `draw_strokes`, then those of each slot.
NORMALS = 17
UNIFORMS = 4
_NORMAL_SLOTS = np.arange((NORMALS + 3 * SLOTS) // 2)[:, np.newaxis]
_UNIFORM_SLOTS = 100 + np.arange((UNIFORMS + SLOTS) // 3)[:, np.newaxis]


@dataclass(frozen=True, slots=True, kw_only=True)
class Strokes:
    """The strokes of m movements, on one padded axis of `SLOTS` slots.

    Parameters
    ----------
    active : NDArray[np.bool_], shape (SLOTS, m)
        Whether the movement has the stroke; the primary is always there.
    start_s, end_s : NDArray[np.floating], shape (SLOTS, m)
        Window of the stroke since the start of the movement. Every window is longer than 0 and ends
        within the movement's time.
    along, across : NDArray[np.floating], shape (SLOTS, m)
        Displacement as shares of the distance, in the direction of the end point and to its left.
        They sum to 1 and to 0, and are 0 where the stroke is not active.
    sigma : NDArray[np.floating], shape (SLOTS, m)
        Sigma of the stroke's lognormal speed; below 0 the lognormal is mirrored in time.
    onset, brake : NDArray[np.floating], shape (SLOTS, m)
        Quantiles, in standard deviations, at which the lognormal's tails are cut off.
    turn_rad : NDArray[np.floating], shape (SLOTS, m)
        Total turn of the stroke's heading.
    """

    active: NDArray[np.bool_]
    start_s: NDArray[np.floating]
    end_s: NDArray[np.floating]
    along: NDArray[np.floating]
    across: NDArray[np.floating]
    sigma: NDArray[np.floating]
    onset: NDArray[np.floating]
    brake: NDArray[np.floating]
    turn_rad: NDArray[np.floating]

    @property
    def count(self) -> NDArray[np.int32]:
        """Number of strokes of each movement, shape (m,)."""
        count: NDArray[np.int32] = self.active.sum(axis=0, dtype=np.int32)
        return count


class StrokeNumbers(NamedTuple):
    """Random numbers of m movements, of which `draw_strokes` makes strokes.

    Parameters
    ----------
    normal : NDArray[np.float32], shape (NORMALS + 3 * SLOTS, m)
        Standard normal numbers.
    uniform : NDArray[np.float32], shape (UNIFORMS + SLOTS, m)
        Numbers from (0, 1).
    """

    normal: NDArray[np.float32]
    uniform: NDArray[np.float32]


def stroke_numbers(key: Keys) -> StrokeNumbers:
    """Return the random numbers of movements, one key each."""
    normal = normal_pairs(key, _NORMAL_SLOTS).reshape(-1, len(key))
    uniform = np.concatenate(thirds(words(key, _UNIFORM_SLOTS)))
    return StrokeNumbers(normal, uniform)


def draw_strokes(
    traits: StrokeTraits,
    distance_px: NDArray[np.floating],
    width_px: NDArray[np.floating],
    duration_s: NDArray[np.floating],
    aimed: NDArray[np.bool_] | bool,
    numbers: StrokeNumbers,
) -> Strokes:
    """Draw the strokes of many movements.

    Parameters
    ----------
    traits : StrokeTraits
        Whose strokes: one person's, or columns of shape (m,).
    distance_px, width_px : NDArray[np.floating], shape (m,)
        Distance, above 0, and the target's extent along the path, 0 where it is not known.
    duration_s : NDArray[np.floating], shape (m,)
        Time of each movement, above 0.
    aimed : bool, or NDArray[np.bool_] of shape (m,)
        False for a drift, which is a primary stroke alone.
    numbers : StrokeNumbers
        See `stroke_numbers`.

    Returns
    -------
    Strokes
        In the precision of the distances.
    """
    m, real = len(distance_px), distance_px.dtype
    normal = numbers.normal.astype(real, copy=False)
    uniform = numbers.uniform.astype(real, copy=False)
    log_far, log_long = np.log(distance_px / USUAL_PX), np.log(duration_s / USUAL_S)
    scale = np.exp(traits.time_exponent * log_long + traits.time_distance_exponent * log_far)
    rush = traits.speed_limit_px_s

    active = np.zeros((SLOTS, m), np.bool_)
    along, across = np.zeros((SLOTS, m), real), np.zeros((SLOTS, m), real)

    # The wander: the hand starts before the aim is set.
    active[WANDER] = aimed & (uniform[0] < traits.wander_share)
    reach = np.exp(
        traits.wander_log_median
        + traits.wander_time_slope * log_long
        + traits.wander_distance_slope * log_far
        + traits.wander_log_sd * normal[0]
    )
    reach = np.where(active[WANDER], np.minimum(reach, traits.wander_limit), 0.0)
    wander_s = traits.wander_time_s * scale * np.exp(traits.wander_time_log_sd * normal[2])
    # A detour: the hand was under way to something else.
    likely = traits.detour_share * np.exp(traits.detour_time_slope * log_long)
    detour = aimed & (uniform[3] < np.minimum(likely, MOST_DETOURS))
    active[WANDER] |= detour
    far_px = np.exp(traits.detour_log_px + traits.detour_log_sd * normal[0])
    reach = np.where(detour, far_px / distance_px, reach)
    spread = np.where(detour, traits.detour_direction_sd_rad, traits.wander_direction_sd_rad)
    direction = spread.astype(real, copy=False) * normal[1]
    detour_s = traits.detour_time_share * duration_s * np.exp(traits.time_log_sd * normal[2])
    wander_s = np.minimum(np.where(detour, detour_s, wander_s), 0.6 * duration_s)
    # No stroke is quicker on average than the hand can be.
    reach *= np.minimum(1.0, rush * wander_s / np.maximum(reach * distance_px, 1.0))
    along[WANDER], across[WANDER] = reach * np.cos(direction), reach * np.sin(direction)

    # The primary, and where it would land relative to the end point.
    primary_start_s = np.where(active[WANDER], wander_s * (1.0 - traits.wander_overlap), 0.0)
    primary_s = traits.primary_time_s * scale * np.exp(traits.time_log_sd * normal[3])
    away_px = distance_px * np.hypot(1.0 - along[WANDER], across[WANDER])
    primary_s = np.maximum(primary_s, away_px / rush)
    primary_end_s = np.minimum(primary_start_s + primary_s, duration_s)
    left_s = duration_s - primary_end_s
    wild = np.exp(traits.miss_log_sd * normal[9] + traits.miss_distance_slope * log_far)
    miss_along = traits.primary_gain - 1.0 + traits.primary_gain_sd * wild * normal[4]
    miss_across = traits.primary_lateral_sd * wild * normal[5]
    off_target = np.hypot(miss_along, miss_across) * distance_px > 0.5 * width_px
    share = np.where(off_target, 1.0, traits.on_target_factor) * traits.correction_share
    more = np.minimum(traits.further_correction_share * left_s / FURTHER_S, 0.95)
    active[PRIMARY] = True
    active[CORRECTION] = aimed & (uniform[1] < share) & (left_s > SHORTEST_S)
    active[SECOND] = active[CORRECTION] & (uniform[2] < more)
    active[THIRD] = active[SECOND] & (uniform[2] < more * more)
    primary_end_s = np.where(active[CORRECTION], primary_end_s, duration_s)

    miss_along, miss_across = miss_along * active[CORRECTION], miss_across * active[CORRECTION]
    along[PRIMARY] = 1.0 + miss_along - along[WANDER]
    across[PRIMARY] = miss_across - across[WANDER]
    # A correction that is not the last removes most of what is left.
    removed = np.clip(traits.removed_share + traits.removed_sd * normal[6:8], 0.1, 1.6)
    first = np.where(active[SECOND], removed[0], 1.0)
    second = np.where(active[THIRD], removed[1], 1.0)
    # Corrections scatter by pixels, so that a further one has something to do.
    scatter = traits.correction_scatter_px / distance_px * normal[10:14]
    for miss, part, noise in ((miss_along, along, scatter[:2]), (miss_across, across, scatter[2:])):
        after_first = (miss * (1.0 - first) + noise[0]) * active[SECOND]
        after_second = (after_first * (1.0 - second) + noise[1]) * active[THIRD]
        part[CORRECTION] = after_first - miss
        part[SECOND] = after_second - after_first
        part[THIRD] = -after_second

    start_s, end_s = np.zeros((SLOTS, m), real), np.ones((SLOTS, m), real)
    end_s[WANDER] = np.maximum(wander_s, 1e-3)
    start_s[PRIMARY], end_s[PRIMARY] = primary_start_s, primary_end_s
    # Corrections end one after the other, the last with the movement.
    corrections = active[[CORRECTION, SECOND, THIRD]].sum(axis=0).astype(real)
    each_s = (duration_s - primary_end_s) / np.maximum(corrections, 1.0)
    earliest_s = primary_end_s - traits.correction_overlap * (primary_end_s - primary_start_s)
    for place, slot in enumerate((CORRECTION, SECOND, THIRD)):
        length_s = (
            traits.correction_time_s * scale * np.exp(traits.time_log_sd * normal[14 + place])
        )
        end = np.where(active[slot], primary_end_s + (place + 1) * each_s, duration_s)
        end_s[slot] = np.maximum(end, 1e-3)
        start_s[slot] = np.maximum(end_s[slot] - np.maximum(length_s, 1e-3), earliest_s)
        start_s[slot] = np.minimum(start_s[slot], end_s[slot] - 1e-3)

    own = normal[NORMALS:].reshape(3, SLOTS, m)
    # Laplace numbers from uniform ones.
    around = uniform[UNIFORMS:] - 0.5
    turn_rad = -np.sign(around) * np.log1p(-2.0 * np.abs(around)) * traits.turn_scale_rad
    # The last stroke ends with the movement, and its end is what a press waits for.
    final = active & (end_s >= duration_s - 1e-6)
    brake = np.where(final, traits.final_brake, traits.brake).astype(real, copy=False)
    sigma = traits.sigma_sd * own[0]
    sigma[PRIMARY] += traits.sigma
    sigma[CORRECTION:] += traits.correction_sigma
    return Strokes(
        active=active,
        start_s=start_s,
        end_s=end_s,
        along=along,
        across=across,
        sigma=sigma,
        onset=traits.onset + traits.onset_sd * own[1],
        brake=brake + traits.brake_sd * own[2],
        turn_rad=np.clip(traits.turn_rad + turn_rad, -TURN_LIMIT_RAD, TURN_LIMIT_RAD),
    )
