"""A person's hands: reaching, pressing, moving the focus, striking keys, turning the wheel."""

import math

from deskhand.generators.hand import Aim
from deskhand.generators.plan import Move, Press, Typed, Wheeled
from deskhand.generators.typing_plan import Typing
from deskhand.generators.wheel import plan_scroll
from deskhand.scenarios.live_page import SCRIPT_US
from deskhand.scenarios.seat import Seat, make
from deskhand.screen import Element

Box = tuple[float, float, float, float]

FOCUSABLE = frozenset(
    (
        "text",
        "textarea",
        "password",
        "date",
        "checkbox",
        "radio",
        "select",
        "combobox",
        "button",
        "link",
    )
)
# Pages leave the focus where it is when one of these is pressed: the list or the menu belongs to it.
KEEP_FOCUS = frozenset(("option", "menuitem", "menuitemcheckbox", "menuitemradio"))
# An element counts as in view when this share of its height shows; then it is not scrolled to.
IN_VIEW_SHARE = 0.7
# How far from the middle of the window a wanted element comes to rest, as a share of its height
# (assumed).
REST_SD = 0.12
LONGEST_SEARCH = 12
# From so many keys on it is a text, with intervals that can drift; less is a press or a shortcut.
TEXT_KEYS = 3


class Hands(Seat):
    """A seat whose person can reach, press, type and scroll."""

    def to_mouse(self) -> None:
        """Move the hand to the mouse, if it is not there."""
        if self.on_keyboard:
            self.on_keyboard = False
            self.returning = True
            self.t_us += self.hand.home_us()

    def to_keyboard(self) -> None:
        """Move the hand to the keyboard, if it is not there."""
        if not self.on_keyboard:
            self.on_keyboard = True
            self.t_us += self.hand.home_us()

    def slowness(self) -> float:
        """Return the factor on times of movement now, by fatigue and practice."""
        return self.fatigue.slowness(self.t_us) * self.skill

    def screen_box(self, element: Element) -> Box:
        """Return the part of an element that shows, as a box in screen px."""
        left, top, width, height = element.box
        if not element.fixed:
            top -= self.live.page.scroll_y
        wide, high = self.live.screen.viewport
        window = self.window
        if left < 0.0 or top < 0.0 or left + width > wide or top + height > high:
            right, bottom = min(left + width, wide), min(top + height, high)
            left, top = max(left, 0.0), max(top, 0.0)
            width, height = max(right - left, 1.0), max(bottom - top, 1.0)
        return window.origin_x + left, window.origin_y + top, width, height

    def point(
        self,
        action_id: int,
        box: Box,
        kind: str = "aim",
        buttons: int = 0,
        lane_px: float | None = None,
        *,
        sideways: bool = False,
    ) -> None:
        """Move the pointer into a box; on the way to a target it may rest and aim anew.

        ``lane_px`` is the width of the open list whose row the box is, on the way down that list; or
        ``sideways`` the height of the item along which the way into a submenu leads.
        """
        hand = self.hand
        hand.slowness = self.slowness()
        if self.notification is not None and not buttons:
            self.await_sight(box)
        if kind == "drag":
            x0, y0 = hand.x, hand.y
            aim = hand.drag(box)
        else:
            self._grip(action_id)
            x0, y0 = hand.x, hand.y
            # Who rests beside the way has left the list.
            rest = hand.rest_before(box) if lane_px is None else None
            if rest is not None:
                self._move(action_id, "aim", x0, y0, rest[0])
                self.t_us += rest[1]
                x0, y0 = hand.x, hand.y
            aim = hand.aim(box) if lane_px is None else hand.steer(box, lane_px, sideways=sideways)
        if aim.duration_us:
            self._move(action_id, kind, x0, y0, aim, buttons)

    def await_sight(self, box: Box | None = None) -> None:
        """Wait until a notification that lies over a box, or anywhere, has gone."""
        note = self.notification
        if note is not None and (box is None or note.over(box)):
            self.t_us = max(self.t_us, note.until_us)

    def _move(
        self, action_id: int, kind: str, x0: float, y0: float, aim: Aim, buttons: int = 0
    ) -> None:
        """Append a movement that begins now and let its time pass."""
        x, y, duration_us, width_px = aim
        end = self.t_us + duration_us
        move = (action_id, kind, self.t_us, end, x0, y0, x, y, width_px, buttons)
        self.plan.moves.append(make(Move, move))
        self.t_us = end

    def _grip(self, action_id: int) -> None:
        """Take hold of the mouse after typing; the first motion is a push without an aim."""
        if not self.returning:
            return
        self.returning = False
        x0, y0 = self.hand.x, self.hand.y
        push = self.hand.push()
        if push is not None and push.duration_us:
            self._move(action_id, "return", x0, y0, push)

    def rest_hand(self, action_id: int, duration_us: int) -> None:
        """Let time pass with the hand on the mouse, which is never quite still."""
        hand, start = self.hand, self.t_us
        self._grip(action_id)
        begun = self.t_us
        for since_us, lasts_us, dx, dy in hand.idle(start + duration_us - begun):
            x0, y0 = hand.x, hand.y
            aim = hand.drift(dx, dy, lasts_us * 1e-6)
            if aim.duration_us:
                self.t_us = begun + since_us
                self._move(action_id, "drift", x0, y0, aim)
        self.t_us = max(start + duration_us, self.t_us)

    def press_button(
        self,
        action_id: int,
        element: Element | None,
        *,
        button: int = 0,
        count: int = 1,
        repeats: bool = False,
    ) -> None:
        """Press and release a button where the pointer is; the press moves the focus.

        ``repeats`` tells whether it is one press of a double click.
        """
        hand = self.hand
        down = self.t_us + hand.dwell_us() if count == 1 else self.t_us
        up = down + (hand.double_hold_us() if repeats else hand.hold_us())
        target = None if element is None else element.key
        x, y = hand.x, hand.y
        press = (action_id, down, up, x, y, x, y, button, count, target, target)
        self.plan.presses.append(make(Press, press))
        self.live.fields.leave()
        if element is None or element.tab >= 0 or element.widget in FOCUSABLE:
            self.live.move_focus(element, down + SCRIPT_US, action_id)
        elif element.role not in KEEP_FOCUS:
            self.live.move_focus(None, down + SCRIPT_US, action_id)
        self.t_us = up

    def strike(
        self,
        action_id: int,
        typing: Typing,
        target: str | None,
        *,
        masked: bool = False,
        span: tuple[int, int] | None = None,
    ) -> int:
        """Type planned keys into a target now; returns when they began.

        ``span`` is what the first of them replaces; without it they go to the end.
        """
        start = self.t_us
        live = self.live
        if self.keys_drift and len(typing.tokens) >= TEXT_KEYS:
            typing = typing.paced(self.slowness())
        element = live.elements.get(target) if target is not None else None
        length = offset = 0 if element is None else len(live.value(element))
        if span is not None:
            offset, length = span[0], length - (span[1] - span[0])
        self.plan.typed.append(Typed(action_id, start, typing, target, offset, length, masked))
        self.t_us = start + typing.duration_us
        return start

    # Scrolling

    def show(self, element: Element) -> Element:
        """Scroll until an element is in view; returns it as it then is."""
        if element.fixed or not self.live.limit_y:
            return element
        for attempt in range(LONGEST_SEARCH):
            _, top, _, height = element.box
            high = self.live.screen.viewport[1]
            top -= self.live.page.scroll_y
            showing = min(top + height, high) - max(top, 0.0)
            if showing >= IN_VIEW_SHARE * min(height, high):
                return element
            middle = high * (0.5 + REST_SD * self.draws.normal())
            before = self.live.page.scroll_y
            away = top + 0.5 * height - middle
            if not attempt and self.draws.uniform() < self.persona.hand.scroll.reversal_share:
                # The search runs past the element and comes back in the next round.
                away += math.copysign(high * (0.5 + 0.5 * self.draws.uniform()), away)
            self.scroll_by(self.begin(), away, verb="scroll")
            if self.live.page.scroll_y == before:
                return element
            element = self.find(element.key)
        return element

    def scroll_by(
        self,
        action_id: int,
        distance_px: float,
        *,
        verb: str | None,
        reading: bool = False,
        pane: bool = False,
    ) -> None:
        """Turn the wheel; the page moves by whole notches within its limits, with ``pane`` only a part of it."""
        live = self.live
        self.to_mouse()
        start = self.t_us
        self._grip(action_id)
        self._enter_page(action_id)
        offset = live.page.scroll_y
        if not pane:
            distance_px = min(max(distance_px, -offset), live.limit_y - offset)
        scroll = plan_scroll(self.persona, self.wheel_draws, distance_px, reading=reading)
        if len(scroll.t_us):
            # A page that is at its limit makes wheel rows and no scroll rows.
            x, y, limit = self.hand.x, self.hand.y, float(offset if pane else live.limit_y)
            self.plan.wheeled.append(
                Wheeled(action_id, self.t_us, scroll, x, y, None, offset, limit)
            )
        self.t_us += scroll.duration_us
        if not pane:
            at = offset + float(scroll.delta_y.sum())
            live.page.scroll_y = round(min(max(at, 0.0), live.limit_y))
        if live.pending:
            live.settle(self.t_us)
        if verb is not None:
            self.finish(action_id, verb, None, start)

    def _enter_page(self, action_id: int) -> None:
        """Bring the pointer over the page, since the wheel turns what lies under the pointer."""
        window, hand = self.window, self.hand
        wide, high = self.live.screen.viewport
        x, y = hand.x - window.origin_x, hand.y - window.origin_y
        self.await_sight((hand.x, hand.y, 1.0, 1.0))
        if not (0 <= x < wide and 0 <= y < high):
            left, top = window.origin_x + 0.25 * wide, window.origin_y + 0.25 * high
            self.point(action_id, (left, top, 0.5 * wide, 0.5 * high))
