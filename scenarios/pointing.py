"""Acts of the pointer on a page: reaching, pressing, dragging, and what the page answers."""

from deskhand.behavior_models.drag import EARLY_FROM, EARLY_TO
from deskhand.errors import DeskhandError
from deskhand.generators.plan import Move, Press
from deskhand.scenarios.hands import Hands
from deskhand.scenarios.live_page import SCRIPT_US
from deskhand.screen import Edge, Element

# Number of the button that brings up a context menu (W3C Pointer Events).
RIGHT = 2
# While dragging, a hand keeps to the lane it is in: the drop lies within this many px up or down.
LANE_PX = 40.0


class Pointing(Hands):
    """Hands whose presses have their effect on the page."""

    def answer(self, edge: Edge | None, target: str, t_us: int, action_id: int) -> None:
        """Let the page answer an act: its transition, then the link that the target carries."""
        live = self.live
        if edge is not None:
            live.take(edge, t_us, action_id)
            self.changed = True
            self.t_us = max(self.t_us, t_us + SCRIPT_US)
        link = live.screen.links.get(target)
        if link is not None:
            if edge is not None and live.busy_until_us > self.t_us:
                self.t_us = live.busy_until_us
            self.load(link, action_id)

    def note_point(
        self,
        action_id: int,
        verb: str,
        target: str | None,
        start_us: int,
        box: tuple[float, ...],
    ) -> None:
        """Finish an action whose pointer ended in a box."""
        self.finish(
            action_id,
            verb,
            target,
            start_us,
            intended=(box[0] + 0.5 * box[2], box[1] + 0.5 * box[3]),
            actual=(self.hand.x, self.hand.y),
        )

    def clumsiness(self) -> float:
        """Return by what a tired hand's errors are more frequent than a fresh one's."""
        return self.fatigue.clumsiness(self.t_us)

    def reach(self, action_id: int, element: Element) -> None:
        """Move the pointer onto an element."""
        self.point(action_id, self.screen_box(element))

    def press_on(
        self,
        action_id: int,
        element: Element,
        *,
        button: int = 0,
        count: int = 1,
        to: str | None = None,
    ) -> None:
        """Press an element under the pointer, ``count`` times, and let the page answer."""
        live = self.live
        live.note(element)
        first = self.t_us
        for number in range(1, count + 1):
            if number > 1:
                down = self.down_again_us()
                self._re_aim(action_id, element, down)
                self.t_us = down
            self.press_button(action_id, element, button=button, count=number, repeats=count > 1)
        if count > 1:
            live.fields.lit = element.key
        if live.pending and live.pending[0][0] <= self.t_us:
            live.settle(self.t_us, first)
        key = element.key
        if button == RIGHT:
            edge = live.edge("right_click", key, to=to)
            if edge is not None:
                # A browser asks for a context menu while the button is down, after the focus.
                opened = self.plan.presses[-1].down_us + 2 * SCRIPT_US
                self.answer(edge, "", opened, action_id)
        if button:
            return
        kind = "double_click" if count == 2 else "click"
        edge = live.edge(kind, key, to=to)
        if edge is None and to is not None:
            edge = self._edge_or_refuse(kind, key, to)
        if element.widget in ("checkbox", "radio"):
            on = element.widget == "radio" or not live.checked.get(key, element.checked)
            live.checked[key] = on
            self.t_us += SCRIPT_US
            live.write_input(element, self.t_us, action_id, "true" if on else "false")
        if edge is not None or key in live.screen.links:
            self.answer(edge, key, self.t_us + SCRIPT_US, action_id)

    def down_again_us(self) -> int:
        """Return when the button goes down for the next press of a double click."""
        down = self.plan.presses[-1].down_us + self.hand.double_gap_us()
        return max(down, self.t_us + SCRIPT_US)

    def _re_aim(self, action_id: int, element: Element, down_us: int) -> None:
        """Let the pointer slip by a pixel or two between two presses, if it stays on the element."""
        hand = self.hand
        x0, y0 = hand.x, hand.y
        hand.re_aim()
        left, top, width, height = self.screen_box(element)
        if not (left <= hand.x < left + width and top <= hand.y < top + height):
            hand.x, hand.y = x0, y0
        if (hand.x, hand.y) != (x0, y0):
            self.plan.moves.append(
                Move(action_id, "drift", self.t_us, down_us, x0, y0, hand.x, hand.y, 0.0, 0)
            )

    def _edge_or_refuse(self, kind: str, key: str, to: str) -> Edge:
        screen = self.live.screen
        known = sorted(
            {
                e.to
                for edges in screen.edges.values()
                for e in edges
                if (e.kind, e.target) == (kind, key)
            }
        )
        raise DeskhandError(
            f"screen {screen.name!r}: {kind} on {key!r} does not lead to state {to!r} from "
            f"{dict(self.live.page.state)}; it can lead to: {', '.join(known) or 'nothing'}."
        )

    def drag_to(self, locator: str, place: str, *, to: str | None = None) -> None:
        """Drag one element onto another; at times it is let go on the way and taken up again."""
        self.ponder("decide")
        self.to_mouse()
        source = self.show(self.find(locator))
        goal = self.find(place)
        live = self.live
        live.note(source)
        live.note(goal)
        error = None
        if self.draws.uniform() < self.persona.hand.drag.early_release_share * self.clumsiness():
            error, start = self.begin(), self.t_us
            share = EARLY_FROM + (EARLY_TO - EARLY_FROM) * self.draws.uniform()
            box = self._carry(error, source, goal, share)
            self.note_point(error, "drag", source.key, start, box)
            self.t_us += self.tempo.think_us("notice")
        action, start = self.begin(), self.t_us
        box = self._carry(action, source, goal)
        edge = live.edge("drag", source.key, to_target=goal.key, to=to)
        if edge is not None:
            self.answer(edge, "", self.t_us + SCRIPT_US, action)
            # The page moves the node, and a node that is moved loses the focus without a blur.
            live.focus = None
        self.note_point(action, "drag", source.key, start, box)
        if error is not None:
            self.mend(error)

    def _carry(
        self, action_id: int, source: Element, goal: Element, share: float = 1.0
    ) -> tuple[float, ...]:
        """Press on one element, move towards another, let go; returns where the way led.

        Parameters
        ----------
        share : float
            Of the way; below 1 the element is let go before it is there.
        """
        # What is dragged may cross the desktop.
        self.await_sight()
        self.reach(action_id, source)
        x0, y0 = self.hand.x, self.hand.y
        down = self.t_us + self.hand.dwell_us()
        focus = source if source.tab >= 0 else None
        self.live.move_focus(focus, down + SCRIPT_US, action_id)
        self.t_us = down + self.hand.grip_us()
        left, top, width, height = self.screen_box(goal)
        low, high = max(top, y0 - LANE_PX), min(top + height, y0 + LANE_PX)
        if high - low < 8.0:
            low, high = top, top + height
        box = (left, low, width, high - low)
        target: str | None = goal.key
        if share < 1.0:
            x = x0 + share * (left + 0.5 * width - x0)
            y = y0 + share * (0.5 * (low + high) - y0)
            box, target = (x - 4.0, y - 4.0, 8.0, 8.0), None
        self.point(action_id, box, kind="drag", buttons=1)
        up = self.t_us + self.hand.drop_us()
        x1, y1 = self.hand.x, self.hand.y
        self.plan.presses.append(
            Press(action_id, down, up, x0, y0, x1, y1, 0, 1, source.key, target)
        )
        self.t_us = up
        self.live.settle(up)
        return box
