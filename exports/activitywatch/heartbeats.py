"""Heartbeats as an ActivityWatch server merges them into events.

A watcher sends what it sees, again and again, each time with a pulse time; a heartbeat with the
last event's data that comes within the pulse time of its end makes that event longer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Times = NDArray[np.int64]
# Longer than any session in microseconds, so that runs of heartbeats never reach into each other.
_APART_US = 1 << 46


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeats:
    """What one watcher sent, in order.

    Parameters
    ----------
    t_us, duration_us, pulse_us : ndarray of int64, shape (n,)
        Unix time, duration and pulse time.
    data : ndarray of int64, shape (n,)
        Which of ``kinds`` each one carries.
    kinds : sequence of mapping
        Distinct contents.
    """

    t_us: Times
    duration_us: Times
    pulse_us: Times
    data: Times
    kinds: Sequence[Mapping[str, Any]]


def floored(t_us: Times) -> Times:
    """Return times as the event model keeps them: in whole milliseconds."""
    return t_us - t_us % 1000


def merged(sent: Heartbeats) -> tuple[Times, Times, Times]:
    """Return the events that a server makes of heartbeats.

    Parameters
    ----------
    sent : Heartbeats
        In the order of their times.

    Returns
    -------
    tuple of ndarray
        Start in Unix microseconds, duration in microseconds, and index of the content, each of
        shape (m,).

    Examples
    --------
    >>> at = np.array([0, 1_000_000, 2_000_000, 9_000_000])
    >>> same = np.zeros(4, np.int64)
    >>> start, duration, _ = merged(
    ...     Heartbeats(t_us=at, duration_us=same, pulse_us=same + 2_000_000, data=same, kinds=[{}])
    ... )
    >>> start.tolist(), duration.tolist()
    ([0, 9000000], [2000000, 0])
    """
    if not len(sent.t_us):
        return sent.t_us, sent.duration_us, sent.data
    start = floored(sent.t_us)
    fresh = np.diff(sent.data, prepend=sent.data[0]) != 0
    fresh[0] = True
    end = _reach(start, sent.duration_us, fresh)
    fresh[1:] |= start[1:] > end[:-1] + sent.pulse_us[1:]
    # One that is older than the event itself is a new event too.
    fresh[1:] |= (start[1:] < start[:-1]) & fresh[:-1]
    end = _reach(start, sent.duration_us, fresh)
    first = np.flatnonzero(fresh)
    last = np.append(first[1:], len(start)) - 1
    begins, lasts, data = start[first], end[last] - start[first], sent.data[first]
    # The store finds the event to make longer by its time: where a newer event is older in time, its
    # second heartbeat is written over the event before, and those after it go to itself.
    late = np.flatnonzero((np.diff(begins) < 0) & (last[1:] > first[1:]))
    second = first[late + 1] + 1
    begins[late], lasts[late] = begins[late + 1], end[second] - begins[late + 1]
    data[late] = data[late + 1]
    alone = late[last[late + 1] == second] + 1
    lasts[alone] = sent.duration_us[first[alone]]
    order = np.argsort(begins, kind="stable")
    return begins[order], lasts[order], data[order]


def _reach(start: Times, duration_us: Times, fresh: NDArray[np.bool_]) -> Times:
    """Return how far the event has come with each heartbeat."""
    shift = np.cumsum(fresh) * _APART_US
    reach = np.maximum.accumulate(start - start[0] + duration_us + shift)
    return np.asarray(reach - shift + start[0], np.int64)


def iso_texts(t_us: Times) -> list[str]:
    """Return Unix times as the server writes them.

    Examples
    --------
    >>> iso_texts(np.array([0, 1_500_000]))
    ['1970-01-01T00:00:00+00:00', '1970-01-01T00:00:01.500000+00:00']
    """
    texts = np.datetime_as_string(t_us.astype("datetime64[us]")).tolist()
    return [text.removesuffix(".000000") + "+00:00" for text in texts]


def events_of(sent: Heartbeats) -> list[dict[str, Any]]:
    """Return the merged events as records, the latest first as the server exports them."""
    start, duration, data = merged(sent)
    return [
        {"timestamp": text, "duration": seconds, "data": dict(sent.kinds[kind])}
        for text, seconds, kind in zip(
            reversed(iso_texts(start)),
            (duration[::-1] / 1e6).tolist(),
            data[::-1].tolist(),
            strict=True,
        )
    ]
