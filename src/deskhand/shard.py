"""Shards: days of teams, each made under a temporary name and renamed when it is complete.

Several are planned together, which is quicker than one by one: see `deskhand.scenarios.team`.
"""

import gc
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from deskhand.arguments import DEFAULT_TIME_ZONE, Arguments
from deskhand.errors import DeskhandError
from deskhand.formats import open_writer
from deskhand.generators.plan import SessionPlan
from deskhand.generators.render import render
from deskhand.generators.typing_pool import TypingPool
from deskhand.loading import session_screens
from deskhand.manifest import (
    MAKING,
    SHARD_FILE,
    cannot_write,
    describe_files,
    differences,
    read_record,
    write_record,
)
from deskhand.recipe import Recipe, screen_sha256
from deskhand.safeguards import safeguarded
from deskhand.scenarios.local_time import local_us
from deskhand.scenarios.team import TeamDay, begin_day, pass_days
from deskhand.scenarios.work_calendar import Presence, WorkCalendar, named_calendar
from deskhand.session import Session

FORMAT = "deskhand.shard/1"
# A day with a session is looked for on so many days to come.
LOOKS_AHEAD = 100
# People whose days are planned together: more would take more memory and little less time.
PLANNED_TOGETHER = 40


class Shard(NamedTuple):
    """A team's day; its name is also its place in the run's order."""

    team: int
    day: int

    @property
    def name(self) -> str:
        """The shard's name.

        Examples
        --------
        >>> Shard(3, 1).name
        't0003-d001'
        """
        return f"t{self.team:04d}-d{self.day:03d}"

    @property
    def folder(self) -> str:
        """The name of the shard's folder below the output folder."""
        return f"shard={self.name}"


def plan_shards(arguments: Arguments) -> list[Shard]:
    """Return the shards of a run, in order.

    Examples
    --------
    >>> plan = plan_shards(Arguments(people=7, days=2, seed=7))
    >>> [shard.name for shard in plan]
    ['t0000-d000', 't0000-d001', 't0001-d000', 't0001-d001']
    """
    only = arguments.only
    team = only.team if only.person is None else only.person // arguments.team_size
    teams: Sequence[int] = range(arguments.teams) if team is None else [team]
    days: Sequence[int] = range(arguments.days) if only.day is None else [only.day]
    return [Shard(team, day) for team in teams for day in days]


def calendar_of(arguments: Arguments, recipe: Recipe) -> WorkCalendar:
    """Return the calendar of a run: the one that is asked for, or the scenario's own.

    Raises
    ------
    DeskhandError
        When both the run and the calendar name time zones.
    """
    if arguments.calendar is not None:
        return named_calendar(arguments.calendar)
    calendar = recipe.scenario.calendar
    if calendar.time_zones and arguments.time_zone != DEFAULT_TIME_ZONE:
        raise DeskhandError(
            f"time zone {arguments.time_zone!r}: the calendar of {recipe.scenario.name!r} has time "
            f"zones of its own ({', '.join(sorted(calendar.time_zones))}); leave one of them out."
        )
    return calendar


def date_of(arguments: Arguments, recipe: Recipe, day: int) -> date:
    """Return the date of a run's day."""
    return calendar_of(arguments, recipe).date_of(arguments.start.date(), day)


def presence_of(
    arguments: Arguments, recipe: Recipe, shard: Shard, *, people: Sequence[int] | None = None
) -> dict[int, Presence]:
    """Return what the people of a team do on the date of a shard, whether they are there or not.

    Parameters
    ----------
    arguments, recipe, shard, people
        As in `sessions_of`.
    """
    calendar, on = calendar_of(arguments, recipe), date_of(arguments, recipe, shard.day)
    team = arguments.team_people(shard.team) if people is None else people
    return {person: calendar.presence(arguments.seed, shard.team, person, on) for person in team}


def sessions_of(
    arguments: Arguments, recipe: Recipe, shard: Shard, *, people: Sequence[int] | None = None
) -> Iterator[Session]:
    """Simulate a team's day and render it, one person after the other.

    Parameters
    ----------
    arguments : Arguments
        What the run makes.
    recipe : Recipe
        What it is made from.
    shard : Shard
        Which team and day.
    people : sequence of int, optional
        Who is there, when it is not the whole team.

    Yields
    ------
    Session
        One for each person of the team who is there on that date, or the only one asked for. The whole
        team is simulated in any case, because its people interrupt one another.
    """
    day = _begun(arguments, recipe, shard, TypingPool(), people=people)
    if day is not None:
        pass_days([day])
        yield from _rendered(arguments, recipe, day.plans)


def _begun(
    arguments: Arguments,
    recipe: Recipe,
    shard: Shard,
    pool: TypingPool,
    *,
    people: Sequence[int] | None = None,
) -> TeamDay | None:
    """Begin a team's day; return None when nobody is there."""
    presence = presence_of(arguments, recipe, shard, people=people)
    there = {person: found for person, found in presence.items() if found.off is None}
    if not there:
        return None
    safeguards, calendar = recipe.safeguards, calendar_of(arguments, recipe)
    time_zone = calendar.zone(arguments.seed, shard.team) or arguments.time_zone
    return begin_day(
        recipe.scenario,
        seed=arguments.seed,
        team=shard.team,
        people=list(there),
        day=shard.day,
        profile=recipe.profile,
        role=arguments.role,
        condition=arguments.condition,
        fidelity=arguments.fidelity,
        start_wall_us=local_us(
            date_of(arguments, recipe, shard.day), arguments.start.time(), time_zone
        ),
        time_zone=time_zone,
        screens=recipe.screens,
        provenance_id=recipe.provenance_id(arguments.seed),
        masks=() if safeguards is None else (*safeguards.mask, *safeguards.block),
        presence=there,
        days_before={
            person: sum(_there(arguments, recipe, person, day) for day in range(shard.day))
            for person in there
        },
        pool=pool,
    )


def _rendered(arguments: Arguments, recipe: Recipe, plans: list[SessionPlan]) -> Iterator[Session]:
    plans.reverse()
    while plans:
        # Taken off the list, so that a rendered plan's memory is free for the next one.
        plan = plans.pop()
        if arguments.only.person in (None, plan.person):
            yield safeguarded(render(plan, recipe.screens), recipe.safeguards)


def refuse_day_off(
    arguments: Arguments, recipe: Recipe, shard: Shard, person: int
) -> DeskhandError:
    """Return what to say to somebody who asks for the session of a day off."""
    calendar, first = calendar_of(arguments, recipe), arguments.start.date()
    seed, team = arguments.seed, shard.team

    def off(day: int) -> str | None:
        return calendar.presence(seed, team, person, calendar.date_of(first, day)).off

    on = calendar.date_of(first, shard.day)
    later = (day for day in range(shard.day + 1, shard.day + LOOKS_AHEAD) if off(day) is None)
    following = next(later, None)
    remedy = "ask for another person" if following is None else f"day {following} has one"
    return DeskhandError(
        f"person {person} has no session on day {shard.day} ({on:%A} {on}, {off(shard.day)}); {remedy}."
    )


def _there(arguments: Arguments, recipe: Recipe, person: int, day: int) -> bool:
    shard = Shard(person // arguments.team_size, day)
    return presence_of(arguments, recipe, shard, people=[person])[person].off is None


def shards_at_once(arguments: Arguments, left: int, workers: int) -> int:
    """Return how many of the shards that are left one worker plans together.

    Fewer towards the end of a run, so that all workers end at about the same time.

    Parameters
    ----------
    arguments : Arguments
        What the run makes.
    left : int
        How many shards nobody has begun.
    workers : int
        How many share them.

    Source
    ------
    Polychronopoulos & Kuck 1987, "Guided self-scheduling"; half a fair share each time.

    Examples
    --------
    >>> arguments = Arguments(people=500, days=1, seed=7, team_size=5)
    >>> [shards_at_once(arguments, left, 2) for left in (100, 8, 2)]
    [8, 2, 1]
    """
    most = max(1, PLANNED_TOGETHER // arguments.team_size)
    return min(most, left if workers == 1 else -(-left // (2 * workers)))


def make_shards(
    arguments: Arguments, recipe: Recipe, shards: Sequence[Shard], out: Path
) -> Iterator[dict[str, Any]]:
    """Plan shards together, then write them one by one; each folder appears whole or not at all.

    Parameters
    ----------
    arguments : Arguments
        What the run makes.
    recipe : Recipe
        What it is made from.
    shards : sequence of Shard
        Which teams and days.
    out : pathlib.Path
        The run's output folder.

    Yields
    ------
    dict
        Each shard's record, which is also written into its folder.

    Raises
    ------
    DeskhandError
        When a file cannot be written, for example because the disk is full.
    """
    pool = TypingPool()
    begun = [_begun(arguments, recipe, shard, pool) for shard in shards]
    pass_days([day for day in begun if day is not None])
    # Only the plans stay, and each is let go when it has been rendered. Desks, what sits at them and the
    # pool refer to one another; left to itself the collector would come too rarely to let them go.
    plans = [[] if day is None else day.plans for day in begun]
    del begun, pool
    gc.collect()
    for shard, planned in zip(shards, plans, strict=True):
        yield _make_shard(arguments, recipe, shard, out, planned)


def _make_shard(
    arguments: Arguments, recipe: Recipe, shard: Shard, out: Path, plans: list[SessionPlan]
) -> dict[str, Any]:
    # The process number keeps apart two processes that make the same shard; it is renamed away.
    making = out / f"{MAKING}{shard.name}-{os.getpid()}"
    final = out / shard.folder
    try:
        making.mkdir()
        record = _write(arguments, recipe, shard, making, plans)
        if final.exists():
            shutil.rmtree(final)
        making.rename(final)
    except OSError as error:
        raise cannot_write(error, f"shard {shard.name} of {out}") from error
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return record


def _write(
    arguments: Arguments, recipe: Recipe, shard: Shard, folder: Path, plans: list[SessionPlan]
) -> dict[str, Any]:
    sessions: list[dict[str, Any]] = []
    screens: dict[str, str] = {}
    with ExitStack() as stack:
        writers = [stack.enter_context(open_writer(text, folder)) for text in arguments.formats]
        for session in _rendered(arguments, recipe, plans):
            for writer in writers:
                writer.write(session)
            sessions.append(_describe(session))
            for name in session_screens(session):
                if name not in screens:
                    screens[name] = screen_sha256(session.screens[name])
    record = {
        "format": FORMAT,
        "shard": shard.name,
        "team": shard.team,
        "day": shard.day,
        "date": date_of(arguments, recipe, shard.day).isoformat(),
        "off": _off(arguments, recipe, shard),
        "sessions": sessions,
        "screens": screens,
        "files": describe_files(folder),
    }
    write_record(folder / SHARD_FILE, record)
    return record


def _off(arguments: Arguments, recipe: Recipe, shard: Shard) -> dict[str, str]:
    """Return why people of the shard have no session, by the person's number."""
    return {
        str(person): found.off
        for person, found in presence_of(arguments, recipe, shard).items()
        if found.off is not None and arguments.only.person in (None, person)
    }


def _describe(session: Session) -> dict[str, Any]:
    return {
        "session_id": session.session_id,
        "person": int(session.header["person"]),
        "duration_us": int(session.header["duration_us"]),
        "counts": {
            "events": session.events.num_rows,
            "actions": session.actions.num_rows,
            "elements": session.elements.num_rows,
            "screenshots": session.screenshots.num_rows,
        },
    }


def finished_shard(shard: Shard, out: Path) -> dict[str, Any] | None:
    """Return the record of a shard that is there and whole, else None."""
    folder = out / shard.folder
    try:
        record: dict[str, Any] = read_record(folder / SHARD_FILE)
        if record["format"] != FORMAT or record["shard"] != shard.name:
            return None
        return None if differences(folder, record["files"], without=[SHARD_FILE]) else record
    except (DeskhandError, KeyError, TypeError, OSError):
        return None
