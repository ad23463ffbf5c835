"""Episodes of AgentNetTool as canonical sessions: raw rows, windows and metadata."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from deskhand.exports.agentnet.episode_files import (
    EVENTS_FILE,
    FIELDS,
    METADATA_FILE,
    episodes,
    json_object,
    raw_rows,
)
from deskhand.exports.agentnet.pynput_names import MODIFIER_BITS, W3C_BUTTONS, w3c
from deskhand.exports.agentnet.recorder import TICKS_PER_S, TICKS_PER_US
from deskhand.exports.capture_files import content_of
from deskhand.exports.captured import capture_id, captured_session
from deskhand.exports.losses import Dropped
from deskhand.exports.wheel_notches import NOTCH_PX
from deskhand.session import Session

# What each action comes to; a click by whether it was pressed.
KINDS = {"move": "pointermove", "scroll": "wheel", "press": "keydown", "release": "keyup"}
# W3C's bits of the buttons that are down.
BUTTON_BITS = np.array([1, 4, 2, 8, 16], np.int64)
MARK = {
    "synthetic": bool, "provenance_id": str, "session_id": str, "start_wall_us": int,
    "clock_skew_us": int, "duration_us": int, "time_zone": str,
}  # fmt: skip
# Sessions' identifiers become names of files.
_ID = re.compile(r"[A-Za-z0-9_-]{1,200}")


def read(path: Path, dropped: Dropped | None = None) -> Iterator[Session]:
    """Yield the sessions of episodes.

    Parameters
    ----------
    path : pathlib.Path
        The folder of an episode, or one that holds some.
    dropped : Dropped, optional
        Counts what could not be kept.

    Yields
    ------
    Session
        Times are those since the film began; where another row is older, since that.

    Raises
    ------
    DeskhandError
        When a file is missing or cannot be read.
    """
    for folder in episodes(Path(path)):
        yield _session(folder, Dropped() if dropped is None else dropped)


def _session(folder: Path, dropped: Dropped) -> Session:
    about = json_object(folder / METADATA_FILE)
    rows = raw_rows(folder / EVENTS_FILE)
    for name in rows.column_names[len(FIELDS) :]:
        dropped.add(
            f"field {name!r} of a row: not the recorder's", len(rows) - rows[name].null_count
        )
    kinds = pc.coalesce(
        pc.if_else(
            pc.equal(rows["action"], "click"),
            pc.if_else(rows["pressed"], "pointerdown", "pointerup"),
            pc.index_in(rows["action"], pa.array(KINDS)).cast(pa.string()),
        ),
        pa.scalar(""),
    ).combine_chunks()
    numbers = {str(k): kind for k, kind in enumerate(KINDS.values())}
    kinds = np.array([numbers.get(kind, kind) for kind in kinds.unique().to_pylist()], object)[
        np.asarray(pc.index_in(kinds, kinds.unique()))
    ]
    stamps = np.asarray(pc.fill_null(rows["time_stamp"], float("nan")))
    known = (kinds != "") & np.isfinite(stamps)
    for action in pc.value_counts(rows["action"].filter(pa.array(~known))).to_pylist():
        dropped.add(f"{action['values']}: no canonical event is like it", action["counts"])
    rows, kinds, stamps = rows.filter(pa.array(known)), kinds[known], stamps[known]
    windows = list(_top_windows(folder / "top_window.jsonl", dropped))
    mark = _mark(about.get("deskhand"), dropped)
    begun = about.get("video_start_timestamp")
    starts = stamps.min(keepdims=True).tolist() if len(stamps) else []
    starts += [at_s for at_s, _ in windows]
    if isinstance(begun, int | float) and np.isfinite(begun):
        starts.append(float(begun))
    origin = float(min(starts, default=0.0))
    columns = _columns(rows, kinds, dropped)
    columns["t_us"] = _since_us(stamps, origin)
    size = {f"screen_{side}": about.get(f"screen_{side}") for side in ("width", "height")}
    header = {name: value for name, value in size.items() if isinstance(value, int) and value > 0}
    header |= {name: mark[name] for name in ("time_zone", "clock_skew_us") if mark}
    rows_id = capture_id(content_of(folder / EVENTS_FILE))
    return captured_session(
        _with_windows(columns, windows, origin, mark.get("duration_us")),
        session_id=mark.get("session_id", rows_id),
        start_wall_us=mark["start_wall_us"] if mark else _wall_us(about, dropped),
        source="agentnet",
        made_by=mark["provenance_id"] if mark.get("synthetic") else None,
        header=header,
    )


def _mark(record: Any, dropped: Dropped) -> Mapping[str, Any]:
    """Return what deskhand wrote about the session, or nothing where that is not what it writes."""
    if record is None:
        return {}
    try:
        ZoneInfo(record["time_zone"])
        right = (
            all(type(record[name]) is kind for name, kind in MARK.items())
            and _ID.fullmatch(record["session_id"]) is not None
            and record["session_id"].startswith("syn_" if record["synthetic"] else ("cap_", "der_"))
        )
    except (KeyError, TypeError, ValueError, OSError):
        right = False
    if not right:
        dropped.add("a field 'deskhand' of metadata.json that deskhand did not write")
    return record if right else {}


def _since_us(stamps: Any, origin: float) -> Any:
    ticks = np.rint(stamps * TICKS_PER_S).astype(np.int64) - round(origin * TICKS_PER_S)
    return ticks // TICKS_PER_US


def _columns(rows: pa.Table, kinds: Any, dropped: Dropped) -> dict[str, Any]:
    pointing = np.isin(kinds, ("pointermove", "pointerdown", "pointerup", "wheel"))
    clicks = np.flatnonzero(np.isin(kinds, ("pointerdown", "pointerup")))
    buttons = np.full(len(kinds), -1, np.int64)
    names = rows["button"].take(clicks).to_pylist()
    buttons[clicks] = [W3C_BUTTONS.get(name, -1) for name in names]
    dropped.add("a button that is not known", int((buttons[clicks] < 0).sum()))
    held = np.zeros(len(kinds), np.int64)
    for button, bit in enumerate(BUTTON_BITS):
        turns = np.where(buttons == button, np.where(kinds == "pointerdown", 1, -1), 0)
        last = np.maximum.accumulate(np.where(turns != 0, np.arange(len(turns)), -1))
        held |= np.where((last >= 0) & (turns[last] > 0), bit, 0)
    wheel = kinds == "wheel"
    notches = {axis: np.asarray(pc.fill_null(rows[f"d{axis}"], 0.0)) for axis in "xy"}
    none = np.full(len(kinds), None, object)
    keys = {
        "key": none.copy(),
        "code": none.copy(),
        "modifiers": none.copy(),
        "repeat": none.copy(),
    }
    _keys(rows, kinds, keys)
    return {
        "type": pa.array(kinds, pa.string()),
        "screen_x": pc.if_else(pa.array(pointing), rows["x"], None),
        "screen_y": pc.if_else(pa.array(pointing), rows["y"], None),
        "button": pa.array(buttons, mask=buttons < 0),
        "buttons": pa.array(held, mask=~pointing),
        "pointer_type": pa.array(np.full(len(kinds), "mouse"), pa.string(), mask=~pointing | wheel),
        "delta_x": pa.array(notches["x"] * NOTCH_PX, mask=~wheel),
        "delta_y": pa.array(-notches["y"] * NOTCH_PX, mask=~wheel),
        "delta_mode": pa.array(np.zeros(len(kinds), np.int64), mask=~wheel),
        **{name: pa.array(values.tolist()) for name, values in keys.items()},
    }


def _keys(rows: pa.Table, kinds: Any, keys: dict[str, Any]) -> None:
    """Fill in what keys are in W3C's names, and which modifiers are down after each."""
    places = np.flatnonzero(np.isin(kinds, ("keydown", "keyup")))
    taken = rows.select(["name", "pynput_key"]).take(places).to_pydict()
    down: dict[str, str] = {}
    for place, name, text in zip(places.tolist(), taken["name"], taken["pynput_key"], strict=True):
        pressed = kinds[place] == "keydown"
        bits = _bits(down)
        key, code = w3c(text or repr(name), name or "", bits)
        physical = text or name or ""
        keys["repeat"][place] = pressed and physical in down
        if pressed:
            down[physical] = key
        else:
            down.pop(physical, None)
        keys["key"][place], keys["code"][place] = key, code
        keys["modifiers"][place] = _bits(down)


def _bits(down: Mapping[str, str]) -> int:
    bits = 0
    for key in down.values():
        bits |= MODIFIER_BITS.get(key, 0)
    return bits


def _top_windows(path: Path, dropped: Dropped) -> Iterator[tuple[float, str]]:
    if not path.is_file():
        return
    for line in content_of(path).splitlines():
        try:
            record = json.loads(line)
            yield float(record["time_stamp"]), str(record["top_window_name"])
        except (ValueError, KeyError, TypeError):
            if line.strip():
                dropped.add("a line of top_window.jsonl that cannot be read")


def _with_windows(
    columns: dict[str, Any], windows: list[tuple[float, str]], origin: float, duration_us: Any
) -> pa.Table:
    """Return rows with the windows among them, and in every row the application in front."""
    table = pa.table(columns)
    apps = pa.array([name for _, name in windows], pa.string())
    at_us = _since_us(np.array([at_s for at_s, _ in windows], float), origin)
    shown = {"type": pa.array(["window.focus"] * len(windows), pa.string()), "t_us": at_us}
    ends = {"type": pa.array([], pa.string()), "t_us": np.zeros(0, np.int64)}
    if isinstance(duration_us, int):
        last_us = max([duration_us, *at_us.tolist(), *columns["t_us"].tolist()])
        ends = {"type": pa.array(["session.end"], pa.string()), "t_us": np.array([last_us])}
    whole = pa.concat_tables([pa.table(shown), table, pa.table(ends)], promote_options="permissive")
    place = np.searchsorted(at_us, whole["t_us"].to_numpy(), "right") - 1
    front = apps.take(pa.array(place, mask=place < 0))
    for name in ("app", "window"):
        whole = whole.append_column(name, front)
    return whole


def _wall_us(about: Mapping[str, Any], dropped: Dropped) -> int:
    """Return the start as Unix time; the recorder wrote local time without its zone."""
    try:
        start = datetime.strptime(f"{about.get('start_time')} +0000", "%Y-%m-%d %H:%M:%S %z")
    except ValueError:
        dropped.add("a start_time that is not known: 1970-01-01 is taken")
        return 0
    dropped.add("the time zone of start_time, which the recorder does not write: UTC is taken")
    return int(start.timestamp()) * 1_000_000
