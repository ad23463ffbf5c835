"""A session's pages as Clarity watches them: one log a page, begun anew after five idle minutes."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import orjson
import pyarrow.compute as pc

from deskhand.errors import DeskhandError
from deskhand.exports.blank_page import with_page
from deskhand.exports.clarity import vocabulary as cl
from deskhand.exports.clarity.look_ahead import FRAME_US, delivered
from deskhand.exports.clarity.page_log import PageLog
from deskhand.exports.rrweb import vocabulary as rr
from deskhand.exports.rrweb.live_page import LivePage
from deskhand.exports.rrweb.mutation_noise import MutationNoise
from deskhand.exports.rrweb.recorder import SNAPSHOT_US, Recorder
from deskhand.exports.rrweb.recording import (
    page_rows,
    places_on_page,
    sensitive_elements,
    viewport_size,
)
from deskhand.exports.rrweb.timeline import Samples, Timeline
from deskhand.exports.rrweb.viewport import Viewport
from deskhand.session import Session
from deskhand.streams import stream

# A page that nobody touches for so long is suspended: five pings, and what may still be queued.
IDLE_US = (cl.PING_TIMEOUT_MS + 1_000) * 1000
_DISCRETE = ("pointerdown", "pointerup", "keydown", "keyup")
_PRESSES = {rr.MOUSE_DOWN: cl.MOUSE_DOWN, rr.MOUSE_UP: cl.MOUSE_UP, rr.DBL_CLICK: cl.DOUBLE_CLICK}
_CLICKS = {rr.CLICK: cl.CLICK, rr.CONTEXT_MENU: cl.CONTEXT_MENU}


def watched(session: Session) -> list[PageLog]:
    """Return the logs of a session's pages, in order of their start.

    Parameters
    ----------
    session : Session
        With every screen that its rows name.

    Raises
    ------
    DeskhandError
        When no screen is opened or one is missing, or a row does not fit the page that is open.
    """
    session = with_page(session)
    header = session.header
    kinds = session.events["type"].combine_chunks().cast("string")
    is_move, is_wheel = (np.asarray(pc.equal(kinds, kind)) for kind in ("pointermove", "wheel"))
    rows = page_rows(session.events, ~is_move & ~is_wheel)
    moves, wheels = (places_on_page(session, mask, rows) for mask in (is_move, is_wheel))
    phase = stream(int(header["seed"]), "clarity.frames", session.session_id).integers(FRAME_US)
    presses_us = np.array([row["t_us"] for row in rows if row["type"] in _DISCRETE], np.int64)
    reaches = delivered(moves[0], presses_us, int(phase))
    moves = (moves[0][reaches], moves[1][reaches], moves[2][reaches])
    t_us, x, y = (np.concatenate(pair) for pair in zip(moves, wheels, strict=True))
    event = np.repeat([cl.MOUSE_MOVE, cl.MOUSE_WHEEL], [len(moves[0]), len(wheels[0])])
    order = np.argsort(t_us, kind="stable")
    size = viewport_size(session)
    wall_us = session.device_start_us
    timeline = WatchedPages((t_us[order], x[order], y[order]), event[order], rows, wall_us, size)
    recorder = Recorder(
        screens=session.screens,
        viewport=Viewport(size, timeline, cl.SCROLL_THROTTLE_MS * 1000, cl.LOOK_AHEAD_MS * 1000),
        sensitive=sensitive_elements(session.elements),
        timeline=timeline,
        noise=MutationNoise(0.0, np.random.default_rng(0), timeline),
    )
    recorder.follow(rows)
    if not recorder.shows_page:
        raise DeskhandError(
            f"session {session.session_id!r} opens no compiled screen: Clarity shows pages; a "
            "session that was read from a capture has none, write it as parquet."
        )
    return timeline.finished(int(header["duration_us"]))


class WatchedPages(Timeline):
    """Hands what a page's recorder sees to the log of the page in front.

    Parameters
    ----------
    samples : tuple of ndarray
        Time, client x and client y of all moves and turns of the wheel on a page, ascending.
    kinds : ndarray of int64, shape (m,)
        Clarity's event of each.
    rows : list of mapping
        The session's other rows.
    wall_us : int
        The wall clock at the session's start.
    size : tuple of int
        Width and height of the viewport at first, in px.
    """

    def __init__(
        self,
        samples: Samples,
        kinds: np.ndarray[Any, Any],
        rows: list[Mapping[str, Any]],
        wall_us: int,
        size: tuple[int, int],
    ) -> None:
        super().__init__(samples, (), wall_us)
        self._kinds = kinds
        self._wall_us = wall_us
        self._size = size
        self._href = ""
        self._logs: list[PageLog] = []
        self._log_of: dict[LivePage, PageLog] = {}
        self._front: PageLog | None = None
        self._coming: LivePage | None = None
        self._extras = [
            (row["t_us"], row["type"], row["input_type"])
            for row in reversed(rows)
            if row["type"] == "clipboard" or (row["type"] == "keydown" and row["key"] == "Enter")
        ]

    def open_page(self, ready_us: int, live: LivePage, left: LivePage | None) -> None:
        """Let a page come to the front; the one that it takes the place of is unloaded."""
        self._coming = live
        gone = None if left is None else self._log_of.pop(left, None)
        if gone is not None and gone.end_us is None:
            self._close(gone, ready_us - SNAPSHOT_US)

    def place_samples(self, until_us: int, live: LivePage | None) -> None:
        """Log the moves up to a time, on the page as it is until then."""
        start = self._placed
        super().place_samples(until_us, live)
        if live is None or self._front is None or self._placed == start:
            return
        here = slice(start, self._placed)
        columns = (self._taken_us, self._kinds, self._ids, self._x, self._y)
        page = live.page
        for t_us, kind, node, x, y in zip(*(c[here].tolist() for c in columns), strict=True):
            log = self._active(t_us, restarts=kind == cl.MOUSE_MOVE)
            if log is not None:
                log.pointer(t_us, kind, node, x + page.scroll_x, y + page.scroll_y)

    def add(self, t_us: int, kind: int, data: Any) -> None:
        """Log one event of the page in front, as rrweb's recorder has it."""
        if kind == rr.META:
            self._href = data["href"]
            self._size = (data["width"], data["height"])
        elif kind == rr.FULL_SNAPSHOT:
            self._show(t_us)
        elif kind == rr.INCREMENTAL and self._front is not None:
            self.place_samples(t_us, self._front.live)
            self._catch_up(t_us)
            if isinstance(data, orjson.Fragment):
                data = orjson.loads(orjson.dumps(data))
            source = data["source"]
            resized = source == rr.VIEWPORT_RESIZE
            if resized:
                self._size = (data["width"], data["height"])
            log = self._active(t_us, restarts=resized or source == rr.SCROLL)
            if log is not None:
                self._note(log, t_us, source, data)

    def finished(self, end_us: int) -> list[PageLog]:
        """Return the logs; pages that are still open are closed at the session's end."""
        self._catch_up(end_us)
        for log in self._logs:
            if log.end_us is None:
                self._close(log, max(end_us, log.last_us))
        return sorted(self._logs, key=lambda log: log.start_us)

    @staticmethod
    def _close(log: PageLog, end_us: int) -> None:
        log.suspended = end_us - log.last_us >= IDLE_US
        log.end_us = log.last_us + IDLE_US if log.suspended else end_us

    def _show(self, t_us: int) -> None:
        live = self._coming
        assert live is not None
        before = self._front
        log = self._log_of.get(live)
        if before is not None and before.live is not live and before.end_us is None:
            before.front(t_us, is_front=False)
        if log is None:
            self._front = self._start(live, t_us)
        else:
            self._front = log
            active = self._active(t_us, restarts=False)
            if active is not None:
                active.front(t_us, is_front=True)

    def _start(self, live: LivePage, t_us: int) -> PageLog:
        screen = live.screen
        hidden = {live.id_of(e.key) for e in screen.elements.values() if live.is_sensitive(e)}
        ids = frozenset(node for node in hidden if node is not None)
        log = PageLog(live, self._href or screen.href, t_us, self._size, ids, self._wall_us)
        self._logs.append(log)
        self._log_of[live] = log
        return log

    def _active(self, t_us: int, *, restarts: bool) -> PageLog | None:
        """Return the log of the page in front; after long idleness a new one, or none yet."""
        log = self._front
        assert log is not None
        if log.end_us is None and t_us - log.last_us >= IDLE_US:
            self._close(log, t_us)
        if log.end_us is None:
            log.last_us = max(log.last_us, t_us)
            return log
        if restarts and log.suspended and self._log_of.get(log.live) is log:
            self._href = log.href
            self._front = self._start(log.live, t_us)
            self._front.custom(t_us, "clarity", "restart")
        return None

    def _catch_up(self, t_us: int) -> None:
        """Log keys and the clipboard up to a time."""
        while self._extras and self._extras[-1][0] <= t_us:
            at_us, kind, action = self._extras.pop()
            log = None if self._front is None else self._active(at_us, restarts=False)
            if log is None:
                continue
            if kind == "clipboard":
                log.clipboard(at_us, action)
            else:
                log.enter(at_us)

    @staticmethod
    def _note(log: PageLog, t_us: int, source: int, data: Mapping[str, Any]) -> None:
        page = log.live.page
        if source == rr.MUTATION:
            log.mutation(t_us, dict(data))
        elif source == rr.SCROLL:
            log.scroll(t_us, data["id"], data["x"], data["y"])
        elif source == rr.VIEWPORT_RESIZE:
            log.resize(t_us, data["width"], data["height"])
        elif source == rr.INPUT:
            log.edit(t_us, data["id"], data["text"], checked=data["isChecked"])
        elif source == rr.MOUSE_INTERACTION:
            kind, node = data["type"], data["id"]
            at = (data.get("x", 0) + page.scroll_x, data.get("y", 0) + page.scroll_y)
            if kind in _PRESSES:
                log.pointer(t_us, _PRESSES[kind], node, *at)
            elif kind in _CLICKS:
                # rrweb's recorder has a click without a pointer at 0, 0.
                pointed = bool(data["x"] or data["y"])
                button = 2 if kind == rr.CONTEXT_MENU else 0
                log.click(t_us, _CLICKS[kind], node, at if pointed else None, button)
            elif kind in (rr.FOCUS, rr.BLUR):
                log.left(t_us)
