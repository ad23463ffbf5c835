"""OpenAdapt recordings of others: what is wrong with them is found, and hostile files are refused."""

import sqlite3
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from deskhand.errors import DeskhandError
from deskhand.exports import openadapt
from tests.exports.event_rows import rows_of
from tests.exports.openadapt_recordings import press, session_of, stroke, written


@pytest.fixture
def good(tmp_path: Path) -> Path:
    rows = [
        {"type": "pointermove", "t_us": 0, "screen_x": 1.0, "screen_y": 2.0},
        *press(1_000, 3.0, 4.0),
        *stroke(200_000, "a", "KeyA"),
    ]
    return written(tmp_path, session_of(rows))


def change(folder: Path, *statements: str) -> None:
    database = sqlite3.connect(folder / "recording.db")
    for statement in statements:
        database.execute(statement)
    database.commit()
    database.close()


BAD_ROWS = [
    ("UPDATE action_event SET name = 'hover' WHERE id = 1", "name", False),
    ("UPDATE action_event SET mouse_x = NULL WHERE id = 1", "needed", True),
    ("UPDATE action_event SET mouse_x = 'left' WHERE id = 1", "number", True),
    ("UPDATE action_event SET mouse_y = x'00ff' WHERE id = 2", "number", True),
    ("UPDATE action_event SET mouse_pressed = NULL WHERE id = 2", "needed", True),
    ("UPDATE action_event SET mouse_pressed = 7 WHERE id = 2", "number", True),
    ("UPDATE action_event SET mouse_button_name = 'thumb' WHERE id = 2", None, True),
    (
        "UPDATE action_event SET key_char = NULL, key_vk = NULL, "  # noqa: ISC004
        "canonical_key_char = NULL, canonical_key_vk = NULL WHERE id = 4",
        "needed",
        True,
    ),
    ("UPDATE action_event SET key_char = x'ff' WHERE id = 4", None, True),
    ("UPDATE action_event SET timestamp = timestamp * 1000", "time", True),
    ("UPDATE action_event SET timestamp = 'now' WHERE id = 3", "time", True),
    ("UPDATE action_event SET timestamp = 9e999 WHERE id = 1", "time", True),
    ("UPDATE action_event SET timestamp = NULL WHERE id = 1", "time", True),
    ("UPDATE action_event SET timestamp = timestamp - 60 WHERE id = 3", "order", False),
    ("UPDATE action_event SET source_ordinal = 1", "ordinal", False),
    ("UPDATE recording SET timestamp = NULL", "time", True),
    ("UPDATE recording SET config = '{'", "json", False),
    ("UPDATE recording SET config = '{\"deskhand\": {}}'", "synthetic", False),
    ("DELETE FROM recording", "recording", False),
    ("INSERT INTO recording (id, timestamp) VALUES (2, 5)", "recording", False),
    ("INSERT INTO screenshot (id, timestamp, png_data) VALUES (1, 5, 'text')", "picture", False),
    (
        "INSERT INTO screenshot (id, timestamp, png_data, png_sha256) "  # noqa: ISC004
        "VALUES (1, 5, x'89504e470d0a1a0a', 'ab')",
        "picture",
        False,
    ),
    ("ALTER TABLE action_event DROP COLUMN disabled", "column", False),
    ("DROP TABLE memory_stat", "table", False),
    ("DROP TABLE action_event", "readable", True),
    ("CREATE VIRTUAL TABLE found USING fts5(x)", "table", False),
    (
        "CREATE TRIGGER t AFTER INSERT ON recording BEGIN DELETE FROM action_event; END",
        "table",
        False,
    ),
]


@pytest.mark.parametrize(("statement", "rule", "refused"), BAD_ROWS)
def test_what_is_wrong_is_found_or_refused(
    good: Path, statement: str, rule: str | None, refused: bool
) -> None:
    assert not list(openadapt.findings(good))
    change(good, statement)
    before = sha256((good / "recording.db").read_bytes()).hexdigest()
    found = list(openadapt.findings(good))
    assert rule is None or rule in {finding.rule for finding in found}, found
    if refused:
        with pytest.raises(DeskhandError, match=r"recording\.db"):
            list(openadapt.read(good))
    else:
        list(openadapt.read(good))
    assert sha256((good / "recording.db").read_bytes()).hexdigest() == before
    assert [p.name for p in good.iterdir()] == ["recording.db"]


def view_of_functions(folder: Path) -> None:
    change(
        folder,
        "ALTER TABLE action_event RENAME TO held",
        "CREATE VIEW action_event AS SELECT * FROM held WHERE load_extension('evil') IS NULL",
    )


def generated_column(folder: Path) -> None:
    change(folder, "ALTER TABLE action_event ADD COLUMN more AS (name || 'x') VIRTUAL")


def huge_text(folder: Path) -> None:
    change(
        folder, "UPDATE action_event SET key_name = CAST(zeroblob(80000000) AS TEXT) WHERE id = 4"
    )


def cut_short(folder: Path) -> None:
    file = folder / "recording.db"
    file.write_bytes(file.read_bytes()[:9000])


def scrambled(folder: Path) -> None:
    file = folder / "recording.db"
    content = bytearray(file.read_bytes())
    content[4096:] = bytes(b ^ 0x5A for b in content[4096:])
    file.write_bytes(bytes(content))


def another_file(folder: Path) -> None:
    (folder / "recording.db").write_bytes(b"SQLite format 3\0" + b"\0" * 5000)


def no_database(folder: Path) -> None:
    (folder / "recording.db").write_text("timestamp,name\n")


def empty(folder: Path) -> None:
    (folder / "recording.db").write_bytes(b"")


def wrong_text(folder: Path) -> None:
    change(folder, "UPDATE action_event SET name = CAST(x'fffe' AS TEXT) WHERE id = 1")


def link_elsewhere(folder: Path) -> None:
    file = folder / "recording.db"
    file.rename(folder.parent / "elsewhere.db")
    file.symlink_to(folder.parent / "elsewhere.db")


HOSTILE = [
    view_of_functions, huge_text, cut_short, scrambled, another_file, no_database, empty,
    wrong_text, link_elsewhere,
]  # fmt: skip


@pytest.mark.parametrize("damage", HOSTILE, ids=lambda f: f.__name__)
def test_hostile_files_end_in_a_refusal(good: Path, damage: Callable[[Path], None]) -> None:
    damage(good)
    before = (good / "recording.db").read_bytes()
    with pytest.raises(DeskhandError, match=r"recording\.db"):
        list(openadapt.read(good))
    assert "readable" in {finding.rule for finding in openadapt.findings(good)}
    assert (good / "recording.db").read_bytes() == before


def test_generated_columns_are_not_read(good: Path) -> None:
    generated_column(good)
    (back,) = openadapt.read(good)
    assert len(rows_of(back, "keydown")) == 1


def test_other_things_are_not_recognised(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_bytes(b"SQLite format 3\0" + b"\0" * 500)
    assert not openadapt.recognises(tmp_path)
    assert not openadapt.recognises(tmp_path / "a.db")
    assert not openadapt.recognises(tmp_path / "none")
