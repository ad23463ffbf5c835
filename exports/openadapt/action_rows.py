"""Rows of ``action_event``: what OpenAdapt's observer reports of the pointer and the keys."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from deskhand.events import TYPE_CODE
from deskhand.exports.excluded_apps import HANDS, type_codes
from deskhand.exports.openadapt.key_names import key_identity
from deskhand.exports.wheel_notches import NOTCH

# W3C's numbers of buttons, as X11's observer names them.
BUTTONS = ("left", "middle", "right", "x1", "x2")
_NAMES = {
    "pointermove": "move",
    "pointerdown": "click",
    "pointerup": "click",
    "pointercancel": "click",
    "wheel": "scroll",
    "keydown": "press",
    "keyup": "release",
}
KEYS = ("keydown", "keyup")

Columns = dict[str, list[Any]]


def observed(events: pa.Table, hidden: NDArray[np.bool_]) -> pa.Table:
    """Return the rows of pointer and keys that are reported; masked ones are left out.

    Parameters
    ----------
    events : pyarrow.Table
        The event table, n rows.
    hidden : ndarray of bool, shape (n,)
        Rows to leave out.
    """
    codes = type_codes(events)
    keep = np.isin(codes, [TYPE_CODE[name] for name in HANDS]) & ~hidden
    keep &= ~np.asarray(events["masked"].combine_chunks())
    rows = events.append_column("place", pa.array(np.arange(len(events)))).filter(pa.array(keep))
    kinds = rows["type"].cast(pa.string())
    is_key = np.asarray(pc.is_in(kinds, pa.array(KEYS)))
    there = ~np.isnan(_place(rows, "x")) & ~np.isnan(_place(rows, "y"))
    known = np.array([_identity(row) is not None for row in _key_pairs(rows)], np.bool_)
    return rows.filter(pa.array(np.where(is_key, known, there)))


def action_columns(rows: pa.Table, corner: tuple[int, int] = (0, 0)) -> Columns:
    """Return the columns of ``action_event`` that tell what was done, n values each.

    Parameters
    ----------
    rows : pyarrow.Table
        Rows of `observed`.
    corner : tuple of int
        Left and top of all monitors on the desktop, from which places are counted.
    """
    kinds = rows["type"].cast(pa.string()).to_pylist()
    is_key = np.array([kind in KEYS for kind in kinds], np.bool_)
    is_click = np.array([_NAMES[kind] == "click" for kind in kinds], np.bool_)
    is_wheel = np.array([kind == "wheel" for kind in kinds], np.bool_)
    button = np.nan_to_num(_numbers(rows, "button")).astype(int)
    identities = [_identity(pair) for pair in _key_pairs(rows)]
    mode = np.nan_to_num(_numbers(rows, "delta_mode")).astype(int)
    notch = NOTCH[np.clip(mode, 0, len(NOTCH) - 1)]
    right = np.nan_to_num(_numbers(rows, "delta_x")) / notch
    up = -np.nan_to_num(_numbers(rows, "delta_y")) / notch + 0.0
    columns: Columns = {
        "name": [_NAMES[kind] for kind in kinds],
        "mouse_x": _where(~is_key, _place(rows, "x") - corner[0]),
        "mouse_y": _where(~is_key, _place(rows, "y") - corner[1]),
        "mouse_dx": _where(is_wheel, right),
        "mouse_dy": _where(is_wheel, up),
        "mouse_button_name": [
            _button(number) if there else None
            for number, there in zip(button.tolist(), is_click.tolist(), strict=True)
        ],
        "mouse_pressed": [
            kind == "pointerdown" if there else None
            for kind, there in zip(kinds, is_click.tolist(), strict=True)
        ],
        # SQLAlchemy writes None into a column of JSON as the text null.
        "element_state": ["null" if key else "{}" for key in is_key.tolist()],
        "structural_observation": ["null"] * len(kinds),
    }
    for place, name in enumerate(("name", "char", "vk")):
        for offset, prefix in ((0, "key"), (3, "canonical_key")):
            columns[f"{prefix}_{name}"] = [
                None if identity is None or not key else identity[offset + place]
                for identity, key in zip(identities, is_key.tolist(), strict=True)
            ]
    return columns


def _button(number: int) -> str:
    return BUTTONS[number] if 0 <= number < len(BUTTONS) else f"button{number + 5}"


def _identity(pair: tuple[str | None, str | None]) -> Any:
    return key_identity(*pair)


def _key_pairs(rows: pa.Table) -> list[tuple[str | None, str | None]]:
    keys = rows["key"].cast(pa.string()).to_pylist()
    codes = rows["code"].cast(pa.string()).to_pylist()
    return list(zip(keys, codes, strict=True))


def _numbers(rows: pa.Table, name: str) -> NDArray[np.float64]:
    column = rows[name].combine_chunks().cast(pa.float64())
    return np.asarray(column.to_numpy(zero_copy_only=False), dtype=np.float64)


def _place(rows: pa.Table, axis: str) -> NDArray[np.float64]:
    """Return where the pointer is on the desktop; on the page where only that is known."""
    screen, client = _numbers(rows, f"screen_{axis}"), _numbers(rows, f"client_{axis}")
    return np.where(np.isnan(screen), client, screen)


def _where(there: NDArray[np.bool_], values: NDArray[np.float64]) -> list[float | None]:
    return [
        value if there_ else None
        for value, there_ in zip(values.tolist(), there.tolist(), strict=True)
    ]
