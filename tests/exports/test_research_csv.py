"""Tables of research data: what another reader finds in them, what comes back, what is refused."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskhand.errors import DeskhandError
from deskhand.exports import research_csv
from deskhand.exports.captured import captured_session
from deskhand.exports.losses import Dropped
from deskhand.exports.research_csv.strokes import strokes_of
from deskhand.session import Session
from tests.exports.event_rows import rows_of

SHAPES = ("balabit", "sapimouse", "cmu:ada", "aalto")


def written(session: Session, argument: str, folder: Path) -> Path:
    with research_csv.open_writer(folder, argument) as writer:
        writer.write(session)
    return folder / "research" / session.session_id


def table(folder: Path) -> list[dict[str, Any]]:
    """The table as DuckDB reads it, which knows nothing of us."""
    (path,) = folder.glob("*.csv")
    separator = "\\t" if "\t" in path.read_text().split("\n", 1)[0] else ","
    with duckdb.connect() as base:
        found: list[dict[str, Any]] = (
            base.sql(f"FROM read_csv('{path}', header=true, delim=E'{separator}', quote='')")
            .to_arrow_table()
            .to_pylist()
        )
    return found


def read_back(path: Path) -> tuple[Session, Dropped]:
    dropped = Dropped()
    (session,) = research_csv.read(path, dropped)
    return session, dropped


def made(columns: Mapping[str, Any], made_by: str | None = "syn_prov_1", **header: Any) -> Session:
    return captured_session(
        columns,
        session_id="syn_session_1" if made_by else "cap_session_1",
        start_wall_us=1_772_438_400_000_000,
        source="test",
        made_by=made_by,
        header=header,
    )


# --- what is in the tables ----------------------------------------------------------------------------


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
        found = table(written(made(columns), shape, tmp_path / shape))
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
    real = made({"t_us": [5], "type": ["pointermove"], "screen_x": [1], "screen_y": [2]}, None)
    folder = written(real, "sapimouse", tmp_path)
    assert [path.name for path in folder.iterdir()] == ["cap_session_1.csv"]
    assert read_back(folder)[0].header["synthetic"] is False


def test_rolled_over_keys_keep_their_own_releases() -> None:
    strokes = strokes_of(
        made(
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


# --- there and back ---------------------------------------------------------------------------------


@st.composite
def pointer_columns(draw: st.DrawFn) -> dict[str, list[Any]]:
    n = draw(st.integers(1, 25))
    steps = draw(
        st.lists(st.sampled_from([1_000, 20_000, 110_000, 2_000_000]), min_size=n, max_size=n)
    )
    kinds = draw(
        st.lists(st.sampled_from(["pointermove", "pointerdown", "pointerup", "wheel"]), min_size=n, max_size=n)
    )  # fmt: skip
    places = st.integers(-50, 4000)
    return {
        "t_us": np.cumsum(steps).tolist(),
        "type": kinds,
        "screen_x": [draw(places) for _ in kinds],
        "screen_y": [draw(places) for _ in kinds],
        "button": [draw(st.integers(0, 2)) if k in ("pointerdown", "pointerup") else None for k in kinds],
        "delta_y": [draw(st.sampled_from([-100.0, 100.0])) if k == "wheel" else None for k in kinds],
    }  # fmt: skip


@pytest.mark.parametrize("shape", ["balabit", "sapimouse"])
@given(columns=pointer_columns())
@settings(max_examples=40, deadline=None)
def test_pointers_come_back(
    shape: str, columns: dict[str, list[Any]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    session = made(columns)
    back, dropped = read_back(written(session, shape, tmp_path_factory.mktemp("made")))
    assert not dropped.counts
    kept = research_csv.keeps(shape)
    before, after = rows_of(session, *kept), rows_of(back, *kept)
    assert [r["type"] for r in before] == [r["type"] for r in after]
    for old, new in zip(before, after, strict=True):
        assert 0 <= old["t_us"] - new["t_us"] < kept[old["type"]].step_us + 1_000
        for name in kept[old["type"]].columns:
            assert old[name] == new[name]
        if old["type"] == "wheel":
            assert old["delta_y"] == new["delta_y"]
        else:
            assert (old["screen_x"], old["screen_y"]) == (new["screen_x"], new["screen_y"])


TEXTS = st.text(alphabet="abcXY1. ,'\"@", min_size=1, max_size=8)


def typed(texts: list[str], holds: list[int]) -> dict[str, list[Any]]:
    found: list[tuple[int, str, str, str]] = []
    t_us = 1_000_000
    for place, text in enumerate(texts):
        for k, character in enumerate(text):
            t_us += 90_100
            code = f"Key{character.upper()}" if character.isalpha() else "Space"
            hold = holds[k % len(holds)]
            found += [(t_us, "keydown", character, code), (t_us + hold, "keyup", character, code)]
        t_us += 5_000_000 + 100 * place
    found.sort(key=lambda row: row[0])
    names = ("t_us", "type", "key", "code")
    return {n: [row[k] for row in found] for k, n in enumerate(names)}


@given(
    text=TEXTS, count=st.integers(1, 3), holds=st.lists(st.integers(100, 89_000), min_size=1, max_size=3)
)  # fmt: skip
@settings(max_examples=40, deadline=None)
def test_repetitions_come_back(
    text: str, count: int, holds: list[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    session = made(typed([text] * count, holds))
    back, dropped = read_back(written(session, f"cmu:{text}", tmp_path_factory.mktemp("made")))
    before, after = strokes_of(session.events), strokes_of(back.events)
    assert after.key.tolist() == before.key.tolist()
    assert sum(dropped.counts.values()) == count - 1
    held = (before.up_us - before.down_us) - (after.up_us - after.down_us)
    assert np.abs(held).max() <= 50
    n = len(text)
    for k in range(count):
        part = slice(k * n, (k + 1) * n)
        gone = np.diff(before.down_us[part]) - np.diff(after.down_us[part])
        assert not len(gone) or np.abs(gone).max() <= 50


@given(
    texts=st.lists(TEXTS, min_size=1, max_size=3),
    holds=st.lists(st.integers(1, 89_000), min_size=1, max_size=4),
)
@settings(max_examples=40, deadline=None)
def test_keystrokes_come_back(
    texts: list[str], holds: list[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    columns = typed(texts, holds)
    columns["target"] = ["note.text"] * len(columns["t_us"])
    session = made(columns)
    back, _ = read_back(written(session, "aalto", tmp_path_factory.mktemp("made")))
    before, after = strokes_of(session.events), strokes_of(back.events)
    assert after.key.tolist() == before.key.tolist()
    assert (before.down_us // 1000 == after.down_us // 1000).all()
    assert back.header["start_wall_us"] == session.header["start_wall_us"]
    released = [
        sorted((r["t_us"] // 1000, r["key"]) for r in rows_of(one, "keyup"))
        for one in (session, back)
    ]
    assert released[0] == released[1]


# --- bad input --------------------------------------------------------------------------------------

GOOD = {
    "balabit": "record timestamp,client timestamp,button,state,x,y\n0.0,0.0,NoButton,Move,5,6\n0.2,0.187,Left,Pressed,5,6\n",
    "sapimouse": "client timestamp,button,state,x,y\n0,NoButton,Move,5,6\n20,Left,Pressed,5,6\n",
    "cmu": "subject,sessionIndex,rep,H.a,DD.a.b,UD.a.b,H.b\ns002,1,1,0.1,0.2,0.1,0.08\n",
    "aalto": "\t".join(research_csv.sentences.COLUMNS) + "\n3\t4\tab\tab\t1\t1000\t1090\ta\t65\n",
}


@pytest.mark.parametrize(
    ("shape", "old", "new", "rule"),
    [
        ("balabit", "0.187", "x", "readable"),
        ("balabit", "0.187", "", "time"),
        ("balabit", "0.187", "nan", "time"),
        ("balabit", "0.187", "-2", "order"),
        ("balabit", "Pressed", "Pushed", "state"),
        ("balabit", ",5,6\n0.2", ",5\n0.2", "columns"),
        ("balabit", ",y", ",z", "readable"),
        ("sapimouse", "20,", "20,Left,", "columns"),
        ("sapimouse", "0,NoButton,Move,5,6\n20,Left,Pressed,5,6\n", "", "empty"),
        ("cmu", "0.08", "-1", "hold"),
        ("cmu", "0.1,0.2", ",0.2", "hold"),
        ("cmu", "UD.a.b", "UD.a.c", None),
        ("aalto", "1090", "900", "release"),
        ("aalto", "1000", "", "time"),
        ("aalto", "1000", "soon", "readable"),
        ("aalto", "KEYCODE", "CODE", "readable"),
        ("aalto", "\ta\t65", "", "columns"),
    ],
)  # fmt: skip
def test_bad_input_is_found(
    shape: str, old: str, new: str, rule: str | None, tmp_path: Path
) -> None:
    path = tmp_path / "table.csv"
    path.write_text(GOOD[shape])
    assert research_csv.recognises(path)
    assert not list(research_csv.findings(path))
    assert old in GOOD[shape]
    path.write_text(GOOD[shape].replace(old, new, 1))
    found = [finding.rule for finding in research_csv.findings(path)]
    assert rule is None or rule in found
    before = path.read_bytes()
    refused = ""
    try:
        assert all(len(one.events) for one in research_csv.read(path, Dropped()))
    except DeskhandError as error:
        refused = str(error)
    assert bool(refused) == (rule in ("readable", None))
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"\xff\0", b"a,b\n1,2\n", b"{", b"client timestamp"])
def test_what_is_no_such_table(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_bytes(content)
    assert not research_csv.recognises(path)
    assert [f.rule for f in research_csv.findings(path)] == ["readable"]


@pytest.mark.parametrize("beside", ["{", "[]", '{"synthetic": true}', '{"session_id": "../x"}'])
def test_a_broken_sidecar_is_none(beside: str, tmp_path: Path) -> None:
    path = tmp_path / "syn_1.csv"
    path.write_text(GOOD["sapimouse"])
    path.with_name("syn_1.csv.synthetic.json").write_text(beside)
    assert read_back(path)[0].header["synthetic"] is False
    assert [f.rule for f in research_csv.findings(path)] == ["synthetic"]


@pytest.mark.parametrize("argument", ["bogazici", "aalto:x", "cmu:é", "cmu:+Return+"])
def test_other_arguments_are_refused(argument: str, tmp_path: Path) -> None:
    if argument == "cmu:+Return+":
        research_csv.open_writer(tmp_path, argument)
        return
    with pytest.raises(DeskhandError, match=r"Known|research:"):
        research_csv.open_writer(tmp_path, argument)


# --- the data sets' own rows, where they are at hand ----------------------------------------------------

if "DESKHAND_DATA" in os.environ:
    DATA = Path(os.environ["DESKHAND_DATA"])
    EVENTS = {"move": "Move", "drag": "Drag", "down": "Pressed", "up": "Released"}
    WORDS = {"nobutton": "NoButton", "left": "Left", "right": "Right", "other": "Other"}

    @pytest.mark.parametrize("shape", ["balabit", "sapimouse"])
    def test_rows_of_people_come_back_as_they_were(shape: str, tmp_path: Path) -> None:
        real = pq.read_table(DATA / "pointer" / f"{shape}.parquet").slice(0, 20_000)
        real = real.filter(pc.equal(real["session"], real["session"][0]))
        real = real.filter(pc.equal(real["user"], real["user"][0]))
        lines = [",".join(research_csv.pointer_log.COLUMNS[shape])]
        expected = []
        for row in real.to_pylist():
            wheel = row["event"] == "scroll"
            button = "Scroll" if wheel else WORDS[row["button"]]
            state = row["button"].capitalize() if wheel else EVENTS[row["event"]]
            t = f"{row['t_s']:.3f}" if shape == "balabit" else str(round(row["t_s"] * 1000))
            place = (int(row["x"]), int(row["y"]))
            expected.append((button, state, *((0, 0) if wheel else place)))
            stamp = [t, t] if shape == "balabit" else [t]
            lines.append(",".join([*stamp, button, state, *map(str, place)]))
        path = tmp_path / "real.csv"
        path.write_text("\n".join(lines) + "\n")
        # Where times of the data set run back, rows are read in the order of their times.
        session, dropped = read_back(path)
        assert not dropped.counts
        found = table(written(session, shape, tmp_path / "again"))
        assert len(found) == len(expected) > 500
        again = [(r["button"], r["state"], r["x"], r["y"]) for r in found]
        assert sorted(again) == sorted(expected)

    def test_keystrokes_of_people_come_back_as_they_were(tmp_path: Path) -> None:
        real = pq.read_table(DATA / "keys" / "transcription_keyed.parquet")
        real = real.filter(pc.equal(real["user"], real["user"][0])).slice(0, 400).to_pylist()
        real = [
            r for r in real if r["session"] == real[0]["session"] and r["t_up_s"] >= r["t_down_s"]
        ]
        lines = ["\t".join(research_csv.sentences.COLUMNS)]
        for k, row in enumerate(real):
            down, up = (round(row[n] * 1000) + 1_500_000_000_000 for n in ("t_down_s", "t_up_s"))
            names = ("user", "session", "prompt", "typed", "key", "keycode")
            user, section, prompt, typed_text, key, keycode = (row[name] for name in names)
            cells = [user, section, prompt, typed_text, k, down, up, key, keycode]
            lines.append("\t".join(map(str, cells)))
        path = tmp_path / "1_keystrokes.txt"
        path.write_text("\n".join(lines) + "\n")
        session, _ = read_back(path)
        found = table(written(session, "aalto", tmp_path / "again"))
        told = [(r["PRESS_TIME"], r["RELEASE_TIME"], r["LETTER"], str(r["KEYCODE"])) for r in found]
        cells = [line.split("\t") for line in lines[1:]]
        assert sorted(told) == sorted((int(c[5]), int(c[6]), c[7], c[8]) for c in cells)
