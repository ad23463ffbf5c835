"""Snowplow payloads: the schemas within each other, and the events that the session's rows mean."""

import json
import re
import time
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

import deskhand
from deskhand.errors import DeskhandError
from deskhand.exports import snowplow
from deskhand.exports.captured import captured_session
from deskhand.exports.snowplow.page_pings import FIRST_US, HEARTBEAT_US, page_pings
from deskhand.json_schema import worst
from deskhand.session import Session

PACKAGE = "deskhand.exports.snowplow"
UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def tracked(session: Session) -> list[tuple[str, dict[str, Any], dict[str, str]]]:
    """Name, data and record of each event; of a long session every fortieth is checked by schema."""
    found = []
    bodies = list(snowplow.payloads(session))
    for number, body in enumerate(bodies):
        (record,) = body["data"]
        parts = [("payload_data", body)]
        parts += [(e["schema"].split("/")[1], e["data"]) for e in json.loads(record["co"])["data"]]
        name, data = record["e"], {}
        if name == "ue":
            inner = json.loads(record["ue_pr"])["data"]
            name, data = inner["schema"].split("/")[1], inner["data"]
            parts.append((name, data))
        if len(bodies) < 100 or number % 40 == 0 or name.endswith("_form"):
            for part, document in parts:
                assert worst(part, document, PACKAGE) is None
        found.append((name, data, record))
    return found


def named(session: Session, name: str) -> list[dict[str, Any]]:
    return [data for kind, data, _ in tracked(session) if kind == name]


def written(session: Session, folder: Path) -> Path:
    with snowplow.open_writer(folder) as writer:
        writer.write(session)
    (path,) = (folder / "snowplow").iterdir()
    return path


def test_events_mean_the_rows(lead: Session) -> None:
    events = tracked(lead)
    counts = Counter(name for name, _, _ in events)
    kinds = Counter(lead.events["type"].to_pylist())
    assert counts["pv"] == kinds["navigation"]
    (link,) = named(lead, "link_click")
    assert link == {"elementId": "leads.new", "targetUrl": "https://crm.deskhand.example/leads/new"}
    (form,) = named(lead, "submit_form")
    changes = {c["elementId"]: c["value"] for c in named(lead, "change_form")}
    told = {e["name"]: e["value"] for e in form["elements"]}
    assert len(changes) >= 5
    assert all(told[name] == value for name, value in changes.items())
    typed = lead.events.filter(pc.equal(lead.events["target"], "lead.name"))
    letters = typed.filter(pc.equal(typed["input_type"], "insertText"))["value"].to_pylist()
    assert set(changes["name"]) <= set("".join(letters))
    assert named(lead, "button_click")[-1]["label"] == "Save"


def test_times_and_identifiers(day: Session) -> None:
    events = tracked(day)
    start_ms = (day.header["start_wall_us"] + day.header["clock_skew_us"]) // 1000
    times = [int(record["dtm"]) for _, _, record in events]
    assert times == sorted(times)
    assert times[0] >= start_ms
    ids = [record["eid"] for _, _, record in events]
    assert len(set(ids)) == len(ids)
    assert all(UUID4.fullmatch(i) for i in ids)
    sessions = [json.loads(r["co"])["data"][1]["data"] for _, _, r in events]
    firsts = [s for s in sessions if s["eventIndex"] == 1]
    # A break of more than half an hour begins a new visit.
    gaps = np.diff(times)
    assert len(firsts) == 1 + (gaps > 1_800_000).sum()
    for before, after in pairwise(firsts):
        assert after["previousSessionId"] == before["sessionId"]
        assert after["sessionIndex"] == before["sessionIndex"] + 1


def test_the_same_browser_on_another_day(day: Session) -> None:
    other = deskhand.simulate("auth.login", seed=7)
    one, two = (tracked(s)[0][2] for s in (day, other))
    assert one["duid"] == two["duid"]
    assert one["sid"] != two["sid"]


def test_a_password_is_null_and_other_secrets_are_denied(lead: Session) -> None:
    assert not any("phone" in json.dumps(data) for _, data, _ in tracked(lead))
    login = deskhand.simulate("auth.login", seed=7)
    passwords = [d for _, d, _ in tracked(login) if d.get("elementId") == "password"]
    assert len(passwords) == 2
    assert all(d["value"] is None for d in passwords)
    (form, *_) = named(login, "submit_form")
    assert {e["name"] for e in form["elements"]} == {"user", "checkbox"}
    assert not any(d.get("elementId") == "code" for _, d, _ in tracked(login))


@given(
    st.integers(0, 10**9),
    st.integers(0, 10**9),
    st.lists(st.integers(0, 10**9), max_size=40),
)
def test_pings_tell_of_activity(start: int, length: int, times: list[int]) -> None:
    activity = np.array(sorted(start + t for t in times), np.int64)
    told = dict(page_pings(start, start + length, activity))
    for k, tick in enumerate(range(start + FIRST_US, start + length, HEARTBEAT_US)):
        within = FIRST_US if k == 0 else HEARTBEAT_US
        seen = [start, *activity.tolist()]
        assert (tick in told) == any(tick - within < t <= tick for t in seen)


def test_pings_hold_the_offsets(day: Session) -> None:
    pings = [record for name, _, record in tracked(day) if name == "pp"]
    deepest = max(int(record["pp_may"]) for record in pings)
    scrolled = pc.max(day.events.filter(pc.equal(day.events["type"], "scroll"))["delta_y"]).as_py()
    assert 0 < deepest <= scrolled
    assert all(int(r["pp_miy"]) <= int(r["pp_may"]) for r in pings)


def test_file_is_marked_and_the_same_again(lead: Session, tmp_path: Path) -> None:
    one, other = (written(lead, tmp_path / name) for name in "ab")
    assert one.read_bytes() == other.read_bytes()
    for line in one.read_text().splitlines():
        (record,) = json.loads(line)["data"]
        assert record["aid"] == "deskhand-synthetic"
        assert record["tna"] == lead.header["provenance_id"]
        assert all(isinstance(value, str) for value in record.values())
    assert snowplow.recognises(one)
    assert list(snowplow.findings(one)) == []


def test_a_capture_without_screens(tmp_path: Path) -> None:
    rows = {"type": ["navigation", "pointerdown", "pointerup"], "t_us": [0, 5, 9], "window": ["w"] * 3, "url": ["https://a.example/", None, None], "button": [None, 0, 0]}  # fmt: skip
    path = written(
        captured_session(rows, session_id="cap_x", start_wall_us=10**15, source="x"), tmp_path
    )
    assert b"synthetic" not in path.read_bytes()
    assert list(snowplow.findings(path)) == []


def test_takes_no_argument(tmp_path: Path) -> None:
    with pytest.raises(DeskhandError, match="takes nothing"):
        snowplow.open_writer(tmp_path, "get")


def broken(path: Path, change: str) -> bytes:
    text = path.read_bytes()
    lines = text.splitlines(keepends=True)
    match change:
        case "empty":
            return b""
        case "half":
            return text[: len(text) // 2]
        case "nul":
            return text.replace(b'"web"', b'"\x00"', 1)
        case "utf-16":
            return text.decode().encode("utf-16")
        case "number":
            return re.sub(rb'"dtm":"(\d+)"', rb'"dtm":\1', text, count=1)
        case "unknown field":
            return text.replace(b'"cs":', b'"charset":', 1)
        case "newer schema":
            return text.replace(b"jsonschema/1-0-4", b"jsonschema/2-0-0", 1)
        case "same eid":
            return text + lines[-1]
        case "order":
            return b"".join(reversed(lines))
        case "no offsets":
            return text.replace(b'"pp_mix":"0",', b"", 1)
        case "null type":
            return text.replace(rb"\"type\":\"text\"", rb"\"type\":null", 1)
        case "no url":
            return text.replace(rb"\"targetUrl\":", rb"\"target\":", 1)
        case "half inside":
            return text.replace(rb"\"value\":", rb"\"value\"", 1)
    raise AssertionError(change)


BAD = ("empty", "half", "nul", "utf-16", "number", "unknown field", "newer schema", "same eid", "order", "no offsets", "null type", "no url", "half inside")  # fmt: skip


@pytest.mark.parametrize("change", BAD)
def test_bad_files_are_found(lead: Session, tmp_path: Path, change: str) -> None:
    path = written(lead, tmp_path)
    path.write_bytes(broken(path, change))
    found = list(snowplow.findings(path))
    assert found
    assert all(f.remedy and f.path == path for f in found)


def test_it_is_quick(day: Session) -> None:
    began = time.perf_counter()
    assert sum(1 for _ in snowplow.payloads(day)) > 1000
    assert time.perf_counter() - began < 10
