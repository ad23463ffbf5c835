"""A person's day: tasks by role, glances at other applications, and what comes between."""

import heapq
import math
from collections.abc import Mapping, Sequence
from functools import partial
from typing import NamedTuple

from deskhand.behavior_models.app_choice import AppChoice, read_work
from deskhand.behavior_models.conditions import condition
from deskhand.behavior_models.fatigue import WorkingHand, tireless
from deskhand.behavior_models.task_practice import EXPONENT, PRACTISED, TaskPractice
from deskhand.scenarios.apps.auth.tasks import login
from deskhand.scenarios.desk import NEVER, Desk
from deskhand.scenarios.interruptions import Interruptions
from deskhand.scenarios.laptop_lid import LAPTOP_SHARE
from deskhand.scenarios.meetings import plan_meetings
from deskhand.scenarios.other_monitor import EYES_ALONE_S, in_view
from deskhand.scenarios.scenario import Scenario, Steps
from deskhand.scenarios.turns import Priority, Turns
from deskhand.streams import Draws, stream

HOUR_US = 3_600_000_000
# Lengths of days: standard deviation against the mean (one academic's log).
DAY_SD = 0.11
# Tasks come in every 8 minutes in the mean; what is most pressing is done first with probability .97
# (Barabasi 2005: between .95 and 1), otherwise any of them; with an empty list people choose themselves.
TASK_EVERY_US, MOST_PRESSING = 480_000_000, 0.97
FIRST_TASKS = 5
# A glance shorter than this many seconds is a look without reading; one that is longer than the other
# begins a task there with that probability (estimates).
LOOK_S, TASK_S, BEGINS = 2.5, 40.0, 0.2
# The window that comes up is another than the one looked for, and people go on at once (assumed).
WRONG_WINDOW = 0.08
# What was looked at is looked at once more, right after coming back (assumed).
AGAIN = 0.2
# Nobody looks longer than this without doing anything (assumed).
LONGEST_LOOK_S = 400.0
# Notches at a time while looking: 2 to 6; some lead back (estimates; one log has 107 bursts an active hour).
NOTCHES, SCROLLS_BACK = (2, 5), 0.4
# People skim, several turns of the wheel on end, and then read for a while: from and up to so many seconds more.
# Shares and lengths are assumed; they bring the Fano factors of Balabit's log (8.4 in 10 s, 22 in 60 s) within
# the band of a factor 1.5, which evenly spread turns missed at 10 s.
SKIMS, SKIMMED_S, READ_S = 0.74, (0.6, 2.0), (8.0, 30.0)
# Share of stretches of looking after which people click into the page, on nothing (assumed).
CLICKS_PAGE = 0.9
# Before and after: bringing the window up, and the look at what is there (estimates).
SWITCH_S = 1.2


class DayRole(NamedTuple):
    """What people of a role do: tasks with how often each is begun, and hours of meetings a day."""

    tasks: Sequence[tuple[Scenario, float]]
    meetings_h: float


class Drift(NamedTuple):
    """How a person's pace changes: whether hands tire within the day, and the law of practice over days."""

    tires: bool = True
    exponent: float = EXPONENT
    practised: float = PRACTISED


AS_PEOPLE_DO = Drift()
# Some people make a page larger now and then to read it: so many of them, so often (assumed).
ZOOMERS, ZOOMED = 0.1, 0.04


class Day:
    """One person's day at a desk.

    Parameters
    ----------
    desk : Desk
        Whose day.
    roles : mapping of str to DayRole
        Those of all people of the team.
    hours : float
        The mean length of a day.
    lunch : bool
        Whether there is a lunch break.
    drift : Drift
        How the pace changes within the day and over days.
    laptop_share : float
        Share of the people with a mouse who have a laptop, whose lid they close on leaving; with 0
        nobody closes any.
    """

    def __init__(
        self,
        desk: Desk,
        roles: Mapping[str, DayRole],
        *,
        hours: float,
        lunch: bool,
        drift: Drift = AS_PEOPLE_DO,
        laptop_share: float = LAPTOP_SHARE,
    ) -> None:
        plan = desk.plan
        short_h = desk.world.short_h.get(plan.person)
        self._desk, self._lunch = desk, lunch and short_h is None
        self._draws = draws = Draws(plan.seed, "day", plan.team, plan.person, plan.day)
        self._turns = Turns(desk)
        self._interruptions = Interruptions(desk, self._turns, draws, laptop_share=laptop_share)
        self._roles = roles
        work = read_work(desk.profile)
        tasks = [
            (task, weight * work.app_shares.get(task.app, 1.0))
            for task, weight in roles[desk.persona.role].tasks
        ]
        self._weights = [one for one in tasks if not (desk.keys_alone and one[0].by_mouse)]
        if not self._weights:
            desk.admit(tasks[0][0])
        self._expect_records(HOUR_US * hours / TASK_EVERY_US)
        self._let_drift(drift, hours)
        desk.zooms = _zooms(desk)
        self._choice = AppChoice(_shares(self._weights), draws, work.app_changes)
        self._home = {task.app: task.opens for task, _ in self._weights}
        if short_h is None:
            short_h = hours + hours * DAY_SD * _cut(draws)
        # The last task is begun before this.
        self._end_us = int(desk.env.now) + int(HOUR_US * short_h)
        self._waiting: list[tuple[float, int, Scenario]] = []
        self._came = 0

    def _let_drift(self, drift: Drift, hours: float) -> None:
        """Let hands tire in the day, and tasks be done faster by how often they were done before."""
        desk, hand = self._desk, self._desk.persona.hand.fatigue
        desk.keys_drift = True
        if not drift.tires:
            desk.fatigue = WorkingHand(tireless(hand))
        # Earlier days are not simulated again: so many tasks come in in the mean.
        days = desk.world.days_before[desk.plan.person]
        came = days * hours * HOUR_US / TASK_EVERY_US
        often = sum(weight for _, weight in self._weights)
        desk.practice = TaskPractice(
            hand,
            exponent=drift.exponent,
            practised=drift.practised,
            before={task.name: came * weight / often for task, weight in self._weights},
        )

    def run(self) -> Steps:
        """Sign in, work, and stop at the end of the day."""
        desk = self._desk
        yield from self._turns.take(Priority.PLANNED, lambda: desk.do(login), apps=("auth",))
        world = desk.world
        hours = {person: self._roles[role].meetings_h for person, role in world.roles.items()}
        draws = Draws(desk.plan.seed, "meetings", desk.plan.team, desk.plan.day)
        meetings = [] if world.short_h else plan_meetings(hours, draws)
        mine = [meeting for meeting in meetings if desk.plan.person in meeting.people]
        self._interruptions.start(lunch=self._lunch, meetings=mine)
        for _ in range(FIRST_TASKS):
            self._task_comes()
        desk.env.process(self._tasks_come())
        desk.env.process(self._evening())
        self._plan_glance()
        while desk.env.now < self._end_us:
            task = self._next_task()
            yield from self._turns.take(
                Priority.PLANNED, partial(desk.do, task), apps=(task.app, *task.apps)
            )
        desk.looks_up = None
        # What has been begun is finished.
        yield from self._turns.take(Priority.SELF, _nothing, at_once=False)

    def _evening(self) -> Steps:
        env = self._desk.env
        yield env.timeout(max(0, self._end_us - int(env.now)))
        self._interruptions.stop()

    # Tasks

    def _expect_records(self, tasks: float) -> None:
        """Expect records of each kind as often as the tasks that need them come in the mean."""
        records = self._desk.records
        all_weights = sum(weight for _, weight in self._weights)
        known = records.kinds
        records.expect("credentials", 1)
        for task, weight in self._weights:
            records.know(task.records)
            for kind in task.needs:
                records.expect(kind, round(tasks * weight / all_weights))
            records.kinds = known

    def _tasks_come(self) -> Steps:
        env = self._desk.env
        while not self._interruptions.over:
            yield env.timeout(int(-TASK_EVERY_US * math.log1p(-self._draws.uniform())))
            self._task_comes()

    def _task_comes(self) -> None:
        self._came += 1
        pressing = self._draws.uniform()
        heapq.heappush(self._waiting, (pressing, self._came, self._chosen()))

    def _next_task(self) -> Scenario:
        waiting = self._waiting
        if not waiting:
            return self._chosen()
        if self._draws.uniform() < MOST_PRESSING:
            return heapq.heappop(waiting)[2]
        task = waiting.pop(int(self._draws.uniform() * len(waiting)))[2]
        heapq.heapify(waiting)
        return task

    def _chosen(self, app: str | None = None) -> Scenario:
        """Return a task by the role's weights, of one application where it is named."""
        weights = [(task, weight) for task, weight in self._weights if app in (None, task.app)]
        at = self._draws.uniform() * sum(weight for _, weight in weights)
        for task, weight in weights:
            at -= weight
            if at < 0:
                return task
        return weights[-1][0]

    # Glances

    def _plan_glance(self) -> None:
        desk = self._desk
        desk.look_up_us = int(desk.env.now) + self._choice.dwell_us()
        desk.looks_up = self._glance

    def _glance(self) -> Steps:
        """Look at another application, or begin a task there, and come back."""
        desk = self._desk
        if not self._turns.planned:
            return
        desk.look_up_us, desk.looks_up = NEVER, None
        came_from = desk.window.app
        app, dwell_s = self._elsewhere(tuple(self._home))
        if app is not None and dwell_s < EYES_ALONE_S and in_view(desk, app):
            # No log has looks with the eyes alone: they come on top of the changes that logs have.
            yield from desk.look_over(int(1e6 * dwell_s))
            app, dwell_s = self._elsewhere([a for a in self._home if not in_view(desk, a)])
        if app is not None:
            begins = dwell_s > TASK_S and self._draws.uniform() < BEGINS
            task = self._chosen(app) if begins else None
            if task is not None and not self._turns.apps & {app, *task.apps}:
                with self._turns.working_in(app, *task.apps):
                    yield from desk.do(task)
            else:
                yield from self._pass_by(app)
                yield from self._look_at(app, dwell_s)
                while self._draws.uniform() < AGAIN:
                    # Something of it has to be carried over, or was forgotten on the way.
                    yield from desk.switch_to(came_from, at_once=True)
                    yield from desk.think("react")
                    yield from self._look_at(app, dwell_s * self._draws.uniform())
            if desk.window.app != came_from:
                yield from desk.switch_to(came_from, at_once=dwell_s < LOOK_S)
        self._plan_glance()

    def _elsewhere(self, among: Sequence[str]) -> tuple[str | None, float]:
        """Return which other application is looked at, if there is one, and for how many seconds."""
        app = self._choice.elsewhere(self._desk.window.app, among)
        return app, 0.0 if app is None else 1e-6 * self._choice.dwell_us()

    def _pass_by(self, app: str) -> Steps:
        """Bring up another window than the one that is looked for, at times."""
        desk = self._desk
        wrong = [other for other in desk.windows if other not in (app, desk.window.app)]
        if app not in desk.windows or in_view(desk, app) or not wrong:
            return
        if self._draws.uniform() < WRONG_WINDOW:
            yield from desk.switch_to(wrong[int(self._draws.uniform() * len(wrong))])

    def _look_at(self, app: str, dwell_s: float) -> Steps:
        desk = self._desk
        if app in desk.windows:
            yield from desk.switch_to(app, at_once=True)
        else:
            yield from desk.navigate(self._home[app])
        until_us = desk.t_us + int(1e6 * (min(dwell_s, LONGEST_LOOK_S) - SWITCH_S))
        if desk.t_us < until_us < desk.t_us + 1e6 * LOOK_S:
            yield from desk.think("react")
        while desk.t_us < until_us:
            # People run their eyes over a page, turn the wheel, and read on.
            least_s, more_s = SKIMMED_S if self._draws.uniform() < SKIMS else READ_S
            stretch_s = min(1e-6 * (until_us - desk.t_us), least_s + more_s * self._draws.uniform())
            yield from desk.read(words=stretch_s * desk.mind.reading_wpm / 60.0)
            if desk.t_us < until_us and self._draws.uniform() < CLICKS_PAGE:
                yield from desk.click_page()
            if desk.t_us < until_us:
                notches = NOTCHES[0] + int(NOTCHES[1] * self._draws.uniform())
                back = self._draws.uniform() < SCROLLS_BACK
                yield from desk.turn_wheel(-notches if back else notches)


def _nothing() -> Steps:
    yield from ()


def _zooms(desk: Desk) -> float:
    """Return the share of what is read that a person makes the page larger for."""
    known = condition(desk.persona.condition).zooms
    if known is not None:
        return known
    plan = desk.plan
    drawn = float(stream(plan.seed, "zoom.habit", plan.team, plan.person).uniform())
    return ZOOMED if drawn < ZOOMERS else 0.0


def _shares(tasks: Sequence[tuple[Scenario, float]]) -> dict[str, float]:
    """Return how often an application is worked in."""
    found: dict[str, float] = {}
    for task, often in tasks:
        found[task.app] = found.get(task.app, 0.0) + often
    return found


def _cut(draws: Draws) -> float:
    return max(-2.0, min(2.0, draws.normal()))
