"""From a session's rows to what its mouse and its keyboard reported to the kernel.

Positions become whole counts of one physical pixel each: a mouse without acceleration. A report that
does not move the pointer by a whole count is not sent, as a real device sends none.
"""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from deskhand.exports.evdev import codes as ev
from deskhand.exports.evdev.device import Geometry, Reports
from deskhand.exports.wheel_notches import NOTCH
from deskhand.session import Session

Ints = NDArray[np.int64]
# Scale factors of a desktop that operating systems offer.
_SCALES = (1.0, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0)
# Of a float32 coordinate of some thousand px.
_ROUNDING_PX = 0.002
# Scan code of a key that libinput-record hides: KEY_A's number, whatever the device reported.
HIDDEN_SCAN = 30
_BUTTON_NUMBER = np.array([ev.BUTTONS[k][0] for k in sorted(ev.BUTTONS)])
_BUTTON_SCAN = np.array([ev.BUTTON_PAGE + ev.BUTTONS[k][2] for k in sorted(ev.BUTTONS)])


def mouse_reports(session: Session) -> tuple[Reports, Geometry]:
    """Return what the mouse reported, and where its counts begin.

    Parameters
    ----------
    session : Session
        Rows of ``pointer_type`` other than ``mouse`` are of another device and left out.

    Returns
    -------
    Reports
        Frames that end in SYN_REPORT; buttons, motion and wheel of one time are one frame, in the
        order of a HID report.
    Geometry
        The pointer before its first report.
    """
    events = session.events
    types = events["type"].combine_chunks().cast(pa.string())
    of_mouse = pc.is_in(types, pa.array(["pointermove", "pointerdown", "pointerup", "wheel"]))
    kind = events["pointer_type"].combine_chunks().cast(pa.string())
    of_mouse = pc.and_(of_mouse, pc.fill_null(pc.equal(kind, "mouse"), True))
    of_mouse = pc.and_(of_mouse, pc.is_valid(events["screen_x"].combine_chunks()))
    rows = events.filter(of_mouse)
    types = types.filter(of_mouse)
    t_us = rows["t_us"].to_numpy()
    if not len(t_us):
        return _joined("mouse", [], t_us), Geometry()
    at_px = np.stack([rows[name].to_numpy().astype(float) for name in ("screen_x", "screen_y")], 1)
    scale = _scale(at_px)
    counts = np.rint(at_px * scale).astype(np.int64)
    start = counts[0] - _first_step(counts) * (types[0].as_py() == "pointermove")
    step = np.diff(counts, axis=0, prepend=start[None])
    parts = [
        _part(t_us, ev.EV_REL, code, step[:, axis], step[:, axis] != 0, 2 + axis)
        for axis, code in enumerate((ev.REL_X, ev.REL_Y))
    ]
    down = np.asarray(pc.equal(types, "pointerdown"))
    button = pc.fill_null(rows["button"], -1).to_numpy().astype(np.int64)
    pressed = (down | np.asarray(pc.equal(types, "pointerup"))) & np.isin(button, list(ev.BUTTONS))
    which = np.where(pressed, button, 0)
    parts += [
        _part(t_us, ev.EV_MSC, ev.MSC_SCAN, _BUTTON_SCAN[which], pressed, 0),
        _part(t_us, ev.EV_KEY, _BUTTON_NUMBER[which], down.astype(np.int64), pressed, 1),
    ]
    turned = np.asarray(pc.equal(types, "wheel"))
    mode = np.clip(pc.fill_null(rows["delta_mode"], 0).to_numpy().astype(np.int64), 0, 2)
    for name, low, high, sign, rank in (
        ("delta_y", ev.REL_WHEEL, ev.REL_WHEEL_HI_RES, -1, 4),
        ("delta_x", ev.REL_HWHEEL, ev.REL_HWHEEL_HI_RES, 1, 6),
    ):
        delta = np.where(turned, pc.fill_null(rows[name], 0.0).to_numpy(), 0.0)
        fine = np.rint(sign * delta / NOTCH[mode] * ev.HI_RES_PER_NOTCH).astype(np.int64)
        notches = np.diff(np.trunc(np.cumsum(fine) / ev.HI_RES_PER_NOTCH), prepend=0)
        coarse = notches.astype(np.int64)
        parts += [
            _part(t_us, ev.EV_REL, low, coarse, coarse != 0, rank),
            _part(t_us, ev.EV_REL, high, fine, fine != 0, rank + 1),
        ]
    geometry = Geometry(start_x=float(start[0]), start_y=float(start[1]), counts_per_px=scale)
    return _joined("mouse", parts, t_us), geometry


def keyboard_reports(session: Session, *, keys: bool = False) -> Reports:
    """Return what the keyboard reported, with keys hidden as ``libinput record`` hides them.

    Parameters
    ----------
    session : Session
        Masked rows, and rows without a known code, are KEY_A in any case.
    keys : bool
        Whether all other keys are written as they were.

    Returns
    -------
    Reports
        One frame a key: scan code and key; a repeat is the kernel's own, without a scan code.
    """
    events = session.events
    types = events["type"].combine_chunks().cast(pa.string())
    of_keys = pc.is_in(types, pa.array(["keydown", "keyup"]))
    rows = events.filter(of_keys)
    down = np.asarray(pc.equal(types.filter(of_keys), "keydown"))
    t_us = rows["t_us"].to_numpy()
    code = rows["code"].combine_chunks()
    words = code.dictionary.to_pylist() if len(t_us) else []
    known = [ev.BY_CODE.get(word) for word in words]
    number = _taken([key.number if key else -1 for key in known], code)
    scan = _taken([ev.KEYBOARD_PAGE + key.usage if key else -1 for key in known], code)
    masked = rows["masked"].to_numpy() | (number < 0)
    hides = np.array([not keys and ev.hidden(k) for k in range(256)])
    masked |= hides[np.clip(number, 0, 255)]
    number = np.where(masked, ev.KEY_A, number)
    # Unless keys are asked for, the recorder hides every scan code with them.
    scan = np.where(masked | (not keys), HIDDEN_SCAN, scan)
    repeat = down & pc.fill_null(rows["repeat"], False).to_numpy()
    every = np.ones(len(t_us), np.bool_)
    parts = [
        _part(t_us, ev.EV_MSC, ev.MSC_SCAN, scan, ~repeat, 0),
        _part(t_us, ev.EV_KEY, number, np.where(repeat, 2, down), every, 1),
    ]
    parts[0]["obfuscated"], parts[1]["obfuscated"] = (masked | (not keys))[~repeat], masked
    # Each key is a frame of its own, so a row's number is its frame.
    for part, rows_of in zip(parts, (np.flatnonzero(~repeat), np.arange(len(t_us))), strict=True):
        part["frame"] = rows_of
    return _joined("keyboard", parts, t_us, repeat.astype(np.int64))


def _taken(values: list[int], code: pa.Array) -> Ints:
    index = pc.fill_null(code.indices.cast(pa.int64()), len(values)).to_numpy()
    found: Ints = np.array([*values, -1], np.int64)[index]
    return found


def _scale(at_px: NDArray[np.float64]) -> float:
    """Return the scale of the desktop on whose physical pixels all places lie; 1 when none fits."""
    for scale in _SCALES:
        if np.all(np.abs(at_px * scale - np.rint(at_px * scale)) < _ROUNDING_PX * scale):
            return scale
    return 1.0


def _first_step(counts: Ints) -> Ints:
    """Return one count in the direction in which the pointer goes on, so that its first report is one."""
    steps = np.sign(np.diff(counts, axis=0))
    moving = np.flatnonzero(steps.any(axis=1))
    return steps[moving[0]] if len(moving) else np.array([1, 0])


def _part(
    t_us: Ints, kind: int, code: int | Ints, value: NDArray[Any], here: NDArray[np.bool_], rank: int
) -> dict[str, Any]:
    """Return events of one kind at the rows where they happen; ``rank`` is their place in a frame."""
    n = int(here.sum())
    return {
        "row": np.flatnonzero(here),
        "t_us": t_us[here],
        "type": np.full(n, kind),
        "code": np.broadcast_to(code, here.shape)[here],
        "value": np.asarray(value)[here].astype(np.int64),
        "rank": np.full(n, rank),
        "obfuscated": np.zeros(n, np.bool_),
    }


def _joined(
    device: str, parts: list[dict[str, Any]], t_us: Ints, syn_value: Ints | None = None
) -> Reports:
    """Return the events of all parts in frames, each closed by SYN_REPORT."""
    if not parts:
        none = np.zeros(0, np.int64)
        few = none.astype(np.int32)
        return Reports(
            device=device, t_us=none, type=few, code=few, value=none, obfuscated=none.astype(bool)
        )
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    frame = columns.pop("frame") if "frame" in columns else _frames(columns, t_us)
    _, first = np.unique(frame, return_index=True)
    syn_row = columns["row"][first]
    n = len(first)
    columns = {
        "frame": np.concatenate([frame, frame[first]]),
        "rank": np.concatenate([columns["rank"], np.full(n, 99)]),
        "t_us": np.concatenate([columns["t_us"], columns["t_us"][first]]),
        "type": np.concatenate([columns["type"], np.full(n, ev.EV_SYN)]),
        "code": np.concatenate([columns["code"], np.full(n, ev.SYN_REPORT)]),
        "value": np.concatenate(
            [columns["value"], np.zeros(n, np.int64) if syn_value is None else syn_value[syn_row]]
        ),
        "obfuscated": np.concatenate([columns["obfuscated"], np.zeros(n, np.bool_)]),
    }
    order = np.lexsort((columns["rank"], columns["frame"]))
    return Reports(
        device=device,
        t_us=columns["t_us"][order],
        type=columns["type"][order].astype(np.int32),
        code=columns["code"][order].astype(np.int32),
        value=columns["value"][order],
        obfuscated=columns["obfuscated"][order],
    )


def _frames(columns: dict[str, Any], t_us: Ints) -> Ints:
    """Return the frame of each event: one a time, and a further one where something comes twice."""
    row, rank = columns["row"], columns["rank"]
    moment = np.searchsorted(np.unique(t_us), columns["t_us"])
    # Rows of one time share a frame until one of them says again what an earlier one said.
    slot = rank.astype(np.int64) * 1024 + np.where(rank <= 1, columns["code"] % 1024, 0)
    order = np.lexsort((row, slot, moment))
    new = np.ones(len(order), np.bool_)
    new[1:] = (np.diff(moment[order]) != 0) | (np.diff(slot[order]) != 0)
    begin = np.maximum.accumulate(np.where(new, np.arange(len(order)), 0))
    again = np.zeros(len(order), np.int64)
    again[order] = np.arange(len(order)) - begin
    # All events of a row go where its latest event goes, and no row before its predecessor.
    latest = np.zeros(len(t_us), np.int64)
    np.maximum.at(latest, row, again)
    first = np.r_[True, np.diff(t_us) != 0]
    group = np.cumsum(first) - 1
    span = len(t_us) + 1
    latest = np.maximum.accumulate(latest + group * span) - group * span
    return np.asarray(moment * span + latest[row], np.int64)
