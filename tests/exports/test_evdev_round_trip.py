"""What evemu and libinput recordings keep comes back, that of real devices event for event."""

import os
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskhand.exports import evemu
from deskhand.exports.evdev import codes as ev
from deskhand.session import Session
from tests.exports.evdev_recordings import FORMATS, read_back, written
from tests.exports.event_rows import rows_of
from tests.exports.made_up_session import made_up


@pytest.mark.parametrize("name", FORMATS)
def test_a_real_capture_does_not_come_to_be_synthetic(name: str, tmp_path: Path) -> None:
    real = made_up({"t_us": [5], "type": ["keydown"], "code": ["F5"]}, made_by=None)
    path = written(real, name, tmp_path)
    back, _ = read_back(path, name)
    assert back.header["synthetic"] is False
    assert back.header["provenance_id"] == f"cap_{name}"
    assert back.session_id == real.session_id


@st.composite
def columns(draw: st.DrawFn) -> dict[str, list[Any]]:
    scale = draw(st.sampled_from([1.0, 1.5, 2.0]))
    found: list[dict[str, Any]] = []
    t_us = draw(st.integers(0, 10**7))
    place = st.integers(0, 3000).map(lambda v: v / scale)
    x, y = draw(place), draw(place)
    for _ in range(draw(st.integers(1, 30))):
        kind = draw(st.sampled_from(["pointermove", "pointerdown", "pointerup", "wheel", "key"]))
        # What a mouse says at one time is one report, with one step: see the test of reports.
        least = 0 if kind == "key" else 1
        t_us += draw(st.sampled_from([least, 999, 8_000, 1_000_001]))
        row: dict[str, Any] = {"t_us": t_us, "type": kind, "masked": False}
        if kind == "key":
            row |= {
                "type": draw(st.sampled_from(["keydown", "keyup"])),
                "code": draw(st.sampled_from(sorted(ev.BY_CODE))),
                "masked": draw(st.booleans()),
            }
            row["repeat"] = row["type"] == "keydown" and draw(st.booleans())
            if row["masked"]:
                row["code"] = None
        else:
            if kind == "pointermove":
                x, y = draw(place), draw(place)
            row |= {"screen_x": x, "screen_y": y}
            if kind.startswith("pointer"):
                row |= {"pointer_type": "mouse", "buttons": 0}
            if kind in ("pointerdown", "pointerup"):
                row["button"] = draw(st.sampled_from(sorted(ev.BUTTONS)))
            if kind == "wheel":
                notch = draw(st.sampled_from([-200.0, -100.0, -50.0, 100.0]))
                row |= {"delta_y": notch, "delta_x": 0.0, "delta_mode": 0}
        found.append(row)
    names = dict.fromkeys(name for row in found for name in row)
    return {name: [row.get(name) for row in found] for name in names}


def places(session: Session) -> dict[int, tuple[float, float]]:
    found = rows_of(session, "pointermove", "pointerdown", "pointerup", "wheel")
    return {r["t_us"]: (round(r["screen_x"], 2), round(r["screen_y"], 2)) for r in found}


@pytest.mark.parametrize("name", FORMATS)
@given(given_columns=columns())
@settings(max_examples=40, deadline=None)
def test_what_a_format_keeps_comes_back(
    name: str, given_columns: dict[str, list[Any]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    session = made_up(given_columns)
    path = written(session, name, tmp_path_factory.mktemp("made"), "keys")
    back, dropped = read_back(path, name)
    assert not dropped.counts
    assert back.header["synthetic"] is True
    assert back.session_id == session.session_id
    assert back.header["start_wall_us"] == session.header["start_wall_us"]
    kept = FORMATS[name].keeps("keys")
    for kind in ("keydown", "keyup", "pointerdown", "pointerup"):
        columns = ("t_us", *kept[kind].columns)
        before, after = (
            [tuple(r[c] for c in columns) for r in rows_of(s, kind)] for s in (session, back)
        )
        assert before == after
    assert _turns(session) == pytest.approx(_turns(back))
    # The pointer is where it was whenever it was told of; a report without a step is not sent.
    there, known = places(back), places(session)
    assert set(there) <= set(known)
    for t_us, at in there.items():
        assert at == pytest.approx(known[t_us], abs=0.02)
    # And what was read is written again as it was.
    again = written(back, name, tmp_path_factory.mktemp("again"), "keys")
    assert _bodies(again) == _bodies(path)


def _turns(session: Session) -> dict[int, float]:
    found: dict[int, float] = {}
    for row in rows_of(session, "wheel"):
        found[row["t_us"]] = found.get(row["t_us"], 0) + row["delta_y"]
    return found


def _bodies(path: Path) -> list[str]:
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    text = "".join(file.read_text() for file in files)
    return [line for line in text.splitlines() if line.lstrip().startswith(("E:", "- ["))]


def test_keys_of_a_us_keyboard_and_modifiers(tmp_path: Path) -> None:
    codes = ["ShiftLeft", "KeyA", "KeyA", "ShiftLeft", "Digit2", "Digit2"]
    types = ["keydown", "keydown", "keyup", "keyup", "keydown", "keyup"]
    session = made_up({"t_us": range(0, 60, 10), "type": types, "code": codes})
    back, _ = read_back(written(session, "evemu", tmp_path, "keys"), "evemu")
    keys = rows_of(back, "keydown", "keyup")
    assert [r["key"] for r in keys] == ["Shift", "A", "A", "Shift", "2", "2"]
    assert [r["modifiers"] for r in keys] == [1, 1, 1, 0, 0, 0]


def test_hidden_keys_come_back_masked(session: Session, tmp_path: Path) -> None:
    back, _ = read_back(written(session, "libinput", tmp_path), "libinput")
    assert rows_of(back, "redaction")[0]["reason"] == "keycodes"
    keys = rows_of(back, "keydown", "keyup")
    assert [r["t_us"] for r in keys] == [r["t_us"] for r in rows_of(session, "keydown", "keyup")]
    assert {r["key"] for r in keys if r["masked"]} == {None}
    assert {r["key"] for r in keys if not r["masked"]} == {"Tab"}


@pytest.mark.parametrize("name", FORMATS)
def test_a_session_without_devices(name: str, tmp_path: Path) -> None:
    path = written(made_up({"t_us": [5], "type": ["mark"]}), name, tmp_path)
    back, _ = read_back(path, name)
    assert back.events["type"].to_pylist() == ["session.start", "session.end"]


if "DESKHAND_DATA" in os.environ:
    REAL = sorted((Path(os.environ["DESKHAND_DATA"]) / "captures" / "evemu").glob("*.events"))

    @pytest.mark.parametrize("path", REAL, ids=lambda path: path.stem)
    def test_real_recordings_come_back_event_for_event(path: Path, tmp_path: Path) -> None:
        assert evemu.recognises(path)
        real = evemu._load(path).reports
        session, _ = read_back(path, "evemu")
        assert session.header["synthetic"] is False
        folder = written(session, "evemu", tmp_path, "keys")
        (made_at,) = folder.iterdir()
        again = evemu._load(made_at).reports
        told = {(1, c) for c in [*ev.BY_NUMBER, 272, 273, 274]} | {(2, 0), (2, 1)}

        def events(reports: Any) -> list[tuple[int, int, int, int]]:
            # Old kernels gave each event of a report a time of its own; the report's is the last.
            syn = np.flatnonzero((reports.type == 0) & (reports.code == 0))
            at = reports.t_us[syn[np.searchsorted(syn, np.arange(reports.n))]]
            listed = zip(
                (at - at[0]).tolist(), reports.type.tolist(), reports.code.tolist(),
                reports.value.tolist(), strict=True,
            )  # fmt: skip
            return sorted(event for event in listed if event[1:3] in told)

        assert events(again) == events(real)

    @pytest.mark.parametrize("path", REAL, ids=lambda path: path.stem)
    def test_real_lines_are_written_byte_for_byte(path: Path) -> None:
        reports = evemu._load(path).reports
        real = [line for line in path.read_text().splitlines() if line.startswith("E:")]
        lines = evemu.event_lines(reports, reports.t_us).decode().splitlines()
        if not real[0].rstrip().endswith("0001") and "#" not in real[0]:
            # Before version 1.3 lines had no remarks and values no leading zeros.
            lines = [re.sub(r"(-?)0*(\d+)$", r"\1\2", line.split("\t")[0]) for line in lines]
        assert lines == real
