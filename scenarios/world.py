"""What the people of a team share: messages that arrive, the time of a common break, a typing pool."""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import simpy

from deskhand.generators.typing_pool import TypingPool
from deskhand.scenarios.records import pools
from deskhand.scenarios.scenario import Steps
from deskhand.streams import Draws

HOUR_US = 3_600_000_000
# Messages an hour that one person gets from outside the team and notices. Public reports count 153
# chats a day, of which about .6 are shown and .7 of those seen; half of them are taken to come from
# outside the team (assumed).
OUTSIDE_PER_HOUR = 4.0
# Share of a weekday's activity in each hour from 8 to 19 o'clock: one academic's public log.
HOURLY = (0.019, 0.083, 0.097, 0.082, 0.103, 0.104, 0.129, 0.119, 0.132, 0.064, 0.034, 0.023)


class Message(NamedTuple):
    """A message in somebody's inbox; ``sender`` is a person of the team or None."""

    t_us: int
    sender: int | None
    text: str


def hourly_intensity(hour: int) -> float:
    """Return the rate of an hour of the day against the mean of the office hours.

    Examples
    --------
    >>> hourly_intensity(14) > 1 > hourly_intensity(8)
    True
    """
    share = HOURLY[hour - 8] if 8 <= hour < 20 else HOURLY[0]
    return share / (sum(HOURLY[1:9]) / 8)


class World:
    """One team's day.

    Parameters
    ----------
    env : simpy.Environment
        Time in whole microseconds since the day's start.
    seed, team, day : int
        Whose day.
    people : sequence of int
        Everyone in the team.
    first_hour : float
        Hour of the day at which it starts.
    typing_pool : TypingPool
        Plans what all of them type, and what other teams type.

    Attributes
    ----------
    inbox : dict
        Messages that a person has not seen yet, oldest first.
    notify : dict
        What is called when a person gets a message.
    roles : dict
        The role of each person.
    short_h : dict
        Who is there out of hours, and for how many; then everyone is.
    days_before : dict
        Days that each person has worked in the run before.
    break_us, break_length_us : int
        When the team's break starts, and how long it takes.
    """

    def __init__(
        self,
        env: simpy.Environment,
        *,
        seed: int,
        team: int,
        day: int,
        people: Sequence[int],
        first_hour: float,
        typing_pool: TypingPool,
    ) -> None:
        self.env = env
        self.people = tuple(people)
        self.first_hour = first_hour
        self.inbox: dict[int, list[Message]] = {person: [] for person in people}
        self.notify: dict[int, Callable[[], None]] = {}
        self.roles: dict[int, str] = {}
        self.typing_pool = typing_pool
        self.short_h: dict[int, float] = {}
        self.days_before: dict[int, int] = {}
        self._draws = Draws(seed, "world", team, day)
        self._texts = pools(seed).message
        # The break is at half past ten, give or take, and takes about a quarter of an hour
        # (assumed).
        self.break_us = self.at_us(10.5 + 0.15 * self._draws.normal())
        self.break_length_us = int(HOUR_US * 0.25 * math.exp(0.2 * self._draws.normal()))

    def at_us(self, hour: float) -> int:
        """Return the time of the world at an hour of the day, 0 when that is past."""
        return max(0, int(HOUR_US * (hour - self.first_hour)))

    def post(self, sender: int | None, text: str, to: int) -> None:
        """Put a message into a person's inbox now."""
        self.inbox[to].append(Message(int(self.env.now), sender, text))
        notify = self.notify.get(to)
        if notify is not None:
            notify()

    def colleague_of(self, person: int) -> int | None:
        """Return someone else of the team, or None when a person is alone."""
        others = [other for other in self.people if other != person]
        return others[int(self._draws.uniform() * len(others))] if others else None

    def outside(self) -> Steps:
        """Let messages from outside arrive as a Poisson process that follows the hours of the day."""
        draws, env = self._draws, self.env
        peak = max(HOURLY) / (sum(HOURLY[1:9]) / 8)
        mean_us = HOUR_US / (OUTSIDE_PER_HOUR * peak * len(self.people))
        while True:
            yield env.timeout(max(1, int(-mean_us * math.log1p(-draws.uniform()))))
            hour = int(self.first_hour + env.now / HOUR_US)
            to = self.people[int(draws.uniform() * len(self.people))]
            text = self._texts[int(draws.uniform() * len(self._texts))]
            if draws.uniform() * peak < hourly_intensity(hour):
                self.post(None, text, to)
