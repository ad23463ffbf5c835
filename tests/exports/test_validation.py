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
from deskhand.exports.rrweb.live_dom import nodes_of
from deskhand.session import Session
from deskhand.validation import Finding, validate_path
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
    "move without place": (put("events", "pointermove", "client_x", None), "required", "client_x"),
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


# --- rrweb: the faults that the Replayer plays without a word -------------------------------------

Events = list[dict[str, Any]]


def nth(events: Events, kind: int, source: int | None = None, n: int = 0) -> int:
    def fits(event: dict[str, Any]) -> bool:
        return event["type"] == kind and (source is None or event["data"].get("source") == source)

    return [i for i, event in enumerate(events) if fits(event)][n]


def data(events: Events, kind: int, source: int | None = None, n: int = 0) -> dict[str, Any]:
    held: dict[str, Any] = events[nth(events, kind, source, n)]["data"]
    return held


def seconds(events: Events) -> None:
    for event in events:
        event["timestamp"] //= 1000


def iso(events: Events) -> None:
    for event in events:
        event["timestamp"] = "2026-03-02T08:00:00Z"


def shuffle(events: Events) -> None:
    events[30], events[60] = events[60], events[30]


def clear_password(events: Events) -> None:
    data(events, 3, 5, 5)["text"] = "se"


def snapshot_node(events: Events, **wanted: Any) -> dict[str, Any]:
    root = data(events, 2)["node"]
    return next(
        dict_ for dict_ in nodes_of(root) if all(dict_.get(k) == v for k, v in wanted.items())
    )


def reuse_id(events: Events) -> None:
    snapshot_node(events, tagName="form")["id"] = 1


def future_node(events: Events) -> None:
    added = data(events, 3, 0)["adds"][0]["node"]["id"]
    data(events, 3, 1)["positions"][0]["id"] = added


RRWEB: dict[str, tuple[Callable[[Events], Any], str]] = {
    "one event": (lambda e: e.__delitem__(slice(1, None)), "events"),
    "no FullSnapshot": (lambda e: e.__setitem__(slice(None), [x for x in e if x["type"] != 2]), "page"),
    "no Meta": (lambda e: e.__delitem__(nth(e, 4)), "page"),
    "Meta after the snapshot": (lambda e: e.insert(nth(e, 2), e.pop(nth(e, 4)) and e[nth(e, 2)]), "page"),
    "seconds": (seconds, "time"),
    "string timestamps": (iso, "time"),
    "fractional timestamp": (lambda e: e[9].update(timestamp=e[9]["timestamp"] + 0.5), "time"),
    "shuffled": (shuffle, "order"),
    "unknown node in a click": (lambda e: data(e, 3, 2).update(id=9999), "id"),
    "unknown node in an input": (lambda e: data(e, 3, 5).update(id=9999), "id"),
    "unknown node in a scroll": (lambda e: data(e, 3, 3).update(id=9999), "id"),
    "unknown node in a move": (lambda e: data(e, 3, 1)["positions"][0].update(id=9999), "id"),
    "no node in a move": (lambda e: data(e, 3, 1)["positions"][0].update(id=-1), "id"),
    "node that comes later": (future_node, "id"),
    "unknown parent": (lambda e: data(e, 3, 0)["adds"][0].update(parentId=9999), "id"),
    "removed twice": (lambda e: data(e, 3, 0, 1)["removes"].append({"parentId": 1, "id": 9999}), "id"),
    "number used twice": (reuse_id, "id"),
    "positive offset": (lambda e: data(e, 3, 1)["positions"][0].update(timeOffset=40), "moves"),
    "offsets run back": (lambda e: data(e, 3, 1, 1)["positions"].reverse(), "moves"),
    "no positions": (lambda e: data(e, 3, 1).update(positions=[]), "moves"),
    "unknown source": (lambda e: data(e, 3, 2).update(source=99), "schema"),
    "unknown type": (lambda e: e[8].update(type=9), "schema"),
    "Input without isChecked": (lambda e: data(e, 3, 5).pop("isChecked"), "schema"),
    "Input on a button": (lambda e: data(e, 3, 5).update(id=snapshot_node(e, tagName="button")["id"]), "field"),
    "click without a place": (lambda e: data(e, 3, 2).pop("x"), "schema"),
    "mutation without arrays": (lambda e: data(e, 3, 0).pop("removes"), "schema"),
    "element without childNodes": (lambda e: snapshot_node(e, tagName="form").pop("childNodes"), "node"),
    "text without content": (lambda e: snapshot_node(e, type=3).pop("textContent"), "node"),
    "password in clear": (clear_password, "masked"),
    "unmarked event": (lambda e: e[7].pop("synthetic"), "synthetic"),
    "no mark of origin": (lambda e: e.__setitem__(slice(None), e[1:-1]), "synthetic"),
}  # fmt: skip


@pytest.fixture(scope="module")
def recording(session: Session) -> Events:
    return rrweb.record(session)


def findings(events: Any, folder: Path) -> list[Finding]:
    path = folder / "recording.json"
    path.write_text(json.dumps(events))
    return validate_path(path, format="rrweb", sample=400).findings


@pytest.mark.parametrize("name", sorted(RRWEB))
def test_faults_of_recordings(name: str, recording: Events, tmp_path: Path) -> None:
    fault, rule = RRWEB[name]
    broken = copy.deepcopy(recording)
    fault(broken)
    found = findings(broken, tmp_path)
    assert rule in {f.rule for f in found}, [str(f) for f in found]


def test_a_deep_page_is_walked(recording: Events, tmp_path: Path) -> None:
    deep = copy.deepcopy(recording)
    body = snapshot_node(deep, tagName="body")
    for node_id in range(10_000, 10_400):
        child = {"type": 2, "tagName": "div", "attributes": {}, "childNodes": [], "id": node_id}
        body["childNodes"].append(child)
        body = child
    assert not findings(deep, tmp_path)
    body["childNodes"].append({"type": 7, "id": 10_400})
    assert next(f.rule for f in findings(deep, tmp_path)) == "node"


def test_what_is_no_recording(tmp_path: Path) -> None:
    assert [f.rule for f in findings({"events": []}, tmp_path)] == ["events"]
    assert {f.rule for f in findings([3, None], tmp_path)} >= {"schema"}
    (tmp_path / "recording.json").write_text("{")
    assert [
        f.rule for f in validate_path(tmp_path / "recording.json", format="rrweb").findings
    ] == ["readable"]


def test_a_report_stays_short(recording: Events, tmp_path: Path) -> None:
    broken = [{**event, "synthetic": False} for event in recording]
    found = findings(broken, tmp_path)
    assert len([f for f in found if f.rule == "synthetic"]) <= 21
    assert replace(found[0], count=3).count == 3
