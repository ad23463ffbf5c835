"""PostHog bodies: batches, windows, idle times, their stored form, and their faults."""

import gzip
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deskhand.exports import posthog, rrweb
from deskhand.session import Session
from tests.exports.hand_made import START_WALL_US, hand_made_session
from tests.exports.replay_products import bodies, later, written


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
