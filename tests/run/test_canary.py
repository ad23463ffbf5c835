"""What is typed into a password field is in no output file, decompressed or pieced together."""

import base64
import binascii
import json
import re
import zlib
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import deskhand
from deskhand.player import write_player

CANARY = "Xq7wZk2vJ9pL"
OPEN = "plainly.visible"
PACKED = re.compile(rb"[A-Za-z0-9+/]{64,}={0,2}")


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("canary")
    scenario = {
        "format": "deskhand.scenario/1",
        "name": "own.sign_in",
        "app": "auth",
        "opens": "auth/login",
        "steps": [
            {"do": "type", "text": OPEN, "into": "auth.user"},
            {"do": "type", "text": CANARY, "into": "auth.password"},
            {"do": "click", "target": "auth.sign_in"},
        ],
    }
    (folder / "sign_in.json").write_text(json.dumps(scenario))
    made = folder / "out"
    formats = "parquet,jsonl,arrow,rrweb"
    deskhand.generate(folder / "sign_in.json", people=3, seed=7, out=made, formats=formats)
    for session in deskhand.read_sessions(made):
        write_player(session, made / f"{session.session_id}.html")
    return made


def _texts(path: Path) -> Iterator[bytes]:
    """Everything a file holds, as it is and unpacked."""
    raw = path.read_bytes()
    yield raw
    tables: list[pa.Table] = []
    if path.suffix == ".parquet":
        tables.append(pq.read_table(path))
    elif path.suffix == ".arrow":
        with pa.OSFile(str(path)) as file:
            tables.append(pa.ipc.open_file(file).read_all())
    for table in tables:
        yield json.dumps(table.to_pylist()).encode()
        if "key" in table.column_names:
            yield "".join(key for key in table["key"].to_pylist() if key and len(key) == 1).encode()
            yield "".join(v for v in table["value"].to_pylist() if v).encode()
    for packed in PACKED.findall(raw):
        try:
            plain = base64.b64decode(packed, validate=True)
        except binascii.Error:
            continue
        yield plain
        try:
            yield zlib.decompress(plain)
        except zlib.error:
            continue


def test_a_password_is_in_no_file(out: Path) -> None:
    files = [path for path in out.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} >= {".parquet", ".jsonl", ".arrow", ".json", ".html"}
    for path in files:
        for text in _texts(path):
            assert CANARY.encode() not in text, path
            # Nor any run of its characters that could not be there by chance.
            assert CANARY[:5].encode() not in text, path
            assert CANARY[-5:].encode() not in text, path


def test_the_search_finds_what_is_not_secret(out: Path) -> None:
    shard = next(out.glob("shard=*"))
    for name in ("events.parquet", "events.arrow"):
        assert any(OPEN.encode() in text for text in _texts(shard / name)), name
