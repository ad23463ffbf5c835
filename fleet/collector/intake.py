"""From the body of a request to a batch, or to the reason why it is none."""

import zlib
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import orjson

# What a request may hold, as sent and unpacked; assumed, in the order of public events APIs.
BODY_BYTES = 16 << 20
UNPACKED_BYTES = 64 << 20

_OF_A_LINE = ("synthetic", "run_id", "batch_id", "session_id", "device_id", "time_us")
# Bodies are unpacked by the piece: what follows a stream is copied, and a body may be of very many
# small streams. Deflate makes no more than a thousand bytes of one.
_PIECE = 1 << 13


class Batch(NamedTuple):
    """What a request brought: a record an event, as JSON text, with its session and number."""

    batch_id: str
    device_id: str
    start_us: int
    device_us: int
    sessions: list[str]
    seq: list[int]
    records: list[dict[str, Any]]


class RefusedError(Exception):
    """Why a request is refused, with the status that says so."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


def unpacked(body: bytes, coding: str) -> bytes:
    """Return a body without its content coding.

    Parameters
    ----------
    body : bytes
        As it was sent.
    coding : str
        ``gzip``, ``deflate``, ``zstd``, ``identity`` or nothing.

    Raises
    ------
    RefusedError
        When it is damaged, too large, or the coding is not known.

    Examples
    --------
    >>> import gzip
    >>> unpacked(gzip.compress(b"a") + gzip.compress(b"b"), "gzip")
    b'ab'
    """
    if coding in ("", "identity"):
        return body
    try:
        if coding == "zstd":
            return _zstd(body)
        if coding in ("gzip", "deflate"):
            return _zlib(body, 31 if coding == "gzip" else 15)
    except zlib.error as error:
        raise RefusedError(400, f"the body is no whole {coding}: {error}") from None
    raise RefusedError(415, f"content coding {coding!r} is not known")


def _zlib(body: bytes, window: int) -> bytes:
    return _streamed(body, "stream", lambda: zlib.decompressobj(window), _PIECE)


def _zstd(body: bytes) -> bytes:
    import zstandard

    try:
        # A block of four bytes can stand for 128 KiB, and this reader bounds no output.
        return _streamed(body, "frame", zstandard.ZstdDecompressor().decompressobj, 1 << 10)
    except zstandard.ZstdError as error:
        raise RefusedError(400, f"the body is no whole zstd: {error}") from None


def _streamed(body: bytes, what: str, begin: Callable[[], Any], step: int) -> bytes:
    """Return what streams that follow one another hold, taken piece by piece."""
    found = bytearray()
    stream = None
    for first in range(0, len(body), step):
        piece = body[first : first + step]
        while piece:
            stream = stream or begin()
            found += stream.decompress(piece)
            if len(found) > UNPACKED_BYTES:
                raise RefusedError(413, f"the body unpacks to more than {UNPACKED_BYTES} bytes")
            piece = stream.unused_data if stream.eof else b""
            stream = None if stream.eof else stream
    if stream is not None or not body:
        raise RefusedError(400, f"the last compressed {what} is cut off")
    return bytes(found)


def json_batch(body: bytes) -> Batch:
    """Return the batch of a JSON object.

    Parameters
    ----------
    body : bytes
        Unpacked.

    Raises
    ------
    RefusedError
        When it is no JSON, or something is missing.

    Examples
    --------
    >>> made = json_batch(b'{"batch_id":"b","session_id":"s","events":[{"seq":3,"type":"x"}]}')
    >>> made.batch_id, made.sessions, made.seq
    ('b', ['s'], [3])
    """
    batch = _parsed(body)
    if not isinstance(batch, dict) or not isinstance(batch.get("events"), list):
        raise RefusedError(422, "a batch is an object with a list of events")
    session_id = _name(batch, "session_id")
    return Batch(
        _name(batch, "batch_id"),
        str(batch.get("device_id", "")),
        _whole(batch.get("start_us", 0)),
        _whole(batch.get("device_us", 0)),
        [session_id] * len(batch["events"]),
        [_sequence(event) for event in batch["events"]],
        batch["events"],
    )


def line_batch(body: bytes) -> Batch:
    """Return the batch of lines of JSON, one an event.

    Parameters
    ----------
    body : bytes
        Unpacked; the lines are of one batch.

    Raises
    ------
    RefusedError
        When a line is no JSON, or something is missing.
    """
    rows = [_parsed(line) for line in body.split(b"\n") if line.strip()]
    if not rows or not all(isinstance(row, dict) for row in rows):
        raise RefusedError(422, "a batch is lines that are objects, one at least")
    sessions = [_name(row, "session_id") for row in rows]
    batch_ids = {_name(row, "batch_id") for row in rows}
    if len(batch_ids) > 1:
        raise RefusedError(422, "the lines are of more than one batch")
    return Batch(
        batch_ids.pop(),
        str(rows[0].get("device_id", "")),
        0,
        0,
        sessions,
        [_sequence(row) for row in rows],
        [{name: row[name] for name in row if name not in _OF_A_LINE} for row in rows],
    )


def _parsed(text: bytes) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise RefusedError(400, f"not JSON: {error}") from None


def _name(record: Mapping[str, Any], member: str) -> str:
    given = record.get(member)
    if not isinstance(given, str) or not given:
        raise RefusedError(422, f"{member} is missing, or is no text")
    return given


def _whole(given: Any) -> int:
    if not isinstance(given, int) or isinstance(given, bool):
        raise RefusedError(422, "a time is no whole number")
    return given


def _sequence(event: Any) -> int:
    if not isinstance(event, dict) or not isinstance(event.get("type"), str):
        raise RefusedError(422, "an event is no object with a type")
    given = event.get("seq")
    if not isinstance(given, int) or isinstance(given, bool):
        raise RefusedError(422, "an event has no whole number seq")
    return given
