"""What the tests of the applications ask of simulated sessions."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import deskhand
from deskhand.exports import parquet, rrweb
from deskhand.scenarios.desk import Desk
from deskhand.scenarios.scenario import Scenario, Steps
from deskhand.session import Session
from deskhand.validation import validate_path
from tests.replay.replayer import replay


def with_records(task: Scenario, **records: Any) -> Scenario:
    """Return a scenario that works with given records instead of drawn ones."""

    def run(desk: Desk, **drawn: Any) -> Steps:
        yield from task.run(desk, **{**drawn, **records})

    return replace(task, run=run)


def ways(session: Session) -> list[str]:
    """Return the states that its pages came to, in order, as ``layer:state``."""
    rows = session.events["reference"].to_pylist()
    return [row.partition("#")[2] for row in rows if row is not None and "#" in row]


def came_to(sessions: Iterable[Session], state: str) -> int:
    """Return in how many sessions a page came to a state."""
    return sum(state in ways(session) for session in sessions)


def written(session: Session) -> str:
    """Return everything in a session's tables as one text, single keys pieced together as well."""
    tables = (session.events, session.actions, session.elements, session.screenshots)
    rows = session.events.select(["type", "key"]).to_pylist()
    struck = [row["key"] for row in rows if row["type"] == "keydown" and row["key"]]
    keys = "".join(key for key in struck if len(key) == 1)
    return "\n".join([*(str(table.to_pylist()) for table in tables), keys])


def table_faults(sessions: Mapping[int, Session], folder: Path) -> list[str]:
    """Write sessions to Parquet and return what the validation finds."""
    with parquet.open_writer(folder) as writer:
        for session in sessions.values():
            writer.write(session)
    report = validate_path(folder)
    return [] if report.ok else list(report.lines())


def replay_faults(task: Scenario, seed: int, folder: Path, **tools: Any) -> list[str]:
    """Write a session as rrweb, check it, play it in Chromium, and return what goes wrong."""
    with rrweb.open_writer(folder) as writer:
        writer.write(deskhand.simulate(task, seed=seed))
    path = next((folder / "rrweb").glob("*.json"))
    report = validate_path(path)
    return replay(path, **tools).problems() if report.ok else list(report.lines())
