"""What KEEPS promises of a session comes back from an OpenAdapt recording."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import deskhand
from deskhand.events import EVENTS
from deskhand.exports import openadapt
from deskhand.exports.losses import Dropped
from deskhand.exports.openadapt.key_names import KEYCODES, NAMES
from deskhand.session import Session
from tests.exports.event_rows import rows_of
from tests.exports.openadapt_recordings import session_of, written

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
