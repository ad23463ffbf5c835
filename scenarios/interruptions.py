"""What takes a person away from the work: messages, meetings, lunch, the break, pauses and absences.

Each is a process that waits for its time and then takes its turn, as `deskhand.scenarios.turns` says.
"""

import math

from deskhand.behavior_models.attention import Attention
from deskhand.scenarios.apps.auth.tasks import unlock
from deskhand.scenarios.apps.chat.tasks import answer
from deskhand.scenarios.desk import Desk
from deskhand.scenarios.laptop_lid import LAPTOP_SHARE, Lid
from deskhand.scenarios.meetings import Meeting
from deskhand.scenarios.notification import Notice
from deskhand.scenarios.notified import OPENED
from deskhand.scenarios.scenario import Steps
from deskhand.scenarios.turns import Priority, Turns
from deskhand.streams import Draws

# Reaction to a message: of those that are noticed, 45 % within 6 s, the others at the next check of
# the inbox, every 6 minutes in the mean (public reports of mail and chat use).
AT_ONCE, AT_ONCE_US, CHECK_US = 0.45, 6_000_000, 360_000_000
# Whether what comes up breaks the task off, or waits until it is finished (an estimate).
BREAKS_OFF = 0.8
# Lunch: at 12.3 h, standard deviation .5 h; 43 minutes, log standard deviation .5 (one academic's log).
LUNCH_H, LUNCH_SD_H, LUNCH_MIN, LUNCH_LOG_SD, LONGEST_LUNCH_MIN = 12.3, 0.5, 43.0, 0.5, 90.0
# Screens lock themselves after ten minutes, a common setting of offices (assumed).
LOCKS_AFTER_US = 600_000_000
# In a meeting somebody looks at the computer now and then: every 4 minutes in the mean (an estimate).
LOOKS_IN_MEETING_US = 240_000_000
MEETING_GLANCE_WORDS = 40.0
# Of the absences in the log that they were fitted on, three quarters are taken to be meetings, meals and appointments, which
# come by themselves here (assumed).
OWN_ABSENCES = 0.25
# Of its pauses, some come by themselves here, in reading and waiting (assumed).
OWN_PAUSES = 0.6
# What comes up on the desktop: messages, and reminders 15 minutes before a meeting, the default of calendars
# (from memory).
MESSAGE, REMINDER = (
    Notice("chat/channel", "New message"),
    Notice("mail/inbox", "Meeting in 15 minutes"),
)
REMINDED_US = 900_000_000


class Interruptions:
    """What happens to one person in the course of a day.

    Parameters
    ----------
    desk : Desk
        Whose day.
    turns : Turns
        The person's attention.
    draws : Draws
        The person's own stream.
    laptop_share : float
        Share of the people with a mouse who have a laptop.
    """

    def __init__(
        self, desk: Desk, turns: Turns, draws: Draws, *, laptop_share: float = LAPTOP_SHARE
    ) -> None:
        self._desk, self._turns, self._draws = desk, turns, draws
        self._attention = Attention(desk.profile, draws)
        self._message = desk.env.event()
        self._lid = Lid(
            desk.plan.seed, desk.who, desk.persona.device.scrolls_by, share=laptop_share
        )
        self.over = False

    def start(self, *, lunch: bool, meetings: list[Meeting]) -> None:
        """Let everything take its course until `over` is set."""
        desk, env = self._desk, self._desk.env
        env.process(self._messages())
        env.process(self._rests())
        break_us = desk.world.break_us
        if not desk.world.short_h:
            env.process(self._leave_at(break_us, desk.world.break_length_us, "break"))
        if lunch:
            hour = LUNCH_H + LUNCH_SD_H * max(-2.0, min(2.0, self._draws.normal()))
            minutes = LUNCH_MIN * math.exp(LUNCH_LOG_SD * self._draws.normal())
            length_us = int(60e6 * min(minutes, LONGEST_LUNCH_MIN))
            env.process(self._leave_at(desk.world.at_us(hour), length_us, "lunch"))
        for meeting in meetings:
            env.process(self._meet(meeting))
        desk.world.notify[desk.plan.person] = self._message_came
        if desk.world.inbox[desk.plan.person]:
            self._message_came()

    def stop(self) -> None:
        """Let nothing more happen."""
        self.over = True
        self._desk.world.notify.pop(self._desk.plan.person, None)

    # Messages

    def _message_came(self) -> None:
        self._desk.knock(MESSAGE)
        if not self._message.triggered:
            self._message.succeed()

    def _messages(self) -> Steps:
        env, draws = self._desk.env, self._draws
        while True:
            yield self._message
            self._message = env.event()
            if draws.uniform() < AT_ONCE:
                yield env.timeout(int(AT_ONCE_US * draws.uniform()))
            else:
                yield env.timeout(int(-CHECK_US * math.log1p(-draws.uniform())))
            while not self.over and "chat" in self._turns.apps:
                # The person is writing there; the messages are read afterwards.
                yield env.timeout(AT_ONCE_US)
            if self.over:
                return
            if self._desk.world.inbox[self._desk.plan.person]:
                yield from self._turns.take(
                    Priority.MESSAGE,
                    self._read_messages,
                    apps=("chat",),
                    at_once=draws.uniform() < BREAKS_OFF,
                )

    def _read_messages(self) -> Steps:
        desk = self._desk
        messages = desk.world.inbox[desk.plan.person][:]
        desk.world.inbox[desk.plan.person].clear()
        if messages and not self.over:
            if desk.chance(OPENED) and desk.open_notification("chat"):
                yield from desk.pass_time()
            yield from desk.do(answer, messages=messages)

    # Away from the work

    def _rests(self) -> Steps:
        """Short pauses in the seat, and absences from it."""
        env, attention = self._desk.env, self._attention
        absence_us = int(env.now) + int(attention.presence_us() / OWN_ABSENCES)
        while True:
            pause_us = int(env.now) + int(attention.bout_us() / OWN_PAUSES)
            yield env.timeout(max(1, min(pause_us, absence_us) - int(env.now)))
            if self.over:
                return
            if absence_us <= pause_us:
                yield from self._turns.take(
                    Priority.BODY, lambda: self._leave(attention.absence_us(), "away")
                )
                absence_us = int(env.now) + int(attention.presence_us() / OWN_ABSENCES)
            else:
                yield from self._turns.take(
                    Priority.BODY, lambda: self._leave(attention.pause_us(), "pause")
                )

    def _leave(self, duration_us: int, reason: str) -> Steps:
        desk = self._desk
        if duration_us <= 0 or self.over:
            return
        locks = duration_us > LOCKS_AFTER_US and "auth" not in self._turns.apps
        # A page that is about to change is watched, not put to sleep.
        asleep = locks and not desk.live.pending and self._lid.closes()
        yield from desk.away(duration_us, reason, asleep=asleep)
        desk.changed = True
        if locks:
            came_from = desk.window.app
            # Who is called away meanwhile leaves the half-typed password and goes on with it.
            with self._turns.working_in("auth"):
                yield from desk.do(unlock)
            yield from desk.switch_to(came_from)

    def _leave_at(self, start_us: int, length_us: int, reason: str) -> Steps:
        """Leave at a time of the world; who is late comes back no later."""
        env = self._desk.env
        yield env.timeout(max(0, start_us - int(env.now)))
        if not self.over:
            yield from self._turns.take(
                Priority.APPOINTMENT,
                lambda: self._leave(start_us + length_us - int(env.now), reason),
            )

    def _meet(self, meeting: Meeting) -> Steps:
        world, env = self._desk.world, self._desk.env
        start_us, end_us = world.at_us(meeting.start_h), world.at_us(meeting.end_h)
        if start_us <= int(env.now):
            return
        reminder_us = start_us - REMINDED_US - int(env.now)
        if reminder_us > 0:
            yield env.timeout(reminder_us)
            self._desk.knock(REMINDER)
        yield env.timeout(start_us - int(env.now))
        if not self.over:
            yield from self._turns.take(Priority.APPOINTMENT, lambda: self._in_meeting(end_us))

    def _in_meeting(self, end_us: int) -> Steps:
        """Sit in a meeting, and look at the computer now and then."""
        desk, env, draws = self._desk, self._desk.env, self._draws
        while True:
            left_us = end_us - int(env.now)
            if left_us <= 0 or self.over:
                return
            rest_us = int(-LOOKS_IN_MEETING_US * math.log1p(-draws.uniform()))
            yield from self._leave(min(left_us, max(rest_us, 1_000_000)), "meeting")
            if end_us > int(env.now):
                yield from desk.read(words=MEETING_GLANCE_WORDS, skim=True)
