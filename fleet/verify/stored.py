"""Where stored rows come from: files, data bases, or a function of one's own, in blocks of Arrow."""

import re
from collections.abc import Iterator
from glob import glob, has_magic
from importlib import import_module
from pathlib import Path

import pyarrow as pa

from deskhand.errors import DeskhandError
from deskhand.fleet.verify import databases, files, services
from deskhand.fleet.verify.layout import Layout

DEFAULT_TABLE = "events"
_ADAPTER = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*")


def open_stored(
    where: str,
    *,
    table: str | None = None,
    query: str | None = None,
    layout: Layout | None = None,
) -> Iterator[pa.Table]:
    """Yield the rows that a service stored; nothing is written anywhere.

    Parameters
    ----------
    where : str
        A folder, a glob or a file of Parquet or NDJSON; an SQLite file; ``duckdb:FILE``;
        ``postgresql://...``; ``nats://HOST:PORT/STREAM``, ``redis://HOST:PORT/0/STREAM`` or
        ``files:FOLDER`` with the bodies of the generic targets; ``aw:http://127.0.0.1:5600``; or
        ``module:function``, which yields Arrow tables.
    table : str, optional
        Of a data base, ``events`` when not given; of a folder, the beginning of the files' names.
    query : str, optional
        SQL for a data base, instead of a table.
    layout : Layout, optional
        Names of the service's columns, which lines of JSON are read by.

    Yields
    ------
    pyarrow.Table
        Blocks of rows, in the service's own columns.

    Raises
    ------
    DeskhandError
        When there is nothing, it is of no known kind, or it cannot be read.
    """
    if where.startswith(("postgresql://", "postgres://")):
        return databases.read_postgresql(where, _sql(table, query))
    if where.startswith("duckdb:"):
        return databases.read_duckdb(Path(where.removeprefix("duckdb:")), _sql(table, query))
    if where.startswith("aw:"):
        return services.read_activitywatch(where.removeprefix("aw:"))
    if where.startswith("nats://"):
        return services.read_nats(where)
    if where.startswith(("redis://", "rediss://")):
        return services.read_redis(where)
    if where.startswith("files:"):
        return services.read_folder(Path(where.removeprefix("files:").removeprefix("//")))
    path = Path(where)
    if path.is_file():
        kind = files.kind_of(path)
        if kind == "sqlite":
            return databases.read_sqlite(path, _sql(table, query))
        if kind == "duckdb":
            return databases.read_duckdb(path, _sql(table, query))
        found = [path]
    elif path.is_dir():
        found = files.files_in(path, table)
    elif has_magic(where):
        found = [Path(name) for name in sorted(glob(where, recursive=True))]  # noqa: PTH207 (may be absolute)
    elif _ADAPTER.fullmatch(where):
        return _adapter(where)
    else:
        found = []
    if not found:
        raise DeskhandError(
            f"{where}: nothing is stored there; name a folder or a glob of Parquet or NDJSON files, an "
            "SQLite file, duckdb:FILE, postgresql://..., or module:function."
        )
    if query is not None:
        raise DeskhandError(
            f"{where}: files take no query; DuckDB reads them with one: duckdb::memory: and "
            "--query \"select * from 'FILES'\"."
        )
    return files.read_files(found, (layout or Layout()).kinds())


def _sql(table: str | None, query: str | None) -> str:
    if query is not None:
        return query
    # A name in quotes, doubled inside, is a name and nothing else.
    parts = (table or DEFAULT_TABLE).split(".")
    return "select * from " + ".".join('"' + part.replace('"', '""') + '"' for part in parts)


def _adapter(where: str) -> Iterator[pa.Table]:
    module, _, name = where.partition(":")
    try:
        function = getattr(import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise DeskhandError(
            f"{where}: cannot be imported ({error}); the module must be on PYTHONPATH, and the "
            "function takes nothing and yields pyarrow tables."
        ) from error
    for table in function():
        if not isinstance(table, pa.Table):
            raise DeskhandError(
                f"{where}: yields {type(table).__name__}; it must yield pyarrow tables."
            )
        yield table
