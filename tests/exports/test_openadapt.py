"""OpenAdapt recordings: what openadapt-capture finds in them, round trips, and what is refused."""

import json
import os
import sqlite3
import subprocess
from collections.abc import Callable, Sequence
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import deskhand
from deskhand.errors import DeskhandError
from deskhand.events import EVENTS
from deskhand.exports import openadapt
from deskhand.exports.captured import captured_session
from deskhand.exports.losses import Dropped
from deskhand.exports.openadapt.key_names import KEYCODES, NAMES
from deskhand.exports.screen_frames import frames, png_bytes
from deskhand.session import Session
from tests.exports.event_rows import rows_of

READER = Path(__file__).with_name("openadapt_reader.py")
PYTHON = "DESKHAND_OPENADAPT"
INSTALL = (
    "needs openadapt-capture in an environment of its own: python -m venv .openadapt && "
    ".openadapt/bin/python -m pip install openadapt-capture==1.3.0 && "
    f"export {PYTHON}=$PWD/.openadapt/bin/python"
)
START_US = 1_767_000_000_123_457
MARKS: dict[str, Any] = {"session_id": "syn_session_1", "made_by": "syn_prov_1", "source": "made"}


def written(folder: Path, session: Session, argument: str | None = "0") -> Path:
    with openadapt.open_writer(folder, argument) as writer:
        writer.write(session)
    return folder / "openadapt" / session.session_id


def asked(*folders: Path) -> list[dict[str, Any]]:
    """What openadapt-capture says of recordings; it is given the files themselves."""
    python = os.environ.get(PYTHON)
    if not python:
        pytest.skip(INSTALL)
    done = subprocess.run(
        [python, str(READER), *map(str, folders)], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    answer: list[dict[str, Any]] = json.loads(done.stdout)
    return answer


def session_of(rows: Sequence[dict[str, Any]], **header: Any) -> Session:
    names = {name for row in rows for name in row} | {"type", "t_us"}
    columns: dict[str, Any] = {name: [row.get(name) for row in rows] for name in names}
    columns["masked"] = [bool(row.get("masked")) for row in rows]
    size = {"screen_width": 1920, "screen_height": 1080}
    return captured_session(columns, start_wall_us=START_US, header={**size, **header}, **MARKS)


def stored(folder: Path, query: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(f"file:{folder / 'recording.db'}?mode=ro", uri=True) as database:
        return database.execute(query).fetchall()


def stroke(t_us: int, key: str, code: str, held_us: int = 60_000) -> list[dict[str, Any]]:
    named = {"key": key, "code": code}
    return [
        {"type": "keydown", "t_us": t_us, **named},
        {"type": "keyup", "t_us": t_us + held_us, **named},
    ]


def press(t_us: int, x: float, y: float, button: int = 0) -> list[dict[str, Any]]:
    at = {"screen_x": x, "screen_y": y, "button": button}
    return [
        {"type": "pointerdown", "t_us": t_us, **at},
        {"type": "pointerup", "t_us": t_us + 60_000, **at},
    ]


# ------------------------------------------------------------------ the independent reader


def test_openadapt_finds_the_acts_that_were_meant(tmp_path: Path) -> None:
    names = ("crm.create_lead", "tracker.triage_board")
    sessions = [deskhand.simulate(name, seed=7) for name in names]
    folders = [written(tmp_path / str(k), s, "0.5") for k, s in enumerate(sessions)]
    for session, answer in zip(sessions, asked(*folders), strict=True):
        assert answer["unchanged"]
        hands = ("pointermove", "pointerdown", "pointerup", "wheel", "keydown", "keyup")
        reported = [row for row in rows_of(session, *hands) if not row["masked"]]
        assert answer["raw"] == len(reported)
        actions = answer["actions"]
        assert not [a for a in actions if a["type"] in ("mouse.down", "mouse.up")]
        wall_s = (session.header["start_wall_us"] + session.header["clock_skew_us"]) / 1e6
        downs = rows_of(session, "pointerdown")
        mine = [(r["t_us"] / 1e6, r["screen_x"], r["screen_y"], "left") for r in downs]
        clicks = ("mouse.singleclick", "mouse.drag")
        theirs = [
            (a["t_s"] - wall_s, a["x"], a["y"], a["button"]) for a in actions if a["type"] in clicks
        ]
        assert [row[1:] for row in theirs] == [row[1:] for row in mine]
        assert [row[0] for row in theirs] == pytest.approx([row[0] for row in mine], abs=1e-6)
        single = {(a["x"], a["y"]) for a in actions if a["type"] == "mouse.singleclick"}
        for act in session.actions.to_pylist():
            if act["verb"] == "click":
                assert (act["actual_x"], act["actual_y"]) in single
        typed = [r["key"] for r in reported if r["type"] == "keydown" and len(r["key"]) == 1]
        said = "".join(a["text"] or "" for a in actions if a["type"] == "key.type")
        assert said == "".join(typed)
        assert answer["urls"] == [r["url"] for r in rows_of(session, "navigation")]
        titles = [session.screens[r["reference"]].title for r in rows_of(session, "navigation")]
        assert [title for title, _ in answer["windows"]] == titles
        assert answer["size"] == [1920, 1080]
        assert all(answer["frames"])


def test_openadapt_derives_shortcuts_scrolls_double_clicks_and_rolled_text(tmp_path: Path) -> None:
    rows = [
        {"type": "keydown", "t_us": 100_000, "key": "Control", "code": "ControlLeft"},
        *stroke(180_000, "c", "KeyC"),
        {"type": "keyup", "t_us": 300_000, "key": "Control", "code": "ControlLeft"},
        {"type": "pointermove", "t_us": 900_000, "screen_x": 40.0, "screen_y": 50.0},
        *(
            {"type": "wheel", "t_us": t, "screen_x": 40.0, "screen_y": 50.0, "delta_x": 0.0, "delta_y": 100.0, "delta_mode": 0}
            for t in (1_000_000, 1_050_000, 1_100_000)
        ),
        *press(2_000_000, 300.0, 200.0),
        *press(2_200_000, 301.0, 200.0),
        # Each key goes down before the one before it is up.
        *stroke(4_000_000, "a", "KeyA", 150_000),
        *stroke(4_100_000, "d", "KeyD", 150_000),
        *stroke(4_200_000, " ", "Space", 150_000),
        *stroke(4_300_000, "a", "KeyA", 150_000),
        *press(6_000_000, 500.0, 400.0, button=2),
    ]  # fmt: skip
    (answer,) = asked(written(tmp_path, session_of(sorted(rows, key=lambda r: r["t_us"]))))
    said = [
        {k: v for k, v in action.items() if v is not None and k not in ("t_s", "button")}
        for action in answer["actions"]
    ]
    assert said == [
        {"type": "key.shortcut", "key": "c", "modifiers": ["ctrl"]},
        {"type": "mouse.scroll", "x": 40.0, "y": 50.0, "dx": 0.0, "dy": -3.0},
        {"type": "mouse.doubleclick", "x": 300.0, "y": 200.0},
        {"type": "key.type", "text": "ad a"},
        {"type": "mouse.singleclick", "x": 500.0, "y": 400.0},
    ]
    assert answer["actions"][-1]["button"] == "right"


# ------------------------------------------------------------------ what is written


def test_same_session_same_bytes(tmp_path: Path) -> None:
    session = deskhand.simulate("auth.login", seed=7)
    files = [written(tmp_path / name, session, "0.2") / "recording.db" for name in "ab"]
    assert files[0].read_bytes() == files[1].read_bytes()
    # Whatever SQLite wrote it.
    assert int.from_bytes(files[0].read_bytes()[96:100], "big") == 3_040_000
    assert stored(files[0].parent, "PRAGMA integrity_check") == [("ok",)]


def test_pictures_are_those_of_their_time_and_bound_to_acts(tmp_path: Path) -> None:
    image = pytest.importorskip(
        "PIL.Image", reason='needs Pillow: python -m pip install -e ".[test,screens]"'
    )
    session = deskhand.simulate("auth.login", seed=7)
    folder = written(tmp_path, session, None)
    shots = stored(folder, "SELECT id, timestamp, png_data, png_sha256 FROM screenshot ORDER BY id")
    assert len(shots) > 5
    for _, _, png, digest in shots:
        assert sha256(png).hexdigest() == digest
    assert image.open(BytesIO(shots[0][2])).text["synthetic"] == "true"
    times = [at_s for _, at_s, _, _ in shots]
    acts = stored(
        folder,
        "SELECT timestamp, screenshot_id, after_screenshot_timestamp FROM action_event "
        "WHERE name <> 'move'",
    )
    for at_s, before, after_s in acts:
        # One grabbed picture a second: none lies between an act and the pictures beside it.
        assert 0 <= at_s - times[before - 1] < 1.05
        assert after_s == times[before]
        assert 0 < after_s - at_s < 1.05
    first_s = session.header["start_wall_us"] + session.header["clock_skew_us"]
    chosen = [0, len(times) // 2, len(times) - 1]
    t_us = [round(times[k] * 1e6) - first_s for k in chosen]
    for k, picture in zip(chosen, frames(session, t_us, pointer=False), strict=True):
        assert png_bytes(picture, session) == shots[k][2]


def test_masked_keys_are_not_recorded(tmp_path: Path) -> None:
    session = deskhand.simulate("auth.login", seed=7)
    folder = written(tmp_path, session)
    keys = rows_of(session, "keydown", "keyup")
    assert any(row["masked"] for row in keys)
    (count,) = stored(
        folder, "SELECT count(*) FROM action_event WHERE name IN ('press', 'release')"
    )
    assert count == (sum(not row["masked"] for row in keys),)


def test_an_excluded_application_is_a_gap(tmp_path: Path) -> None:
    rows = [
        {"type": "window.focus", "t_us": 0, "app": "mail", "window": "w1"},
        *stroke(100_000, "a", "KeyA"),
        {"type": "window.focus", "t_us": 1_000_000, "app": "bank", "window": "w2"},
        {"type": "redaction", "t_us": 1_000_000, "reason": "excluded-app", "policy": "pause"},
        {"type": "navigation", "t_us": 1_100_000, "window": "w2", "url": "https://bank.example/"},
        *stroke(1_200_000, "b", "KeyB"),
        *press(1_500_000, 5.0, 5.0),
        {"type": "window.focus", "t_us": 2_000_000, "app": "mail", "window": "w1"},
        *stroke(2_500_000, "c", "KeyC"),
    ]
    folder = written(tmp_path, session_of(rows))
    names = stored(folder, "SELECT name, key_char FROM action_event")
    assert names == [("press", "a"), ("release", "a"), ("press", "c"), ("release", "c")]
    assert not stored(folder, "SELECT * FROM browser_event")
    assert stored(folder, "SELECT title FROM window_event") == [("mail",)]


def test_where_the_desktop_is_unknown_places_are_those_of_the_page(tmp_path: Path) -> None:
    row = {"type": "pointermove", "t_us": 5, "client_x": 3.0, "client_y": 4.5}
    folder = written(tmp_path, session_of([row]))
    assert stored(folder, "SELECT mouse_x, mouse_y FROM action_event") == [(3, 4.5)]


def test_a_capture_does_not_claim_to_be_synthetic(tmp_path: Path) -> None:
    real = captured_session(
        {"type": ["pointermove"], "t_us": [7], "screen_x": [1.0], "screen_y": [2.0]},
        session_id="cap_session_1",
        start_wall_us=START_US,
        source="rrweb",
    )
    folder = written(tmp_path, real)
    assert b"synthetic" not in (folder / "recording.db").read_bytes()
    (back,) = openadapt.read(folder)
    assert back.header["synthetic"] is False
    assert back.session_id.startswith("cap_session_")


# ------------------------------------------------------------------ round trip

PLACES = st.floats(-4000, 8000, width=32).map(lambda v: v + 0.0)
KEYS = st.sampled_from(["a", "Z", "é", "ß", "7", "€", "F5", "Insert", "Unidentified", *NAMES])
KEY_ROW = st.fixed_dictionaries({"key": KEYS, "code": st.sampled_from([None, *KEYCODES])})
AT = {"screen_x": PLACES, "screen_y": PLACES}
ROWS = st.one_of(
    st.fixed_dictionaries({"type": st.just("pointermove"), **AT}),
    st.fixed_dictionaries(
        {
            "type": st.sampled_from(["pointerdown", "pointerup"]),
            **AT,
            "button": st.integers(0, 7),
        }
    ),
    st.fixed_dictionaries({"type": st.just("wheel"), **AT, "delta_x": PLACES, "delta_y": PLACES}),
    st.tuples(st.sampled_from(["keydown", "keyup"]), KEY_ROW).map(
        lambda made: {"type": made[0], **made[1]}
    ),
    st.fixed_dictionaries(
        {
            "type": st.just("navigation"),
            "url": st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1),
        }
    ),
)


@settings(max_examples=40, deadline=None)
@given(
    rows=st.lists(ROWS, max_size=25),
    steps=st.lists(st.integers(0, 10**9), min_size=25, max_size=25),
    start_us=st.integers(0, 4_000_000_000_000_000),
)
def test_what_is_promised_comes_back(
    rows: list[dict[str, Any]],
    steps: list[int],
    start_us: int,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    t_us = 0
    for row, step in zip(rows, steps, strict=False):
        t_us += step
        row["t_us"] = t_us
        if row["type"] == "wheel":
            row["delta_mode"] = 0
    made = session_of(rows)
    given_session = Session(
        header={**made.header, "start_wall_us": start_us, "clock_skew_us": -7 % (start_us + 1)},
        events=made.events,
        actions=made.actions,
        elements=made.elements,
        screenshots=made.screenshots,
        screens={},
    )
    folder = written(tmp_path_factory.mktemp("round"), given_session)
    dropped = Dropped()
    (back,) = openadapt.read(folder, dropped)
    assert all(what.startswith("window_event, title") for what in dropped.counts)
    assert back.session_id == made.session_id
    assert back.header["provenance_id"] == "openadapt:syn_prov_1"
    assert back.header["synthetic"] is True
    assert back.events.schema.equals(EVENTS)
    for kind, kept in openadapt.KEEPS.items():
        columns = ["t_us", *kept.columns, *(["delta_x", "delta_y"] if kind == "wheel" else [])]
        mine = [[row[c] for c in columns] for row in rows_of(made, kind)]
        theirs = [[row[c] for c in columns] for row in rows_of(back, kind)]
        assert mine == theirs
    assert not list(openadapt.findings(folder))


def test_real_sessions_come_back(tmp_path: Path) -> None:
    session = deskhand.simulate("crm.create_lead", seed=11)
    folder = written(tmp_path, session)
    assert openadapt.recognises(folder)
    assert openadapt.recognises(folder / "recording.db")
    (back,) = openadapt.read(folder / "recording.db")
    for kind in ("pointermove", "pointerdown", "pointerup", "wheel"):
        columns = ("t_us", "screen_x", "screen_y", "buttons")
        mine = [[row[c] for c in columns] for row in rows_of(session, kind)]
        assert [[row[c] for c in columns] for row in rows_of(back, kind)] == mine, kind
    for name in ("modifiers", "repeat", "key", "code"):
        keys = [r[name] for r in rows_of(session, "keydown", "keyup") if not r["masked"]]
        assert [r[name] for r in rows_of(back, "keydown", "keyup")] == keys, name
    assert back.header["screen_width"] == 1920


# ------------------------------------------------------------------ what others wrote


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


def test_an_older_layout_and_a_write_log_are_read(tmp_path: Path) -> None:
    folder = tmp_path / "old"
    folder.mkdir()
    database = sqlite3.connect(folder / "recording.db", isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("CREATE TABLE recording (id INTEGER, timestamp NUMERIC)")
    database.execute(
        "CREATE TABLE action_event (id INTEGER, recording_id INTEGER, name TEXT, "
        "timestamp NUMERIC, key_char TEXT, key_vk TEXT, disabled BOOLEAN)"
    )
    database.execute("INSERT INTO recording VALUES (1, 1690049582.5), (2, 1690049600)")
    database.executemany(
        "INSERT INTO action_event VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (1, 1, "press", 1690049582.7713714, "l", "76", 0),
            (2, 1, "release", 1690049582.826782, "l", "76", 0),
            (3, 1, "press", 1690049583, "x", "76", 1),
            (4, 2, "press", 1690049601, "m", None, None),
        ],
    )
    try:
        dropped = Dropped()
        one, two = openadapt.read(folder, dropped)
    finally:
        database.close()
    keys = rows_of(one, "keydown", "keyup")
    assert [(r["key"], r["t_us"]) for r in keys] == [("l", 271_371), ("l", 326_782)]
    assert [r["key"] for r in rows_of(two, "keydown")] == ["m"]
    assert one.session_id != two.session_id
    assert list(dropped.lines()) == ["1 x action_event: disabled by its user"]


def test_other_things_are_not_recognised(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_bytes(b"SQLite format 3\0" + b"\0" * 500)
    assert not openadapt.recognises(tmp_path)
    assert not openadapt.recognises(tmp_path / "a.db")
    assert not openadapt.recognises(tmp_path / "none")


@pytest.mark.parametrize("argument", ["often", "-1", "1e9", "nan", ""])
def test_arguments_that_are_no_rate_are_refused(tmp_path: Path, argument: str) -> None:
    with pytest.raises(DeskhandError, match="openadapt:0"):
        openadapt.open_writer(tmp_path, argument)
