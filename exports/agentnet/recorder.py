"""What AgentNetTool's recorder writes while a person works: input rows, windows, elements, metadata.

Its listeners are pynput's. Moves come at the rate of the device (125 Hz in the recording that OpenCUA
gives as an example), places are whole pixels, wheels whole notches, and times are the uptime of the
machine in steps of 100 ns, as `time.perf_counter` counts on Windows.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from deskhand.exports.agentnet.pynput_names import BUTTONS, MODIFIER_BITS, named
from deskhand.exports.agentnet.seen_elements import SeenElements
from deskhand.exports.wheel_notches import NOTCH
from deskhand.session import Session
from deskhand.streams import stream

# One tick of Windows' performance counter at 10 MHz, in microseconds.
TICKS_PER_US = 10
TICKS_PER_S = 10_000_000
# Machines have been up for ten minutes to five days when a recording begins (assumed).
UPTIME_S = (600.0, 432_000.0)
# How often the recorder asks which window is in front (a11y_listener.py: sleep 0.2 s).
POLL_US = 200_000
EOL = "\r\n"
KINDS = ("pointermove", "pointerdown", "pointerup", "wheel", "keydown", "keyup")
_COLUMNS = ("t_us", "type", "target", "app", "button", "key", "code", "modifiers", "masked")
_PLACE = ("screen_x", "screen_y", "client_x", "client_y")

Record = dict[str, Any]
Floats = np.ndarray[Any, np.dtype[np.float64]]
Ints = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """What was recorded: moves as columns, everything else as records.

    ``few`` are the records of ``events.jsonl`` that are no moves, ascending; ``move_index`` and
    ``few_index`` are places in that file, ``move_s`` uptimes. ``targets`` are the elements under
    clicks by their index, in the recorder's words.
    """

    few: list[Record]
    few_index: Ints
    move_s: Floats
    move_x: Ints
    move_y: Ints
    move_index: Ints
    top_windows: list[Record]
    elements: list[Record]
    targets: dict[int, Record]
    start_s: float
    stop_s: float


def recorded(session: Session) -> Recording:
    """Return what the recorder would have kept of a session.

    Rows that are masked are left out: the recorder knows no other way than not to be running.

    Parameters
    ----------
    session : Session
        Generated or captured.
    """
    header = session.header
    seed_path = [int(header[name]) for name in ("team", "person", "day")]
    rng = stream(int(header["seed"]), "agentnet", session.session_id, *seed_path)
    low, high = np.log(UPTIME_S)
    origin = int(np.exp(rng.uniform(low, high)) * TICKS_PER_S)
    events = session.events
    kept = pc.and_(
        pc.is_in(events["type"].cast(pa.string()), pa.array(KINDS)), pc.invert(events["masked"])
    )
    x, y = _place(events)
    pointing = ~np.asarray(pc.is_in(events["type"].cast(pa.string()), pa.array(KINDS[4:])))
    rows = np.flatnonzero(np.asarray(kept) & (~pointing | ~(np.isnan(x) | np.isnan(y))))
    keyless = np.asarray(pc.is_null(events["key"])) & ~pointing
    rows = rows[~keyless[rows]]
    ticks = events["t_us"].to_numpy()[rows] * TICKS_PER_US + origin
    if header["synthetic"]:
        # A capture's ticks are not known; the rows of one microsecond keep their order.
        ticks = np.maximum.accumulate(ticks + rng.integers(0, TICKS_PER_US, len(rows)))
    up_s = ticks / TICKS_PER_S
    kinds = np.asarray(pc.index_in(events["type"].cast(pa.string()), pa.array(KINDS)))[rows]
    moves, few = np.flatnonzero(kinds == 0), np.flatnonzero(kinds != 0)
    xs = np.where(pointing, np.floor(np.nan_to_num(x) + 0.5), 0).astype(np.int64)[rows]
    ys = np.where(pointing, np.floor(np.nan_to_num(y) + 0.5), 0).astype(np.int64)[rows]
    notches = [_notches(events, axis)[rows] for axis in "xy"]
    columns = [events[name].take(rows[few]).to_pylist() for name in _COLUMNS]
    seen = SeenElements(session)
    records: list[Record] = []
    targets: dict[int, Record] = {}
    elements: list[Record] = []
    # Held modifiers, for captures whose rows do not say which.
    held = 0
    for k, values in zip(few.tolist(), zip(*columns, strict=True), strict=True):
        row = dict(zip(_COLUMNS, values, strict=True))
        at = {"time_stamp": float(up_s[k])}
        place = {"x": int(xs[k]), "y": int(ys[k])}
        if row["type"] in ("keydown", "keyup"):
            action = "press" if row["type"] == "keydown" else "release"
            bit = MODIFIER_BITS.get(row["key"], 0)
            held = held | bit if action == "press" else held & ~bit
            bits = held if row["modifiers"] is None else row["modifiers"]
            name, text = named(row["key"], row["code"], bits)
            record = {**at, "action": action, "name": name, "pynput_key": text}
        elif row["type"] == "wheel":
            dx, dy = int(notches[0][k]), -int(notches[1][k])
            record = {**at, "action": "scroll", **place, "dx": dx, "dy": dy}
        else:
            pressed = row["type"] == "pointerdown"
            button = BUTTONS.get(row["button"] or 0, "unknown")
            record = {**at, "action": "click", **place, "button": button, "pressed": pressed}
            if pressed and (element := seen.at(int(rows[k]))) is not None:
                targets[k] = element.target
                elements.append({**at, "a11y_tree": element.tree})
        records.append({**record, "event_idx": k})
    return Recording(
        few=records,
        few_index=few,
        move_s=up_s[moves],
        move_x=xs[moves],
        move_y=ys[moves],
        move_index=moves,
        top_windows=_top_windows(events, origin, int(header["duration_us"])),
        elements=elements,
        targets=targets,
        start_s=origin / TICKS_PER_S,
        stop_s=(origin + int(header["duration_us"]) * TICKS_PER_US) / TICKS_PER_S,
    )


def _place(events: pa.Table) -> tuple[Floats, Floats]:
    nowhere = pa.scalar(float("nan"), pa.float32())
    x, y = (
        np.asarray(pc.coalesce(events[f"screen_{axis}"], events[f"client_{axis}"], nowhere))
        for axis in "xy"
    )
    return x.astype(float), y.astype(float)


def _notches(events: pa.Table, axis: str) -> Floats:
    """Return whole notches to the right or down; pynput cuts towards up and left (``// 120``)."""
    delta = np.asarray(pc.fill_null(events[f"delta_{axis}"], 0.0)).astype(float)
    mode = np.asarray(pc.fill_null(events["delta_mode"], 0)).clip(0, 2)
    notches = delta / NOTCH[mode]
    whole: Floats = np.floor(notches) if axis == "x" else -np.floor(-notches)
    return whole


def _top_windows(events: pa.Table, origin: int, duration_us: int) -> list[Record]:
    """Return which application was in front each time that the recorder looked and it had changed."""
    shown = events.select(["t_us", "type", "app", "window"])
    shown = shown.filter(pc.equal(shown["type"].cast(pa.string()), "window.focus"))
    found: list[Record] = []
    polled: dict[int, str] = {}
    for t_us, _, app, window in zip(*shown.to_pydict().values(), strict=True):
        polled[-(-t_us // POLL_US) * POLL_US] = app or window or "unknown"
    for t_us, name in polled.items():
        if t_us <= duration_us and (not found or found[-1]["top_window_name"] != name):
            up_s = (origin + t_us * TICKS_PER_US) / TICKS_PER_S
            found.append({"time_stamp": up_s, "top_window_name": name})
    return found


def event_lines(recording: Recording) -> bytes:
    """Return ``events.jsonl``: fields in the recorder's order, its separators, its line ends."""
    moves = len(recording.move_s)
    lines = pa.array([json.dumps(record) + EOL for record in recording.few], pa.string())
    if moves:
        times = orjson.dumps(recording.move_s, option=orjson.OPT_SERIALIZE_NUMPY)
        texts = [
            pa.scalar('{"time_stamp": '),
            pa.array(times.decode()[1:-1].split(","), pa.string()),
            pa.scalar(', "action": "move", "x": '),
            pa.array(recording.move_x).cast(pa.string()),
            pa.scalar(', "y": '),
            pa.array(recording.move_y).cast(pa.string()),
            pa.scalar(', "event_idx": '),
            pa.array(recording.move_index).cast(pa.string()),
            pa.scalar("}" + EOL),
        ]
        moved = pc.binary_join_element_wise(*texts, "")
        lines = pa.concat_arrays([moved, lines])
    order = np.argsort(np.concatenate([recording.move_index, recording.few_index]), kind="stable")
    return "".join(lines.take(pa.array(order)).to_pylist()).encode()


def metadata(session: Session, recording: Recording, *, video: bool) -> Record:
    """Return ``metadata.json``; its last field is not the recorder's and says where it is from."""
    header = session.header
    wall_us = session.device_start_us
    start = datetime.fromtimestamp(0, UTC) + timedelta(microseconds=wall_us)
    start = start.astimezone(ZoneInfo(header["time_zone"]))
    stop = start + timedelta(microseconds=int(header["duration_us"]))
    timings: dict[str, list[float]] = {}
    if video:
        timings = {
            "OBS_WEBSOCKET_OUTPUT_STARTING": [recording.start_s],
            "OBS_WEBSOCKET_OUTPUT_STARTED": [recording.start_s],
            "OBS_WEBSOCKET_OUTPUT_STOPPING": [recording.stop_s],
        }
    return {
        "system": "Windows",
        "release": "10",
        "version": "10.0.19045",
        "machine": "AMD64",
        "processor": "unknown",
        "screen_width": int(header["screen_width"]),
        "screen_height": int(header["screen_height"]),
        "model": "deskhand" if header["synthetic"] else "unknown",
        # As in OpenCUA's example, where a notch down is dy -1 and becomes scroll(-1).
        "scroll_direction": -1,
        "start_time": f"{start:%Y-%m-%d %H:%M:%S}",
        "video_start_timestamp": recording.start_s,
        "stop_time": f"{stop:%Y-%m-%d %H:%M:%S}",
        "obs_record_state_timings": timings,
        "deskhand": {
            "synthetic": bool(header["synthetic"]),
            "provenance_id": header["provenance_id"],
            "session_id": session.session_id,
            "start_wall_us": int(header["start_wall_us"]),
            "clock_skew_us": int(header["clock_skew_us"]),
            "duration_us": int(header["duration_us"]),
            "time_zone": header["time_zone"],
        },
    }
