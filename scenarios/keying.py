"""Acts of the keyboard on a page: moving the focus, pressing keys, filling fields."""

from collections.abc import Callable

from deskhand.generators.plan import Row
from deskhand.generators.typist import usual_mode
from deskhand.scenarios.live_page import MASK, SCRIPT_US
from deskhand.scenarios.pointing import Pointing
from deskhand.screen import Edge, Element

# From one press of Tab to the next: median and spread of the log (assumed).
TAB_GAP_S, TAB_LOG_SD = 0.16, 0.35
# A date field holds month, day, year and a calendar button, each a stop of its own (Chromium).
DATE_STOPS = 4
# The role of what the arrow keys walk over.
CELL = "gridcell"


class Keying(Pointing):
    """Hands whose keys have their effect on the page."""

    def tab_to(self, element: Element, heard: Callable[[Element], None] | None = None) -> None:
        """Walk to an element with Tab; ``heard`` lets the time pass in which what is passed is heard."""
        live = self.live
        self.to_keyboard()
        action = self.begin()
        start = self.t_us
        typed_last = live.focus
        for number, stop in enumerate(live.tab_stops(element.key)):
            leaving = live.elements.get(live.focus) if live.focus is not None else None
            inner = 0
            if leaving is not None and leaving.widget == "date":
                inner = 1 if leaving.key == typed_last else DATE_STOPS - 1
            for press in range(inner + 1):
                if number or press:
                    self.t_us += self.lapse_us(TAB_GAP_S, TAB_LOG_SD)
                began = self.strike(action, self.typist.press("Tab"), live.focus)
            self.live.move_focus(stop, began + SCRIPT_US, action)
            if heard is not None and stop.key != element.key:
                heard(stop)
        if element.widget == "text":
            # Tab selects all that a field of one line holds.
            live.fields.lit = element.key
        self.finish(action, "press", element.key, start, text_class="keys")

    def walk_to(self, start: Element, goal: Element) -> None:
        """Walk from one cell of a table to another with the arrow keys."""
        way = self._way(start, goal)
        if not way:
            return
        self.to_keyboard()
        action, began = self.begin(), self.t_us
        for number, (arrow, cell) in enumerate(way):
            if number:
                self.t_us += self.lapse_us(TAB_GAP_S, TAB_LOG_SD)
            struck = self.strike(action, self.typist.press(arrow), self.live.focus)
            self.live.move_focus(cell, struck + SCRIPT_US, action)
        self.finish(action, "press", goal.key, began, text_class="keys")

    def _way(self, start: Element, goal: Element) -> list[tuple[str, Element]]:
        """Return the arrow keys from one cell to another, each with the cell that it leads to.

        The way leads up or down first, where the column has a cell in the row of the goal.
        """
        cells = [e for e in self.live.elements.values() if e.role == CELL]

        def along(at: Element, axis: int, end: float) -> list[tuple[str, Element]]:
            here, other = at.box[axis], 1 - axis
            low, high = min(here, end), max(here, end)
            lane = [e for e in cells if e.box[other] == at.box[other] and e.key != at.key]
            lane = [e for e in lane if low <= e.box[axis] <= high]
            lane.sort(key=lambda e: e.box[axis], reverse=end < here)
            arrows = ("ArrowLeft", "ArrowRight") if axis == 0 else ("ArrowUp", "ArrowDown")
            return [(arrows[end > here], e) for e in lane]

        corner = (start.box[0], goal.box[1])
        first = 1 if any((e.box[0], e.box[1]) == corner for e in cells) else 0
        way = along(start, first, goal.box[first])
        turn = way[-1][1] if way else start
        return way + along(turn, 1 - first, goal.box[1 - first])

    def press_keys(
        self, keys: str, *, count: int = 1, to: str | None = None, verb: str = "press"
    ) -> None:
        """Press a key or a chord where the focus is, and let the page answer."""
        live = self.live
        if live.focus is not None and live.focus not in live.elements:
            live.focus = None
        target = live.focus
        self.await_edge("press", target, keys)
        self.await_edge("press", None, keys)
        if not keys.startswith("Control+"):
            live.fields.leave()
        elif keys == "Control+a":
            live.fields.lit = target
        self.to_keyboard()
        action = self.begin()
        chord = "+" in keys and len(keys) > 1
        typing = self.typist.chord(keys) if chord else self.typist.press(keys, count=count)
        start = self.strike(action, typing, target)
        struck = start + int(typing.down_us[-1]) + SCRIPT_US
        if live.pending and live.pending[0][0] <= struck:
            live.settle(struck)
        edge = self.key_edge(target, keys, to)
        if edge is None and to is not None:
            edge = self._edge_or_refuse("press", target or "the page", to)
        self.answer_keys(edge, keys, target, struck, action)
        self.finish(action, verb, target, start, text_class="keys")

    def key_edge(self, target: str | None, keys: str, to: str | None = None) -> Edge | None:
        """Return what keys start now in the element with the focus, or else on the page."""
        edge = self.live.edge("press", target, to=to, key=keys)
        if edge is None and target is not None:
            edge = self.live.edge("press", None, to=to, key=keys)
        return edge

    def answer_keys(
        self, edge: Edge | None, keys: str, target: str | None, struck_us: int, action_id: int
    ) -> None:
        """Let the page answer a key: its own transition, or the click that the key stands for."""
        if edge is not None:
            self.answer(edge, "", struck_us, action_id)
            return
        element = self.live.elements.get(target) if target is not None else None
        if element is None or target is None:
            return
        activates = keys == "Enter" and element.widget in ("button", "link", "combobox")
        if activates or (keys == " " and element.widget in ("button", "combobox")):
            self.answer(self.live.edge("click", target), target, struck_us, action_id)

    def type_text(
        self, text: str, element: Element, *, mode: str | None = None, uncorrected: bool = False
    ) -> None:
        """Type a text into the focused field, for what is selected or at the end."""
        live = self.live
        sensitive = live.sensitivity(element) is not None
        text_class = "prose" if usual_mode(text) == "composition" else "field"
        if element.widget == "password":
            text_class = "secret"
        self.to_keyboard()
        action = self.begin()
        typing = self.typist.type(text, mode=mode, uncorrected=uncorrected)
        before = live.value(element)
        span = live.fields.span(element.key, before)
        start = self.strike(action, typing, element.key, masked=sensitive, span=span)
        kept = MASK * len(typing.text) if sensitive else typing.text
        live.values[element.key] = live.fields.replace(element.key, before, kept)
        live.note(element)
        if live.pending:
            live.settle(self.t_us)
        self.finish(
            action,
            "type",
            element.key,
            start,
            text_class="secret" if sensitive else text_class,
            error_count=typing.error_count,
        )

    def empty_field(self, element: Element) -> None:
        """Select everything in the focused field and delete it."""
        live = self.live
        if not live.value(element):
            return
        self.to_keyboard()
        action = self.begin()
        start = self.strike(action, self.typist.chord("Control+a"), element.key)
        self.t_us += self.lapse_us(TAB_GAP_S, TAB_LOG_SD)
        began = self.strike(action, self.typist.press("Backspace"), element.key)
        held = live.value(element)
        emptied = len(held)
        live.fields.selection = (element.key, 0, emptied)
        live.values[element.key] = live.fields.replace(element.key, held, "")
        masked = live.sensitivity(element) is not None
        columns = {
            "target": element.key,
            "input_type": "deleteContentBackward",
            "detail": emptied,
            "value_length": 0,
            "masked": masked,
        }
        self.plan.rows.append(Row(began + SCRIPT_US, "input", action, columns))
        self.finish(action, "press", element.key, start, text_class="keys")

    def type_date(self, iso: str, element: Element) -> None:
        """Type a date digit by digit, month first; the field reports it once it is whole."""
        live = self.live
        year, month, day = iso.split("-")
        self.to_keyboard()
        action = self.begin()
        start = self.t_us
        for number, digit in enumerate(month + day + year):
            if number:
                self.t_us += self.lapse_us(TAB_GAP_S, TAB_LOG_SD)
            began = self.strike(action, self.typist.press(digit), element.key)
        live.values[element.key] = iso
        live.write_input(element, began + SCRIPT_US, action, iso)
        self.finish(action, "type", element.key, start, text_class="field")
