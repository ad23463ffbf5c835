"""A fleet description: the JSON file that a plan is made from, checked and with its defaults."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, TypeVar

from deskhand.errors import DeskhandError, UnknownNameError
from deskhand.fleet.faults.buffer import Buffer, Outage
from deskhand.fleet.faults.clock import ClockFaults
from deskhand.fleet.faults.content import EXPECTED, ContentFaults
from deskhand.fleet.faults.session import SessionFaults
from deskhand.fleet.faults.transport import TransportFaults
from deskhand.fleet.schedule import Arrivals
from deskhand.fleet.tables import Expected, Fault
from deskhand.json_schema import describe, read_description, worst

PACKAGE = "deskhand.fleet"
# Unix times are written in a fixed width: seconds have ten digits from September 2001 to 2286, with
# room for clocks that are five years wrong, twice.
FIRST_YEAR, LAST_YEAR = 2012, 2199
# A small fleet of every kind of trouble, as `deskhand fleet plan --example` prints it.
EXAMPLE: Mapping[str, Any] = {
    "seed": 7,
    "devices": 200,
    "date": "2026-03-02",
    "duration_s": 86400,
    "compression": 8640,
    "target": "json",
    "sessions": {"scenarios": {"auth.login": 3, "crm.create_lead": 1}, "pool": 8},
    "time_zones": {"Europe/Berlin": 3, "America/New_York": 1},
    "arrivals": {"per_device_day": 1.5, "curve": "office"},
    "client": {"max_events": 200, "max_bytes": 65536, "max_age_s": 30},
    "buffer": {"offline_per_day": 1, "cap_batches": 50, "drop": "oldest"},
    "faults": {
        "clock": {"offset_share": 0.05, "drift_share": 0.2},
        "transport": {"duplicate": 0.02, "reorder": 0.01, "truncate": 0.005, "reset": 0.01},
        "content": {"unknown_type": 0.01, "bad_utf8": 0.005, "nul": 0.005},
        "session": {"missing_end": 0.02, "split": 0.01},
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Batcher:
    """When a client closes a batch: at so many events, so many bytes, or so old (assumed).

    Parameters
    ----------
    max_events : int
    max_bytes : int
        Of the records; a record that is larger goes alone.
    max_age_s : float
        Since its first event.
    """

    max_events: int = 200
    max_bytes: int = 65_536
    max_age_s: float = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What a fleet is; the fields are the members of the JSON file.

    Examples
    --------
    >>> described(EXAMPLE).devices
    200
    """

    devices: int
    scenarios: Mapping[str, float]
    pool: int = 32
    seed: int = 0
    date: date = date(2026, 3, 2)
    duration_s: float = 86_400.0
    compression: float = 1.0
    target: str = "json"
    time_zones: Mapping[str, float] = field(default_factory=lambda: {"UTC": 1.0})
    arrivals: Arrivals = field(default_factory=Arrivals)
    client: Batcher = field(default_factory=Batcher)
    buffer: Buffer = field(default_factory=Buffer)
    clock: ClockFaults = field(default_factory=ClockFaults)
    transport: TransportFaults = field(default_factory=TransportFaults)
    content: ContentFaults = field(default_factory=ContentFaults)
    session: SessionFaults = field(default_factory=SessionFaults)
    expect: Mapping[Fault, Expected] = field(default_factory=dict)

    @property
    def duration_us(self) -> int:
        """Microseconds of the plan."""
        return round(self.duration_s * 1e6)

    @property
    def start_unix_us(self) -> int:
        """Unix time of the plan's time 0."""
        return int(datetime.combine(self.date, time(), UTC).timestamp()) * 1_000_000

    def expected_of(self, kind: Fault) -> Expected:
        """Return what the service should make of a fault of the content."""
        return self.expect.get(kind, EXPECTED[kind])

    def as_record(self) -> dict[str, Any]:
        """Return it as JSON holds it, with all defaults."""
        record = asdict(self)
        record["date"] = self.date.isoformat()
        record["sessions"] = {
            "scenarios": dict(record.pop("scenarios")),
            "pool": record.pop("pool"),
        }
        layers = ("clock", "transport", "content", "session")
        record["faults"] = {name: record.pop(name) for name in layers}
        record["expect"] = {
            str(kind.name).lower(): expected.name.lower() for kind, expected in self.expect.items()
        }
        return record


Settings = TypeVar("Settings")


def _settings(kind: type[Settings], given: Mapping[str, Any], where: str) -> Settings:
    known = [item.name for item in fields(kind)]  # type: ignore[arg-type]
    for name in given:
        if name not in known:
            raise UnknownNameError(f"{where}: member", name, known)
    try:
        # Tuples, so that settings that were given and those that are default compare.
        return kind(**{n: tuple(v) if isinstance(v, list) else v for n, v in given.items()})
    except DeskhandError as error:
        raise DeskhandError(f"{where}: {error}") from error


def _whole(value: Any) -> Any:
    """Return what was read from JSON with whole numbers as such, however written: 200.0 is 200."""
    if isinstance(value, Mapping):
        return {name: _whole(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_whole(member) for member in value]
    whole = isinstance(value, float) and value.is_integer() and abs(value) < 2**53
    return int(value) if whole else value


def described(record: Any, where: str = "fleet description") -> Description:
    """Return a description of a fleet.

    Parameters
    ----------
    record : mapping
        As read from JSON.
    where : str
        Where it comes from, for refusals.

    Raises
    ------
    DeskhandError
        When something in it is unknown or out of range: with its place.

    Examples
    --------
    >>> described({"devices": 0, "sessions": {"scenarios": {"auth.login": 1}}})
    Traceback (most recent call last):
    deskhand.errors.DeskhandError: fleet description: devices: 0 is less than the minimum of 1; `deskhand fleet plan --example` prints a valid one.
    """
    breach = worst("fleet", record, PACKAGE)
    if breach is not None:
        raise DeskhandError(
            f"{where}: {describe(breach)}; `deskhand fleet plan --example` prints a valid one."
        )
    given = _whole(record)
    sessions, faults = given.pop("sessions"), given.pop("faults", {})
    for place, weights in (
        ("sessions/scenarios", sessions["scenarios"]),
        ("time_zones", given.get("time_zones", {"UTC": 1})),
    ):
        if not sum(weights.values()):
            raise DeskhandError(f"{where}: {place}: one weight must be above 0.")
    try:
        day = date.fromisoformat(given.pop("date", "2026-03-02"))
    except ValueError as error:
        raise DeskhandError(f"{where}: date: {error}; write it like 2026-03-02.") from error
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise DeskhandError(
            f"{where}: date: {day} must lie in the years {FIRST_YEAR} to {LAST_YEAR}; write it like "
            "2026-03-02."
        )
    buffer = dict(given.pop("buffer", {}))
    outages = tuple(
        _settings(Outage, outage, f"{where}: buffer/outages")
        for outage in buffer.pop("outages", ())
    )
    expect = {}
    for name, expected in given.pop("expect", {}).items():
        kinds = {str(kind.name).lower(): kind for kind in EXPECTED}
        if name not in kinds:
            raise UnknownNameError(f"{where}: expect: fault", name, kinds)
        expect[kinds[name]] = Expected[expected.upper()]
    layers = {
        "clock": ClockFaults,
        "transport": TransportFaults,
        "content": ContentFaults,
        "session": SessionFaults,
    }
    return Description(
        scenarios=sessions["scenarios"],
        **({"pool": sessions["pool"]} if "pool" in sessions else {}),
        date=day,
        arrivals=_settings(Arrivals, given.pop("arrivals", {}), f"{where}: arrivals"),
        client=_settings(Batcher, given.pop("client", {}), f"{where}: client"),
        buffer=_settings(Buffer, {**buffer, "outages": outages}, f"{where}: buffer"),
        expect=expect,
        **{
            name: _settings(kind, faults.get(name, {}), f"{where}: faults/{name}")
            for name, kind in layers.items()
        },
        **given,
    )


def load_description(path: Path) -> Description:
    """Read a fleet description.

    Parameters
    ----------
    path : pathlib.Path
        A JSON file.

    Raises
    ------
    DeskhandError
        When it cannot be read or used.
    """
    record = read_description(path, "deskhand fleet plan --example")
    return described(record, str(path))
