"""Marks in tables: columns and schemas of Parquet and Arrow files, columns of CSV, tables of SQLite."""

import csv
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from deskhand.marks.json_marks import IDENTIFIER, flags_of, said_by_line
from deskhand.marks.verdict import Judgement, Verdict, of_records, together

FLAG, SEPARATORS = "synthetic", ",;\t"
# Of each table; marks of a database stand in its first rows or in a column.
ROWS_READ = 10_000
_LONGEST_CELL = 1 << 22


def said_by_rows(rows: Iterable[Sequence[Any]], names: Sequence[str]) -> Counter[Verdict]:
    """Return how many rows of a table say what.

    Parameters
    ----------
    rows : iterable of sequences
        Values in the order of the names.
    names : sequence of str
        Columns. Without one called ``synthetic``, identifiers that begin with syn_ or der_ count.
    """
    flag = list(names).index(FLAG) if FLAG in names else None
    found: Counter[Verdict] = Counter()
    for row in rows:
        said = next(flags_of(row[flag]), None) if flag is not None and flag < len(row) else None
        if said:
            found[Verdict.SYNTHETIC] += 1
            continue
        ids = {m[1] for cell in row if isinstance(cell, str) and (m := IDENTIFIER.fullmatch(cell))}
        if "der" in ids:
            found[Verdict.DERIVED] += 1
        elif said is False:
            found[Verdict.NOT] += 1
        else:
            found[Verdict.SYNTHETIC if flag is None and "syn" in ids else Verdict.NONE] += 1
    return found


def judge_parquet(path: Path) -> Judgement:
    """Judge a Parquet file by its columns and by the metadata in its footer."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            schema = file.schema_arrow
            groups = (
                file.read_row_group(n, columns=_columns(schema)) for n in range(file.num_row_groups)
            )
            return _judge_arrow(path, groups, schema, file.metadata.num_rows, "footer")
    except (pa.ArrowException, OSError):
        return Judgement(path=path, verdict=Verdict.NONE, marks=("a Parquet file that is damaged",))


def judge_arrow(path: Path) -> Judgement:
    """Judge an Arrow IPC file or stream by its columns and by its schema's metadata."""
    import pyarrow as pa

    try:
        with pa.memory_map(str(path)) as source:
            stream = source.read(6) != b"ARROW1"
            source.seek(0)
            with (pa.ipc.open_stream if stream else pa.ipc.open_file)(source) as reader:
                table = reader.read_all()
    except (pa.ArrowException, OSError):
        return Judgement(path=path, verdict=Verdict.NONE, marks=("an Arrow file that is damaged",))
    columns = table.select(_columns(table.schema))
    return _judge_arrow(path, [columns], table.schema, table.num_rows, "schema")


def _columns(schema: Any) -> list[str]:
    import pyarrow as pa

    if FLAG in schema.names:
        wanted = [FLAG, "provenance_id", "session_id"]
        return [name for name in wanted if name in schema.names]
    found = []
    for field in schema:
        kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
        if (
            pa.types.is_string(kind)
            or pa.types.is_large_string(kind)
            or pa.types.is_string_view(kind)
        ):
            found.append(field.name)
    return found


def _judge_arrow(path: Path, parts: Iterable[Any], schema: Any, rows: int, head: str) -> Judgement:
    metadata: Mapping[bytes, bytes] = schema.metadata or {}
    claim = metadata.get(FLAG.encode(), b"").decode("utf-8", "replace")
    header = {"true": Verdict.SYNTHETIC, "false": Verdict.NOT}.get(claim)
    found: Counter[Verdict] = Counter()
    for part in parts:
        # The marks of millions of rows are few different ones.
        names = part.column_names
        if not names:
            found[Verdict.NONE] += part.num_rows
            continue
        if FLAG in names:
            counted = _plain(part).group_by(names).aggregate([([], "count_all")])
            for row in counted.to_pylist():
                said = said_by_rows([[row[name] for name in names]], names)
                found[next(iter(said))] += row["count_all"]
        else:
            columns = [part[name].to_pylist() for name in names]
            found += said_by_rows(zip(*columns, strict=True), names)
    if not rows:
        return of_records(path, Counter(), header, layer="rows", head=head)
    if header == Verdict.NOT and set(found) == {Verdict.DERIVED}:
        # A schema knows two words; the rows know the third.
        header = None
    return of_records(path, found, header, layer="rows", head=head)


def _plain(table: Any) -> Any:
    """Return a table without dictionaries, which row groups need not share, and without views."""
    import pyarrow as pa

    for place, field in enumerate(table.schema):
        chunks = []
        for chunk in table.column(place).chunks:
            if pa.types.is_dictionary(chunk.type):
                # Arrow groups by no view of a string, as polars writes them, and takes none either.
                words, indices = _unviewed(chunk.dictionary), chunk.indices
                chunk = words.take(indices)
            chunks.append(_unviewed(chunk))
        if chunks:
            table = table.set_column(place, field.name, pa.chunked_array(chunks))
    return table


def _unviewed(array: Any) -> Any:
    import pyarrow as pa

    return array.cast(pa.string()) if pa.types.is_string_view(array.type) else array


def judge_csv(path: Path) -> Judgement:
    """Judge a table of text by its columns."""
    csv.field_size_limit(_LONGEST_CELL)
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        first = file.readline(_LONGEST_CELL)
        separator = max(SEPARATORS, key=first.count)
        names = [cell.strip() for cell in next(csv.reader([first], delimiter=separator), [])]
        try:
            found = said_by_rows(csv.reader(file, delimiter=separator), names)
        except csv.Error:
            found = Counter([Verdict.NONE])
    if not set(found) - {Verdict.NONE}:
        return Judgement(path=path, verdict=Verdict.NONE)
    return of_records(path, found, layer="rows")


def judge_sqlite(path: Path) -> Judgement:
    """Judge an SQLite file by columns called ``synthetic`` and by JSON and identifiers in its cells."""
    try:
        # Only read, and without the lock and the journal that SQLite would make beside it.
        with closing(
            sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
        ) as base:
            said = dict(_tables(base))
    except sqlite3.Error:
        return Judgement(path=path, verdict=Verdict.NONE, marks=("an SQLite file that is damaged",))
    marks = tuple(f"table {name}: {verdict}" for name, verdict in sorted(said.items()))
    return Judgement(
        path=path, verdict=together(Counter(said.values())) if said else Verdict.NONE, marks=marks
    )


def _tables(base: sqlite3.Connection) -> Iterator[tuple[str, Verdict]]:
    for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        quoted = '"' + name.replace('"', '""') + '"'
        cursor = base.execute(f"SELECT * FROM {quoted}")
        names = [column[0] for column in cursor.description]
        if FLAG in names:
            yield name, together(said_by_rows(cursor, names))
            continue
        found = Counter(_cells(cursor))
        del found[Verdict.NONE]
        # One row that says so speaks for the recording.
        if found:
            yield name, together(found)


def _cells(cursor: sqlite3.Cursor) -> Iterator[Verdict]:
    for row in cursor.fetchmany(ROWS_READ):
        for cell in row:
            if isinstance(cell, str) and cell.startswith("{"):
                yield said_by_line(cell.encode())
            elif isinstance(cell, str) and (named := IDENTIFIER.fullmatch(cell)):
                yield Verdict.SYNTHETIC if named[1] == "syn" else Verdict.DERIVED
