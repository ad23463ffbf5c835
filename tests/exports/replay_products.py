"""What PostHog and Sentry are sent, opened again."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from deskhand.exports import posthog, sentry
from deskhand.exports.rrweb.recording_file import events_of
from deskhand.session import Session
from tests.exports.hand_made import table

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
