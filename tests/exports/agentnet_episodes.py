"""AgentNet episodes of sessions, and of rows that a test makes up."""

import json
from pathlib import Path
from typing import Any

from deskhand.exports import agentnet
from deskhand.session import Session
from tests.exports.hand_made import START_WALL_US
from tests.exports.made_up_session import columns_of, made_up

Row = dict[str, Any]
ROWS, SEEN, WHOLE = "events.jsonl", "reduced_events_vis.jsonl", "reduced_events_complete.jsonl"


def episode(session: Session, folder: Path, argument: str = "bare") -> Path:
    with agentnet.open_writer(folder, argument) as writer:
        writer.write(session)
    return folder / "agentnet" / session.session_id


def records(path: Path) -> list[Row]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def scripted(rows: list[Row], *, synthetic: bool = True) -> Session:
    made_by = "syn_prov_1" if synthetic else None
    return made_up(columns_of(rows), made_by, start_wall_us=START_WALL_US)
