"""Every known fault of a recording is found by its rule, and real captures are left alone."""

import copy
import gzip
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from deskhand.exports import rrweb
from deskhand.exports.rrweb.live_dom import nodes_of
from deskhand.exports.rrweb.rules import PACKAGE, breaches
from deskhand.exports.rrweb.shapes import fault_of
from deskhand.findings import Finding, Report
from deskhand.json_schema import validator, worst
from deskhand.session import Session
from deskhand.validation import validate_path

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


def scaled(factor: int) -> Callable[[Events], None]:
    def change(events: Events) -> None:
        for event in events:
            event["timestamp"] = event["timestamp"] * factor

    return change


def as_text(events: Events) -> None:
    for event in events:
        event["timestamp"] = str(event["timestamp"])


def not_an_event(events: list[Any]) -> None:
    events[9] = "event"


def swap_root(events: Events) -> None:
    snapshot = data(events, 2)
    snapshot["node"] = snapshot["node"]["childNodes"][-1]


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
    "microseconds": (scaled(1000), "time"),
    "ISO timestamps": (iso, "time"),
    "string timestamps": (as_text, "time"),
    "no timestamp": (lambda e: e[9].pop("timestamp"), "time"),
    "fractional timestamp": (lambda e: e[9].update(timestamp=e[9]["timestamp"] + 0.5), "time"),
    "shuffled": (shuffle, "order"),
    "unknown node in a click": (lambda e: data(e, 3, 2).update(id=9999), "id"),
    "no node in a click": (lambda e: data(e, 3, 2).update(id=-1), "id"),
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
    "place is null, as JSON writes NaN": (lambda e: data(e, 3, 1)["positions"][0].update(x=None), "moves"),
    "click at null": (lambda e: data(e, 3, 2).update(y=None), "schema"),
    "offsets before the page": (lambda e: data(e, 3, 1)["positions"][0].update(timeOffset=-(10**9)), "moves"),
    "wrong parent of a leaving node": (lambda e: data(e, 3, 0, 1)["removes"][0].update(parentId=1), "id"),
    "data is text": (lambda e: e[9].update(data="none"), "schema"),
    "event is text": (not_an_event, "schema"),
    "page without a document": (swap_root, "schema"),
    "Meta without a size": (lambda e: data(e, 4).update(width=0), "schema"),
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
    assert findings({"events": []}, tmp_path)[0].rule == "events"
    assert {f.rule for f in findings([3, None], tmp_path)} >= {"schema"}
    path = tmp_path / "recording.json"
    packed = gzip.compress(b"[]" * 9, mtime=0)
    cases = [
        b"{",
        b"",
        b"[1,",
        b"[NaN, 1]",
        b'["\xff"]',
        b"[\0]",
        b"\xff\xfe[\0",
        packed[:-9],
        packed,
    ]
    for content in cases:
        path.write_bytes(content)
        assert [f.rule for f in rrweb.findings(path)] == ["readable"], content


# --- the table of shapes and the JSON Schema say the same -----------------------------------------

AT = 1_772_438_400_000
POSITION = {"x": 5, "y": 7.5, "id": 3, "timeOffset": -40}
# What a recording of the desktop lacks, so that every kind of event is met.
OTHERS: Events = [
    {"type": 3, "data": {"source": 6, "positions": [POSITION]}, "timestamp": AT},
    {"type": 3, "data": {"source": 12, "positions": [POSITION, POSITION]}, "timestamp": AT},
    {"type": 3, "data": {"source": 2, "type": 7, "id": 4, "x": 1, "y": 2, "pointerType": 2}, "timestamp": AT},
    {"type": 3, "data": {"source": 2, "type": 8, "id": 4}, "timestamp": AT},
    {"type": 3, "data": {"source": 4, "width": 800, "height": 600}, "timestamp": AT},
    {"type": 3, "data": {"source": 5, "id": 4, "text": "", "isChecked": False, "userTriggered": True}, "timestamp": AT},
    {"type": 3, "data": {"source": 7, "id": 4, "type": 0}, "timestamp": AT},
    {"type": 3, "data": {"source": 14, "ranges": [{"start": 4, "startOffset": 0, "end": 5, "endOffset": 2}]}, "timestamp": AT},
    {"type": 3, "data": {"source": 16, "define": {"name": "x-y"}}, "timestamp": AT},
    {"type": 3, "data": {"source": 0, "texts": [{"id": 5, "value": None}], "attributes": [{"id": 4, "attributes": {}}],
     "removes": [{"parentId": 4, "id": 5, "isShadow": True}],
     "adds": [{"parentId": 4, "previousId": None, "nextId": -1, "node": {"type": 3, "id": 9, "textContent": ""}}]}, "timestamp": AT},
    {"type": 6, "data": {"plugin": "rrweb/console@1", "payload": None}, "timestamp": AT},
    {"type": 7, "data": {}, "timestamp": AT},
]  # fmt: skip
WRONG: list[Any] = [None, True, "x", "", -5, 2.5, 99, [], {}, [{}], [7]]


def variants(value: Any) -> Iterator[Any]:
    """Yield copies of JSON data with each member in turn left out or replaced."""
    yield from WRONG
    if isinstance(value, dict):
        for name, part in value.items():
            yield {k: v for k, v in value.items() if k != name}
            for changed in variants(part):
                yield {**value, name: changed}
    elif isinstance(value, list) and value:
        for changed in variants(value[0]):
            yield [changed, *value[1:]]


def kind_of(event: dict[str, Any]) -> tuple[Any, ...]:
    return event["type"], event["data"].get("source"), event["data"].get("type")


def test_the_table_and_the_schema_agree_on_every_member(recording: Events) -> None:
    kinds = {kind_of(event): event for event in [*reversed(recording), *OTHERS]}
    assert len(kinds) > 22
    refused = 0
    referee = validator("rrweb", PACKAGE)
    for event in kinds.values():
        # Below a node neither looks.
        if event["type"] == 2:
            event = {
                **event,
                "data": {**event["data"], "node": {"type": 0, "id": 1, "childNodes": []}},
            }
        assert fault_of(event) is None
        for changed in variants(event):
            fault, valid = fault_of(changed), referee.is_valid(changed)
            assert (fault is None) == valid, (changed, fault)
            refused += fault is not None
    assert refused > 1_000


@pytest.mark.parametrize("name", sorted(RRWEB))
def test_the_table_and_the_schema_agree_on_the_faults(name: str, recording: Events) -> None:
    broken = copy.deepcopy(recording)
    RRWEB[name][0](broken)
    for event in broken:
        if event in recording:
            continue
        assert (fault_of(event) is None) == (worst("rrweb", event, PACKAGE) is None), event


# --- captures of other recorders ------------------------------------------------------------------


def capture(recording: Events) -> Events:
    """The recording as rrweb itself would have made it: without any word of deskhand."""
    kept = [e for e in copy.deepcopy(recording) if e["type"] != 5]
    for event in kept:
        del event["synthetic"]
    return kept


def test_a_capture_says_nothing_of_synthetic(recording: Events) -> None:
    assert not list(breaches(capture(recording)))
    half = capture(recording)
    half[5]["synthetic"] = True
    assert "synthetic" in {b.rule for b in breaches(half)}


def test_what_real_recorders_do_is_no_fault_of_a_capture(recording: Events) -> None:
    events = capture(recording)
    data(events, 3, 1)["positions"][0]["id"] = -1
    data(events, 3, 2)["id"] = -1
    data(events, 3, 0)["adds"][0]["nextId"] = -1
    late = nth(events, 3, 2, 3)
    events.insert(late + 2, events.pop(late))
    events[9]["sessionId"] = "one more member"
    events += [
        {**event, "timestamp": events[-1]["timestamp"]}
        for event in OTHERS
        if "ranges" in event["data"]
    ]
    assert not list(breaches(events))
    late_ms = {**events[40], "timestamp": events[40]["timestamp"] - 5_000}
    assert {b.rule for b in breaches([*events[:40], late_ms, *events[41:]])} == {"order"}


def test_windows_have_pages_of_their_own(recording: Events, tmp_path: Path) -> None:
    events = capture(recording)
    path = tmp_path / "windows.jsonl"
    lines = [
        {"window_id": name, "data": events[k : k + 50]}
        for k in range(0, len(events), 50)
        for name in "ab"
    ]
    path.write_text("\n".join(map(json.dumps, lines)))
    report = Report()
    assert not list(rrweb.findings(path, report=report))
    assert report.rows == 2 * len(events)


if "DESKHAND_DATA" in os.environ:

    def test_a_real_recording_has_no_finding() -> None:
        for path in (Path(os.environ["DESKHAND_DATA"]) / "captures" / "rrweb").glob("*.json"):
            assert not list(rrweb.findings(path))
