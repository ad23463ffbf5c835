"""Services that a fleet is run against, how their stores are verified, and how they are read plainly."""

import asyncio
import json
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, build_opener

import pyarrow as pa
import pyarrow.parquet as pq

from deskhand.fleet.collector.store import SqliteStore

ROWS = pa.schema(
    [
        ("row", pa.int64()),
        ("batch_id", pa.string()),
        ("session_id", pa.string()),
        ("seq", pa.int64()),
        ("stored_us", pa.int64()),
        ("record", pa.string()),
    ]
)
# What bodies say beside an event where each event stands alone.
_AROUND = ("synthetic", "provenance_id", "run_id", "batch_id", "session_id", "device_id")
_ORDER, _TIME = ("--order", "row"), ("--time", "stored_us")


def words_of(store: Path) -> list[str]:
    """Return how a store with all columns is verified."""
    return ["--stored", str(store), *_ORDER, *_TIME]


def write_sqlite(rows: pa.Table, folder: Path) -> list[str]:
    """Write rows as the collector's SQLite file, and return how it is verified."""
    store = folder / "kept.db"
    SqliteStore(store).close()
    with closing(sqlite3.connect(store)) as base:
        places = ", ".join("?" for _ in ROWS)
        base.executemany(
            f"insert into events({', '.join(ROWS.names)}) values({places})",
            zip(*(rows[name].to_pylist() for name in ROWS.names), strict=True),
        )
        base.commit()
    return words_of(store)


def write_parquet(rows: pa.Table, folder: Path) -> list[str]:
    """Write rows as a folder of Parquet files, and return how it is verified."""
    store = folder / "kept"
    store.mkdir()
    half = rows.num_rows // 2
    for number, part in enumerate((rows.slice(0, half), rows.slice(half))):
        pq.write_table(part, store / f"events-{number}.parquet")
    return words_of(store)


@dataclass(frozen=True, kw_only=True)
class Serving:
    """A service that runs.

    Parameters
    ----------
    target : str
        For `deskhand fleet run`.
    stores : mapping of str to sequence of str
        Words for `deskhand fleet verify` by what they are called.
    table : callable
        Reads what is stored, with the columns of `ROWS` in order of storing.
    meanwhile : callable, optional
        Called while a fleet runs.
    """

    target: str
    stores: Mapping[str, Sequence[str]]
    table: Callable[[], pa.Table]
    meanwhile: Callable[[], None] | None = None


@dataclass(frozen=True, kw_only=True)
class Service:
    """A kind of service.

    Parameters
    ----------
    name : str
    adapter : str
        As `deskhand fleet run --as` calls it.
    serve : callable
        Given an empty folder, returns a context in which it runs.
    write : callable
        Writes rows as it would keep them, for planting.
    kept : bool
        Whether what it stored can be read when it has ended.
    wrong : sequence of str
        Verdicts that it does bring, since it is not made for a fleet with faults.
    words : sequence of str
        More for `deskhand fleet run`.
    """

    name: str
    adapter: str
    serve: Callable[[Path], Any]
    write: Callable[[pa.Table, Path], list[str]] = write_parquet
    kept: bool = False
    wrong: Sequence[str] = ()
    words: Sequence[str] = field(default_factory=tuple)


def read_sqlite(store: Path) -> pa.Table:
    """Return the collector's events."""
    with closing(sqlite3.connect(store)) as base:
        base.text_factory = lambda text: text.decode("utf-8", "surrogateescape")
        found = base.execute(f"select {', '.join(ROWS.names)} from events order by row").fetchall()
    return _table(found)


def _table(rows: Sequence[Sequence[Any]]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [[] for _ in ROWS]
    return pa.table([pa.array(c, f.type) for c, f in zip(columns, ROWS, strict=True)], schema=ROWS)


def read_parquet(store: Path) -> pa.Table:
    """Return the events of the collector's folder."""
    table = pa.concat_tables(pq.read_table(part) for part in sorted(store.glob("events-*.parquet")))
    table = table.append_column("row", pa.array(range(table.num_rows), pa.int64()))
    return table.select(ROWS.names).cast(ROWS)


@contextmanager
def collector(
    folder: Path, *, switches: Sequence[str] = (), parquet: bool = False, by_session: bool = False
) -> Iterator[Serving]:
    """Run the collector on a SQLite file or on a folder for Parquet files."""
    from tests.fleet.collector_process import running_collector

    store = folder / ("kept" if parquet else "kept.db")
    with running_collector(store, *switches) as url:
        yield _collecting(url, store, by_session=by_session)


def _collecting(url: str, store: Path, *, by_session: bool = False) -> Serving:
    target = f"{url}/batch"
    if not store.suffix:
        stores = {"Parquet": ["--stored", str(store), *_TIME]}
        return Serving(target=target, stores=stores, table=lambda: read_parquet(store))
    stores = {"SQLite": words_of(store)}
    if by_session:
        # As a service would have it that knows sessions alone.
        columns = "row, session_id, seq, stored_us, record"
        query = ["--query", f"select {columns} from events"]
        stores["SQLite by session"] = [*words_of(store), *query]
    return Serving(target=target, stores=stores, table=lambda: read_sqlite(store))


@contextmanager
def crashing_collector(
    folder: Path, *, switches: Sequence[str] = (), crashes: int = 1
) -> Iterator[Serving]:
    """Run the collector, kill it some times while a fleet runs, and start it again."""
    from tests.fleet.collector_process import start

    store = folder / "kept.db"
    running = start(store, *switches)
    port = int(running.url.rpartition(":")[2])

    def meanwhile() -> None:
        nonlocal running
        for crash in range(crashes):
            while _taken(running.url) < 20:
                time.sleep(0.02)
            running.kill()
            last = crash + 1 == crashes
            running = start(store, *([] if last else switches), port=port)

    try:
        yield Serving(
            target=f"{running.url}/batch",
            stores={"SQLite": words_of(store)},
            table=lambda: read_sqlite(store),
            meanwhile=meanwhile,
        )
    finally:
        running.process.terminate()
        running.process.wait(30)


def _taken(url: str) -> int:
    opener = build_opener(ProxyHandler({}))
    with opener.open(f"{url}/stats", timeout=30) as answer:
        return int(json.loads(answer.read()).get("200", 0))


@contextmanager
def nats(folder: Path) -> Iterator[Serving]:
    """Run nats-server with JetStream."""
    from tests.servers import nats_server

    with nats_server(folder / "jetstream") as url:
        yield Serving(
            target=url,
            stores={"stream": ["--stored", f"{url}/DESKHAND", *_TIME]},
            table=lambda: _table(asyncio.run(_messages(url))),
        )


async def _messages(url: str) -> list[tuple[Any, ...]]:
    """Return a stream's events, read as a consumer reads them."""
    import nats

    client = await nats.connect(url)
    context = client.jetstream()
    left = (await context.stream_info("DESKHAND")).state.messages
    reader = await context.subscribe("deskhand.batches", ordered_consumer=True)
    rows: list[tuple[Any, ...]] = []
    for _ in range(left):
        message = await reader.next_msg(timeout=30)
        stored_us = round(message.metadata.timestamp.timestamp() * 1e6)
        headers = message.headers or {}
        batch_id, session_id = headers["Deskhand-Batch-Id"], headers["Deskhand-Session-Id"]
        try:
            body = _strict(message.data.decode())
            events = [(one.get("seq"), _text(one)) for one in body["events"]]
        except (ValueError, KeyError, TypeError):
            events = [(None, None)]
        for seq, record in events:
            rows.append((len(rows), batch_id, session_id, seq, stored_us, record))
    await client.close()
    return rows


def _strict(text: str) -> Any:
    """Return what JSON says by RFC 8259, without words for numbers that are none and half characters."""
    found = json.loads(text, parse_constant=_refuse)
    json.dumps(found, ensure_ascii=False).encode()
    return found


def _refuse(word: str) -> None:
    raise ValueError(word)


def _text(event: Mapping[str, Any]) -> str:
    return json.dumps(event, separators=(",", ":"))


@contextmanager
def activitywatch(folder: Path) -> Iterator[Serving]:
    """Run aw-server, whose own SQLite file is read as well."""
    from tests.servers import aw_server

    def base() -> Path:
        (found,) = folder.rglob("peewee-sqlite*.db")
        return found

    def table() -> pa.Table:
        with closing(sqlite3.connect(base())) as file:
            rows = file.execute("select id, datastr from eventmodel order by id").fetchall()
        found = []
        for number, text in rows:
            data = json.loads(text)
            batch_id, session_id = data["batch_id"], data["session_id"]
            try:
                event = {n: value for n, value in _strict(text).items() if n not in _AROUND}
            except ValueError:
                event = None
            record = None if event is None else _text(event)
            found.append((number, batch_id, session_id, data["seq"], None, record))
        return _table(found)

    # SQLite reads JSON, which has no word for a number that is none.
    valid = "replace(datastr, ' NaN', ' null')"
    names = ("session_id", "batch_id", "seq")
    members = ", ".join(f"json_extract({valid}, '$.{n}') {n}" for n in names)
    query = f"select id as row, {members}, datastr as record from eventmodel"
    with ExitStack() as stack:
        root = stack.enter_context(aw_server(folder))
        yield Serving(
            target=root,
            stores={
                "REST": ["--stored", f"aw:{root}"],
                "its SQLite": ["--stored", str(base()), "--query", query],
            },
            table=table,
        )
