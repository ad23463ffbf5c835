"""Bucket exports read back: windows and tabs as rows, absence as idleness, counts as marks."""

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from deskhand.errors import DeskhandError
from deskhand.exports.activitywatch.heartbeats import Times
from deskhand.exports.capture_files import content_of
from deskhand.exports.captured import capture_id, captured_session
from deskhand.exports.losses import Dropped
from deskhand.session import Session

SOURCE = "activitywatch"
UNKNOWN_HOST = "unknown"
# Windows that follow each other within this have no gap between them: two polls and a pulse.
GAP_US = 4_000_000
_ZONE = re.compile(r"(Z|[+-]\d\d(:?\d\d)?)$")


def load(path: Path) -> tuple[bytes, Any]:
    """Return a file's bytes and what they say as JSON.

    Raises
    ------
    DeskhandError
        When it is no JSON.
    """
    content = content_of(path)
    try:
        return content, orjson.loads(content)
    except ValueError:
        # Numbers that only Python writes, such as NaN, are named by the rules and not by the parser.
        try:
            return content, json.loads(content.decode())
        except (ValueError, RecursionError) as error:
            raise DeskhandError(f"{path}: not JSON: {error}; export the buckets again.") from error


def times_us(texts: Sequence[str]) -> Times:
    """Return ISO 8601 texts as Unix microseconds; those without a zone are UTC, as for the server.

    Raises
    ------
    ValueError
        When one of them is not ISO 8601.

    Examples
    --------
    >>> times_us(["1970-01-01T00:00:01.5Z", "1970-01-01T02:00:00+02:00"]).tolist()
    [1500000, 0]
    """
    zoned = [text if _ZONE.search(text) else f"{text}+00:00" for text in texts]
    column = pc.cast(pa.array(zoned, pa.string()), pa.timestamp("ns", "UTC"))
    return np.asarray(column.cast(pa.int64()).to_numpy() // 1000, np.int64)


def read(
    path: Path,
    dropped: Dropped | None = None,
    argument: str | None = None,  # noqa: ARG001
) -> Iterator[Session]:
    """Yield a session for each computer of an export.

    Parameters
    ----------
    path : Path
        A bucket export of one or of all buckets.
    dropped : Dropped, optional
        Counts what has no canonical event.
    argument : str, optional
        What the writer was given; the reader needs none.

    Raises
    ------
    DeskhandError
        When it is no export, or a time cannot be read.
    """
    dropped = Dropped() if dropped is None else dropped
    content, document = load(path)
    hosts: dict[str, list[Mapping[str, Any]]] = {}
    try:
        for bucket in document["buckets"].values():
            hosts.setdefault(str(bucket["hostname"]), []).append(bucket)
        # The add-on of older browsers does not know where it is.
        if len(hosts) == 2 and UNKNOWN_HOST in hosts:
            strays = hosts.pop(UNKNOWN_HOST)
            next(iter(hosts.values())).extend(strays)
        for host, buckets in hosts.items():
            given = content if len(hosts) == 1 else content + host.encode()
            yield _session(buckets, given, dropped)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        reason = f"{type(error).__name__}: {error}"
        raise DeskhandError(
            f"{path}: {reason}; not a bucket export as the server writes it; "
            "`deskhand validate` says what is wrong with it."
        ) from error


def _session(buckets: list[Mapping[str, Any]], content: bytes, dropped: Dropped) -> Session:
    rows: list[dict[str, Any]] = []
    mark: Mapping[str, Any] = {}
    for bucket in buckets:
        data = bucket.get("data")
        if isinstance(data, Mapping) and {"session_id", "start"} <= data.keys():
            mark = data
        events = bucket["events"]
        read_bucket = _READERS.get(bucket["type"])
        if read_bucket is None:
            dropped.add(
                f"bucket of type {bucket['type']}: no canonical event is like it", len(events)
            )
            continue
        at = times_us([event["timestamp"] for event in events])
        seconds = [event.get("duration") or 0 for event in events]
        if not all(math.isfinite(value) for value in seconds):
            raise ValueError("a duration that is no number")
        order = np.argsort(at, kind="stable").tolist()
        spans = [
            (int(at[k]), int(at[k]) + round(seconds[k] * 1e6), events[k]["data"]) for k in order
        ]
        rows.extend(read_bucket(spans, dropped))
    start_us = min((row["t_us"] for row in rows), default=0)
    if "start" in mark:
        start_us = min(start_us, int(times_us([mark["start"]])[0]))
    rows.sort(key=lambda row: row["t_us"])
    names = ("t_us", "type", "app", "window", "url", "reference", "reason", "value")
    columns: dict[str, Any] = {name: [row.get(name) for row in rows] for name in names}
    columns["t_us"] = np.array(columns["t_us"], np.int64) - start_us
    return captured_session(
        columns,
        session_id=str(mark.get("session_id") or capture_id(content)),
        start_wall_us=start_us,
        source=SOURCE,
        made_by=str(mark["provenance_id"]) if mark.get("synthetic") is True else None,
    )


Span = tuple[int, int, Mapping[str, Any]]


def _windows(spans: list[Span], dropped: Dropped) -> Iterator[dict[str, Any]]:
    end_us = None
    for at, end, data in spans:
        if end_us is not None and at - end_us > GAP_US:
            dropped.add("currentwindow: when the last window before a gap was left")
        end_us = max(end, end_us or end)
        extra = len(data.keys() - {"app", "title"})
        dropped.add("currentwindow: fields beside app and title", extra)
        yield {
            "t_us": at,
            "type": "window.focus",
            "app": str(data["app"]),
            "window": str(data["title"]),
        }


def _presence(spans: list[Span], dropped: Dropped) -> Iterator[dict[str, Any]]:
    # What is not said to be absence is presence, so those spans need no rows.
    for at, end, data in spans:
        if data["status"] == "afk":
            yield {"t_us": at, "type": "idle.start", "reason": "afk"}
            yield {"t_us": end, "type": "idle.end", "reason": "afk"}
        elif data["status"] != "not-afk":
            dropped.add(f"afkstatus {data['status']}: not known")


def _tabs(spans: list[Span], dropped: Dropped) -> Iterator[dict[str, Any]]:
    shown = None
    for at, _, data in spans:
        page = (str(data["url"]), str(data["title"]))
        dropped.add(
            "web.tab.current: fields beside url and title", len(data.keys() - {"url", "title"})
        )
        if page == shown:
            dropped.add("web.tab.current: another state of the page that was there")
        else:
            yield {"t_us": at, "type": "navigation", "url": page[0], "window": page[1]}
        shown = page


def _counts(spans: list[Span], dropped: Dropped) -> Iterator[dict[str, Any]]:  # noqa: ARG001
    for at, end, data in spans:
        counts = orjson.dumps({**data, "duration_us": end - at}).decode()
        yield {"t_us": at, "type": "mark", "reference": "os.hid.input", "value": counts}


_READERS = {
    "currentwindow": _windows,
    "afkstatus": _presence,
    "web.tab.current": _tabs,
    "os.hid.input": _counts,
}
