"""A person in front of a desktop: the clock, the windows, the eyes and the thoughts.

The methods of this class and of those on top of it (`hands`, `pointing`, `keying`) plan acts: they
advance the clock ``t_us`` and append intents to the plan, without yielding. The verbs of
`deskhand.scenarios.page_verbs` and `deskhand.scenarios.desk` join them into steps and let the time
pass.
"""

import math
import re
from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import Any

from deskhand.behavior_models.conditions import condition
from deskhand.behavior_models.fatigue import WorkingHand
from deskhand.behavior_models.think_time import Tempo
from deskhand.errors import DeskhandError, UnknownNameError
from deskhand.generators.hand import Hand
from deskhand.generators.plan import Action, Place, Row, SessionPlan
from deskhand.generators.typing_pool import TypingPool
from deskhand.generators.typist import Ahead, Typist
from deskhand.scenarios.live_page import SCRIPT_US, LivePage
from deskhand.scenarios.notification import Notice, Notification
from deskhand.scenarios.scenario import GaveUpError
from deskhand.scenarios.windows import Window, home_monitor, load_us, page_origin
from deskhand.screen import Element, Screen
from deskhand.streams import Draws

Box = tuple[float, float, float, float]
NOWHERE = (None, None)
# Looks at a page before somebody is sure that a thing is not on it (assumed).
LOOKS_IN_VAIN = 3
# What somebody looks for by its role and name, and how it is called when it is not there.
_NAMED = re.compile(r'role=([\w-]+)\[name="(.*)"\]')
# For the intents that come by the ten thousand: a named tuple's own constructor takes twice as long.
make = tuple.__new__


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
    ahead, pool : optional
        As `deskhand.generators.typist.Typist` takes them.

    Attributes
    ----------
    t_us : int
        The planned present, in microseconds since the session's start.
    who : tuple of int
        Team, person and day: with the seed they name the session's streams.
    window, live : Window, LivePage
        What is in front.
    keys_alone : bool
        Whether the person uses no pointer at all.
    on_keyboard : bool
        Whether the pointing hand lies on the keyboard.
    returning : bool
        Whether the hand is back from the keyboard and has not moved the mouse yet.
    fatigue : WorkingHand
        How tired the hand is.
    skill : float
        Factor on the times of the task at hand, below 1 in what is practised.
    keys_drift : bool
        Whether typing, too, slows with fatigue and gains by practice, as it does over days.
    clipboard : str
        The text that was copied last.
    notices : list of Notice
        What notifications will tell at the end of the step.
    notification : Notification or None
        The one that shows.
    lurking : tuple of (Notice, int) or None
        What one is to tell that will be met by a press, and when it shows if none has met it.
    gives_up : bool
        Whether the task may turn out to be impossible: what is not there is then looked for in vain.
    """

    def __init__(
        self,
        plan: SessionPlan,
        screens: Mapping[str, Screen],
        sensitive: Collection[str],
        ahead: Ahead | None = None,
        pool: TypingPool | None = None,
    ) -> None:
        persona = plan.persona
        who = (plan.team, plan.person, plan.day)
        self.plan = plan
        self.who = who
        self.screens = screens
        self.persona = persona
        self.mind = persona.mind
        self.draws = Draws(plan.seed, "desk", *who)
        self.wheel_draws = Draws(plan.seed, "desk.wheel", *who)
        self.hand = Hand(persona, Draws(plan.seed, "desk.hand", *who))
        self.typist = Typist(
            persona, plan.seed, who, fidelity=plan.fidelity, ahead=ahead, pool=pool
        )
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
        self.keys_alone = condition(persona.condition).keys_alone
        self.on_keyboard = self.keys_alone
        self.returning = False
        self.fatigue = WorkingHand(persona.hand.fatigue)
        self.skill = 1.0
        self.keys_drift = False
        self.clipboard = ""
        self.changed = True
        self.notices: list[Notice] = []
        self.notification: Notification | None = None
        self.lurking: tuple[Notice, int] | None = None
        self.notice_draws = Draws(plan.seed, "desk.notices", *who)
        self.zoom_draws = Draws(plan.seed, "desk.zoom", *who)
        self.gives_up = False
        self._action = -1

    # Windows and pages

    def open_window(self, screen: str) -> None:
        """Open the window of a screen's application on its home monitor, in front, with a fresh page."""
        page = self.fresh_page(screen)
        number = len(self.windows)
        app = page.screen.app
        viewport = page.screen.viewport
        monitor = home_monitor(app, viewport, self.persona.device.monitors)
        place = sum(window.monitor == monitor for window in self.windows.values())
        origin = page_origin(place, viewport, monitor)
        self.windows[app] = Window(
            app=app,
            name=f"window-{number + 1}",
            number=number,
            origin_x=origin[0],
            origin_y=origin[1],
            monitor=monitor,
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
        self.plan.rows.append(make(Row, (self.t_us, kind, action_id, columns)))

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
        error_count: int = 0,
    ) -> None:
        """Append an action that ends now."""
        intended_x, intended_y = intended or NOWHERE
        actual_x, actual_y = actual or NOWHERE
        action = (
            action_id,
            self.scenario,
            self.task,
            self.step,
            verb,
            target,
            start_us,
            self.t_us,
            intended_x,
            intended_y,
            actual_x,
            actual_y,
            text_class,
            None,
            None,
            error_count,
        )
        self.plan.actions.append(make(Action, action))

    def mend(self, error: int) -> None:
        """Link an action that went wrong with those since: the latest is what it was meant to be."""
        actions = self.plan.actions
        for number in range(error + 1, len(actions)):
            if actions[number].correction_of is None:
                actions[number] = actions[number]._replace(correction_of=error)
        actions[error] = actions[error]._replace(error_of=len(actions) - 1)

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
        if not self.gives_up:
            return live.page.element(locator)
        try:
            return live.page.element(locator)
        except DeskhandError:
            self.look_in_vain()
            named = _NAMED.fullmatch(locator)
            why = named and f"there is no {named[1]} {named[2]!r} on the page {live.screen.title!r}"
            raise GaveUpError(why or "") from None

    def look_in_vain(self) -> None:
        """Look for what is not there, for as long as it takes to be sure."""
        action, start = self.begin(), self.t_us
        for _ in range(LOOKS_IN_VAIN):
            self.t_us += self.tempo.think_us("look")
        self.live.settle(self.t_us)
        self.finish(action, "read", None, start)

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
