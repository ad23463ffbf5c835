"""What PostHog's bodies, Sentry's envelopes and blank pages hold plays in rrweb's own Replayer."""

import json
import zlib
from pathlib import Path
from typing import Any

import orjson
import pytest

import deskhand
from deskhand.exports import posthog, sentry
from deskhand.exports.rrweb import record
from deskhand.exports.rrweb.live_dom import nodes_of
from deskhand.exports.rrweb.recording_file import WINDOW, events_of
from tests.replay.replayer import ReplayResult, replay
from tests.safeguards.files import written as safeguards

SCENARIO = "crm.create_lead"
Events = list[dict[str, Any]]


def played(events: Events, chromium: str, node_modules: Path, folder: Path) -> ReplayResult:
    path = folder / "recording.json"
    path.write_text(json.dumps(events))
    return replay(path, chromium=chromium, node_modules=node_modules)


def faults(result: ReplayResult) -> list[str]:
    """What differs from the recording, but for fields that show no stars: no option and no date is of stars."""
    starless = {
        node["id"]
        for event in result.events
        if event["type"] == 2
        for node in nodes_of(event["data"]["node"])
        if node.get("tagName") == "select" or node.get("attributes", {}).get("type") == "date"
    }
    return [
        problem
        for problem in result.problems()
        if not any(f", field {node}: ('', False)" in problem for node in starless)
    ]


def test_posthogs_windows_replay(chromium: str, node_modules: Path, tmp_path: Path) -> None:
    with posthog.open_writer(tmp_path) as writer:
        writer.write(deskhand.simulate(SCENARIO, seed=7))
    windows: dict[str, Events] = {}
    for line in next((tmp_path / "posthog").iterdir()).read_bytes().splitlines():
        properties = orjson.loads(line)["properties"]
        windows.setdefault(properties["$window_id"], []).extend(properties["$snapshot_data"])
    for packed in windows.values():
        events = events_of(tmp_path, orjson.dumps(packed))
        assert not any(WINDOW in event for event in events)
        result = played(events, chromium, node_modules, tmp_path)
        assert faults(result) == []
        assert result.lines == []
        assert len(result.trace) > 100
        shown = [text for fields in result.values for text, _ in fields.values() if text]
        assert any(set(text) == {"*"} and len(text) > 8 for text in shown)


def test_sentrys_segments_replay(chromium: str, node_modules: Path, tmp_path: Path) -> None:
    envelopes = pytest.importorskip(
        "sentry_sdk.envelope", reason='needs sentry-sdk: python -m pip install -e ".[test]"'
    )
    with sentry.open_writer(tmp_path) as writer:
        writer.write(deskhand.simulate(SCENARIO, seed=7))
    events: Events = []
    for file in sorted(next((tmp_path / "sentry").iterdir()).iterdir()):
        _, recording = envelopes.Envelope.deserialize(file.read_bytes()).items
        _, _, packed = recording.get_bytes().partition(b"\n")
        events += sentry.rrweb_events(json.loads(zlib.decompress(packed)))
    result = played(events, chromium, node_modules, tmp_path)
    assert faults(result) == []
    assert result.lines == []
    assert len(result.trace) > 100
    assert all(not title.replace("*", "").strip() for title in result.titles)


def test_a_blank_page_in_the_place_of_what_is_hidden_replays(
    chromium: str, node_modules: Path, tmp_path: Path
) -> None:
    path = safeguards(tmp_path, exclude=["auth"])
    session = deskhand.simulate("auth.login", seed=7, safeguards=path)
    result = played(record(session), chromium, node_modules, tmp_path)
    assert result.problems() == []
    assert result.lines == []
    assert result.events[-1]["timestamp"] - result.events[0]["timestamp"] > 60_000
