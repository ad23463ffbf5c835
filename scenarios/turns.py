"""Whose turn it is: a person's attention goes to one thing at a time, and the more urgent takes it.

The attention is a SimPy resource that can be taken away. What wants it is a process of its own with a
priority, and steers the desk while it has it. What has lost it waits at the end of its step, then finds its
way back into the task.
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from enum import IntEnum

import simpy

from deskhand.scenarios.desk import Desk
from deskhand.scenarios.scenario import Steps

# From the end of an interruption until the task goes on: 12 s, log standard deviation 1.1 (an estimate
# between studies of alerts), and some words are read again.
RESUME_S, RESUME_LOG_SD, RESUME_WORDS = 12.0, 1.1, 40.0


class Priority(IntEnum):
    """What may take the attention from what: smaller is more urgent."""

    INCIDENT = 0
    APPOINTMENT = 1  # meetings, lunch, the team's break
    BODY = 2  # pauses and absences
    MESSAGE = 3
    PLANNED = 5
    SELF = 6


class Turns:
    """One person's attention.

    Parameters
    ----------
    desk : Desk
        Whose.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._attention = simpy.PreemptiveResource(desk.env, capacity=1)
        self._holds: dict[simpy.Process | None, _Hold] = {}
        self._steers: _Hold | None = None
        self._handed_over = desk.env.event()
        desk.regain = self._regain

    @property
    def apps(self) -> set[str]:
        """The applications of all that has been begun and is not finished."""
        return {app for hold in self._holds.values() for app in hold.apps}

    @property
    def planned(self) -> bool:
        """Whether the attention is with what the person planned."""
        hold = self._holds.get(self._desk.env.active_process)
        return hold is not None and hold.priority == Priority.PLANNED

    @contextmanager
    def working_in(self, *apps: str) -> Iterator[None]:
        """Note that what has the attention works in further applications for a while."""
        hold = self._holds[self._desk.env.active_process]
        before, hold.apps = hold.apps, (*hold.apps, *apps)
        try:
            yield
        finally:
            hold.apps = before

    def take(
        self,
        priority: Priority,
        steps: Callable[[], Steps],
        *,
        apps: Collection[str] = (),
        at_once: bool = True,
    ) -> Steps:
        """Do something when its turn comes.

        Parameters
        ----------
        priority : Priority
            What it may interrupt.
        steps : callable
            Gives the steps once it is its turn.
        apps : collection of str
            The applications that it works in.
        at_once : bool
            Whether it interrupts what is less urgent, or waits until that is finished.
        """
        env = self._desk.env
        process = env.active_process
        hold = _Hold(priority, apps)
        hold.request = self._attention.request(priority=priority, preempt=at_once)
        yield hold.request
        self._holds[process] = hold
        try:
            yield from self._sit_down(hold)
            yield from steps()
        finally:
            del self._holds[process]
            self._attention.release(hold.request)
            self._hand_over(hold)

    def _sit_down(self, hold: "_Hold") -> Steps:
        """Wait until the desk is handed over, which happens at the end of a step."""
        while self._steers is not None:
            try:
                yield self._handed_over
            except simpy.Interrupt:
                yield from self._wait(hold)
        self._steers = hold
        self._desk.catch_up()
        yield from self._desk.pass_time()

    def _hand_over(self, hold: "_Hold") -> None:
        if self._steers is hold:
            self._steers = None
            self._desk.wanted = False
            self._handed_over.succeed()
            self._handed_over = self._desk.env.event()

    def _wait(self, hold: "_Hold") -> Steps:
        hold.request = self._attention.request(priority=hold.priority, preempt=False)
        yield hold.request

    def _regain(self) -> Steps:
        """Hand over, wait for the attention to come back, then find the way back into the task."""
        desk = self._desk
        hold = self._holds[desk.env.active_process]
        came_from = desk.window.app
        self._hand_over(hold)
        yield from self._wait(hold)
        yield from self._sit_down(hold)
        if desk.window.app != came_from:
            yield from desk.switch_to(came_from)
        yield from desk.pause(median_s=RESUME_S, log_sd=RESUME_LOG_SD)
        yield from desk.read(words=RESUME_WORDS, skim=True)


class _Hold:
    """One claim to the attention: its priority, its request, and the applications it works in."""

    __slots__ = ("apps", "priority", "request")

    def __init__(self, priority: Priority, apps: Collection[str]) -> None:
        self.priority, self.apps = priority, apps
        self.request: simpy.events.Event
