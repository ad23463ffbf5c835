"""PostHog bodies and Sentry envelopes: batching, masking, identifiers, and readers that are not ours."""

import gzip
import json
import re
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import deskhand
from deskhand.errors import DeskhandError
from deskhand.exports import posthog, rrweb, sentry
from deskhand.exports.replay_ids import uuid_v4, uuid_v7
from deskhand.exports.rrweb.live_dom import nodes_of
from deskhand.exports.rrweb.recording_file import events_of
from deskhand.field_text import edited
from deskhand.session import Session
from tests.exports.hand_made import START_WALL_US, hand_made_session, table

Events = list[dict[str, Any]]
BOTH = pytest.mark.parametrize("module", [posthog, sentry])


def written(module: Any, session: Session, folder: Path) -> Path:
    with module.open_writer(folder) as writer:
        writer.write(session)
    path: Path = next((folder / module.FOLDER).iterdir())
    return path


def bodies(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def posthog_events(path: Path) -> Events:
    inner = [event for body in bodies(path) for event in body["properties"]["$snapshot_data"]]
    return events_of(path, orjson.dumps(inner))


def sentry_events(path: Path) -> Events:
    return [
        event for file in sorted(path.iterdir()) for event in sentry.opened(file.read_bytes())[1]
    ]


EVENTS: dict[Any, Callable[[Path], Events]] = {posthog: posthog_events, sentry: sentry_events}


def typed(session: Session) -> set[str]:
    """Every text that was in a field at some time, but for single letters and states of boxes."""
    held: dict[tuple[str, str], str] = {}
    found = set()
    for row in session.events.to_pylist():
        if row["type"] == "input" and not row["masked"]:
            key = (row["window"], row["target"])
            held[key] = edited(held.get(key, ""), row)
            found.add(held[key])
    return {text for text in found if len(text) > 2 and text not in ("true", "false")}


def test_identifiers_have_their_form() -> None:
    first = uuid_v7(1_772_438_400_123, 7, "posthog", "syn_a")
    assert (first.version, first.variant, first.int >> 80) == (
        7,
        "specified in RFC 4122",
        1_772_438_400_123,
    )
    assert first == uuid_v7(1_772_438_400_123, 7, "posthog", "syn_a")
    assert first != uuid_v7(1_772_438_400_123, 8, "posthog", "syn_a")
    assert uuid_v4(7, "sentry", "syn_a", 0) != uuid_v4(7, "sentry", "syn_a", 1)


@BOTH
def test_files_are_right_and_the_same_each_time(module: Any, lead: Session, tmp_path: Path) -> None:
    for session in (lead, hand_made_session()):
        paths = [written(module, session, tmp_path / f"{session.session_id}-{n}") for n in range(2)]
        parts = [sorted(p.rglob("*")) if p.is_dir() else [p] for p in paths]
        once, again = ([f.read_bytes() for f in files] for files in parts)
        assert once == again
        assert module.recognises(paths[0])
        assert not rrweb.recognises(paths[0])
        assert [str(f) for f in module.findings(paths[0])] == []


@BOTH
def test_the_recording_inside_is_rrwebs(module: Any, lead: Session, tmp_path: Path) -> None:
    inside = EVENTS[module](written(module, lead, tmp_path))
    assert all(event["synthetic"] is True for event in inside)
    whole = rrweb.record(lead)

    def brief(events: Events) -> list[tuple[Any, ...]]:
        kept = [e for e in events if e["type"] != 5 and e["data"].get("source") not in (0,)]
        return [
            (e["type"], e["timestamp"], e["data"].get("source"), e["data"].get("type"))
            for e in kept
        ]

    told, wanted = brief(inside), brief(whole)
    # A press on a picture is not told by Sentry's recorder.
    assert [entry for entry in wanted if entry in told] == told
    assert len(told) > 0.95 * len(wanted)
    places = [[(p["x"], p["y"]) for e in events if e["data"].get("source") == 1 for p in e["data"]["positions"]]
              for events in (inside, whole)]  # fmt: skip
    assert places[0] == places[1]


@BOTH
def test_nothing_typed_is_to_be_read(module: Any, tmp_path: Path) -> None:
    for session in (deskhand.simulate("crm.update_opportunity", seed=3), hand_made_session()):
        events = EVENTS[module](written(module, session, tmp_path / session.session_id))
        fields = [e["data"]["text"] for e in events if e["data"].get("source") == 5]
        assert fields
        # Boxes and radio buttons hold words of the page.
        boxes = {"on"} if module is posthog else set()
        assert all(text in boxes or not text.strip("*") for text in fields)
        for event in events:
            if event["type"] == 2:
                for node in nodes_of(event["data"]["node"]):
                    if node.get("tagName") in ("input", "textarea"):
                        held = str(node["attributes"].get("value", ""))
                        assert not held.strip("*") or node["attributes"]["type"] in (
                            "checkbox",
                            "submit",
                            "button",
                        )
        text = json.dumps(events)
        for word in typed(session):
            # The page may show what was typed, by a slot: PostHog leaves texts alone.
            assert module is posthog or f'"{word}"' not in text, word


def test_stars_have_the_length_of_what_was_typed(lead: Session, tmp_path: Path) -> None:
    for module in (posthog, sentry):
        told = [
            len(e["data"]["text"])
            for e in EVENTS[module](written(module, lead, tmp_path))
            if e["data"].get("source") == 5
        ]
        given = [len(e["data"]["text"]) for e in rrweb.record(lead) if e["data"].get("source") == 5]
        assert told == given


def test_sentry_shows_stars_for_texts_and_empty_boxes_for_media(
    lead: Session, tmp_path: Path
) -> None:
    events = sentry_events(written(sentry, lead, tmp_path))
    boxes = texts = 0
    for event in events:
        if event["type"] == 2:
            above: dict[int, str] = {}
            for node in nodes_of(event["data"]["node"]):
                above.update({c["id"]: node.get("tagName", "") for c in node.get("childNodes", ())})
                if node["type"] == 3 and above[node["id"]] not in ("style", "script"):
                    assert not node["textContent"].replace("*", "").strip()
                    texts += len(node["textContent"])
                if node.get("tagName") in sentry.MEDIA:
                    assert node["childNodes"] == []
                    assert re.fullmatch(r"\d+px", node["attributes"]["rr_width"])
                    boxes += 1
                for name in ("title", "placeholder", "aria-label"):
                    assert (
                        not str(node.get("attributes", {}).get(name, "")).replace("*", "").strip()
                    )
        if event["type"] == 3 and event["data"]["source"] == 0:
            for text in event["data"]["texts"]:
                assert not text["value"].replace("*", "").strip()
    assert boxes >= 2
    assert texts > 200
    messages = [e["data"]["payload"] for e in events if e["data"].get("tag") == "breadcrumb"]
    assert {m["category"] for m in messages} == {"ui.click", "ui.input"}
    assert all(not m["data"]["node"]["textContent"].replace("*", "").strip() for m in messages)


# --- PostHog --------------------------------------------------------------------------------------


def test_posthog_sends_each_window_every_two_seconds(tmp_path: Path) -> None:
    session = hand_made_session()
    path = written(posthog, session, tmp_path)
    told = bodies(path)
    assert {b["event"] for b in told} == {"$snapshot"}
    properties = [b["properties"] for b in told]
    assert len({p["$session_id"] for p in properties}) == 1
    windows = {p["$window_id"] for p in properties}
    assert len(windows) == len(
        {r["window"] for r in session.events.to_pylist() if r["reference"] and r["url"]}
    )
    for name in ("$session_id", "$window_id"):
        assert all(
            re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-7.{3}-[89ab].{3}-.{12}", p[name])
            for p in properties
        )
    assert int(properties[0]["$session_id"].replace("-", "")[:12], 16) == START_WALL_US // 1000
    for p in properties:
        times = [e["timestamp"] for e in p["$snapshot_data"]]
        assert times == sorted(times)
        assert times[-1] - times[0] < posthog.FLUSH_MS
        assert p["$snapshot_bytes"] <= posthog.MOST_BYTES
        assert (p["synthetic"], p["provenance_id"]) == (True, "syn_hand_made")
        for event in p["$snapshot_data"]:
            packed = event["type"] == 2 or event["data"].get("source") == 0
            assert event.get("cv") == ("2024-10" if packed else None)
    snapshot = next(e for p in properties for e in p["$snapshot_data"] if e["type"] == 2)
    inside = snapshot["data"].encode("latin-1")
    assert inside[4:10] == b"\0\0\0\0\2\xff"[:4] + inside[8:9] + b"\xff"
    assert "node" in json.loads(gzip.decompress(inside))


def test_posthog_splits_what_is_too_large(monkeypatch: pytest.MonkeyPatch, lead: Session) -> None:
    whole = list(posthog.bodies(lead))
    monkeypatch.setattr(posthog, "MOST_BYTES", 3_000)
    split = list(posthog.bodies(lead))
    assert len(split) > len(whole)
    assert all(
        b["properties"]["$snapshot_bytes"] <= 3_000 or len(b["properties"]["$snapshot_data"]) == 1
        for b in split
    )


def later(session: Session, late_us: int, *, at: Callable[[dict[str, Any]], bool]) -> Session:
    """The session with a pause before some of its rows."""
    rows, shift = session.events.to_pylist(), 0
    for row in rows:
        shift += late_us if at(row) else 0
        row["t_us"] += shift
    return replace(
        session,
        events=table("events", rows),
        header={**session.header, "duration_us": rows[-1]["t_us"]},
    )


def test_posthog_says_when_nobody_is_there() -> None:
    session = later(
        hand_made_session(), 600_000_000, at=lambda r: str(r["reference"]).endswith("#page:gone")
    )
    told = [
        e
        for b in posthog.bodies(session)
        for e in b["properties"]["$snapshot_data"]
        if e["type"] == 5
    ]
    tags = [e["data"]["tag"] for e in told]
    assert [tag for tag in tags if tag.startswith("session")] == [
        "sessionIdle",
        "sessionNoLongerIdle",
    ]
    idle = told[tags.index("sessionIdle")]
    payload = idle["data"]["payload"]
    assert idle["timestamp"] == payload["lastActivityTimestamp"] + payload["threshold"]
    assert payload["eventTimestamp"] > idle["timestamp"]


def test_the_stored_form_of_posthog_is_read_back(lead: Session, tmp_path: Path) -> None:
    """What its server keeps of these bodies: a line a batch, with the window's id."""
    lines = [
        json.dumps(
            {"window_id": b["properties"]["$window_id"], "data": b["properties"]["$snapshot_data"]}
        )
        for b in posthog.bodies(lead)
    ]
    path = tmp_path / "stored.jsonl"
    path.write_text("\n".join(lines))
    back = next(rrweb.read(path))
    assert back.session_id == lead.session_id
    assert back.header["synthetic"] is True
    inputs = [r for r in back.events.to_pylist() if r["type"] == "input"]
    assert sum(r["masked"] for r in inputs) > 20
    assert len([r for r in back.events.to_pylist() if r["type"] == "pointerdown"]) >= 7


# --- Sentry ---------------------------------------------------------------------------------------


def test_sentrys_own_reader_finds_what_was_put_in(lead: Session, tmp_path: Path) -> None:
    envelopes = pytest.importorskip(
        "sentry_sdk.envelope", reason='needs sentry-sdk: python -m pip install -e ".[test]"'
    )
    folder = written(sentry, lead, tmp_path)
    whole = []
    starts = set()
    for number, file in enumerate(sorted(folder.iterdir())):
        found = envelopes.Envelope.deserialize(file.read_bytes())
        about, recording = found.items
        assert (about.type, recording.type) == ("replay_event", "replay_recording")
        told = json.loads(about.get_bytes())
        assert found.headers["event_id"] == told["replay_id"] == told["event_id"]
        assert re.fullmatch(r"[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}", told["replay_id"])
        assert (told["segment_id"], told["replay_type"]) == (number, "session")
        assert told["tags"] == {"synthetic": "true", "provenance_id": lead.header["provenance_id"]}
        first, _, packed = recording.get_bytes().partition(b"\n")
        assert json.loads(first) == {"segment_id": number}
        events = json.loads(zlib.decompress(packed))
        times = [e["timestamp"] for e in sentry.rrweb_events(events)]
        assert times == sorted(times)
        assert max(times) / 1000 <= told["timestamp"] <= min(times) / 1000 + 5.5
        assert told["urls"] == [e["data"]["href"] for e in events if e["type"] == 4]
        starts.add(told["replay_start_timestamp"])
        whole += events
    # The SDK counts in milliseconds.
    assert starts == {lead.device_start_us // 1000 / 1000}
    added = [e["data"]["tag"] for e in whole if e["type"] == 5 and e["data"]["tag"] != "deskhand"]
    assert added.count("options") == 1
    assert added.count("performanceSpan") == 2
    for event in whole:
        tag = event["data"].get("tag")
        if tag == "breadcrumb":
            # Seconds inside, milliseconds outside.
            assert event["timestamp"] == pytest.approx(event["data"]["payload"]["timestamp"] * 1000)
        elif tag == "performanceSpan":
            assert event["timestamp"] == event["data"]["payload"]["startTimestamp"] < 10**10


def test_a_long_session_is_several_replays() -> None:
    session = later(
        hand_made_session(), 3_660_000_000, at=lambda r: bool(r["url"]) and r["t_us"] > 0
    )
    segments = list(sentry.segments(session))
    for replay in range(4):
        own = [s for s in segments if s.replay == replay]
        assert [s.number for s in own] == list(range(len(own)))
        kinds = [e["type"] for s in own for e in s.events]
        assert 2 in kinds[: kinds.index(3)]
        assert sum(e["data"].get("tag") == "options" for s in own for e in s.events) == 1
        assert own[-1].events[-1]["timestamp"] - own[0].start_ms < 3_660_000
    assert max(s.replay for s in segments) == 3


# --- what is wrong --------------------------------------------------------------------------------


def test_faults_of_bodies(lead: Session, tmp_path: Path) -> None:
    path = written(posthog, lead, tmp_path)
    good = bodies(path)

    def rules(change: Callable[[list[dict[str, Any]]], Any]) -> set[str]:
        told = json.loads(json.dumps(good))
        change(told)
        path.write_text("\n".join(map(json.dumps, told)))
        return {f.rule for f in posthog.findings(path)}

    def first(told: list[dict[str, Any]]) -> dict[str, Any]:
        held: dict[str, Any] = told[0]["properties"]
        return held

    assert rules(len) == set()
    assert rules(lambda b: b[0].update(event="$pageview")) >= {"schema"}
    assert rules(lambda b: first(b).pop("$window_id")) >= {"schema"}
    assert rules(lambda b: first(b).update({"$session_id": "syn_7"})) == {"id", "session_id"}
    assert rules(lambda b: first(b).update({"$snapshot_bytes": 10**7})) == {"batch"}
    assert rules(
        lambda b: b[1]["properties"]["$snapshot_data"][-1].update(timestamp=1_999_999_999_999)
    ) >= {"batch"}
    assert rules(lambda b: first(b)["$snapshot_data"].pop(0)) == set()
    assert rules(lambda b: b.pop(0)) >= {"page"}
    assert rules(
        lambda b: [
            e.update(data="\x1f\x8bno") for e in first(b)["$snapshot_data"] if e["type"] == 2
        ]
    ) >= {"readable"}
    assert rules(lambda b: [e.pop("cv") for e in first(b)["$snapshot_data"] if e["type"] == 2]) >= {
        "schema"
    }
    path.write_text("{")
    assert {f.rule for f in posthog.findings(path)} >= {"readable"}


def test_faults_of_envelopes(lead: Session, tmp_path: Path) -> None:
    folder = written(sentry, lead, tmp_path)
    files = sorted(folder.iterdir())
    good = files[1].read_bytes()
    _, _, about, _, _ = good.split(b"\n", 4)
    cases: dict[str, tuple[bytes, str]] = {
        "cut": (good[:-20], "readable"),
        "empty": (b"", "readable"),
        "no envelope": (b"hello\n" * 9, "readable"),
        "other items": (
            good.replace(b'{"type":"replay_event"}', b'{"type":"event"}', 1),
            "readable",
        ),
        "wrong length": (good.replace(b'"length":', b'"length":1', 1), "readable"),
        "two numbers": (good.replace(b'"segment_id":1,', b'"segment_id":2,', 1), "readable"),
        "milliseconds": (good.replace(b'"timestamp":', b'"timestamp":1000000', 1), "schema"),
        "dashes": (
            good.replace(about, about.replace(b'"replay_id":"', b'"replay_id":"-')),
            "schema",
        ),
        "sent too early": (
            re.sub(rb'"timestamp":\d{10}', b'"timestamp":1000000000', good, count=1),
            "time",
        ),
    }
    for name, (content, rule) in cases.items():
        files[1].write_bytes(content)
        assert rule in {f.rule for f in sentry.findings(folder)}, name
    files[1].unlink()
    assert {f.rule for f in sentry.findings(folder)} >= {"segment_id"}
    for file in folder.iterdir():
        file.unlink()
    assert [f.rule for f in sentry.findings(folder)] == ["complete"]


@BOTH
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_damaged_files_end_in_findings_or_none(
    module: Any, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.getbasetemp() / f"damaged-{module.FOLDER}"
    path = (
        next((folder / module.FOLDER).iterdir())
        if folder.exists()
        else written(module, hand_made_session(), folder)
    )
    file = sorted(path.iterdir())[0] if path.is_dir() else path
    content = file.read_bytes()
    damaged = bytearray(content)
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    file.write_bytes(bytes(damaged))
    try:
        list(module.findings(path))
    finally:
        file.write_bytes(content)


def test_what_a_segment_holds_may_be_anything(lead: Session, tmp_path: Path) -> None:
    file = sorted(written(sentry, lead, tmp_path).iterdir())[0]
    header, kind, about, _, _ = file.read_bytes().split(b"\n", 4)
    cases: list[list[Any]] = [
        [],
        [5],
        [None, {}],
        [{"type": 5}],
        [{"type": 5, "data": []}],
        [{"type": 2, "data": {"node": {}}}],
    ]
    for events in cases:
        body = b'{"segment_id":0}\n' + zlib.compress(orjson.dumps(events))
        item = orjson.dumps({"type": "replay_recording", "length": len(body)})
        file.write_bytes(b"\n".join([header, kind, about, item, body]))
        assert list(sentry.findings(file))


@BOTH
def test_a_session_without_pages_is_refused(module: Any, tmp_path: Path) -> None:
    session = hand_made_session()
    bare = replace(session, screens={})
    with module.open_writer(tmp_path) as writer, pytest.raises(DeskhandError, match="screen"):
        writer.write(bare)
    with pytest.raises(DeskhandError, match="takes nothing"):
        module.open_writer(tmp_path, "fast")
