"""Stored rows from ActivityWatch, NATS JetStream, Redis Streams, and folders of whole bodies."""

import asyncio
import json
import re
from base64 import b64decode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.error import URLError
from urllib.parse import quote, urlsplit
from urllib.request import ProxyHandler, build_opener

import orjson
import pyarrow as pa

from deskhand.errors import DeskhandError
from deskhand.fleet.targets.message import REMEDY
from deskhand.fleet.verify.bodies import Kept, names_of, read_bodies

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.aio.msg import Msg

BODIES, ROWS = 500, 50_000
# Messages that are asked for at a time, and what they may come to; assumed.
PULL, PULL_BYTES = 2_000, 1 << 25
# For all of an answer, and to connect to a broker; assumed.
ANSWER_S, CONNECT_S = 60.0, 10.0
# The error code of JetStream for a message that is not there (nats-server, server/errors.json).
NO_MESSAGE = 10037
_NAMES = re.compile(rb"\r\nDeskhand-(Batch|Session)-Id: *([^\r\n]*)")
_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
_SCHEMA = pa.schema(
    [
        ("session_id", pa.string()),
        ("batch_id", pa.string()),
        ("record", pa.binary()),
        ("row", pa.int64()),
        ("seq", pa.int64()),
    ]
)


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
                        yield Kept(
                            entry.get(b"body", b""),
                            _decoded(entry.get(b"batch_id")),
                            _decoded(entry.get(b"session_id")),
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

    Messages are asked for by their numbers, as a consumer would leave a trace on the server.

    Raises
    ------
    DeskhandError
        When nats-py is missing, or the server or the stream is not there.
    """
    try:
        import nats
        from nats.errors import Error
    except ImportError:
        raise DeskhandError(f"reading a stream of NATS needs nats-py; {REMEDY}.") from None
    parts = urlsplit(address)
    stream = parts.path.strip("/")
    if not stream or "/" in stream:
        raise _no_stream(address, "nats://HOST:PORT/STREAM")

    async def quiet(_: Exception) -> None:
        """Say nothing: what goes wrong is raised where it is asked for."""

    async def connected() -> "Client":
        return await nats.connect(
            f"nats://{parts.netloc}",
            error_cb=quiet,
            max_reconnect_attempts=1,
            reconnect_time_wait=0.1,
        )

    def messages(runner: asyncio.Runner, client: "Client") -> Iterator[Kept]:
        state = runner.run(client.jetstream(timeout=ANSWER_S).stream_info(stream)).state
        fit = PULL_BYTES * state.messages // max(state.bytes, 1)
        pull = min(max(fit, 1), PULL)
        # A stream that nothing was stored in yet says 0.
        for first in range(max(state.first_seq, 1), state.last_seq + 1, pull):
            numbers = range(first, min(first + pull, state.last_seq + 1))
            answers = runner.run(_answers(client, stream, numbers))
            found = (_message(number, answers[number]) for number in numbers)
            yield from (one for one in found if one is not None)

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


async def _answers(client: "Client", stream: str, numbers: range) -> dict[int, bytes]:
    """Return the answers to requests for messages, all of which are sent before one is waited for."""
    inbox = client.new_inbox()
    found: dict[int, bytes] = {}
    whole = asyncio.Event()

    async def take(answer: "Msg") -> None:
        found[int(answer.subject.rpartition(".")[2])] = answer.data
        if len(found) == len(numbers):
            whole.set()

    # Not by direct requests: nats-py needs longer for their headers than all of this JSON takes.
    subject = f"$JS.API.STREAM.MSG.GET.{stream}"
    subscription = await client.subscribe(f"{inbox}.*", cb=take, pending_bytes_limit=0)
    for number in numbers:
        await client.publish(subject, b'{"seq":%d}' % number, reply=f"{inbox}.{number}")
    await asyncio.wait_for(whole.wait(), ANSWER_S)
    await subscription.unsubscribe()
    return found


def _message(number: int, answer: bytes) -> Kept | None:
    """Return the message that an answer holds; None, when it was deleted."""
    said = orjson.loads(answer or b'{"error":{"description":"JetStream does not answer"}}')
    if "error" in said:
        if said["error"].get("err_code") == NO_MESSAGE:
            return None
        raise OSError(f"message {number}: {said['error'].get('description')}")
    message = said["message"]
    names = dict(_NAMES.findall(b64decode(message.get("hdrs", ""))))
    return Kept(
        b64decode(message.get("data", "")),
        _decoded(names.get(b"Batch")),
        _decoded(names.get(b"Session")),
        number,
        (datetime.fromisoformat(message["time"]) - _EPOCH) // _MICROSECOND,
    )


def _decoded(text: bytes | None) -> str | None:
    return None if text is None else text.decode(errors="replace")


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
        for first in range(0, len(events), ROWS):
            rows = [
                {
                    **dict(zip(("session_id", "batch_id"), names_of(event["data"]), strict=True)),
                    # Beside the record, which need be no JSON.
                    "seq": _whole(event["data"].get("seq")),
                    "record": dumps(event["data"]),
                    "row": event["id"],
                }
                for event in events[first : first + ROWS]
            ]
            yield pa.Table.from_pylist(rows, _SCHEMA)
