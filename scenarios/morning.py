"""Whole stretches of a day for a team: a morning, and a day with lunch."""

from deskhand.scenarios.day import Day
from deskhand.scenarios.desk import Desk
from deskhand.scenarios.roles import ROLES
from deskhand.scenarios.scenario import Steps, scenario
from deskhand.scenarios.work_calendar import CALENDARS

SENSITIVE = ("auth.password", "auth.code", "lead.phone", "record.amount")
# People start at nine, give or take some minutes in a team that starts together (assumed), .7 h where they
# come when they like; a day takes 8.2 h (one academic's log).
TOGETHER_SPREAD_S, OWN_SPREAD_S = 420.0, 2_520.0
DAY_H, MORNING_H = 8.2, 3.5


@scenario(
    "morning",
    app="auth",
    opens="auth/login",
    sensitive=SENSITIVE,
    modelled_on="an office morning: shares of tasks by role, interruptions and breaks from studies",
    arrival_spread_s=TOGETHER_SPREAD_S,
)
def morning(desk: Desk) -> Steps:
    """Sign in and work at a mix of tasks with messages and a break, from 9:00 to about 12:30."""
    yield from Day(desk, ROLES, hours=MORNING_H, lunch=False).run()


@scenario(
    "workday",
    app="auth",
    opens="auth/login",
    sensitive=SENSITIVE,
    modelled_on="an office day: shares of tasks by role, interruptions and breaks from studies",
    arrival_spread_s=OWN_SPREAD_S,
    calendar=CALENDARS["weeks"],
)
def workday(desk: Desk) -> Steps:
    """Sign in and work at a mix of tasks with messages, meetings, breaks and lunch, from about 9:00."""
    yield from Day(desk, ROLES, hours=DAY_H, lunch=True).run()
