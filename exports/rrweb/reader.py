"""Captures by rrweb, read into canonical sessions.

Rows are told in the order of the events' times. What only follows from other rows (a click from a
press and a release) fills in columns of those; what has no like in the canonical table is counted.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from deskhand.errors import DeskhandError
from deskhand.exports.capture_files import content_of
from deskhand.exports.captured import UNKNOWN, capture_id, captured_session
from deskhand.exports.losses import Dropped, Kept
from deskhand.exports.rrweb import vocabulary as rr
from deskhand.exports.rrweb.captured_window import CapturedWindow
from deskhand.exports.rrweb.recording_file import WINDOW, events_of
from deskhand.exports.rrweb.shapes import fault_of
from deskhand.session import Session

MS = 1_000
WINDOW_NAME = "window-1"

KEEPS: Mapping[str, Kept] = {
    "session.start": Kept(step_us=MS),
    "session.end": Kept(step_us=MS),
    "navigation": Kept(columns=("url",), step_us=MS),
    "pointermove": Kept(
        columns=("client_x", "client_y"),
        step_us=MS,
        remark="a sample each 50 ms or so, while the pointer is on the page, in whole px",
    ),
    "pointerdown": Kept(
        columns=("client_x", "client_y", "pointer_type"),
        step_us=MS,
        remark="on the page and not in a native list; button where a click or a menu follows",
    ),
    "pointerup": Kept(
        columns=("client_x", "client_y", "pointer_type"),
        step_us=MS,
        remark="on the page and not in a native list; button where a click or a menu follows",
    ),
    "focus": Kept(columns=("target",), step_us=MS, remark="by a label: when the click does it"),
    "blur": Kept(columns=("target",), step_us=MS),
    "input": Kept(
        columns=("target", "masked", "value_length"),
        step_us=MS,
        remark="texts are the same; of equal letters in a row the last is the one that was typed",
    ),
    "select.change": Kept(
        columns=("target", "value", "value_length"), step_us=MS, remark="of native lists"
    ),
    "scroll": Kept(
        columns=("target", "delta_x", "delta_y"), step_us=MS, remark="a sample each 100 ms"
    ),
    "resize": Kept(
        columns=("delta_x", "delta_y"), step_us=MS, remark="one each 200 ms, or with the next page"
    ),
    "redaction": Kept(
        columns=("target", "policy"), step_us=MS, remark="of fields in which something was typed"
    ),
}
LOSES = (
    "keys, wheel, open and close of native lists, other windows than the page's, buttons that no "
    "click tells, and moves between samples"
)


def read(path: Path, dropped: Dropped | None = None) -> Iterator[Session]:
    """Yield the one session of a recording.

    Parameters
    ----------
    path : Path
        As `deskhand.exports.rrweb.recording_file.events_of` reads it; it is only read.
    dropped : Dropped, optional
        Counts events that have no like in the canonical table, and those that are broken.

    Raises
    ------
    DeskhandError
        When the file is no recording, or none of its events can be used.
    """
    dropped = Dropped() if dropped is None else dropped
    content = content_of(path)
    events = _usable(events_of(path, content), dropped)
    if not events:
        raise DeskhandError(
            f"{path}: none of its events is one of rrweb's; `deskhand validate --format rrweb` says why."
        )
    yield session_of(events, dropped, fallback_id=capture_id(content))


def session_of(
    events: list[dict[str, Any]], dropped: Dropped, *, fallback_id: str = "cap_session"
) -> Session:
    """Return the session that events tell.

    Parameters
    ----------
    events : list of dict
        rrweb events that `deskhand.exports.rrweb.shapes.fault_of` finds nothing wrong with.
    dropped : Dropped
        Counts what is not kept.
    fallback_id : str
        The session's identifier where the events name none.
    """
    # Batches of moves come late, and windows one after the other.
    events = sorted(events, key=lambda event: event["timestamp"])
    windows: dict[Any, CapturedWindow] = {}
    marker: Mapping[str, Any] | None = None
    for event in events:
        if event["type"] == rr.CUSTOM and event["data"]["tag"] == rr.CUSTOM_TAG:
            payload = event["data"]["payload"]
            if isinstance(payload, dict):
                marker = marker or payload
            continue
        name = event.get(WINDOW)
        if name not in windows:
            windows[name] = CapturedWindow(str(name or WINDOW_NAME), dropped)
        windows[name].take(event)
    start_ms = min([events[0]["timestamp"], *(w.first_move_ms for w in windows.values())])
    end_ms = events[-1]["timestamp"]
    tables = [table for w in windows.values() for table in (w.move_table(), w.row_table())]
    tables.append(_last_row(end_ms))
    rows = pa.concat_tables(tables, promote_options="default")
    t_us = (rows["t_ms"].to_numpy() - start_ms) * MS
    rows = rows.drop_columns(["t_ms"]).append_column("t_us", pa.array(t_us))
    size = next(filter(None, (w.first_size for w in windows.values())), None)
    header = {} if size is None else dict(zip(("screen_width", "screen_height"), size, strict=True))
    made = marker if marker is not None and marker.get("synthetic") is True else None
    return captured_session(
        rows,
        session_id=fallback_id if marker is None else str(marker.get("session_id") or fallback_id),
        start_wall_us=start_ms * MS,
        source="rrweb",
        made_by=None if made is None else str(made.get("provenance_id") or UNKNOWN),
        header=header,
        elements=[e for w in windows.values() for e in w.elements],
    )


def _usable(events: list[Any], dropped: Dropped) -> list[dict[str, Any]]:
    usable = []
    for event in events:
        fault = fault_of(event)
        if fault is None:
            usable.append(event)
        else:
            place = fault.column or "event"
            dropped.add(f"broken event: {place} is not {fault.wanted}")
    return usable


def _last_row(end_ms: int) -> pa.Table:
    return pa.table(
        {"type": ["session.end"], "t_ms": np.array([end_ms], np.int64), "masked": [False]}
    )
