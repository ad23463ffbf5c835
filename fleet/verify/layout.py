"""What a service calls the columns that it stores events in."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pyarrow as pa

from deskhand.errors import DeskhandError
from deskhand.fleet.checksum import FIELDS
from deskhand.fleet.verify.records import FIELD_KINDS

NAMES = ("session_id", "batch_id", "record", *FIELDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What the columns of a service are called.

    Parameters
    ----------
    names : mapping of str to str
        Our name to the service's, for ``session_id``, ``seq``, ``batch_id`` and the event's fields;
        what is not named has our name.
    record : str
        A column with the whole event as JSON; when the table has none, fields are columns.
    order : str, optional
        A column by which the service orders rows.
    time : str, optional
        A column with the time of storing: a timestamp, ISO text, or Unix time in s, ms, us or ns.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    record: str = "record"
    order: str | None = None
    time: str | None = None

    def __post_init__(self) -> None:
        strange = sorted(set(self.names) - set(NAMES))
        if strange:
            raise DeskhandError(
                f"columns: {', '.join(strange)}: not a column of events; "
                f"write ours=theirs with ours one of {', '.join(NAMES)}."
            )

    def name(self, ours: str) -> str:
        """Return what the service calls one of our columns."""
        return self.names.get(ours, self.record if ours == "record" else ours)

    def kinds(self) -> dict[str, pa.DataType]:
        """Return the events' fields under the service's names, with their types in JSON."""
        return {self.name(name): kind for name, kind in FIELD_KINDS.items()}


def parse_names(text: str) -> dict[str, str]:
    """Return column names out of ``ours=theirs,ours=theirs``.

    Raises
    ------
    DeskhandError
        When it is not written like this.

    Examples
    --------
    >>> parse_names("session_id=sid,seq=n")
    {'session_id': 'sid', 'seq': 'n'}
    """
    pairs = [pair.partition("=") for pair in text.split(",") if pair.strip()]
    odd = [
        ours for ours, equals, theirs in pairs if not (ours.strip() and equals and theirs.strip())
    ]
    if odd:
        raise DeskhandError(
            f"columns {text!r}: {odd[0]!r} has no name; write session_id=sid,seq=n."
        )
    return {ours.strip(): theirs.strip() for ours, _, theirs in pairs}
