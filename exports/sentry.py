"""Sentry session replays: the envelopes that its browser SDK sends, one file a segment.

An envelope is a header line, an item ``replay_event`` about the segment, and an item ``replay_recording``:
the segment's number and the rrweb events under zlib. What the SDK does was read in
@sentry-internal/replay 10.57.0.
"""

import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from deskhand.exports import rrweb
from deskhand.exports.blank_page import with_page
from deskhand.exports.capture_files import content_of
from deskhand.exports.losses import Kept
from deskhand.exports.replay_ids import uuid_v4
from deskhand.exports.rrweb import record
from deskhand.exports.rrweb import vocabulary as rr
from deskhand.exports.rrweb.privacy import Masked, Masking
from deskhand.exports.rrweb.rules import breaches
from deskhand.exports.rrweb.shapes import fault_of
from deskhand.exports.rrweb.timeline import Event
from deskhand.exports.sentry_breadcrumbs import OPTIONS, Breadcrumbs, custom
from deskhand.exports.session_files import SessionFiles, need_screens
from deskhand.exports.session_tables import Writer
from deskhand.findings import Finding
from deskhand.formats import no_argument
from deskhand.json_schema import describe, worst
from deskhand.session import Session

SUFFIX = ".envelope"
SUMMARY = "Sentry replay envelopes, a folder a session and a file a segment, with rrweb inside"
FOLDER = "sentry"
NEEDS_PAGE = True
# What is inside is rrweb; nothing is read back, so no columns are promised.
KEEPS = {kind: Kept(step_us=kept.step_us) for kind, kept in rrweb.KEEPS.items()}
LOSES = "all that rrweb loses, and every text: it is masked, media are empty boxes; not read back"

# DEFAULT_FLUSH_MIN_DELAY, DEFAULT_FLUSH_MAX_DELAY, MAX_REPLAY_DURATION.
QUIET_MS = 5_000
LONGEST_MS = 5_500
REPLAY_MS = 3_600_000
SDK = {"name": "sentry.javascript.browser", "version": "10.57.0"}
# MEDIA_SELECTORS, as far as they are tags.
MEDIA = ("img", "image", "svg", "video", "object", "picture", "embed", "map", "audio")
MASKING = Masking(
    choices=True,
    options=True,
    texts=True,
    attributes=("title", "placeholder", "aria-label"),
    media=MEDIA,
)
# A segment inflates to some 100 kB; more than this is no segment (assumed).
MOST_BYTES = 1 << 28


class Segment(NamedTuple):
    """One envelope: its replay, its number, when it was sent, and its events."""

    replay: int
    number: int
    sent_ms: int
    start_ms: int
    events: list[Event]


def segments(session: Session) -> Iterator[Segment]:
    """Yield the segments of a session in order of time.

    Parameters
    ----------
    session : Session
        With every screen that its rows name.

    Examples
    --------
    >>> import deskhand
    >>> first = next(segments(deskhand.simulate("auth.login", seed=7)))
    >>> first.number, first.sent_ms - first.events[0]["timestamp"] <= LONGEST_MS
    (0, True)
    """
    masked = Masked(MASKING)
    crumbs = Breadcrumbs(masked)
    replay = number = since = last = 0
    held: list[Event] = []
    start_ms: int | None = None
    for event in record(session):
        at = event["timestamp"]
        start_ms = at if start_ms is None else start_ms
        # A replay lasts an hour; the next one begins with the next page.
        over = event["type"] in (rr.DOM_CONTENT_LOADED, rr.META) and at - start_ms > REPLAY_MS
        due = at if over else min(last + QUIET_MS, since + LONGEST_MS)
        if held and at >= due:
            yield Segment(replay, number, due, start_ms, held)
            held, number = [], number + 1
        if over:
            replay, number, start_ms = replay + 1, 0, at
        if not held:
            since = at
        last = at
        kept = masked.take(event)
        beside = crumbs.after(event)
        held += [e for e in (kept, beside) if e is not None]
        if event["type"] == rr.FULL_SNAPSHOT and options_due(number, held):
            held.append(custom(at, "options", dict(OPTIONS)))
    if held and start_ms is not None:
        yield Segment(replay, number, last, start_ms, held)


def marked(segment: Segment, session: Session) -> list[Event]:
    """Return the events of a segment, those of the SDK's own marked as the session is."""
    mark = {"synthetic": bool(session.header["synthetic"])}
    return [event | mark for event in segment.events]


def options_due(number: int, held: list[Event]) -> bool:
    """Return whether the options follow: after the first snapshot of a replay."""
    return number == 0 and sum(e["type"] == rr.FULL_SNAPSHOT for e in held) == 1


def envelope(segment: Segment, session: Session) -> bytes:
    """Return a segment as the SDK sends it.

    Parameters
    ----------
    segment : Segment
        One of the session's.
    session : Session
        For its seed and provenance.
    """
    header = session.header
    replay_id = uuid_v4(int(header["seed"]), "sentry", session.session_id, segment.replay).hex
    sent = datetime.fromtimestamp(segment.sent_ms / 1000, UTC)
    about = {
        "type": "replay_event",
        "replay_start_timestamp": segment.start_ms / 1000,
        "timestamp": segment.sent_ms / 1000,
        "error_ids": [],
        "trace_ids": [],
        "urls": [e["data"]["href"] for e in segment.events if e["type"] == rr.META],
        "replay_id": replay_id,
        "segment_id": segment.number,
        "replay_type": "session",
        "event_id": replay_id,
        "environment": "production",
        "sdk": {"integrations": ["Replay"], **SDK},
        "platform": "javascript",
        "tags": {
            "synthetic": str(bool(header["synthetic"])).lower(),
            "provenance_id": header["provenance_id"],
        },
    }
    number = orjson.dumps({"segment_id": segment.number}) + b"\n"
    recording = number + zlib.compress(orjson.dumps(marked(segment, session)))
    sent_at = sent.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    lines = [
        orjson.dumps({"event_id": replay_id, "sent_at": sent_at, "sdk": SDK}),
        orjson.dumps({"type": "replay_event"}),
        orjson.dumps(about),
        orjson.dumps({"type": "replay_recording", "length": len(recording)}),
        recording,
    ]
    return b"\n".join(lines)


def write_envelopes(session: Session, folder: Path) -> None:
    """Write a session's envelopes, ``replay-<n>-segment-<n>.envelope``.

    Raises
    ------
    DeskhandError
        When the session shows no page.
    """
    session = with_page(session)
    need_screens(session, "Sentry replays pages")
    folder.mkdir(exist_ok=True)
    for segment in segments(session):
        name = f"replay-{segment.replay:02d}-segment-{segment.number:04d}{SUFFIX}"
        (folder / name).write_bytes(envelope(segment, session))


def open_writer(folder: Path, argument: str | None = None) -> Writer:
    """Return a writer of Sentry envelopes.

    Parameters
    ----------
    folder : Path
        Where the folder ``sentry`` goes.
    argument : str, optional
        Not taken.
    """
    no_argument("sentry", argument)
    return SessionFiles(folder, FOLDER, write_envelopes)


def recognises(path: Path) -> bool:
    """Return whether a file is a replay envelope, or a folder of a session holds some."""
    if path.is_dir():
        path = next(iter(sorted(path.glob(f"*{SUFFIX}"))), path)
    if not path.is_file():
        return False
    with path.open("rb") as file:
        head = file.read(1024)
    return bool(head.lstrip().startswith(b"{") and b'\n{"type":"replay_event"' in head)


def findings(path: Path) -> Iterator[Finding]:
    """Yield everything that is wrong with envelopes, and with the recordings inside.

    Parameters
    ----------
    path : Path
        One envelope, or the folder of a session.
    """
    files = sorted(path.glob(f"*{SUFFIX}")) if path.is_dir() else [path]
    if not files:
        yield _finding("complete", path, "no envelope", "a session has a segment or more")
    replays: dict[str, list[tuple[int, list[Any]]]] = {}
    for file in files:
        try:
            about, events = opened(content_of(file))
        except (ValueError, KeyError, TypeError, zlib.error) as error:
            remedy = "an envelope is a header line, a replay_event and a replay_recording"
            yield _finding("readable", file, str(error), remedy)
            continue
        wrong = worst("sentry", about)
        if wrong is not None:
            yield _finding("schema", file, describe(wrong), "write it as sentry.schema.json says")
            continue
        times = [e["timestamp"] for e in rrweb_events(events) if fault_of(e) is None]
        if times and not max(times) <= about["timestamp"] * 1000 + 1:
            given = f"{max(times)} ms in a segment of {about['timestamp']} s"
            yield _finding("time", file, given, "a segment is sent after its last event")
        replays.setdefault(about["replay_id"], []).append((about["segment_id"], events))
    for held in replays.values():
        held.sort(key=lambda entry: entry[0])
        numbers = [number for number, _ in held]
        if path.is_dir() and numbers != list(range(len(numbers))):
            remedy = "segments of a replay go from 0 without gaps"
            yield _finding("segment_id", path, str(numbers[:20]), remedy)
        elif path.is_dir() or numbers == [0]:
            whole = [e for _, events in held for e in rrweb_events(events)]
            for breach in breaches(whole):
                if breach.rule == "synthetic" and breach.row == 0:
                    continue  # the mark is at the session's ends, the tags are in every segment
                column = f"event {breach.row}: {breach.column}"
                yield Finding(
                    rule=breach.rule,
                    path=path,
                    column=column,
                    given=breach.given,
                    remedy=breach.remedy,
                )


def opened(content: bytes) -> tuple[Any, list[Any]]:
    """Return what an envelope says of its segment, and the events in it.

    Parameters
    ----------
    content : bytes
        One envelope.

    Raises
    ------
    ValueError
        When it is none, or inflates beyond bounds.
    """
    _, kind, about, item, rest = content.split(b"\n", 4)
    told = orjson.loads(item)
    if orjson.loads(kind)["type"] != "replay_event" or told["type"] != "replay_recording":
        raise ValueError("its items are not replay_event and replay_recording")
    if told["length"] != len(rest.removesuffix(b"\n")) and told["length"] != len(rest):
        raise ValueError(f"length {told['length']} for {len(rest)} bytes")
    number, _, packed = rest[: told["length"]].partition(b"\n")
    if orjson.loads(number)["segment_id"] != orjson.loads(about)["segment_id"]:
        raise ValueError("two numbers for one segment")
    if not packed.startswith(b"["):
        stream = zlib.decompressobj()
        packed = stream.decompress(packed, MOST_BYTES)
        if not stream.eof:
            raise ValueError("zlib data that ends too early or is too long")
    events = orjson.loads(packed)
    if not isinstance(events, list):
        raise ValueError(f"{type(events).__name__} instead of an array of events")
    return orjson.loads(about), events


def rrweb_events(events: list[Any]) -> list[Any]:
    """Return the events that a replayer takes, without what Sentry adds, as its own reader does."""
    added = ("breadcrumb", "performanceSpan", "options")
    kept = []
    for event in events:
        data = event.get("data") if isinstance(event, dict) else None
        tag = data.get("tag") if isinstance(data, dict) and event.get("type") == rr.CUSTOM else None
        if tag not in added:
            kept.append(event)
    return kept


def _finding(rule: str, path: Path, given: str, remedy: str) -> Finding:
    return Finding(rule=rule, path=path, given=given[:200], remedy=remedy)
