"""The same rows in every form that a service may store them in."""

import sqlite3
from pathlib import Path

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest


def as_parquet_folder(rows: pa.Table, place: Path) -> str:
    place.mkdir()
    half = rows.num_rows // 2
    pq.write_table(rows.slice(0, half), place / "events-1.parquet")
    pq.write_table(rows.slice(half), place / "events-2.parquet")
    pq.write_table(pa.table({"batch_id": ["no event"]}), place / "batches-1.parquet")
    return str(place)


def as_parquet_of_fields(rows: pa.Table, place: Path) -> str:
    events = [orjson.loads(record) for record in rows["record"].to_pylist()]
    columns = {name: rows[name] for name in rows.column_names if name != "record"}
    names = dict.fromkeys(name for event in events for name in event)
    columns |= {name: pa.array([event.get(name) for event in events]) for name in names}
    return as_parquet_folder(pa.table(columns), place)


def as_glob_of_lines(rows: pa.Table, place: Path) -> str:
    place.mkdir()
    for number, part in enumerate((rows.slice(0, 9), rows.slice(9))):
        text = [
            orjson.dumps({**row, "record": row["record"].decode(errors="replace")})
            for row in part.to_pylist()
        ]
        (place / f"part-{number}.ndjson").write_bytes(b"\n".join(text) + b"\n\n")
    return str(place / "part-*.ndjson")


def as_nested_lines(rows: pa.Table, place: Path) -> str:
    with place.open("wb") as file:
        for row in rows.to_pylist():
            head = orjson.dumps({name: value for name, value in row.items() if name != "record"})
            file.write(head[:-1] + b',"record":' + row["record"] + b"}\n")
    return str(place)


def as_flat_lines(rows: pa.Table, place: Path) -> str:
    with place.open("wb") as file:
        for row in rows.to_pylist():
            head = {name: row[name] for name in ("session_id", "batch_id", "row", "stored_us")}
            file.write(orjson.dumps(head)[:-1] + b"," + row["record"][1:] + b"\n")
    return str(place)


def as_sqlite(rows: pa.Table, place: Path) -> str:
    with sqlite3.connect(place) as base:
        base.execute("create table events(row, batch_id, session_id, seq, stored_us, record)")
        base.executemany(
            "insert into events values(?, ?, ?, ?, ?, cast(? as text))",
            [tuple(row.values()) for row in rows.to_pylist()],
        )
    base.close()
    return str(place)


def as_duckdb(rows: pa.Table, place: Path) -> str:
    duckdb = pytest.importorskip("duckdb", reason='needs duckdb: pip install "deskhand[fleet]"')
    with duckdb.connect(str(place)) as base:
        base.register("rows", rows)
        base.execute("create table events as select * from rows")
    return f"duckdb:{place}"


STORES = (
    as_parquet_folder,
    as_parquet_of_fields,
    as_glob_of_lines,
    as_nested_lines,
    as_flat_lines,
    as_sqlite,
    as_duckdb,
)
