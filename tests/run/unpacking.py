"""Everything that is written in a file: as it is, unpacked, and pieced together from single keys."""

import base64
import binascii
import json
import re
import sqlite3
import struct
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{32,}={0,2}")
# Where gzip and zlib streams begin.
STREAM = re.compile(rb"\x1f\x8b\x08|\x78[\x01\x5e\x9c\xda]")
GUNZIP = 32 + zlib.MAX_WBITS
DEPTH = 4


def unpacked(path: Path) -> Iterator[bytes]:
    """Yield a file's bytes and all that can be unpacked from them."""
    raw = path.read_bytes()
    yield from _within(raw, DEPTH)
    if raw.startswith(b"PAR1"):
        yield from _rows(pq.read_table(path))
    elif raw.startswith(b"ARROW1"):
        with pa.OSFile(str(path)) as file:
            yield from _rows(pa.ipc.open_file(file).read_all())
    elif raw.startswith(b"SQLite format 3\x00"):
        yield from _cells(path)


def assert_nowhere(secret: str, paths: Iterable[Path]) -> None:
    """No file holds the secret, nor any run of its characters that could not be there by chance."""
    for path in paths:
        for text in unpacked(path):
            for part in (secret, secret[:5], secret[-5:]):
                assert part.encode() not in text, path


def _within(raw: bytes, depth: int) -> Iterator[bytes]:
    yield raw
    if not depth:
        return
    if raw.startswith(b"\x89PNG"):
        yield from _png_texts(raw)
        return
    for found in STREAM.finditer(raw):
        plain = _inflated(raw[found.start() :])
        if plain:
            yield from _within(plain, depth - 1)
    for packed in BASE64.findall(raw):
        for altchars in (None, b"-_"):
            try:
                plain = base64.b64decode(
                    packed + b"=" * (-len(packed) % 4), altchars, validate=True
                )
            except binascii.Error:
                continue
            yield from _within(plain, depth - 1)
    for document in _documents(raw):
        texts = list(_strings(document))
        # A secret may be spread over events, one key in each.
        yield "".join(text for text in texts if len(text) == 1).encode(errors="replace")
        for text in texts:
            if "\x1f\x8b" in text:
                yield from _within(text.encode("latin-1", errors="replace"), depth - 1)


def _inflated(raw: bytes) -> bytes:
    try:
        return zlib.decompressobj(GUNZIP).decompress(raw, 50_000_000)
    except zlib.error:
        return b""


def _png_texts(raw: bytes) -> Iterator[bytes]:
    place = 8
    while place + 8 <= len(raw):
        length, kind = struct.unpack(">I4s", raw[place : place + 8])
        body = raw[place + 8 : place + 8 + length]
        if kind in (b"tEXt", b"iTXt"):
            yield body
        elif kind == b"zTXt":
            yield _inflated(body.partition(b"\x00")[2][1:])
        place += 12 + length


def _documents(raw: bytes) -> Iterator[Any]:
    try:
        yield json.loads(raw)
    except ValueError:
        lines: list[Any] = []
        for line in raw.splitlines():
            if line[:1] in (b"{", b"["):
                try:
                    lines.append(json.loads(line))
                except ValueError:
                    continue
        if lines:
            yield lines


def _strings(document: Any) -> Iterator[str]:
    waiting = [document]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            waiting.extend(reversed([*value.keys(), *value.values()]))
        elif isinstance(value, list):
            waiting.extend(reversed(value))


def _rows(table: pa.Table) -> Iterator[bytes]:
    yield json.dumps(table.to_pylist(), default=str, ensure_ascii=False).encode()
    for name in ("key", "value"):
        if name in table.column_names:
            yield "".join(v for v in table[name].to_pylist() if v).encode()


def _cells(path: Path) -> Iterator[bytes]:
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (name,) in tables:
            cursor = database.execute(f'SELECT * FROM "{name}"')
            columns = list(zip(*cursor.fetchall(), strict=True))
            for column in columns:
                for cell in column:
                    if isinstance(cell, bytes):
                        yield from _within(cell, DEPTH - 1)
                    elif isinstance(cell, str):
                        yield from _within(cell.encode(), 2)
                yield "".join(c for c in column if isinstance(c, str) and len(c) == 1).encode()
    database.close()
