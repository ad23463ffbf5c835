"""Fitts' law: how long a pointer movement takes, with its scatter, and its inverse.

Sources
-------
Fitts 1954; the Shannon form ID = log2(D / W + 1) is MacKenzie 1992; that a box counts by its smaller
side is one of the models of MacKenzie & Buxton 1992, the width along the path of approach (W') is
another: times follow the first, strokes the second; tails heavier than normal: Tukey's g-and-h laws
(Hoaglin 1985).
"""

from functools import lru_cache
from math import exp, hypot, log2

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.hand_traits import Hands, HandTraits
from deskhand.behavior_models.normal_distribution import normal_cdf
from deskhand.behavior_models.profile import Entries, entry
from deskhand.errors import DeskhandError

# The scatter's tails are those of Tukey's h, whose exponent is held beyond this many deviations.
FARTHEST = 3.0
# The law's scatter is tabled up to this many deviations.
REACH, STEPS = 6.0, 2401
# A shorter way has no direction.
NOWHERE_PX = 1e-9
# With fewer movements at targets of known size their regression is not fitted.
FEWEST_SIZED = 200


def width_along_path_px(dx: float, dy: float, width_px: float, height_px: float) -> float:
    """Return the extent of a box along a line of approach through its centre.

    Parameters
    ----------
    dx, dy : float
        The direction of approach in px; of any length above 0.
    width_px, height_px : float
        The box.

    Examples
    --------
    >>> width_along_path_px(300.0, 0.0, 80.0, 20.0), width_along_path_px(3.0, 3.0, 80.0, 20.0) < 30
    (80.0, True)
    """
    if abs(dx) < NOWHERE_PX:
        return height_px if abs(dy) >= NOWHERE_PX else min(width_px, height_px)
    if abs(dy) < NOWHERE_PX:
        return width_px
    length = hypot(dx, dy)
    across, along = width_px * length / abs(dx), height_px * length / abs(dy)
    return across if across < along else along


def widths_along_path_px(
    dx: NDArray[np.float64],
    dy: NDArray[np.float64],
    width_px: NDArray[np.float64],
    height_px: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return the extents of many boxes; the array form of `width_along_path_px`, shape (n,).

    Examples
    --------
    >>> widths_along_path_px(*np.array([[300.0], [0.0], [80.0], [20.0]])).tolist()
    [80.0]
    """
    length = np.maximum(np.hypot(dx, dy), NOWHERE_PX)
    across = width_px * length / np.maximum(np.abs(dx), NOWHERE_PX)
    along = height_px * length / np.maximum(np.abs(dy), NOWHERE_PX)
    extent: NDArray[np.float64] = np.minimum(across, along)
    return extent


def smaller_sides_px(size_px: NDArray[np.float64], known: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the smaller sides of boxes, by which movement times count them, shape (n,).

    Parameters
    ----------
    size_px : NDArray[np.float64], shape (n, 2)
        Widths and heights of the boxes.
    known : NDArray[np.bool_], shape (n,)
        Where there is one; elsewhere the side is 0, an unknown width.

    Examples
    --------
    >>> size_px = np.array([[80.0, 20.0], [np.nan, np.nan]])
    >>> smaller_sides_px(size_px, np.array([True, False])).tolist()
    [20.0, 0.0]
    """
    side_px: NDArray[np.float64] = np.where(known, size_px.min(axis=1), 0.0)
    return side_px


def movement_time_s(hand: HandTraits, distance_px: float, width_px: float, noise: float) -> float:
    """Return the duration of one movement.

    Parameters
    ----------
    hand : HandTraits
        Whose hand.
    distance_px : float
        Distance from start to end point.
    width_px : float
        The target's smaller side; 0 when it is not known, which makes the duration depend on the
        distance alone.
    noise : float
        A standard normal number; scatter within a person is part of the law, and is cut off where
        times would be shorter than the hand's floor or longer than its ceiling.

    Examples
    --------
    >>> from deskhand.behavior_models.profile import load_profile
    >>> from deskhand.behavior_models.hand_traits import draw_hand
    >>> hand = draw_hand(load_profile("office"), np.random.default_rng(1))
    >>> movement_time_s(hand, 800.0, 20.0, 0.0) > movement_time_s(hand, 100.0, 200.0, 0.0)
    True
    """
    sd, plain = hand.movement_time_log_sd, noise
    noise *= exp(0.5 * hand.movement_time_tail * min(noise * noise, FARTHEST**2))
    if width_px > 0.0:
        bits = log2(distance_px / width_px + 1.0)
        mean_s = hand.fitts_intercept_s + hand.fitts_slope_s_per_bit * bits
        # The regression is of the mean, so the mean of the lognormal factor has to be 1.
        time_s = mean_s * exp(sd * noise - log_mean(sd, hand.movement_time_tail))
    else:
        bits = log2(distance_px + 1.0)
        time_s = exp(
            hand.distance_log_intercept + hand.distance_log_slope_per_bit * bits + sd * noise
        )
    if hand.movement_time_floor_s <= time_s <= hand.movement_time_ceiling_s:
        return time_s
    row = (np.array([value]) for value in (distance_px, width_px, plain))
    return float(movement_times_s(hand, *row)[0])


def movement_times_s(
    hand: HandTraits | Hands,
    distance_px: NDArray[np.float64],
    width_px: NDArray[np.float64],
    noise: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return the durations of many movements; the array form of `movement_time_s`.

    Parameters
    ----------
    hand : HandTraits
        Whose hand.
    distance_px, width_px, noise : NDArray[np.float64], shape (n,)
        As for one movement; a width of 0 is an unknown width.

    Returns
    -------
    NDArray[np.float64], shape (n,)
    """
    sd, tail = hand.movement_time_log_sd, hand.movement_time_tail
    bent = noise * np.exp(0.5 * tail * np.minimum(noise * noise, FARTHEST**2))
    known = width_px > 0.0
    bits = np.log2(distance_px / np.where(known, width_px, 1.0) + 1.0)
    mean_s = np.maximum(hand.fitts_intercept_s + hand.fitts_slope_s_per_bit * bits, 1e-6)
    log_middle = np.where(
        known,
        np.log(mean_s) - log_mean(sd, tail),
        hand.distance_log_intercept + hand.distance_log_slope_per_bit * bits,
    )
    times_s = np.exp(log_middle + sd * bent)
    floor_s, ceiling_s = hand.movement_time_floor_s, hand.movement_time_ceiling_s
    outside = np.flatnonzero((times_s < floor_s) | (times_s > ceiling_s))
    if len(outside):
        middle = log_middle[outside]
        low, high = ((np.log(bound) - middle) / max(sd, 1e-9) for bound in (floor_s, ceiling_s))
        over = times_s[outside] > ceiling_s
        times_s[outside] = np.exp(middle + sd * _folded(noise[outside], over, tail, low, high))
    return np.clip(times_s, floor_s, ceiling_s)


def _folded(
    noise: NDArray[np.float64],
    over: NDArray[np.bool_],
    tail: float,
    low: NDArray[np.float64],
    high: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return scatter from between two bounds in place of normal numbers over or under them.

    How far beyond its bound a number lies, as a share of all that lies there, is uniform: it says
    where between the bounds the new one is. So the scatter is the law's, cut off at the bounds.
    """
    z = np.linspace(-REACH, REACH, STEPS)
    _, bent = _bent(tail)
    share = normal_cdf(z)
    below, above = (np.interp(bound, bent, share) for bound in (low, high))
    beyond = normal_cdf(np.where(over, -noise, noise)) / np.where(over, 1.0 - above, below)
    wanted = below + np.clip(beyond, 0.0, 1.0) * (above - below)
    folded: NDArray[np.float64] = np.clip(np.interp(wanted, share, bent), low, high)
    return folded


def fit_movement_time(
    person: NDArray[np.integer],
    distance_px: NDArray[np.float64],
    width_px: NDArray[np.float64],
    time_s: NDArray[np.float64],
    source: str,
) -> Entries:
    """Return the entries of the section ``pointer`` that say how long movements take.

    Parameters
    ----------
    person : NDArray of int, shape (n,)
        Whose movement.
    distance_px, width_px : NDArray[np.float64], shape (n,)
        Distance, above 0, and the target's smaller side, 0 where it is not known.
    time_s : NDArray[np.float64], shape (n,)
        Movement times, above 0.
    source : str
        Where the movements come from.

    Returns
    -------
    Entries
        The regression of ln time on distance; that of time on the index of difficulty where sizes
        are known; the scatter within and between people of what they leave over.

    Raises
    ------
    DeskhandError
        When there are fewer than three movements, or all go equally far.

    Examples
    --------
    >>> distance_px = np.linspace(50.0, 900.0, 400)
    >>> time_s = 0.3 + 0.15 * np.log2(distance_px / 40.0 + 1.0)
    >>> who, width_px = np.arange(400) % 8, np.full(400, 40.0)
    >>> fit_movement_time(who, distance_px, width_px, time_s, "made up")["fitts_slope_s_per_bit"][
    ...     "value"
    ... ]
    0.15
    """
    bits = np.log2(distance_px + 1.0)
    if len(bits) < 3 or np.ptp(bits) < 1e-9:
        raise DeskhandError(
            f"{len(bits)} movements over {np.unique(distance_px).size} distances: a regression of "
            "their times needs at least three movements, and not all over one distance."
        )
    slope, intercept = np.polyfit(bits, np.log(time_s), 1)
    left = np.log(time_s) - (intercept + slope * bits)
    told = f"{source}: "
    free = told + "regression of ln time in s on log2(D + 1), D in px"
    entries = {
        "distance_log_intercept": entry(round(float(intercept), 4), free),
        "distance_log_slope_per_bit": entry(round(float(slope), 4), free),
    }
    sized = np.flatnonzero(width_px > 0.0)
    if len(sized) >= FEWEST_SIZED:
        bits = np.log2(distance_px[sized] / width_px[sized] + 1.0)
        slope, intercept = np.polyfit(bits, time_s[sized], 1)
        text = told + f"{len(sized)} at known sizes, regression of time on log2(D / min(w, h) + 1)"
        entries["fitts_intercept_s"] = entry(round(float(intercept), 4), text)
        entries["fitts_slope_s_per_bit"] = entry(round(float(slope), 4), text)
        mean_s = np.maximum(intercept + slope * bits, 0.25 * float(np.median(time_s)))
        left[sized] = np.log(time_s[sized] / mean_s)
        left[sized] -= left[sized].mean()
    within, between = _deviations(person, left)
    tail = _tail(person, left)
    # The heavier the tails, the wider the law for the same middle: `within` is the scale of z.
    within /= tail_deviation(tail)
    scatter = told + "of the regression's residuals of ln time, {} people"
    entries["movement_time_within_log_sd"] = entry(round(within, 4), scatter.format("within"))
    entries["movement_time_tail"] = entry(
        round(tail, 4), told + "Tukey's h of these residuals, 0 is normal"
    )
    entries["movement_time_between_log_sd"] = entry(round(between, 4), scatter.format("between"))
    return entries


@lru_cache(maxsize=1024)
def log_mean(sd: float, tail: float) -> float:
    """Return the ln of the mean of the scatter's factor; sd ** 2 / 2 where the tails are normal.

    Examples
    --------
    >>> round(log_mean(0.4, 0.0), 4), log_mean(0.4, 0.1) > log_mean(0.4, 0.0)
    (0.08, True)
    """
    if tail == 0.0:
        return 0.5 * sd * sd
    weight, bent = _bent(tail)
    return float(np.log((weight * np.exp(sd * bent)).sum() / weight.sum()))


def tail_deviation(tail: float) -> float:
    """Return the standard deviation of a standard normal number under Tukey's h.

    Examples
    --------
    >>> round(tail_deviation(0.0), 3), 1.1 < tail_deviation(0.1) < 1.25
    (1.0, True)
    """
    weight, bent = _bent(tail)
    return float(np.sqrt((weight * bent * bent).sum() / weight.sum()))


def _bent(tail: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return normal weights at many places, and these places under Tukey's h."""
    z = np.linspace(-REACH, REACH, STEPS)
    return np.exp(-0.5 * z * z), z * np.exp(0.5 * tail * np.minimum(z * z, FARTHEST**2))


def _tail(person: NDArray[np.integer], values: NDArray[np.float64]) -> float:
    """Return Tukey's h under which the 90 % range over the middle half is that of the values."""
    _, who, count = np.unique(person, return_inverse=True, return_counts=True)
    own = values - (np.bincount(who, values) / count)[who]
    low, first, third, high = np.quantile(own, (0.05, 0.25, 0.75, 0.95))
    # The standard normal quantiles .95 and .75, and half the difference of their squares.
    usual, spread = 1.6448536 / 0.6744898, 0.5 * (1.6448536**2 - 0.6744898**2)
    ratio = (high - low) / max(third - first, 1e-9) / usual
    return float(np.clip(np.log(max(ratio, 1e-9)) / spread, 0.0, 0.3))


def _deviations(person: NDArray[np.integer], values: NDArray[np.float64]) -> tuple[float, float]:
    """Return standard deviations within and between people, by the analysis of variance."""
    _, who, count = np.unique(person, return_inverse=True, return_counts=True)
    mean = np.bincount(who, values) / count
    freedom = len(values) - len(count)
    within = float(((values - mean[who]) ** 2).sum()) / max(freedom, 1)
    if len(count) < 2:
        return float(np.sqrt(within)), 0.0
    usual = (len(values) - float((count**2).sum()) / len(values)) / (len(count) - 1)
    across = float((count * (mean - values.mean()) ** 2).sum()) / (len(count) - 1)
    return float(np.sqrt(within)), float(np.sqrt(max((across - within) / usual, 0.0)))
