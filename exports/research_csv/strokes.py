"""Key strokes as columns: each press with its release."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

# What is held beside the key that types: no stroke of a text.
HELD = ("Shift", "Control", "Alt", "Meta", "AltGraph", "CapsLock", "NumLock")


@dataclass(frozen=True, slots=True, kw_only=True)
class Strokes:
    """Presses in order of time, columns of one length; repeats of a held key are left out.

    Parameters
    ----------
    down_us, up_us : array of int64
        Times; a key that never came up has its own press as release.
    key, code : array of object
        W3C's words; None where they were left out.
    place : array of object
        Window and element in which the key was pressed.
    masked : array of bool
        Whether the key was left out.
    row : array of int64
        Row in the event table.
    """

    down_us: NDArray[np.int64]
    up_us: NDArray[np.int64]
    key: NDArray[Any]
    code: NDArray[Any]
    place: NDArray[Any]
    masked: NDArray[np.bool_]
    row: NDArray[np.int64]


def strokes_of(events: pa.Table) -> Strokes:
    """Return the strokes of a session.

    Parameters
    ----------
    events : pyarrow.Table
        Canonical events.
    """
    types = events["type"].cast(pa.string())
    where = np.flatnonzero(np.asarray(pc.is_in(types, pa.array(["keydown", "keyup"]))))
    rows = events.take(where)
    is_down = np.asarray(pc.equal(types.take(where), "keydown"))
    repeat = np.asarray(pc.fill_null(rows["repeat"], False))
    t_us = rows["t_us"].to_numpy()
    masked = np.asarray(rows["masked"])
    key, code, window, target = (
        np.array(rows[name].to_pylist(), object) for name in ("key", "code", "window", "target")
    )
    # A release belongs to the latest press of its code; hidden keys are told apart by nothing, and
    # the first to be pressed is taken as the first to come up.
    which = np.array([c or (k or "").lower() for c, k in zip(code, key, strict=True)], object)
    _, named = np.unique(which.astype(str), return_inverse=True)
    presses = np.flatnonzero(is_down & ~repeat)
    up_us = t_us.copy()
    for name in range(int(named.max(initial=-1)) + 1):
        mine = named == name
        downs = np.flatnonzero(mine & is_down & ~repeat)
        ups = np.flatnonzero(mine & ~is_down)
        if not len(downs) or not len(ups):
            continue
        hidden = bool(masked[downs[0]])
        paired = min(len(downs), len(ups))
        if hidden:
            up_us[downs[:paired]] = np.maximum(t_us[ups[:paired]], t_us[downs[:paired]])
            continue
        after = np.searchsorted(ups, downs)
        until = np.append(downs[1:], len(t_us))
        good = after < len(ups)
        good[good] &= ups[after[good]] < until[good]
        up_us[downs[good]] = t_us[ups[after[good]]]
    place = np.array([f"{w or ''}\t{t or ''}" for w, t in zip(window, target, strict=True)], object)
    return Strokes(
        down_us=t_us[presses],
        up_us=up_us[presses],
        key=key[presses],
        code=code[presses],
        place=place[presses],
        masked=masked[presses],
        row=where[presses],
    )


def stroke_rows(
    down_us: NDArray[np.int64],
    up_us: NDArray[np.int64],
    key: NDArray[Any],
    code: NDArray[Any],
    target: NDArray[Any] | None = None,
) -> dict[str, Any]:
    """Return canonical columns of key presses and releases, for a reader.

    Parameters
    ----------
    down_us, up_us : array of int64
        From the session's start.
    key, code : array of object
        W3C's words or None.
    target : array of object, optional
        Where.
    """
    n = len(down_us)
    twice = {"key": key, "code": code} | ({} if target is None else {"target": target})
    return {
        "t_us": np.concatenate([down_us, up_us]),
        "type": np.repeat(np.array(["keydown", "keyup"], object), n),
        "repeat": np.zeros(2 * n, np.bool_),
        **{name: pa.array(np.concatenate([v, v]), pa.string()) for name, v in twice.items()},
    }
