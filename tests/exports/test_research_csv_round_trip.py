"""What tables of research data keep comes back, the rows of people as they were."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskhand.exports import research_csv
from deskhand.exports.research_csv.strokes import strokes_of
from tests.exports.event_rows import rows_of
from tests.exports.made_up_session import made_up
from tests.exports.research_tables import read_back, table, typed, written


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
    session = made_up(columns)
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


@given(
    text=TEXTS, count=st.integers(1, 3), holds=st.lists(st.integers(100, 89_000), min_size=1, max_size=3)
)  # fmt: skip
@settings(max_examples=40, deadline=None)
def test_repetitions_come_back(
    text: str, count: int, holds: list[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    session = made_up(typed([text] * count, holds))
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
    session = made_up(columns)
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
