"""OTLP logs: parsed strictly by opentelemetry-proto, with the counts that the session has."""

import json
import struct
import time
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskhand.errors import DeskhandError
from deskhand.exports import otlp
from deskhand.exports.captured import captured_session
from deskhand.exports.derived_acts import Click, derived_acts
from deskhand.exports.otlp.batches import batches
from deskhand.session import Session

KNOWN = {"session.start", "session.end", "app.screen.click", "app.widget.click"}


@pytest.fixture(scope="module")
def proto() -> Any:
    return pytest.importorskip(
        "opentelemetry.proto.logs.v1.logs_pb2",
        reason='needs opentelemetry-proto: python -m pip install -e ".[otlp]"',
    )


def written(session: Session, folder: Path, argument: str | None = None) -> Path:
    with otlp.open_writer(folder, argument) as writer:
        writer.write(session)
    (path,) = (folder / "otlp").iterdir()
    return path


def values(attributes: Any) -> dict[str, Any]:
    found = {a.key: getattr(a.value, a.value.WhichOneof("value")) for a in attributes}
    assert len(found) == len(attributes)
    return found


def log_records(messages: list[Any]) -> list[Any]:
    return [
        record
        for message in messages
        for resource in message.resource_logs
        for scope in resource.scope_logs
        for record in scope.log_records
    ]


def parsed(path: Path, proto: Any) -> list[Any]:
    from google.protobuf.json_format import Parse

    return [
        Parse(line, proto.LogsData(), ignore_unknown_fields=False)
        for line in path.read_text().splitlines()
    ]


def unframed(path: Path, proto: Any) -> list[Any]:
    content, found = path.read_bytes(), []
    while content:
        (size,) = struct.unpack(">I", content[:4])
        found.append(proto.LogsData.FromString(content[4 : 4 + size]))
        content = content[4 + size :]
    return found


@pytest.mark.parametrize("name", ["lead", "day"])
def test_strict_parse_finds_what_happened(
    name: str, request: pytest.FixtureRequest, tmp_path: Path, proto: Any
) -> None:
    session: Session = request.getfixturevalue(name)
    messages = parsed(written(session, tmp_path), proto)
    for message in messages:
        assert proto.LogsData.FromString(message.SerializeToString()) == message
        resource = values(message.resource_logs[0].resource.attributes)
        assert resource["deskhand.synthetic"] is True
        assert resource["deskhand.provenance_id"] == session.header["provenance_id"]
        assert resource["service.name"] == "deskhand"
    records = log_records(messages)
    counts = Counter(record.event_name for record in records)
    kinds = Counter(session.events["type"].to_pylist())
    clicks = [act for act in derived_acts(session.events) if isinstance(act, Click)]
    assert counts["app.screen.click"] == len(clicks) > 5
    assert counts["app.widget.click"] == sum(act.target is not None for act in clicks)
    assert counts["session.start"] == counts["session.end"] == 1
    for event, kind in {
        "deskhand.window.focus": "window.focus",
        "deskhand.navigation": "navigation",
        "deskhand.select.change": "select.change",
        "deskhand.redaction": "redaction",
        "deskhand.idle.start": "idle.start",
        "deskhand.page.state": "mark",
    }.items():
        assert counts[event] == kinds[kind]
    pressed = [values(r.attributes) for r in records if r.event_name == "deskhand.keyboard"]
    assert sum(p["deskhand.keyboard.presses"] for p in pressed) == kinds["keydown"]
    edited = [values(r.attributes) for r in records if r.event_name == "deskhand.field.edit"]
    assert sum(e["deskhand.field.edits"] for e in edited) == kinds["input"]
    assert all(event in KNOWN or event.startswith("deskhand.") for event in counts)
    wall_us = session.header["start_wall_us"] + session.header["clock_skew_us"]
    times = [record.time_unix_nano for record in records]
    assert times == sorted(times)
    assert times[0] == wall_us * 1000
    assert times[-1] == (wall_us + session.header["duration_us"]) * 1000
    assert all(values(r.attributes)["session.id"] == session.session_id for r in records)


def test_clicks_are_where_the_button_came_up(lead: Session, tmp_path: Path, proto: Any) -> None:
    records = log_records(parsed(written(lead, tmp_path), proto))
    told = [r for r in records if r.event_name == "app.widget.click"]
    ups = lead.events.filter(pc.equal(lead.events["type"], "pointerup")).to_pylist()
    ups = [up for up in ups if up["target"]]
    wall_us = lead.header["start_wall_us"] + lead.header["clock_skew_us"]
    assert len(told) == len(ups)
    for record, up in zip(told, ups, strict=True):
        found = values(record.attributes)
        assert record.time_unix_nano == (wall_us + up["t_us"]) * 1000
        assert found["app.widget.id"] == up["target"]
        assert abs(found["app.screen.coordinate.x"] - up["screen_x"]) <= 4
        assert found["app.screen.id"].startswith("crm/")


def test_protobuf_holds_the_same(day: Session, tmp_path: Path, proto: Any) -> None:
    as_json = parsed(written(day, tmp_path / "j"), proto)
    path = written(day, tmp_path / "p", "protobuf")
    assert path.suffix == ".binpb"
    assert unframed(path, proto) == as_json
    assert otlp.recognises(path)
    assert list(otlp.findings(path)) == []


def test_batches_are_those_of_the_processor(day: Session) -> None:
    documents = otlp.export(day)
    sizes = [len(d["resourceLogs"][0]["scopeLogs"][0]["logRecords"]) for d in documents]
    assert max(sizes) <= 512
    firsts = [
        int(d["resourceLogs"][0]["scopeLogs"][0]["logRecords"][0]["timeUnixNano"])
        for d in documents
    ]
    start = (day.header["start_wall_us"] + day.header["clock_skew_us"]) * 1000
    seconds = [(first - start) // 10**9 for first in firsts]
    assert all(one < other for one, other in pairwise(seconds))


@given(st.lists(st.integers(0, 5_000_000), max_size=2000))
def test_no_record_is_lost_in_batches(times: list[int]) -> None:
    records = [(t, {"n": n}) for n, t in enumerate(sorted(times))]
    made = list(batches(records))
    assert [r for batch in made for r in batch] == [r for _, r in records]
    assert all(0 < len(batch) <= 512 for batch in made)


def test_nothing_typed_is_told(lead: Session, tmp_path: Path) -> None:
    content = written(lead, tmp_path).read_text()
    marks = lead.events.filter(pc.equal(lead.events["type"], "mark"))["value"].to_pylist()
    shown = {text for value in marks if value for text in json.loads(value).values()}
    assert shown
    assert not any(text in content for text in shown)
    assert '"deskhand.masked","value":{"boolValue":true}' in content


def test_same_session_same_bytes(lead: Session, tmp_path: Path, proto: Any) -> None:
    assert proto
    for argument in (None, "protobuf"):
        one, other = (
            written(lead, tmp_path / f"{n}{argument}", argument).read_bytes() for n in "ab"
        )
        assert one == other


def test_a_capture_does_not_say_that_it_is_synthetic(tmp_path: Path) -> None:
    rows = {"type": ["pointerdown", "pointerup"], "t_us": [5, 9], "screen_x": [3.0, 3.0], "screen_y": [4.0, 4.0], "button": [0, 0]}  # fmt: skip
    capture = captured_session(rows, session_id="cap_x", start_wall_us=10**15, source="x")
    content = written(capture, tmp_path).read_text()
    assert "synthetic" not in content
    assert '"app.screen.click"' in content


def test_arguments(tmp_path: Path) -> None:
    with pytest.raises(DeskhandError, match="write otlp or otlp:protobuf"):
        otlp.open_writer(tmp_path, "yaml")
    assert written(captured_session({"type": [], "t_us": []}, session_id="cap_e", start_wall_us=0, source="x"), tmp_path, "json").exists()  # fmt: skip


def test_a_written_file_is_good(lead: Session, tmp_path: Path) -> None:
    path = written(lead, tmp_path)
    assert otlp.recognises(path)
    assert list(otlp.findings(path)) == []


def broken(path: Path, change: str) -> bytes:
    lines = path.read_bytes().splitlines(keepends=True)
    text = b"".join(lines)
    match change:
        case "empty":
            return b""
        case "half":
            return text[: len(text) // 2]
        case "nul":
            return text.replace(b'"session.start"', b'"\x00"', 1)
        case "utf-16":
            return text.decode().encode("utf-16")
        case "traces":
            return b'{"resourceSpans":[]}\n'
        case "snake case":
            return text.replace(b"timeUnixNano", b"time_unix_nano")
        case "number":
            return text.replace(b'"timeUnixNano":"', b'"timeUnixNano":1,"severityText":"', 1)
        case "unknown field":
            return text.replace(b'"eventName"', b'"event"', 1)
        case "order":
            return b"".join(reversed(lines))
        case "no coordinate":
            return text.replace(b'"app.screen.coordinate.x"', b'"x"')
        case "attribute twice":
            return text.replace(b'"app.screen.coordinate.y"', b'"app.screen.coordinate.x"')
        case "base64 trace id":
            return text.replace(
                b'"eventName"', b'"traceId":"AAAAAAAAAAAAAAAAAAAAAA==","eventName"', 1
            )
    raise AssertionError(change)


BAD = ("empty", "half", "nul", "utf-16", "traces", "snake case", "number", "unknown field", "order", "no coordinate", "attribute twice", "base64 trace id")  # fmt: skip


@pytest.mark.parametrize("change", BAD)
def test_bad_files_are_found(lead: Session, tmp_path: Path, change: str) -> None:
    path = written(lead, tmp_path)
    path.write_bytes(broken(path, change))
    found = list(otlp.findings(path))
    assert found
    assert all(f.remedy and f.path == path for f in found)


@pytest.mark.parametrize("cut", [1, 3, 5, 400])
def test_cut_protobuf_is_found(lead: Session, tmp_path: Path, proto: Any, cut: int) -> None:
    assert proto
    path = written(lead, tmp_path, "protobuf")
    path.write_bytes(path.read_bytes()[:-cut])
    assert [f.rule for f in otlp.findings(path)] == ["readable"]


def test_it_is_quick(day: Session) -> None:
    began = time.perf_counter()
    otlp.export(day)
    assert time.perf_counter() - began < 10
