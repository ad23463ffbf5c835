"""AgentNet episodes of sessions, and of rows that a test makes up."""

import json
from pathlib import Path
from typing import Any

from deskhand.exports import agentnet
from deskhand.exports.captured import captured_session
from deskhand.session import Session

Row = dict[str, Any]


def episode(session: Session, folder: Path, argument: str = "bare") -> Path:
    with agentnet.open_writer(folder, argument) as writer:
        writer.write(session)
    return folder / "agentnet" / session.session_id


def records(path: Path) -> list[Row]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def scripted(rows: list[Row], *, synthetic: bool = True) -> Session:
    names = {name for row in rows for name in row} | {"type", "t_us"}
    return captured_session(
        {name: [row.get(name) for row in rows] for name in names},
        session_id="syn_session_1" if synthetic else "cap_session_1",
        start_wall_us=1_772_438_400_000_750,
        source="script",
        made_by="syn_prov_1" if synthetic else None,
        header={"screen_width": 1920, "screen_height": 1080},
    )


ROWS, SEEN, WHOLE = "events.jsonl", "reduced_events_vis.jsonl", "reduced_events_complete.jsonl"
