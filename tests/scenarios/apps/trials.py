"""What a trial of an application's task shows: its marks, its texts, its tables, its replay."""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from deskhand.exports import parquet, rrweb
from deskhand.session import Session
from deskhand.validation import validate_path
from tests.replay.replayer import replay


def marks(sessions: list[Session]) -> set[str]:
    """Return all states that pages came to, such as ``crm/leads#page:found-1``."""
    found: set[str] = set()
    for session in sessions:
        references = session.events["reference"].filter(
            pc.equal(session.events["type"].cast(pa.string()), "mark")
        )
        found.update(references.cast(pa.string()).to_pylist())
    return found


def everything(session: Session) -> str:
    """Return all that a session's tables say, with the keys in a row at the end."""
    tables = (session.events, session.actions, session.elements, session.screenshots)
    keys = session.events["key"].cast(pa.string()).to_pylist()
    return "".join(str(table.to_pydict()) for table in tables) + "".join(filter(None, keys))


def faults(sessions: list[Session], folder: Path) -> list[str]:
    """Write sessions as Parquet tables and return what is wrong with these."""
    with parquet.open_writer(folder) as writer:
        for session in sessions:
            writer.write(session)
    report = validate_path(folder)
    assert report.sessions == len(sessions)
    return [str(finding) for finding in report.findings]


def replay_problems(session: Session, folder: Path, chromium: str, node_modules: Path) -> list[str]:
    """Write a session as an rrweb recording, check it, play it, and return what went wrong."""
    with rrweb.open_writer(folder) as writer:
        writer.write(session)
    path = next((folder / "rrweb").glob("*.json"))
    findings = [str(finding) for finding in validate_path(path).findings]
    return findings + replay(path, chromium=chromium, node_modules=node_modules).problems()
