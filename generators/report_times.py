"""When a recorder reports during movements: one clock a movement, thousands of movements at once."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from deskhand import keyed_draws
from deskhand.errors import DeskhandError
from deskhand.generators.recorder import LEVELS, WAKES, Recorders

# Slots of a movement's own numbers; its reports' words come from slots at and above _WORDS.
_ORIGIN, _FIRST, _FIRST_REST, _FIRST_WAKE, _SECOND_WAKE = range(5)
_START, _AFTER_SHORT, _AFTER_ORDINARY, _AFTER_REST, _SLIP = range(len(WAKES))
_WORDS = 1_000
# Kinds of numbers of a special report, mixed into the movement's key with the report's place.
_THIN, _LENGTH, _WAKE, _KIND, _AGAIN_WAKE, _FINAL = range(6)
# A report's 64-bit word is cut in three: 12 bits for jitter, 21 for lateness, 21 for rests.
_JITTER_BITS, _SHARE_BITS = 12, 21
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
_BLOCK_REPORTS = 1 << 16
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


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
    m = len(slots)
    first = np.cumsum(slots) - slots
    row = np.repeat(np.arange(m, dtype=np.int32), slots)
    place = np.arange(len(row), dtype=np.int64) - first[row]
    word = _words(keys, row, place)
    # Whole nanoseconds: sums of integers do not depend on what else is in the block.
    period_ns = np.rint(recorders.period_us * 1e3).astype(np.int64)
    interval = np.repeat(period_ns, slots)
    _set_first(recorders, duration_us * 1_000, keys, period_ns, interval, first)
    _set_rests(recorders, duration_us * 1_000, keys, period_ns, interval, first, row, place, word)
    t_ns = np.cumsum(interval)
    t_ns -= interval
    t_ns -= np.repeat(t_ns[first], slots)
    # Kept are the reports before the end and one more.
    kept = np.empty(len(row), np.bool_)
    inside = t_ns < np.repeat(duration_us * 1_000, slots)
    kept[1:] = inside[:-1]
    kept[first] = True
    count = np.add.reduceat(kept, first, dtype=np.int64)
    t_ns += _delays(recorders, interval, slots, row, word)
    t_ns, row, place = t_ns[kept], row[kept], place[kept]
    last = np.cumsum(count) - 1
    t_ns[last - count + 1] = 0
    exact_end = duration_us * 1_000
    t_ns[last] = np.where(count > 1, np.maximum(t_ns[last], exact_end), 0)
    return count, _stamped(recorders, keys, t_ns, row, place)


def _words(
    keys: keyed_draws.Keys, row: NDArray[np.int32], place: NDArray[np.int64]
) -> keyed_draws.Keys:
    """Return a random word for each report, a hash of its movement's key and its place."""
    return keyed_draws.mixed(keys[row], place + _WORDS)


def _quantile(
    table: NDArray[np.float64], row: NDArray[np.integer], u: NDArray[np.float32]
) -> NDArray[np.float64]:
    levels = np.array(LEVELS)
    low = np.searchsorted(levels, u, side="right").clip(1, len(levels) - 1) - 1
    below, above = table[row, low], table[row, low + 1]
    part = (u - levels[low]) / (levels[low + 1] - levels[low])
    value: NDArray[np.float64] = below + (above - below) * part
    return value


def _wake(
    recorders: Recorders,
    period_ns: NDArray[np.int64],
    where: NDArray[np.integer],
    u: NDArray[np.float32],
) -> NDArray[np.int64]:
    """Return intervals off the clock, or on it as often as their table says, at least 1 us."""
    length = np.rint(period_ns * _quantile(recorders.wake_periods, where, u))
    whole: NDArray[np.int64] = np.maximum(length, 1_000).astype(np.int64)
    return whole


def _after(length: NDArray[np.int64], period_ns: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the place of an interval after one of these lengths."""
    usual = np.where(length < SHORT * period_ns, _AFTER_SHORT, _AFTER_ORDINARY)
    return np.where(length > SHORTEST_REST * period_ns, _AFTER_REST, usual)


def _set_first(
    recorders: Recorders,
    duration_ns: NDArray[np.int64],
    keys: keyed_draws.Keys,
    period_ns: NDArray[np.int64],
    interval: NDArray[np.int64],
    first: NDArray[np.int64],
) -> None:
    """Write the first two intervals of each movement: a rest, off the clock, or one period."""

    def draw(slot: int) -> NDArray[np.float32]:
        return keyed_draws.uniforms(keys, slot)

    rest_ns = np.rint(1e3 * _quantile(recorders.first_rest_us, recorders.group, draw(_FIRST_REST)))
    resting = (draw(_FIRST) < recorders.first_rest_share) & (rest_ns < duration_ns)
    start = np.full(len(first), _START)
    length = np.where(
        resting, rest_ns.astype(np.int64), _wake(recorders, period_ns, start, draw(_FIRST_WAKE))
    )
    interval[first] = length
    following = _after(length, period_ns)
    interval[first + 1] = _wake(recorders, period_ns, following, draw(_SECOND_WAKE))


def _set_rests(
    recorders: Recorders,
    duration_ns: NDArray[np.int64],
    keys: keyed_draws.Keys,
    period_ns: NDArray[np.int64],
    interval: NDArray[np.int64],
    first: NDArray[np.int64],
    row: NDArray[np.int32],
    place: NDArray[np.int64],
    word: keyed_draws.Keys,
) -> None:
    """Write the rests and slips, which are few, and the intervals off the clock that follow."""
    at = _rare(recorders, first, row, word)
    if not len(at):
        return
    who, j = row[at], place[at]
    key = keyed_draws.mixed(keys[who], j)
    period, group = period_ns[who], recorders.group[who]

    def draw(slot: int) -> NDArray[np.float32]:
        return keyed_draws.uniforms(key, slot)

    both = recorders.rest_share + recorders.slip_share
    slips = draw(_KIND) < (recorders.slip_share / np.maximum(both, 1e-12))[who]
    rest_ns = 1e3 * _quantile(recorders.rest_us, group, draw(_LENGTH))
    slip = _wake(recorders, period, np.full(len(at), _SLIP), draw(_LENGTH))
    length = np.where(slips, slip, np.rint(rest_ns).astype(np.int64))
    woken = _wake(recorders, period, np.full(len(at), _AFTER_REST), draw(_WAKE))
    wake = np.where(slips, period, woken)
    second = _wake(recorders, period, _after(wake, period), draw(_AGAIN_WAKE))
    again = np.where(slips, period, second)
    parts = recorders.rest_weight.shape[1]
    thin = draw(_THIN) * recorders.rest_weight.max(axis=1)[who]
    final = draw(_FINAL) < recorders.final_share
    # One movement's in turn, all movements at once: each moves the later ones on.
    numbers = np.arange(len(at))
    fresh = np.append(True, who[1:] != who[:-1])
    turn = numbers - np.maximum.accumulate(np.where(fresh, numbers, 0))
    order = np.argsort(turn, kind="stable")
    bounds = np.cumsum(np.bincount(turn))
    moved = interval[first] + interval[first + 1] - 2 * period_ns
    for low, high in pairwise(np.append(0, bounds)):
        now = order[low:high]
        w, p = who[now], period[now]
        # An interval off the clock gives way to a rest.
        gained = interval[at[now]] - p
        start = j[now] * p + moved[w] - gained - (interval[at[now] + 1] - p)
        left = duration_ns[w] - start
        part = start * parts // np.maximum(duration_ns[w], 1)
        ok = (left > 0) & (thin[now] < recorders.rest_weight[w, part.clip(0, parts - 1)])
        ends = length[now] >= left
        ok &= ~ends | (final[now] & ~slips[now] & (left > SHORTEST_REST * p))
        # Slots are counted at one period each; short intervals may use up what is left over.
        ok &= moved[w] - gained > -SPARE_SLOTS * p
        now, w, p, left, gained = now[ok], w[ok], p[ok], left[ok], gained[ok]
        interval[at[now]] = np.minimum(length[now], left)
        moved[w] += interval[at[now]] - p - gained
        for after, later in ((1, wake), (2, again)):
            nxt = at[now] + after
            inside = (nxt < len(row)) & (row[np.minimum(nxt, len(row) - 1)] == w)
            nxt, following, short = nxt[inside], w[inside], later[now[inside]]
            moved[following] += short - interval[nxt]
            interval[nxt] = short


def _rare(
    recorders: Recorders,
    first: NDArray[np.int64],
    row: NDArray[np.int32],
    word: keyed_draws.Keys,
) -> NDArray[np.intp]:
    """Return the reports after which a rest or a slip may come."""
    drawn = (word >> np.uint64(64 - _SHARE_BITS)).astype(np.int32)
    scale = float(1 << _SHARE_BITS)
    top = (recorders.rest_share + recorders.slip_share) * recorders.rest_weight.max(axis=1)
    limit = (np.minimum(top, 1.0) * scale).astype(np.int32)
    clustered = (np.minimum(top * recorders.cluster, 1.0) * scale).astype(np.int32)
    rare = drawn < np.repeat(limit, np.diff(np.append(first, len(row))))
    rare[first] = False
    once = np.flatnonzero(rare)
    follows = once[once + 1 < len(row)] + 1
    follows = follows[row[follows] == row[follows - 1]]
    follows = follows[drawn[follows] < clustered[row[follows]]]
    rare[follows] = True
    rare[np.append(first[1:], len(row)) - 1] = False
    return np.flatnonzero(rare)


def _delays(
    recorders: Recorders,
    interval: NDArray[np.int64],
    slots: NDArray[np.int64],
    row: NDArray[np.int32],
    word: keyed_draws.Keys,
) -> NDArray[np.int64]:
    """Return how far each report is from its clock, in ns: jitter, and lateness of a few."""
    jitter = _JITTER.take((word & np.uint64((1 << _JITTER_BITS) - 1)).astype(np.int32))
    jitter *= np.repeat((recorders.jitter_us * 1e3).astype(np.float32), slots)
    bound = interval.astype(np.float32)
    np.minimum(bound[1:], bound[:-1], out=bound[1:])
    bound *= np.float32(_JITTER_LIMIT)
    np.clip(jitter, -bound, bound, out=jitter)
    delay: NDArray[np.int64] = jitter.astype(np.int64)
    scale = float(1 << _SHARE_BITS)
    drawn = (word >> np.uint64(_JITTER_BITS)).astype(np.int32) & np.int32((1 << _SHARE_BITS) - 1)
    limit = (recorders.late_share * scale).astype(np.int32)
    late = np.flatnonzero(drawn < np.repeat(limit, slots))
    who = row[late]
    mean_ns = recorders.late_us[who] * 1e3
    u = (drawn[late] + 0.5) / np.maximum(limit[who], 1)
    most = 0.9e3 * recorders.period_us[who]
    delay[late] = np.minimum(-mean_ns * np.log(u), most).astype(np.int64)
    return delay


def _stamped(
    recorders: Recorders,
    keys: keyed_draws.Keys,
    t_ns: NDArray[np.int64],
    row: NDArray[np.int32],
    place: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Return stamps since the first one, pushed apart or left equal."""
    grid, unit = recorders.grid_us, recorders.unit_us
    # The movement starts anywhere between two ticks of the clock that stamps it.
    origin = (keyed_draws.uniforms(keys, _ORIGIN) * grid * 1e3).astype(np.int64)
    tick = (t_ns + origin[row]) // (grid * 1_000)[row]
    # A running maximum within each movement: rows are lifted apart, and each report asks for one
    # tick more than the last unless ties are kept.
    step = np.where(recorders.ties[row], 0, place)
    lift = row.astype(np.int64) << 40
    tick += lift - step
    np.maximum.accumulate(tick, out=tick)
    tick += step - lift
    tick *= grid[row]
    return tick // unit[row] * unit[row]
