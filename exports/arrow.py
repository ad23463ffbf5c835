"""Canonical tables as Arrow IPC files: one file a table, one record batch a session, zstd level 1.

An IPC file has one dictionary for each column, which later batches may only extend. So the writer
keeps the words it has seen and writes those that a session adds as a dictionary delta.
"""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from deskhand.compact_tables import compact
from deskhand.errors import DeskhandError
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

SUFFIX = ".arrow"
SUMMARY = "canonical tables as Arrow IPC files, one a table"
KEEPS = EVERYTHING
LOSES = "nothing"


class _GrowingDictionary:
    """The words of one column so far; a word keeps its place for good."""

    def __init__(self, kind: pa.DictionaryType) -> None:
        self._kind = kind
        self._words: pa.Array = pa.array([], kind.value_type)

    def encode(self, array: pa.DictionaryArray) -> pa.DictionaryArray:
        new = pc.filter(
            array.dictionary, pc.invert(pc.is_in(array.dictionary, value_set=self._words))
        )
        if not len(new) and not len(self._words):
            # Arrow takes what follows an empty dictionary for another one, not for more of it.
            new = pa.array([""], self._kind.value_type)
        if len(new):
            self._words = pa.concat_arrays([self._words, new])
        place = pc.index_in(array.dictionary, value_set=self._words)
        indices = place.take(array.indices).cast(self._kind.index_type)
        return pa.DictionaryArray.from_arrays(indices, self._words)


class _ArrowFile:
    """One table's file."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        options = pa.ipc.IpcWriteOptions(
            compression=pa.Codec("zstd", compression_level=1), emit_dictionary_deltas=True
        )
        self._schema = schema
        self._sink = pa.OSFile(str(path), "wb")
        self._file = pa.ipc.new_file(self._sink, schema, options=options)
        self._words = {
            field.name: _GrowingDictionary(field.type)
            for field in schema
            if pa.types.is_dictionary(field.type)
        }

    def write(self, table: pa.Table) -> None:
        if not len(table):
            return
        arrays = [
            self._words[name].encode(column.chunk(0)) if name in self._words else column.chunk(0)
            for name, column in zip(table.column_names, compact(table).columns, strict=True)
        ]
        self._file.write_batch(pa.record_batch(arrays, schema=self._schema))

    def close(self) -> None:
        self._file.close()
        self._sink.close()


class ArrowWriter(Writer):
    """Writes sessions into five Arrow IPC files; only the session being written is in memory.

    Parameters
    ----------
    folder : Path
        Where the files go; made when it does not exist.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._kind = OneKind()
        self._files: dict[str, _ArrowFile] = {}

    def write(self, session: Session) -> None:
        """Add one whole session as one record batch a table."""
        self._kind.see(session)
        self._open()
        for name, table in tables_of(session).items():
            self._files[name].write(table)

    def _open(self) -> None:
        # The first session tells what the files say of their rows.
        if self._files:
            return
        for name, schema in self._kind.schemas().items():
            self._files[name] = _ArrowFile(self._folder / f"{name}{SUFFIX}", schema)

    def close(self) -> None:
        """Finish the files."""
        self._open()
        for file in self._files.values():
            file.close()


def open_writer(folder: Path, argument: str | None = None) -> Writer:
    """Return a writer of Arrow IPC files in a folder.

    Parameters
    ----------
    folder : Path
        Where ``events.arrow`` and its side tables go.
    argument : str, optional
        Not taken.
    """
    no_argument("arrow", argument)
    return ArrowWriter(folder)


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
        When the file is missing, is not an Arrow IPC file, or has other columns.
    """
    if not path.exists():
        raise missing_table(path)
    with pa.memory_map(str(path)) as source:
        try:
            file = pa.ipc.open_file(source)
        except pa.ArrowInvalid as error:
            raise DeskhandError(
                f"{path}: not an Arrow IPC file ({error}); write it again."
            ) from error
        if dropped is None:
            check_schema(name, file.schema)
        try:
            for number in range(file.num_record_batches):
                batch = file.get_batch(number)
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
