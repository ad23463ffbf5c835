"""A session as its five canonical tables, and tables read from files as sessions again."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.compute as pc

from deskhand.compact_tables import compact
from deskhand.errors import DeskhandError
from deskhand.events import SCHEMA_VERSION, TABLES, claiming
from deskhand.session import Session

# Columns of schema version 1 that came after others; tables without them are read as if they were null.
LATER = {"sessions": ("monitors",)}


class Writer(ABC):
    """What `open_writer` of every format returns; at most one session need be in memory."""

    @abstractmethod
    def write(self, session: Session) -> None:
        """Add one whole session."""

    @abstractmethod
    def close(self) -> None:
        """Finish the files; a writer that was closed writes no more."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def check_schema(name: str, given: pa.Schema) -> None:
    """Refuse a table whose columns are not those of the canonical table of that name.

    Raises
    ------
    DeskhandError
        With the first column that differs.
    """
    wanted = TABLES[name]
    if given.equals(wanted):
        return
    lacking = set(LATER.get(name, ())).difference(given.names)
    wanted = pa.schema([field for field in wanted if field.name not in lacking])
    newer = (given.metadata or {}).get(b"deskhand.schema_version", b"").decode("utf-8", "replace")
    if newer.isdecimal() and int(newer) > SCHEMA_VERSION:
        raise DeskhandError(
            f"table {name!r}: of schema version {newer}, and this deskhand knows versions up to "
            f"{SCHEMA_VERSION}; read it with a newer deskhand."
        )
    for place, field in enumerate(wanted):
        found = given.field(place) if place < len(given) else None
        if found is None or not found.equals(field):
            raise DeskhandError(
                f"table {name!r}, column {place}: {found or 'nothing'}; schema version 1 wants "
                f"{field}; cast the table to deskhand.events.TABLES[{name!r}]."
            )
    if len(given) == len(wanted):
        return
    raise DeskhandError(
        f"table {name!r} has {len(given)} columns; schema version 1 has {len(wanted)}; "
        f"drop {', '.join(given.names[len(wanted) :])}."
    )


def with_later_columns(name: str, batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return a batch with the columns that it lacks since it was written before there were such."""
    for column in set(LATER.get(name, ())).difference(batch.schema.names):
        place, field = TABLES[name].get_field_index(column), TABLES[name].field(column)
        batch = batch.add_column(place, field, pa.nulls(len(batch), field.type))
    return batch


def tables_of(session: Session) -> dict[str, pa.Table]:
    """Return a session's tables by name; the header becomes the one row of ``sessions``.

    Raises
    ------
    DeskhandError
        When a table does not have the canonical schema, or a header value does not fit its column.
    """
    try:
        header = pa.Table.from_pylist([dict(session.header)], schema=TABLES["sessions"])
        header.validate(full=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError) as error:
        raise DeskhandError(
            f"header of session {session.header.get('session_id')!r}: {error}; "
            "give a value for every column of deskhand.events.SESSIONS."
        ) from error
    tables = {
        "events": session.events,
        "actions": session.actions,
        "elements": session.elements,
        "sessions": header,
        "screenshots": session.screenshots,
    }
    for name, table in tables.items():
        check_schema(name, table.schema)
    return tables


class OneKind:
    """What the schema of a file of many sessions says: that all are synthetic, or that none is."""

    def __init__(self) -> None:
        self._synthetic: bool | None = None

    def see(self, session: Session) -> None:
        """Look at the next session of the file.

        Raises
        ------
        DeskhandError
            When it is synthetic and those before it are not, or the other way round.
        """
        synthetic = bool(session.header["synthetic"])
        if self._synthetic is not None and synthetic is not self._synthetic:
            kind, others = ("synthetic", "not") if synthetic else ("not synthetic", "synthetic")
            raise DeskhandError(
                f"session {session.session_id!r} is {kind}, and those before it are {others}; a file "
                "says of all its rows what they are, so write the two kinds into folders of their "
                "own."
            )
        self._synthetic = synthetic

    def schemas(self) -> dict[str, pa.Schema]:
        """Return the canonical schemas with what they say."""
        synthetic = self._synthetic is not False
        return {
            name: claiming(schema.empty_table(), synthetic).schema
            for name, schema in TABLES.items()
        }


class _Stream:
    """Rows of one table in file order, handed out session by session."""

    def __init__(self, name: str, batches: Iterator[pa.RecordBatch]) -> None:
        self._name = name
        self._batches = batches
        self._rest: pa.RecordBatch | None = None

    def take(self, session_id: str) -> pa.Table:
        parts: list[pa.RecordBatch] = []
        while (batch := self._next()) is not None:
            same = pc.equal(batch.column("session_id").cast(pa.string()), session_id)
            first_other = pc.index(same, value=False).as_py()
            if first_other < 0:
                parts.append(batch)
                continue
            parts.append(batch.slice(0, first_other))
            self._rest = batch.slice(first_other)
            break
        return compact(pa.Table.from_batches(parts, schema=TABLES[self._name]))

    def _next(self) -> pa.RecordBatch | None:
        if self._rest is not None:
            batch, self._rest = self._rest, None
            return batch
        return next((batch for batch in self._batches if batch.num_rows), None)

    def finish(self) -> None:
        batch = self._next()
        if batch is not None:
            raise DeskhandError(
                f"table {self._name!r} holds rows of session {batch.column('session_id')[0].as_py()!r} "
                "where the sessions table has no such session left; all tables list the sessions in "
                "one order; write the files again."
            )


def sessions_of(
    read_table: Callable[[str], Iterator[pa.RecordBatch]],
    events_as_known: Callable[[pa.Table], pa.Table] = lambda events: events,
) -> Iterator[Session]:
    """Yield the sessions that five tables hold, one at a time.

    Parameters
    ----------
    read_table : callable
        From the name of a table to its record batches, each of the canonical schema.
    events_as_known : callable
        Applied to each session's events.

    Yields
    ------
    Session
        With no screens; add them where an export needs them.

    Raises
    ------
    DeskhandError
        When the tables do not hold the same sessions in the same order.
    """
    streams = {name: _Stream(name, read_table(name)) for name in TABLES if name != "sessions"}
    for batch in read_table("sessions"):
        for header in batch.to_pylist():
            parts = {name: rows.take(header["session_id"]) for name, rows in streams.items()}
            parts["events"] = events_as_known(parts["events"])
            synthetic = bool(header["synthetic"])
            parts = {name: claiming(table, synthetic) for name, table in parts.items()}
            yield Session(header=header, screens={}, **parts)
    for rows in streams.values():
        rows.finish()


def missing_table(path: object) -> DeskhandError:
    """Return the refusal for a folder that lacks one of the five tables."""
    return DeskhandError(
        f"{path}: not found; a folder of sessions holds {', '.join(TABLES)}; "
        "name the folder that `deskhand generate` wrote."
    )


def damaged(path: object, error: Exception) -> DeskhandError:
    """Return the refusal of a file whose rows cannot be read."""
    return DeskhandError(f"{path}: damaged ({error}); write it again.")
