"""What rrweb's recorder would have kept of a session, in the order in which it would emit it.

The rules were checked against @rrweb/record 2.1.6 in Chromium 156: which events a click, a label, a
native drop-down, a typed date and a key that presses a button leave, and in what order.
"""

import heapq
import json
from collections.abc import Collection, Iterable, Mapping

import orjson

from deskhand.errors import DeskhandError, UnknownNameError
from deskhand.exports.rrweb import vocabulary as rr
from deskhand.exports.rrweb.live_page import LivePage
from deskhand.exports.rrweb.mutation_noise import MutationNoise
from deskhand.exports.rrweb.presses import Presses, Row
from deskhand.exports.rrweb.timeline import Timeline, whole
from deskhand.exports.rrweb.viewport import Viewport
from deskhand.screen import Edge, Screen, parse_reference

# What a page still does after the last row is waited for this long.
SETTLE_US = 60_000_000
# From the load of a page to its snapshot. A player that starts at the first event leaves out
# whatever has the time of the first snapshot but comes before it.
SNAPSHOT_US = 1_000


class Recorder:
    """Follows a session's rows in time order and keeps what rrweb keeps.

    Parameters
    ----------
    screens : mapping of str to Screen
        The compiled screens by name.
    viewport : Viewport
        The window on the page, as it is at first.
    sensitive : mapping of str to set of str
        Elements to mask, by screen.
    timeline : Timeline
        Where the events go.
    noise : MutationNoise
        What pages change by themselves.
    """

    def __init__(
        self,
        *,
        screens: Mapping[str, Screen],
        viewport: Viewport,
        sensitive: Mapping[str, Collection[str]],
        timeline: Timeline,
        noise: MutationNoise,
    ) -> None:
        self._noise = noise
        self._screens = screens
        self._viewport = viewport
        self._sensitive = sensitive
        self._timeline = timeline
        self._presses = Presses(self._viewport, timeline)
        self._windows: dict[str | None, LivePage] = {}
        self._live: LivePage | None = None
        self._opened: tuple[int, str] | None = None
        self._pending: list[tuple[int, int, LivePage, Edge, int]] = []
        self._order = 0
        self._handlers = {
            "window.focus": self._window_focus,
            "navigation": self._navigation,
            "scroll": self._viewport.scroll,
            "resize": self._viewport.resize,
            "mark": self._mark,
        }

    @property
    def shows_page(self) -> bool:
        """Whether a page has come to the front so far."""
        return self._live is not None

    def follow(self, rows: Iterable[Row]) -> None:
        """Take in a session's rows, pointer moves left out, in time order."""
        t_us = 0
        for row in rows:
            kind, t_us = row["type"], row["t_us"]
            if kind in self._presses.handlers:
                self._catch_up(t_us)
                self._presses.release_click()
                if self._live is not None:
                    self._presses.handlers[kind](t_us, row, self._live)
            elif kind in self._handlers:
                self._catch_up(t_us)
                self._handlers[kind](t_us, row)
        self._noise.hide(t_us)
        self._catch_up(t_us + SETTLE_US)
        self._presses.release_click()
        self._timeline.place_samples(t_us + SETTLE_US, self._live)

    def _catch_up(self, t_us: int) -> None:
        """Let pending mutations and what throttles hold back happen that are due by a time."""
        while self._pending and self._pending[0][0] <= t_us:
            due, _, live, edge, number = heapq.heappop(self._pending)
            self._viewport.catch_up(due)
            self._mutate(due, live, edge, number)
        self._viewport.catch_up(t_us)

    def _mutate(self, t_us: int, live: LivePage, edge: Edge, number: int) -> None:
        if number <= 0:
            self._timeline.place_samples(t_us, self._live)
            self._presses.before_state()
            live.enter(edge)
        if number >= 0:
            self._presses.before_change()
            data = live.mutate(edge.layer, edge.mutations[number][1])
            packed = orjson.Fragment(orjson.dumps(data))
            if live is self._live:
                self._presses.hides(t_us, data)
                self._presses.changed(t_us, data)
                self._timeline.add(t_us, rr.INCREMENTAL, packed)
        if live is self._live and number == len(edge.mutations) - 1:
            self._presses.settled(t_us)

    def _navigation(self, t_us: int, row: Row) -> None:
        self._open(t_us, row, fresh=True)

    def _window_focus(self, t_us: int, row: Row) -> None:
        self._open(t_us, row, fresh=False)

    def _open(self, t_us: int, row: Row, *, fresh: bool) -> None:
        name, window = row["reference"], row["window"]
        if name is None:
            return
        if name not in self._screens:
            raise UnknownNameError("screen", name, self._screens)
        known = before = self._windows.get(window)
        if known is not None and self._opened == (t_us, name):
            return  # a window comes to the front and loads its first page: one page
        if fresh or known is None or known.screen.name != name:
            fresh = True
            known = LivePage(self._screens[name], self._sensitive.get(name, ()))
            self._windows[window] = known
            self._opened = (t_us, name)
        elif known is self._live:
            return
        if fresh:
            self._timeline.add(t_us, rr.DOM_CONTENT_LOADED, {})
            self._timeline.add(t_us, rr.LOAD, {})
        self._noise.hide(t_us)
        t_us += SNAPSHOT_US
        self._timeline.place_samples(t_us, self._live)
        self._timeline.open_page(t_us, known, before if fresh else None)
        self._live = known
        self._viewport.show(known)
        self._presses.show(known)
        width, height = self._viewport.size
        self._timeline.add(
            t_us,
            rr.META,
            {"href": row["url"] or known.screen.href, "width": width, "height": height},
        )
        offset = {"left": whole(known.page.scroll_x), "top": whole(known.page.scroll_y)}
        node = orjson.Fragment(known.dom.snapshot())
        self._timeline.add(t_us, rr.FULL_SNAPSHOT, {"node": node, "initialOffset": offset})
        self._noise.show(t_us, known)

    def _mark(self, t_us: int, row: Row) -> None:
        """Schedule what the page changes when one of its layers enters a state."""
        name, layer, state = parse_reference(row["reference"])
        live = self._windows.get(row["window"])
        if live is None or live.screen.name != name:
            live = next((p for p in self._windows.values() if p.screen.name == name), None)
        if live is None:
            raise DeskhandError(
                f"mark {row['reference']!r} at {t_us} us: no window shows screen {name!r} then; "
                "a window.focus or navigation row names the screen first."
            )
        if row["value"]:
            live.texts.update(json.loads(row["value"]))
        for waiting in [p for p in self._pending if p[2] is live and p[3].layer == layer]:
            # The next transition starts from the state that this one leads to.
            self._pending.remove(waiting)
            heapq.heapify(self._pending)
            self._mutate(t_us, live, waiting[3], waiting[4])
        edge = live.edge(layer, state)
        if not edge.mutations:
            self._mutate(t_us, live, edge, -1)
        for number, (after_us, _) in enumerate(edge.mutations):
            self._order += 1
            heapq.heappush(self._pending, (t_us + after_us, self._order, live, edge, number))
        if edge.mutations and edge.mutations[0][0] == 0:
            self._catch_up(t_us)
