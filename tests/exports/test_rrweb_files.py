"""Files that hold recordings: arrays, lines, packed events, windows; and files that are broken."""

import gzip
import json
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskhand.errors import DeskhandError
from deskhand.exports import rrweb
from deskhand.exports.rrweb import recording_file
from tests.exports.event_rows import rows_of
from tests.exports.rrweb_recordings import (
    AT,
    Events,
    brief,
    inner,
    node,
    page,
    press,
    read,
    typed,
)


def packed(value: Any) -> str:
    return gzip.compress(json.dumps(value).encode(), mtime=0).decode("latin-1")


def in_posthogs_way(events: Events) -> Events:
    told = [*events]
    told[1] = {**events[1], "cv": "2024-10", "data": packed(events[1]["data"])}
    return [
        {**e, "cv": "2024-10", "data": {**e["data"], **{k: packed(e["data"][k]) for k in ("texts", "attributes", "removes", "adds")}}}
        if e["type"] == 3 and e["data"]["source"] == 0 else e
        for e in told
    ]  # fmt: skip


LINES = page(
    inner(1, source=0, texts=[], attributes=[], removes=[], adds=[{"parentId": 3, "nextId": None, "node": node(30, "a", id="go")}]),
    press(5, 1, 30), press(9, 0, 30), typed(20, 4, "ä" * 3),
)  # fmt: skip
FILES: Mapping[str, Callable[[Events], bytes]] = {
    "array": lambda e: json.dumps(e, indent=1).encode(),
    "byte order mark": lambda e: b"\xef\xbb\xbf" + json.dumps(e).encode(),
    "lines": lambda e: "\n".join(map(json.dumps, e)).encode() + b"\n\n",
    "gzip": lambda e: gzip.compress(json.dumps(e).encode()),
    "gzip of lines in two members": lambda e: b"".join(gzip.compress(json.dumps(x).encode() + b"\n") for x in e),
    "posthog": lambda e: json.dumps(in_posthogs_way(e)).encode(),
    "posthog's windows": lambda e: "\n".join(json.dumps({"window_id": "w", "data": [x]}) for x in in_posthogs_way(e)).encode(),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(FILES))
def test_every_kind_of_file(name: str, tmp_path: Path) -> None:
    content = FILES[name](LINES)
    path = tmp_path / "recording.any"
    path.write_bytes(content)
    assert rrweb.recognises(path)
    assert not list(rrweb.findings(path))
    session = next(rrweb.read(path))
    assert path.read_bytes() == content
    rows = rows_of(session, "pointerdown", "input", "navigation")
    assert brief(rows, "type", "target", "value_length") == [
        ("navigation", None, None), ("pointerdown", "#go", None), ("input", "#user", 3)]  # fmt: skip
    assert {row["window"] for row in rows} == {"w" if "windows" in name else "window-1"}


def test_windows_keep_their_fields_apart(tmp_path: Path) -> None:
    lines = [
        {"window_id": window, "data": page(typed(5, 4, "ann" + window), press(30, 1))}
        for window in ("b", "a")
    ]
    session = read("\n".join(map(json.dumps, lines)).encode(), tmp_path)
    rows = rows_of(session, "input")
    assert {(r["window"], r["value"], r["detail"]) for r in rows} == {("a", "a", 3), ("b", "b", 3)}


BAD: Mapping[str, bytes] = {
    "empty": b"",
    "text": b"hello",
    "number": b"7",
    "half": b'[{"type": 4, "data": {"href": "x"',
    "half a line": b'{"type":1,"data":{},"timestamp":1772438400000}\n{"type":',
    "NUL": b"[\0]",
    "UTF-16": "[]".encode("utf-16"),
    "no events": b"[]",
    "other events": b'[{"a": 1}, 5, null]',
    "half gzip": gzip.compress(b"[1, 2, 3]" * 30)[:-8],
    "broken gzip": b"\x1f\x8b" + b"\xff" * 40,
    "windows without events": b'{"window_id": "w", "data": 5}',
    "broken pack": json.dumps([{"type": 2, "data": "\x1f\x8b\x08" + "x" * 20, "timestamp": AT}]).encode(),
    "no bytes in a pack": json.dumps([{"type": 2, "data": "\x1f\x8b\u20ac", "timestamp": AT}]).encode(),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(BAD))
def test_what_cannot_be_read_says_so(name: str, tmp_path: Path) -> None:
    path = tmp_path / "recording.json"
    path.write_bytes(BAD[name])
    with pytest.raises(DeskhandError, match=r"recording\.json: "):
        list(rrweb.read(path))
    assert list(rrweb.findings(path))
    with pytest.raises(DeskhandError, match="cannot be read"):
        list(rrweb.read(tmp_path))


def test_what_inflates_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording_file, "MOST_BYTES", 1 << 20)
    path = tmp_path / "recording.json"
    path.write_bytes(gzip.compress(b"[" + b" " * (1 << 21) + b"]"))
    with pytest.raises(DeskhandError, match="more than 1 MiB"):
        list(rrweb.read(path))
    one = packed(" " * (1 << 19))
    event = {"type": 2, "data": one, "timestamp": AT}
    path.write_text(json.dumps([event] * 3))
    with pytest.raises(DeskhandError, match="more than 1 MiB"):
        list(rrweb.read(path))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_damaged_bytes_never_crash(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    content = bytearray(FILES[data.draw(st.sampled_from(sorted(FILES)))](LINES))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.getbasetemp() / "damaged.json"
    path.write_bytes(bytes(content))
    with suppress(DeskhandError):
        for session in rrweb.read(path):
            session.events.validate(full=True)
    list(rrweb.findings(path))
    assert zlib.crc32(path.read_bytes()) == zlib.crc32(content)
