"""ActivityWatch: a bucket export, as four watchers and their server would have kept the session.

The server merges heartbeats, so what is left of a day is spans: which window was in front, whether
someone was there, and every five seconds how much was pressed, clicked, moved and scrolled.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from deskhand.errors import DeskhandError
from deskhand.exports.activitywatch.heartbeats import events_of, iso_texts
from deskhand.exports.activitywatch.reader import read
from deskhand.exports.activitywatch.rules import findings
from deskhand.exports.activitywatch.watchers import heartbeats, watched
from deskhand.exports.losses import Kept
from deskhand.exports.session_files import one_file_each
from deskhand.exports.session_tables import Writer
from deskhand.session import Session
from deskhand.streams import name

__all__ = ["KEEPS", "LOSES", "SUMMARY", "findings", "open_writer", "read", "recognises"]

SUFFIX = ".json"
FOLDER = "activitywatch"
SUMMARY = "ActivityWatch bucket exports: windows, tabs, presence and counts of input"
KEEPS: Mapping[str, Kept] = {
    "window.focus": Kept(
        step_us=1_000_000, remark="at the watcher's next poll, with app and title; not if shorter"
    ),
    "navigation": Kept(
        step_us=60_000_000,
        remark="at the next change of tab or the next minute, with url and title",
    ),
    "idle.start": Kept(step_us=1000, remark="from three minutes without input on, at the last one"),
    "idle.end": Kept(step_us=1000, remark="of those"),
    "mark": Kept(step_us=1000, remark="counts of input, every five seconds; no states of pages"),
}
LOSES = (
    "every single key, press, move and scroll: only their counts in five seconds are kept; fields, "
    "texts, drop-downs, clipboard, windows shorter than a second, pauses shorter than three minutes"
)
# A bucket export begins with its one key.
HEAD = 4096
_BUCKETS = re.compile(rb'^\s*\{\s*"buckets"\s*:\s*\{')


def hostname(session: Session) -> str:
    """Return the made-up name of a person's computer, the same on all days."""
    header = session.header
    path = (int(header["team"]), int(header["person"]))
    made = name("desk", int(header["seed"]), "activitywatch", *path).replace("_", "-")
    # The name is what a server keeps of a bucket, so that what is imported still says what it is.
    return f"synthetic-{made}" if header["synthetic"] else made


def export(session: Session, exclude: re.Pattern[str] | None = None) -> dict[str, Any]:
    """Return a session as a bucket export.

    Parameters
    ----------
    session : Session
        With its screens, whose titles are those of the windows.
    exclude : re.Pattern, optional
        Titles to be told as ``excluded``, as by the window watcher's setting ``exclude_titles``.

    Returns
    -------
    dict
        ``{"buckets": {id: bucket}}``.
    """
    seen = watched(session, exclude)
    host = hostname(session)
    created = iso_texts(np.array([seen.start_us]))[0]
    data: dict[str, Any] = {"session_id": session.session_id, "start": created}
    if session.header["synthetic"]:
        data |= {"synthetic": True, "provenance_id": session.header["provenance_id"]}
    buckets = {}
    for watcher, sent in heartbeats(seen):
        bucket = f"{watcher.bucket}_{host}"
        buckets[bucket] = {
            "id": bucket,
            "created": created,
            "name": None,
            "type": watcher.type,
            "client": watcher.client,
            "hostname": host,
            "data": data,
            "events": events_of(sent),
        }
    return {"buckets": buckets}


def open_writer(folder: Path, argument: str | None = None) -> Writer:
    """Return a writer of bucket exports.

    Parameters
    ----------
    folder : Path
        Where the folder ``activitywatch`` goes.
    argument : str, optional
        A regular expression for titles that are not told, as in the window watcher's setting
        ``exclude_titles``: matched anywhere, in capitals or not.

    Raises
    ------
    DeskhandError
        When it is no regular expression.
    """
    try:
        exclude = None if argument is None else re.compile(argument, re.IGNORECASE)
    except re.error as error:
        raise DeskhandError(
            f"format {f'activitywatch:{argument}'!r}: {error}; what stands behind the colon is a "
            "regular expression for titles to exclude, such as activitywatch:sign in."
        ) from error
    return one_file_each(
        folder, FOLDER, SUFFIX, lambda session: orjson.dumps(export(session, exclude))
    )


def recognises(path: Path) -> bool:
    """Return whether a file begins like a bucket export."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return _BUCKETS.match(file.read(HEAD)) is not None
