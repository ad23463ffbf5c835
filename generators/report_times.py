"""When a recorder reports during movements: one clock a movement, thousands of movements at once."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from deskhand import keyed_draws
from deskhand.errors import DeskhandError
from deskhand.generators.recorder import Recorders
from deskhand.generators.recorder_rests import (
    SPARE_SLOTS,
    IntervalTables,
    limits,
    set_first,
    set_rests,
)

# Slots of a movement's own numbers: this one and those of its rests; its reports' words come from
# slots at and above _WORDS.
_ORIGIN = 0
_WORDS = 1_000
# A report's 64-bit word is cut in two: the lower half for jitter (its last bits) and lateness, the
# upper for rests.
_HALF = np.uint64(32)
_JITTER_BITS = 12
# Gumbel's law with mean 0 and SD 1: a report can come later by more than it can come earlier.
_LEVELS = (np.arange(1 << _JITTER_BITS) + 0.5) / (1 << _JITTER_BITS)
_GUMBEL = (-np.log(-np.log(_LEVELS)) - np.euler_gamma) * np.sqrt(6.0) / np.pi
_JITTER = _GUMBEL.astype(np.float32)
# Bound of the jitter as a share of the shorter neighbouring interval: it turns no two reports round.
_JITTER_LIMIT = 0.45
# Reports are handled in blocks that stay in the processor's cache.
_BLOCK_REPORTS = 1 << 19


def report_times_us(
    recorders: Recorders, duration_us: NDArray[np.int64], keys: keyed_draws.Keys
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return when each movement is reported.

    Parameters
    ----------
    recorders : Recorders, m rows
        The recorder of each movement.
    duration_us : NDArray[np.int64], shape (m,)
        Length of the movement, not negative.
    keys : NDArray[np.uint64], shape (m,)
        One key a movement; a row depends on its key, recorder and duration alone.

    Returns
    -------
    count : NDArray[np.int64], shape (m,)
        Reports of each movement, at least 2 where it takes any time; they sum to n.
    t_us : NDArray[np.int64], shape (n,)
        Stamps since the first report, which is at 0. The last is the first instant of the clock at
        or after the end. Strictly ascending, or ascending where the recorder keeps ties.

    Raises
    ------
    DeskhandError
        When the lengths differ or a duration is negative.

    Examples
    --------
    >>> from deskhand.behavior_models.profile import load_profile
    >>> from deskhand.generators.recorder import draw_recorders
    >>> people = draw_recorders(
    ...     load_profile("literature"), keyed_draws.keys(7, "recorder", ["ann"])
    ... )
    >>> count, t_us = report_times_us(
    ...     people, np.array([200_000]), keyed_draws.keys(7, "movement", [0])
    ... )
    >>> len(t_us) == int(count[0]), int(t_us[0]), bool(t_us[-1] >= 199_000)
    (True, 0, True)
    """
    m = len(recorders)
    duration = np.asarray(duration_us, np.int64)
    if duration.shape != (m,) or keys.shape != (m,):
        raise DeskhandError(
            f"{m} recorders, durations of shape {duration.shape} and keys of shape {keys.shape}: "
            "give one of each a movement."
        )
    if m and int(duration.min()) < 0:
        raise DeskhandError(f"a movement takes {int(duration.min())} us; it cannot be negative.")
    slots = np.ceil(duration / recorders.period_us).astype(np.int64) + SPARE_SLOTS + 5
    ends = np.cumsum(slots)
    cuts, done = [0], 0
    while cuts[-1] < m:
        cut = int(np.searchsorted(ends, done + _BLOCK_REPORTS, side="right"))
        cuts.append(max(cut, cuts[-1] + 1))
        done = int(ends[cuts[-1] - 1])
    counts, times = [], []
    for low, high in pairwise(cuts):
        part = recorders.take(np.arange(low, high))
        count, t_us = _block(part, duration[low:high], keys[low:high], slots[low:high])
        counts.append(count)
        times.append(t_us)
    nothing = np.zeros(0, np.int64)
    return np.concatenate([nothing, *counts]), np.concatenate([nothing, *times])


def moved_reports(
    recorders: Recorders,
    count: NDArray[np.int64],
    x: NDArray[np.floating],
    y: NDArray[np.floating],
) -> NDArray[np.bool_]:
    """Return which reports are kept: the first of a movement, and those at a new place.

    Parameters
    ----------
    recorders : Recorders, m rows
        Rows with ``repeats`` keep all.
    count : NDArray[np.int64], shape (m,)
        Reports of each movement, at least 1; they sum to n.
    x, y : NDArray, shape (n,)
        Reported places, as written.

    Returns
    -------
    NDArray[np.bool_], shape (n,)
    """
    kept = np.repeat(recorders.repeats, count)
    kept[1:] |= (x[1:] != x[:-1]) | (y[1:] != y[:-1])
    kept[np.cumsum(count) - count] = True
    return kept


def _block(
    recorders: Recorders,
    duration_us: NDArray[np.int64],
    keys: keyed_draws.Keys,
    slots: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    first = np.cumsum(slots) - slots
    n = int(slots.sum())
    place = np.arange(n)
    place -= np.repeat(first, slots)
    word = keyed_draws.words(np.repeat(keys, slots), place + _WORDS)
    low, high = word.astype(np.uint32), (word >> _HALF).astype(np.uint32)
    # Whole nanoseconds: sums of integers do not depend on what else is in the block.
    period_ns = np.rint(recorders.period_us * 1e3).astype(np.int64)
    duration_ns = 1_000 * duration_us
    interval = np.repeat(period_ns, slots)
    tables = IntervalTables.of(recorders)
    set_first(recorders, tables, duration_ns, keys, period_ns, interval, first)
    set_rests(recorders, tables, duration_ns, keys, period_ns, interval, first, place, high)
    t_ns = np.cumsum(interval)
    t_ns -= interval
    t_ns -= np.repeat(t_ns[first], slots)
    # Kept are the reports before the end and one more.
    kept = np.empty(n, np.bool_)
    np.less(t_ns[:-1], np.repeat(duration_ns, slots)[:-1], out=kept[1:])
    kept[first] = True
    count = np.add.reduceat(kept, first, dtype=np.int64)
    chosen = np.flatnonzero(kept)
    t_ns += _delays(recorders, interval, slots, low)
    t_ns, place = t_ns.take(chosen), place.take(chosen)
    last = np.cumsum(count) - 1
    t_ns[last - count + 1] = 0
    t_ns[last] = np.where(count > 1, np.maximum(t_ns[last], duration_ns), 0)
    return count, _stamped(recorders, keys, t_ns, count, place)


def _delays(
    recorders: Recorders,
    interval: NDArray[np.int64],
    slots: NDArray[np.int64],
    drawn: NDArray[np.uint32],
) -> NDArray[np.int64]:
    """Return how far each report is from its clock, in ns: jitter, and lateness of a few."""
    jitter = _JITTER.take((drawn & np.uint32((1 << _JITTER_BITS) - 1)).astype(np.intp))
    jitter *= np.repeat((recorders.jitter_us * 1e3).astype(np.float32), slots)
    bound = interval.astype(np.float32)
    np.minimum(bound[1:], bound[:-1], out=bound[1:])
    bound *= np.float32(_JITTER_LIMIT)
    np.minimum(jitter, bound, out=jitter)
    np.negative(bound, out=bound)
    np.maximum(jitter, bound, out=jitter)
    delay: NDArray[np.int64] = jitter.astype(np.int64)
    limit = limits(recorders.late_share)
    late = np.flatnonzero(drawn < np.repeat(limit, slots))
    who = np.searchsorted(np.cumsum(slots), late, side="right")
    mean_ns = recorders.late_us[who] * 1e3
    u = (drawn[late] + 0.5) / limit[who]
    most = 0.9e3 * recorders.period_us[who]
    delay[late] = np.minimum(-mean_ns * np.log(u), most).astype(np.int64)
    return delay


def _stamped(
    recorders: Recorders,
    keys: keyed_draws.Keys,
    t_ns: NDArray[np.int64],
    count: NDArray[np.int64],
    place: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Return stamps since the first one, pushed apart or left equal."""
    grid, unit = recorders.grid_us, recorders.unit_us
    # The movement starts anywhere between two ticks of the clock that stamps it. Quotients of
    # whole numbers below 2**53 are exact enough for their floor.
    origin = np.floor(keyed_draws.uniforms(keys, _ORIGIN) * grid * 1e3)
    real = np.repeat(origin, count)
    real += t_ns
    real /= np.repeat(1e3 * grid, count)
    np.floor(real, out=real)
    tick = real.astype(np.int64)
    # A running maximum within each movement: rows are lifted apart, and each report asks for one
    # tick more than the last unless ties are kept.
    lift = np.repeat(np.arange(len(count)) << 40, count)
    lift -= place * np.repeat(~recorders.ties, count)
    tick += lift
    np.maximum.accumulate(tick, out=tick)
    tick -= lift
    tick *= np.repeat(grid, count)
    coarse = np.flatnonzero(np.repeat(grid % unit != 0, count))
    if len(coarse):
        units = np.repeat(unit, count)[coarse]
        tick[coarse] = tick[coarse] // units * units
    return tick
