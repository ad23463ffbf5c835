"""Canonical rows from the tables of a ``recording.db``, each value looked at before it is used."""

import math
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
from numpy.typing import NDArray

from deskhand.errors import DeskhandError
from deskhand.events import ALT, CONTROL, META, SHIFT
from deskhand.exports.evdev.codes import BUTTON_BITS
from deskhand.exports.losses import Dropped
from deskhand.exports.openadapt.action_rows import BUTTONS
from deskhand.exports.openadapt.key_names import w3c_key
from deskhand.exports.openadapt.recording_file import Recordings
from deskhand.exports.wheel_notches import NOTCH_PX

ACTION = (
    "id", "source_ordinal", "name", "timestamp", "mouse_x", "mouse_y", "mouse_dx", "mouse_dy",
    "mouse_button_name", "mouse_pressed", "key_name", "key_char", "key_vk", "disabled",
)  # fmt: skip
WINDOW = ("id", "source_ordinal", "timestamp", "title", "window_id")
BROWSER = ("id", "source_ordinal", "timestamp", "message")
MODIFIERS = {"Shift": SHIFT, "Control": CONTROL, "Alt": ALT, "Meta": META}
# Unix time in seconds: more than this is one in milliseconds (it would be in the year 5138).
LATEST_S = 1e11
# No desktop is so wide, px.
FARTHEST = 1e9
NAME, DISABLED = ACTION.index("name"), ACTION.index("disabled")
FOUND = pa.schema(
    [
        ("type", pa.string()),
        ("t_us", pa.int64()),
        ("ordinal", pa.int64()),
        ("app", pa.string()),
        ("window", pa.string()),
        ("screen_x", pa.float32()),
        ("screen_y", pa.float32()),
        ("button", pa.int8()),
        ("buttons", pa.int8()),
        ("pointer_type", pa.string()),
        ("delta_x", pa.float32()),
        ("delta_y", pa.float32()),
        ("delta_mode", pa.int8()),
        ("key", pa.string()),
        ("code", pa.string()),
        ("modifiers", pa.int8()),
        ("repeat", pa.bool_()),
        ("url", pa.string()),
    ]
)

Row = dict[str, Any]


def microseconds(value: Any, where: str) -> int:
    """Return a stored time in microseconds, or refuse it."""
    if isinstance(value, int | float) and math.isfinite(value) and 0 <= value < LATEST_S:
        return round(value * 1e6)
    raise DeskhandError(f"{where}: timestamp {value!r:.60}; a time is Unix time in seconds.")


def _number(row: Row, column: str, where: str) -> float:
    value = row[column]
    if isinstance(value, int | float) and math.isfinite(value) and abs(value) < FARTHEST:
        return float(value)
    raise DeskhandError(f"{where}, {column}: {value!r:.60}; {row['name']!r} needs a number there.")


def _text(row: Row, column: str, where: str) -> str | None:
    value = row[column]
    if value is None or isinstance(value, str):
        return value or None
    raise DeskhandError(f"{where}, {column}: {value!r:.60}; text belongs there.")


def move_table(rows: list[tuple[Any, ...]], where: str) -> pa.Table:
    """Return the rows of moves, which are most of a recording."""
    columns = dict(zip(ACTION, zip(*rows, strict=True), strict=True)) if rows else {}

    def numbers(name: str, least: float, most: float) -> NDArray[np.float64]:
        try:
            found = pa.array(columns.get(name, ()))
            if rows and (found.null_count or pa.types.is_string(found.type)):
                raise TypeError
            values = found.cast(pa.float64()).to_numpy(zero_copy_only=False)
        except (pa.ArrowException, TypeError, OverflowError):
            values = np.array([np.nan])
        if not ((values >= least) & (values < most)).all():
            raise DeskhandError(
                f"{where}, action_event, {name}: a move lacks a number that can be."
            )
        return np.asarray(values, np.float64)

    seconds = numbers("timestamp", 0, LATEST_S)
    places = {f"screen_{axis}": numbers(f"mouse_{axis}", -FARTHEST, FARTHEST) for axis in "xy"}
    ordinals = columns.get("source_ordinal", ())
    made: dict[str, Any] = {
        "type": ["pointermove"] * len(seconds),
        "t_us": np.rint(seconds * 1e6).astype(np.int64),
        "ordinal": [value if isinstance(value, int) else 0 for value in ordinals],
        "pointer_type": ["mouse"] * len(seconds),
        **{name: values.astype(np.float32) for name, values in places.items()},
    }
    return pa.table(
        [
            pa.array(made[f.name], f.type) if f.name in made else pa.nulls(len(rows), f.type)
            for f in FOUND
        ],
        schema=FOUND,
    )


def act_rows(rows: list[tuple[Any, ...]], where: str, dropped: Dropped) -> list[Row]:
    """Return the rows of clicks, turns of the wheel and keys."""
    made_rows: list[Row] = []
    buttons = 0
    held: dict[str, int] = {}
    down: set[tuple[str | None, str | None]] = set()
    for values in rows:
        row = dict(zip(ACTION, values, strict=True))
        here = f"{where}, action_event {row['id']}"
        name = row["name"]
        made: Row = {"t_us": microseconds(row["timestamp"], here), "ordinal": _ordinal(row)}
        if name in ("click", "scroll"):
            made |= {f"screen_{axis}": _number(row, f"mouse_{axis}", here) for axis in "xy"}
            made["pointer_type"] = "mouse"
        if name == "click":
            if row["mouse_pressed"] not in (0, 1):
                raise DeskhandError(f"{here}: a click neither pressed nor released.")
            button = _button(_text(row, "mouse_button_name", here), here)
            bit = BUTTON_BITS.get(button, 0)
            buttons = buttons | bit if row["mouse_pressed"] else buttons & ~bit
            kind = "pointerdown" if row["mouse_pressed"] else "pointerup"
            made |= {"type": kind, "button": button, "buttons": buttons}
        elif name == "scroll":
            dx, dy = (_number(row, f"mouse_d{axis}", here) for axis in "xy")
            made |= {
                "type": "wheel",
                "delta_x": dx * NOTCH_PX,
                "delta_y": -dy * NOTCH_PX + 0.0,
                "delta_mode": 0,
            }
        elif name in ("press", "release"):
            made |= _key(row, name == "press", held, down, here)
        else:
            dropped.add(f"action_event {str(name)[:40]!r}: no canonical event is like it")
            continue
        made_rows.append(made)
    return made_rows


def _key(
    row: Row,
    pressed: bool,
    held: dict[str, int],
    down: set[tuple[str | None, str | None]],
    where: str,
) -> Row:
    key, code = w3c_key(*(_text(row, f"key_{part}", where) for part in ("name", "char", "vk")))
    if key is None and code is None:
        raise DeskhandError(f"{where}: names no key.")
    if key in MODIFIERS:
        held[code or key] = MODIFIERS[key] if pressed else 0
    again = pressed and (key, code) in down
    (down.add if pressed else down.discard)((key, code))
    modifiers = 0
    for bit in held.values():
        modifiers |= bit
    kind = "keydown" if pressed else "keyup"
    return {"type": kind, "key": key, "code": code, "modifiers": modifiers, "repeat": again}


def _ordinal(row: Row) -> int:
    ordinal = row["source_ordinal"]
    return ordinal if isinstance(ordinal, int) else 0


def _button(name: str | None, where: str) -> int:
    if name in BUTTONS:
        return BUTTONS.index(name)
    digits = (name or "").removeprefix("button")
    if name and digits.isdecimal() and len(digits) < 3:
        return max(0, int(digits) - 5)
    raise DeskhandError(f"{where}: button {name!r:.60} is not known; use {', '.join(BUTTONS)}.")


def window_rows(recordings: Recordings, number: Any, where: str) -> list[Row]:
    """Return the changes of the active window; the last part of its title names the application."""
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
            {**made, "t_us": microseconds(row["timestamp"], here), "ordinal": _ordinal(row)}
        )
    return rows


def page_rows(recordings: Recordings, number: Any, where: str, dropped: Dropped) -> list[Row]:
    """Return the loads of pages; what else the browser tells is told by the other tables, too."""
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
            {**made, "t_us": microseconds(row["timestamp"], here), "ordinal": _ordinal(row)}
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
