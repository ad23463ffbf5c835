"""What is measured of work: what follows what, in which applications, how long, at what hour.

A visit is the time from one change of application to the next; its variant is the order of the kinds
of acts in it, repeated ones once. Measures of process mining: van der Aalst 2016, Process Mining.
"""

from collections.abc import Iterator
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from deskhand.evaluation.day_figures import ACTIVE_S, LEFT_OPEN_S
from deskhand.evaluation.realism.event_measures import acts_of
from deskhand.evaluation.realism.measure import Measure, measured
from deskhand.evaluation.realism.side import EventStream
from deskhand.events import EVENT_TYPES

LEVEL = "workflow"
# A variant is told by its first so many different acts.
LONGEST_VARIANT = 6
_BASE = len(EVENT_TYPES) + 1


def workflow_measures(events: EventStream) -> Iterator[Measure]:
    """Yield what is measured of work.

    Parameters
    ----------
    events : EventStream
        Of several people.
    """
    acts = acts_of(events)
    if len(acts) < 2:
        return
    # The code of a name is the same on both sides, whichever names a side has.
    names = np.array([*(crc32(name.encode()) % 1_000_003 for name in events.apps), 0], np.int64)
    # An act without an application is in the one before it.
    known = np.where(events.app >= 0, np.arange(len(events)), 0)
    app = names[events.app[np.maximum.accumulate(known)]]
    person, session = events.person[acts], events.session[acts]
    kind, app, t_us = events.kind[acts], app[acts], events.t_us[acts]
    node = app * _BASE + kind
    new = np.append(True, (node[1:] != node[:-1]) | (session[1:] != session[:-1]))
    yield from _follows(node[new], person[new], session[new])
    if len(events.apps) > 1:
        yield measured(LEVEL, "acts in applications", person, app, "js")
    changes = np.append(True, (app[1:] != app[:-1]) | (session[1:] != session[:-1]))
    yield from _visits(changes, new, kind, person, session, t_us)
    yield from _lengths(events)


def _follows(
    node: NDArray[np.int64], person: NDArray[np.int32], session: NDArray[np.int32]
) -> Iterator[Measure]:
    inside = session[1:] == session[:-1]
    edge = (node[:-1] * (1_000_003 * _BASE) + node[1:])[inside]
    whose = person[1:][inside]
    yield measured(LEVEL, "what follows what", whose, edge, "tv")
    yield measured(LEVEL, "what follows what: steps that never come", whose, edge, "missing")
    yield measured(LEVEL, "what follows what: steps nobody takes", whose, edge, "invented")


def _visits(
    changes: NDArray[np.bool_],
    new: NDArray[np.bool_],
    kind: NDArray[np.int64],
    person: NDArray[np.int32],
    session: NDArray[np.int32],
    t_us: NDArray[np.int64],
) -> Iterator[Measure]:
    visit = np.cumsum(changes) - 1
    first = np.flatnonzero(changes)
    steps = np.flatnonzero(new)
    rank = np.arange(len(steps)) - np.searchsorted(visit[steps], visit[steps])
    variant = np.zeros(len(first), np.int64)
    for place in range(LONGEST_VARIANT):
        at = steps[rank == place]
        variant[visit[at]] += (kind[at] + 1) * _BASE**place
    yield measured(LEVEL, "variants of visits", person[first], variant, "js")
    yield measured(LEVEL, "variants of visits that never come", person[first], variant, "missing")
    if len(first) < 2:
        return
    last = np.append(first[1:], len(t_us)) - 1
    # A visit lasts until the next one begins; the last of a session has no end.
    closed = session[np.minimum(last + 1, len(t_us) - 1)] == session[first]
    closed[-1] = False
    dwell_s = (t_us[np.minimum(last + 1, len(t_us) - 1)] - t_us[first]) / 1e6
    kept = closed & (dwell_s < LEFT_OPEN_S)
    yield measured(LEVEL, "length of visits", person[first][kept], dwell_s[kept], "log w1", "s")
    lasting = kept & (dwell_s > 0)
    yield measured(
        LEVEL,
        "people's share of the variance of ln length of visits",
        person[first][lasting],
        np.log(dwell_s[lasting]),
        "share",
    )
    size = (last - first + 1).astype(np.float64)
    yield measured(LEVEL, "acts of a visit", person[first], size, "log w1")


def _lengths(events: EventStream) -> Iterator[Measure]:
    begins = np.append(True, events.session[1:] != events.session[:-1])
    first = np.flatnonzero(begins)
    last = np.append(first[1:], len(events)) - 1
    length_s = (events.t_us[last] - events.t_us[first]) / 1e6
    # A person's sessions make one figure, so that people with one session count, too.
    whose = events.person[first]
    who = np.unique(whose)
    total = np.bincount(whose, length_s)[who]
    often = np.bincount(whose)[who]
    yield measured(LEVEL, "length of people's sessions", who, total / often, "log w1", "s")
    hour = (events.start_s[events.session] + events.t_us / 1e6) / 3600.0 % 24.0
    yield measured(LEVEL, "hours of the day", events.person, hour, "clock w1", "h")
    gap_s = np.append(np.diff(events.t_us) / 1e6, 0.0)
    active = (gap_s >= 0) & (gap_s < ACTIVE_S)
    acts = acts_of(events)
    seconds = np.bincount(events.person[active], gap_s[active], int(events.person.max()) + 1)
    done = np.bincount(events.person[acts], minlength=len(seconds))
    people = np.flatnonzero(seconds > 60.0)
    rate = 3600.0 * done[people] / seconds[people]
    yield measured(LEVEL, "acts an active hour", people, rate, "log w1")
