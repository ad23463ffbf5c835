"""Stored rows from files of Parquet or of JSON lines."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from deskhand.errors import DeskhandError
from deskhand.fleet.verify.records import FIELD_KINDS, TYPED, parse_records

BLOCK_ROWS = 131_072
BLOCK_BYTES = 1 << 25
LINES = (".ndjson", ".jsonl")
# Lines that tell the columns of a file.
SAMPLED = 1000


def kind_of(path: Path) -> str:
    """Return ``parquet``, ``sqlite``, ``duckdb`` or ``lines``, by the first bytes of a file."""
    try:
        with path.open("rb") as file:
            head = file.read(16)
    except OSError as error:
        raise DeskhandError(f"{path}: cannot be read: {error.strerror or error}.") from error
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"SQLite format 3\0"):
        return "sqlite"
    return "duckdb" if head[8:12] == b"DUCK" else "lines"


def files_in(folder: Path, table: str | None) -> list[Path]:
    """Return the files of a folder that hold rows: those of a table, or of ``events``, or all."""
    found = [
        path
        for path in sorted(folder.rglob("*"))
        if path.suffix in (".parquet", *LINES) and path.is_file() and path.name[0] != "."
    ]
    if table is not None:
        return [path for path in found if path.name.startswith(table)]
    return [path for path in found if path.name.startswith("events")] or found


def read_files(
    paths: Sequence[Path], kinds: Mapping[str, pa.DataType] = FIELD_KINDS
) -> Iterator[pa.Table]:
    """Yield the rows of files in blocks, of one file after the other.

    Parameters
    ----------
    paths : sequence of pathlib.Path
    kinds : mapping of str to pyarrow.DataType
        Types of the events' fields in lines of JSON; those of other members are told by the lines.

    Yields
    ------
    pyarrow.Table
    """
    for path in paths:
        kind = kind_of(path)
        if kind == "parquet":
            yield from _read_parquet(path)
        elif kind == "lines":
            yield from _read_lines(path, kinds)
        else:
            raise DeskhandError(
                f"{path}: a data base among files; name it alone, or name the files by a glob."
            )


def _read_parquet(path: Path) -> Iterator[pa.Table]:
    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=BLOCK_ROWS):
                yield pa.Table.from_batches([batch])
    except (OSError, pa.ArrowException) as error:
        raise DeskhandError(f"{path}: cannot be read as Parquet ({error}).") from error


def _read_lines(path: Path, fields: Mapping[str, pa.DataType]) -> Iterator[pa.Table]:
    kinds: Mapping[str, pa.DataType] | None = None
    rest = b""
    try:
        with path.open("rb") as file:
            while True:
                block = file.read(BLOCK_BYTES)
                whole, _, rest = (rest + block).rpartition(b"\n") if block else (rest, b"", b"")
                # A blank line is no row.
                lines = [line for line in whole.split(b"\n") if not line.isspace() and line]
                if lines:
                    kinds = kinds or _kinds(path, lines[:SAMPLED], fields)
                    parsed = parse_records(pa.array(lines, pa.binary()), kinds)
                    yield parsed.table.append_column(TYPED, pa.array(parsed.typed))
                if not block:
                    return
    except OSError as error:
        raise DeskhandError(f"{path}: cannot be read: {error.strerror or error}.") from error


def _kinds(
    path: Path, lines: Sequence[bytes], fields: Mapping[str, pa.DataType]
) -> Mapping[str, pa.DataType]:
    """Return the columns of a file and their types, as its first lines show them."""
    members: dict[str, Any] = {}
    for line in lines:
        try:
            one = orjson.loads(line)
        except orjson.JSONDecodeError:
            continue
        if isinstance(one, dict):
            members |= {name: value for name, value in one.items() if value is not None}
    if not members:
        raise DeskhandError(
            f"{path}: neither Parquet, SQLite nor DuckDB, and no JSON lines either."
        )
    return {name: _kind(value, fields) for name, value in members.items()} | dict(fields)


def _kind(value: Any, fields: Mapping[str, pa.DataType]) -> pa.DataType:
    if isinstance(value, dict):
        return pa.struct(list(fields.items()))
    if isinstance(value, bool):
        return pa.bool_()
    if isinstance(value, int):
        return pa.int64()
    return pa.float64() if isinstance(value, float) else pa.string()
