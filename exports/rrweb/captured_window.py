"""One window of a capture: its events in time order, and the canonical rows that they tell."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from deskhand.exports.losses import Dropped
from deskhand.exports.rrweb import vocabulary as rr
from deskhand.exports.rrweb.captured_fields import CapturedFields
from deskhand.exports.rrweb.captured_page import CapturedPage
from deskhand.exports.rrweb.page_nodes import Refusal

Data = Mapping[str, Any]
Row = dict[str, Any]
_ROW_COLUMNS: Mapping[str, pa.DataType] = {
    "t_ms": pa.int64(),
    "type": pa.string(),
    "app": pa.string(),
    "window": pa.string(),
    "target": pa.string(),
    "client_x": pa.float32(),
    "client_y": pa.float32(),
    "button": pa.int8(),
    "pointer_type": pa.string(),
    "detail": pa.int32(),
    "delta_x": pa.float32(),
    "delta_y": pa.float32(),
    "value": pa.string(),
    "value_length": pa.int32(),
    "masked": pa.bool_(),
    "input_type": pa.string(),
    "url": pa.string(),
    "reason": pa.string(),
    "policy": pa.string(),
}
_LEFT, _SECOND = 0, 2
# A batch holds the moves of 500 ms; timers of pages at the back may be held up for a minute (assumed).
_OLDEST_MS = 60_000
# posthog-js tells a page that changes its address without loading by such a Custom event.
_ADDRESS_TAGS = ("$pageview", "$url_changed")
_PRESSES = {
    rr.MOUSE_DOWN: ("pointerdown", None),
    rr.MOUSE_UP: ("pointerup", None),
    rr.TOUCH_START: ("pointerdown", "touch"),
    rr.TOUCH_END: ("pointerup", "touch"),
    rr.TOUCH_CANCEL: ("pointercancel", "touch"),
}


class CapturedWindow:
    """Takes in the events of one window in time order.

    Parameters
    ----------
    name : str
        What rows call the window.
    dropped : Dropped
        Counts what has no canonical row.
    """

    def __init__(self, name: str, dropped: Dropped) -> None:
        self.name = name
        self.first_size: tuple[int, int] | None = None
        self._size: tuple[int, int] | None = None
        self.elements: list[Row] = []
        self._element: dict[int, Row] = {}
        self._dropped = dropped
        self._page = CapturedPage("")
        self._rows: list[Row] = []
        self._moves: dict[str, list[Any]] = {k: [] for k in ("t_ms", "x", "y", "app", "kind")}
        self._href: str | None = None
        self._loaded_ms: int | None = None
        self._down: Row | None = None
        self._up: Row | None = None
        self._fields = CapturedFields(self._page, self._element, self._add, dropped)
        self._sources: Mapping[int, Callable[[Data, int], None]] = {
            rr.MUTATION: self._mutation,
            rr.MOUSE_MOVE: self._positions,
            rr.TOUCH_MOVE: self._positions,
            rr.DRAG: self._positions,
            rr.MOUSE_INTERACTION: self._interaction,
            rr.SCROLL: self._scroll,
            rr.VIEWPORT_RESIZE: self._resize,
            rr.INPUT: self._fields.take,
        }

    @property
    def first_move_ms(self) -> int:
        """Time of the first move, which may lie before that of all events."""
        return min(self._moves["t_ms"], default=2**62)

    def take(self, event: Data) -> None:
        """Take in one event."""
        kind, data, at = event["type"], event["data"], event["timestamp"]
        if kind == rr.INCREMENTAL:
            handler = self._sources.get(data["source"])
            if handler is not None:
                handler(data, at)
            else:
                name = rr.SOURCES[data["source"]]
                self._dropped.add(f"{name}: no canonical event is like it")
        elif kind in (rr.DOM_CONTENT_LOADED, rr.LOAD):
            self._loaded_ms = at if self._loaded_ms is None else self._loaded_ms
        elif kind == rr.META:
            self._meta(data, at)
        elif kind == rr.FULL_SNAPSHOT:
            self._snapshot(data, at)
        elif kind == rr.CUSTOM and data["tag"] in _ADDRESS_TAGS and _href(data["payload"]):
            self._navigate(_href(data["payload"]), at)
        else:
            named = data.get("tag") or data.get("plugin") or ""
            what = {rr.CUSTOM: "Custom event", rr.PLUGIN: "Plugin event"}.get(kind, "Asset event")
            self._dropped.add(f"{what} {named!r}: no canonical event is like it")

    def row_table(self) -> pa.Table:
        """Return the rows but for moves, with ``t_ms``."""
        columns = {
            name: pa.array([row.get(name) for row in self._rows], kind)
            for name, kind in _ROW_COLUMNS.items()
        }
        return pa.table(columns)

    def move_table(self) -> pa.Table:
        """Return the rows of moves, with ``t_ms``."""
        moves, n = self._moves, len(self._moves["x"])
        kinds = np.array(moves["kind"], np.int64)
        dragged = pa.array(np.ones(n, np.int8), mask=kinds != rr.DRAG)
        return pa.table(
            {
                "t_ms": pa.array(np.array(moves["t_ms"], np.int64)),
                "type": pa.array(["pointermove"] * n, pa.string()),
                "app": pa.array(moves["app"], pa.string()),
                "window": pa.array([self.name] * n, pa.string()),
                "client_x": pa.array(np.array(moves["x"], np.float32)),
                "client_y": pa.array(np.array(moves["y"], np.float32)),
                "buttons": dragged,
                "pointer_type": pa.array(np.where(kinds == rr.TOUCH_MOVE, "touch", "mouse")),
                "masked": pa.array(np.zeros(n, np.bool_)),
            }
        )

    def _add(self, kind: str, at: int, node_id: int | None = None, **columns: Any) -> Row:
        row = {
            "type": kind,
            "t_ms": at,
            "app": self._page.app,
            "window": self.name,
            "masked": False,
        }
        if node_id is not None:
            row["target"] = self._tell(node_id)
        row.update(columns)
        self._rows.append(row)
        return row

    def _tell(self, node_id: int) -> str | None:
        """Return the key of an element, and keep its row."""
        key = self._page.key(node_id)
        if key is not None and node_id not in self._element:
            element = self._page.element(node_id, self._fields.reason(node_id))
            if element is not None:
                self.elements.append(element)
                self._element[node_id] = element
        return key

    # --- pages ------------------------------------------------------------------------------

    def _meta(self, data: Data, at: int) -> None:
        size = (data["width"], data["height"])
        loaded_ms, self._loaded_ms = self._loaded_ms, None
        if data["href"] != self._href or loaded_ms is not None:
            # A page loads, then the recorder starts and tells of it.
            self._navigate(data["href"], at if loaded_ms is None else loaded_ms)
        else:
            self._dropped.add("Meta: the page is shown again, nobody went to it")
        if self.first_size is None:
            self.first_size = self._size = size
        elif size != self._size:
            self._resize({"width": size[0], "height": size[1]}, at)

    def _navigate(self, href: str, at: int) -> None:
        self._href = href
        page = CapturedPage(href)
        # An address may change while the page stays; its elements are then of another screen.
        self._page.app, self._page.screen = page.app, page.screen
        self._element.clear()
        self._add("navigation", at, url=href)

    def _snapshot(self, data: Data, at: int) -> None:
        self._fields.clear()
        self._element.clear()
        self._down = self._up = None
        try:
            self._page.open(data["node"], at)
        except Refusal:
            self._dropped.add("FullSnapshot: its nodes are broken; elements below are not known")

    def _mutation(self, data: Data, at: int) -> None:
        fits = self._page.mutate(data, at)
        self._dropped.add("Mutation: pages are read for the names of their elements alone")
        if not fits:
            self._dropped.add("Mutation: adds nodes that are broken or there already")

    def _scroll(self, data: Data, at: int) -> None:
        self._add("scroll", at, data["id"], delta_x=data["x"], delta_y=data["y"])

    def _resize(self, data: Data, at: int) -> None:
        self._size = (round(data["width"]), round(data["height"]))
        self._add("resize", at, delta_x=data["width"], delta_y=data["height"])

    # --- the pointer ------------------------------------------------------------------------

    def _positions(self, data: Data, at: int) -> None:
        moves, app, kind = self._moves, self._page.app, data["source"]
        for position in data["positions"]:
            if position["timeOffset"] < -_OLDEST_MS:
                self._dropped.add(f"{rr.SOURCES[kind]}: a place a minute older than its batch")
                continue
            moves["t_ms"].append(round(at + position["timeOffset"]))
            moves["x"].append(position["x"])
            moves["y"].append(position["y"])
            moves["app"].append(app)
            moves["kind"].append(kind)

    def _interaction(self, data: Data, at: int) -> None:
        kind, node_id = data["type"], data["id"]
        if kind in _PRESSES:
            self._press(data, at)
        elif kind in (rr.CLICK, rr.DBL_CLICK):
            self._click(data)
        elif kind == rr.CONTEXT_MENU:
            if self._down is None or self._down["button"] is not None:
                self._dropped.add("ContextMenu: no press leads to it")
            else:
                self._down["button"] = _SECOND
        elif kind == rr.FOCUS:
            self._fields.focus(node_id, at)
            self._add("focus", at, node_id)
        elif kind == rr.BLUR:
            self._add("blur", at, node_id)
        else:
            self._dropped.add("TouchMove_Departed: no canonical event is like it")

    def _press(self, data: Data, at: int) -> None:
        name, pointer = _PRESSES[data["type"]]
        told = data.get("pointerType")
        pointer = pointer or ("mouse" if told is None else rr.POINTER_TYPES[told])
        row = self._add(
            name,
            at,
            self._page.acted_on(data["id"]),
            client_x=data.get("x"),
            client_y=data.get("y"),
            pointer_type=pointer,
            button=_LEFT if pointer == "touch" else None,
            detail=None,
        )
        if name != "pointerup":
            self._down, self._up = row if name == "pointerdown" else None, None
        elif self._down is not None:
            self._up = row
            if self._down["button"] is not None:
                row["button"] = self._down["button"]

    def _click(self, data: Data) -> None:
        """Let a click say of the press and the release before it which button and how often."""
        down, up = self._down, self._up
        here = (
            up is not None
            and abs(up["client_x"] - data["x"]) <= 1
            and abs(up["client_y"] - data["y"]) <= 1
        )
        if data["type"] == rr.DBL_CLICK:
            if down is not None and up is not None and here:
                down["detail"] = up["detail"] = 2
            return
        if down is None or up is None or not here or up["detail"] is not None:
            self._dropped.add("Click: no press leads to it; a key, a label or a list does")
            return
        for row in (down, up):
            row["button"], row["detail"] = _LEFT, 1
            if "pointerType" in data and row["pointer_type"] == "mouse":
                row["pointer_type"] = rr.POINTER_TYPES[data["pointerType"]]


def _href(payload: Any) -> str:
    href = payload.get("href") if isinstance(payload, dict) else None
    return href if isinstance(href, str) else ""
