"""What is typed into a password field is in no output file, decompressed or pieced together."""

import gzip
import json
import sqlite3
from pathlib import Path

import pytest

import deskhand
from deskhand import registry
from deskhand.player import write_player
from tests.run.unpacking import assert_nowhere, unpacked

CANARY = "Xq7wZk2vJ9pL"
OPEN = "plainly.visible"
# `mapping` writes what its file says; its own tests plant a canary.
FORMATS = [name for name in registry.names("deskhand.exports") if name != "mapping"]


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
    deskhand.generate(folder / "sign_in.json", people=3, seed=7, out=made, formats=FORMATS)
    for session in deskhand.read_sessions(made):
        write_player(session, made / f"{session.session_id}.html")
    return made


def test_a_password_is_in_no_file(out: Path) -> None:
    files = [path for path in out.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} >= {".parquet", ".jsonl", ".arrow", ".json", ".html"}
    assert_nowhere(CANARY, files)


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_was_searched(out: Path, name: str) -> None:
    shard = next(out.glob("shard=*"))
    files = [path for path in shard.rglob("*") if path.is_file()]
    assert any(name in path.parts or path.suffix == f".{name}" for path in files)


def test_the_search_finds_what_is_not_secret(out: Path) -> None:
    shard = next(out.glob("shard=*"))
    for name in ("events.parquet", "events.arrow"):
        assert any(OPEN.encode() in text for text in unpacked(shard / name)), name


def test_the_search_looks_into_what_is_packed(tmp_path: Path) -> None:
    secret = CANARY.encode()
    packed = gzip.compress(b"...." + secret, mtime=0)
    (tmp_path / "string.json").write_text(json.dumps({"data": packed.decode("latin-1")}))
    (tmp_path / "keys.jsonl").write_text("\n".join(json.dumps({"key": key}) for key in CANARY))
    (tmp_path / "behind.bin").write_bytes(b"header\n" + packed)
    database = sqlite3.connect(tmp_path / "rows.db")
    database.execute("CREATE TABLE t (c BLOB)")
    database.execute("INSERT INTO t VALUES (?)", (packed,))
    database.commit()
    database.close()
    for path in tmp_path.iterdir():
        assert any(secret in text for text in unpacked(path)), path
