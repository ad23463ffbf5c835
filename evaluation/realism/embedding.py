"""Rows for classifiers: single events, windows of events, and people's sessions."""

from typing import Any, NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from deskhand.evaluation.day_figures import ACTIVE_S
from deskhand.evaluation.realism.measure import Floats
from deskhand.evaluation.realism.side import EventStream
from deskhand.events import EVENT_TYPES

WINDOW = 100
_KINDS = len(EVENT_TYPES)


class Rows(NamedTuple):
    """Rows of features, whose they are, and a label where there is one (-1: none)."""

    row: Floats
    person: NDArray[Any]
    label: NDArray[np.int64] = np.empty(0, np.int64)

    @classmethod
    def none(cls) -> "Rows":
        """Return no rows."""
        return cls(np.empty((0, 1)), np.empty(0, np.int64))

    def take(self, chosen: NDArray[Any]) -> "Rows":
        """Return some of them."""
        label = self.label[chosen] if len(self.label) else self.label
        return Rows(self.row[chosen], self.person[chosen], label)

    def some(self, most: int, rng: np.random.Generator) -> "Rows":
        """Return so many at random, all where there are fewer."""
        if len(self.row) <= most:
            return self
        return self.take(np.sort(rng.choice(len(self.row), most, replace=False)))


def _log_gaps(events: EventStream) -> Floats:
    """Return ln (1 + ms) since the event before; NaN at the beginning of a session."""
    gap_ms = np.diff(events.t_us, prepend=events.t_us[:1]) / 1e3
    begins = np.append(True, events.session[1:] != events.session[:-1])
    return np.where(begins, np.nan, np.log1p(np.maximum(gap_ms, 0.0)))


def event_rows(events: EventStream, most: int, seed: int) -> Rows:
    """Return single events: their kind and gap, and those of the three before.

    Parameters
    ----------
    events : EventStream
        Of several people.
    most : int
        So many are drawn.
    seed : int
        Of the draw.
    """
    gaps = _log_gaps(events)
    place = np.arange(3, len(events))
    place = place[events.session[place] == events.session[place - 3]]
    if len(place) > most:
        place = np.sort(np.random.default_rng(seed).choice(place, most, replace=False))
    columns = [gaps[place - k] for k in range(3)] + [events.kind[place - k] for k in range(4)]
    if not len(place):
        return Rows.none()
    return Rows(np.column_stack(columns).astype(np.float64), events.person[place])


def window_rows(events: EventStream, most: int, seed: int) -> Rows:
    """Return windows of events: shares of kinds, levels of gaps, how gaps hang together.

    Parameters
    ----------
    events : EventStream
        Of several people.
    most : int
        So many are drawn.
    seed : int
        Of the draw.
    """
    begins = np.append(True, events.session[1:] != events.session[:-1])
    first = np.flatnonzero(begins)
    size = np.diff(np.append(first, len(events)))
    fitting = size // WINDOW
    start = np.repeat(first, fitting)
    start = start + WINDOW * (
        np.arange(len(start)) - np.repeat(np.cumsum(fitting) - fitting, fitting)
    )
    if not len(start):
        return Rows.none()
    if len(start) > most:
        start = np.sort(np.random.default_rng(seed).choice(start, most, replace=False))
    place = start[:, np.newaxis] + np.arange(WINDOW)
    gaps = np.nan_to_num(_log_gaps(events))[place][:, 1:]
    kind = events.kind[place]
    mean, spread = gaps.mean(1), gaps.std(1) + 1e-6
    around = gaps - mean[:, np.newaxis]
    features = np.column_stack(
        [
            mean,
            spread,
            *np.quantile(gaps, (0.05, 0.25, 0.5, 0.75, 0.95, 1.0), axis=1),
            *((around[:, lag:] * around[:, :-lag]).mean(1) / spread**2 for lag in (1, 2, 5)),
            (gaps > np.log1p(1e3 * ACTIVE_S)).mean(1),
            (np.diff(kind, axis=1) != 0).mean(1),
            *((kind == code).mean(1) for code in range(_KINDS)),
        ]
    )
    names = np.array([*(crc32(name.encode()) for name in events.apps), -1], np.int64)
    return Rows(features, events.person[start], names[events.app[place[:, -1]]])


def session_rows(events: EventStream) -> Rows:
    """Return sessions: how long, how much of what, how paused, begun when.

    Parameters
    ----------
    events : EventStream
        Of several people.
    """
    session = events.session.astype(np.int64)
    gaps = _log_gaps(events)
    known = np.isfinite(gaps)
    count = np.bincount(session).astype(np.float64)
    first = np.flatnonzero(np.append(True, session[1:] != session[:-1]))
    last = np.append(first[1:], len(session)) - 1
    present = session[first]

    def mean(values: Floats) -> Floats:
        total = np.bincount(session[known], values[known], len(count))[present]
        often = np.bincount(session[known], minlength=len(count))[present]
        found: Floats = total / np.maximum(often, 1)
        return found

    middle = mean(gaps)
    often = np.bincount(session * _KINDS + events.kind, minlength=len(count) * _KINDS)
    shares = often.reshape(len(count), _KINDS)[present] / count[present, np.newaxis]
    features = np.column_stack(
        [
            np.log1p((events.t_us[last] - events.t_us[first]) / 1e6),
            np.log1p(count[present]),
            middle,
            np.sqrt(np.maximum(mean(gaps**2) - middle**2, 0.0)),
            mean((gaps > np.log1p(1e3 * ACTIVE_S)).astype(np.float64)),
            events.start_s[present] / 3600.0,
            shares,
        ]
    )
    return Rows(features, events.person[first])
