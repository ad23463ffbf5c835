"""Stored rows from ActivityWatch, NATS JetStream, Redis Streams, and folders of whole bodies."""

import asyncio
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from urllib.error import URLError
from urllib.parse import quote, urlsplit
from urllib.request import ProxyHandler, build_opener

import orjson
import pyarrow as pa

from deskhand.errors import DeskhandError
from deskhand.fleet.collector.intake import RefusedError, unpacked
from deskhand.fleet.targets.message import REMEDY

BODIES = 500
# For all of an answer, and to connect to a broker; assumed.
ANSWER_S, CONNECT_S = 60.0, 10.0
_CODED = ((b"\x1f\x8b", "gzip"), (b"\x28\xb5\x2f\xfd", "zstd"))
_SCHEMA = pa.schema(
    [
        ("session_id", pa.string()),
        ("batch_id", pa.string()),
        ("record", pa.binary()),
        ("row", pa.int64()),
        ("stored_us", pa.int64()),
    ]
)


class Kept(NamedTuple):
    """A body that a service keeps."""

    body: bytes
    batch_id: str | None
    session_id: str | None
    row: int
    stored_us: int | None


def read_bodies(kept: Iterable[Kept]) -> Iterator[pa.Table]:
    """Yield the events of bodies as the generic targets write them, JSON or a line an event.

    Parameters
    ----------
    kept : iterable of Kept

    Yields
    ------
    pyarrow.Table
        An event a row; a body that cannot be read is one row without a record.

    Examples
    --------
    >>> body = b'{"batch_id":"b","session_id":"s","events":[{"seq":0},{"seq":1}]}'
    >>> (table,) = read_bodies([Kept(body, None, None, 0, None), Kept(b'{"ba', "b", "s", 1, None)])
    >>> table["record"].to_pylist()
    [b'{"seq":0}', b'{"seq":1}', None]
    """
    rows: list[list[Any]] = [[] for _ in _SCHEMA]
    for one in kept:
        found = _records(one.body) or ([one.session_id], [one.batch_id], [None])
        count = len(found[0])
        values: tuple[list[Any], ...] = (*found, [one.row] * count, [one.stored_us] * count)
        for column, more in zip(rows, values, strict=True):
            column += more
        if len(rows[0]) >= 100 * BODIES:
            yield pa.Table.from_arrays(list(map(pa.array, rows, _SCHEMA.types)), schema=_SCHEMA)
            rows = [[] for _ in _SCHEMA]
    if rows[0]:
        yield pa.Table.from_arrays(list(map(pa.array, rows, _SCHEMA.types)), schema=_SCHEMA)


def _records(body: bytes) -> tuple[list[Any], list[Any], list[Any]] | None:
    """Return session, batch and record of each event of a body; None, when there are none to read."""
    coding = next((name for begin, name in _CODED if body.startswith(begin)), "")
    try:
        plain = unpacked(body, coding)
        lines = [orjson.loads(line) for line in plain.split(b"\n") if line.strip()]
        whole = len(lines) == 1 and "events" in lines[0]
        records = lines[0]["events"] if whole else lines
        if not records or not all(isinstance(record, dict) for record in records):
            return None
        times = len(records) if whole else 1
        sessions, batches = (
            [_text(head, name) for head in lines] * times for name in ("session_id", "batch_id")
        )
        return sessions, batches, list(map(orjson.dumps, records))
    except (RefusedError, orjson.JSONDecodeError, TypeError, ValueError, AttributeError):
        return None


def _text(head: Mapping[str, Any], name: str) -> str | None:
    value = head.get(name)
    return value if isinstance(value, str) else None


def read_folder(folder: Path) -> Iterator[pa.Table]:
    """Yield the events of bodies that are files, as the target ``files`` writes them."""
    if folder == Path():
        raise DeskhandError("files: names no folder; write files:FOLDER.")
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.name[0] != ".")
    if not paths:
        raise DeskhandError(f"files:{folder}: no files are there.")
    return read_bodies(
        Kept(path.read_bytes(), path.name[:20], None, row, None) for row, path in enumerate(paths)
    )


def read_redis(address: str) -> Iterator[pa.Table]:
    """Yield the events of a stream of Redis: ``redis://HOST:PORT/DATABASE/STREAM``.

    Raises
    ------
    DeskhandError
        When redis-py is missing, or the server or the stream is not there.
    """
    try:
        from redis import Redis
        from redis.exceptions import RedisError
    except ImportError:
        raise DeskhandError(f"reading a stream of Redis needs redis-py; {REMEDY}.") from None
    parts = urlsplit(address)
    base, _, stream = parts.path.strip("/").rpartition("/")
    if not stream or (base and not base.isdigit()):
        raise _no_stream(address, "redis://HOST:PORT/0/STREAM")
    root = f"{parts.scheme}://{parts.netloc}/{base or 0}"

    def kept() -> Iterator[Kept]:
        try:
            with Redis.from_url(root, socket_timeout=ANSWER_S) as client:
                if not client.exists(stream):
                    raise DeskhandError(f"{address}: there is no such stream.")
                after, row = "-", 0
                while entries := client.xrange(stream, min=after, count=BODIES):
                    for name, entry in entries:
                        stored_us = int(name.split(b"-")[0]) * 1000
                        batch, session = entry.get(b"batch_id"), entry.get(b"session_id")
                        yield Kept(
                            entry.get(b"body", b""),
                            None if batch is None else batch.decode(errors="replace"),
                            None if session is None else session.decode(errors="replace"),
                            row,
                            stored_us,
                        )
                        row += 1
                    after = f"({entries[-1][0].decode()}"
        except (RedisError, OSError, ValueError) as error:
            if isinstance(error, DeskhandError):
                raise
            raise DeskhandError(f"{address}: cannot be read ({error}).") from error

    return read_bodies(kept())


def read_nats(address: str) -> Iterator[pa.Table]:
    """Yield the events of a stream of NATS JetStream: ``nats://HOST:PORT/STREAM``.

    Messages are asked for one by one, as a consumer would leave a trace on the server.

    Raises
    ------
    DeskhandError
        When nats-py is missing, or the server or the stream is not there.
    """
    try:
        import nats
        from nats.aio.client import Client
        from nats.errors import Error
        from nats.js.errors import NotFoundError
    except ImportError:
        raise DeskhandError(f"reading a stream of NATS needs nats-py; {REMEDY}.") from None
    parts = urlsplit(address)
    stream = parts.path.strip("/")
    if not stream or "/" in stream:
        raise _no_stream(address, "nats://HOST:PORT/STREAM")

    async def quiet(_: Exception) -> None:
        """Say nothing: what goes wrong is raised where it is asked for."""

    async def connected() -> Client:
        return await nats.connect(
            f"nats://{parts.netloc}",
            error_cb=quiet,
            max_reconnect_attempts=1,
            reconnect_time_wait=0.1,
        )

    def messages(runner: asyncio.Runner, client: Client) -> Iterator[Kept]:
        context = client.jetstream(timeout=ANSWER_S)
        info = runner.run(context.stream_info(stream))
        state, direct = info.state, bool(info.config.allow_direct)

        async def some(numbers: range) -> list[Any]:
            asked = (context.get_msg(stream, number, direct=direct) for number in numbers)
            return await asyncio.gather(*asked, return_exceptions=True)

        for first in range(state.first_seq, state.last_seq + 1, BODIES):
            numbers = range(first, min(first + BODIES, state.last_seq + 1))
            for number, message in zip(numbers, runner.run(some(numbers)), strict=True):
                if isinstance(message, NotFoundError):
                    continue
                if isinstance(message, BaseException):
                    raise message
                headers = message.headers or {}
                yield Kept(
                    message.data or b"",
                    headers.get("Deskhand-Batch-Id"),
                    headers.get("Deskhand-Session-Id"),
                    number,
                    None if message.time is None else _unix_us(message.time),
                )

    def kept() -> Iterator[Kept]:
        try:
            with asyncio.Runner() as runner:
                client = runner.run(asyncio.wait_for(connected(), CONNECT_S))
                try:
                    yield from messages(runner, client)
                finally:
                    runner.run(client.close())
        except (Error, OSError, TimeoutError) as error:
            said = str(error) or type(error).__name__
            raise DeskhandError(f"{address}: cannot be read ({said}).") from error

    return read_bodies(kept())


def _unix_us(moment: datetime) -> int:
    return (moment - datetime.fromtimestamp(0, UTC)) // timedelta(microseconds=1)


def _no_stream(address: str, wanted: str) -> DeskhandError:
    return DeskhandError(f"{address}: names no stream; write {wanted}.")


def _whole(value: Any) -> int | None:
    whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    return int(value) if whole and -(2**63) <= value < 2**63 else None


def _as_it_came(data: Any) -> bytes:
    return json.dumps(data).encode()


def read_activitywatch(root: str) -> Iterator[pa.Table]:
    """Yield the events of the buckets that a fleet filled in an ActivityWatch server.

    Raises
    ------
    DeskhandError
        When the server does not answer as one.
    """
    opener = build_opener(ProxyHandler({}))

    def asked(path: str) -> tuple[Any, Callable[[Any], bytes]]:
        try:
            with opener.open(root.rstrip("/") + path, timeout=ANSWER_S) as answer:
                text = answer.read()
            try:
                return orjson.loads(text), orjson.dumps
            except orjson.JSONDecodeError:
                # aw-server keeps NaN and half characters, and gives them back as they came.
                return json.loads(text), _as_it_came
        except (URLError, OSError, ValueError) as error:
            raise DeskhandError(
                f"aw:{root}: does not answer as ActivityWatch ({error}); write aw:http://127.0.0.1:5600."
            ) from error

    buckets, _ = asked("/api/0/buckets/")
    for name in sorted(buckets):
        if buckets[name].get("type") != "deskhand.synthetic":
            continue
        events, dumps = asked(f"/api/0/buckets/{quote(name)}/events?limit=-1")
        for first in range(0, len(events), 100 * BODIES):
            rows = [
                {
                    "session_id": _text(event["data"], "session_id"),
                    "batch_id": _text(event["data"], "batch_id"),
                    # Beside the record, which need be no JSON.
                    "seq": _whole(event["data"].get("seq")),
                    "record": dumps(event["data"]),
                    "row": event["id"],
                }
                for event in events[first : first + 100 * BODIES]
            ]
            yield pa.Table.from_pylist(rows, _SCHEMA.append(pa.field("seq", pa.int64())))
