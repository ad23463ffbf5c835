"""One shard: a team's day, made under a temporary name and renamed when it is complete."""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

from deskhand.arguments import Arguments
from deskhand.errors import DeskhandError
from deskhand.formats import open_writer
from deskhand.generators.render import render
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
from deskhand.scenarios.team import simulate_team
from deskhand.session import Session

FORMAT = "deskhand.shard/1"


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
        One for each person of the team, or the only one asked for. The whole team is simulated in
        any case, because its people interrupt one another.
    """
    safeguards = recipe.safeguards
    plans = simulate_team(
        recipe.scenario,
        seed=arguments.seed,
        team=shard.team,
        people=arguments.team_people(shard.team) if people is None else people,
        day=shard.day,
        profile=recipe.profile,
        role=arguments.role,
        condition=arguments.condition,
        fidelity=arguments.fidelity,
        start_wall_us=arguments.start_wall_us(shard.day),
        time_zone=arguments.time_zone,
        screens=recipe.screens,
        provenance_id=recipe.provenance_id(arguments.seed),
        masks=() if safeguards is None else (*safeguards.mask, *safeguards.block),
    )
    plans.reverse()
    while plans:
        # Taken off the list, so that a rendered plan's memory is free for the next one.
        plan = plans.pop()
        if arguments.only.person in (None, plan.person):
            yield safeguarded(render(plan, recipe.screens), safeguards)


def make_shard(arguments: Arguments, recipe: Recipe, shard: Shard, out: Path) -> dict[str, Any]:
    """Make one shard; its folder appears whole or not at all.

    Parameters
    ----------
    arguments : Arguments
        What the run makes.
    recipe : Recipe
        What it is made from.
    shard : Shard
        Which team and day.
    out : pathlib.Path
        The run's output folder.

    Returns
    -------
    dict
        The shard's record, which is also written into its folder.

    Raises
    ------
    DeskhandError
        When a file cannot be written, for example because the disk is full.
    """
    # The process number keeps apart two processes that make the same shard; it is renamed away.
    making = out / f"{MAKING}{shard.name}-{os.getpid()}"
    final = out / shard.folder
    try:
        making.mkdir()
        record = _write(arguments, recipe, shard, making)
        if final.exists():
            shutil.rmtree(final)
        making.rename(final)
    except OSError as error:
        raise cannot_write(error, f"shard {shard.name} of {out}") from error
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return record


def _write(arguments: Arguments, recipe: Recipe, shard: Shard, folder: Path) -> dict[str, Any]:
    sessions: list[dict[str, Any]] = []
    screens: dict[str, str] = {}
    with ExitStack() as stack:
        writers = [stack.enter_context(open_writer(text, folder)) for text in arguments.formats]
        for session in sessions_of(arguments, recipe, shard):
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
        "sessions": sessions,
        "screens": screens,
        "files": describe_files(folder),
    }
    write_record(folder / SHARD_FILE, record)
    return record


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
