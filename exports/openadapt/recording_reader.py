"""Canonical sessions from a ``recording.db``."""

from collections.abc import Iterator
from hashlib import file_digest
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from deskhand.exports.captured import capture_id, captured_session
from deskhand.exports.losses import Dropped
from deskhand.exports.openadapt.recorded_rows import (
    ACTION,
    DISABLED,
    FOUND,
    NAME,
    Row,
    act_rows,
    microseconds,
    move_table,
    page_rows,
    window_rows,
)
from deskhand.exports.openadapt.recording_file import Recordings, opened
from deskhand.exports.openadapt.recording_writer import DERIVED, MARK
from deskhand.exports.openadapt.virtual_desktop import told_monitors
from deskhand.monitors import bounds, written
from deskhand.session import Session

SOURCE = "openadapt"
RECORDING = (
    "id", "timestamp", "monitor_width", "monitor_height", "task_description", "config",
)  # fmt: skip
# What no canonical event has a column for.
_NOT_KEPT = (
    ("screenshot", "id", "pictures are no canonical events"),
    ("audio_info", "id", "sound is no canonical event"),
    ("window_event", "title", "of titles the last part is kept, as the application"),
    ("action_event", "element_state", "elements are not described"),
    ("action_event", "structural_observation", "elements are not described"),
)
_EMPTY = (None, "", "null", "{}")


def read_recordings(path: Path, dropped: Dropped) -> Iterator[Session]:
    """Yield the session of each recording in a database."""
    with opened(path) as recordings:
        with recordings.file.open("rb") as file:
            digest = file_digest(file, "sha256").digest()
        for record in list(recordings.rows("recording", RECORDING)):
            yield _session(recordings, dict(zip(RECORDING, record, strict=True)), digest, dropped)


def _session(recordings: Recordings, record: Row, digest: bytes, dropped: Dropped) -> Session:
    number = record["id"]
    where = f"{recordings.file}: recording {number}"
    start_us = microseconds(record["timestamp"], where)
    actions = list(recordings.rows("action_event", ACTION, number))
    enabled = [values for values in actions if not values[DISABLED]]
    dropped.add("action_event: disabled by its user", len(actions) - len(enabled))
    rows = act_rows([values for values in enabled if values[NAME] != "move"], where, dropped)
    rows += window_rows(recordings, number, where)
    rows += page_rows(recordings, number, where, dropped)
    moves = move_table([values for values in enabled if values[NAME] == "move"], where)
    for table, column, what in _NOT_KEPT:
        found = recordings.rows(table, (column,), number)
        count = sum(value not in _EMPTY for (value,) in found)
        dropped.add(f"{table}, {column}: {what}", count)
    events = pa.concat_tables([pa.Table.from_pylist(rows, schema=FOUND), moves])
    t_us = events["t_us"].to_numpy()
    # Rows of one time come in the recorder's own order, where the file has it.
    events = events.take(np.lexsort((events["ordinal"].to_numpy(), t_us)))
    first_us = min(start_us, int(t_us.min()) if len(t_us) else start_us)
    columns = dict(zip(events.column_names, events.columns, strict=True))
    columns["t_us"] = pc.subtract(columns["t_us"], first_us)
    columns["buttons"] = _held(columns["buttons"], columns["screen_x"])
    del columns["ordinal"]
    mark = _mark(record["config"])
    monitors = told_monitors(record["config"])
    header: dict[str, Any] = {
        f"screen_{side}": int(record[f"monitor_{side}"])
        for side in ("width", "height")
        if isinstance(record[f"monitor_{side}"], int) and 0 < record[f"monitor_{side}"] < 1 << 31
    }
    if monitors is not None:
        # Places are counted from the corner of all monitors.
        corner = bounds(monitors)
        for axis, px in zip("xy", corner[:2], strict=True):
            columns[f"screen_{axis}"] = pc.add(
                columns[f"screen_{axis}"], pa.scalar(px, pa.float32())
            )
        header |= dict(zip(("screen_width", "screen_height"), monitors[0][2:], strict=True))
        header["monitors"] = written(monitors) if len(monitors) > 1 else None
    task = record["task_description"]
    return captured_session(
        columns,
        session_id=mark.get("session_id") or capture_id(digest + str(number).encode()),
        start_wall_us=first_us,
        source=SOURCE,
        made_by=mark.get("provenance_id"),
        header={**header, **({"scenario": task} if task and isinstance(task, str) else {})},
    )


def _held(buttons: Any, screen_x: Any) -> pa.Array:
    """Return which buttons are down in each row of the pointer: as after the last click."""
    known = np.asarray(pc.is_valid(buttons).combine_chunks())
    last = np.maximum.accumulate(np.where(known, np.arange(len(known)), -1))
    values = np.append(pc.fill_null(buttons, 0).to_numpy(), 0)
    pointer = np.asarray(pc.is_valid(screen_x).combine_chunks())
    return pa.array(values[last], mask=~pointer)


def _mark(config: Any) -> dict[str, str]:
    """Return what a recording that deskhand made says of itself; of others nothing."""
    try:
        mark = orjson.loads(config).get(MARK)
        if all(isinstance(mark[k], str) for k in _ORIGIN):
            if mark["synthetic"] is True:
                return {name: mark[name] for name in _ORIGIN}
            if mark["synthetic"] is False and mark["session_id"].startswith(DERIVED):
                return {"session_id": mark["session_id"]}
    except (TypeError, KeyError, AttributeError, ValueError):
        pass
    return {}


_ORIGIN = ("session_id", "provenance_id")
