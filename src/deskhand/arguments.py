"""The arguments of a run: everything that decides its bytes, checked before anything is made."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, NamedTuple

from deskhand import registry
from deskhand.errors import DeskhandError, UnknownNameError
from deskhand.formats import named_in_records, split_format
from deskhand.streams import check_seed

# A Monday, fixed so that a run never depends on the day on which it is made.
DEFAULT_START = "2026-03-02"
DEFAULT_TIME_OF_DAY = time(9)
DEFAULT_MOMENT = datetime.combine(date.fromisoformat(DEFAULT_START), DEFAULT_TIME_OF_DAY)
DEFAULT_TEAM_SIZE = 5
DEFAULT_FORMAT = "parquet"
DEFAULT_FIDELITY = "law"
DEFAULT_TIME_ZONE = "UTC"
# Far above what one machine makes, and low enough that a slip of the finger is caught.
LIMITS = {"people": 1_000_000, "days": 10_000, "team_size": 1_000, "workers": 256}


class Only(NamedTuple):
    """The part of a run to make; None stands for all."""

    team: int | None = None
    person: int | None = None
    day: int | None = None


EVERYTHING = Only()


@dataclass(frozen=True, slots=True, kw_only=True)
class Arguments:
    """What a run makes. Neither the number of workers nor the output folder belongs here.

    ``start`` is the local date and time of day 0; later days follow by the calendar, at the same time
    of day. ``calendar`` is its name, None for the scenario's own.
    """

    people: int
    days: int
    seed: int
    formats: tuple[str, ...] = (DEFAULT_FORMAT,)
    only: Only = EVERYTHING
    start: datetime = DEFAULT_MOMENT
    time_zone: str = DEFAULT_TIME_ZONE
    calendar: str | None = None
    role: str | None = None
    condition: str = "none"
    fidelity: str = DEFAULT_FIDELITY
    team_size: int = DEFAULT_TEAM_SIZE

    def __post_init__(self) -> None:
        if not isinstance(self.seed, int):
            raise DeskhandError(f"seed={self.seed!r}: must be a whole number; try --seed 7.")
        check_seed(self.seed)
        for name in ("people", "days", "team_size"):
            _check_count(name, getattr(self, name))
        _check_only(self.only, people=self.people, days=self.days, team_size=self.team_size)

    @property
    def teams(self) -> int:
        """The number of teams; the last one may be smaller than the others."""
        return -(-self.people // self.team_size)

    def team_people(self, team: int) -> range:
        """Return the numbers of the people in a team."""
        first = team * self.team_size
        return range(first, min(first + self.team_size, self.people))

    def as_record(self) -> dict[str, Any]:
        """Return the arguments as they are written to run.json and manifest.json."""
        only = {k: v for k, v in self.only._asdict().items() if v is not None}
        return {
            "people": self.people,
            "days": self.days,
            "seed": self.seed,
            "formats": [named_in_records(text) for text in self.formats],
            "only": only or None,
            "start": self.start.isoformat(timespec="minutes"),
            "time_zone": self.time_zone,
            "calendar": self.calendar,
            "role": self.role,
            "condition": self.condition,
            "fidelity": self.fidelity,
            "team_size": self.team_size,
        }


def _check_count(name: str, value: object) -> None:
    limit = LIMITS[name]
    if not isinstance(value, int) or not 1 <= value <= limit:
        raise DeskhandError(
            f"{name}={value}: must be a whole number from 1 to {limit}; "
            f"try --{name.replace('_', '-')} 2."
        )


def check_workers(workers: int) -> int:
    """Return the number of workers unchanged when it is usable.

    Raises
    ------
    DeskhandError
        When it is not a whole number from 1 to 256.
    """
    _check_count("workers", workers)
    return workers


def _check_only(only: Only, *, people: int, days: int, team_size: int) -> None:
    limits = {"team": -(-people // team_size), "person": people, "day": days}
    for name, value in only._asdict().items():
        if value is not None and not 0 <= value < limits[name]:
            raise DeskhandError(
                f"only {name}={value}: this run numbers {name} from 0 to {limits[name] - 1}."
            )
    if only.team is not None and only.person is not None and only.person // team_size != only.team:
        raise DeskhandError(
            f"only team={only.team},person={only.person}: person {only.person} is in team "
            f"{only.person // team_size}; leave the team out."
        )


def parse_only(text: str) -> Only:
    """Read which part of a run to make.

    Parameters
    ----------
    text : str
        Parts joined by commas, each ``team=3``, ``person=7`` or ``day=1``; all of them must hold.

    Raises
    ------
    DeskhandError
        When it is written differently.

    Examples
    --------
    >>> parse_only("team=3,day=1")
    Only(team=3, person=None, day=1)
    """
    found: dict[str, int] = {}
    for part in text.split(","):
        match = re.fullmatch(r"\s*(\w+)\s*=\s*([0-9]{1,18})\s*", part)
        if match is None:
            raise DeskhandError(
                f"only {text!r}: write team=3, person=7 or day=1, joined by commas."
            )
        if match[1] not in Only._fields:
            raise UnknownNameError("part of a run", match[1], Only._fields)
        if match[1] in found:
            raise DeskhandError(f"only {text!r}: {match[1]} is given twice; give it once.")
        found[match[1]] = int(match[2])
    return Only(**found)


def parse_start(text: str) -> datetime:
    """Read the local date and time of a run's first day; 09:00 when only a date is given.

    Raises
    ------
    DeskhandError
        When it is no date, carries an offset, or lies outside the years 1970 to 2200.

    Examples
    --------
    >>> parse_start("2026-03-02").isoformat(), parse_start("2026-03-02T08:30").isoformat()
    ('2026-03-02T09:00:00', '2026-03-02T08:30:00')
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is not None or not 1970 <= moment.year <= 2200:
        raise DeskhandError(
            f"start {text!r}: write a date such as 2026-03-02 or 2026-03-02T08:30, of the years "
            "1970 to 2200 and without an offset; the zone is given by --time-zone."
        )
    if re.fullmatch(r"[\d-]+", text):
        moment = datetime.combine(moment.date(), DEFAULT_TIME_OF_DAY)
    return moment


def parse_role(text: str | None) -> str | None:
    """Return a persona's role; None stands for one drawn for each person.

    Whether a scenario has such a role is known when that is read, see `deskhand.recipe.Recipe`.

    Raises
    ------
    DeskhandError
        When it is empty.
    """
    if text is not None and not text.strip():
        raise DeskhandError("role '': empty; leave it out to have a role drawn for each person.")
    return text


def parse_calendar(text: str | None) -> str | None:
    """Return the name of a calendar when it is known; None stands for the scenario's own.

    Raises
    ------
    UnknownNameError
        When it is not known.
    """
    if text is not None:
        from deskhand.scenarios.work_calendar import named_calendar

        named_calendar(text)
    return text


def parse_condition(text: str) -> str:
    """Return the name of a condition when it is known.

    Raises
    ------
    UnknownNameError
        When it is not known.
    """
    from deskhand.behavior_models.conditions import condition

    condition(text)
    return text


def parse_fidelity(text: str) -> str:
    """Return the name of a pointer model when one is registered as ``pointer.<name>``.

    Raises
    ------
    UnknownNameError
        When none is.

    Examples
    --------
    >>> parse_fidelity("learned")
    'learned'
    """
    models = registry.names("deskhand.models")
    known = [name.removeprefix("pointer.") for name in models if name.startswith("pointer.")]
    if text not in known:
        raise UnknownNameError("fidelity", text, known)
    return text


def parse_formats(text: str | Sequence[str]) -> tuple[str, ...]:
    """Return the export formats of a run, sorted and each once.

    Parameters
    ----------
    text : str or sequence of str
        Names joined by commas, or a sequence of names; each may have an argument behind a colon.

    Raises
    ------
    UnknownNameError
        When a format is not registered.
    DeskhandError
        When none is given.

    Examples
    --------
    >>> parse_formats("rrweb,parquet")
    ('parquet', 'rrweb')
    """
    given = text.split(",") if isinstance(text, str) else list(text)
    wanted = sorted({part.strip() for part in given} - {""})
    if not wanted:
        raise DeskhandError(
            f"format {text!r}: give at least one of {', '.join(registry.names('deskhand.exports'))}."
        )
    names = [split_format(text)[0] for text in wanted]
    for name in names:
        if names.count(name) > 1:
            raise DeskhandError(
                f"format {name} is asked for {names.count(name)} times; a run writes a format once, "
                "so make a second run or use `deskhand convert`."
            )
    return tuple(wanted)


def parse_viewport(text: str) -> tuple[int, int]:
    """Read a viewport's width and height in CSS pixels.

    Raises
    ------
    DeskhandError
        When it is not written WIDTHxHEIGHT or not within 200 to 8000 pixels.

    Examples
    --------
    >>> parse_viewport("1280x800")
    (1280, 800)
    """
    match = re.fullmatch(r"([0-9]{1,6})[xX]([0-9]{1,6})", text.strip())
    size = (int(match[1]), int(match[2])) if match else (0, 0)
    if min(size) < 200 or max(size) > 8000:
        raise DeskhandError(
            f"viewport {text!r}: write WIDTHxHEIGHT in pixels, each from 200 to 8000, "
            "for example 1280x800."
        )
    return size
