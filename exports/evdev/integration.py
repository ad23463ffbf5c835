"""From what devices reported to canonical rows: motion added up, frames taken apart.

A mouse tells how far it went, not where the pointer is. Where a file does not say, the pointer is
taken to start at the corner (0, 0) and to go one px a count, without acceleration and without the
edges of a screen; places are then right to each other only.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from deskhand.exports.evdev import codes as ev
from deskhand.exports.evdev.device import Geometry, Reports
from deskhand.exports.losses import Dropped
from deskhand.exports.wheel_notches import NOTCH_PX

Columns = dict[str, NDArray[Any]]
_BUTTON_OF = {number: button for button, (number, _, _) in ev.BUTTONS.items()}
_MODIFIER_BITS = {"Shift": 1, "Control": 2, "Alt": 4, "Meta": 8}
_NO_TEXT = np.array([None], object)
# Reports that say nothing beside others, or nothing about the person.
_SILENT = {(ev.EV_SYN, ev.SYN_REPORT), (ev.EV_MSC, ev.MSC_SCAN)}


def canonical_rows(
    devices: Sequence[Reports], geometry: Geometry, dropped: Dropped
) -> dict[str, pa.Array]:
    """Return columns of the event table.

    Parameters
    ----------
    devices : sequence of Reports
        ``t_us`` counts from the session's start.
    geometry : Geometry
        Where the counts begin.
    dropped : Dropped
        Counts reports that no canonical event is like.

    Returns
    -------
    dict of str to pyarrow.Array
        For `deskhand.exports.captured.captured_session`. Positions are ``screen_x``, ``screen_y``; a
        hidden key is a masked row, announced by a redaction row.
    """
    parts: list[Columns] = []
    for reports in devices:
        frame, at_us = _frames(reports, dropped)
        parts += _pointer(reports, frame, at_us, geometry)
        parts += _keys(reports, frame, at_us, dropped)
    return _table([part for part in parts if len(part["t_us"])])


def _frames(reports: Reports, dropped: Dropped) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the frame of each event and the time of each frame: that of its SYN_REPORT."""
    syn = (reports.type == ev.EV_SYN) & (reports.code == ev.SYN_REPORT)
    frame = np.cumsum(syn) - syn
    last = np.flatnonzero(np.diff(frame, append=-1))
    if reports.n and not syn[-1]:
        dropped.add("frame without SYN_REPORT at the end of a device: read as a whole one")
    kinds, counts = np.unique(
        reports.type.astype(np.int64) << 16 | reports.code, return_counts=True
    )
    for kind, count in zip(kinds.tolist(), counts.tolist(), strict=True):
        pair = (kind >> 16, kind & 0xFFFF)
        if pair not in _SILENT and not _is_kept(*pair):
            dropped.add(f"{ev.code_name(*pair)}: no canonical event is like it", count)
    return frame, reports.t_us[last]


def _is_kept(kind: int, code: int) -> bool:
    if kind == ev.EV_KEY:
        # Buttons of tablets, gamepads and touch lie between the mouse's and the further keys.
        return code in _BUTTON_OF or code in ev.BY_NUMBER or code < 0x100
    wheels = (ev.REL_WHEEL, ev.REL_HWHEEL, ev.REL_WHEEL_HI_RES, ev.REL_HWHEEL_HI_RES)
    return kind == ev.EV_REL and code in (ev.REL_X, ev.REL_Y, *wheels)


def _sums(reports: Reports, frame: NDArray[np.int64], n: int, code: int) -> NDArray[np.float64]:
    here = (reports.type == ev.EV_REL) & (reports.code == code)
    sums = np.bincount(frame[here], reports.value[here].astype(np.float64), n)
    return sums.astype(np.float64)


def _pointer(
    reports: Reports, frame: NDArray[np.int64], at_us: NDArray[np.int64], geometry: Geometry
) -> list[Columns]:
    n = len(at_us)
    step = np.stack([_sums(reports, frame, n, code) for code in (ev.REL_X, ev.REL_Y)], 1)
    start = np.array([geometry.start_x, geometry.start_y])
    at_px = (start + np.cumsum(step, axis=0)) / geometry.counts_per_px

    def placed(rows: NDArray[np.int64], kind: str, **more: Any) -> Columns:
        return {
            "t_us": at_us[rows],
            "type": np.full(len(rows), kind, object),
            "screen_x": at_px[rows, 0],
            "screen_y": at_px[rows, 1],
            **more,
        }

    mouse = np.full(n, "mouse", object)
    is_button = (reports.type == ev.EV_KEY) & np.isin(reports.code, list(_BUTTON_OF))
    button = np.array([_BUTTON_OF[c] for c in reports.code[is_button].tolist()], np.int64)
    down = reports.value[is_button] == 1
    bits = np.array([ev.BUTTON_BITS[b] for b in button.tolist()], np.int64)
    held = np.maximum(np.cumsum(np.where(down, bits, -bits)), 0)
    rows = frame[is_button]
    # What is held at the end of a frame is held while it moves.
    before = np.searchsorted(rows, np.arange(n), "right")
    held_then = np.r_[0, held][before]
    moves = np.flatnonzero(step.any(axis=1))
    parts = [placed(moves, "pointermove", buttons=held_then[moves], pointer_type=mouse[moves])]
    pressed = placed(rows, "", button=button, buttons=held, pointer_type=mouse[rows])
    pressed["type"] = np.where(down, "pointerdown", "pointerup").astype(object)
    parts.append(pressed)
    turns = []
    for low, high in (
        (ev.REL_HWHEEL, ev.REL_HWHEEL_HI_RES),
        (ev.REL_WHEEL, ev.REL_WHEEL_HI_RES),
    ):
        fine = _sums(reports, frame, n, high) / ev.HI_RES_PER_NOTCH
        # Kernels before 5.0, and some devices since, tell of whole notches only.
        turns.append(fine if fine.any() else _sums(reports, frame, n, low))
    rolled = np.flatnonzero(turns[0].astype(bool) | turns[1].astype(bool))
    wheel = placed(rolled, "wheel", buttons=held_then[rolled])
    wheel |= {
        "delta_x": turns[0][rolled] * NOTCH_PX,
        # The kernel counts away from the person, W3C down the page.
        "delta_y": 0.0 - turns[1][rolled] * NOTCH_PX,
        "delta_mode": np.zeros(len(rolled), np.int64),
    }
    return [*parts, wheel]


def _keys(
    reports: Reports, frame: NDArray[np.int64], at_us: NDArray[np.int64], dropped: Dropped
) -> list[Columns]:
    here = (reports.type == ev.EV_KEY) & (reports.code < 0x100)
    if not here.any():
        return []
    number, value = reports.code[here], reports.value[here]
    masked = reports.obfuscated[here]
    known = {k: ev.BY_NUMBER.get(k) for k in np.unique(number).tolist()}
    for k, key in known.items():
        if key is None:
            dropped.add(f"name of key {k}: no W3C code is known here", int((number == k).sum()))
    t_us = at_us[frame[here]]
    held = _held(number, value, known)
    shift = (held & 1).astype(bool)
    # A key that is not known has neither.
    keys = [known[k] for k in number.tolist()]
    codes = _texts([key and key.code for key in keys])
    names = _texts(
        [key and (key.shifted if s else key.plain) for key, s in zip(keys, shift, strict=True)]
    )
    rows: Columns = {
        "t_us": t_us,
        "type": np.where(value == 0, "keyup", "keydown").astype(object),
        "code": np.where(masked, _NO_TEXT, codes),
        "key": np.where(masked, _NO_TEXT, names),
        "repeat": value == 2,
        "masked": masked,
    }
    if not masked.any():
        # Where some keys are hidden, Shift may be among them.
        rows["modifiers"] = held
        return [rows]
    first = t_us[masked][:1]
    notice: Columns = {
        "t_us": first,
        "type": np.array(["redaction"], object),
        "reason": np.array(["keycodes"], object),
        "policy": np.array(["mask"], object),
    }
    return [notice, rows]


def _texts(words: list[str | None]) -> NDArray[Any]:
    return np.array(words, dtype=object)


def _held(
    number: NDArray[np.int32], value: NDArray[np.int64], known: dict[int, ev.Key | None]
) -> NDArray[np.int64]:
    held = np.zeros(len(number), np.int64)
    for k, key in known.items():
        bit = _MODIFIER_BITS.get(key.plain or "") if key else None
        if bit is not None:
            change = np.where(number == k, np.where(value == 1, 1, np.where(value == 0, -1, 0)), 0)
            # A key that was held before the recording began comes up without having gone down.
            depth = np.cumsum(change)
            held |= np.where(depth - np.minimum(np.minimum.accumulate(depth), 0) > 0, bit, 0)
    return held


def _table(parts: list[Columns]) -> dict[str, pa.Array]:
    if not parts:
        return {"t_us": pa.array([], pa.int64()), "type": pa.array([], pa.string())}
    names = dict.fromkeys(name for part in parts for name in part)
    columns = {}
    for name in names:
        given = next(pa.array(part[name]) for part in parts if name in part and len(part[name]))
        kind = pa.string() if given.type == pa.null() else given.type
        columns[name] = pa.concat_arrays(
            [
                pa.array(part[name], kind) if name in part else pa.nulls(len(part["t_us"]), kind)
                for part in parts
            ]
        )
    if "masked" in columns:
        columns["masked"] = pa.compute.fill_null(columns["masked"], False)
    return columns
