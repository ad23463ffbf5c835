"""What rrweb's recorder would have kept of a session, in the order in which it would emit it.

The rules were checked against @rrweb/record 2.1.6 in Chromium 156: which events a click, a label, a
native drop-down, a typed date and a key that presses a button leave, and in what order.
"""

import heapq
import json
import math
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import numpy as np

from deskhand.errors import DeskhandError, UnknownNameError
from deskhand.exports.rrweb import vocabulary as rr
from deskhand.exports.rrweb.fields import FIELD_TAGS, Fields
from deskhand.exports.rrweb.live_page import LivePage
from deskhand.exports.rrweb.timeline import Event, Timeline
from deskhand.screen import Edge, Screen, parse_reference

Row = Mapping[str, Any]

SCROLL_THROTTLE_US = 100_000
_PRESSED_BY_SPACE = ("button", "checkbox", "radio")
# What a page still does after the last row is waited for this long.
SETTLE_US = 60_000_000
# From the load of a page to its snapshot. A player that starts at the first event leaves out
# whatever has the time of the first snapshot but comes before it.
SNAPSHOT_US = 1_000
# A native list closes, then the field reports the choice; both come from one act.
_SAME_ACT_US = 100_000


def whole(value: float) -> float:
    """Return 27 for 27.0, as JavaScript writes it."""
    return int(value) if value == int(value) else value


class Recorder:
    """Follows a session's rows in time order and keeps what rrweb keeps.

    Parameters
    ----------
    screens : mapping of str to Screen
        The compiled screens by name.
    viewport : tuple of int
        Width and height of the page, in px.
    sensitive : mapping of str to set of str
        Elements to mask, by screen.
    timeline : Timeline
        Where the events go.
    """

    def __init__(
        self,
        *,
        screens: Mapping[str, Screen],
        viewport: tuple[int, int],
        sensitive: Mapping[str, Collection[str]],
        timeline: Timeline,
    ) -> None:
        self._screens = screens
        self._viewport = viewport
        self._sensitive = sensitive
        self._timeline = timeline
        self._fields = Fields(timeline)
        self._windows: dict[str | None, LivePage] = {}
        self._live: LivePage | None = None
        self._opened: tuple[int, str] | None = None
        self._pending: list[tuple[int, int, LivePage, Edge, int]] = []
        self._order = 0
        self._down: tuple[int, int] | None = None  # node and place in the list of clicks
        self._mouse_spoke = False
        self._held_focus: int | None = None
        self._space: tuple[str, int] | None = None
        self._popup: str | None = None
        self._closed: tuple[str, int] = ("", -_SAME_ACT_US)
        self._scrolled_us = -SCROLL_THROTTLE_US
        self._scroll_due: tuple[int, int] | None = None
        self._handlers = {
            "window.focus": self._window_focus,
            "navigation": self._navigation,
            "pointerdown": self._pointer_down,
            "pointerup": self._pointer_up,
            "focus": self._focus,
            "blur": self._blur,
            "keydown": self._key_down,
            "keyup": self._key_up,
            "input": self._input,
            "select.open": self._select_open,
            "select.close": self._select_close,
            "scroll": self._scroll,
            "mark": self._mark,
        }

    def follow(self, rows: Iterable[Row]) -> None:
        """Take in a session's rows, pointer moves left out, in time order."""
        t_us = 0
        for row in rows:
            handler = self._handlers.get(row["type"])
            if handler is None:
                continue
            t_us = row["t_us"]
            self._catch_up(t_us)
            handler(t_us, row)
        self._catch_up(t_us + SETTLE_US)
        self._timeline.place_samples(t_us + SETTLE_US, self._live)

    # --- what the page does by itself -------------------------------------------------------

    def _catch_up(self, t_us: int) -> None:
        """Let pending mutations and the throttled scroll happen that are due by a time."""
        while self._pending and self._pending[0][0] <= t_us:
            due, _, live, edge, number = heapq.heappop(self._pending)
            self._flush_scroll(due)
            self._mutate(due, live, edge, number)
        self._flush_scroll(t_us)

    def _mutate(self, t_us: int, live: LivePage, edge: Edge, number: int) -> None:
        if number <= 0:
            self._timeline.place_samples(t_us, self._live)
            live.enter(edge)
        if number >= 0:
            data = live.mutate(edge.layer, edge.mutations[number][1])
            if live is self._live:
                self._timeline.add(t_us, rr.INCREMENTAL, data)

    def _flush_scroll(self, t_us: int) -> None:
        if self._scroll_due is not None and self._scroll_due[0] <= t_us:
            self._write_scroll(*self._scroll_due)

    def _write_scroll(self, t_us: int, node_id: int) -> None:
        self._scroll_due = None
        self._scrolled_us = t_us
        if self._live is not None:
            page = self._live.page
            self._timeline.change(
                t_us, rr.SCROLL, id=node_id, x=whole(page.scroll_x), y=whole(page.scroll_y)
            )

    # --- pages ------------------------------------------------------------------------------

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
        known = self._windows.get(window)
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
        t_us += SNAPSHOT_US
        self._timeline.place_samples(t_us, self._live)
        self._timeline.open_page(t_us)
        self._scroll_due = None
        self._live, self._popup, self._down, self._space = known, None, None, None
        self._held_focus, self._mouse_spoke = None, False
        width, height = self._viewport
        self._timeline.add(
            t_us,
            rr.META,
            {"href": row["url"] or known.screen.href, "width": width, "height": height},
        )
        offset = {"left": whole(known.page.scroll_x), "top": whole(known.page.scroll_y)}
        self._timeline.add(
            t_us, rr.FULL_SNAPSHOT, {"node": known.dom.snapshot(), "initialOffset": offset}
        )

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

    def _scroll(self, t_us: int, row: Row) -> None:
        live = self._live
        if live is None or row["delta_y"] is None:
            return
        target = row["target"]
        if target not in (None, "document"):
            node_id = live.id_of(target)
            if node_id is not None:
                self._timeline.change(
                    t_us,
                    rr.SCROLL,
                    id=node_id,
                    x=whole(row["delta_x"] or 0.0),
                    y=whole(row["delta_y"]),
                )
            return
        self._timeline.place_samples(t_us, self._live)
        live.page.scroll_x = int(row["delta_x"] or 0)
        live.page.scroll_y = int(row["delta_y"])
        document = live.dom.root["id"]
        if t_us - self._scrolled_us >= SCROLL_THROTTLE_US:
            self._write_scroll(t_us, document)
        elif self._scroll_due is None:
            self._scroll_due = (self._scrolled_us + SCROLL_THROTTLE_US, document)

    # --- the mouse --------------------------------------------------------------------------

    def _under(self, row: Row) -> tuple[int, Event] | None:
        """Return the node under the pointer and its place; None outside the page."""
        x, y = row["client_x"], row["client_y"]
        width, height = self._viewport
        if self._live is None or x is None or not (0 <= x < width and 0 <= y < height):
            return None
        at = self._live.node_at(np.array([x], np.float32), np.array([y], np.float32))
        return int(at[0]), {"x": whole(x), "y": whole(y)}

    def _pointer_down(self, t_us: int, row: Row) -> None:
        self._down = None
        under = self._under(row)
        if under is None or self._popup is not None:
            return
        node_id, place = under
        self._mouse_spoke = True
        self._timeline.interaction(t_us, rr.MOUSE_DOWN, node_id, **place)
        self._down = (node_id, row["button"] or 0)
        if row["button"] == 2:
            self._timeline.interaction(
                t_us, rr.CONTEXT_MENU, node_id, **place, pointerType=rr.POINTER_MOUSE
            )

    def _pointer_up(self, t_us: int, row: Row) -> None:
        under = self._under(row)
        down, self._down = self._down, None
        live = self._live
        if under is None or live is None or (self._popup is not None and down is None):
            return
        node_id, place = under
        self._mouse_spoke = True
        self._timeline.interaction(t_us, rr.MOUSE_UP, node_id, **place)
        if down is None or row["button"]:
            self._release_focus(t_us)
            return
        clicked = live.dom.element_id(live.dom.common_ancestor(down[0], node_id))
        place = {"x": math.floor(place["x"]), "y": math.floor(place["y"])}
        self._timeline.interaction(t_us, rr.CLICK, clicked, **place, pointerType=rr.POINTER_MOUSE)
        control = live.dom.labelled(clicked)
        self._release_focus(t_us)
        if control is not None and control != clicked:
            self._timeline.interaction(
                t_us, rr.CLICK, control, **place, pointerType=rr.POINTER_MOUSE
            )
        if row["detail"] == 2:
            self._timeline.interaction(t_us, rr.DBL_CLICK, clicked, **place)

    def _focus(self, t_us: int, row: Row) -> None:
        live = self._live
        node_id = live.id_of(row["target"]) if live is not None else None
        if live is None or node_id is None:
            return
        if self._down is not None and live.dom.labelled(self._down[0]) == node_id:
            # The label's click gives the focus, not the press.
            self._held_focus = node_id
            return
        self._timeline.interaction(t_us, rr.FOCUS, node_id)

    def _release_focus(self, t_us: int) -> None:
        if self._held_focus is not None:
            self._timeline.interaction(t_us, rr.FOCUS, self._held_focus)
            self._held_focus = None

    def _blur(self, t_us: int, row: Row) -> None:
        node_id = self._live.id_of(row["target"]) if self._live is not None else None
        if node_id is not None:
            self._timeline.interaction(t_us, rr.BLUR, node_id)

    # --- keys and fields --------------------------------------------------------------------

    def _key_down(self, t_us: int, row: Row) -> None:
        key, live = row["key"], self._live
        if key is None or live is None or row["modifiers"] or row["repeat"]:
            return
        if key.isdigit():
            self._fields.digit(t_us, key, row["target"])
            return
        element = live.element(row["target"])
        if element is None or key not in ("Enter", " "):
            return
        if key == " ":
            if element.widget in _PRESSED_BY_SPACE:
                self._space = (element.key, t_us)
        elif element.widget in ("button", "link"):
            self._press(t_us, live.id_of(element.key))
        elif element.widget in ("text", "password", "date"):
            field = live.id_of(element.key)
            self._press(t_us, None if field is None else live.dom.default_button(field))

    def _key_up(self, t_us: int, row: Row) -> None:
        if row["key"] == " " and self._space is not None and self._live is not None:
            if self._space[0] == row["target"]:
                self._press(t_us, self._live.id_of(row["target"]))
            self._space = None

    def _press(self, t_us: int, node_id: int | None) -> None:
        """Keep the click that a key makes; it tells the mouse's type once after the mouse spoke."""
        if node_id is None:
            return
        more = {"pointerType": rr.POINTER_MOUSE} if self._mouse_spoke else {}
        self._mouse_spoke = False
        self._timeline.interaction(t_us, rr.CLICK, node_id, x=0, y=0, **more)

    def _select_open(self, _t_us: int, row: Row) -> None:
        element = self._live.element(row["target"]) if self._live is not None else None
        if element is not None and element.widget == "select":
            self._popup = element.key

    def _select_close(self, t_us: int, row: Row) -> None:
        if self._popup is not None and self._popup == row["target"]:
            self._closed = (self._popup, t_us)
            self._popup = None

    def _input(self, t_us: int, row: Row) -> None:
        live, key = self._live, row["target"]
        node_id = live.id_of(key) if live is not None else None
        if live is None or node_id is None:
            return
        element = live.element(key) or live.screen.elements[key]
        node = live.dom.nodes[node_id]
        if node.get("tagName") not in FIELD_TAGS:
            return
        if element.widget in ("checkbox", "radio"):
            self._fields.check(t_us, live, node_id, on=row["value"] == "true")
        elif element.widget == "select":
            self._fields.write(t_us, live, node_id, str(row["value"] or ""))
            if self._popup == key or (
                self._closed[0] == key and t_us - self._closed[1] < _SAME_ACT_US
            ):
                left, top, _, _ = element.box
                corner = {"x": round(left), "y": round(top - live.page.scroll_y)}
                more = {"pointerType": rr.POINTER_MOUSE} if self._mouse_spoke else {}
                self._mouse_spoke = False
                self._timeline.interaction(t_us, rr.CLICK, node_id, **corner, **more)
        else:
            text = live.edit(key, row)
            if element.widget == "date":
                self._fields.pass_years(t_us, live, node_id, element.key, text)
            self._fields.write(t_us, live, node_id, text)
