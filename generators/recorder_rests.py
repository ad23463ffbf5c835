"""Rests and slips of a recorder: the intervals between reports that do not keep the clock.

A movement's rests come one after the other, since each moves the later ones on: array code takes
the first candidates of all movements, then the second ones; a compiled loop takes one movement after
the other. Both write the same numbers.
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from deskhand import keyed_draws
from deskhand.compiled import compiled_for
from deskhand.generators.recorder import LEVELS, WAKES, Recorders

_START, _AFTER_SHORT, _AFTER_ORDINARY, _AFTER_REST, _SLIP = range(len(WAKES))
# Slots of a movement's own numbers.
_FIRST, _SECOND_WAKE = 1, 2
# A rest is longer than these many periods, an interval off the clock shorter than these.
SHORTEST_REST, SHORT = 1.5, 0.8
# Periods that short intervals may save in one movement, beyond those of its start.
SPARE_SLOTS = 3
# Tables of quantiles are read at this many even levels.
_EVEN = 2048


class IntervalTables(NamedTuple):
    """Tables of quantiles at `_EVEN` even levels, one row after the other."""

    wake_periods: NDArray[np.float64]
    rest_ns: NDArray[np.float64]
    first_rest_ns: NDArray[np.float64]

    @classmethod
    def of(cls, recorders: Recorders) -> "IntervalTables":
        """Return the tables of some recorders."""
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


def set_first(
    recorders: Recorders,
    tables: IntervalTables,
    duration_ns: NDArray[np.int64],
    keys: keyed_draws.Keys,
    period_ns: NDArray[np.int64],
    interval: NDArray[np.int64],
    first: NDArray[np.int64],
) -> None:
    """Write the first two intervals of each movement: a rest, off the clock, or one period."""
    resting, rest, wake = keyed_draws.thirds(keyed_draws.words(keys, _FIRST))
    again = keyed_draws.uniforms(keys, _SECOND_WAKE)
    rest_ns = _at(tables.first_rest_ns, recorders.group, rest)
    rests = (resting < recorders.first_rest_share) & (rest_ns < duration_ns)
    length = np.where(rests, rest_ns.astype(np.int64), tables.wake_ns(period_ns, _START, wake))
    interval[first] = length
    interval[first + 1] = tables.wake_ns(period_ns, _after(length, period_ns), again)


class Candidates(NamedTuple):
    """Reports after which a rest or a slip may come, in any order that keeps a movement's own.

    Parameters
    ----------
    at : NDArray[np.intp], shape (c,)
        Places of the intervals.
    who : NDArray[np.intp], shape (c,)
        Whose.
    period, clock, end : NDArray[np.int64], shape (c,)
        The recorder's period, the interval's start if all before it were periods, and the
        movement's time, all in ns.
    thin : NDArray[np.float64], shape (c,)
        Made where it lies below the weight of the part of the movement.
    final : NDArray[np.bool_], shape (c,)
        Made across the end of the movement too, and cut there.
    length, wake, again : NDArray[np.int64], shape (c,)
        The interval and the two that follow, in ns.
    """

    at: NDArray[np.intp]
    who: NDArray[np.intp]
    period: NDArray[np.int64]
    clock: NDArray[np.int64]
    end: NDArray[np.int64]
    thin: NDArray[np.float64]
    final: NDArray[np.bool_]
    length: NDArray[np.int64]
    wake: NDArray[np.int64]
    again: NDArray[np.int64]


def set_rests(
    recorders: Recorders,
    tables: IntervalTables,
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
    loop = compiled_for(len(interval), one_by_one)
    if loop is None:
        order = np.argsort(turn, kind="stable")
        at, who = at[order], who[order]
    candidates = _candidates(recorders, tables, duration_ns, keys, period_ns, at, who, place[at])
    moved = interval[first] + interval[first + 1] - 2 * period_ns
    if loop is None:
        in_turn(interval, moved, recorders.rest_weight, candidates, np.bincount(turn))
    else:
        loop(interval, moved, recorders.rest_weight, *candidates)


def _candidates(
    recorders: Recorders,
    tables: IntervalTables,
    duration_ns: NDArray[np.int64],
    keys: keyed_draws.Keys,
    period_ns: NDArray[np.int64],
    at: NDArray[np.intp],
    who: NDArray[np.intp],
    place: NDArray[np.int64],
) -> Candidates:
    period, group = period_ns[who], recorders.group[who]
    word = keyed_draws.mixed(keys[who], place)
    thin, length_u, wake_u = keyed_draws.thirds(word)
    kind, again_u, final_u = keyed_draws.thirds(keyed_draws.words(word, 0))
    both = np.maximum(recorders.rest_share + recorders.slip_share, 1e-12)
    slips = kind < (recorders.slip_share / both)[who]
    length = _at(tables.rest_ns, group, length_u).astype(np.int64)
    wake = tables.wake_ns(period, _AFTER_REST, wake_u)
    again = tables.wake_ns(period, _after(wake, period), again_u)
    few = np.flatnonzero(slips)
    length[few] = tables.wake_ns(period[few], _SLIP, length_u[few])
    wake[few] = again[few] = period[few]
    return Candidates(
        at=at,
        who=who,
        period=period,
        clock=place * period,
        end=duration_ns[who],
        thin=thin * recorders.rest_weight.max(axis=1)[who],
        final=(final_u < recorders.final_share) & ~slips,
        length=length,
        wake=wake,
        again=again,
    )


def in_turn(
    interval: NDArray[np.int64],
    moved: NDArray[np.int64],
    weight: NDArray[np.float64],
    candidates: Candidates,
    turns: NDArray[np.int64],
) -> None:
    """Write rests, candidates sorted by their turn in their movement.

    Parameters
    ----------
    interval : NDArray[np.int64], shape (n,)
        Intervals of all movements in ns; written to.
    moved : NDArray[np.int64], shape (m,)
        How far each movement's intervals set so far move the later ones on, in ns; written to.
    weight : NDArray[np.float64], shape (m, k)
        As `Recorders.rest_weight`.
    candidates : Candidates
        See there.
    turns : NDArray[np.int64]
        How many candidates have each turn.
    """
    parts, weights = weight.shape[1], weight.ravel()
    for low, high in pairwise([0, *np.cumsum(turns).tolist()]):
        now = Candidates._make(column[low:high] for column in candidates)
        at, who, period = now.at, now.who, now.period
        # An interval off the clock gives way to a rest.
        gained = interval[at] - period
        start = moved[who] - gained
        # Slots are counted at one period each; short intervals may use up what is left over.
        ok = start > -SPARE_SLOTS * period
        start += now.clock + period - interval[at + 1]
        left = now.end - start
        ok &= left > 0
        part = start * parts // np.maximum(now.end, 1)
        np.maximum(np.minimum(part, parts - 1, out=part), 0, out=part)
        ok &= now.thin < weights[who * parts + part]
        ok &= (now.length < left) | (now.final & (left > SHORTEST_REST * period))
        made = np.flatnonzero(ok)
        if not len(made):
            continue
        at = at[made]
        taken = np.minimum(now.length[made], left[made])
        change = taken - interval[at]
        interval[at] = taken
        for after, later in ((1, now.wake), (2, now.again)):
            change += later[made] - interval[at + after]
            interval[at + after] = later[made]
        moved[who[made]] += change


def one_by_one(
    interval: NDArray[np.int64],
    moved: NDArray[np.int64],
    weight: NDArray[np.float64],
    at: NDArray[np.intp],
    who: NDArray[np.intp],
    period: NDArray[np.int64],
    clock: NDArray[np.int64],
    end: NDArray[np.int64],
    thin: NDArray[np.float64],
    final: NDArray[np.bool_],
    length: NDArray[np.int64],
    wake: NDArray[np.int64],
    again: NDArray[np.int64],
) -> None:
    """Write the same rests as `in_turn`: the loop that is compiled."""
    parts = weight.shape[1]
    for c in range(len(at)):
        a, w, p = at[c], who[c], period[c]
        start = moved[w] - (interval[a] - p)
        if start <= -SPARE_SLOTS * p:
            continue
        start += clock[c] + p - interval[a + 1]
        left = end[c] - start
        if left <= 0:
            continue
        part = min(max(start * parts // max(end[c], 1), 0), parts - 1)
        if thin[c] >= weight[w, part]:
            continue
        if length[c] >= left and not (final[c] and left > SHORTEST_REST * p):
            continue
        taken = min(length[c], left)
        moved[w] += taken - interval[a] + wake[c] - interval[a + 1] + again[c] - interval[a + 2]
        interval[a], interval[a + 1], interval[a + 2] = taken, wake[c], again[c]


def _rare(
    recorders: Recorders,
    first: NDArray[np.int64],
    drawn: NDArray[np.uint32],
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.int64]]:
    """Return reports after which a rest or a slip may come, whose, and which of theirs each is."""
    top = (recorders.rest_share + recorders.slip_share) * recorders.rest_weight.max(axis=1)
    slots = np.diff(np.append(first, len(drawn)))
    rare = drawn < np.repeat(limits(top), slots)
    # The first interval has a law of its own; after a rest two more intervals are written.
    last = first + slots - 1
    rare[first] = rare[last] = rare[last - 1] = False
    once = np.flatnonzero(rare)
    follows = once + 1
    follows = follows[
        drawn[follows] < limits(top * recorders.cluster)[np.searchsorted(last, follows)]
    ]
    rare[follows] = True
    rare[last - 1] = False
    at = np.flatnonzero(rare)
    each = np.add.reduceat(rare, first, dtype=np.int64)
    turn = np.arange(len(at))
    turn -= np.repeat(np.cumsum(each) - each, each)
    return at, np.repeat(np.arange(len(first)), each), turn


def limits(share: NDArray[np.float64]) -> NDArray[np.uint32]:
    """Return the 32-bit words below which a share of all words lies."""
    words: NDArray[np.uint32] = (np.clip(share, 0.0, 1.0 - 1e-9) * 2.0**32).astype(np.uint32)
    return words
