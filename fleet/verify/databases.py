"""Stored rows from SQLite, PostgreSQL and DuckDB, opened so that nothing can be written."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow as pa

from deskhand.errors import DeskhandError

BLOCK_ROWS = 65_536


def read_sqlite(path: Path, sql: str) -> Iterator[pa.Table]:
    """Yield the rows of a query on an SQLite file.

    Raises
    ------
    DeskhandError
        When the file or the query is refused.
    """
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as base:
            # Text as it is stored: it need not be UTF-8.
            base.text_factory = bytes
            cursor = base.execute(sql)
            names = [column[0] for column in cursor.description or ()]
            while rows := cursor.fetchmany(BLOCK_ROWS):
                yield _table(names, rows)
    except sqlite3.Error as error:
        raise _refused(path.name, sql, error) from error


def read_duckdb(path: Path, sql: str) -> Iterator[pa.Table]:
    """Yield the rows of a query on a DuckDB file; ``:memory:`` is none, for queries on other files.

    Raises
    ------
    DeskhandError
        When the file or the query is refused, or DuckDB is missing.
    """
    try:
        import duckdb
    except ImportError:
        raise DeskhandError('duckdb is missing; python -m pip install "deskhand[fleet]".') from None
    memory = str(path) == ":memory:"
    if not memory and not path.is_file():
        raise DeskhandError(f"duckdb:{path}: there is no such file.")
    try:
        with duckdb.connect(str(path), read_only=not memory) as base:
            base.execute("set preserve_insertion_order = true")
            reader = base.sql(sql).to_arrow_reader(BLOCK_ROWS)
            for batch in reader:
                yield pa.Table.from_batches([batch])
    except duckdb.Error as error:
        raise _refused(f"duckdb:{path}", sql, error) from error


def read_postgresql(address: str, sql: str) -> Iterator[pa.Table]:
    """Yield the rows of a query on PostgreSQL, by a cursor of the server's, in a read-only transaction.

    Raises
    ------
    DeskhandError
        When the server or the query is refused, or psycopg is missing.
    """
    try:
        import psycopg
        from psycopg.types.string import TextLoader
    except ImportError:
        raise DeskhandError(
            'psycopg is missing; python -m pip install "psycopg[binary]".'
        ) from None
    try:
        with psycopg.connect(address) as base:
            base.read_only = True
            for kind in ("json", "jsonb", "uuid"):
                base.adapters.register_loader(kind, TextLoader)
            with base.cursor(name="deskhand") as cursor:
                cursor.execute(sql.encode())
                names = [column.name for column in cursor.description or ()]
                while rows := cursor.fetchmany(BLOCK_ROWS):
                    yield _table(names, rows)
    except psycopg.Error as error:
        raise _refused(address.rpartition("@")[2], sql, error) from error


def _refused(where: str, sql: str, error: Exception) -> DeskhandError:
    reason = str(error).strip().replace("\n", " ")
    return DeskhandError(
        f"{where}: {reason} (asked: {sql}); name the table with --table, or give a --query."
    )


def _table(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> pa.Table:
    columns = zip(*rows, strict=True)
    return pa.table({name: _array(values) for name, values in zip(names, columns, strict=True)})


def _array(values: Sequence[Any]) -> pa.Array:
    try:
        return pa.array(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
        # SQLite keeps any kind in any column; all as text then.
        return pa.array(
            [
                value if value is None or isinstance(value, bytes) else str(value).encode()
                for value in values
            ],
            pa.binary(),
        )
