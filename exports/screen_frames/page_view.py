"""What a window shows: its page's states, what was typed, chosen and checked, focus and scroll."""

import json
from collections.abc import Collection, Mapping
from typing import Any

from deskhand.field_text import edited
from deskhand.page import Page
from deskhand.screen import PAGE, Element, Screen

Row = Mapping[str, Any]

TYPED = ("text", "textarea", "password", "other")


class PageView:
    """One page from its opening to the next navigation, as far as it can be seen.

    Parameters
    ----------
    screen : Screen
        The compiled page.
    sensitive : collection of str
        Elements that are masked besides those that the screen itself marks.

    Attributes
    ----------
    texts : dict
        What a field holds, by element, once it is not what the picture shows.
    dots : dict
        The length of what a masked field holds, by element.
    checked : dict
        Whether a box is checked, by element.
    slots : dict
        Texts of the session that the page shows, by slot.
    carets : dict
        Where the next letter goes, by element.
    order : dict
        The layers of the page, from back to front.
    opened : str or None
        The native drop-down whose list is open.
    """

    def __init__(self, screen: Screen, sensitive: Collection[str] = ()) -> None:
        self.screen = screen
        self.page = Page(screen)
        self.texts: dict[str, str] = {}
        self.dots: dict[str, int] = {}
        self.checked: dict[str, bool] = {}
        self.slots: dict[str, str] = {}
        self.carets: dict[str, int] = {}
        self.focused: str | None = None
        self.opened: str | None = None
        self.edited_us = 0
        # What came up last lies on top.
        self.order: dict[str, None] = dict.fromkeys(screen.layers)
        self._sensitive = frozenset(sensitive)

    def element(self, key: str | None) -> Element | None:
        """Return the element of that key in the current state, if it is there."""
        return None if key is None else self.page.elements.get(key)

    def is_sensitive(self, element: Element) -> bool:
        """Return whether an element's content is never shown."""
        return (
            element.sensitive is not None
            or element.widget == "password"
            or element.key in self._sensitive
        )

    def take(self, row: Row) -> None:
        """Follow one row of the session: a focus, an edit, a choice, a scroll."""
        kind, target = row["type"], row["target"]
        if kind == "scroll":
            if target in (None, "document") and row["delta_y"] is not None:
                self.page.scroll_x = int(row["delta_x"] or 0)
                self.page.scroll_y = int(row["delta_y"])
        elif kind == "blur":
            self.focused = None
        elif kind == "focus":
            self.focused = target
            self.edited_us = row["t_us"]
        elif kind == "select.open":
            element = self.element(target)
            self.opened = target if element is not None and element.widget == "select" else None
        elif kind == "select.close":
            self.opened = None
        elif kind == "input":
            self._edit(row)

    def enter(self, layer: str, state: str, slots: str | None) -> None:
        """Put a layer into a state, with the texts that the page shows in it."""
        if (layer, state) not in self.screen.states:
            return
        self.page.state[layer] = state
        if layer != PAGE:
            del self.order[layer]
            self.order[layer] = None
        if slots:
            self.slots.update(json.loads(slots))

    def _edit(self, row: Row) -> None:
        key = row["target"]
        element = self.element(key) or self.screen.elements.get(key)
        if element is None:
            return
        self.edited_us = row["t_us"]
        value, length = row["value"], row["value_length"] or 0
        if element.widget in ("checkbox", "radio"):
            self._check(element, on=value == "true")
        elif row["masked"] or self.is_sensitive(element):
            self.dots[key] = length
            self.carets[key] = length
        elif element.widget in TYPED:
            before = self.texts.get(key, element.value)
            after = edited(before, row)
            self.texts[key] = after
            caret = len(before) if row["detail"] is None else row["detail"]
            removed_before = str(row["input_type"]).endswith("Backward")
            moved = len(after) - len(before) if removed_before else len(value or "")
            self.carets[key] = min(max(caret + moved, 0), len(after))
        else:
            self.texts[key] = value or ""

    def _check(self, element: Element, *, on: bool) -> None:
        if element.widget == "radio" and on:
            # Of the buttons of a group, which lie in the same scope, one is on.
            for other in self.page.elements.values():
                if other.widget == "radio" and other.within == element.within:
                    self.checked[other.key] = False
        self.checked[element.key] = on
