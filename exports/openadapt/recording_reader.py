"""Canonical sessions from a ``recording.db``."""

import math
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from deskhand.errors import DeskhandError
from deskhand.events import ALT, CONTROL, META, SHIFT
from deskhand.exports.captured import capture_id, captured_session
from deskhand.exports.losses import Dropped
from deskhand.exports.openadapt.action_rows import BUTTONS, NOTCH
from deskhand.exports.openadapt.key_names import w3c_key
from deskhand.exports.openadapt.recording_file import Recordings, opened
from deskhand.exports.openadapt.recording_writer import MARK
from deskhand.session import Session

SOURCE = "openadapt"
RECORDING = (
    "id", "timestamp", "monitor_width", "monitor_height", "task_description", "config",
)  # fmt: skip
ACTION = (
    "id", "source_ordinal", "name", "timestamp", "mouse_x", "mouse_y", "mouse_dx", "mouse_dy",
    "mouse_button_name", "mouse_pressed", "key_name", "key_char", "key_vk", "disabled",
)  # fmt: skip
WINDOW = ("id", "source_ordinal", "timestamp", "title", "window_id")
BROWSER = ("id", "source_ordinal", "timestamp", "message")
MODIFIERS = {"Shift": SHIFT, "Control": CONTROL, "Alt": ALT, "Meta": META}
# Unix time in seconds: more than this is one in milliseconds (it would be in the year 5138).
LATEST_S = 1e11

Row = dict[str, Any]


def read_recordings(path: Path, dropped: Dropped) -> Iterator[Session]:
    """Yield the session of each recording in a database."""
    with opened(path) as recordings:
        digest = sha256(recordings.file.read_bytes()).digest()
        for record in recordings.rows("recording", RECORDING):
            yield _session(recordings, dict(zip(RECORDING, record, strict=True)), digest, dropped)


def _session(recordings: Recordings, record: Row, digest: bytes, dropped: Dropped) -> Session:
    number = record["id"]
    where = f"{recordings.file}: recording {number}"
    start_us = _microseconds(record["timestamp"], where)
    rows = list(_actions(recordings, number, where, dropped))
    rows += _windows(recordings, number, where)
    rows += _pages(recordings, number, where, dropped)
    for table in ("screenshot", "audio_info"):
        count = len(recordings.rows(table, ("id",), number))
        dropped.add(f"{table}: pictures and sound are no canonical events", count)
    # By the recorder's own order where it is kept, else by time, which the session is sorted by.
    rows.sort(key=lambda row: row.pop("ordinal"))
    first_us = min([start_us, *(row["t_us"] for row in rows)])
    names = sorted({name for row in rows for name in row} | {"type", "t_us"})
    columns: dict[str, Any] = {name: [row.get(name) for row in rows] for name in names}
    columns["t_us"] = np.array(columns["t_us"], np.int64) - first_us
    mark = _mark(record["config"])
    header = {
        f"screen_{side}": int(record[f"monitor_{side}"])
        for side in ("width", "height")
        if isinstance(record[f"monitor_{side}"], int) and 0 < record[f"monitor_{side}"] < 1 << 31
    }
    task = record["task_description"]
    return captured_session(
        columns,
        session_id=mark.get("session_id") or capture_id(digest + str(number).encode()),
        start_wall_us=first_us,
        source=SOURCE,
        made_by=mark.get("provenance_id"),
        header={**header, **({"scenario": task} if task and isinstance(task, str) else {})},
    )


def _mark(config: Any) -> dict[str, str]:
    """Return what a recording that deskhand made says of itself; of others nothing."""
    try:
        mark = orjson.loads(config).get(MARK)
        if mark["synthetic"] is True and all(isinstance(mark[k], str) for k in _ORIGIN):
            return {name: mark[name] for name in _ORIGIN}
    except (TypeError, KeyError, AttributeError, ValueError):
        pass
    return {}


_ORIGIN = ("session_id", "provenance_id")


def _microseconds(value: Any, where: str) -> int:
    if isinstance(value, int | float) and math.isfinite(value) and 0 <= value < LATEST_S:
        return round(value * 1e6)
    raise DeskhandError(f"{where}: timestamp {value!r:.60}; a time is Unix time in seconds.")


def _number(row: Row, column: str, where: str) -> float:
    value = row[column]
    if isinstance(value, int | float) and math.isfinite(value) and abs(value) < 1e9:
        return float(value)
    raise DeskhandError(f"{where}, {column}: {value!r:.60}; {row['name']!r} needs a number there.")


def _text(row: Row, column: str, where: str) -> str | None:
    value = row[column]
    if value is None or isinstance(value, str):
        return value or None
    raise DeskhandError(f"{where}, {column}: {value!r:.60}; text belongs there.")


def _actions(recordings: Recordings, number: Any, where: str, dropped: Dropped) -> Iterator[Row]:
    buttons = 0
    held: dict[str, int] = {}
    down: set[tuple[str | None, str | None]] = set()
    for values in recordings.rows("action_event", ACTION, number):
        row = dict(zip(ACTION, values, strict=True))
        here = f"{where}, action_event {row['id']}"
        name = row["name"]
        if row["disabled"]:
            dropped.add("action_event: disabled by its user")
            continue
        made: Row = {"t_us": _microseconds(row["timestamp"], here), "ordinal": _ordinal(row)}
        if name in ("move", "click", "scroll"):
            made |= {f"screen_{axis}": _number(row, f"mouse_{axis}", here) for axis in "xy"}
            made["pointer_type"] = "mouse"
        if name == "move":
            made |= {"type": "pointermove", "buttons": buttons}
        elif name == "click":
            if row["mouse_pressed"] not in (0, 1):
                raise DeskhandError(f"{here}: a click neither pressed nor released.")
            button = _button(_text(row, "mouse_button_name", here), here)
            # W3C's bits: 1 left, 2 right, 4 middle, 8 and 16 the others.
            bit = (1, 4, 2, 8, 16)[button] if button < len(BUTTONS) else 0
            buttons = buttons | bit if row["mouse_pressed"] else buttons & ~bit
            kind = "pointerdown" if row["mouse_pressed"] else "pointerup"
            made |= {"type": kind, "button": button, "buttons": buttons}
        elif name == "scroll":
            dx, dy = (_number(row, f"mouse_d{axis}", here) for axis in "xy")
            made |= {
                "type": "wheel",
                "buttons": buttons,
                "delta_x": dx * NOTCH[0],
                "delta_y": -dy * NOTCH[0] + 0.0,
                "delta_mode": 0,
            }
        elif name in ("press", "release"):
            named = [_text(row, f"key_{part}", here) for part in ("name", "char", "vk")]
            key, code = w3c_key(*named)
            if key is None and code is None:
                raise DeskhandError(f"{here}: names no key.")
            pressed = name == "press"
            if key in MODIFIERS:
                held[code or key] = MODIFIERS[key] if pressed else 0
            again = pressed and (key, code) in down
            (down.add if pressed else down.discard)((key, code))
            modifiers = 0
            for bit in held.values():
                modifiers |= bit
            made |= {
                "type": "keydown" if pressed else "keyup",
                "key": key,
                "code": code,
                "modifiers": modifiers,
                "repeat": again,
            }
        else:
            dropped.add(f"action_event {str(name)[:40]!r}: no canonical event is like it")
            continue
        yield made


def _ordinal(row: Row) -> tuple[int, int]:
    """Return a row's place: rows without one, of older files, follow one another in time."""
    ordinal = row["source_ordinal"]
    return (
        (ordinal, 0)
        if isinstance(ordinal, int)
        else (0, row["id"] if isinstance(row["id"], int) else 0)
    )


def _button(name: str | None, where: str) -> int:
    if name in BUTTONS:
        return BUTTONS.index(name)
    digits = (name or "").removeprefix("button")
    if name and digits.isdecimal() and len(digits) < 3:
        return max(0, int(digits) - 5)
    raise DeskhandError(f"{where}: button {name!r:.60} is not known; use {', '.join(BUTTONS)}.")


def _windows(recordings: Recordings, number: Any, where: str) -> list[Row]:
    names: dict[Any, str] = {}
    rows = []
    for values in recordings.rows("window_event", WINDOW, number):
        row = dict(zip(WINDOW, values, strict=True))
        here = f"{where}, window_event {row['id']}"
        title = _text(row, "title", here)
        window = names.setdefault(row["window_id"], f"window-{len(names) + 1}")
        app = (title or "").rpartition(" - ")[2] or None
        made = {"type": "window.focus", "app": app, "window": window}
        rows.append(
            {**made, "t_us": _microseconds(row["timestamp"], here), "ordinal": _ordinal(row)}
        )
    return rows


def _pages(recordings: Recordings, number: Any, where: str, dropped: Dropped) -> list[Row]:
    rows = []
    for values in recordings.rows("browser_event", BROWSER, number):
        row = dict(zip(BROWSER, values, strict=True))
        here = f"{where}, browser_event {row['id']}"
        payload = _payload(row["message"])
        kind = payload.get("eventType")
        url = payload.get("url")
        if kind != "navigate" or not isinstance(url, str):
            dropped.add(f"browser_event {str(kind)[:40]!r}: the pointer's and keys' rows tell it")
            continue
        made = {"type": "navigation", "url": url or None}
        rows.append(
            {**made, "t_us": _microseconds(row["timestamp"], here), "ordinal": _ordinal(row)}
        )
    return rows


def _payload(message: Any) -> dict[str, Any]:
    """Return the event in a message, which the recorder and the extension wrap."""
    try:
        found = orjson.loads(message)
    except (TypeError, ValueError):
        return {}
    for name in ("message", "payload"):
        if isinstance(found, dict) and isinstance(found.get(name), dict):
            found = found[name]
    return found if isinstance(found, dict) else {}
