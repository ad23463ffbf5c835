"""PostHog bodies and Sentry envelopes: the recording inside, masking, identifiers, damage."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import deskhand
from deskhand.errors import DeskhandError
from deskhand.exports import posthog, rrweb, sentry
from deskhand.exports.replay_ids import uuid_v4, uuid_v7
from deskhand.exports.rrweb.live_dom import nodes_of
from deskhand.field_text import edited
from deskhand.session import Session
from tests.exports.hand_made import hand_made_session
from tests.exports.replay_products import BOTH, EVENTS, Events, written


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


@BOTH
def test_a_session_without_pages_is_refused(module: Any, tmp_path: Path) -> None:
    session = hand_made_session()
    bare = replace(session, screens={})
    with module.open_writer(tmp_path) as writer, pytest.raises(DeskhandError, match="screen"):
        writer.write(bare)
    with pytest.raises(DeskhandError, match="takes nothing"):
        module.open_writer(tmp_path, "fast")
