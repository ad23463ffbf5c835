"""The Desk: what a scenario can ask a person to do, as readable verbs.

Here are whole tasks, waiting and breaks. The verbs on windows, addresses and notifications are in
`deskhand.scenarios.desktop_verbs`, those on the page in front in `deskhand.scenarios.page_verbs`.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from math import log
from operator import itemgetter
from typing import Any

import simpy

from deskhand.behavior_models.profile import Profile
from deskhand.behavior_models.task_practice import TaskPractice
from deskhand.errors import DeskhandError, UnknownNameError
from deskhand.generators.plan import Row, SessionPlan
from deskhand.goals import Goal, Reached
from deskhand.scenarios.desktop_verbs import DesktopVerbs
from deskhand.scenarios.laptop_lid import CLOSING_US, LID
from deskhand.scenarios.live_page import MASK, SCRIPT_US
from deskhand.scenarios.masking import sensitive_keys
from deskhand.scenarios.records import Records
from deskhand.scenarios.scenario import Scenario, Steps
from deskhand.scenarios.world import World
from deskhand.screen import BASE, Screen, parse_reference

NEVER = 2**62


class Desk(DesktopVerbs):
    """A person at a desk.

    Parameters
    ----------
    env : simpy.Environment
        The team's world; its time is whole microseconds.
    plan : SessionPlan
        Receives all intents. The session starts now.
    screens : mapping
        Compiled screens by name.
    records : Records
        Names, texts and secrets that this person uses.
    sensitive : collection of str
        Elements to mask besides those that their screens mark.
    world : World
        What the team shares.
    profile : Profile
        The population that the person was drawn from.

    Attributes
    ----------
    look_up_us : int
        Time of the world at which the person next looks up from the task, at the end of a step.
    looks_up : callable or None
        What happens then.
    regain : callable or None
        What follows when something more urgent has taken the person's attention.
    wanted : bool
        Whether it has.
    practice : TaskPractice or None
        How fast the person does which task, where that changes.
    """

    def __init__(
        self,
        env: simpy.Environment,
        plan: SessionPlan,
        screens: Mapping[str, Screen],
        records: Records,
        sensitive: Collection[str] = (),
        *,
        world: World,
        profile: Profile,
    ) -> None:
        super().__init__(plan, screens, sensitive, records.ahead, world.typing_pool)
        self.env = env
        self.world = world
        self.profile = profile
        self.records = records
        self.started_us = int(env.now)
        self.look_up_us = NEVER
        self.looks_up: Callable[[], Steps] | None = None
        self.regain: Callable[[], Steps] | None = None
        self.wanted = False
        self.practice: TaskPractice | None = None
        self._tasks = 0

    def _pass(self) -> Steps:
        """Let the planned time pass; with the page at rest, give way to what is more urgent, or look up."""
        yield from self.pass_time()
        if self.live.pending:
            return
        if self.meet_notices(busy=self.wanted):
            yield from self.pass_time()
        if self.wanted and self.regain is not None:
            yield from self.regain()
        elif self.looks_up is not None and self.env.now >= self.look_up_us:
            yield from self.looks_up()

    def pass_time(self) -> Steps:
        """Let the world come to the planned present, whoever wants the person's attention meanwhile."""
        while True:
            try:
                yield self.env.timeout(self.started_us + self.t_us - int(self.env.now))
            except simpy.Interrupt:
                self.wanted = True
            else:
                return

    def chance(self, probability: float) -> bool:
        """Return whether something happens that does so with a probability."""
        return self.draws.uniform() < probability

    def one_of(self, count: int) -> int:
        """Return a whole number from 0 to ``count - 1``, all alike."""
        return int(count * self.draws.uniform())

    def catch_up(self) -> None:
        """Come to the present of the world, with the page in front at rest."""
        self.t_us = max(self.t_us, int(self.env.now) - self.started_us)
        live = self.live
        live.settle(self.t_us)
        while live.pending:
            self.t_us = max(self.t_us, live.pending[0][0])
            live.settle(self.t_us)

    # The session

    def sit_down(self, screen: str) -> None:
        """Start the session with a screen in front."""
        self.row("session.start", {})
        self.open_window(screen)

    def get_up(self) -> None:
        """End the session now and put the rows in order of time."""
        self.live.settle(self.t_us)
        self.end_notifications()
        self.row("session.end", {})
        plan = self.plan
        plan.duration_us = self.t_us
        plan.rows.sort(key=itemgetter(0))

    def do(self, task: Scenario, **given: Any) -> Steps:
        """Do a whole task: bring up the screen on which it begins, then take its steps.

        Parameters
        ----------
        task : Scenario
            The task.
        **given : object
            Its records, by name; those not given are drawn.
        """
        self.admit(task)
        outer, kinds = (self.scenario, self.task, self.step), self.records.kinds
        outer_skill = self.skill
        self._tasks += 1
        if self.practice is not None:
            self._work_at(self.practice.begin(task.name))
        self.scenario, self.task, self.step = task.name, self._tasks, -1
        self.sensitive.update(sensitive_keys(task.sensitive, task.opens, self.screens))
        self.tempo.start_task()
        self.records.know(task.records)
        yield from self.go_to(task.opens)
        if not task.goes_on:
            yield from self.afresh()
        yield from task.run(self, **self.records.fill(task.needs, given))
        self.scenario, self.task, self.step = outer
        self.records.kinds = kinds
        self._work_at(outer_skill)

    def _work_at(self, skill: float) -> None:
        self.skill = skill
        self.tempo.log_pace = log(skill)

    def aim(self, instruction: str, *ends: Reached) -> None:
        """Say what the task is for: in words, and what its pages have to come to.

        Parameters
        ----------
        instruction : str
            What the person was asked to do.
        *ends : Reached
            All of them are checked, by `deskhand.goals.missed`. Of what masked fields have to hold the
            length alone is kept.
        """
        kept = [self._kept(end) for end in ends]
        for end, shown in zip(ends, kept, strict=True):
            for key, text in end.holding.items():
                if text and shown[key] != text:
                    # What the fields keep to themselves is not told here, either.
                    named = re.compile(rf"(?<!\w){re.escape(text)}(?!\w)")
                    instruction = named.sub("{{" + key + "}}", instruction)
        ends = tuple(
            end if end.holding == shown else replace(end, holding=shown)
            for end, shown in zip(ends, kept, strict=True)
        )
        self.plan.goals.append(
            Goal(
                task=self.task,
                scenario=self.scenario,
                instruction=instruction,
                ends=ends,
                since_us=self.t_us,
            )
        )

    def give_up(self, why: str) -> None:
        """Say that the task at hand cannot be done, and why."""
        if self.plan.goals:
            self.plan.goals[-1] = replace(self.plan.goals[-1], impossible=why)

    def _kept(self, end: Reached) -> dict[str, str]:
        name = parse_reference(end.state)[0]
        screen = self.screens.get(name)
        if screen is None:
            raise UnknownNameError("screen of a goal:", name, self.screens)
        kept = {}
        for key, text in end.holding.items():
            element = screen.elements.get(key)
            secret = element is not None and (element.sensitive or element.widget == "password")
            kept[key] = MASK * len(text) if secret or key in self.sensitive else text
        return kept

    def go_to(self, screen: str) -> Steps:
        """Bring up a screen, fresh or as it is, by window, link or bookmark."""
        wanted = self.screens.get(screen)
        if wanted is None:
            raise UnknownNameError("screen", screen, self.screens)
        if wanted.app != self.window.app:
            if wanted.app not in self.windows:
                yield from self.navigate(screen)
                return
            yield from self.switch_to(wanted.app)
        live = self.live
        if live.screen.name == screen:
            return
        for key, leads_to in live.screen.links.items():
            if leads_to == screen and key in live.elements:
                yield from self.click(key)
                return
        yield from self.navigate(screen)

    def afresh(self) -> Steps:
        """Load the page in front anew, by its bookmark, when something was done on it before."""
        live = self.live
        moved = any(state != BASE for state in live.page.state.values())
        if moved or live.values or live.checked:
            yield from self.navigate(live.screen.name)

    # Waiting

    def wait_for(self, target: str) -> Steps:
        """Wait until an element shows that a coming change of the page brings."""
        self.step += 1
        action, start = self.begin(), self.t_us
        element = self.find(target)
        self.finish(action, "wait_for", element.key, start)
        return self._pass()

    def news(self, *, after_us: int = 0, **texts: str) -> Steps:
        """Wait until something from outside reaches the page, such as an answer or a message.

        Parameters
        ----------
        after_us : int
            How long it takes to arrive.
        **texts : str
            Texts for the page to show, by the names of their slots; ``text`` alone fits any slot.
        """
        self.step += 1
        action, start = self.begin(), self.t_us
        live = self.live
        slot = next(iter(texts))
        named = None if slot == "text" else slot
        self.t_us += after_us
        live.settle(self.t_us)
        while live.news(named) is None and live.pending:
            self.await_change()
        edge = live.news(named)
        if edge is None:
            raise DeskhandError(
                f"screen {live.screen.name!r}: nothing from outside can reach it in state "
                f"{dict(live.page.state)}; slot {slot!r} is not awaited there."
            )
        free = [name for name, source in edge.slots.items() if source is None]
        given = {free[0]: texts["text"]} if named is None else texts
        for name in given:
            if name not in free:
                raise UnknownNameError("slot", name, free)
        live.take(edge, self.t_us, None, **given)
        self.changed = True
        self.t_us = max(self.t_us + SCRIPT_US, live.busy_until_us)
        self.t_us += self.tempo.think_us("react")
        self.finish(action, "wait_for", None, start)
        return self._pass()

    def pause(self, *, median_s: float, log_sd: float) -> Steps:
        """Attend to something beside the computer for a log-normal time, such as a telephone."""
        self.step += 1
        action, start = self.begin(), self.t_us
        self.t_us += self.lapse_us(median_s, log_sd)
        self.live.settle(self.t_us)
        self.finish(action, "think", None, start)
        return self._pass()

    def away(self, duration_us: int, reason: str, *, asleep: bool = False) -> Steps:
        """Leave keyboard and mouse alone for a time: a pause or a break.

        ``asleep`` says that the lid is closed meanwhile: the page is hidden, and nothing is told of it.
        """
        start = self.t_us
        self.plan.rows.append(Row(start, "idle.start", None, {"reason": reason}))
        if asleep:
            hidden = {"value": "hidden", "reason": LID}
            self.plan.rows.append(Row(start + CLOSING_US, "visibility", None, hidden))
        self.t_us = start + duration_us
        self.fatigue.recover(start, self.t_us)
        self.live.settle(self.t_us)
        if asleep:
            self.row("visibility", {"value": "visible", "reason": LID})
        self.row("idle.end", {"reason": reason})
        # What came up meanwhile has gone.
        self.notices.clear()
        yield from self._pass()

    # Recording

    def screenshot(self) -> Steps:
        """Have the recorder take a picture of the page in front."""
        self.step += 1
        plan, screen = self.plan, self.live.screen
        action = self.begin()
        name = f"screenshot-{len(plan.screenshots):04d}"
        self.row("screenshot", {"reference": name}, action)
        plan.screenshots.append((self.t_us, screen.name, name, *screen.viewport))
        self.finish(action, "screenshot", None, self.t_us)
        return self._pass()
