"""Key times of one text typed again and again, as in CMU's password data: a row a repetition.

Columns are hold times ``H.key``, press to press ``DD.key.next`` and release to press
``UD.key.next``, in seconds, with X's names of keys; a letter in capitals is one key, ``Shift.r``. A
key that comes again is ``a.2``, which the data set's own text has none of
(Killourhy and Maxion 2009, DSL-StrongPasswordData.csv).
"""

import re
from collections import Counter
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa

from deskhand.errors import DeskhandError
from deskhand.exports.evdev.codes import KEYS
from deskhand.exports.losses import Dropped
from deskhand.exports.research_csv.strokes import HELD, stroke_rows, strokes_of
from deskhand.session import Session

# The data set's own text.
PASSWORD = ".tie5Roanl+Return"
RETURN = "+Return"
MARKS = ("subject", "sessionIndex", "rep")
# keysymdef.h; the data set writes digits as words.
_NAMES = {
    **dict(zip("0123456789", ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"], strict=True)),
    " ": "space", ".": "period", ",": "comma", "-": "minus", "@": "at", "_": "underscore",
    "/": "slash", ":": "colon", ";": "semicolon", "!": "exclam", "?": "question", "'": "apostrophe",
    '"': "quotedbl", "(": "parenleft", ")": "parenright", "+": "plus", "=": "equal", "#": "numbersign",
    "$": "dollar", "%": "percent", "&": "ampersand", "*": "asterisk", "\n": "Return",
}  # fmt: skip
_KEYS = {name: key for key, name in _NAMES.items()}
# Time between two repetitions, which no column tells (assumed).
PAUSE_US = 1_000_000


def key_names(text: str) -> list[str]:
    """Return the columns' names of a text's keys.

    Examples
    --------
    >>> key_names(".tie5R+Return")
    ['period', 't', 'i', 'e', 'five', 'Shift.r', 'Return']
    >>> key_names("aha")
    ['a', 'h', 'a.2']
    """
    typed = text.removesuffix(RETURN) + "\n" * text.endswith(RETURN)
    names = []
    for character in typed:
        if character.isalpha() and character.isascii():
            names.append(character if character.islower() else f"Shift.{character.lower()}")
        elif character in _NAMES:
            names.append(_NAMES[character])
        else:
            raise DeskhandError(
                f"research:cmu:{text}: no column is named for {character!r}; give a text of ASCII "
                "letters, digits and common marks, with +Return behind it if Enter ends it."
            )
    if not names:
        raise DeskhandError("research:cmu: an empty text; write research:cmu:TEXT.")
    seen: Counter[str] = Counter()
    for k, name in enumerate(names):
        seen[name] += 1
        names[k] = name if seen[name] == 1 else f"{name}.{seen[name]}"
    return names


def columns_of(names: list[str]) -> list[str]:
    """Return the columns of a text.

    Examples
    --------
    >>> columns_of(["a", "Return"])
    ['subject', 'sessionIndex', 'rep', 'H.a', 'DD.a.Return', 'UD.a.Return', 'H.Return']
    """
    found = [*MARKS]
    for k, name in enumerate(names):
        found.append(f"H.{name}")
        if k + 1 < len(names):
            found += [f"DD.{name}.{names[k + 1]}", f"UD.{name}.{names[k + 1]}"]
    return found


def log_of(session: Session, text: str) -> tuple[pa.Table, int]:
    """Return a row for each time that a text was typed without an error, in one place.

    Parameters
    ----------
    session : Session
        Masked keys are in no row.
    text : str
        As in `key_names`.

    Returns
    -------
    pyarrow.Table
        None of whose rows tells when it was typed.
    int
        Time of the first repetition, in microseconds.
    """
    names = key_names(text)
    typed = text.removesuffix(RETURN) + "\n" * text.endswith(RETURN)
    strokes = strokes_of(session.events)
    kept = ~np.isin(strokes.key.astype(str), HELD)
    key, place = strokes.key[kept], strokes.place[kept]
    # One character a stroke; what types none separates.
    line = "".join(
        "\n" if k == "Enter" else k if k is not None and len(k) == 1 else "\0" for k in key
    )
    starts, at = [], line.find(typed)
    while at >= 0:
        if len(set(place[at : at + len(typed)])) == 1:
            starts.append(at)
        at = line.find(typed, at + len(typed))
    index = np.array(starts, np.int64)[:, None] + np.arange(len(typed))
    down, up = strokes.down_us[kept][index] / 1e6, strokes.up_us[kept][index] / 1e6
    values: list[Any] = [
        pa.array([str(session.header["persona"])] * len(starts), pa.string()),
        pa.array(np.full(len(starts), int(session.header["day"]) + 1)),
        pa.array(np.arange(1, len(starts) + 1)),
    ]
    for k in range(len(names)):
        values.append(np.round(up[:, k] - down[:, k], 4))
        if k + 1 < len(names):
            values.append(np.round(down[:, k + 1] - down[:, k], 4))
            values.append(np.round(down[:, k + 1] - up[:, k], 4))
    first_us = int(strokes.down_us[kept][starts[0]]) if starts else 0
    return pa.table(values, names=columns_of(names)), first_us


def rows_of(table: pa.Table, dropped: Dropped) -> Mapping[str, Any]:
    """Return canonical columns of key presses, repetition after repetition.

    Parameters
    ----------
    table : pyarrow.Table
        With the columns of one text.
    dropped : Dropped
        Told that pauses between repetitions are assumed.
    """
    names = [c.removeprefix("H.") for c in table.column_names if c.startswith("H.")]
    if table.column_names != columns_of(names):
        raise DeskhandError(
            f"columns {table.column_names}: for keys {names} they are {columns_of(names)}."
        )
    numbers = [np.asarray(table[name], np.float64) for name in table.column_names[1:]]
    whole = np.isfinite(numbers).all(axis=0)
    dropped.add("repetition with a cell that is no number", int((~whole).sum()))
    table = table.filter(pa.array(whole))
    n = len(table)

    def seconds(name: str) -> np.ndarray:
        return np.asarray(table[name].cast(pa.float64()))

    steps = [seconds(f"DD.{a}.{b}") for a, b in pairwise(names)]
    down = np.cumsum([np.zeros(n), *steps], axis=0).T if n else np.zeros((0, len(names)))
    down_us = np.rint(down * 1e6).astype(np.int64)
    hold_us = np.rint(np.stack([seconds(f"H.{k}") for k in names], 1) * 1e6).astype(np.int64)
    length = (down_us + hold_us).max(axis=1, initial=0)
    begin = np.cumsum(length + PAUSE_US) - (length + PAUSE_US)
    down_us += begin[:, None]
    dropped.add("pause between repetitions: not in the file, taken as 1 s", max(0, n - 1))
    key, code = zip(*(_key(name) for name in names), strict=True)
    return stroke_rows(
        down_us.ravel(),
        (down_us + hold_us).ravel(),
        np.array(key * n, object),
        np.array(code * n, object),
    )


def _key(name: str) -> tuple[str | None, str | None]:
    name = re.sub(r"\.\d+$", "", name)
    if name == "Return":
        return "Enter", "Enter"
    character = name[-1].upper() if name.startswith("Shift.") else _KEYS.get(name, name)
    code = next((k.code for k in KEYS if character in (k.plain, k.shifted)), None)
    return (character if len(character) == 1 else None), code
