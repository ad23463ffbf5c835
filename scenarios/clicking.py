"""Clicks: on what is meant, or by a slip beside it or on its neighbour, which is noticed and made good."""

from deskhand.behavior_models.habits import takes_tab
from deskhand.scenarios.pointing import RIGHT
from deskhand.scenarios.wrong_target import HISTORY_BACK, WayBack, Wrong, wrong_target
from deskhand.scenarios.zooming import Zooming
from deskhand.screen import BASE, Element
from deskhand.streams import Draws

# A slip lands this far beyond the target's edge, in px (assumed).
SLIP_PX = (4.0, 10.0)
# Of the slips with a neighbour at hand, the share that land on it; the others do nothing (assumed).
ON_NEIGHBOUR_SHARE = 0.6
# A click on nothing may land anywhere in a spot of this size; so many are looked at (assumed).
SPOT_PX, SPOTS = 60.0, 12
# Of clicks into a page, those that are double and select a word: of 911 clicks an active hour 2 * 114 are those
# of double clicks (Balabit, medians of 10 users), so 114 of 797 acts.
DOUBLED = 0.14


class Clicking(Zooming):
    """Hands that click, at times on the wrong thing."""

    def focus_on(self, element: Element, kind: str = "next") -> Element:
        """Give an element the focus, by Tab or by a click; returns it as it then is."""
        if self.live.focus == element.key:
            self.ponder(kind)
            return self.find(element.key)
        if self.keys_alone:
            self.ponder(kind)
            return self.reach_by_keys(element.key)
        presses = self.live.tab_distance(element.key)
        if takes_tab(self.mind, self.draws, presses, on_keyboard=self.on_keyboard):
            self.ponder(kind)
            self.tab_to(element)
        else:
            self.click_on(element.key, kind=kind)
        return self.find(element.key)

    def click_on(
        self,
        locator: str,
        *,
        kind: str = "decide",
        verb: str = "click",
        button: int = 0,
        count: int = 1,
        to: str | None = None,
    ) -> None:
        """Think, reach an element, press it, and let the page answer."""
        if self.keys_alone:
            if button == RIGHT:
                self.open_menu(locator)
            else:
                self.activate(locator, kind=kind, verb=verb, to=to)
            return
        self.ponder(kind)
        element = self.find(locator)
        self.await_edge("right_click" if button == RIGHT else "click", element.key)
        self.to_mouse()
        element = self.show(self.find(element.key))
        if self.notification is not None:
            self.clear_way(element)
            element = self.show(self.find(element.key))
        error = None
        if self.lurking is not None and count == 1 and not button:
            error = self.mispress(element, self.ends())
        if (
            error is None
            and count == 1
            and self.draws.uniform() < self.mind.slip_rate * self.clumsiness()
        ):
            # What is about to change by itself may be gone once a slip has been noticed.
            error = None if button or self.live.pending else self._slip(element)
        if error is not None:
            self.to_mouse()
            element = self.show(self.find(element.key))
        action = self.begin()
        start = self.t_us
        self.reach(action, element)
        live = self.live
        while live.pending and live.pending[0][0] <= self.t_us:
            # The page changed on the way: go to where the target is now.
            live.settle(self.t_us)
            now = self.find(element.key)
            if now.box != element.box:
                self.t_us += self.tempo.think_us("react")
                self.reach(action, now)
            element = now
        box = self.screen_box(element)
        self.press_on(action, element, button=button, count=count, to=to)
        self.note_point(action, verb, element.key, start, box)
        if error is not None:
            self.mend(error)

    def _slip(self, element: Element) -> int | None:
        """Click something else, notice it, and take back what it did; returns the action, if any."""
        draws = Draws(self.plan.seed, "desk.slip", *self.who, len(self.plan.actions))
        wrong = None
        if draws.uniform() < ON_NEIGHBOUR_SHARE:
            wrong = wrong_target(self.live, element, self.screens, self.ends())
        spot = self._blank_beside(element, draws) if wrong is None else None
        if wrong is None and spot is None:
            return None
        here = self.live.screen.name
        box = self.screen_box(element)
        action, start = self.begin(), self.t_us
        if wrong is not None:
            self.reach(action, wrong.element)
            self.press_on(action, wrong.element)
            self._tell(wrong, "select.open", action)
        elif spot is not None:
            self.point(action, (spot[0] - 1.0, spot[1] - 1.0, 3.0, 3.0))
            self.press_button(action, None)
        self.note_point(action, "click", wrong and wrong.element.key, start, box)
        self.t_us = max(self.t_us, self.live.busy_until_us) + self.tempo.think_us("notice")
        if wrong is not None and wrong.back is not None:
            self._take_back(wrong, wrong.back, here)
        return action

    def ends(self) -> set[str]:
        """Return the states that the task is to come to: nobody comes to them by mistake."""
        goals = (goal for goal in self.plan.goals if goal.task == self.task)
        return {end.state for goal in goals for end in goal.ends}

    def _take_back(self, wrong: Wrong, back: WayBack, here: str) -> None:
        """Undo what a wrong click did: with a click, with Escape, or by going back to the page ``here``."""
        if back.target is not None:
            element = self.show(self.find(back.target))
            action, start = self.begin(), self.t_us
            self.reach(action, element)
            box = self.screen_box(element)
            self.press_on(action, element, to=back.to)
            self.note_point(action, "click", element.key, start, box)
        elif back.keys == HISTORY_BACK:
            self.to_keyboard()
            action = self.begin()
            start = self.strike(action, self.typist.chord(HISTORY_BACK), self.live.focus)
            self.load(here, action)
            self.finish(action, "navigate", None, start, text_class="keys")
        elif back.keys is not None:
            self.press_keys(back.keys, to=back.to)
        self._tell(wrong, "select.close", self.plan.actions[-1].action_id)
        self.t_us = max(self.t_us, self.live.busy_until_us)

    def _tell(self, wrong: Wrong, kind: str, action: int) -> None:
        """Tell of a list that was opened by mistake, or closed again."""
        if wrong.element.widget == "combobox" and wrong.back is not None:
            self.row(kind, {"target": wrong.element.key}, action)

    def _blank_beside(self, element: Element, draws: Draws) -> tuple[float, float] | None:
        """Return a point just outside an element where no other control lies, if there is one."""
        left, top, width, height = self.screen_box(element)
        off = SLIP_PX[0] + (SLIP_PX[1] - SLIP_PX[0]) * draws.uniform()
        along, side = draws.uniform(), int(4 * draws.uniform())
        x = (left - off, left + width + off)[side] if side < 2 else left + along * width
        y = (top - off, top + height + off)[side - 2] if side >= 2 else top + along * height
        return (x, y) if self._blank(x, y) else None

    def click_into_page(self) -> None:
        """Click on nothing, as people do who look at a page; not where that may close something."""
        live, wide, high = self.live, *self.live.screen.viewport
        if live.pending or any(state != BASE for state in live.page.state.values()):
            return
        draws = Draws(self.plan.seed, "desk.blank", *self.who, len(self.plan.actions))
        for _ in range(SPOTS):
            x = self.window.origin_x + wide * draws.uniform()
            y = self.window.origin_y + high * draws.uniform()
            if self._blank(x, y):
                self.to_mouse()
                action, start = self.begin(), self.t_us
                box = (x - 0.5 * SPOT_PX, y - 0.5 * SPOT_PX, SPOT_PX, SPOT_PX)
                self.point(action, box)
                if self._blank(self.hand.x, self.hand.y):
                    double = draws.uniform() < DOUBLED
                    self.press_button(action, None, repeats=double)
                    if double:
                        self.t_us = self.down_again_us()
                        self.press_button(action, None, count=2, repeats=True)
                    self.note_point(action, "double_click" if double else "click", None, start, box)
                else:
                    self.note_point(action, "hover", None, start, box)
                return

    def _blank(self, x: float, y: float) -> bool:
        """Return whether a point of the screen is on the page, and no control lies there."""
        window = self.window
        wide, high = self.live.screen.viewport
        page_x, page_y = x - window.origin_x, y - window.origin_y
        if not (2 <= page_x < wide - 2 and 2 <= page_y < high - 2):
            return False
        for other in self.live.elements.values():
            if other.widget == "other" and other.role not in ("option", "listitem"):
                continue
            o_left, o_top, o_width, o_height = other.box
            if not other.fixed:
                o_top -= self.live.page.scroll_y
            near_x = o_left - 3 <= page_x <= o_left + o_width + 3
            if near_x and o_top - 3 <= page_y <= o_top + o_height + 3:
                return False
        return True
