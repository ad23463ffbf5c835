"""The events of a recording on the session's time, pointer samples among them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from deskhand.exports.rrweb import vocabulary as rr
from deskhand.exports.rrweb.live_page import LivePage
from deskhand.exports.rrweb.pointer_samples import Flush

Event = dict[str, Any]
# (taken_us, client x, client y) of the pointer samples, shape (m,) each.
Samples = tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.float32]]


def whole(value: float) -> float:
    """Return 27 for 27.0, as JavaScript writes it."""
    return int(value) if value == int(value) else value


class Timeline:
    """Keeps events, and gives pointer samples the nodes that they lie on.

    Parameters
    ----------
    samples : tuple of ndarray
        ``taken_us``, client x and client y of the pointer samples, shape (m,) each.
    flushes : sequence of Flush
        The batches in which the samples are handed over.
    start_wall_us : int
        The wall clock at the session's start.
    synthetic : bool
        What every event says of itself.
    """

    def __init__(
        self, samples: Samples, flushes: Sequence[Flush], start_wall_us: int, synthetic: bool = True
    ) -> None:
        self._taken_us, self._x, self._y = samples
        self._flushes = flushes
        self._start_wall_us = start_wall_us
        self._mark = {"synthetic": synthetic}
        self._ids = np.empty(len(self._taken_us), np.int64)
        self._placed = 0
        self._kept: list[tuple[float, Event]] = []
        self._ready_us = 0

    def open_page(self, ready_us: int, _live: LivePage, _left: LivePage | None) -> None:
        """Let nothing of the page that comes to the front happen before its snapshot.

        Parameters
        ----------
        ready_us : int
            When its snapshot is taken.
        _live, _left : LivePage
            The page, and the one that it takes the place of in its window.
        """
        self._ready_us = ready_us

    def add(self, t_us: int, kind: int, data: Event | orjson.Fragment) -> None:
        """Keep one event; data that may change later comes as JSON."""
        if t_us < self._ready_us:
            t_us = self._ready_us
        at_ms = (self._start_wall_us + t_us) // 1000
        event = {"type": kind, "data": data, "timestamp": at_ms, **self._mark}
        self._kept.append((t_us, event))

    def change(self, t_us: int, source: int, **data: Any) -> None:
        """Keep one incremental event."""
        self.add(t_us, rr.INCREMENTAL, {"source": source, **data})

    def interaction(self, t_us: int, kind: int, node_id: int, **more: Any) -> None:
        """Keep one mouse interaction."""
        self.change(t_us, rr.MOUSE_INTERACTION, type=kind, id=node_id, **more)

    def place_samples(self, until_us: int, live: LivePage | None) -> None:
        """Give the samples up to a time their nodes, on the page as it is until then."""
        end = int(np.searchsorted(self._taken_us, until_us, "left"))
        if end <= self._placed:
            return
        here = slice(self._placed, end)
        if live is not None:
            self._ids[here] = live.node_at(self._x[here], self._y[here])
        self._placed = end

    def events(self) -> list[Event]:
        """Return everything kept and the pointer samples, ascending in time, for `orjson.dumps`."""
        taken_ms = ((self._start_wall_us + self._taken_us) // 1000).tolist()
        ids, x, y = self._ids.tolist(), self._x.tolist(), self._y.tolist()
        moves: list[tuple[float, Event]] = []
        for start, end, at_ms in self._flushes:
            positions = [
                {"x": int(x[i]), "y": int(y[i]), "id": ids[i], "timeOffset": taken_ms[i] - at_ms}
                for i in range(start, end)
            ]
            # Before anything else that happens in the same millisecond: a page that goes to the
            # back hands over its samples first.
            at_us = at_ms * 1000 - self._start_wall_us - 0.5
            data = {"source": rr.MOUSE_MOVE, "positions": positions}
            event = {"type": rr.INCREMENTAL, "data": data, "timestamp": at_ms, **self._mark}
            moves.append((at_us, event))
        merged = sorted([*moves, *self._kept], key=lambda entry: entry[0])
        return [event for _, event in merged]
