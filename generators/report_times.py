"""When a recorder reports during movements: one clock a movement, thousands of movements at once."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from deskhand import keyed_draws
from deskhand.errors import DeskhandError
from deskhand.generators.recorder import LEVELS, WAKES, Recorders

# Slots of a movement's own numbers; its reports' words come from slots at and above _WORDS.
_ORIGIN, _FIRST, _SECOND_WAKE = range(3)
_START, _AFTER_SHORT, _AFTER_ORDINARY, _AFTER_REST, _SLIP = range(len(WAKES))
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
# A rest is longer than these many periods, an interval off the clock shorter than these.
SHORTEST_REST, SHORT = 1.5, 0.8
# Periods that short intervals may save in one movement, beyond those of its start.
SPARE_SLOTS = 3
# Reports are handled in blocks that stay in the processor's cache.
_BLOCK_REPORTS = 1 << 19
# Tables of quantiles are read at this many even levels.
_EVEN = 2048


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
    >>> from deskhand.behavior_models.profile import parse_profile
    >>> from deskhand.generators.recorder import draw_recorders, example_profile
    >>> profile = parse_profile(example_profile(), "example")
    >>> people = draw_recorders(profile, keyed_draws.keys(7, "recorder", ["ann"]))
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
    draw = _Intervals.of(recorders)
    _set_first(recorders, draw, duration_ns, keys, period_ns, interval, first)
    _set_rests(recorders, draw, duration_ns, keys, period_ns, interval, first, place, high)
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


class _Intervals(NamedTuple):
    """Tables of quantiles at `_EVEN` even levels, one row after the other."""

    wake_periods: NDArray[np.float64]
    rest_ns: NDArray[np.float64]
    first_rest_ns: NDArray[np.float64]

    @classmethod
    def of(cls, recorders: Recorders) -> "_Intervals":
        even = (np.arange(_EVEN) + 0.5) / _EVEN

        def levelled(table: NDArray[np.float64]) -> NDArray[np.float64]:
            return np.concatenate([np.interp(even, LEVELS, row) for row in table])

        return cls(
            wake_periods=levelled(recorders.wake_periods),
            rest_ns=np.rint(1e3 * levelled(recorders.rest_us)),
            first_rest_ns=np.rint(1e3 * levelled(recorders.first_rest_us)),
        )

    def wake_ns(
        self,
        period_ns: NDArray[np.int64],
        where: int | NDArray[np.integer],
        u: NDArray[np.float32],
    ) -> NDArray[np.int64]:
        """Return intervals off the clock, or on it as often as their table says, at least 1 us."""
        length = np.rint(period_ns * _at(self.wake_periods, where, u))
        whole: NDArray[np.int64] = np.maximum(length, 1_000).astype(np.int64)
        return whole


def _at(
    table: NDArray[np.float64], row: int | NDArray[np.integer], u: NDArray[np.float32]
) -> NDArray[np.float64]:
    place = (u * np.float32(_EVEN)).astype(np.intp)
    place += np.multiply(row, _EVEN, dtype=np.intp)
    return table.take(place)


def _after(length: NDArray[np.int64], period_ns: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the place of an interval after one of these lengths."""
    usual = np.where(length < SHORT * period_ns, _AFTER_SHORT, _AFTER_ORDINARY)
    return np.where(length > SHORTEST_REST * period_ns, _AFTER_REST, usual)


def _set_first(
    recorders: Recorders,
    draw: _Intervals,
    duration_ns: NDArray[np.int64],
    keys: keyed_draws.Keys,
    period_ns: NDArray[np.int64],
    interval: NDArray[np.int64],
    first: NDArray[np.int64],
) -> None:
    """Write the first two intervals of each movement: a rest, off the clock, or one period."""
    resting, rest, wake = keyed_draws.thirds(keyed_draws.words(keys, _FIRST))
    again = keyed_draws.uniforms(keys, _SECOND_WAKE)
    rest_ns = _at(draw.first_rest_ns, recorders.group, rest)
    rests = (resting < recorders.first_rest_share) & (rest_ns < duration_ns)
    length = np.where(rests, rest_ns.astype(np.int64), draw.wake_ns(period_ns, _START, wake))
    interval[first] = length
    interval[first + 1] = draw.wake_ns(period_ns, _after(length, period_ns), again)


def _set_rests(
    recorders: Recorders,
    draw: _Intervals,
    duration_ns: NDArray[np.int64],
    keys: keyed_draws.Keys,
    period_ns: NDArray[np.int64],
    interval: NDArray[np.int64],
    first: NDArray[np.int64],
    place: NDArray[np.int64],
    drawn: NDArray[np.uint32],
) -> None:
    """Write the rests and slips, which are few, and the intervals off the clock that follow."""
    at, who, turn = _rare(recorders, first, drawn)
    if not len(at):
        return
    # One movement's in turn, all movements at once: each moves the later ones on.
    order = np.argsort(turn, kind="stable")
    bounds = np.cumsum(np.bincount(turn))
    at, who = at[order], who[order]
    period, group, j = period_ns[who], recorders.group[who], place[at]
    word = keyed_draws.mixed(keys[who], j)
    thin, length_u, wake_u = keyed_draws.thirds(word)
    kind, again_u, final_u = keyed_draws.thirds(keyed_draws.words(word, 0))
    both = np.maximum(recorders.rest_share + recorders.slip_share, 1e-12)
    slips = kind < (recorders.slip_share / both)[who]
    length = _at(draw.rest_ns, group, length_u).astype(np.int64)
    wake = draw.wake_ns(period, _AFTER_REST, wake_u)
    again = draw.wake_ns(period, _after(wake, period), again_u)
    few = np.flatnonzero(slips)
    length[few] = draw.wake_ns(period[few], _SLIP, length_u[few])
    wake[few] = again[few] = period[few]
    parts = recorders.rest_weight.shape[1]
    weight = recorders.rest_weight.ravel()
    thin = thin * recorders.rest_weight.max(axis=1)[who]
    final = (final_u < recorders.final_share) & ~slips
    clock, end, row = j * period, duration_ns[who], who * parts
    part_per_ns = parts / np.maximum(end, 1)
    shortest, spare = SHORTEST_REST * period, -SPARE_SLOTS * period
    moved = interval[first] + interval[first + 1] - 2 * period_ns
    for low, high in pairwise([0, *bounds.tolist()]):
        now = slice(low, high)
        a, w, p = at[now], who[now], period[now]
        # An interval off the clock gives way to a rest.
        gained = interval[a] - p
        start = moved[w] - gained
        # Slots are counted at one period each; short intervals may use up what is left over.
        ok = start > spare[now]
        start += clock[now] + p - interval[a + 1]
        left = end[now] - start
        ok &= left > 0
        part = (start * part_per_ns[now]).astype(np.intp)
        np.maximum(np.minimum(part, parts - 1, out=part), 0, out=part)
        part += row[now]
        ok &= thin[now] < weight[part]
        ok &= (length[now] < left) | (final[now] & (left > shortest[now]))
        made = np.flatnonzero(ok)
        if not len(made):
            continue
        a, w, p, gained = a[made], w[made], p[made], gained[made]
        made += low
        taken = np.minimum(length[made], left[ok])
        interval[a] = taken
        taken -= p + gained
        for after, later in ((1, wake), (2, again)):
            taken += later[made] - interval[a + after]
            interval[a + after] = later[made]
        moved[w] += taken


def _rare(
    recorders: Recorders,
    first: NDArray[np.int64],
    drawn: NDArray[np.uint32],
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.int64]]:
    """Return reports after which a rest or a slip may come, whose, and which of theirs each is."""
    top = (recorders.rest_share + recorders.slip_share) * recorders.rest_weight.max(axis=1)
    slots = np.diff(np.append(first, len(drawn)))
    rare = drawn < np.repeat(_limits(top), slots)
    # The first interval has a law of its own; after a rest two more intervals are written.
    last = first + slots - 1
    rare[first] = rare[last] = rare[last - 1] = False
    once = np.flatnonzero(rare)
    follows = once + 1
    follows = follows[
        drawn[follows] < _limits(top * recorders.cluster)[np.searchsorted(last, follows)]
    ]
    rare[follows] = True
    rare[last - 1] = False
    at = np.flatnonzero(rare)
    each = np.add.reduceat(rare, first, dtype=np.int64)
    turn = np.arange(len(at))
    turn -= np.repeat(np.cumsum(each) - each, each)
    return at, np.repeat(np.arange(len(first)), each), turn


def _limits(share: NDArray[np.float64]) -> NDArray[np.uint32]:
    """Return the 32-bit words below which a share of all words lies."""
    words: NDArray[np.uint32] = (np.clip(share, 0.0, 1.0 - 1e-9) * 2.0**32).astype(np.uint32)
    return words


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
    limit = _limits(recorders.late_share)
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
