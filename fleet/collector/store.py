"""Where the collector keeps batches: SQLite, or a folder of Parquet files; on disk when it says so."""

import os
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from deskhand.errors import DeskhandError
from deskhand.fleet.collector.intake import Batch

EVENTS = pa.schema(
    [
        ("batch_id", pa.string()),
        ("session_id", pa.string()),
        ("seq", pa.int64()),
        ("stored_us", pa.int64()),
        ("record", pa.string()),
    ]
)
# Of a Parquet store: batches of which no event is kept are known by this alone.
BATCHES = pa.schema([("batch_id", pa.string()), ("device_id", pa.string()), ("events", pa.int64())])
QUARANTINE = pa.schema([("batch_id", pa.string()), ("reason", pa.string()), ("body", pa.binary())])
_TABLES = """
CREATE TABLE IF NOT EXISTS events(
  row INTEGER PRIMARY KEY, batch_id TEXT, session_id TEXT, seq INTEGER, stored_us INTEGER, record TEXT);
CREATE TABLE IF NOT EXISTS batches(
  batch_id TEXT PRIMARY KEY, session_id TEXT, device_id TEXT, events INTEGER, stored_us INTEGER,
  device_us INTEGER, start_us INTEGER);
CREATE TABLE IF NOT EXISTS quarantine(batch_id TEXT, reason TEXT, body BLOB);
"""
_INT64 = range(-(2**63), 2**63)


class Entry(NamedTuple):
    """What is to be stored: a batch with its own name, or a body that was refused."""

    batch_id: str
    batch: Batch | None
    stored_us: int
    reason: str = ""
    body: bytes = b""


class Store(Protocol):
    """Keeps entries."""

    def add(self, entries: Sequence[Entry], again: bool) -> list[bool]:
        """Keep entries, and return which batches were new; with ``again`` the others are kept too."""

    def close(self) -> None:
        """Finish."""


def _rows(entry: Entry) -> list[tuple[str, str, int, int, str]]:
    if entry.batch is None:
        return []
    return [
        (entry.batch_id, session, seq, entry.stored_us, orjson.dumps(record).decode())
        for session, seq, record in zip(
            entry.batch.sessions, entry.batch.seq, entry.batch.records, strict=True
        )
    ]


class SqliteStore:
    """One file; each call is one transaction, which is on disk when it returns."""

    def __init__(self, path: Path) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._base = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
            self._base.execute("PRAGMA journal_mode=WAL")
            self._base.execute("PRAGMA synchronous=FULL")
            self._base.executescript(_TABLES)
        except (OSError, sqlite3.Error) as error:
            raise DeskhandError(
                f"{path}: cannot be used as a SQLite file ({error}); name a new file."
            ) from error

    def add(self, entries: Sequence[Entry], again: bool) -> list[bool]:
        """Keep entries, and return which batches were new."""
        base = self._base
        base.execute("BEGIN")
        try:
            fresh = [self._add(base, entry, again) for entry in entries]
            base.execute("COMMIT")
        except BaseException:
            # A full disk may have ended the transaction already; one left open blocks all that follow.
            if base.in_transaction:
                base.execute("ROLLBACK")
            raise
        return fresh

    def _add(self, base: sqlite3.Connection, entry: Entry, again: bool) -> bool:
        batch = entry.batch
        if batch is None:
            base.execute(
                "INSERT INTO quarantine VALUES (?, ?, ?)",
                (entry.batch_id, entry.reason, entry.body),
            )
            return True
        known = (entry.batch_id, batch.sessions[0] if batch.sessions else "", batch.device_id)
        times = (entry.stored_us, batch.device_us, batch.start_us)
        done = base.execute(
            "INSERT OR IGNORE INTO batches VALUES (?, ?, ?, ?, ?, ?, ?)",
            (*known, len(batch.seq), *times),
        )
        fresh = done.rowcount == 1
        if fresh or again:
            base.executemany(
                "INSERT INTO events(batch_id, session_id, seq, stored_us, record)"
                " VALUES (?, ?, ?, ?, ?)",
                _rows(entry),
            )
        return fresh

    def close(self) -> None:
        """Finish."""
        self._base.close()


class ParquetStore:
    """A folder of files, one a call, each renamed when it is on disk."""

    def __init__(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DeskhandError(f"{folder}: {error.strerror}; name a folder.") from error
        self._folder = folder
        self._known: set[str] = set()
        # Either tells: a crash may have come between the two.
        for part in [*folder.glob("events-*.parquet"), *folder.glob("batches-*.parquet")]:
            self._known.update(pq.read_table(part, columns=["batch_id"])["batch_id"].to_pylist())
        numbers = [int(part.stem.rpartition("-")[2]) for part in folder.glob("*-[0-9]*.parquet")]
        self._next = max(numbers, default=-1) + 1

    def add(self, entries: Sequence[Entry], again: bool) -> list[bool]:
        """Keep entries, and return which batches were new."""
        fresh, rows, batches, refused = [], [], [], []
        arrived: set[str] = set()
        for entry in entries:
            if entry.batch is None:
                refused.append((entry.batch_id, entry.reason, entry.body))
                fresh.append(True)
                continue
            fresh.append(entry.batch_id not in self._known and entry.batch_id not in arrived)
            if fresh[-1]:
                batches.append((entry.batch_id, entry.batch.device_id, len(entry.batch.seq)))
            if fresh[-1] or again:
                rows += _rows(entry)
            arrived.add(entry.batch_id)
        self._write("events", EVENTS, rows)
        self._write("batches", BATCHES, batches)
        # Known once they are on disk: after a failed write, a batch that comes again is new.
        self._known |= arrived
        self._write("quarantine", QUARANTINE, refused)
        return fresh

    def _write(self, name: str, schema: pa.Schema, rows: Sequence[tuple[object, ...]]) -> None:
        if not rows:
            return
        columns = [
            pa.array(column, kind)
            for column, kind in zip(zip(*rows, strict=True), schema.types, strict=True)
        ]
        path = self._folder / f"{name}-{self._next:08d}.parquet"
        self._next += 1
        making = path.with_name(f".making-{path.name}")
        with making.open("wb") as file:
            pq.write_table(pa.Table.from_arrays(columns, schema=schema), file)
            file.flush()
            os.fsync(file.fileno())
        making.replace(path)
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def close(self) -> None:
        """Finish: every file is whole already."""


def open_store(path: Path) -> Store:
    """Return the store at a path: SQLite for a file's name, Parquet for a folder's.

    Examples
    --------
    >>> import tempfile
    >>> type(open_store(Path(tempfile.mkdtemp()) / "kept.db")).__name__
    'SqliteStore'
    """
    return SqliteStore(path) if path.suffix and not path.is_dir() else ParquetStore(path)


def storable(batch: Batch) -> bool:
    """Return whether all sequence numbers and times fit a store's integers."""
    return all(number in _INT64 for number in (*batch.seq, batch.start_us, batch.device_us))
