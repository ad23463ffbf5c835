"""Times of people spoiled: negative controls that change when things happen and nothing else."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deskhand.evaluation.realism.side import Side

Times = NDArray[np.int64]
Whose = NDArray[np.integer[Any]]
# Intervals, and the person and the session of each, to intervals.
Change = Callable[[Times, Whose, Whose], Times]
# Slower by so much, and so much later in the day.
STRETCH, LATER_S = 3, 6 * 3600.0
# Paces of people: two standard deviations are a factor of 11 (people's own: log SD .2 to .4).
PACE_LOG_SD = 1.2
# How many times as far from its person's mean an interval is.
SPREAD = 3.0
LONGEST_HOLD_US, LONGEST_GAP_US = 5_000_000, 3_600_000_000


def one_lognormal(side: Side, rng: np.random.Generator) -> Side:
    """Draw every interval anew, each from one lognormal for all people and whatever came before."""

    def drawn(gaps: Times, *_: Whose) -> Times:
        logs = np.log(np.maximum(gaps[gaps > 0], 1))
        if not len(logs):
            return gaps
        return np.rint(rng.lognormal(logs.mean(), logs.std(), len(gaps))).astype(np.int64)

    return retimed(side, drawn)


def stretched(side: Side, _: np.random.Generator) -> Side:
    """Make everything slower by the same factor, and six hours later in the day."""
    slow = retimed(side, lambda gaps, *_: gaps * STRETCH)
    if slow.events is None:
        return slow
    return replace(slow, events=replace(slow.events, start_s=slow.events.start_s + LATER_S))


def far_apart(side: Side, rng: np.random.Generator) -> Side:
    """Give everybody a pace of their own, far from everybody else's, and another one for holds."""
    pace, held = (np.exp(PACE_LOG_SD * rng.standard_normal(len(side.people))) for _ in range(2))

    def at(own: NDArray[np.float64]) -> Change:
        return lambda gaps, person, _: np.rint(gaps * own[person]).astype(np.int64)

    return retimed(side, at(pace), at(held))


def rising(side: Side, _: np.random.Generator) -> Side:
    """Put the intervals of each session in rising order, the shortest first."""

    def ordered(gaps: Times, _: Whose, session: Whose) -> Times:
        return gaps[np.lexsort((gaps, session))]

    return retimed(side, ordered)


def too_wide(side: Side, _: np.random.Generator) -> Side:
    """Put every interval three times as far, in logarithms, from the mean of its person."""

    def widened(gaps: Times, person: Whose, _: Whose) -> Times:
        some = gaps > 0
        logs = np.log(np.where(some, gaps, 1))
        often = np.maximum(np.bincount(person, some), 1)
        mean = (np.bincount(person, logs) / often)[person]
        far = np.minimum(mean + SPREAD * (logs - mean), np.log(LONGEST_GAP_US))
        return np.where(some, np.rint(np.exp(far)), 0).astype(np.int64)

    return retimed(side, widened)


def retimed(side: Side, change: Change, holds: Change | None = None) -> Side:
    """Return a side whose intervals are changed, those between events and those that keys are held.

    Parameters
    ----------
    side : Side
        People.
    change : callable
        Of intervals.
    holds : callable, optional
        Of holds; ``change`` when not given.
    """
    pointer, keys, events = side.pointer, side.keys, side.events
    if pointer is not None:
        pointer = replace(pointer, t_us=_from_gaps(pointer, pointer.t_us, change))
    if events is not None:
        events = replace(events, t_us=_from_gaps(events, events.t_us, change))
    if keys is not None:
        hold = (holds or change)(keys.up_us - keys.down_us, keys.person, keys.session)
        down = _from_gaps(keys, keys.down_us, change)
        keys = replace(keys, down_us=down, up_us=down + np.clip(hold, 0, LONGEST_HOLD_US))
    return replace(side, pointer=pointer, keys=keys, events=events)


def _from_gaps(part: Any, t_us: Times, change: Change) -> Times:
    """Return times whose gaps are changed; each session begins where it did."""
    if not len(t_us):
        return t_us
    begins = np.append(True, part.session[1:] != part.session[:-1])
    gaps = np.diff(t_us, prepend=t_us[:1])
    changed = np.zeros(len(t_us), np.int64)
    changed[~begins] = change(
        np.maximum(gaps[~begins], 0), part.person[~begins], part.session[~begins]
    )
    since = np.cumsum(changed)
    first = np.flatnonzero(begins)
    size = np.diff(np.append(first, len(t_us)))
    return since - np.repeat(since[first], size) + np.repeat(t_us[first], size)
