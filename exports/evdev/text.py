"""Events as lines of text, and lines as events, a column at a time."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from deskhand.exports.evdev import codes as ev
from deskhand.exports.evdev.device import Reports

OBFUSCATED = " (obfuscated)"
SECOND_US = 1_000_000


def told(values: NDArray[Any], write: Callable[[Any], str]) -> pa.Array:
    """Return a text for each value; each different value is written once."""
    different, index = np.unique(values, return_inverse=True)
    return pa.array([write(v) for v in different.tolist()], pa.string()).take(pa.array(index))


def columns_of(reports: Reports, t_us: NDArray[np.int64], width: int = 0) -> tuple[pa.Array, ...]:
    """Return seconds, microseconds in six digits, numbers of type and code as one, and remarks.

    Parameters
    ----------
    reports : Reports
        What a device reported.
    t_us : array of int64
        Times as the recorder writes them.
    width : int
        Characters of a value in a remark, at least.

    Returns
    -------
    tuple of pyarrow.Array
        Texts of seconds and microseconds; integers ``type << 16 | code``; the comment that both
        recorders put behind an event.
    """
    seconds, rest = np.divmod(t_us, SECOND_US)
    kind_code = reports.type.astype(np.int64) << 16 | reports.code
    syn = reports.type == ev.EV_SYN
    names = told(kind_code, lambda v: _name_column(v >> 16, v & 0xFFFF))
    # The pause before a report is told in whole milliseconds of the recorder's clock.
    ms = t_us[syn] // 1000
    pause = np.zeros(reports.n, np.int64)
    pause[syn] = np.diff(ms, prepend=ms[:1])
    hidden = pc.if_else(pa.array(reports.obfuscated), OBFUSCATED, "")
    plain = pc.binary_join_element_wise(
        names, told(reports.value, lambda v: f"{v:{width}d}"), hidden, ""
    )
    value = told(reports.value, lambda v: f"------------ SYN_REPORT ({v}) ---------- ")
    after = pc.binary_join_element_wise(value, told(pause, lambda v: f"{v:+d}ms"), "")
    remark = pc.if_else(pa.array(syn), after, plain)
    return (
        told(seconds, str),
        pc.utf8_lpad(pa.array(rest).cast(pa.string()), 6, "0"),
        pa.array(kind_code),
        remark,
    )


def _name_column(kind: int, code: int) -> str:
    kind_name = ev.TYPE_NAMES.get(kind, f"EV_{kind}")
    return f"{kind_name} / {ev.code_name(kind, code):<20} "


def joined(*parts: Any) -> bytes:
    """Return texts of columns, row by row and end to end, as UTF-8."""
    rows = pc.binary_join_element_wise(*parts, "").cast(pa.large_string())
    # The rows' text lies end to end in one buffer: no string a row is made in Python.
    _, offsets, text = rows.buffers()
    ends = memoryview(offsets).cast("q")
    return bytes(text[ends[rows.offset] : ends[rows.offset + len(rows)]])


def parsed(lines: pa.Array, pattern: str, device: str, base: int) -> tuple[Reports, pa.Array]:
    """Return the events of lines, and the lines that are none.

    Parameters
    ----------
    lines : pyarrow.Array of string
        One event a line.
    pattern : str
        A regular expression with the groups sec, usec, type, code, value and rest.
    device : str
        Whose lines they are.
    base : int
        16 where type and code are hexadecimal, else 10.

    Returns
    -------
    Reports
        Events in the order of their lines, with the file's own times.
    pyarrow.Array of int64
        Numbers of the lines that do not match.
    """
    found = pc.extract_regex(lines, pattern)
    good = pc.is_valid(found)
    bad = np.flatnonzero(~np.asarray(good))
    found = found.filter(good)
    field = dict(zip(found.type.names, found.flatten(), strict=True)) if len(found) else {}

    def whole(name: str, base: int = 10) -> NDArray[np.int64]:
        if not field:
            return np.zeros(0, np.int64)
        coded = field[name].dictionary_encode()
        numbers = np.array([int(w, base) for w in coded.dictionary.to_pylist()], np.int64)
        return numbers[np.asarray(coded.indices, np.int64)]

    rest = (
        pc.match_substring(field["rest"], OBFUSCATED.strip()) if field else pa.array([], pa.bool_())
    )
    reports = Reports(
        device=device,
        t_us=whole("sec") * SECOND_US + whole("usec"),
        type=whole("type", base).astype(np.int32),
        code=whole("code", base).astype(np.int32),
        value=whole("value"),
        obfuscated=np.asarray(rest, np.bool_),
    )
    return reports, pa.array(bad)


def quoted_name(text: str, default: str) -> str:
    """Return a device's name without quotes and without what is not printed."""
    name = re.sub(r"[^\x20-\x7e]", "", text.strip().strip('"'))
    return name[:200] or default
