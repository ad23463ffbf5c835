"""Pointer logs of research: Balabit's challenge and SapiMouse, a row an event.

Balabit logged remote desktop sessions: the client tells of the pointer every 109 ms at most, on a
clock of 64 ticks a second, and of buttons at once; while a button is down the pointer drags, with
button NoButton; notches of the wheel come without a place. SapiMouse logged a browser page: a move a
frame of 60 Hz, whole milliseconds, and drags name their button. Measured on both data sets (Fulop et
al. 2016, balabit/Mouse-Dynamics-Challenge; Antal, Fejer and Buza 2021).
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from deskhand.exports.losses import Dropped
from deskhand.session import Session

Ints = NDArray[np.int64]
COLUMNS = {
    "balabit": ("record timestamp", "client timestamp", "button", "state", "x", "y"),
    "sapimouse": ("client timestamp", "button", "state", "x", "y"),
}
TICK_US = {"balabit": 15_625, "sapimouse": 1_000}
# Time from one kept move to the next, at least: 7 ticks, and a frame.
_SAMPLE_US = {"balabit": 109_375, "sapimouse": 16_667}
_BUTTONS = {0: "Left", 1: "Middle", 2: "Right"}
_BITS = {0: 1, 1: 4, 2: 2}
NOTCH_PX = 100.0


def log_of(session: Session, shape: str) -> tuple[pa.Table, int]:
    """Return the rows of a session's pointer.

    Parameters
    ----------
    session : Session
        Moves at the device's rate are sampled as the shape's recorder does; a session that was read
        from a capture has been sampled.
    shape : str
        ``balabit`` or ``sapimouse``.

    Returns
    -------
    pyarrow.Table
        With the shape's columns.
    int
        Time of the first row from the session's start, in microseconds.
    """
    wanted = ["pointermove", "pointerdown", "pointerup"] + ["wheel"] * (shape == "balabit")
    events = session.events
    types = events["type"].cast(pa.string())
    rows = events.filter(pc.is_in(types, pa.array(wanted)))
    if float(session.header["poll_hz"]) > 1:
        rows = rows.filter(pa.array(_sampled(rows, _SAMPLE_US[shape])))
    kind = rows["type"].cast(pa.string())
    t_us = rows["t_us"].to_numpy()
    first_us = int(t_us[0]) if len(t_us) else 0
    since = t_us - first_us
    button = np.asarray(pc.fill_null(rows["button"], -1)).astype(np.int64)
    is_kind = {name: np.asarray(pc.equal(kind, name)) for name in wanted}
    is_kind.setdefault("wheel", np.zeros(len(t_us), np.bool_))
    is_down, is_up = is_kind["pointerdown"], is_kind["pointerup"]
    held = _held(is_down, is_up, button)
    dragged = is_kind["pointermove"] & (held >= 0)
    far = np.asarray(pc.fill_null(rows["delta_y"], 0.0))
    state = np.select(
        [is_down, is_up, is_kind["wheel"] & (far < 0), is_kind["wheel"], dragged],
        ["Pressed", "Released", "Up", "Down", "Drag"],
        "Move",
    )
    names = np.array(["NoButton", *(_BUTTONS.get(k, "Other") for k in range(6))])
    named = np.where(is_down | is_up, button, np.where(dragged & (shape == "sapimouse"), held, -1))
    told = np.where(is_kind["wheel"], "Scroll", names[np.clip(named, -1, 5) + 1])
    at = [
        np.where(is_kind["wheel"], 0, np.rint(np.asarray(pc.fill_null(rows[name], 0.0))))
        for name in ("screen_x", "screen_y")
    ]
    x, y = (pa.array(axis.astype(np.int64)) for axis in at)
    tick = TICK_US[shape]
    if shape == "sapimouse":
        table = [pa.array(since // tick), pa.array(told), pa.array(state), x, y]
    else:
        # The gateway's clock is finer than the client's.
        client = np.round(since // tick * (tick / 1e6), 3)
        table = [
            pa.array(since // 1000 / 1000),
            pa.array(client),
            pa.array(told),
            pa.array(state),
            x,
            y,
        ]
    return pa.table(table, names=list(COLUMNS[shape])), first_us


def _sampled(rows: pa.Table, sample_us: int) -> NDArray[np.bool_]:
    """Return which rows a recorder keeps: of moves between two other rows, the last in each frame."""
    is_move = np.asarray(pc.equal(rows["type"].cast(pa.string()), "pointermove"))
    frame = rows["t_us"].to_numpy() // sample_us
    run = np.cumsum(~is_move)
    last = np.ones(len(frame), np.bool_)
    last[:-1] = (np.diff(frame) != 0) | (np.diff(run) != 0)
    kept: NDArray[np.bool_] = last | ~is_move
    return kept


def _held(is_down: NDArray[np.bool_], is_up: NDArray[np.bool_], button: Ints) -> Ints:
    """Return the button that is down at each row, -1 for none; the latest where there are more."""
    count = np.zeros(len(button), np.int64)
    for k in np.unique(button[is_down]).tolist():
        count += np.maximum(np.cumsum(((button == k) & is_down) * 1 - ((button == k) & is_up)), 0)
    latest = np.maximum.accumulate(np.where(is_down, np.arange(len(button)), -1))
    return np.where((count > 0) & (latest >= 0), button[latest], -1)


def rows_of(table: pa.Table, shape: str, dropped: Dropped) -> Mapping[str, Any]:
    """Return canonical columns of a log.

    Parameters
    ----------
    table : pyarrow.Table
        With the shape's columns.
    shape : str
        ``balabit``, whose client's clock is taken, or ``sapimouse``.
    dropped : Dropped
        Counts rows of other states.
    """
    unit = 1_000_000 if shape == "balabit" else 1_000
    t_us = np.rint(np.asarray(table["client timestamp"], np.float64) * unit).astype(np.int64)
    state = np.array(table["state"].to_pylist(), object)
    told = np.array(table["button"].to_pylist(), object)
    known = np.isin(state, ["Move", "Drag", "Pressed", "Released", "Up", "Down"])
    dropped.add("row of an unknown state", int((~known).sum()))
    t_us, state, told = t_us[known], state[known], told[known]
    at = [np.asarray(table[name], np.float64)[known] for name in ("x", "y")]
    names = {name: k for k, name in _BUTTONS.items()}
    button = np.array([names.get(name, -1) for name in told], np.int64)
    wheel = np.isin(state, ["Up", "Down"])
    pressed, released = state == "Pressed", state == "Released"
    kind = np.select(
        [pressed, released, wheel], ["pointerdown", "pointerup", "wheel"], "pointermove"
    )
    held = _held(pressed, released, button)
    bits = np.array([0, 1, 4, 2])[np.clip(held, -1, 2) + 1]
    on_button = pressed | released
    notch = np.where(state == "Up", -NOTCH_PX, NOTCH_PX)
    return {
        "t_us": t_us - (t_us.min() if len(t_us) else 0),
        "type": pa.array(kind, pa.string()),
        "screen_x": pa.array(at[0], mask=wheel),
        "screen_y": pa.array(at[1], mask=wheel),
        "button": pa.array(np.clip(button, -1, 2), mask=~on_button | (button < 0)),
        "buttons": pa.array(bits, mask=wheel),
        "delta_x": pa.array(np.zeros(len(t_us)), mask=~wheel),
        "delta_y": pa.array(notch, mask=~wheel),
        "delta_mode": pa.array(np.zeros(len(t_us), np.int8), mask=~wheel),
        "pointer_type": pa.array(np.full(len(t_us), "mouse", object), mask=wheel),
    }
