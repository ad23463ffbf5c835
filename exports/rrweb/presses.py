"""What the mouse and the keys do to a page: presses, clicks, the focus, and fields that change."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from deskhand.exports.rrweb import vocabulary as rr
from deskhand.exports.rrweb.fields import FIELD_TAGS, Fields
from deskhand.exports.rrweb.live_dom import Node
from deskhand.exports.rrweb.live_page import LivePage
from deskhand.exports.rrweb.timeline import Event, Timeline, whole
from deskhand.exports.rrweb.viewport import Viewport

Row = Mapping[str, Any]

_PRESSED_BY_SPACE = ("button", "checkbox", "radio")
# A native list closes, then the field reports the choice; both come from one act.
_SAME_ACT_US = 100_000
# An element that disappears loses the focus with the next frame at 60 Hz.
_FRAME_US = 16_667


class Presses:
    """Keeps the mouse interactions and inputs of the page in front.

    Parameters
    ----------
    viewport : Viewport
        The window on the page.
    timeline : Timeline
        Where the events go.
    """

    def __init__(self, viewport: Viewport, timeline: Timeline) -> None:
        self._viewport = viewport
        self._timeline = timeline
        self._fields = Fields(timeline)
        self._live: LivePage | None = None
        self._down: tuple[int, int] | None = None  # node and button
        # A click on what two nodes have in common, held until the page has answered the release.
        self._drag: tuple[set[int], list[tuple[int, Event]]] | None = None
        # A context menu, held until the press has moved the focus: (time, interaction).
        self._menu: tuple[int, Event] | None = None
        self._mouse_spoke = False
        self._held_focus: int | None = None
        self._shown = False
        self._path: set[int] = set()
        self._space: str | None = None
        self._popup: str | None = None
        self._closed: tuple[str, int] = ("", -_SAME_ACT_US)
        self.handlers: Mapping[str, Callable[[int, Row, LivePage], None]] = {
            "pointerdown": self._pointer_down,
            "pointerup": self._pointer_up,
            "focus": self._focus,
            "blur": self._blur,
            "keydown": self._key_down,
            "keyup": self._key_up,
            "input": self._input,
            "select.open": self._select_open,
            "select.close": self._select_close,
        }

    def show(self, live: LivePage) -> None:
        """Start anew on the page that comes to the front."""
        self.release_click()
        self._release_menu()
        self._live, self._down, self._space, self._popup = live, None, None, None
        self._held_focus, self._mouse_spoke = None, False

    def before_state(self) -> None:
        """Note whether the focused element is to be seen, before the page enters a state."""
        live = self._live
        self._shown = live is not None and live.focused is not None and live.shows(live.focused)

    def before_change(self) -> None:
        """Note the focused node and all above it, before the page changes."""
        live = self._live
        self._path = live.dom.path(live.focused) if live is not None and live.focused else set()

    def hides(self, t_us: int, data: Node) -> None:
        """Take the focus at once from an element that a change itself hides by its attribute."""
        live = self._live
        for change in data["attributes"]:
            hidden = change["attributes"].get("hidden") is not None
            if hidden and live is not None and change["id"] == live.focused:
                self._blur(t_us, {}, live)

    def changed(self, t_us: int, data: Node) -> None:
        """Follow a change: a node that leaves takes the focus and a held click with it."""
        leaving = {remove["id"] for remove in data["removes"]}
        if self._drag is not None and leaving & self._drag[0]:
            self._drag = None
        self.release_click()
        if self._live is not None and self._live.focused is not None and leaving & self._path:
            self._timeline.interaction(t_us, rr.BLUR, self._live.focused)
            self._live.focused = None

    def settled(self, t_us: int) -> None:
        """Take the focus from an element that the page has just hidden or disabled."""
        live = self._live
        if live is None or live.focused is None:
            return
        disabled = "disabled" in live.dom.nodes[live.focused]["attributes"]
        if disabled or (self._shown and not live.shows(live.focused)):
            self._timeline.interaction(t_us + _FRAME_US, rr.BLUR, live.focused)
            live.focused = None

    def release_click(self) -> None:
        """Keep the click that a drag ends with, now that the page has left its nodes in place."""
        if self._drag is not None:
            for t_us, data in self._drag[1]:
                self._timeline.change(t_us, **data)
            self._drag = None

    # --- the mouse --------------------------------------------------------------------------

    def _under(self, row: Row, live: LivePage) -> tuple[int, Event] | None:
        """Return the node under the pointer and its place; None outside the page."""
        x, y = row["client_x"], row["client_y"]
        width, height = self._viewport.size
        if x is None or not (0 <= x < width and 0 <= y < height):
            return None
        at = live.node_at(np.array([x], np.float32), np.array([y], np.float32))
        return int(at[0]), {"x": whole(x), "y": whole(y)}

    def _pointer_down(self, t_us: int, row: Row, live: LivePage) -> None:
        self._down = None
        under = self._under(row, live)
        if under is None or self._popup is not None:
            return
        node_id, place = under
        self._mouse_spoke = True
        self._timeline.interaction(t_us, rr.MOUSE_DOWN, node_id, **place)
        self._down = (node_id, row["button"] or 0)
        if row["button"] == 2:
            more = {**place, "pointerType": rr.POINTER_MOUSE}
            data = {"source": rr.MOUSE_INTERACTION, "type": rr.CONTEXT_MENU, "id": node_id, **more}
            self._menu = (t_us, data)

    def _release_menu(self) -> None:
        if self._menu is not None:
            self._timeline.change(self._menu[0], **self._menu[1])
            self._menu = None

    def _pointer_up(self, t_us: int, row: Row, live: LivePage) -> None:
        self._release_menu()
        under = self._under(row, live)
        down, self._down = self._down, None
        if under is None or (self._popup is not None and down is None):
            return
        node_id, place = under
        self._mouse_spoke = True
        self._timeline.interaction(t_us, rr.MOUSE_UP, node_id, **place)
        if down is None or row["button"]:
            self._release_focus(t_us)
            return
        clicked = live.dom.common_ancestor(down[0], node_id)
        place = {"x": math.floor(place["x"]), "y": math.floor(place["y"])}
        more = {**place, "pointerType": rr.POINTER_MOUSE}
        if down[0] != node_id:
            data = {"source": rr.MOUSE_INTERACTION, "type": rr.CLICK, "id": clicked, **more}
            self._drag = (live.dom.path(down[0]), [(t_us, data)])
            return
        self._timeline.interaction(t_us, rr.CLICK, clicked, **more)
        control = live.dom.labelled(clicked)
        self._release_focus(t_us)
        if control is not None and control != clicked:
            self._timeline.interaction(t_us, rr.CLICK, control, **more)
        if row["detail"] == 2:
            self._timeline.interaction(t_us, rr.DBL_CLICK, clicked, **place)

    def _focus(self, t_us: int, row: Row, live: LivePage) -> None:
        node_id = live.id_of(row["target"])
        if node_id is None:
            return
        if self._down is not None and live.dom.labelled(self._down[0]) == node_id:
            # The label's click gives the focus, not the press.
            self._held_focus = node_id
            return
        self._timeline.interaction(t_us, rr.FOCUS, node_id)
        live.focused = node_id
        if self._menu is not None:
            self._menu = (t_us, self._menu[1])

    def _release_focus(self, t_us: int) -> None:
        if self._held_focus is not None and self._live is not None:
            self._timeline.interaction(t_us, rr.FOCUS, self._held_focus)
            self._live.focused, self._held_focus = self._held_focus, None

    def _blur(self, t_us: int, _row: Row, live: LivePage) -> None:
        # Once only: an element that left or was hidden has lost the focus already.
        if live.focused is not None:
            self._timeline.interaction(t_us, rr.BLUR, live.focused)
            live.focused = None
            if self._menu is not None:
                self._menu = (t_us, self._menu[1])

    # --- keys and fields --------------------------------------------------------------------

    def _key_down(self, t_us: int, row: Row, live: LivePage) -> None:
        key = row["key"]
        if key is None or row["modifiers"] or row["repeat"]:
            return
        if key.isdigit():
            self._fields.digit(t_us, key, row["target"])
            return
        element = live.element(row["target"])
        if element is None or key not in ("Enter", " "):
            return
        if key == " ":
            self._space = element.key if element.widget in _PRESSED_BY_SPACE else None
        elif element.widget in ("button", "link"):
            self._press(t_us, live.id_of(element.key))
        elif element.widget in ("text", "password", "date"):
            field = live.id_of(element.key)
            self._press(t_us, None if field is None else live.dom.default_button(field))

    def _key_up(self, t_us: int, row: Row, live: LivePage) -> None:
        if row["key"] == " ":
            if self._space is not None and self._space == row["target"]:
                self._press(t_us, live.id_of(self._space))
            self._space = None

    def _press(self, t_us: int, node_id: int | None, x: int = 0, y: int = 0) -> None:
        """Keep a click without a mouse; it tells the mouse's type once after the mouse spoke."""
        if node_id is None:
            return
        more = {"pointerType": rr.POINTER_MOUSE} if self._mouse_spoke else {}
        self._mouse_spoke = False
        self._timeline.interaction(t_us, rr.CLICK, node_id, x=x, y=y, **more)

    def _select_open(self, _t_us: int, row: Row, live: LivePage) -> None:
        element = live.element(row["target"])
        if element is not None and element.widget == "select":
            self._popup = element.key

    def _select_close(self, t_us: int, row: Row, _live: LivePage) -> None:
        if self._popup is not None and self._popup == row["target"]:
            self._closed = (self._popup, t_us)
            self._popup = None

    def _input(self, t_us: int, row: Row, live: LivePage) -> None:
        key = row["target"]
        node_id = live.id_of(key)
        if node_id is None or live.dom.nodes[node_id].get("tagName") not in FIELD_TAGS:
            return
        element = live.element(key) or live.screen.elements[key]
        if element.widget in ("checkbox", "radio"):
            self._fields.check(t_us, live, node_id, on=row["value"] == "true")
        elif element.widget == "select":
            self._fields.write(t_us, live, node_id, str(row["value"] or ""))
            listed = self._popup == key or (
                self._closed[0] == key and t_us - self._closed[1] < _SAME_ACT_US
            )
            if listed:
                left, top, _, _ = element.box
                self._press(t_us, node_id, round(left), round(top - live.page.scroll_y))
        else:
            text = live.edit(key, row)
            if element.widget == "date":
                self._fields.pass_years(t_us, live, node_id, element.key, text)
            self._fields.write(t_us, live, node_id, text)
