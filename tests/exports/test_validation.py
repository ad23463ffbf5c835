"""Every known fault is found, by its rule and its row; what is right is left alone."""

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from deskhand.errors import DeskhandError
from deskhand.events import TABLES
from deskhand.exports import arrow, jsonl, parquet, rrweb
from deskhand.session import Session
from deskhand.validation import validate_path
from tests.exports.hand_made import SESSION_ID, hand_made_session

Rows = list[dict[str, Any]]
Tables = dict[str, Rows]


@cache
def base_rows() -> Tables:
    return rows_of(hand_made_session())


def rows_of(session: Session) -> Tables:
    parts = ("events", "actions", "elements", "screenshots")
    return {
        "sessions": [dict(session.header)],
        **{part: getattr(session, part).to_pylist() for part in parts},
    }


def session_of(tables: Tables) -> Session:
    parts = {
        n: pa.Table.from_pylist(tables[n], schema=TABLES[n]) for n in tables if n != "sessions"
    }
    return Session(header=tables["sessions"][0], screens={}, **parts)


def first(rows: Rows, kind: str, nth: int = 0) -> int:
    return [i for i, row in enumerate(rows) if row["type"] == kind][nth]


def put(table: str, row: int | str, column: str, value: Any) -> Callable[[Tables], int]:
    def change(tables: Tables) -> int:
        at = first(tables[table], row) if isinstance(row, str) else row
        tables[table][at][column] = value
        return at

    return change


def drop(kind: str, nth: int = 0) -> Callable[[Tables], int]:
    def change(tables: Tables) -> int:
        events = tables["events"]
        del events[first(events, kind, nth)]
        for seq, row in enumerate(events):
            row["seq"] = seq
        tables["sessions"][0]["event_count"] = len(events)
        return -1

    return change


def swap_times(tables: Tables) -> int:
    events = tables["events"]
    events[40]["t_us"], events[41]["t_us"] = events[41]["t_us"], events[40]["t_us"]
    return 41


def masked_row(tables: Tables) -> int:
    return next(i for i, row in enumerate(tables["events"]) if row["masked"])


def leak(tables: Tables) -> int:
    at = masked_row(tables)
    tables["events"][at]["key"] = "s"
    return at


# name: (the fault, the rule that finds it, the column)
CANONICAL: dict[str, tuple[Callable[[Tables], int], str, str]] = {
    "gap in seq": (put("events", 5, "seq", 6), "seq", "seq"),
    "time runs back": (swap_times, "time", "t_us"),
    "no session.start": (put("events", 0, "type", "visibility"), "frame", "type"),
    "no session.end": (put("events", -1, "type", "visibility"), "frame", "type"),
    "button never released": (drop("pointerup"), "pairs", "button"),
    "button never pressed": (drop("pointerdown"), "pairs", "button"),
    "key never released": (drop("keyup", 1), "pairs", "code"),
    "masked key never released": (drop("keyup", 5), "pairs", "code"),
    "list never closed": (drop("select.close"), "pairs", "target"),
    "move without place": (put("events", "pointermove", "client_x", None), "place", "client_x"),
    "press without button": (put("events", "pointerdown", "button", None), "required", "button"),
    "key without code": (put("events", "keydown", "code", None), "required", "code"),
    "choice without value": (put("events", "select.change", "value", None), "required", "value"),
    "navigation without url": (put("events", "navigation", "url", None), "required", "url"),
    "redaction without reason": (put("events", "redaction", "reason", None), "required", "reason"),
    "masked row tells the key": (leak, "masked", "key"),
    "place is no number": (put("events", "pointermove", "screen_x", float("nan")), "finite", "screen_x"),
    "place off the desktop": (put("events", "pointermove", "screen_x", 5000.0), "desktop", "screen_x"),
    "unknown type": (put("events", "blur", "type", "focusout"), "vocabulary", "type"),
    "unknown code": (put("events", "keydown", "code", "VK_A"), "vocabulary", "code"),
    "unknown pointer": (put("events", "pointermove", "pointer_type", "trackball"), "vocabulary", "pointer_type"),
    "unknown input type": (put("events", "input", "input_type", "typed"), "vocabulary", "input_type"),
    "button out of range": (put("events", "pointerup", "button", 9), "range", "button"),
    "negative length": (put("events", "input", "value_length", -1), "range", "value_length"),
    "unmarked row": (put("events", 30, "synthetic", False), "synthetic", "synthetic"),
    "no provenance": (put("events", 30, "provenance_id", ""), "provenance_id", "provenance_id"),
    "dangling action": (put("events", 30, "action_id", 999), "reference", "action_id"),
    "dangling target": (put("events", "focus", "target", "lead.fax"), "reference", "target"),
    "events miscounted": (put("sessions", 0, "event_count", 3), "count", "event_count"),
    "actions miscounted": (put("sessions", 0, "action_count", 3), "count", "action_count"),
    "wall clock in seconds": (put("sessions", 0, "start_wall_us", 1_772_438_400), "wall", "start_wall_us"),
    "wall clock in milliseconds": (put("sessions", 0, "start_wall_us", 1_772_438_400_000), "wall", "start_wall_us"),
    "duration is not the last event": (put("sessions", 0, "duration_us", 1), "duration", "duration_us"),
    "action ends before it starts": (put("actions", 1, "end_us", 0), "actions", "end_us"),
    "correction of nothing": (put("actions", 1, "correction_of", 77), "actions", "correction_of"),
    "unmarked action": (put("actions", 2, "synthetic", False), "synthetic", "synthetic"),
    "unmarked element": (put("elements", 2, "synthetic", False), "synthetic", "synthetic"),
    "empty verb": (put("actions", 0, "verb", ""), "schema", ""),
    "width below nothing": (put("elements", 0, "width", -1.0), "schema", ""),
}  # fmt: skip


def broken_by(fault: Callable[[Tables], int]) -> tuple[Session, int]:
    tables = copy.deepcopy(base_rows())
    row = fault(tables)
    return session_of(tables), row % len(tables["events"]) if row >= -1 else row


@pytest.mark.parametrize("name", sorted(CANONICAL))
def test_faults_of_the_tables(name: str, tmp_path: Path) -> None:
    fault, rule, column = CANONICAL[name]
    session, _ = broken_by(fault)
    with parquet.open_writer(tmp_path) as writer:
        writer.write(session)
    report = validate_path(tmp_path, sample=20)
    found = {(f.rule, f.column or "") for f in report.findings}
    assert (rule, column) in found, list(report.lines())
    assert not report.ok


@pytest.mark.parametrize("module", [parquet, jsonl, arrow])
def test_a_finding_names_the_row_of_the_file(module: Any, tmp_path: Path) -> None:
    session, row = broken_by(leak)
    whole = hand_made_session("syn_a")
    with module.open_writer(tmp_path) as writer:
        writer.write(whole)
        writer.write(session)
    report = validate_path(tmp_path, sample=0)
    found = [f for f in report.findings if f.rule == "masked"]
    assert [(f.row, f.column, f.path.name) for f in found] == [
        (len(whole.events) + row, "key", f"events{module.SUFFIX}")
    ]
    assert str(found[0]).endswith("a masked row keeps its time and length, but its key is null")
    alone = validate_path(tmp_path / f"events{module.SUFFIX}", sample=5)
    assert (len(whole.events) + row, "key") in [(f.row, f.column) for f in alone.findings]


def test_what_is_right_is_left_alone(tmp_path: Path, session: Session) -> None:
    shard = tmp_path / "shard=t0000-d000"
    for module in (parquet, jsonl, arrow, rrweb):
        with module.open_writer(shard) as writer:
            writer.write(session)
            writer.write(hand_made_session("syn_b"))
    for path in (tmp_path, shard, shard / "rrweb", shard / "events.jsonl"):
        report = validate_path(path, sample=50)
        assert report.ok, list(report.lines())
        assert report.rows > 100
        assert report.records >= 20
    assert validate_path(tmp_path, sample=0).records == 0
    assert validate_path(tmp_path).sessions == 6


def test_two_keys_may_overlap_and_repeat(tmp_path: Path) -> None:
    tables = copy.deepcopy(base_rows())
    events = tables["events"]
    down, up = first(events, "keydown", 0), first(events, "keyup", 0)
    other_down = first(events, "keydown", 1)
    # Rollover: the first key goes up after the second went down; the first repeats before.
    held = {**events[down], "repeat": True}
    late = events.pop(up)
    events.insert(down + 1, {**held, "t_us": events[down + 1]["t_us"]})
    events.insert(other_down + 1, {**late, "t_us": events[other_down + 1]["t_us"]})
    for seq, row in enumerate(events):
        row["seq"] = seq
    tables["sessions"][0]["event_count"] = len(events)
    with parquet.open_writer(tmp_path) as writer:
        writer.write(session_of(tables))
    report = validate_path(tmp_path)
    assert report.ok, list(report.lines())


def test_a_session_twice_and_a_lost_recording(tmp_path: Path, session: Session) -> None:
    for module in (parquet, rrweb):
        with module.open_writer(tmp_path) as writer:
            writer.write(session)
    with parquet.open_writer(tmp_path) as writer:
        for name in (SESSION_ID, "syn_b", "syn_b"):
            writer.write(hand_made_session(name))
    rules = {f.rule: f for f in validate_path(tmp_path, sample=0).findings}
    assert rules["session_id"].row == 2
    assert "syn_b" in rules["complete"].given


def test_files_that_cannot_be_read(tmp_path: Path, session: Session) -> None:
    with jsonl.open_writer(tmp_path) as writer:
        writer.write(session)
    with (tmp_path / "events.jsonl").open("a") as file:
        file.write('{"t_us": "late"}\n')
    assert [f.rule for f in validate_path(tmp_path, sample=0).findings][-1] == "readable"
    (tmp_path / "events.jsonl").unlink()
    assert [f.rule for f in validate_path(tmp_path, sample=0).findings] == ["readable"]
    with pytest.raises(DeskhandError, match="not found"):
        validate_path(tmp_path / "nothing")
    (tmp_path / "notes.txt").touch()
    with pytest.raises(DeskhandError, match="an empty file"):
        validate_path(tmp_path / "notes.txt")
    (tmp_path / "notes.txt").write_text("nothing of the kind")
    with pytest.raises(DeskhandError, match="no known format is recognised"):
        validate_path(tmp_path / "notes.txt")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DeskhandError, match="holds no sessions"):
        validate_path(tmp_path / "empty")


def test_a_report_stays_short(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "recording.json"
    path.write_text(json.dumps([{**event, "synthetic": False} for event in rrweb.record(session)]))
    found = validate_path(path, format="rrweb", sample=400).findings
    assert len([f for f in found if f.rule == "synthetic"]) <= 21
    assert replace(found[0], count=3).count == 3
