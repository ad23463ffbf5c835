"""A person's day: a mix of tasks by role, and what comes between them."""

import math

from deskhand.behavior_models.attention import Attention
from deskhand.scenarios.apps.auth.tasks import login
from deskhand.scenarios.apps.chat.tasks import answer, write
from deskhand.scenarios.apps.crm.tasks import browse_leads, create_lead, update_opportunity
from deskhand.scenarios.apps.tracker.tasks import answer_issue, create_issue, triage_board
from deskhand.scenarios.desk import NEVER, Desk
from deskhand.scenarios.scenario import Scenario, Steps
from deskhand.streams import Draws

# Weight of each task by role: shares of working time from a table of roles, reduced to the three
# applications that ship, divided by the length of each task. Engineering estimates.
TASKS: tuple[Scenario, ...] = (
    create_lead,
    update_opportunity,
    browse_leads,
    create_issue,
    answer_issue,
    triage_board,
    write,
)
WEIGHTS = {
    "sales": (0.15, 0.08, 0.56, 0.01, 0.07, 0.06, 0.07),
    "support": (0.11, 0.06, 0.30, 0.04, 0.32, 0.10, 0.07),
    "manager": (0.05, 0.07, 0.28, 0.04, 0.28, 0.18, 0.10),
    "analyst": (0.06, 0.04, 0.36, 0.03, 0.34, 0.12, 0.05),
    "engineer": (0.0, 0.0, 0.05, 0.06, 0.50, 0.30, 0.09),
    "designer": (0.0, 0.0, 0.06, 0.02, 0.50, 0.37, 0.05),
}
# Reaction to a message: of those that are noticed, 45 % within 6 s, the others at the next check of
# the inbox, every 6 minutes in the mean (public reports of mail and chat use).
AT_ONCE, AT_ONCE_US, CHECK_US = 0.45, 6_000_000, 360_000_000
# Lunch: at 12.3 h, standard deviation .5 h; 43 minutes, log standard deviation .5.
LUNCH_H, LUNCH_SD_H, LUNCH_MIN, LUNCH_LOG_SD = 12.3, 0.5, 43.0, 0.5
HOUR_US = 3_600_000_000


class Day:
    """One person's day at a desk.

    Parameters
    ----------
    desk : Desk
        Whose day.
    start_hour, end_hour : float
        From when to when, in hours of the day; the last task is finished after the end.
    lunch : bool
        Whether there is a lunch break.
    """

    def __init__(self, desk: Desk, *, start_hour: float, end_hour: float, lunch: bool) -> None:
        plan = desk.plan
        self._desk = desk
        self._draws = draws = Draws(plan.seed, "day", plan.team, plan.person, plan.day)
        self._attention = Attention(desk.profile, draws)
        self._end_us = int(HOUR_US * (end_hour - start_hour))
        self._break_us = desk.world.break_us
        self._lunch_us = NEVER
        if lunch:
            hour = LUNCH_H + LUNCH_SD_H * max(-2.0, min(2.0, draws.normal()))
            self._lunch_us = int(HOUR_US * (hour - start_hour))
        self._message_us = NEVER
        self._pause_us = self._absence_us = 0
        self._rested()

    def run(self) -> Steps:
        """Sign in, work, and stop at the end of the day."""
        desk = self._desk
        yield from desk.do(login)
        weights = WEIGHTS[desk.persona.role]
        yield from desk.do(write)
        desk.looks_up = self._look_up
        desk.world.notify[desk.plan.person] = self._message_came
        if desk.world.inbox[desk.plan.person]:
            self._message_came()
        self._rested()
        self._plan_look_up()
        while desk.env.now < self._end_us:
            yield from desk.do(self._next_task(weights))
        desk.looks_up = None
        desk.world.notify.pop(desk.plan.person, None)

    def _next_task(self, weights: tuple[float, ...]) -> Scenario:
        at = self._draws.uniform() * sum(weights)
        for task, weight in zip(TASKS, weights, strict=True):
            at -= weight
            if at < 0:
                return task
        return TASKS[-1]

    def _message_came(self) -> None:
        """Decide when the person will turn to the messages."""
        draws = self._draws
        if draws.uniform() < AT_ONCE:
            wait_us = int(AT_ONCE_US * draws.uniform())
        else:
            wait_us = int(-CHECK_US * math.log1p(-draws.uniform()))
        self._message_us = min(self._message_us, int(self._desk.env.now) + wait_us)
        self._desk.look_up_us = min(self._desk.look_up_us, self._message_us)

    def _rested(self) -> None:
        """Plan the next pause and the next absence."""
        now = int(self._desk.env.now)
        self._pause_us = now + self._attention.bout_us()
        if self._absence_us <= now:
            self._absence_us = now + self._attention.presence_us()

    def _plan_look_up(self) -> None:
        self._desk.look_up_us = min(
            self._pause_us, self._absence_us, self._break_us, self._lunch_us, self._message_us
        )

    def _look_up(self) -> Steps:
        """Do what is due, then go back to the task."""
        desk = self._desk
        desk.look_up_us = NEVER
        desk.looks_up = None
        now = int(desk.env.now)
        if now >= self._break_us:
            # The team comes together; who is late stays as long as the others.
            self._break_us = NEVER
            yield from self._leave(desk.world.break_us + desk.world.break_length_us - now, "break")
        elif now >= self._lunch_us:
            self._lunch_us = NEVER
            minutes = LUNCH_MIN * math.exp(LUNCH_LOG_SD * self._draws.normal())
            yield from self._leave(int(60e6 * min(minutes, 90.0)), "lunch")
        elif now >= self._absence_us:
            yield from self._leave(self._attention.absence_us(), "away")
        elif now >= self._pause_us:
            yield from self._leave(self._attention.pause_us(), "pause")
        elif now >= self._message_us:
            yield from self._turn_to_messages()
        desk.looks_up = self._look_up
        self._plan_look_up()

    def _leave(self, duration_us: int, reason: str) -> Steps:
        if duration_us > 0:
            yield from self._desk.away(duration_us, reason)
            self._desk.changed = True
        self._rested()

    def _turn_to_messages(self) -> Steps:
        """Read and answer what has come in, then find the way back into the task."""
        desk = self._desk
        inbox = desk.world.inbox[desk.plan.person]
        if desk.window.app == "chat":
            # The person is writing there; the messages are read afterwards.
            self._message_us = int(desk.env.now) + AT_ONCE_US
            return
        self._message_us = NEVER
        if not inbox:
            return
        came_from = desk.window.app
        messages = inbox[:]
        inbox.clear()
        yield from desk.do(answer, messages=messages)
        yield from desk.switch_to(came_from)
        yield from desk.think("resume")
        yield from desk.read(words=40, skim=True)
