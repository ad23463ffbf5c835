"""Sentry envelopes: what Sentry's own reader finds, masks, segments of a replay, and their faults."""

import json
import re
import zlib
from pathlib import Path
from typing import Any

import orjson
import pytest

from deskhand.exports import sentry
from deskhand.exports.rrweb.live_dom import nodes_of
from deskhand.session import Session
from tests.exports.hand_made import hand_made_session
from tests.exports.replay_products import later, sentry_events, written


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
