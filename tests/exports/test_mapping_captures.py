"""Captures that a mapping cannot read, and names that no file can have."""

from dataclasses import replace
from pathlib import Path

import pytest

from deskhand.errors import DeskhandError
from deskhand.exports import mapping
from deskhand.exports.losses import Dropped
from deskhand.session import Session
from tests.exports.small_mapping import save, whole

FILES = [
    (b'{"kind": "key", "at": 5, "made"', "line 1: not JSON"),
    (b'{"kind": "key"}\n\xff\xfe\n', "line 2: not JSON"),
    (b'{"kind":"key","at":5,"made":true}\n{"kind":', "line 2: not JSON"),
    (b"\x00\x00", "line 1: not JSON"),
    (b'{"kind": "tap", "at": 5, "made": true}', "is it the mapping of these records?"),
    (b"[1, 2]\n", "is it the mapping"),
]


@pytest.mark.parametrize(("content", "message"), FILES, ids=[m for _, m in FILES])
def test_captures_that_cannot_be_read(tmp_path: Path, content: bytes, message: str) -> None:
    path = save(tmp_path, whole())
    file = tmp_path / "capture.jsonl"
    file.write_bytes(content)
    with pytest.raises(DeskhandError) as refusal:
        list(mapping.read(file, Dropped(), path))
    assert message in str(refusal.value)
    assert file.read_bytes() == content


def test_captures_of_another_form(tmp_path: Path) -> None:
    given = whole()
    given["file"]["form"] = "json-array"
    path = save(tmp_path, given)
    (tmp_path / "a.json").write_text("{}")
    with pytest.raises(DeskhandError, match="no array; the mapping says json-array"):
        list(mapping.read(tmp_path / "a.json", None, path))
    (tmp_path / "a.json").write_text("[{]")
    with pytest.raises(DeskhandError, match="not JSON"):
        list(mapping.read(tmp_path / "a.json", None, path))
    with pytest.raises(DeskhandError, match="No such file"):
        list(mapping.read(tmp_path / "b.json", None, path))
    (tmp_path / "hollow").mkdir()
    with pytest.raises(DeskhandError, match=r"no file that ends in \.json"):
        list(mapping.read(tmp_path / "hollow", None, path))


def test_a_capture_cannot_choose_where_it_is_written(tmp_path: Path, session: Session) -> None:
    away = replace(session, header={**session.header, "session_id": "cap_/../../../away"})
    with (
        pytest.raises(DeskhandError, match="no file can have that name"),
        mapping.open_writer(tmp_path / "out", save(tmp_path, whole())) as writer,
    ):
        writer.write(away)
    assert [p.name for p in (tmp_path / "out").rglob("*")] == ["mapping"]
