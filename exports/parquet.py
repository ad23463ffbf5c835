"""Canonical tables as Parquet: one file a table, row groups of 262,144 rows, zstd level 1.

Strings are dictionary-coded; times and counters are delta-coded and coordinates byte-split, which
takes 6.6 bytes an event where plain zstd takes 15. The bytes depend on the rows alone.
"""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from deskhand.errors import DeskhandError
from deskhand.events import TABLES
from deskhand.exports.losses import EVERYTHING, Dropped
from deskhand.exports.newer_tables import known_columns, known_types
from deskhand.exports.session_tables import (
    OneKind,
    Writer,
    check_schema,
    damaged,
    missing_table,
    sessions_of,
    tables_of,
    with_later_columns,
)
from deskhand.formats import no_argument
from deskhand.session import Session

SUFFIX = ".parquet"
SUMMARY = "canonical tables as Parquet files, one a table"
KEEPS = EVERYTHING
LOSES = "nothing"
ROW_GROUP = 262_144
DELTA = ("t_us", "seq", "action_id", "start_us", "end_us")
BYTE_SPLIT = ("screen_x", "screen_y", "client_x", "client_y", "left", "top", "width", "height")
# Readers prune row groups by these; statistics of the others would cost a third of the writing time.
STATISTICS = ("session_id", "t_us", "seq", "type", "action_id")


def writer_options(schema: pa.Schema) -> dict[str, object]:
    """Return the options of `pyarrow.parquet.ParquetWriter` for a canonical table."""
    encoding = {name: "DELTA_BINARY_PACKED" for name in schema.names if name in DELTA}
    for name in BYTE_SPLIT:
        if name in schema.names and schema.field(name).type == pa.float32():
            encoding[name] = "BYTE_STREAM_SPLIT"
    return {
        "compression": "zstd",
        "compression_level": 1,
        "use_dictionary": [field.name for field in schema if pa.types.is_dictionary(field.type)],
        "column_encoding": encoding,
        "write_statistics": [name for name in schema.names if name in STATISTICS],
    }


class ParquetWriter(Writer):
    """Writes sessions into five Parquet files.

    Short sessions share a row group and a row group ends with a session, unless one session alone
    is longer; so a row group and one session are held in memory.

    Parameters
    ----------
    folder : Path
        Where the files go; made when it does not exist.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._kind = OneKind()
        self._files: dict[str, pq.ParquetWriter] = {}
        self._waiting: dict[str, list[pa.Table]] = {name: [] for name in TABLES}
        self._rows = dict.fromkeys(TABLES, 0)

    def write(self, session: Session) -> None:
        """Add one whole session."""
        self._kind.see(session)
        self._open()
        for name, table in tables_of(session).items():
            if self._rows[name] + len(table) > ROW_GROUP:
                self._flush(name)
            self._waiting[name].append(table)
            self._rows[name] += len(table)

    def _open(self) -> None:
        # The first session tells what the files say of their rows.
        if self._files:
            return
        for name, schema in self._kind.schemas().items():
            path = self._folder / f"{name}{SUFFIX}"
            self._files[name] = pq.ParquetWriter(path, schema, **writer_options(schema))

    def _flush(self, name: str) -> None:
        if not self._rows[name]:
            return
        # One dictionary a row group: when it changes inside one, Parquet falls back to plain text.
        table = pa.concat_tables(self._waiting[name]).unify_dictionaries().combine_chunks()
        self._files[name].write_table(table, row_group_size=ROW_GROUP)
        self._waiting[name] = []
        self._rows[name] = 0

    def close(self) -> None:
        """Write what waits and finish the files."""
        self._open()
        for name in TABLES:
            self._flush(name)
            self._files[name].close()


def open_writer(folder: Path, argument: str | None = None) -> Writer:
    """Return a writer of Parquet files in a folder.

    Parameters
    ----------
    folder : Path
        Where ``events.parquet`` and its side tables go.
    argument : str, optional
        Not taken.
    """
    no_argument("parquet", argument)
    return ParquetWriter(folder)


def read_table(path: Path, name: str, dropped: Dropped | None = None) -> Iterator[pa.RecordBatch]:
    """Yield the record batches of one table, in the canonical schema.

    Parameters
    ----------
    path : Path
        The file.
    name : str
        The table's name.
    dropped : Dropped, optional
        Counts columns of a newer schema; without it they are refused.

    Raises
    ------
    DeskhandError
        When the file is missing, is not Parquet, or has other columns.
    """
    if not path.exists():
        raise missing_table(path)
    try:
        file = pq.ParquetFile(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise DeskhandError(f"{path}: not a Parquet file ({error}); write it again.") from error
    with file:
        if dropped is None:
            check_schema(name, file.schema_arrow)
        batches = file.iter_batches(batch_size=ROW_GROUP)
        try:
            for batch in batches:
                batch.validate(full=True)
                batch = with_later_columns(name, batch)
                yield batch if dropped is None else known_columns(name, batch, dropped)
        except (pa.ArrowInvalid, OSError) as error:
            raise damaged(path, error) from error


def recognises(path: Path) -> bool:
    """Return whether a folder holds the canonical tables in this format."""
    return (path / f"sessions{SUFFIX}").is_file() and (path / f"events{SUFFIX}").is_file()


def read(path: Path, dropped: Dropped | None = None) -> Iterator[Session]:
    """Yield the sessions of a folder, one at a time.

    Parameters
    ----------
    path : Path
        A folder that this format's writer filled.
    dropped : Dropped, optional
        Counts columns of a newer schema, and events of unknown types, which are kept as marks.
    """
    return sessions_of(
        lambda name: read_table(path / f"{name}{SUFFIX}", name, dropped),
        lambda events: known_types(events, dropped),
    )
