"""The events of an rrweb file: an array or one a line, plain or gzip, as its recorders and servers keep them.

posthog-js gzips large events into a string of one character a byte: the whole ``data`` of a snapshot,
the arrays of a mutation or of a style change. Its server keeps lines of ``{"window_id", "data": [events]}``.
"""

import re
import zlib
from pathlib import Path
from typing import Any

import orjson

from deskhand.errors import DeskhandError
from deskhand.exports.capture_files import MOST_BYTES, content_of

_GZIP = b"\x1f\x8b"
_GZIP_TEXT = _GZIP.decode("latin-1")
_BOM = b"\xef\xbb\xbf"
_WBITS_GZIP = 31
# The first event of a recording is Meta or Custom, and short; a snapshot shows its nodes.
HEAD = 4096
_TYPE = re.compile(rb'"type"\s*:\s*\d')
# Members that posthog-js packs, all of them arrays.
_PACKED = ("texts", "attributes", "removes", "adds")
WINDOW = "windowId"


class _Unpacker:
    """Inflates parts of one file, all of them together up to a limit."""

    def __init__(self, most_bytes: int) -> None:
        self._left = most_bytes

    def inflate(self, packed: bytes) -> bytes:
        parts = []
        while packed:
            stream = zlib.decompressobj(_WBITS_GZIP)
            parts.append(stream.decompress(packed, self._left + 1))
            self._left -= len(parts[-1])
            if self._left < 0:
                raise ValueError(f"inflates to more than {MOST_BYTES >> 20} MiB")
            if not stream.eof:
                raise ValueError("gzip data that ends too early")
            packed = stream.unused_data.lstrip(b"\0")
        return b"".join(parts)

    def text(self, value: Any) -> Any:
        if isinstance(value, str) and value.startswith(_GZIP_TEXT):
            return orjson.loads(self.inflate(value.encode("latin-1")))
        return value

    def event(self, event: Any) -> Any:
        if not isinstance(event, dict):
            return event
        data = event.get("data")
        if isinstance(data, str):
            return {**event, "data": self.text(data)}
        if "cv" in event and isinstance(data, dict):
            packed = {name: self.text(data[name]) for name in _PACKED if name in data}
            return {**event, "data": {**data, **packed}}
        return event


def recognises(path: Path) -> bool:
    """Return whether a file begins like the events of a recording, packed or not."""
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
        if head.startswith(_GZIP):
            head = zlib.decompressobj(_WBITS_GZIP).decompress(head, HEAD)
    except (OSError, zlib.error):
        return False
    head = head.removeprefix(_BOM).lstrip()
    if head.startswith((b'{"window_id"', b'{ "window_id"')):
        return True
    # A batch on its way to posthog holds such events too, in a body of its own.
    return (
        head.startswith((b"[", b"{"))
        and _TYPE.search(head) is not None
        and any(word in head for word in (b'"timestamp"', b'"tagName"', b'"childNodes"'))
        and b"$snapshot" not in head
    )


def events_of(path: Path, content: bytes | None = None) -> list[Any]:
    """Return the events of a file as they stand in it, unpacked.

    Parameters
    ----------
    path : Path
        The file: a JSON array of events, JSON Lines of events, JSON Lines of posthog's windows, or
        gzip of one of these.
    content : bytes, optional
        What is in it, where that has been read already.

    Returns
    -------
    list
        Whatever the array or the lines hold; events of posthog's windows have ``windowId``.

    Raises
    ------
    DeskhandError
        When it is none of these, or inflates beyond bounds.
    """
    unpacker = _Unpacker(MOST_BYTES)
    try:
        text = content_of(path) if content is None else content
        if text.startswith(_GZIP):
            text = unpacker.inflate(text)
        text = text.removeprefix(_BOM).strip()
        events = _lines(text) if text.startswith(b"{") else orjson.loads(text)
        if not isinstance(events, list):
            raise ValueError(f"JSON, but {type(events).__name__} instead of an array")
        return [unpacker.event(event) for event in events]
    except DeskhandError:
        raise
    except (ValueError, zlib.error) as error:
        raise DeskhandError(
            f"{path}: {error}; an rrweb recording is a JSON array of events, JSON Lines of events, "
            "or gzip of either."
        ) from error


def _lines(text: bytes) -> list[Any]:
    events: list[Any] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            record = orjson.loads(line)
        except ValueError as error:
            raise ValueError(f"line {number}: {error}") from error
        if isinstance(record, dict) and "window_id" in record:
            window, held = record["window_id"], record.get("data")
            if not isinstance(held, list):
                raise ValueError(f"line {number}: data of window {window!r} is no array")
            events += [{**e, WINDOW: window} if isinstance(e, dict) else e for e in held]
        else:
            events.append(record)
    return events
