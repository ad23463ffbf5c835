"""The public functions: simulate one session, generate many, call the motor models alone."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deskhand.arguments import (
    DEFAULT_FIDELITY,
    DEFAULT_FORMAT,
    DEFAULT_START,
    DEFAULT_TEAM_SIZE,
    DEFAULT_TIME_ZONE,
    EVERYTHING,
    Arguments,
    Only,
    check_workers,
    parse_calendar,
    parse_condition,
    parse_fidelity,
    parse_formats,
    parse_only,
    parse_role,
    parse_start,
)
from deskhand.manifest import run_differences
from deskhand.scenarios.local_time import parse_time_zone

if TYPE_CHECKING:
    # Imported when first needed: a refused argument need not wait for SimPy, SciPy and pyarrow.
    from deskhand.progress import Progress
    from deskhand.scenarios.scenario import Scenario
    from deskhand.screen import Screen
    from deskhand.session import Session
    from deskhand.validation import Report


def simulate(
    scenario: "str | Path | Scenario",
    *,
    seed: int,
    person: int = 0,
    day: int = 0,
    people: int | None = None,
    team_size: int = DEFAULT_TEAM_SIZE,
    profile: str | Path = "office",
    role: str | None = None,
    condition: str = "none",
    fidelity: str = DEFAULT_FIDELITY,
    start: str = DEFAULT_START,
    time_zone: str = DEFAULT_TIME_ZONE,
    calendar: str | None = None,
    screens: "Mapping[str, Screen] | None" = None,
    safeguards: str | Path | None = None,
) -> "Session":
    """Simulate one session in memory.

    Parameters
    ----------
    scenario : str, pathlib.Path or Scenario
        A registered name, the path of a ``.json`` scenario, or a decorated function.
    seed : int
        From 0 to 2**64 - 1.
    person, day : int
        Whose session and on which day of the calendar, both from 0.
    people : int, optional
        The size of the population. When given, the person's whole team is simulated, so that the
        session is the one that `generate` makes; otherwise the person works alone.
    team_size : int
        People in a team.
    profile : str or pathlib.Path
        The population: a shipped name or the path of a profile file. What a profile of the hand
        alone does not say, such as ``"mouse-web"`` or one that `fit` returned, is taken from
        ``"office"``.
    role : str, optional
        The person's role; drawn when not given.
    condition : str
        What the person is under: none, tremor, touchpad, trackball, low-vision, left-handed,
        one-handed or screen-reader (keys alone).
    fidelity : str
        What draws the pointer's paths: ``"law"`` (closed forms) or ``"learned"`` (the network of the
        profile, or of ``"mouse-web"`` where it has none). Learned paths are harder to tell from
        people's, and take several times as long to make.
    start : str
        The local date, or date and time, of day 0.
    time_zone : str
        An IANA name.
    calendar : str, optional
        Which dates are days, and who is there: ``"weekdays"`` (Mondays to Fridays, everyone),
        ``"weeks"`` (days in a row, with weekends), ``"office"`` (with holidays, leave, illness and
        part-time, too). The scenario's own when not given: weeks for `workday`, else weekdays.
    screens : mapping of str to Screen, optional
        Own compiled screens by name, beside the shipped ones.
    safeguards : str or pathlib.Path, optional
        A file that says what is left out of the session, see docs/safeguards.md.

    Returns
    -------
    Session
        Header and Arrow tables; ``session.write(path, format="rrweb")`` exports it.

    Raises
    ------
    DeskhandError
        When an argument or the scenario cannot be used, or the person has that day off.

    Examples
    --------
    >>> import deskhand
    >>> session = deskhand.simulate("crm.create_lead", seed=7)
    >>> session.events.num_rows > 100
    True
    """
    arguments = Arguments(
        people=person + 1 if people is None else people,
        days=day + 1,
        seed=seed,
        only=Only(person=person, day=day),
        start=parse_start(start),
        time_zone=parse_time_zone(time_zone),
        calendar=parse_calendar(calendar),
        role=parse_role(role),
        condition=parse_condition(condition),
        fidelity=parse_fidelity(fidelity),
        team_size=team_size,
    )
    from deskhand.recipe import load_recipe
    from deskhand.shard import Shard, refuse_day_off, sessions_of

    recipe = load_recipe(scenario, profile, screens, fidelity, safeguards)
    recipe.check_role(arguments.role)
    alone = [person] if people is None else None
    shard = Shard(person // team_size, day)
    for session in sessions_of(arguments, recipe, shard, people=alone):
        return session
    raise refuse_day_off(arguments, recipe, shard, person)


def generate(
    scenario: "str | Path | Scenario",
    *,
    people: int,
    seed: int,
    out: str | Path,
    days: int = 1,
    workers: int = 1,
    formats: str | Sequence[str] = DEFAULT_FORMAT,
    only: str | Only | None = None,
    resume: bool = False,
    start: str = DEFAULT_START,
    time_zone: str = DEFAULT_TIME_ZONE,
    calendar: str | None = None,
    profile: str | Path = "office",
    role: str | None = None,
    condition: str = "none",
    fidelity: str = DEFAULT_FIDELITY,
    team_size: int = DEFAULT_TEAM_SIZE,
    screens: "Mapping[str, Screen] | None" = None,
    safeguards: str | Path | None = None,
    progress: "Progress | None" = None,
) -> dict[str, Any]:
    """Generate the sessions of many people over many days into a folder.

    Parameters
    ----------
    scenario : str, pathlib.Path or Scenario
        As in `simulate`.
    people, days : int
        How many people, and how many days of the calendar.
    seed : int
        The same seed gives the same bytes, whatever the number of workers.
    out : str or pathlib.Path
        The output folder; absent or empty, unless ``resume``.
    workers : int
        How many processes.
    formats : str or sequence of str
        Export formats, for example ``"parquet,rrweb"``.
    only : str, optional
        The part to make, for example ``"team=3,day=1"``.
    resume : bool
        Complete a run that was begun in ``out``.
    start, time_zone, calendar, profile, role, condition, fidelity, team_size, screens, safeguards
        As in `simulate`.
    progress : callable, optional
        Called with the number of finished shards, of all shards and of events so far.

    Returns
    -------
    dict
        The manifest; ``days_off`` counts why people had no session, and each shard's record names
        them.

    Raises
    ------
    DeskhandError
        When an argument, the scenario or the folder cannot be used.
    """
    arguments = Arguments(
        people=people,
        days=days,
        seed=seed,
        formats=parse_formats(formats),
        only=parse_only(only) if isinstance(only, str) else only or EVERYTHING,
        start=parse_start(start),
        time_zone=parse_time_zone(time_zone),
        calendar=parse_calendar(calendar),
        role=parse_role(role),
        condition=parse_condition(condition),
        fidelity=parse_fidelity(fidelity),
        team_size=team_size,
    )
    check_workers(workers)
    from deskhand.recipe import load_recipe
    from deskhand.run import run

    recipe = load_recipe(scenario, profile, screens, fidelity, safeguards)
    recipe.check_role(arguments.role)
    return run(arguments, recipe, Path(out), workers=workers, resume=resume, progress=progress)


def read_sessions(path: str | Path, *, format: str | None = None) -> "Iterator[Session]":  # noqa: A002
    """Yield the sessions of a folder or a file, one at a time.

    Parameters
    ----------
    path : str or pathlib.Path
        An output folder, a shard of it, an output folder with a session id behind it, or a file or
        folder in any format that is read back.
    format : str, optional
        The format; recognised by what the file holds when not given.

    Raises
    ------
    DeskhandError
        When there is no such folder, file or session, or no format in it that can be read back.
    """
    from deskhand import loading

    return loading.read_sessions(path, format=format)


def validate(path: str | Path, *, format: str | None = None) -> "Report":  # noqa: A002
    """Check files: schemas, laws of the event table, rules of formats, and the hashes of a run.

    Parameters
    ----------
    path : str or pathlib.Path
        An output folder, a shard folder, a table, or a file or folder in any known format.
    format : str, optional
        The format; recognised by what is there when not given.

    Returns
    -------
    Report
        What was checked and found; ``report.ok`` when nothing is wrong.

    Raises
    ------
    DeskhandError
        When there is nothing at the path that can be checked.
    """
    from deskhand.validation import Finding, validate_path

    path = Path(path)
    report = validate_path(path, format=format)
    report.findings += [
        Finding(
            rule="manifest",
            path=path,
            given=line,
            remedy="complete the run with --resume, or make it again",
        )
        for line in run_differences(path)
    ]
    return report
