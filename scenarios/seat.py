"""A person in front of a desktop: the clock, the windows, the hands, and what they can do at once.

The methods here plan acts: they advance the clock ``t_us`` and append intents to the plan, without
yielding. The verbs of `deskhand.scenarios.desk` join them into steps and let the time pass.
"""

import math
from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import Any

from deskhand.behavior_models.think_time import Tempo
from deskhand.errors import DeskhandError, UnknownNameError
from deskhand.generators.hand import Hand
from deskhand.generators.keyboard_plan import Typing, Typist
from deskhand.generators.plan import Action, Move, Place, Press, Row, SessionPlan, Typed, Wheeled
from deskhand.generators.wheel import plan_scroll
from deskhand.scenarios.live_page import SCRIPT_US, LivePage
from deskhand.scenarios.windows import Window, load_us, page_origin
from deskhand.screen import Element, Screen
from deskhand.streams import Draws

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
# An element counts as in view when this share of its height shows; then it is not scrolled to.
IN_VIEW_SHARE = 0.7
# How far from the middle of the window a wanted element comes to rest, as a share of its height
# (assumed).
REST_SD = 0.12
LONGEST_SEARCH = 12


class Seat:
    """One person's body and windows in one session.

    Parameters
    ----------
    plan : SessionPlan
        Receives all intents.
    screens : mapping
        Compiled screens by name.
    sensitive : collection of str
        Elements to mask besides those that their screens mark.

    Attributes
    ----------
    t_us : int
        The planned present, in microseconds since the session's start.
    window, live : Window, LivePage
        What is in front.
    on_keyboard : bool
        Whether the pointing hand lies on the keyboard.
    clipboard : str
        The text that was copied last.
    """

    def __init__(
        self, plan: SessionPlan, screens: Mapping[str, Screen], sensitive: Collection[str]
    ) -> None:
        persona = plan.persona
        who = (plan.team, plan.person, plan.day)
        self.plan = plan
        self.screens = screens
        self.persona = persona
        self.mind = persona.mind
        self.draws = Draws(plan.seed, "desk", *who)
        self.wheel_draws = Draws(plan.seed, "desk.wheel", *who)
        self.hand = Hand(persona, Draws(plan.seed, "desk.hand", *who))
        self.typist = Typist(persona, Draws(plan.seed, "desk.typist", *who))
        self.tempo = Tempo(persona.mind, Draws(plan.seed, "desk.think", *who))
        self.desktop = (persona.device.screen_width, persona.device.screen_height)
        self.sensitive = set(sensitive)
        self.windows: dict[str, Window] = {}
        self.recent: list[str] = []
        self.window: Window
        self.live: LivePage
        self.t_us = 0
        self.scenario = plan.scenario
        self.task = 0
        self.step = -1
        self.on_keyboard = False
        self.clipboard = ""
        self.changed = True
        self._action = -1
        self._correction_of: int | None = None

    # Windows and pages

    def open_window(self, screen: str) -> None:
        """Open the window of a screen's application in front of the others, with a fresh page."""
        page = self.fresh_page(screen)
        number = len(self.windows)
        app = page.screen.app
        origin = page_origin(number, page.screen.viewport, self.desktop)
        self.windows[app] = Window(
            app=app,
            name=f"window-{number + 1}",
            number=number,
            origin_x=origin[0],
            origin_y=origin[1],
            live=page,
        )
        self.bring_front(app)
        self.row("navigation", {"url": page.screen.href, "reference": screen})

    def fresh_page(self, screen: str) -> LivePage:
        """Return a newly loaded page."""
        found = self.screens.get(screen)
        if found is None:
            raise UnknownNameError("screen", screen, self.screens)
        return LivePage(found, self.plan, self.sensitive)

    def bring_front(self, app: str) -> None:
        """Put an application's window in front now."""
        if self.recent:
            left = self.live
            left.settle(self.t_us)
            if left.focus is not None:
                self.row("blur", {"target": left.focus})
            # The window manager answers like a page: after the event, not with it.
            self.t_us += SCRIPT_US
        window = self.windows[app]
        self.window, self.live = window, window.live
        window.front_us = self.t_us
        self.recent = [app, *(a for a in self.recent if a != app)]
        live = self.live
        self.plan.places.append(
            Place(self.t_us, app, window.name, window.origin_x, window.origin_y)
        )
        self.row(
            "window.focus",
            {
                "app": app,
                "window": window.name,
                "reference": live.screen.name,
                "url": live.screen.href,
            },
        )
        live.settle(self.t_us, self.t_us)
        if live.focus is not None:
            self.row("focus", {"target": live.focus})
        self.changed = True

    def load(self, screen: str, action_id: int | None) -> None:
        """Replace the page in front after the time of loading."""
        self.t_us += load_us(self.draws)
        self.live.settle(self.t_us)
        page = self.fresh_page(screen)
        if page.screen.app != self.window.app:
            # A link to another application opens in that application's own window.
            if page.screen.app not in self.windows:
                self.open_window(screen)
                return
            self.bring_front(page.screen.app)
        self.window.live = self.live = page
        self.row("navigation", {"url": page.screen.href, "reference": screen}, action_id)
        self.changed = True

    # Records of what happens

    def row(self, kind: str, columns: dict[str, Any], action_id: int | None = None) -> None:
        """Append a row at the present time."""
        self.plan.rows.append(Row(self.t_us, kind, action_id, columns))

    def begin(self) -> int:
        """Return the number of a new action."""
        self._action += 1
        return self._action

    def finish(
        self,
        action_id: int,
        verb: str,
        target: str | None,
        start_us: int,
        *,
        intended: tuple[float, float] | None = None,
        actual: tuple[float, float] | None = None,
        text_class: str | None = None,
        error_of: int | None = None,
        error_count: int = 0,
    ) -> None:
        """Append an action that ends now."""
        correction = self._correction_of
        self._correction_of = None
        self.plan.actions.append(
            Action(
                action_id,
                self.scenario,
                self.task,
                self.step,
                verb,
                target,
                start_us,
                self.t_us,
                None if intended is None else intended[0],
                None if intended is None else intended[1],
                None if actual is None else actual[0],
                None if actual is None else actual[1],
                text_class,
                error_of,
                correction,
                error_count,
            )
        )

    # Mind and eyes

    def ponder(self, kind: str) -> None:
        """Think; on a page that has just changed, look at it first."""
        live = self.live
        if self.t_us < live.busy_until_us:
            self.t_us = live.busy_until_us + self.tempo.think_us("react")
        if self.changed:
            self.changed = False
            kind = "look"
        self.t_us += self.tempo.think_us(kind)
        if live.pending:
            live.settle(self.t_us)

    def find(self, locator: str) -> Element:
        """Return the element that a locator names; wait for it when the page is about to change."""
        live = self.live
        element = live.elements.get(locator)
        if element is not None:
            return element
        while live.pending:
            if "=" in locator:
                with suppress(DeskhandError):
                    return live.page.element(locator)
            self.await_change()
            if locator in live.elements:
                return live.elements[locator]
        return live.page.element(locator)

    def await_change(self) -> None:
        """Wait until the next pending change of the page and notice it."""
        due = max(self.live.pending[0][0], self.t_us)
        self.live.settle(due)
        self.t_us = due + self.tempo.think_us("react")
        self.live.settle(self.t_us)

    def await_edge(self, kind: str, target: str | None, key: str | None = None) -> None:
        """Wait while an act would start nothing now but will once the page has changed."""
        while self.live.starts_later(kind, target, key):
            self.await_change()

    def lapse_us(self, median_s: float, log_sd: float) -> int:
        """Return a log-normal lapse of time in microseconds."""
        return int(1e6 * median_s * math.exp(log_sd * self.draws.normal()))

    # Hands

    def to_mouse(self) -> None:
        """Move the hand to the mouse, if it is not there."""
        if self.on_keyboard:
            self.on_keyboard = False
            self.t_us += self.hand.home_us()

    def to_keyboard(self) -> None:
        """Move the hand to the keyboard, if it is not there."""
        if not self.on_keyboard:
            self.on_keyboard = True
            self.t_us += self.hand.home_us()

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

    def point(self, action_id: int, box: Box, kind: str = "aim", buttons: int = 0) -> None:
        """Move the pointer into a box."""
        hand = self.hand
        x0, y0 = hand.x, hand.y
        aim = hand.drag(box) if kind == "drag" else hand.aim(box)
        if aim.duration_us:
            end = self.t_us + aim.duration_us
            self.plan.moves.append(
                Move(action_id, kind, self.t_us, end, x0, y0, aim.x, aim.y, aim.width_px, buttons)
            )
            self.t_us = end

    def drift(self, action_id: int, reach_px: float) -> None:
        """Let the pointer shift without an aim."""
        hand = self.hand
        x0, y0 = hand.x, hand.y
        aim = hand.drift(reach_px)
        if aim.duration_us:
            end = self.t_us + aim.duration_us
            self.plan.moves.append(
                Move(action_id, "drift", self.t_us, end, x0, y0, aim.x, aim.y, aim.width_px, 0)
            )
            self.t_us = end

    def press_button(
        self, action_id: int, element: Element | None, *, button: int = 0, count: int = 1
    ) -> None:
        """Press and release a button where the pointer is; the press moves the focus."""
        hand = self.hand
        down = self.t_us + hand.dwell_us() if count == 1 else self.t_us
        up = down + hand.hold_us()
        target = None if element is None else element.key
        x, y = hand.x, hand.y
        self.plan.presses.append(
            Press(action_id, down, up, x, y, x, y, button, count, target, target)
        )
        if element is None or element.tab >= 0 or element.widget in FOCUSABLE:
            self.move_focus(element, down + SCRIPT_US, action_id)
        elif element.role != "option":
            self.move_focus(None, down + SCRIPT_US, action_id)
        self.t_us = up

    def move_focus(self, element: Element | None, t_us: int, action_id: int) -> None:
        """Take the focus from one element and give it to another."""
        live = self.live
        old = live.focus
        new = None if element is None else element.key
        if old == new:
            return
        rows = self.plan.rows
        if old is not None:
            rows.append(Row(t_us, "blur", action_id, {"target": old}))
        live.focus = new
        if element is not None:
            rows.append(Row(t_us, "focus", action_id, {"target": new}))
            live.note(element)
            reason = live.sensitivity(element)
            if reason is not None:
                columns = {"target": new, "reason": reason, "policy": "mask"}
                rows.append(Row(t_us, "redaction", action_id, columns))

    def strike(
        self, action_id: int, typing: Typing, target: str | None, *, masked: bool = False
    ) -> int:
        """Type planned keys into a target now; returns when they began."""
        start = self.t_us
        live = self.live
        element = live.elements.get(target) if target is not None else None
        length = 0 if element is None else len(live.value(element))
        self.plan.typed.append(Typed(action_id, start, typing, target, length, length, masked))
        self.t_us = start + typing.duration_us
        return start

    # Scrolling

    def show(self, element: Element) -> Element:
        """Scroll until an element is in view; returns it as it then is."""
        if element.fixed or not self.live.limit_y:
            return element
        for _ in range(LONGEST_SEARCH):
            _, top, _, height = element.box
            high = self.live.screen.viewport[1]
            top -= self.live.page.scroll_y
            showing = min(top + height, high) - max(top, 0.0)
            if showing >= IN_VIEW_SHARE * min(height, high):
                return element
            middle = high * (0.5 + REST_SD * self.draws.normal())
            before = self.live.page.scroll_y
            self.scroll_by(self.begin(), top + 0.5 * height - middle, verb="scroll")
            if self.live.page.scroll_y == before:
                return element
            element = self.find(element.key)
        return element

    def scroll_by(
        self, action_id: int, distance_px: float, *, verb: str | None, reading: bool = False
    ) -> None:
        """Turn the wheel; the page moves by whole notches within its limits."""
        live = self.live
        self.to_mouse()
        start = self.t_us
        self._enter_page(action_id)
        offset = live.page.scroll_y
        distance_px = min(max(distance_px, -offset), live.limit_y - offset)
        scroll = plan_scroll(self.persona, self.wheel_draws, distance_px, reading=reading)
        hand = self.hand
        self.plan.wheeled.append(
            Wheeled(action_id, self.t_us, scroll, hand.x, hand.y, None, offset, float(live.limit_y))
        )
        self.t_us += scroll.duration_us
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
        if not (0 <= x < wide and 0 <= y < high):
            left, top = window.origin_x + 0.25 * wide, window.origin_y + 0.25 * high
            self.point(action_id, (left, top, 0.5 * wide, 0.5 * high))
