"""What OpenAdapt recordings hold, and what openadapt-capture finds in them."""

import json
import os
import subprocess
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

import deskhand
from deskhand.errors import DeskhandError
from deskhand.exports import openadapt
from deskhand.exports.screen_frames import frames, png_bytes
from deskhand.session import Session
from tests.exports.event_rows import rows_of
from tests.exports.made_up_session import made_up
from tests.exports.openadapt_recordings import press, session_of, stored, stroke, written

READER = Path(__file__).with_name("openadapt_reader.py")
PYTHON = "DESKHAND_OPENADAPT"
INSTALL = (
    "needs openadapt-capture in an environment of its own: python -m venv .openadapt && "
    ".openadapt/bin/python -m pip install openadapt-capture==1.3.0 && "
    f"export {PYTHON}=$PWD/.openadapt/bin/python"
)


@pytest.fixture(scope="module")
def python() -> str:
    """Return the Python that has openadapt-capture."""
    found = os.environ.get(PYTHON)
    if not found:
        pytest.skip(INSTALL)
    return found


def asked(python: str, *folders: Path) -> list[dict[str, Any]]:
    """What openadapt-capture says of recordings; it is given the files themselves."""
    done = subprocess.run(
        [python, str(READER), *map(str, folders)], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    answer: list[dict[str, Any]] = json.loads(done.stdout)
    return answer


def test_openadapt_finds_the_acts_that_were_meant(
    python: str, lead: Session, tmp_path: Path
) -> None:
    sessions = [lead, deskhand.simulate("tracker.triage_board", seed=7)]
    folders = [written(tmp_path / str(k), s, "0.5") for k, s in enumerate(sessions)]
    for session, answer in zip(sessions, asked(python, *folders), strict=True):
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


def test_openadapt_derives_shortcuts_scrolls_double_clicks_and_rolled_text(
    python: str, tmp_path: Path
) -> None:
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
    (answer,) = asked(python, written(tmp_path, session_of(sorted(rows, key=lambda r: r["t_us"]))))
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
    columns = {"type": ["pointermove"], "t_us": [7], "screen_x": [1.0], "screen_y": [2.0]}
    real = made_up(columns, None)
    folder = written(tmp_path, real)
    assert b"synthetic" not in (folder / "recording.db").read_bytes()
    (back,) = openadapt.read(folder)
    assert back.header["synthetic"] is False
    assert back.session_id.startswith("cap_session_")


@pytest.mark.parametrize("argument", ["often", "-1", "1e9", "nan", ""])
def test_arguments_that_are_no_rate_are_refused(tmp_path: Path, argument: str) -> None:
    with pytest.raises(DeskhandError, match="openadapt:0"):
        openadapt.open_writer(tmp_path, argument)
