"""Tables of research data: what another reader finds in them."""

import json
from pathlib import Path

import numpy as np
import pytest

from deskhand.errors import DeskhandError
from deskhand.exports import research_csv
from deskhand.exports.research_csv.strokes import strokes_of
from deskhand.session import Session
from tests.exports.event_rows import rows_of
from tests.exports.made_up_session import made_up
from tests.exports.research_tables import read_back, table, written


@pytest.mark.parametrize("shape", ["balabit", "sapimouse"])
def test_presses_are_in_the_pointers_table(shape: str, session: Session, tmp_path: Path) -> None:
    folder = written(session, shape, tmp_path)
    found = table(folder)
    first = json.loads(next(folder.glob("*.json")).read_text())["first_us"]
    tick, unit = (15_625, 1_000_000) if shape == "balabit" else (1_000, 1_000)
    names = {0: "Left", 1: "Middle", 2: "Right"}
    states = {"pointerdown": "Pressed", "pointerup": "Released"}
    expected = [
        (names[r["button"]], states[r["type"]], r["screen_x"], r["screen_y"], (r["t_us"] - first) // tick)
        for r in rows_of(session, "pointerdown", "pointerup")
    ]  # fmt: skip
    assert expected == [
        (r["button"], r["state"], r["x"], r["y"], round(r["client timestamp"] * unit / tick))
        for r in found
        if r["state"] in ("Pressed", "Released")
    ]
    turns = [r for r in found if r["button"] == "Scroll"]
    assert len(turns) == (len(rows_of(session, "wheel")) if shape == "balabit" else 0)
    assert all((r["x"], r["y"], r["state"]) == (0, 0, "Down") for r in turns)


def test_moves_are_sampled_as_the_recorders_do(lead: Session, tmp_path: Path) -> None:
    remote, page = (
        [r["client timestamp"] for r in table(written(lead, s, tmp_path / s)) if r["state"] == "Move"]
        for s in ("balabit", "sapimouse")
    )  # fmt: skip
    steps = np.diff(remote)
    # The middle interval of each data set's moves is 109 ms and 17 ms.
    assert np.median(steps[steps < 0.2]) == pytest.approx(0.109, abs=0.016)
    assert np.median(np.diff(page)[np.diff(page) < 100]) == pytest.approx(17, abs=1)
    ticks = np.array(remote) / 0.015625
    assert np.abs(ticks - np.rint(ticks)).max() < 0.05


def test_a_drag_says_so(tmp_path: Path) -> None:
    columns = {
        "t_us": [0, 200_000, 400_000, 600_000],
        "type": ["pointerdown", "pointermove", "pointerup", "pointermove"],
        "button": [0, None, 0, None],
        "screen_x": [1, 2, 3, 4],
        "screen_y": [5, 5, 5, 5],
    }
    for shape, button in (("balabit", "NoButton"), ("sapimouse", "Left")):
        found = table(written(made_up(columns), shape, tmp_path / shape))
        assert [r["state"] for r in found] == ["Pressed", "Drag", "Released", "Move"]
        assert found[1]["button"] == button


def test_keystrokes_of_fields_that_are_not_masked(session: Session, tmp_path: Path) -> None:
    folder = written(session, "aalto", tmp_path)
    found = table(folder)
    typed = [r for r in rows_of(session, "keydown") if r["target"] in ("login.user", "lead.name")]
    wall_ms = [(session.header["start_wall_us"] + r["t_us"]) // 1000 for r in typed]
    assert [r["PRESS_TIME"] for r in found][: len(typed)] == wall_ms
    assert [r["LETTER"] for r in found[: len(typed)]] == ["a", "d", "a", "A", "d", "a", "TAB"]
    assert [r["USER_INPUT"] for r in found[: len(typed)]] == ["ada"] * 3 + ["Ada"] * 4
    assert [r["KEYCODE"] for r in found[:3]] == [65, 68, 65]
    text = next(folder.glob("*.csv")).read_text()
    assert "secret" not in text
    assert "5550100" not in text
    assert len({r["TEST_SECTION_ID"] for r in found}) == 3


def test_repetitions_of_a_text(session: Session, tmp_path: Path) -> None:
    (found,) = table(written(session, "cmu:ada", tmp_path))
    assert found.pop("subject") == "p0"
    assert (found.pop("sessionIndex"), found.pop("rep")) == (1, 1)
    # The script types with 110 ms and the edit's 1 ms before each release after 70 ms more.
    assert found == {
        "H.a": 0.071,
        "DD.a.d": 0.181,
        "UD.a.d": 0.11,
        "H.d": 0.071,
        "DD.d.a.2": 0.181,
        "UD.d.a.2": 0.11,
        "H.a.2": 0.071,
    }


@pytest.mark.parametrize("argument", ["balabit", "sapimouse", "cmu:ada", "cmu", "aalto"])
def test_a_table_says_that_it_is_synthetic(argument: str, session: Session, tmp_path: Path) -> None:
    folder = written(session, argument, tmp_path)
    (path,) = folder.glob("*.csv")
    assert path.name.startswith("syn_")
    beside = json.loads(path.with_name(f"{path.name}.synthetic.json").read_text())
    assert beside["synthetic"] is True
    assert beside["provenance_id"] == session.header["provenance_id"]
    assert research_csv.recognises(folder)
    assert not list(research_csv.findings(folder))
    back, _ = read_back(folder)
    assert back.header["synthetic"] is True
    assert back.session_id == session.session_id


def test_a_real_capture_does_not_come_to_be_synthetic(tmp_path: Path) -> None:
    real = made_up({"t_us": [5], "type": ["pointermove"], "screen_x": [1], "screen_y": [2]}, None)
    folder = written(real, "sapimouse", tmp_path)
    assert [path.name for path in folder.iterdir()] == ["cap_session_1.csv"]
    assert read_back(folder)[0].header["synthetic"] is False


def test_rolled_over_keys_keep_their_own_releases() -> None:
    strokes = strokes_of(
        made_up(
            {
                "t_us": [0, 50, 60, 90, 100, 140, 150],
                "type": ["keydown", "keydown", "keyup", "keydown", "keyup", "keydown", "keyup"],
                "key": ["a", "b", "a", "a", "b", "a", "a"],
                "code": ["KeyA", "KeyB", "KeyA", "KeyA", "KeyB", "KeyA", "KeyA"],
                "repeat": [False, False, False, False, False, True, False],
            }
        ).events
    )
    assert strokes.down_us.tolist() == [0, 50, 90]
    assert strokes.up_us.tolist() == [60, 100, 150]


@pytest.mark.parametrize("argument", ["bogazici", "aalto:x", "cmu:é", "cmu:+Return+"])
def test_other_arguments_are_refused(argument: str, tmp_path: Path) -> None:
    if argument == "cmu:+Return+":
        research_csv.open_writer(tmp_path, argument)
        return
    with pytest.raises(DeskhandError, match=r"Known|research:"):
        research_csv.open_writer(tmp_path, argument)
