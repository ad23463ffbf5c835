"""A day of one's own as JSON: roles, and the tasks that their people do.

``{"format": "deskhand.day/1", "name": "clinic_day", "roles": {"nurse": {"tasks": {"crm.create_lead": 3,
"note.json": 1}, "meetings_h": 0.5}}}``. Tasks are registered scenarios or JSON scenarios beside the file; the
numbers say how often each is done against the others.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from deskhand import registry
from deskhand.errors import DeskhandError
from deskhand.json_schema import schema
from deskhand.scenarios.apps.auth.tasks import login
from deskhand.scenarios.day import Day, DayRole, Drift
from deskhand.scenarios.desk import Desk
from deskhand.scenarios.json_form.places import parse
from deskhand.scenarios.json_form.reading import load_scenario_file
from deskhand.scenarios.json_form.steps import Written
from deskhand.scenarios.laptop_lid import LAPTOP_SHARE
from deskhand.scenarios.local_time import parse_time_zone
from deskhand.scenarios.scenario import GROUP, Scenario, Steps, source_sha256
from deskhand.scenarios.work_calendar import (
    CALENDARS,
    WorkCalendar,
    check_free_date,
    named_calendar,
)
from deskhand.screen import Screen

DAY_FORMAT = "deskhand.day/1"
# What a file does not say.
HOURS, SPREAD_MIN, MEETINGS_H = 8.2, 42.0, 1.0


def load_day_file(path: Path) -> tuple[Scenario, dict[str, Screen]]:
    """Read a day and the scenarios and screens that it is made of.

    Parameters
    ----------
    path : pathlib.Path
        The file; the paths in it are relative to it.

    Returns
    -------
    (Scenario, dict of Screen)
        A scenario that is a whole day; its roles are those of the file.

    Raises
    ------
    DeskhandError
        When the file breaks a rule or names a task that is not there.
    """
    data, lines = parse(path.read_text("utf-8"), path.name)
    error: Any = best_match(Draft202012Validator(schema("day")).iter_errors(data))
    if error is not None:
        at = tuple(error.absolute_path)
        where = "/".join(str(part) for part in at) or "the whole"
        raise DeskhandError(f"{path.name}:{lines.get(at, 1)}: {where}: {error.message}.")
    screens: dict[str, Screen] = {}
    parts: dict[str, Any] = {}
    tasks: dict[str, Scenario] = {}
    for role, given in data["roles"].items():
        for name in given["tasks"]:
            if name not in tasks:
                line = lines.get(("roles", role, "tasks", name), 1)
                tasks[name] = _task(path, name, line, screens, parts)
    roles = {
        role: DayRole(
            tuple((tasks[name], float(often)) for name, often in given["tasks"].items()),
            float(given.get("meetings_h", MEETINGS_H)),
        )
        for role, given in data["roles"].items()
    }
    made = Scenario(
        name=data["name"],
        app=login.app,
        opens=login.opens,
        run=_runner(
            roles,
            float(data.get("hours", HOURS)),
            lunch=data.get("lunch", True),
            drift=_drift(data),
            laptop_share=float(data.get("laptop_share", LAPTOP_SHARE)),
        ),
        sensitive=login.sensitive,
        roles=tuple(roles),
        summary=data.get("summary", ""),
        modelled_on=data.get("modelled_on", ""),
        arrival_spread_s=60.0 * data.get("spread_min", SPREAD_MIN),
        screens=screens or None,
        monitors=_monitors(data),
        calendar=_calendar(path, data.get("calendar", "weeks"), lines),
        written=Written(file=path.name, data=data, steps=(), parts=parts),
    )
    return made, screens


def _task(
    path: Path, name: str, line: int, screens: dict[str, Screen], parts: dict[str, Any]
) -> Scenario:
    if not name.endswith(".json"):
        try:
            found = registry.load(GROUP, name)
        except DeskhandError as error:
            raise DeskhandError(f"{path.name}:{line}: {error}") from None
        parts[name] = source_sha256(found)
        task: Scenario = found
    else:
        file = path.parent / name
        if not file.is_file():
            raise DeskhandError(f"{path.name}:{line}: {name!r} is not beside this file.")
        task, own = load_scenario_file(file)
        screens |= own
        parts[name] = task.written.as_record() if task.written is not None else None
    screens |= task.screens or {}
    if task.arrival_spread_s:
        raise DeskhandError(f"{path.name}:{line}: {name!r} is a day itself; name tasks.")
    return task


def _calendar(path: Path, given: Any, lines: Mapping[tuple[Any, ...], int]) -> WorkCalendar:
    """Return the calendar that a file names or describes."""
    at: tuple[Any, ...] = ("calendar",)
    try:
        if isinstance(given, str):
            return named_calendar(given)
        members = dict(given)
        for number, free in enumerate(members.get("free_dates", ())):
            at = ("calendar", "free_dates", number)
            check_free_date(free)
        for zone in members.get("time_zones", ()):
            at = ("calendar", "time_zones", zone)
            parse_time_zone(zone)
        members["free_dates"] = tuple(members.get("free_dates", ()))
        return replace(CALENDARS["weeks"], **members)
    except DeskhandError as error:
        raise DeskhandError(f"{path.name}:{lines.get(at, 1)}: {error}") from None


def _drift(data: Mapping[str, Any]) -> Drift:
    """Return how the pace changes in a file's days."""
    practice = data.get("practice", {})
    # Nobody learns with an exponent of 0.
    law = {"exponent": 0.0} if practice is False else practice
    return Drift(tires=data.get("fatigue", True), **law)


def _monitors(data: Mapping[str, Any]) -> dict[str, int]:
    """Return how many monitors people of a role have, where a file says so."""
    roles: Mapping[str, Any] = data["roles"]
    given = {role: of.get("monitors", data.get("monitors")) for role, of in roles.items()}
    return {role: count for role, count in given.items() if count is not None}


def _runner(
    roles: Mapping[str, DayRole], hours: float, *, lunch: bool, drift: Drift, laptop_share: float
) -> Any:
    def run(desk: Desk) -> Steps:
        day = Day(desk, roles, hours=hours, lunch=lunch, drift=drift, laptop_share=laptop_share)
        yield from day.run()

    return run
