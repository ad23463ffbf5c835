"""Meetings of a team's day: when they are, how long they take, and who comes."""

from collections.abc import Mapping
from typing import NamedTuple

from deskhand.streams import Draws

# Half of all meetings are from 9 to 11 and from 13 to 15 o'clock (a report on meetings of 2025, second
# hand); starts on the full hour .6, the half .35, the quarters .05; lengths 30 minutes .55, 60 .3, 15 .1,
# 90 .05 (estimates).
HOURS = {
    9.0: 0.16,
    10.0: 0.16,
    11.0: 0.13,
    12.0: 0.04,
    13.0: 0.15,
    14.0: 0.15,
    15.0: 0.11,
    16.0: 0.1,
}
STARTS = {0.0: 0.6, 0.5: 0.35, 0.25: 0.03, 0.75: 0.02}
MINUTES = {30.0: 0.55, 60.0: 0.3, 15.0: 0.1, 90.0: 0.05}
MEAN_H = sum(minutes * share for minutes, share in MINUTES.items()) / 60.0


class Meeting(NamedTuple):
    """A meeting: start and end in hours of the day, and who comes."""

    start_h: float
    end_h: float
    people: tuple[int, ...]


def plan_meetings(hours: Mapping[int, float], draws: Draws) -> list[Meeting]:
    """Return a day's meetings by start; nobody is in two at once, and nobody meets alone.

    Parameters
    ----------
    hours : mapping of int to float
        Mean hours of meetings a day of each person of the team.
    draws : Draws
        The team's own stream.

    Examples
    --------
    >>> first, *_ = plan_meetings({0: 4.0, 1: 4.0, 2: 1.0}, Draws(7, "meetings"))
    >>> first.start_h < first.end_h, len(first.people) > 1
    (True, True)
    >>> plan_meetings({0: 8.0}, Draws(7, "meetings"))
    []
    """
    if len(hours) < 2 or not any(hours.values()):
        return []
    # As many as those with most meetings need, who come to nearly all; the others to their part.
    most = max(hours.values())
    wanted = most / MEAN_H
    count = int(wanted) + (draws.uniform() < wanted % 1.0)
    meetings: list[Meeting] = []
    for _ in range(count):
        start_h = _one_of(HOURS, draws) + _one_of(STARTS, draws)
        end_h = start_h + _one_of(MINUTES, draws) / 60.0
        comes = [person for person, mine in hours.items() if draws.uniform() < mine / most]
        busy = {
            person
            for other in meetings
            if other.start_h < end_h and start_h < other.end_h
            for person in other.people
        }
        people = tuple(person for person in comes if person not in busy)
        if len(people) > 1:
            meetings.append(Meeting(start_h, end_h, people))
    return sorted(meetings)


def _one_of(shares: Mapping[float, float], draws: Draws) -> float:
    at = draws.uniform() * sum(shares.values())
    for value, share in shares.items():
        at -= share
        if at < 0:
            return value
    return next(reversed(shares))
