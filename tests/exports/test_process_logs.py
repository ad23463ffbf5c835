"""XES and OCEL logs: what pm4py finds in them, what they must not tell, and bad input."""

import json
import os
import subprocess
from collections import Counter
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import orjson
import pytest

import deskhand
from deskhand.errors import DeskhandError
from deskhand.exports import ocel, xes
from deskhand.exports.captured import captured_session
from deskhand.exports.ui_log import entries
from deskhand.session import Session

# pm4py's licence (AGPL) keeps it out of the project's environment: it runs in one of its own.
PM4PY = os.environ.get("DESKHAND_PM4PY", "")
FORMATS = {"xes": xes, "ocel": ocel}


@pytest.fixture(scope="module")
def pm4py() -> str:
    if not PM4PY or not Path(PM4PY).is_file():
        pytest.skip(
            "needs pm4py in an environment of its own: python -m venv .pm4py && "
            ".pm4py/bin/pip install pm4py==2.7.23 && export DESKHAND_PM4PY=$PWD/.pm4py/bin/python"
        )
    return PM4PY


def answer(pm4py: str, script: str, path: Path) -> Any:
    done = subprocess.run(
        [pm4py, "-W", "ignore", "-c", script, str(path)],
        check=False, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.strip().splitlines()[-1])


READ_XES = """
import json, sys, pm4py
log = pm4py.read_xes(sys.argv[1], show_progress_bar=False)
print(json.dumps({
    "activities": log["concept:name"].tolist(),
    "times": [t.isoformat(timespec="milliseconds") for t in log["time:timestamp"]],
    "cases": log["case:concept:name"].unique().tolist(),
    "resources": log["org:resource"].unique().tolist(),
    "values": [v if isinstance(v, str) else None for v in log["ui:value"]],
    "windows": log["ui:window"].unique().tolist(),
    "lengths": [None if n != n else int(n) for n in log["ui:length"]],
    "start": pm4py.get_start_activities(log),
    "follows": sum(pm4py.discover_dfg(log)[0].values()),
}))
"""
READ_OCEL = """
import json, sys, pm4py
log = pm4py.read_ocel2_json(sys.argv[1])
print(json.dumps({
    "events": log.events.sort_values("ocel:eid")["ocel:activity"].tolist(),
    "objects": log.objects.groupby("ocel:type").size().to_dict(),
    "relations": len(log.relations),
    "inside": len(log.o2o),
    "types": sorted(pm4py.ocel_get_object_types(log)),
}))
"""


def test_pm4py_reads_the_trace(pm4py: str, lead: Session, tmp_path: Path) -> None:
    path = tmp_path / "lead.xes"
    lead.write(path, format="xes")
    found = answer(pm4py, READ_XES, path)
    listed = list(entries(lead))
    assert found["activities"] == [entry.activity for entry in listed]
    assert found["values"] == [entry.value for entry in listed]
    assert found["lengths"] == [entry.length for entry in listed]
    assert found["windows"] == ["window-1"]
    assert "click button Save" in found["activities"]
    assert found["cases"] == [lead.session_id]
    assert found["resources"] == [lead.header["persona"]]
    assert found["times"] == sorted(found["times"])
    assert found["start"] == {"open Leads - Kestwell": 1}
    assert found["follows"] == len(listed) - 1


def test_pm4py_reads_objects_and_what_they_are_part_of(
    pm4py: str, lead: Session, tmp_path: Path
) -> None:
    path = tmp_path / "lead.json"
    lead.write(path, format="ocel")
    found = answer(pm4py, READ_OCEL, path)
    log = orjson.loads(path.read_bytes())
    assert Counter(found["events"]) == Counter(e["type"] for e in log["events"])
    assert found["objects"] == Counter(o["type"] for o in log["objects"])
    assert found["relations"] == sum(len(e["relationships"]) for e in log["events"])
    assert found["inside"] == sum(len(o["relationships"]) for o in log["objects"])
    assert found["types"] == ["application", "element", "page", "user"]


def stroke(t_us: int, key: str, held_us: int = 60_000) -> list[dict[str, Any]]:
    known = {"key": key, "app": "shop", "window": "w", "target": "search"}
    return [
        {"type": "keydown", "t_us": t_us, **known},
        {"type": "keyup", "t_us": t_us + held_us, **known},
    ]


def press(t_us: int, target: str, app: str) -> list[dict[str, Any]]:
    at = {"screen_x": 5.0, "screen_y": 5.0, "button": 0, "app": app, "window": app}
    return [
        {"type": kind, "t_us": t_us + late, "target": target, **at}
        for kind, late in (("pointerdown", 0), ("pointerup", 60_000))
    ]


def session_of(rows: list[dict[str, Any]]) -> Session:
    names = {name for row in rows for name in row}
    columns = {name: [row.get(name) for row in rows] for name in names}
    return captured_session(columns, session_id="cap_1", start_wall_us=10**15, source="test")


def test_what_is_done_first_comes_first_though_keys_overlap() -> None:
    rows = [*stroke(0, "h"), *stroke(100_000, "i", 200_000), *stroke(200_000, "Enter")]
    typed, entered = entries(session_of(sorted(rows, key=lambda row: row["t_us"])))
    assert (typed.activity, entered.activity) == ("type search", "press Enter")
    assert typed.end_us == entered.start_us < entered.end_us


def test_times_never_go_back() -> None:
    listed = list(entries(deskhand.simulate("crm.update_opportunity", seed=7)))
    assert all(entry.start_us <= entry.end_us for entry in listed)
    assert all(a.end_us <= b.start_us for a, b in pairwise(listed))


@pytest.mark.parametrize("name", FORMATS)
def test_an_excluded_application_is_a_gap(name: str, tmp_path: Path) -> None:
    session = session_of(
        [
            {"type": "window.focus", "t_us": 0, "app": "shop", "window": "shop"},
            *press(100_000, "save", "shop"),
            {"type": "window.focus", "t_us": 1_000_000, "app": "bank", "window": "bank"},
            {"type": "redaction", "t_us": 1_000_000, "reason": "excluded-app", "policy": "pause"},
            *press(1_500_000, "transfer", "bank"),
            {"type": "window.focus", "t_us": 2_000_000, "app": "shop", "window": "shop"},
            *press(2_500_000, "save", "shop"),
        ]
    )
    assert [e.activity for e in entries(session)] == ["click save", "switch shop", "click save"]
    session.write(tmp_path / "log", format=name)
    text = (tmp_path / "log").read_text()
    assert "bank" not in text
    assert "transfer" not in text


@pytest.mark.parametrize("name", FORMATS)
def test_a_log_tells_no_more_than_a_recorder_sees(name: str, lead: Session, tmp_path: Path) -> None:
    path = tmp_path / "log"
    lead.write(path, format=name)
    bare = Session(
        header={**lead.header, "scenario": "other", "role": "other", "action_count": 0},
        events=lead.events.set_column(
            lead.events.schema.get_field_index("action_id"),
            "action_id",
            [[None] * len(lead.events)],
        ).cast(lead.events.schema),
        actions=lead.actions.slice(0, 0),
        elements=lead.elements,
        screenshots=lead.screenshots,
        screens=lead.screens,
    )
    bare.write(tmp_path / "bare", format=name)
    # Without actions, scenario and the actions' numbers the log is the same to the byte.
    assert path.read_bytes() == (tmp_path / "bare").read_bytes()


@pytest.mark.parametrize("name", FORMATS)
def test_masked_text_is_a_length(name: str, session: Session, tmp_path: Path) -> None:
    path = tmp_path / "log"
    session.write(path, format=name)
    text = path.read_text()
    assert "secret" not in text
    assert "5550100" not in text
    assert "***" not in text
    masked = [entry for entry in entries(session) if entry.masked]
    assert [entry.activity for entry in masked] == ["type textbox Password", "type textbox Phone"]
    assert [(entry.value, entry.length) for entry in masked] == [(None, 6), (None, 7)]
    told = {
        "xes": '<boolean key="ui:masked" value="true"/>',
        "ocel": '{"name":"masked","value":true}',
    }
    assert text.count(told[name]) == len(masked)
    assert "Ada" in text
    assert "synthetic" in text
    assert session.header["provenance_id"] in text


@pytest.mark.parametrize("name", FORMATS)
def test_odd_characters_and_a_session_of_nothing(name: str, tmp_path: Path) -> None:
    module: ModuleType = FORMATS[name]
    text = "<&\"'>\x0b\u00e9\U0001f600"
    odd = captured_session(
        {
            "type": ["input"], "t_us": [5], "target": ["a<b"], "value": [text],
            "value_length": [len(text)],
        },
        session_id="cap_1", start_wall_us=10**15, source="test",
    )  # fmt: skip
    empty = captured_session(
        {"type": [], "t_us": []}, session_id="cap_2", start_wall_us=0, source="test"
    )
    for session in (odd, empty):
        path = tmp_path / f"{session.session_id}.{name}"
        session.write(path, format=name)
        assert module.recognises(path)
        assert not list(module.findings(path))
        assert "synthetic" not in path.read_text()


@pytest.mark.parametrize("name", FORMATS)
def test_a_time_beyond_the_calendar_is_refused(name: str, tmp_path: Path) -> None:
    session = session_of(press(10**18, "save", "shop"))
    with pytest.raises(DeskhandError, match="9999"):
        session.write(tmp_path / "log", format=name)


GOOD_XES = (
    '<?xml version="1.0"?>\n<log xes.version="1.0"><trace><event>'
    '<string key="concept:name" value="a"/>'
    '<date key="time:timestamp" value="2026-03-02T09:00:00+00:00"/></event><event>'
    '<string key="concept:name" value="b"/>'
    '<date key="time:timestamp" value="2026-03-02T09:00:01+00:00"/></event></trace></log>'
)
GOOD_OCEL = json.dumps(
    {
        "eventTypes": [{"name": "click", "attributes": [{"name": "value", "type": "string"}]}],
        "objectTypes": [{"name": "page", "attributes": []}],
        "events": [
            {
                "id": "e1", "type": "click", "time": "2026-03-02T09:00:00Z",
                "attributes": [{"name": "value", "value": "x"}],
                "relationships": [{"objectId": "p1", "qualifier": "on"}],
            }
        ],
        "objects": [{"id": "p1", "type": "page"}],
    }
)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "old", "new", "rule"),
    [
        ("xes", "</log>", "", "readable"),
        ("xes", "<log", "<!DOCTYPE log [<!ENTITY a 'b'>]><log", "readable"),
        ("xes", 'version="1.0">', 'version="9">', "version"),
        ("xes", "concept:name", "name", "activity"),
        ("xes", "09:00:01+00:00", "08:00:01+00:00", "order"),
        ("xes", "09:00:01+00:00", "09:00:01", "time"),
        ("xes", "2026-03-02T09:00:01+00:00", "soon", "time"),
        ("xes", 'date key="time:timestamp"', 'date key="concept:name"', "key"),
        ("xes", "trace>", "case>", "trace"),
        ("ocel", "}]}", "", "readable"),
        ("ocel", '"objectId": "p1"', '"objectId": "p2"', "object"),
        ("ocel", '"type": "click"', '"type": "clack"', "type"),
        ("ocel", '"name": "value", "value"', '"name": "text", "value"', "attribute"),
        ("ocel", "2026-03-02T", "02.03.2026 ", "schema"),
        ("ocel", '"type": "string"', '"type": "text"', "schema"),
        ("ocel", '"objects": [', '"objects": [{"id": "p1", "type": "page"}, ', "id"),
        ("ocel", '"events"', '"acts"', "schema"),
    ],
)
def test_bad_input_is_found(name: str, old: str, new: str, rule: str, tmp_path: Path) -> None:
    good = GOOD_XES if name == "xes" else GOOD_OCEL
    path = tmp_path / "log"
    path.write_text(good)
    assert FORMATS[name].recognises(path)
    assert not list(FORMATS[name].findings(path))
    assert old in good
    path.write_text(good.replace(old, new))
    assert rule in {finding.rule for finding in FORMATS[name].findings(path)}


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("content", [b"", b"{", b"\xff\0", b"<a/>", b"[]"])
def test_what_is_no_log(name: str, content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "other"
    path.write_bytes(content)
    assert not FORMATS[name].recognises(path) or content == b"{"
    assert list(FORMATS[name].findings(path))
