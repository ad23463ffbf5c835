"""Bodies as the generic targets write them, as rows: the events of those that end alike are read once."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa

from deskhand.fleet.collector.intake import RefusedError, unpacked

# Of a block: rows, and bytes of what is read for them.
ROWS, READ_BYTES = 100_000, 1 << 26
_CODED = ((b"\x1f\x8b", "gzip"), (b"\x28\xb5\x2f\xfd", "zstd"))
_EVENTS = b'"events":'
Names = tuple[str | None, str | None]  # of a session and a batch


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
    block = _Block()
    for one in kept:
        block.add(one)
        if block.rows >= ROWS or block.read_bytes >= READ_BYTES:
            yield block.table()
            block = _Block()
    if block.rows:
        yield block.table()


class _Block:
    """Rows of some bodies, as spans of the records that were read for them."""

    def __init__(self) -> None:
        self.rows = 0
        self.read_bytes = 0
        self._records: list[bytes] = []
        self._tails: dict[bytes, range] = {}
        self._spans: list[tuple[Names, range | None, int, int | None]] = []

    def add(self, one: Kept) -> None:
        """Add the events of a body."""
        for names, span in self._spans_of(one.body) or [((one.session_id, one.batch_id), None)]:
            self._spans.append((names, span, one.row, one.stored_us))
            self.rows += 1 if span is None else len(span)

    def table(self) -> pa.Table:
        """Return an event a row; a null record where a body could not be read."""
        names, spans, rows, stored_us = zip(*self._spans, strict=True)
        first = np.array([-1 if span is None else span.start for span in spans])
        count = np.array([1 if span is None else len(span) for span in spans])
        owner = np.repeat(np.arange(len(count)), count)
        place = first[owner] + np.arange(len(owner)) - (np.cumsum(count) - count)[owner]
        records = pa.array(self._records, pa.binary())
        sessions, batches = zip(*names, strict=True)
        return pa.table(
            {
                "session_id": _repeated(sessions, owner),
                "batch_id": _repeated(batches, owner),
                "record": pa.DictionaryArray.from_arrays(place, records, mask=place < 0),
                "row": np.array(rows)[owner],
                "stored_us": pa.array(stored_us, pa.int64()).take(pa.array(owner)),
            }
        )

    def _spans_of(self, body: bytes) -> list[tuple[Names, range | None]]:
        """Return the spans of a body, none when it cannot be read."""
        try:
            plain = unpacked(body, _coding(body))
            return self._whole(plain) or self._lines(plain)
        except (RefusedError, ValueError, TypeError):
            return []

    def _whole(self, plain: bytes) -> list[tuple[Names, range | None]]:
        """Return whose a body is that is one object and ends with its events, and its records.

        What comes before is each body's own, and many bodies of a fleet end alike.
        """
        at = plain.find(_EVENTS)
        if at < 0:
            return []
        tail = plain[at:]
        span = self._tails.get(tail)
        if span is None:
            self.read_bytes += len(tail)
            span = self._tails[tail] = self._read(_ending(tail))
        try:
            # It is an object only where a member begins at this place.
            head = orjson.loads(plain[:at] + _EVENTS + b"0}")
        except orjson.JSONDecodeError:
            return []
        return [(names_of(head), span)] if span else []

    def _lines(self, plain: bytes) -> list[tuple[Names, range | None]]:
        """Return whose a body is that is one object in any order, or whose its lines are."""
        try:
            lines, heads = [plain], [orjson.loads(plain)]
        except orjson.JSONDecodeError:
            lines = [line for line in plain.split(b"\n") if line.strip()]
            heads = [orjson.loads(line) for line in lines]
        if not all(isinstance(head, dict) for head in heads):
            return []
        if len(heads) == 1 and "events" in heads[0]:
            span = self._read(_texts(heads[0]["events"]))
            return [(names_of(heads[0]), span)] if span else []
        return [
            (names_of(head), range(row, row + 1))
            for head, row in zip(heads, self._read(lines), strict=True)
        ]

    def _read(self, records: list[bytes]) -> range:
        """Keep records; return their places."""
        first = len(self._records)
        self._records += records
        self.read_bytes += sum(map(len, records))
        return range(first, len(self._records))


def _coding(body: bytes) -> str:
    return next((name for begin, name in _CODED if body.startswith(begin)), "")


def _ending(tail: bytes) -> list[bytes]:
    """Return the records of events that are the last member of an object; none, when they are not."""
    try:
        members = orjson.loads(b"{" + tail)
    except orjson.JSONDecodeError:
        return []
    return _texts(members["events"]) if len(members) == 1 else []


def _texts(events: Any) -> list[bytes]:
    """Return events as JSON; none, when they are no list of objects."""
    fine = isinstance(events, list) and all(isinstance(event, dict) for event in events)
    return list(map(orjson.dumps, events)) if fine else []


def names_of(head: Mapping[str, Any]) -> Names:
    """Return of which session and batch an event or a body says it is; None for what is no text."""
    session, batch = head.get("session_id"), head.get("batch_id")
    return session if isinstance(session, str) else None, batch if isinstance(batch, str) else None


def _repeated(texts: tuple[str | None, ...], owner: npt.NDArray[np.int64]) -> pa.DictionaryArray:
    coded = pa.array(texts, pa.string()).dictionary_encode()
    return coded.take(pa.array(owner))
