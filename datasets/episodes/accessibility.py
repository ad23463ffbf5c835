"""The accessibility tree of a desktop as it stands: what a screen reader would be told.

Nodes are in order from what lies behind to the page in front, and each says which window it belongs
to. What lies outside of its page's viewport is left out, and so is what sensitive fields hold.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import orjson

from deskhand.datasets.episodes.vocabularies import placeholder
from deskhand.desktop_layout import (
    BARS_PX,
    BOOKMARKS,
    BOOKMARKS_PX,
    TASK_BAR_PX,
    bookmark,
    task_button,
)
from deskhand.exports.screen_frames.desktop import (
    Window,
    open_list,
)
from deskhand.exports.screen_frames.page_view import PageView
from deskhand.exports.screen_frames.stage import Stage
from deskhand.monitors import Monitor
from deskhand.screen import Box, Element, SlotText

Node = dict[str, Any]
HOLDING = ("text", "textarea", "password", "date", "select", "combobox")


class _Known(NamedTuple):
    """An element at a place: its node, None out of sight, and whether it holds nothing and has no list."""

    element: Element
    node: Node | None
    told: bytes
    still: bool


class Tree:
    """Describes desktops of one size.

    Parameters
    ----------
    size : tuple of int
        The screen, px.
    scale : float
        Pixels of a picture for each of the screen; boxes are in those of the picture.
    bookmarks : sequence of str
        What stands in the bar above every page.
    """

    def __init__(self, size: tuple[int, int], scale: float, bookmarks: Sequence[str]) -> None:
        self._size = size
        self._scale = scale
        self._bookmarks = list(bookmarks)[:BOOKMARKS]
        # What an element is changes with the page's state alone; most nodes are those of the
        # picture before. The element is kept, so that its number is not given to another.
        self._known: dict[tuple[int, int, int], _Known] = {}

    def json(self, stage: Stage) -> bytes:
        """Return the nodes of a desktop as JSON: a list of objects.

        Parameters
        ----------
        stage : Stage
            What stands on the desktop.
        """
        return orjson.dumps([*self._nodes(stage)])

    def desktop_parts(self, stage: Stage) -> Iterator[tuple[str, str, str, Box]]:
        """Yield what lies around pages: key, role, name, and box on the desktop in px.

        The bookmarks of the window in front, and a button of the task bar for each window.
        """
        front = stage.front
        if front is not None and not front.excluded:
            for place, name in enumerate(self._bookmarks):
                offset, width = bookmark(place)
                left, top = front.origin[0] + offset, front.origin[1] - BOOKMARKS_PX
                box = (left, top, width, BOOKMARKS_PX)
                yield f"bookmark.{name}", "link", name.replace("_", " "), box
        main = stage.monitors[0]
        for window in stage.windows:
            left, width = task_button(window.number, len(stage.windows), main.width)
            name = "" if window.excluded else window.app or window.name
            box = (main.left + left, main.bottom - TASK_BAR_PX, width, TASK_BAR_PX)
            yield f"task_bar.{window.name}", "button", name, box

    def _nodes(self, stage: Stage) -> Iterator[Any]:
        for window in stage.windows:
            front = window is stage.front
            yield self._window(window, front=front)
            if front and window.view is not None and not window.excluded:
                yield from self._page(window, window.view)
                yield from self._options(window, stage.monitors)
        for key, role, name, box in self.desktop_parts(stage):
            yield _node(key, role, name, self._box(box))

    def _window(self, window: Window, *, front: bool) -> Node:
        view = window.view
        wide, high = view.screen.viewport if view is not None else self._size
        left, top = window.origin
        box = self._box((left, top - BARS_PX, wide, high + BARS_PX))
        known = view is not None and not window.excluded
        title = view.screen.title if known and view is not None else ""
        node = _node(window.name, "window", title, box, states=["active"] if front else [])
        return node | ({} if window.excluded else {"value": window.url})

    def _page(self, window: Window, view: PageView) -> Iterator[Any]:
        page, (left, top) = view.page, window.origin
        marked = (view.focused, view.opened)
        for element in page.elements.values():
            x, y = (0, 0) if element.fixed else (page.scroll_x, page.scroll_y)
            at = (id(element), left - x, top - y)
            known = self._known.get(at)
            if known is None:
                known = self._known[at] = self._at_place(element, view, window.origin)
            if known.node is None:
                continue
            held = None
            if element.key in marked or not known.still:
                held = _held(view, element)
            yield orjson.Fragment(known.told) if not held else known.node | held
        yield from self._texts(window, view)

    def _at_place(self, element: Element, view: PageView, origin: tuple[int, int]) -> "_Known":
        wide, high = view.screen.viewport
        x, y = (0, 0) if element.fixed else (view.page.scroll_x, view.page.scroll_y)
        left, top, width, height = element.box
        left, top = left - x, top - y
        still = element.widget not in (*HOLDING, "checkbox", "radio") and not element.options
        if left >= wide or top >= high or left + width <= 0 or top + height <= 0:
            return _Known(element, None, b"", still)
        node = self._element(element, (left + origin[0], top + origin[1], width, height))
        return _Known(element, node, orjson.dumps(node), still)

    def _options(self, window: Window, monitors: Sequence[Monitor]) -> Iterator[Node]:
        """Yield the options of a native drop-down whose list is open."""
        shown = open_list(window, monitors)
        if shown is None:
            return
        for place in range(shown.first, shown.first + shown.lines):
            name = shown.element.options[place].label
            states = ["selected"] if place == shown.chosen else []
            key = f"{shown.element.key}.option.{place}"
            yield _node(key, "option", name, self._box(shown.row(place)), states=states)

    def _element(self, element: Element, place: Box) -> Node:
        node = _node(element.key, element.role, element.name, self._box(place))
        return node | ({"within": list(element.within)} if element.within else {})

    def _texts(self, window: Window, view: PageView) -> Iterator[Node]:
        """Yield the texts of the session that the page shows."""
        for at in view.page.state.items():
            for text in view.screen.states[at].slot_texts:
                left, top, width, height = text.box
                x, y = (0, 0) if text.fixed else (view.page.scroll_x, view.page.scroll_y)
                place = (left - x + window.origin[0], top - y + window.origin[1], width, height)
                yield _node(f"text.{at[0]}", "text", _filled(text, view), self._box(place))

    def _box(self, box: Box) -> list[int]:
        left, top, width, height = (round(each * self._scale) for each in box)
        return [left, top, width, height]


def _node(key: str, role: str, name: str, box: list[int], states: Sequence[str] = ()) -> Node:
    node: Node = {"id": key, "role": role, "name": name, "box": box}
    return node | {"states": list(states)} if states else node


def _filled(text: SlotText, view: PageView) -> str:
    filled = text.text
    for slot, shown in view.slots.items():
        filled = filled.replace("{{" + slot + "}}", shown)
    return filled


def _held(view: PageView, element: Element) -> Node:
    """Return what an element holds and which states it is in; nothing for most elements."""
    held: Node = {}
    states = ["focused"] if view.focused == element.key else []
    if is_open(view, element):
        states.append("expanded")
    if element.widget in ("checkbox", "radio") and not view.is_sensitive(element):
        on = view.checked.get(element.key, element.checked)
        states.append("checked" if on else "unchecked")
    elif element.widget in HOLDING:
        held["value"] = value_of(view, element)
    if states:
        held["states"] = states
    return held


def is_open(view: PageView, element: Element) -> bool:
    """Return whether the list of a drop-down is open."""
    if view.opened == element.key:
        return True
    live = view.page.elements
    return any(option.target in live for option in element.options)


def value_of(view: PageView, element: Element) -> str:
    """Return what a field holds, a placeholder for what is never told.

    Parameters
    ----------
    view : PageView
        The page.
    element : Element
        A field on it.
    """
    if element.key in view.dots or view.is_sensitive(element):
        filled = view.dots.get(element.key, 0) or view.texts.get(element.key, element.value)
        return placeholder(element.key) if filled else ""
    text = view.texts.get(element.key, element.value)
    return next((o.label for o in element.options if o.value == text), text)
