"""The keyboard alone: the way of someone who hears the page from a screen reader and uses no pointer.

An element is reached with Tab or Shift+Tab through all that lie between, and heard on the way; Enter
or the space bar does what a click does. Rows of pointer and wheel are never made.

Sources
-------
What is passed is left as soon as it is known not to be meant, after `GLANCE_WORDS` words at most
(assumed); what is meant is heard to its end, and its role with it. The pace is the person's own, see
the condition ``screen-reader``. Keys are those of browsers and of the ARIA Authoring Practices: Space
ticks, arrows move within radio buttons and lists, Shift+F10 opens the context menu.
"""

from typing import NoReturn

from deskhand.errors import DeskhandError
from deskhand.generators.plan import Row
from deskhand.scenarios.keying import CELL, TAB_GAP_S, TAB_LOG_SD, Keying
from deskhand.scenarios.live_page import SCRIPT_US
from deskhand.scenarios.scenario import Scenario
from deskhand.screen import Element

# Words heard of an element that is passed, at most (assumed).
GLANCE_WORDS = 3
# Where Enter is a key of the field's own, and a click does no more than give it the focus.
_FIELDS = frozenset(("text", "textarea", "password", "date", "select"))
_TICKED = ("checkbox", "radio")
# Items of lists that a screen reader's cursor walks over where Tab does not.
LISTED = frozenset(("option", "listitem", "treeitem", "row", "menuitem"))
# A page is turned by this share of its height, as Chromium does.
PAGE_SHARE = 0.875


class KeysAlone(Keying):
    """Hands whose owner may have to do without the pointer."""

    def hear(self, element: Element, *, passing: bool = False) -> None:
        """Listen to an element's name and role; only to the start of it when it is passed."""
        words = len(self.live.filled(element.name).split()) + 1
        if passing:
            words = min(words, GLANCE_WORDS)
        self.t_us += int(words * 60e6 / self.mind.reading_wpm)

    def reach_by_keys(self, locator: str) -> Element:
        """Bring the focus to an element, hearing what lies on the way; returns it as it then is."""
        element = self.find(locator)
        if element.tab < 0:
            radio = element.widget == "radio"
            return self._along_radios(element) if radio else self._along_list(element)
        live = self.live
        here = live.elements.get(live.focus) if live.focus is not None else None
        if here is not None and here.key == element.key:
            return element
        if here is not None and here.role == CELL and element.role == CELL:
            self.walk_to(here, element)
        elif here is not None and live.tab_place() > element.tab:
            self._tab_back(element)
        else:
            self.tab_to(element, heard=self.hear_passing)
        if live.pending:
            live.settle(self.t_us)
        element = self.find(locator)
        self.bring_into_view(element)
        self.hear(element)
        return element

    def hear_passing(self, element: Element) -> None:
        """Listen to the start of what is passed."""
        self.hear(element, passing=True)

    def _tab_back(self, element: Element) -> None:
        """Walk to an element that lies before the focus with Shift+Tab."""
        live, action, start = self.live, self.begin(), self.t_us
        here = live.tab_place()
        stops = [e for e in live.elements.values() if element.tab <= e.tab < here]
        for number, stop in enumerate(sorted(stops, key=lambda e: -e.tab)):
            if number:
                self.t_us += self.lapse_us(TAB_GAP_S, TAB_LOG_SD)
            typing = self.typist.chord("Shift+Tab")
            began = self.strike(action, typing, live.focus)
            live.move_focus(stop, began + int(typing.down_us[-1]) + SCRIPT_US, action)
            if stop.key != element.key:
                self.hear_passing(stop)
        self.finish(action, "press", element.key, start, text_class="keys")

    def _along_list(self, element: Element) -> Element:
        """Move the reader's own cursor down a list, whose items Tab leaves out, to one of them."""
        column = self._group(element)
        if element.role not in LISTED:
            self.refuse("reach", element.key)
        action, start = self.begin(), self.t_us
        for number, item in enumerate(column[: column.index(element) + 1]):
            if number:
                self.t_us += self.lapse_us(TAB_GAP_S, TAB_LOG_SD)
            self.strike(action, self.typist.press("ArrowDown"), self.live.focus)
            self.hear(item, passing=item is not element)
        self.finish(action, "press", element.key, start, text_class="keys")
        if self.live.pending:
            self.live.settle(self.t_us)
        return self.find(element.key)

    def _along_radios(self, element: Element) -> Element:
        """Walk with the arrow keys, which tick what they come to, from the radio button that Tab leads to."""
        live, group = self.live, self._group(element)
        entry = next((e for e in group if e.tab >= 0), None)
        if entry is None:
            self.refuse("reach", element.key)
        if live.focus not in {e.key for e in group}:
            self.reach_by_keys(entry.key)
        keys = [e.key for e in group]
        at, goal = keys.index(live.focus or entry.key), keys.index(element.key)
        step, arrow = (1, "ArrowDown") if goal > at else (-1, "ArrowUp")
        action, start = self.begin(), self.t_us
        for place in range(at + step, goal + step, step):
            stop = live.elements[keys[place]]
            struck = self.strike(action, self.typist.press(arrow), live.focus) + SCRIPT_US
            live.move_focus(stop, struck, action)
            self._tick(stop, struck + SCRIPT_US, action)
            self.answer(live.edge("click", stop.key), stop.key, self.t_us + SCRIPT_US, action)
            self.hear(stop, passing=place != goal)
        self.finish(action, "press", element.key, start, text_class="keys")
        return self.find(element.key)

    def _group(self, element: Element) -> list[Element]:
        """Return the elements of a group or list from the top down."""
        alike = (element.role, element.within)
        found = [e for e in self.live.elements.values() if (e.role, e.within) == alike]
        return sorted(found, key=lambda e: (e.box[1], e.box[0]))

    def _tick(self, element: Element, t_us: int, action_id: int) -> None:
        """Tick a check box or radio button, or clear the former."""
        live, key = self.live, element.key
        on = element.widget == "radio" or not live.checked.get(key, element.checked)
        if element.widget == "radio":
            live.checked.update(
                (e.key, False)
                for e in live.elements.values()
                if (e.widget, e.within) == ("radio", element.within)
            )
        live.checked[key] = on
        self.t_us = max(self.t_us, t_us)
        live.write_input(element, self.t_us, action_id, "true" if on else "false")

    def activate(
        self, locator: str, *, kind: str = "decide", verb: str = "click", to: str | None = None
    ) -> None:
        """Think, go to an element by keys, and do with a key what a click does."""
        self.ponder(kind)
        self.await_edge("click", self.find(locator).key)
        element = self.reach_by_keys(locator)
        live, key = self.live, element.key
        double = live.edge("click", key, to=to) is None and verb == "double_click"
        edge = live.edge("double_click" if double else "click", key, to=to)
        if edge is None and to is not None:
            edge = self._edge_or_refuse("click", key, to)
        if element.widget == "radio" and live.checked.get(key, element.checked):
            return
        acts = edge is not None or key in live.screen.links or element.widget not in _FIELDS
        if not acts:
            return
        live.note(element)
        live.fields.leave()
        action, ticks = self.begin(), element.widget in _TICKED
        typing = self.typist.press(" " if ticks else "Enter")
        start = self.strike(action, typing, key if element.tab >= 0 else live.focus)
        struck = start + int(typing.down_us[-1]) + SCRIPT_US
        if live.pending and live.pending[0][0] <= struck:
            live.settle(struck)
            edge = live.edge("double_click" if double else "click", key, to=to)
        if ticks:
            self._tick(element, struck, action)
            struck = self.t_us + SCRIPT_US
        self.answer(edge, key, struck, action)
        self.finish(action, verb, key, start, text_class="keys")

    def open_menu(self, locator: str) -> None:
        """Open the context menu of an element with Shift+F10."""
        self.ponder("decide")
        element = self.reach_by_keys(locator)
        self.await_edge("right_click", element.key)
        self.live.note(element)
        action, typing = self.begin(), self.typist.chord("Shift+F10")
        start = self.strike(action, typing, element.key)
        struck = start + int(typing.down_us[-1]) + SCRIPT_US
        self.answer(self.live.edge("right_click", element.key), "", struck, action)
        self.finish(action, "right_click", element.key, start, text_class="keys")

    def listen_to(self, locator: str) -> None:
        """Hear an element, without bringing the focus to it."""
        self.ponder("decide")
        element = self.find(locator)
        action, start = self.begin(), self.t_us
        self.live.note(element)
        self.hear(element)
        self.finish(action, "hover", element.key, start)

    def take_bookmark(self, action_id: int, place: int) -> None:
        """Go to the address, on to the bookmarks, along them, and take one; the page keeps its focus."""
        arrows = (self.typist.press("ArrowRight", count=place),) if place else ()
        keys = (self.typist.chord("Control+l"), self.typist.press("F6"), *arrows)
        for typing in (*keys, self.typist.press("Enter")):
            self.strike(action_id, typing, None)
            self.t_us += self.lapse_us(TAB_GAP_S, TAB_LOG_SD)
        self.live.settle(self.t_us)

    def turn_page(self, distance_px: float) -> None:
        """Press Page Down or Page Up until the page has gone at least so far, or is at its end."""
        live = self.live
        step = PAGE_SHARE * live.screen.viewport[1]
        key = "PageDown" if distance_px > 0 else "PageUp"
        action, start = self.begin(), self.t_us
        for number in range(max(1, round(abs(distance_px) / step))):
            if number:
                self.t_us += self.lapse_us(TAB_GAP_S, TAB_LOG_SD)
            struck = self.strike(action, self.typist.press(key), live.focus) + SCRIPT_US
            self._scroll_to(
                live.page.scroll_y + (step if distance_px > 0 else -step), struck, action
            )
        if live.pending:
            live.settle(self.t_us)
        self.finish(action, "scroll", None, start, text_class="keys")

    def bring_into_view(self, element: Element) -> None:
        """Let the browser scroll to what has the focus, as it does by itself: to the nearest edge."""
        if element.fixed:
            return
        _, top, _, height = element.box
        offset, high = self.live.page.scroll_y, self.live.screen.viewport[1]
        if top < offset:
            self._scroll_to(top, self.t_us)
        elif top + height > offset + high:
            self._scroll_to(top + height - high, self.t_us)

    def _scroll_to(self, offset: float, t_us: int, action_id: int | None = None) -> None:
        live = self.live
        offset = round(min(max(offset, 0.0), live.limit_y))
        if offset != live.page.scroll_y:
            live.page.scroll_y = offset
            columns = {"target": "document", "delta_x": 0.0, "delta_y": float(offset)}
            self.plan.rows.append(Row(t_us, "scroll", action_id, columns))

    def admit(self, task: Scenario) -> None:
        """Refuse a task in which something takes a mouse, before it is begun by someone who has none.

        Raises
        ------
        DeskhandError
            When it is such a task, and this person uses keys alone.
        """
        if self.keys_alone and task.by_mouse:
            raise DeskhandError(
                f"scenario {task.name!r}: something in it is dragged, which takes a mouse, and under "
                f"condition {self.persona.condition!r} there are keys alone; choose another scenario or "
                "condition."
            )

    def refuse(self, verb: str, target: str) -> NoReturn:
        """Refuse what only a pointer can do.

        Raises
        ------
        DeskhandError
            Always.
        """
        raise DeskhandError(
            f"scenario {self.scenario!r}: to {verb} {target!r} on screen {self.live.screen.name!r} "
            f"takes a mouse, and under condition {self.persona.condition!r} there are keys alone; choose "
            "another scenario or condition."
        )
