"""The session's tables as the arrays that the page draws: path, presses, wheel, keys, actions."""

from collections import deque
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from deskhand.events import TYPE_CODE
from deskhand.player.pack import Column, places, plain, times

_PATH = ("pointermove", "pointerdown", "pointerup")
# A key that is held past the end of the session, or whose release was lost, is drawn this long.
_LOST_HOLD_US = 100_000


class Names:
    """A list of distinct strings; ``names[text]`` is its number, and null is number 0."""

    def __init__(self) -> None:
        self.known: dict[str | None, int] = {None: 0}

    def __getitem__(self, text: str | None) -> int:
        return self.known.setdefault(text, len(self.known))

    def codes(self, column: Any) -> NDArray[np.int64]:
        """Return the number of each value of a dictionary column, shape (n,)."""
        array: Any = pc.dictionary_encode(column.combine_chunks().cast(pa.string()))
        table = np.array([self[v] for v in array.dictionary.to_pylist()] + [0], dtype=np.int64)
        at = array.indices.fill_null(len(table) - 1)
        return np.asarray(table[at.to_numpy(zero_copy_only=False)], dtype=np.int64)

    def listing(self) -> list[str]:
        """Return the strings by number; number 0, null, is the empty string."""
        return [text or "" for text in self.known]


def type_codes(events: pa.Table) -> NDArray[np.int64]:
    """Return the code of each event's type, shape (n,)."""
    array: Any = pc.dictionary_encode(events["type"].combine_chunks().cast(pa.string()))
    table = np.array([TYPE_CODE[v] for v in array.dictionary.to_pylist()] + [-1], dtype=np.int64)
    return np.asarray(table[array.indices.to_numpy(zero_copy_only=False)], dtype=np.int64)


def numbers(events: pa.Table, name: str) -> NDArray[np.float64]:
    """Return a numeric column, shape (n,), with NaN for null."""
    column = events[name].combine_chunks().cast(pa.float64())
    return np.asarray(column.to_numpy(zero_copy_only=False), dtype=np.float64)


def _of(codes: NDArray[np.int64], types: Sequence[str]) -> NDArray[np.bool_]:
    return np.isin(codes, [TYPE_CODE[name] for name in types])


def _places(events: pa.Table) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return where the pointer is on the desktop; on the page when only that is known."""
    made = []
    for axis in "xy":
        screen, client = numbers(events, f"screen_{axis}"), numbers(events, f"client_{axis}")
        made.append(np.where(np.isfinite(screen), screen, client))
    return made[0], made[1]


def origins(events: pa.Table, names: Names) -> dict[int, list[int]]:
    """Return where each window's page starts on the desktop, by the number of the window's name."""
    window = names.codes(events["window"])
    found: dict[int, list[int]] = {}
    x, y = (numbers(events, f"screen_{axis}") - numbers(events, f"client_{axis}") for axis in "xy")
    known = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    for code, first in zip(*np.unique(window[known], return_index=True), strict=True):
        at = known[first]
        found[int(code)] = [round(x[at]), round(y[at])]
    return found


def path(events: pa.Table, codes: NDArray[np.int64]) -> dict[str, Column]:
    """Return the cursor's samples: time and place on the desktop."""
    x, y = _places(events)
    there = _of(codes, _PATH) & np.isfinite(x) & np.isfinite(y)
    t = numbers(events, "t_us")[there].astype(np.int64)
    return {"move_t": times(t), "move_x": places(x[there]), "move_y": places(y[there])}


def presses(events: pa.Table, codes: NDArray[np.int64]) -> dict[str, Column]:
    """Return each press of a button: time down, time held, place, button, click count."""
    t_us = numbers(events, "t_us").astype(np.int64)
    x, y = _places(events)
    down = np.flatnonzero(_of(codes, ("pointerdown",)) & np.isfinite(x))
    up = np.flatnonzero(_of(codes, ("pointerup", "pointercancel")))
    after = np.searchsorted(up, down)
    ends = np.append(t_us[up], t_us[-1] if len(t_us) else 0)
    held = np.maximum(ends[after] - t_us[down], 0) if len(down) else np.zeros(0, dtype=np.int64)
    button = np.nan_to_num(numbers(events, "button")[down])
    count = np.nan_to_num(numbers(events, "detail")[down], nan=1)
    return {
        "press_t": times(t_us[down]),
        "press_hold": plain(held // 1000, width=4),
        "press_x": places(x[down]),
        "press_y": places(y[down]),
        "press_button": plain(button, width=1),
        "press_count": plain(count, width=1),
    }


def wheel(events: pa.Table, codes: NDArray[np.int64]) -> dict[str, Column]:
    """Return each wheel event: time and distance."""
    at = _of(codes, ("wheel",))
    distance = np.nan_to_num(numbers(events, "delta_y")[at])
    return {
        "wheel_t": times(numbers(events, "t_us")[at].astype(np.int64)),
        "wheel_dy": plain(np.clip(np.rint(distance), -30000, 30000), width=2),
    }


def keys(events: pa.Table, codes: NDArray[np.int64], names: Names) -> dict[str, Column]:
    """Return each key press: time down, time held, key, code, modifiers, whether masked.

    A masked row names no key, so the oldest masked press ends at the next masked release.
    """
    at = np.flatnonzero(_of(codes, ("keydown", "keyup")))
    rows = events.take(at)
    t_us = numbers(rows, "t_us").astype(np.int64)
    key, code = names.codes(rows["key"]), names.codes(rows["code"])
    modifiers = np.nan_to_num(numbers(rows, "modifiers")).astype(np.int64)
    masked = rows["masked"].combine_chunks().to_numpy(zero_copy_only=False).astype(np.int64)
    down = _of(codes[at], ("keydown",))
    again = rows["repeat"].combine_chunks().fill_null(False).to_numpy(zero_copy_only=False)
    hold = np.full(len(at), _LOST_HOLD_US, dtype=np.int64)
    open_presses: dict[int, deque[int]] = {}
    for i in range(len(at)):
        waiting = open_presses.setdefault(int(code[i]), deque())
        if down[i] and not again[i]:
            waiting.append(i)
        elif not down[i] and waiting:
            first = waiting.popleft()
            hold[first] = t_us[i] - t_us[first]
    kept = down & ~again.astype(bool)
    return {
        "key_t": times(t_us[kept]),
        "key_hold": plain(hold[kept] // 100, width=4),
        "key_key": plain(key[kept], width=2),
        "key_code": plain(code[kept], width=2),
        "key_modifiers": plain(modifiers[kept], width=1),
        "key_masked": plain(masked[kept], width=1),
    }


def actions(session_actions: pa.Table, events: pa.Table, names: Names) -> dict[str, Column]:
    """Return each action: start, duration, verb, target, application, scenario, task, errors."""
    order = np.argsort(numbers(session_actions, "start_us"), kind="stable")
    rows = session_actions.take(order)
    start = numbers(rows, "start_us").astype(np.int64)
    length = np.maximum(numbers(rows, "end_us").astype(np.int64) - start, 0)
    when = numbers(events, "t_us")
    apps = names.codes(events["app"])
    at = np.minimum(np.searchsorted(when, start, side="right"), max(len(when) - 1, 0))
    return {
        "act_t": times(start),
        "act_length": plain(length // 1000, width=4),
        "act_verb": plain(names.codes(rows["verb"]), width=2),
        "act_target": plain(names.codes(rows["target"]), width=2),
        "act_app": plain(apps[at] if len(apps) else np.zeros(len(start)), width=2),
        "act_scenario": plain(names.codes(rows["scenario"]), width=2),
        "act_task": plain(numbers(rows, "task"), width=4),
        "act_errors": plain(numbers(rows, "error_count"), width=2),
    }


def breaks(events: pa.Table, codes: NDArray[np.int64]) -> list[list[Any]]:
    """Return each break of the session: start and end in microseconds, and its reason."""
    at = np.flatnonzero(_of(codes, ("idle.start", "idle.end")))
    found: list[list[Any]] = []
    begun: tuple[int, str] | None = None
    for row in events.select(["t_us", "type", "reason"]).take(at).to_pylist():
        if row["type"] == "idle.start":
            begun = (row["t_us"], row["reason"] or "")
        elif begun is not None:
            found.append([begun[0], row["t_us"], begun[1]])
            begun = None
    return found
