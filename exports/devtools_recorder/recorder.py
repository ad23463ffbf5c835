"""The steps that Chrome's Recorder keeps of one tab: clicks, changes of fields, named keys, scrolls.

The Recorder attends to the tab in which it was started; other windows are not in the flow. Text is
kept as what a field holds, so keys that edit a field are in its change and nowhere else. What happens
in the list of a native drop-down is no event of the page.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from deskhand.errors import DeskhandError
from deskhand.exports.act_kinds import Act, Click, Navigate, Press, Scroll, Type
from deskhand.exports.derived_acts import derived_acts
from deskhand.exports.devtools_recorder.selectors import BODY, Selectors
from deskhand.field_text import edited
from deskhand.page import Page
from deskhand.screen import Element, parse_reference
from deskhand.session import Session

Step = dict[str, Any]
STAR = "*"
_BUTTONS = {1: "auxiliary", 2: "secondary", 3: "back", 4: "forward"}
_MODIFIERS = ((1, "Shift"), (2, "Control"), (4, "Alt"), (8, "Meta"))
# Fields that a click changes; the Recorder keeps the click alone.
_CLICKED = ("checkbox", "radio", "button")
# A page that loads this soon after an act is the act's doing, as in the Recorder (assumed).
_LOAD_US = 5_000_000
_COLUMNS = (
    "t_us", "type", "window", "target", "input_type", "detail", "value", "value_length", "masked",
    "delta_x", "delta_y", "reference", "url",
)  # fmt: skip
_FOLLOWED = (
    "input", "mark", "scroll", "navigation", "select.open", "select.close", "window.focus",
)  # fmt: skip


class Recorder:
    """Follows one tab of a session.

    Parameters
    ----------
    session : Session
        With its compiled screens.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self.steps: list[Step] = []
        self._page: Page | None = None
        self._names: dict[str, Selectors] = {}
        self._held: dict[str, str] = {}
        self._edits: dict[str | None, list[int]] = {}
        self._native: str | None = None
        # Whether anything was done since the page was loaded.
        self._since = False
        # The field whose change is the last step, and the last act's time and step.
        self._changing: str | None = None
        self._last: tuple[int, Step] | None = None

    def follow(self) -> None:
        """Gather the steps.

        Raises
        ------
        DeskhandError
            When the session comes without the screens that its rows name.
        """
        events = self._session.events
        kinds = events["type"].cast(pa.string())
        where = pc.indices_nonzero(pc.is_in(kinds, pa.array(_FOLLOWED))).to_pylist()
        rows = events.select(_COLUMNS).take(pa.array(where, pa.int64())).to_pylist()
        opened = (r for r in rows if r["type"] in ("navigation", "window.focus") and r["reference"])
        tab = next((r["window"] for r in opened), None)
        acts = [a for a in derived_acts(events) if a.window == tab and not isinstance(a, Navigate)]
        told = [(row, 0, "", e) for row, e in zip(where, rows, strict=True)]
        for row, event in zip(where, rows, strict=True):
            if event["type"] == "input":
                self._edits.setdefault(event["target"], []).append(row)
        timeline: list[tuple[int, int, str, Any]] = [
            *[entry for entry in told if entry[3]["window"] in (tab, None)],
            *[(act.first_row, -1, "act", act) for act in acts],
        ]
        for _, _, kind, what in sorted(timeline, key=lambda entry: entry[:2]):
            if kind == "act":
                self._act(what)
            else:
                self._row(what)

    # --- what the page tells ------------------------------------------------------------------

    def _row(self, event: Mapping[str, Any]) -> None:
        kind = event["type"]
        if kind in ("navigation", "window.focus"):
            self._shown(event)
        elif self._page is None:
            return
        elif kind == "mark":
            screen, layer, state = parse_reference(event["reference"])
            if screen == self._page.screen.name and layer in self._page.state:
                self._page.state[layer] = state
        elif kind == "scroll":
            if event["target"] in (None, "document"):
                self._page.scroll_x = round(event["delta_x"] or 0)
                self._page.scroll_y = round(event["delta_y"] or 0)
                self._scrolled()
        elif kind == "select.open":
            element = self._page.elements.get(event["target"])
            self._native = event["target"] if element and element.widget == "select" else None
            if self._native and self.steps[-1]["type"] == "click":
                # A player that opens the list cannot choose in it; the change alone chooses.
                self.steps.pop()
        elif kind == "select.close":
            self._native = None
        else:
            self._input(event)

    def _shown(self, event: Mapping[str, Any]) -> None:
        name = event["reference"]
        if name is None or (event["type"] == "window.focus" and self._page is not None):
            return
        screen = self._session.screens.get(name)
        if screen is None:
            raise DeskhandError(
                f"session {self._session.session_id!r}: no screen {name!r}; a flow names elements, so "
                "give the compiled screens that its rows name."
            )
        again = self._page is not None and self._page.screen is screen and not self._since
        first, self._page = self._page is None, Page(screen)
        self._held, self._native, self._changing = {}, None, None
        self._names.setdefault(name, Selectors(screen))
        url = event["url"] or screen.href
        loaded = {"type": "navigation", "url": url, "title": screen.title}
        if again:
            # The window comes to the front, and then its page is loaded: one thing.
            return
        self._since = False
        if not first and self._last and event["t_us"] - self._last[0] <= _LOAD_US:
            self._last[1].setdefault("assertedEvents", [loaded])
            self._last = None
        else:
            self.steps.append({"type": "navigate", "url": url, "assertedEvents": [loaded]})

    def _scrolled(self) -> None:
        assert self._page is not None
        step = {
            "type": "scroll",
            "target": "main",
            "x": self._page.scroll_x,
            "y": self._page.scroll_y,
        }
        # One scroll after the other is told by where the page comes to rest.
        if self.steps and self.steps[-1]["type"] == "scroll":
            self.steps[-1] = step
        else:
            self._add(step)

    def _input(self, event: Mapping[str, Any]) -> None:
        assert self._page is not None
        key = event["target"]
        element = self._page.elements.get(key)
        if element is None or element.widget in _CLICKED:
            return
        before = self._held.get(key, element.value)
        text = (
            STAR * (event["value_length"] or 0)
            if self._is_masked(event, element)
            else edited(before, event)
        )
        self._held[key] = text
        step = {
            "type": "change",
            "value": text,
            "selectors": self._selectors(element),
            "target": "main",
        }
        if self._changing == key and self.steps and self.steps[-1]["type"] == "change":
            self.steps[-1] = step
        else:
            self._add(step)
        self._changing = key

    def _is_masked(self, event: Mapping[str, Any], element: Element) -> bool:
        return (
            bool(event["masked"]) or element.sensitive is not None or element.widget == "password"
        )

    def _selectors(self, element: Element) -> list[list[str]]:
        assert self._page is not None
        return self._names[self._page.screen.name].of(element, self._page)

    def _add(self, step: Step) -> None:
        self.steps.append(step)
        self._changing = None

    # --- what the person does ---------------------------------------------------------------------

    def _act(self, act: Act) -> None:
        if self._page is None:
            return
        self._since = True
        if isinstance(act, Click):
            self._click(act)
        elif isinstance(act, Press):
            self._press(act)
        elif isinstance(act, Type):
            self._typed(act)
        elif not isinstance(act, Scroll):
            return
        if self.steps and not isinstance(act, Scroll):
            self._last = (act.end_us, self.steps[-1])

    def _click(self, act: Click) -> None:
        assert self._page is not None
        if self._native is not None or act.client_x is None or act.client_y is None:
            return
        element = self._page.elements.get(act.target or "")
        if element is None:
            selectors, left, top = BODY, 0.0, 0.0
        else:
            selectors, (left, top, *_) = self._selectors(element), element.box
            if not element.fixed:
                left, top = left - self._page.scroll_x, top - self._page.scroll_y
        step: Step = {
            "type": "doubleClick" if act.count == 2 else "click",
            "target": "main",
            "selectors": selectors,
            "offsetX": round(act.client_x - left, 3),
            "offsetY": round(act.client_y - top, 3),
        }
        if act.button in _BUTTONS:
            step["button"] = _BUTTONS[act.button]
        self._add(step)

    def _edits_between(self, act: Act) -> bool:
        # The edit of a key follows it within its own press, or at once.
        rows = self._edits.get(act.target, [])
        return bisect_left(rows, act.first_row) < bisect_right(rows, act.last_row + 1)

    def _press(self, act: Press) -> None:
        if self._edits_between(act):
            return
        held = [name for bit, name in _MODIFIERS if act.modifiers & bit]
        for name in held:
            self._add({"type": "keyDown", "target": "main", "key": name})
        for _ in range(act.count):
            self._add({"type": "keyDown", "target": "main", "key": act.key})
            self._add({"type": "keyUp", "target": "main", "key": act.key})
        for name in reversed(held):
            self._add({"type": "keyUp", "target": "main", "key": name})

    def _typed(self, act: Type) -> None:
        """Keep the keys of a text that went into no field, such as the first letters of an option."""
        if act.masked or act.text is None or self._edits_between(act) or self._native is not None:
            return
        for character in act.text:
            if character.isascii() and character.isprintable():
                self._add({"type": "keyDown", "target": "main", "key": character})
                self._add({"type": "keyUp", "target": "main", "key": character})
