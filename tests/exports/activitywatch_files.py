"""ActivityWatch exports in a folder, and their buckets."""

from pathlib import Path
from typing import Any

from deskhand.exports import activitywatch
from deskhand.session import Session


def bucket(document: dict[str, Any], kind: str) -> dict[str, Any]:
    found: dict[str, Any] = next(b for b in document["buckets"].values() if b["type"] == kind)
    return found


def written(session: Session, folder: Path, argument: str | None = None) -> Path:
    with activitywatch.open_writer(folder, argument) as writer:
        writer.write(session)
    (path,) = (folder / "activitywatch").iterdir()
    assert path.name == f"{session.session_id}.json"
    return path
