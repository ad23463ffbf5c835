"""PostHog session recordings: the bodies that posthog-js posts to ``/s/``, one a line.

An event ``$snapshot`` holds the rrweb events of one window over 2 s. What posthog-js does was read in
its lazy-loaded-session-recorder.ts, of which its own tests keep the older sizes.
"""

import gzip
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson

from deskhand.errors import DeskhandError
from deskhand.exports import rrweb
from deskhand.exports.blank_page import with_page
from deskhand.exports.capture_files import content_of
from deskhand.exports.losses import Kept
from deskhand.exports.replay_ids import uuid_v7
from deskhand.exports.rrweb import record
from deskhand.exports.rrweb import vocabulary as rr
from deskhand.exports.rrweb.privacy import Masked, Masking
from deskhand.exports.rrweb.recording_file import WINDOW, events_of
from deskhand.exports.rrweb.rules import breaches
from deskhand.exports.rrweb.timeline import Event
from deskhand.exports.session_files import one_file_each
from deskhand.exports.session_tables import Writer
from deskhand.findings import Finding
from deskhand.formats import no_argument
from deskhand.json_schema import describe, worst
from deskhand.session import Session

SUFFIX = ".jsonl"
SUMMARY = "bodies that posthog-js posts, $snapshot events with rrweb inside, one a line"
FOLDER = "posthog"
NEEDS_PAGE = True
# What is inside is rrweb; nothing is read back, so no columns are promised.
KEEPS = {kind: Kept(step_us=kept.step_us) for kind, kept in rrweb.KEEPS.items()}
LOSES = "all that rrweb loses, and what is written into fields: it is masked; not read back"

SNAPSHOT = "$snapshot"
# RECORDING_BUFFER_TIMEOUT and RECORDING_MAX_EVENT_SIZE.
FLUSH_MS = 2_000
MOST_BYTES = int(0.9 * 1024 * 1024)
# RECORDING_IDLE_THRESHOLD_MS.
IDLE_MS = 300_000
PACKING = "2024-10"
_PACKED = ("texts", "attributes", "removes", "adds")
# ACTIVE_SOURCES: MouseMove to MediaInteraction, and Drag.
_ACTIVE = (*range(1, 8), rr.DRAG)
LIBRARY = {"$lib": "web", "$lib_version": "1.298.0"}  # a version of 2025; assumed
TOKEN, OTHER_TOKEN = "phc_synthetic", "phc_deskhand"
_UUID_V7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def packed(value: Any) -> str:
    """Return JSON data as posthog-js packs it: gzip, one character a byte.

    Examples
    --------
    >>> events_of(Path("x"), orjson.dumps([{"data": packed({"a": 1})}]))
    [{'data': {'a': 1}}]
    """
    inside = gzip.compress(orjson.dumps(value), mtime=0)
    # The tenth byte names the system that packed it; 255 names none.
    return (inside[:9] + b"\xff" + inside[10:]).decode("latin-1")


def pack(event: Event) -> Event:
    """Return an event with its large parts packed: a snapshot's data, the arrays of a mutation."""
    data = event["data"]
    if event["type"] == rr.FULL_SNAPSHOT:
        return {**event, "data": packed(data), "cv": PACKING}
    if event["type"] == rr.INCREMENTAL and data["source"] == rr.MUTATION:
        return {**event, "data": {**data, **{n: packed(data[n]) for n in _PACKED}}, "cv": PACKING}
    return event


def bodies(session: Session) -> Iterator[dict[str, Any]]:
    """Yield what posthog-js would have posted, in order of time.

    Parameters
    ----------
    session : Session
        With every screen that its rows name.

    Examples
    --------
    >>> import deskhand
    >>> session = deskhand.simulate("auth.login", seed=7)
    >>> first = next(bodies(session))
    >>> first["event"], first["properties"]["$snapshot_data"][1]["type"]
    ('$snapshot', 0)
    """
    session = with_page(session)
    header = session.header
    seed = int(header["seed"])
    start_ms = session.device_start_us // 1000
    session_id = str(uuid_v7(start_ms, seed, "posthog", session.session_id))
    sent: list[tuple[int, int, dict[str, Any]]] = []
    for order, (window, events) in enumerate(_windows(session).items()):
        masked = Masked(Masking())
        kept = [e for e in map(masked.take, _with_idle(events)) if e is not None]
        window_id = uuid_v7(kept[0]["timestamp"], seed, "posthog", session.session_id, window)
        host = ""
        for at_ms, batch, size in _batches(kept):
            pages = [e["data"]["href"] for e in batch if e["type"] == rr.META]
            host = urlsplit(pages[-1]).hostname or host if pages else host
            properties = {
                "$snapshot_bytes": size,
                "$snapshot_data": batch,
                "$session_id": session_id,
                "$window_id": str(window_id),
                **LIBRARY,
                "$snapshot_host": host,
                "distinct_id": header["persona"],
                "token": TOKEN if header["synthetic"] else OTHER_TOKEN,
                "synthetic": bool(header["synthetic"]),
                "provenance_id": header["provenance_id"],
            }
            sent.append((at_ms, order, {"event": SNAPSHOT, "properties": properties}))
    sent.sort(key=lambda entry: entry[:2])
    for _, _, body in sent:
        yield body


def _windows(session: Session) -> dict[str, list[Event]]:
    """Return the events of each window: every page that comes to the front begins with its snapshot."""
    wall_us = session.device_start_us
    rows = session.events.select(["type", "t_us", "window", "reference"]).to_pylist()
    opened = [
        ((wall_us + r["t_us"]) // 1000, r["window"] or "")
        for r in rows
        if r["type"] in ("window.focus", "navigation") and r["reference"]
    ]
    if not opened:
        raise DeskhandError(
            f"session {session.session_id!r} opens no compiled screen: PostHog shows pages; a "
            "session that was read from a capture has none."
        )
    windows: dict[str, list[Event]] = {}
    front, at = opened[0][1], 0
    for event in record(session):
        if event["type"] in (rr.DOM_CONTENT_LOADED, rr.META):
            while at < len(opened) and opened[at][0] <= event["timestamp"]:
                front, at = opened[at][1], at + 1
        windows.setdefault(front, []).append(event)
    return windows


def _with_idle(events: Iterable[Event]) -> Iterator[Event]:
    """Yield the events, with a word where nobody did anything for five minutes and where somebody did again."""
    active_ms: int | None = None
    idle = False
    for event in events:
        at, kind = event["timestamp"], event["type"]
        active_ms = at if active_ms is None else active_ms
        if kind == rr.INCREMENTAL and event["data"]["source"] in _ACTIVE:
            if idle:
                payload: Event = {"reason": "user activity", "type": kind}
                yield _custom(at, "sessionNoLongerIdle", payload, event)
            idle, active_ms = False, at
        elif not idle and at - active_ms > IDLE_MS:
            idle = True
            payload = {
                "eventTimestamp": at,
                "lastActivityTimestamp": active_ms,
                "threshold": IDLE_MS,
                "bufferLength": 0,
                "bufferSize": 0,
            }
            yield _custom(active_ms + IDLE_MS, "sessionIdle", payload, event)
        yield event


def _custom(at: int, tag: str, payload: Event, like: Event) -> Event:
    data = {"tag": tag, "payload": payload}
    return {"type": rr.CUSTOM, "data": data, "timestamp": at, "synthetic": like["synthetic"]}


def _batches(events: Iterable[Event]) -> Iterator[tuple[int, list[Event], int]]:
    """Yield when a batch is sent, its events, and their size in characters of JSON."""
    batch: list[Event] = []
    size = since = last = 0
    for event in events:
        last = event["timestamp"]
        small = pack(event)
        more = len(orjson.dumps(small).decode())
        if batch and last >= since + FLUSH_MS:
            yield since + FLUSH_MS, batch, size
            batch, size = [], 0
        elif batch and size + more + 2 + len(batch) > MOST_BYTES:
            yield last, batch, size
            batch, size = [], 0
        if not batch:
            since = last
        batch.append(small)
        size += more
    if batch:
        yield last, batch, size


def open_writer(folder: Path, argument: str | None = None) -> Writer:
    """Return a writer of PostHog bodies.

    Parameters
    ----------
    folder : Path
        Where the folder ``posthog`` goes.
    argument : str, optional
        Not taken.
    """
    no_argument("posthog", argument)
    return one_file_each(
        folder,
        FOLDER,
        SUFFIX,
        lambda session: b"".join(orjson.dumps(body) + b"\n" for body in bodies(session)),
    )


def recognises(path: Path) -> bool:
    """Return whether a file begins with a ``$snapshot`` event."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        head = file.read(256)
    return head.lstrip().startswith(b"{") and b'"$snapshot"' in head


def findings(path: Path) -> Iterator[Finding]:
    """Yield everything that is wrong with a file of bodies, and with the recordings inside.

    Parameters
    ----------
    path : Path
        One body a line.
    """
    inner: list[Any] = []
    sessions: set[str] = set()
    for row, line in enumerate(content_of(path).splitlines()):
        try:
            body = orjson.loads(line)
        except ValueError as error:
            yield _finding("readable", path, row, f"not JSON: {error}", "one body a line")
            continue
        wrong = worst("posthog", body)
        if wrong is not None:
            remedy = "write the body as posthog.schema.json says"
            yield _finding("schema", path, row, describe(wrong), remedy)
            continue
        properties = body["properties"]
        sessions.add(properties["$session_id"])
        for name in ("$session_id", "$window_id"):
            if not _UUID_V7.fullmatch(properties[name]):
                yield _finding("id", path, row, properties[name], f"{name} is a UUID of version 7")
        data = properties["$snapshot_data"]
        if properties["$snapshot_bytes"] > MOST_BYTES and len(data) > 1:
            given = f"{properties['$snapshot_bytes']} characters"
            yield _finding("batch", path, row, given, f"a body holds {MOST_BYTES} or one event")
        times = [e["timestamp"] for e in data]
        if max(times) - min(times) > FLUSH_MS:
            given = f"{max(times) - min(times)} ms"
            yield _finding("batch", path, row, given, f"a body holds the events of {FLUSH_MS} ms")
        inner += [{**event, WINDOW: properties["$window_id"]} for event in data]
    if len(sessions) > 1:
        yield _finding("session_id", path, 0, f"{len(sessions)} sessions", "a file is one session")
    try:
        events = events_of(path, orjson.dumps(inner))
    except DeskhandError as error:
        yield _finding("readable", path, 0, str(error), "parts are packed by gzip")
        return
    for breach in breaches(events):
        column = f"$snapshot_data event {breach.row}: {breach.column}"
        yield Finding(
            rule=breach.rule, path=path, column=column, given=breach.given, remedy=breach.remedy
        )


def _finding(rule: str, path: Path, row: int, given: str, remedy: str) -> Finding:
    return Finding(rule=rule, path=path, row=row, given=given[:200], remedy=remedy)
