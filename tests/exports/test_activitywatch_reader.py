"""ActivityWatch exports read back, those of others too, and what is wrong with them."""

import json
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskhand.errors import DeskhandError
from deskhand.exports import activitywatch
from deskhand.exports.activitywatch.heartbeats import iso_texts
from deskhand.exports.captured import captured_session
from deskhand.exports.losses import Dropped
from deskhand.session import Session
from tests.exports.activitywatch_files import bucket, written


def test_read_back(day: Session, tmp_path: Path) -> None:
    path = written(day, tmp_path)
    assert activitywatch.recognises(path)
    assert list(activitywatch.findings(path)) == []
    dropped = Dropped()
    (back,) = activitywatch.read(path, dropped)
    assert back.session_id == day.session_id
    assert back.header["synthetic"] is True
    assert back.header["provenance_id"] == f"activitywatch:{day.header['provenance_id']}"
    document = json.loads(path.read_bytes())
    kinds = back.events["type"].to_pylist()
    windows = bucket(document, "currentwindow")["events"]
    assert kinds.count("window.focus") == len(windows)
    assert kinds.count("mark") == len(bucket(document, "os.hid.input")["events"])
    assert kinds.count("idle.start") == kinds.count("idle.end") > 10
    marks = back.events.filter(pc.equal(back.events["type"], "mark"))
    first = json.loads(marks["value"][0].as_py())
    wanted = bucket(document, "os.hid.input")["events"][-1]
    assert first == {**wanted["data"], "duration_us": round(wanted["duration"] * 1e6)}
    assert sorted(dropped.counts) == ["web.tab.current: fields beside url and title"]


times = st.lists(st.integers(0, 10**8), min_size=1, max_size=30, unique=True)


@settings(max_examples=25, deadline=None)
@given(
    times,
    st.lists(st.tuples(st.text(max_size=5), st.text(max_size=5)), min_size=30, max_size=30),
    st.lists(st.integers(0, 10**10), min_size=30, max_size=30),
)
def test_any_export_is_read_as_it_is(
    tmp_path_factory: pytest.TempPathFactory,
    at_ms: list[int],
    pages: list[tuple[str, str]],
    long_us: list[int],
) -> None:
    at = np.sort(np.array(at_ms, np.int64)) * 1000
    events = [
        {"timestamp": text, "duration": long / 1e6, "data": {"app": app, "title": title}}
        for text, long, (app, title) in zip(iso_texts(at), long_us, pages, strict=False)
    ]
    made = {"id": "w", "type": "currentwindow", "client": "c", "hostname": "h"}
    document = {"buckets": {"w": {**made, "created": events[0]["timestamp"], "events": events}}}
    path = tmp_path_factory.mktemp("any") / "export.json"
    path.write_text(json.dumps(document))
    (back,) = activitywatch.read(path)
    rows = back.events.filter(pc.equal(back.events["type"], "window.focus"))
    assert (rows["t_us"].to_numpy() + back.header["start_wall_us"]).tolist() == at.tolist()
    assert (
        list(zip(rows["app"].to_pylist(), rows["window"].to_pylist(), strict=True))
        == pages[: len(at)]
    )
    assert back.header["synthetic"] is False
    again = activitywatch.export(back)
    assert not any(b["data"].get("synthetic") for b in again["buckets"].values())
    assert not any("synthetic" in key for key in again["buckets"])


def test_an_empty_session_is_an_export(tmp_path: Path) -> None:
    nothing = captured_session(
        {"type": [], "t_us": []}, session_id="cap_x", start_wall_us=0, source="x"
    )
    path = written(nothing, tmp_path)
    assert list(activitywatch.findings(path)) == []
    (back,) = activitywatch.read(path)
    assert back.session_id == "cap_x"


def broken(change: str) -> bytes:
    document = {
        "buckets": {
            "w": {
                "id": "w",
                "type": "currentwindow",
                "client": "c",
                "hostname": "h",
                "created": "2026-03-02T09:00:00+00:00",
                "events": [
                    {"timestamp": f"2026-03-02T09:00:0{k}+00:00", "duration": 1.0, "data": {"app": "a", "title": "t"}}
                    for k in (5, 3, 1)
                ],
            }
        }
    }  # fmt: skip
    made = document["buckets"]["w"]
    events: Any = made["events"]
    text = json.dumps(document).encode()
    match change:
        case "half":
            return text[: len(text) // 2]
        case "nul":
            return text.replace(b'"a"', b'"\x00"')
        case "utf-16":
            return text.decode().encode("utf-16")
        case "empty":
            return b""
        case "list":
            return b'{"buckets": []}'
        case "no created":
            made.pop("created")
        case "other id":
            made["id"] = "v"
        case "time":
            events[1]["timestamp"] = "soon"
        case "number":
            events[1]["timestamp"] = 1_772_442_000
        case "negative":
            events[1]["duration"] = -1
        case "not a number":
            events[1]["duration"] = float("nan")
        case "overlap":
            events[2]["duration"] = 60
        case "order":
            events.append({**events[0], "timestamp": "2026-03-02T09:00:09+00:00"})
        case "no title":
            events[0]["data"] = {"app": "a"}
        case "data":
            events[0]["data"] = [1]
        case "status":
            made["type"] = "afkstatus"
        case "counts":
            made["type"] = "os.hid.input"
    return json.dumps(document).encode()


BAD = (
    "half", "nul", "utf-16", "empty", "list", "no created", "other id", "time", "number", "negative",
    "not a number", "overlap", "order", "no title", "data", "status", "counts",
)  # fmt: skip


@pytest.mark.parametrize("change", BAD)
def test_bad_files_are_found(tmp_path: Path, change: str) -> None:
    path = tmp_path / "bad.json"
    path.write_bytes(broken(change))
    found = list(activitywatch.findings(path))
    assert found, change
    assert all(f.remedy for f in found)
    # Where it can be read at all it is read; else the refusal names the file.
    with suppress(DeskhandError):
        list(activitywatch.read(path))


@pytest.mark.parametrize("change", ["half", "empty", "list", "time", "data", "not a number"])
def test_bad_files_are_refused(tmp_path: Path, change: str) -> None:
    path = tmp_path / "bad.json"
    path.write_bytes(broken(change))
    with pytest.raises(DeskhandError, match=re.escape(str(path))):
        list(activitywatch.read(path))


def test_a_good_file_has_no_findings(tmp_path: Path) -> None:
    path = tmp_path / "good.json"
    path.write_bytes(broken("nothing"))
    assert list(activitywatch.findings(path)) == []


def test_unknown_buckets_are_counted(tmp_path: Path) -> None:
    document = json.loads(broken("nothing"))
    document["buckets"]["e"] = {
        **document["buckets"]["w"],
        "id": "e",
        "type": "app.editor.activity",
    }
    path = tmp_path / "two.json"
    path.write_text(json.dumps(document))
    dropped = Dropped()
    list(activitywatch.read(path, dropped))
    (line,) = dropped.lines()
    assert line == "3 x bucket of type app.editor.activity: no canonical event is like it"
    assert list(activitywatch.findings(path)) == []


def test_two_computers_are_two_sessions(tmp_path: Path) -> None:
    document = json.loads(broken("nothing"))
    document["buckets"]["e"] = {**document["buckets"]["w"], "id": "e", "hostname": "other"}
    path = tmp_path / "two.json"
    path.write_text(json.dumps(document))
    one, other = activitywatch.read(path)
    assert one.session_id != other.session_id
    assert one.events.num_rows == other.events.num_rows == 5
