"""Whole stretches of a day for a team: a morning, and a day with lunch."""

from deskhand.scenarios.day import Day
from deskhand.scenarios.desk import Desk
from deskhand.scenarios.scenario import Steps, scenario

SENSITIVE = ("auth.password", "auth.code", "lead.phone", "record.amount")
# People start some minutes after nine (assumed).
ARRIVAL_SPREAD_S = 420.0


@scenario(
    "morning",
    app="auth",
    opens="auth/login",
    sensitive=SENSITIVE,
    modelled_on="an office morning: shares of tasks by role, interruptions and breaks from studies",
    arrival_spread_s=ARRIVAL_SPREAD_S,
)
def morning(desk: Desk) -> Steps:
    """Sign in and work at a mix of tasks with messages and a break, from 9:00 to about 12:30."""
    yield from Day(desk, start_hour=9.0, end_hour=12.5, lunch=False).run()


@scenario(
    "workday",
    app="auth",
    opens="auth/login",
    sensitive=SENSITIVE,
    modelled_on="an office day: shares of tasks by role, interruptions and breaks from studies",
    arrival_spread_s=ARRIVAL_SPREAD_S,
)
def workday(desk: Desk) -> Steps:
    """Sign in and work at a mix of tasks with messages, breaks and lunch, from 9:00 to 17:30."""
    yield from Day(desk, start_hour=9.0, end_hour=17.5, lunch=True).run()
