"""Tails of bodies: the pool's records, with places for what differs from device to device."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt

from deskhand.fleet.identifiers import LENGTH
from deskhand.fleet.target import PoolBatch, Template, TextSlot, TimeSlot

# Characters of a time: s to ns until the year 2286, and ISO 8601 with microseconds and the zone.
WIDTHS = {"s": 10, "ms": 13, "us": 16, "ns": 19, "iso": 32}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TYPE = re.compile(rb'"type":"([\w.$-]{1,64})"')
_ESCAPED = re.compile(rb'[\x00-\x1f"\\]')
_SHORT = {0x22: b'\\"', 0x5C: b"\\\\"}


@dataclass(frozen=True, slots=True)
class Text:
    """A place for an attribute of `Sent`."""

    name: str
    width: int = LENGTH


@dataclass(frozen=True, slots=True)
class Time:
    """A place for an event's time."""

    style: str


# One for all events, one for each, or a place to be filled.
Piece = bytes | Sequence[bytes] | Text | Time


def tail(
    batch: PoolBatch,
    event: Sequence[Piece],
    *,
    first: bytes = b"",
    between: bytes = b",",
    last: bytes,
) -> Template:
    """Return a tail in which every event of a batch is written in the same way.

    Parameters
    ----------
    batch : PoolBatch
        n events.
    event : sequence
        How one is written: bytes, n bytes, or places to be filled.
    first, between, last : bytes
        What stands before, between and after the events.

    Returns
    -------
    Template
        Places are zeros, so that they are the same in every plan.

    Examples
    --------
    >>> two = PoolBatch(0, [b"{}", b"[]"], np.arange(2, dtype=np.int32), np.array([0, 5]))
    >>> made = tail(two, [b"(", Time("s"), two.records, b")"], last=b"]")
    >>> made.tail, made.times[0].offsets.tolist(), made.times[0].t_us.tolist()
    (b'(0000000000{}),(0000000000[])]', [1, 16], [0, 5])
    """
    count = len(batch.records)
    columns: list[Sequence[bytes]] = []
    places: list[tuple[Text | Time, npt.NDArray[np.int64]]] = []
    at = np.zeros(count, np.int64)  # of the next piece, from where its event begins
    for piece in event:
        if isinstance(piece, Text | Time):
            width = piece.width if isinstance(piece, Text) else WIDTHS[piece.style]
            places.append((piece, at))
            columns.append([b"0" * width] * count)
            at = at + width
        elif isinstance(piece, bytes):
            columns.append([piece] * count)
            at = at + len(piece)
        else:
            columns.append(piece)
            at = at + np.fromiter(map(len, piece), np.int64, count)
    begins = len(first) + np.cumsum(at + len(between)) - at - len(between)
    texts: dict[tuple[str, int], list[npt.NDArray[np.int64]]] = {}
    times = []
    for place, inside in places:
        if isinstance(place, Text):
            texts.setdefault((place.name, place.width), []).append(begins + inside)
        else:
            slot = TimeSlot(style=place.style, offsets=begins + inside, t_us=batch.t_us)
            times.append(slot)
    return Template(
        tail=first + between.join(map(b"".join, zip(*columns, strict=True))) + last,
        texts=tuple(
            TextSlot(name=name, width=width, offsets=np.sort(np.concatenate(offsets)))
            for (name, width), offsets in texts.items()
        ),
        times=tuple(times),
    )


def kinds(records: Sequence[bytes]) -> list[bytes]:
    """Return the types of events, and ``event`` of one that does not tell its own.

    Examples
    --------
    >>> kinds([b'{"seq":0,"t_us":0,"type":"window.focus"}', b"{"])
    [b'window.focus', b'event']
    """
    found = (_TYPE.search(record) for record in records)
    return [told[1] if told else b"event" for told in found]


def members(records: Sequence[bytes]) -> list[bytes]:
    """Return what stands inside records: all but the brace that opens them.

    Examples
    --------
    >>> members([b'{"seq":0}'])
    [b'"seq":0}']
    """
    return [record[1:] for record in records]


def decimals(numbers: npt.NDArray[np.int32]) -> list[bytes]:
    """Return numbers as text.

    Examples
    --------
    >>> decimals(np.array([7, 12], np.int32))
    [b'7', b'12']
    """
    return [b"%d" % number for number in numbers.tolist()]


def event_uuids(seq: npt.NDArray[np.int32]) -> tuple[Piece, Piece]:
    """Return the pieces of UUIDs, version 8, that tell a batch and the number of an event.

    A batch that is sent again has the same ones, as clients do it; `seq_of` reads the number.

    Examples
    --------
    >>> event_uuids(np.array([255], np.int32))[1]
    [b'-8000-8000-0000000000ff']
    """
    rest = [b"-8000-8000-%012x" % number for number in seq.tolist()]
    return Text("batch_uuid", 13), rest


def seq_of(uuid: str) -> int:
    """Return the number of an event from its UUID.

    Examples
    --------
    >>> seq_of("01234567-89ab-8000-8000-0000000000ff")
    255
    """
    return int(uuid.rpartition("-")[2], 16)


def iso(us: int) -> str:
    """Return a Unix time as ISO 8601 with microseconds and the zone, 32 characters.

    Examples
    --------
    >>> iso(1_772_438_400_123_456)
    '2026-03-02T08:00:00.123456+00:00'
    """
    return (_EPOCH + timedelta(microseconds=us)).isoformat(timespec="microseconds")


def quoted(texts: Sequence[bytes]) -> list[bytes]:
    r"""Return texts as they stand inside a JSON string; what is no UTF-8 stays none.

    Examples
    --------
    >>> quoted([b'{"a":1}', b"\n"])
    [b'{\\"a\\":1}', b'\\u000a']
    """
    return [_ESCAPED.sub(_escape, text) for text in texts]


def _escape(found: re.Match[bytes]) -> bytes:
    code = found[0][0]
    return _SHORT.get(code) or b"\\u%04x" % code
