"""Keystrokes of a typing test, as in Aalto's 136 million: a row a keystroke, tabs between columns.

Times are Unix milliseconds; LETTER is the character or a name such as BKSP, KEYCODE the number that
browsers gave keys before ``code`` (Dhakal, Feit, Kristensson and Oulasvirta 2018, CHI).
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from deskhand.exports.losses import Dropped
from deskhand.exports.research_csv.strokes import Strokes, stroke_rows, strokes_of
from deskhand.field_text import edited
from deskhand.session import Session

COLUMNS = (
    "PARTICIPANT_ID", "TEST_SECTION_ID", "SENTENCE", "USER_INPUT", "KEYSTROKE_ID", "PRESS_TIME",
    "RELEASE_TIME", "LETTER", "KEYCODE",
)  # fmt: skip
_LETTERS = {
    "Shift": "SHIFT", "Backspace": "BKSP", "CapsLock": "CAPS_LOCK", "Control": "CTRL",
    "Alt": "ALT", "Tab": "TAB", "Enter": "ENTER", "Delete": "DEL", "ArrowLeft": "ARW_LEFT",
    "ArrowRight": "ARW_RIGHT", "ArrowUp": "ARW_UP", "ArrowDown": "ARW_DOWN", "Home": "HOME",
    "End": "END", "Insert": "INSERT", "PageUp": "PG_UP", "PageDown": "PG_DOWN", "Escape": "ESC",
}  # fmt: skip
_KEYS = {letter: key for key, letter in _LETTERS.items()}
# Browsers' old key codes (W3C UI Events, legacy keyCode; Chromium's for marks). The left key of
# two is told, for the number is one.
_NUMBERS = {
    **{f"Key{chr(k)}": k for k in range(65, 91)},
    **{f"Digit{k}": 48 + k for k in range(10)},
    **{f"Numpad{k}": 96 + k for k in range(10)},
    **{f"F{k}": 111 + k for k in range(1, 13)},
    "Backspace": 8, "Tab": 9, "Enter": 13, "NumpadEnter": 13, "ShiftLeft": 16, "ShiftRight": 16,
    "ControlLeft": 17, "ControlRight": 17, "AltLeft": 18, "AltRight": 18, "Pause": 19,
    "CapsLock": 20, "Escape": 27, "Space": 32, "PageUp": 33, "PageDown": 34, "End": 35, "Home": 36,
    "ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40, "Insert": 45, "Delete": 46,
    "MetaLeft": 91, "MetaRight": 92, "ContextMenu": 93, "NumpadMultiply": 106, "NumpadAdd": 107,
    "NumpadSubtract": 109, "NumpadDecimal": 110, "NumpadDivide": 111, "NumLock": 144,
    "ScrollLock": 145, "Semicolon": 186, "Equal": 187, "Comma": 188, "Minus": 189, "Period": 190,
    "Slash": 191, "Backquote": 192, "BracketLeft": 219, "Backslash": 220, "BracketRight": 221,
    "Quote": 222,
}  # fmt: skip
_CODES: dict[int, str] = {}
for _code, _number in _NUMBERS.items():
    _CODES.setdefault(_number, _code)


def log_of(session: Session) -> tuple[pa.Table, int]:
    """Return the keystrokes of a session, a test section for each text typed into a field.

    Parameters
    ----------
    session : Session
        Fields whose content was left out have no section. The sentence that was shown is not known
        to a capture, so SENTENCE is what the field held in the end, as USER_INPUT is.

    Returns
    -------
    pyarrow.Table
        With the columns of the data set.
    int
        0: times are those of the computer's clock.
    """
    strokes = strokes_of(session.events)
    section = np.cumsum(strokes.place != np.roll(strokes.place, 1))
    typing = np.array([k is not None and len(k) == 1 for k in strokes.key], np.bool_)
    n = int(section.max(initial=0)) + 1
    wanted = (np.bincount(section[typing], minlength=n) > 0) & (
        np.bincount(section[strokes.masked], minlength=n) == 0
    )
    kept = wanted[section] & np.array([not p.endswith("\t") for p in strokes.place], np.bool_)
    kept = kept.astype(np.bool_)
    texts = _texts(session.events, strokes, section, np.unique(section[kept]).tolist())
    section = section[kept]
    key, code = strokes.key[kept], strokes.code[kept]
    wall_us = session.device_start_us
    typed = pa.array([texts[k] for k in section.tolist()], pa.string())
    count = len(section)
    numbers = [_NUMBERS.get(c, 0) if c else 0 for c in code]
    letters = [_LETTERS.get(k, k) if k else "" for k in key]
    order = np.unique(section, return_inverse=True)[1]
    person = int(session.header["person"])
    values = [
        pa.array(np.full(count, person)),
        pa.array(person * 1000 + order + 1),
        typed,
        typed,
        pa.array(np.arange(1, count + 1)),
        pa.array((wall_us + strokes.down_us[kept]) // 1000),
        pa.array((wall_us + strokes.up_us[kept]) // 1000),
        pa.array(letters, pa.string()),
        pa.array(numbers, pa.int64()),
    ]
    return pa.table(values, names=list(COLUMNS)), 0


def _texts(
    events: pa.Table, strokes: Strokes, section: np.ndarray, wanted: list[int]
) -> dict[int, str]:
    """Return what each section's field held after its last stroke, on one line."""
    types = events["type"].cast(pa.string())
    where = np.flatnonzero(np.asarray(pc.equal(types, "input")))
    names = ["window", "target", "input_type", "detail", "value", "value_length"]
    rows = events.select(names).take(where).to_pylist()
    # An edit follows its stroke; it is the section's whose stroke was the last before it.
    before = np.searchsorted(strokes.row, where) - 1
    of = section[np.maximum(before, 0)] if len(section) else np.zeros(0, np.int64)
    held: dict[str, str] = {}
    found = dict.fromkeys(wanted, "")
    for row, k in zip(rows, of.tolist(), strict=True):
        place = f"{row['window'] or ''}\t{row['target'] or ''}"
        held[place] = edited(held.get(place, ""), row)
        if k in found:
            found[k] = " ".join(held[place].split())
    return found


def rows_of(table: pa.Table, dropped: Dropped) -> tuple[Mapping[str, Any], int]:
    """Return canonical columns of key presses, and the Unix time of the first in microseconds.

    Parameters
    ----------
    table : pyarrow.Table
        With the columns of the data set.
    dropped : Dropped
        Counts rows without a time.
    """
    down, up = (
        pc.cast(pc.cast(table[name], pa.float64()), pa.int64(), safe=False)
        for name in ("PRESS_TIME", "RELEASE_TIME")
    )
    timed = np.asarray(pc.is_valid(down))
    dropped.add("keystroke without a press time", int((~timed).sum()))
    shown = pc.count_distinct(table["TEST_SECTION_ID"]).as_py()
    dropped.add("sentence that was shown: no canonical column holds it", shown)
    table, down = table.filter(pa.array(timed)), down.filter(pa.array(timed))
    up = pc.coalesce(up.filter(pa.array(timed)), down)
    down_ms, up_ms = down.to_numpy(), up.to_numpy()
    first_ms = int(down_ms.min()) if len(down_ms) else 0
    numbers = [int(n) if n is not None else 0 for n in table["KEYCODE"].to_pylist()]
    letters = table["LETTER"].to_pylist()
    key = [_KEYS.get(w, w if w and len(w) == 1 else None) for w in letters]
    rows = stroke_rows(
        (down_ms - first_ms) * 1000,
        (np.maximum(up_ms, down_ms) - first_ms) * 1000,
        np.array(key, object),
        np.array([_CODES.get(n) for n in numbers], object),
        np.array([f"section-{k}" for k in table["TEST_SECTION_ID"].to_pylist()], object),
    )
    return rows, first_ms * 1000
