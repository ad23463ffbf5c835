"""Meetings: nobody is in two at once or alone, and people come to about as many as their role has."""

import numpy as np
import pytest

from deskhand.scenarios.meetings import plan_meetings
from deskhand.streams import Draws

HOURS = {0: 4.0, 1: 1.3, 2: 2.5, 3: 0.8, 4: 1.3}


def test_nobody_is_in_two_places_or_alone() -> None:
    for day in range(200):
        meetings = plan_meetings(HOURS, Draws(7, "meetings", 0, day))
        for number, meeting in enumerate(meetings):
            assert len(set(meeting.people)) == len(meeting.people) > 1
            assert 9.0 <= meeting.start_h < meeting.end_h <= 18.25
            for other in meetings[number + 1 :]:
                if set(meeting.people) & set(other.people):
                    assert meeting.end_h <= other.start_h or other.end_h <= meeting.start_h


def test_hours_come_near_those_of_the_role() -> None:
    days = 400
    spent = np.zeros(len(HOURS))
    for day in range(days):
        for meeting in plan_meetings(HOURS, Draws(7, "meetings", 0, day)):
            spent[list(meeting.people)] += meeting.end_h - meeting.start_h
    means = spent / days
    # Meetings that would overlap or be of one fall away, so all have somewhat less.
    for mean, wanted in zip(means, HOURS.values(), strict=True):
        assert 0.35 * wanted < mean < 1.05 * wanted
    assert list(np.argsort(means)[-2:]) == [2, 0]


@pytest.mark.parametrize("hours", [{}, {0: 8.0}, {0: 0.0, 1: 0.0}])
def test_who_has_nobody_to_meet_meets_nobody(hours: dict[int, float]) -> None:
    assert plan_meetings(hours, Draws(7, "meetings", 0, 0)) == []
