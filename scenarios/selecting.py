"""Selecting a text: by a double or triple click, by dragging over it, or by keys."""

from deskhand.behavior_models.habits import DOUBLE_CLICK, DRAG, KEYS, TRIPLE_CLICK, selects_by
from deskhand.behavior_models.press import DOUBLE_CLICK_S
from deskhand.errors import DeskhandError, UnknownNameError
from deskhand.generators.plan import Press
from deskhand.scenarios.clicking import Clicking
from deskhand.scenarios.live_page import SCRIPT_US
from deskhand.scenarios.text_places import caret_place, text_box
from deskhand.screen import Element
from deskhand.streams import Draws

WAYS = (DOUBLE_CLICK, TRIPLE_CLICK, DRAG, KEYS)
# More letters than this are not counted off with Shift and an arrow key (estimate).
LONGEST_SHIFT_RUN = 15
# A hand aims at the gap between two letters as at a box of this width (estimate).
GAP_PX = 5.0

Box = tuple[float, float, float, float]


class Selecting(Clicking):
    """Hands that can select what a field holds or an element shows."""

    def shown_text(self, element: Element) -> str:
        """Return what a field holds, or what another element shows."""
        return self.live.value(element) or self.live.filled(element.name)

    def select_part(self, element: Element, part: tuple[int, int], by: str | None) -> None:
        """Select some characters of an element, by the person's habit or as told."""
        live = self.live
        draws = Draws(self.plan.seed, "desk.select", *self.who, len(self.plan.actions))
        ways = self._ways(element, part)
        if self.keys_alone:
            if element.tab < 0:
                self.refuse("select", element.key)
            by = KEYS
        elif by is None:
            by = selects_by(self.mind, draws, ways, on_keyboard=self.on_keyboard)
        elif by not in WAYS:
            raise UnknownNameError("way to select", by, WAYS)
        elif by not in ways:
            raise DeskhandError(
                f"by={by!r}: nobody selects {self.shown_text(element)[slice(*part)]!r} of "
                f"{element.key!r} so; give {' or '.join(ways)}, or leave it to the person."
            )
        if by == KEYS:
            self._by_keys(element, part)
        else:
            self.ponder("decide")
            self.to_mouse()
            element = self.show(self.find(element.key))
            if by == DRAG and live.fields.lit == element.key:
                self._let_go(element, part)
            action, start = self.begin(), self.t_us
            box = self._box(element, part)
            if by == DRAG:
                box = self._drag_over(action, element, part)
            else:
                self.point(action, box)
                self.press_on(action, element, count=3 if by == TRIPLE_CLICK else 2)
            self.note_point(action, "select", element.key, start, box)
        live.fields.selection, live.fields.lit = (element.key, *part), element.key

    def _ways(self, element: Element, part: tuple[int, int]) -> list[str]:
        """Return the ways to select a part of what an element shows, one at least."""
        text = self.shown_text(element)
        start, end = part
        whole = part == (0, len(text))
        chosen = text[start:end]
        ways = []
        if whole and "\n" not in text:
            ways.append(TRIPLE_CLICK)
        edges = text[max(start - 1, 0) : start] + text[end : end + 1]
        places = [caret_place(element, text, at) for at in part]
        word = chosen.isalnum() and not any(letter.isalnum() for letter in edges)
        if word and places[0] is not None:
            ways.append(DOUBLE_CLICK)
        # Press and release on one element are a click as well: only where that starts nothing.
        idle = self.live.edge("click", element.key) is None
        if None not in places and idle and element.key not in self.live.screen.links:
            ways.append(DRAG)
        near = end - start <= LONGEST_SHIFT_RUN and (end == len(text) or places[1] is not None)
        if element.tab >= 0 and (whole or near or not ways):
            ways.append(KEYS)
        return ways or [TRIPLE_CLICK]

    def _box(self, element: Element, part: tuple[int, int]) -> Box:
        """Return where the first line of a part shows, as a box in screen px."""
        box = self.screen_box(element)
        found = text_box(element, self.shown_text(element), *part)
        if found is None:
            return box
        left, top, width, height = found
        width, height = min(width, box[2] - left), min(height, box[3] - max(top, 0.0))
        if width < 1.0 or height < 1.0:
            return box
        return box[0] + left, box[1] + max(top, 0.0), width, height

    def _gap(self, element: Element, at: int) -> Box:
        """Return the gap before a character as a box in screen px."""
        left, top, width, height = self._box(element, (at, at))
        return (
            max(left - 0.5 * GAP_PX, self.screen_box(element)[0]),
            top,
            min(GAP_PX, width),
            height,
        )

    def _let_go(self, element: Element, part: tuple[int, int]) -> None:
        """Click where a drag is to begin: from a text that stands selected, it would take that along."""
        self._click_gap(element, part[0])
        # What is pressed sooner belongs to the click, and selects whole words.
        apart_us = self.plan.presses[-1].down_us + int(DOUBLE_CLICK_S * 1e6) + 1
        self.ponder("next")
        self.t_us = max(self.t_us, apart_us)

    def _click_gap(self, element: Element, at: int) -> None:
        """Click the gap before a character."""
        action, start = self.begin(), self.t_us
        box = self._gap(element, at)
        self.point(action, box)
        self.press_on(action, element)
        self.note_point(action, "click", element.key, start, box)

    def _drag_over(self, action_id: int, element: Element, part: tuple[int, int]) -> Box:
        """Press before the first character, let go after the last; returns where that is."""
        live, key = self.live, element.key
        self.await_sight()
        self.point(action_id, self._gap(element, part[0]))
        x0, y0 = self.hand.x, self.hand.y
        down = self.t_us + self.hand.dwell_us()
        live.note(element)
        live.move_focus(element if element.tab >= 0 else None, down + SCRIPT_US, action_id)
        self.t_us = down + self.hand.grip_us()
        box = self._gap(element, part[1])
        self.point(action_id, box, kind="drag", buttons=1)
        up = self.t_us + self.hand.drop_us()
        x1, y1 = self.hand.x, self.hand.y
        self.plan.presses.append(Press(action_id, down, up, x0, y0, x1, y1, 0, 1, key, key))
        self.t_us = up
        live.settle(up)
        return box

    def _by_keys(self, element: Element, part: tuple[int, int]) -> None:
        """Select with Control+a, or go to the end of the part and hold Shift on the way back."""
        live, text = self.live, self.shown_text(element)
        if part == (0, len(text)):
            self.focus_on(element)
            self.ponder("next")
            self.press_keys("Control+a", verb="select")
            return
        start, end = part
        if end == len(text):
            element = self.focus_on(element)
            self.caret_to_end(element)
        elif self.keys_alone:
            element = self.focus_on(element)
            self.press_keys("Control+End" if element.widget == "textarea" else "End")
            self.press_keys("ArrowLeft", count=len(text) - end)
        else:
            self.ponder("decide")
            self.to_mouse()
            element = self.show(self.find(element.key))
            self._click_gap(element, end)
        self.to_keyboard()
        action, begun = self.begin(), self.t_us
        self.strike(action, self.typist.chord("Shift+ArrowLeft", count=end - start), element.key)
        if live.pending:
            live.settle(self.t_us)
        self.finish(action, "select", element.key, begun, text_class="keys")

    def caret_to_end(self, element: Element) -> None:
        """Press End where the last edit has left the caret within the focused field."""
        live = self.live
        if live.fields.at_end(element.key, live.value(element)):
            return
        self.ponder("next")
        several = element.widget == "textarea"
        self.press_keys("Control+End" if several else "End")
        live.fields.caret = None
