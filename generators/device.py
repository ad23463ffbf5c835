"""The device between the hand and the events: polling, counts, whole pixels, and what it leaves out.

The hand moves in continuous time; a mouse answers the host's polls. Each answer is a whole number
of counts since the last, which the system multiplies by a gain that may grow with speed, and a poll
at which the pointer did not move makes no event. The hand looks at the pointer: it makes up for what
the counts left out. What a recorder does to the events afterwards, such as keeping one a frame,
belongs to the export.
"""

from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.pointing_device import Device, gain_factor_for
from deskhand.monitors import Monitor, bounds, clipped

# Bound of the jitter as a share of the period, so that two reports never change places.
JITTER_LIMIT = 0.45
# A faster device jitters less: its spread is at most this share of its period. Assumed.
JITTER_SHARE = 0.1
# The system tells a speed from an interval of at least this share of the period. Assumed.
SHORTEST_PERIOD = 0.25
# Counts and px are summed in whole numbers of 2**-FINE, so that a movement's sums do not depend on
# what was summed before them.
FINE = 16
# Desktop coordinates, in physical pixels from the corner of all monitors, are packed as x << PACK | y while
# they are compared and kept.
PACK = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Polls:
    """The polls that fall into m movements.

    Parameters
    ----------
    count : NDArray[np.int64], shape (m,)
        Polls of each movement, at least 1; they sum to n.
    first, last : NDArray[np.int64], shape (m,)
        Places of each movement's first and last poll.
    t_us : NDArray[np.int64], shape (n,)
        Times since the session's start, ascending within a movement and inside its bounds.
    time_s : NDArray[np.float32], shape (n,)
        Times since the start of the movement.
    """

    count: NDArray[np.int64]
    first: NDArray[np.int64]
    last: NDArray[np.int64]
    t_us: NDArray[np.int64]
    time_s: NDArray[np.float32]


def poll_count(
    device: Device, phase_us: float, start_us: NDArray[np.int64], end_us: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return how many polls fall into each movement, at least 1, shape (m,)."""
    period_us = 1e6 / device.poll_hz
    before = np.floor((start_us - phase_us) / period_us)
    polls = np.floor((end_us - phase_us) / period_us) - before
    count: NDArray[np.int64] = np.maximum(polls, 1).astype(np.int64)
    return count


def poll(
    device: Device,
    phase_us: float,
    start_us: NDArray[np.int64],
    end_us: NDArray[np.int64],
    rng: np.random.Generator,
) -> Polls:
    """Return the polls of movements on the device's steady clock, with jitter.

    Parameters
    ----------
    device : Device
        Rate and jitter.
    phase_us : float
        Time of one poll of the clock.
    start_us, end_us : NDArray[np.int64], shape (m,)
        Bounds of the movements, ``start_us < end_us``.
    rng : numpy.random.Generator
        The session's stream of the device.

    Returns
    -------
    Polls
        The last poll of a movement may come up to a period before its end.
    """
    period_us = 1e6 / device.poll_hz
    count = poll_count(device, phase_us, start_us, end_us)
    last = np.cumsum(count) - 1
    first = last - count + 1
    total = int(last[-1]) + 1
    # Number of the poll on the session's clock; whole numbers, so that no rounding adds up.
    tick = np.arange(total, dtype=np.int64)
    tick += np.repeat(
        np.floor((start_us - phase_us) / period_us).astype(np.int64) + 1 - first, count
    )
    jitter_us = rng.standard_normal(total, np.float32)
    jitter_us *= np.float32(min(device.report_jitter_s * 1e6, JITTER_SHARE * period_us))
    limit_us = np.float32(JITTER_LIMIT * period_us)
    np.clip(jitter_us, -limit_us, limit_us, out=jitter_us)
    exact_us = tick * period_us
    exact_us += phase_us
    exact_us += jitter_us
    t_us = exact_us.astype(np.int64)
    t_us[first] = np.maximum(t_us[first], start_us + 1)
    t_us[last] = np.minimum(t_us[last], end_us)
    since_us = t_us - np.repeat(start_us, count)
    time_s = since_us.astype(np.float32)
    time_s *= np.float32(1e-6)
    # The hand comes to rest at the end of its movement; the last poll already sees it there.
    time_s[last] = (end_us - start_us) * 1e-6
    return Polls(count=count, first=first, last=last, t_us=t_us, time_s=time_s)


def reports(
    device: Device,
    polls: Polls,
    x: NDArray[np.float32],
    y: NDArray[np.float32],
    start: NDArray[np.int32],
    end: NDArray[np.int32],
    rng: np.random.Generator,
) -> tuple[NDArray[np.intp], NDArray[np.int32]]:
    """Return which polls make an event, and the packed positions of these events.

    Parameters
    ----------
    device : Device
        Screen and share of lost reports.
    polls : Polls
        The polls.
    x, y : NDArray[np.float32], shape (n,)
        The pointer's place at the polls, in px.
    start, end : NDArray[np.int32], shape (m,)
        Packed start and end points of the movements.
    rng : numpy.random.Generator
        The session's stream of the device.

    Returns
    -------
    kept : NDArray[np.intp], shape (k,)
        Places of the polls that make an event.
    at : NDArray[np.int32], shape (k,)
        Packed positions; `unpack` splits them.
    """
    at = pack(device, x, y)
    # A lost report: the next one carries its counts, so the hand seems to have stood still.
    kept = np.zeros(len(at), np.bool_)
    kept[polls.first] = True
    lost = rng.integers(len(at), size=rng.binomial(len(at), device.dropped_report_share))
    lost = lost[~kept[lost]]
    at[lost] = at[lost - 1]
    at[polls.last] = end
    np.not_equal(at[1:], at[:-1], out=kept[1:])
    kept[polls.first] = at[polls.first] != start
    places = np.flatnonzero(kept)
    return places, at[places]


def counted(
    device: Device,
    polls: Polls,
    x: NDArray[np.float32],
    y: NDArray[np.float32],
    start: tuple[NDArray[np.float32], NDArray[np.float32]],
) -> list[NDArray[np.float32]]:
    """Return where whole counts bring the pointer, x and y in px.

    Parameters
    ----------
    device : Device
        Resolution and gain.
    polls : Polls
        The polls.
    x, y : NDArray[np.float32], shape (n,)
        Where the hand wants the pointer.
    start : pair of NDArray[np.float32], shape (m,)
        Where the movements start.

    Returns
    -------
    list of NDArray[np.float32], each of shape (n,)
        Within a count or so of what was wanted; the last poll of a movement is exactly there.
    """
    count, first, last = polls.count, polls.first, polls.last
    steps = []
    for axis, begin in zip((x, y), start, strict=True):
        step = np.diff(axis, prepend=axis[:1])
        step[first] = axis[first] - begin
        steps.append(step)
    period_s = np.diff(polls.time_s, prepend=polls.time_s[:1])
    period_s[first] = polls.time_s[first]
    np.maximum(period_s, np.float32(SHORTEST_PERIOD / device.poll_hz), out=period_s)
    inch_s = np.sqrt(steps[0] * steps[0] + steps[1] * steps[1])
    inch_s /= period_s
    inch_s *= np.float32(1.0 / device.px_per_inch)
    base = device.px_per_inch / device.counts_per_inch
    gain_px = (base * gain_factor_for(device.curve, inch_s)).astype(np.float32)
    summed = np.zeros(len(x), np.int64)
    moved = []
    for step in steps:
        # A sum of whole counts is the rounded sum; what is left of a count waits for the next poll.
        upto = _sums(_fine(step / gain_px), count, first)
        upto += 1 << (FINE - 1)
        upto >>= FINE
        counts = np.diff(upto, prepend=0)
        counts[first] = upto[first]
        moved.append(_sums(_fine(counts * gain_px), count, first))
        summed += np.abs(counts)
    # With a gain that changes on the way, the counts end a little beside the aim: all are made longer
    # or shorter alike, as a hand does that sees where the pointer goes.
    done = _sums(summed, count, first).astype(np.float32)
    done /= np.repeat(np.maximum(done[last], 1.0), count)
    places = []
    for axis, begin, way in zip((x, y), start, moved, strict=True):
        place = way.astype(np.float32)
        place *= np.float32(2.0**-FINE)
        place += np.repeat(begin, count)
        place += np.repeat(axis[last] - place[last], count) * done
        place[last] = axis[last]
        places.append(place)
    return places


def _fine(values: NDArray[np.floating]) -> NDArray[np.int64]:
    values *= 2.0**FINE
    fine: NDArray[np.int64] = np.rint(values, out=values).astype(np.int64)
    return fine


def _sums(
    values: NDArray[np.int64], count: NDArray[np.int64], first: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return sums from each movement's first value on."""
    total: NDArray[np.int64] = np.cumsum(values)
    total -= np.repeat(total[first] - values[first], count)
    return total


def pack(device: Device, x: NDArray[np.floating], y: NDArray[np.floating]) -> NDArray[np.int32]:
    """Return positions rounded to whole physical pixels of the nearest monitor, packed into one number each.

    Examples
    --------
    >>> from deskhand.behavior_models.pointing_device import draw_device
    >>> from deskhand.behavior_models.profile import load_profile
    >>> device = draw_device(load_profile("office"), np.random.default_rng(1))
    >>> at = pack(device, np.array([3.2, -5.0]), np.array([9.6, 4e3]))
    >>> [c.tolist() for c in unpack(device, at)]
    [[3.0, 0.0], [10.0, 1079.0]]
    """
    scale = device.screen_scale
    x, y = np.rint(x * x.dtype.type(scale)), np.rint(y * y.dtype.type(scale))
    # A pointer that would enter a gap between monitors slides along the edge.
    physical = _physical(device)
    x, y = clipped(physical, x, y)
    if len(physical) > 1:
        whole = bounds(physical)
        x -= whole.left
        y -= whole.top
    packed: NDArray[np.int32] = x.astype(np.int32)
    packed <<= PACK
    packed |= y.astype(np.int32)
    return packed


def unpack(
    device: Device, at: NDArray[np.int32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the x and y of packed positions in px, each of shape (n,)."""
    x, y = (at >> PACK).astype(np.float32), (at & ((1 << PACK) - 1)).astype(np.float32)
    if device.second is not None:
        whole = bounds(_physical(device))
        x += np.float32(whole.left)
        y += np.float32(whole.top)
    if device.screen_scale != 1.0:
        x /= np.float32(device.screen_scale)
        y /= np.float32(device.screen_scale)
    return x, y


def _physical(device: Device) -> list[Monitor]:
    """Return where a device's monitors lie in physical pixels."""
    scale, last_px = device.screen_scale, device.last_px
    found = []
    for left, top, width, height in device.monitors:
        first = (ceil(left * scale), ceil(top * scale))
        last = (round(last_px(left + width) * scale), round(last_px(top + height) * scale))
        found.append(Monitor(*first, last[0] - first[0] + 1, last[1] - first[1] + 1))
    return found
