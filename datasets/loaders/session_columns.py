"""Columns of numbers out of a session's events, and columns of words out of its actions."""

from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from deskhand.behavior_models.key_classes import CLASSES, key_vocabulary
from deskhand.behavior_models.keyboard_layout import load_layout
from deskhand.events import EVENT_TYPES
from deskhand.monitors import bounds, monitors_of
from deskhand.session import Session

# What the Desk does; a verb of somebody else's scenario is "other".
VERBS = (
    *("none", "other", "click", "double_click", "right_click", "hover", "drag", "type", "paste"),
    *("copy", "choose", "check", "press", "scroll", "read", "think", "switch_to", "navigate"),
    *("wait_for", "screenshot", "undo", "cut", "select", "pick", "zoom"),
)
# Classes of keys that name none: of events that are no keys, and of masked keys.
NO_KEY, MASKED = len(CLASSES), len(CLASSES) + 1
KEY_CLASSES = (*CLASSES, "none", "masked")


def event_columns(session: Session) -> dict[str, NDArray[np.generic]]:
    """Return a session's events as numbers.

    Parameters
    ----------
    session : Session
        Made or read.

    Returns
    -------
    dict of ndarray, shape (n,)
        ``t_us``; ``type``, a place in `deskhand.events.EVENT_TYPES`; ``x``, ``y``, where the pointer
        is (px of the desktop, 0 before it is known); ``button``, -1 for none; ``key_class``; ``delta_y``
        of the wheel; ``action``, the number of the action, -1 for none; ``verb``, that action's.

    Examples
    --------
    >>> import deskhand
    >>> columns = event_columns(deskhand.simulate("crm.create_lead", seed=7))
    >>> EVENT_TYPES[columns["type"][0]], bool(np.isfinite(columns["x"]).all())
    ('session.start', True)
    """
    events = session.events.combine_chunks()
    x, y = (_carried(_numbers(events, f"screen_{axis}", np.nan)) for axis in "xy")
    action = _numbers(events, "action_id", -1.0).astype(np.int32)
    verbs = _placed(session.actions["verb"], VERBS, VERBS.index("other"))
    # Ids of actions are places in the table of actions, as sessions are made.
    identity = session.actions["action_id"].to_numpy()
    of_id = np.zeros(int(identity.max(initial=-1)) + 2, np.int8)
    of_id[identity] = verbs
    return {
        "t_us": events["t_us"].to_numpy(),
        "type": _placed(events["type"], EVENT_TYPES, 0).astype(np.int8),
        "x": x,
        "y": y,
        "button": _numbers(events, "button", -1.0).astype(np.int8),
        "key_class": _key_classes(
            events, str(session.header.get("keyboard_layout") or "qwerty-us")
        ),
        "delta_y": _numbers(events, "delta_y", 0.0).astype(np.float32),
        "action": action,
        "verb": of_id[np.clip(action, -1, len(of_id) - 2)],
    }


def action_columns(session: Session) -> dict[str, Any]:
    """Return the actions of a simulated session.

    Parameters
    ----------
    session : Session
        Simulated: what is read from other captures has no actions.

    Returns
    -------
    dict
        ``verb``, ``role`` and ``target`` (lists of strings or None), ``x`` and ``y`` (0 to 1 of the
        desktop, NaN where there is no place) and ``t_us``, the start.

    Examples
    --------
    >>> import deskhand
    >>> acts = action_columns(deskhand.simulate("crm.create_lead", seed=7))
    >>> acts["verb"][0], acts["role"][0], bool(0 <= acts["x"][0] <= 1)
    ('click', 'link', True)
    """
    actions, elements = session.actions, session.elements
    roles = dict(zip(elements["target"].to_pylist(), elements["role"].to_pylist(), strict=True))
    target = actions["target"].to_pylist()
    left, top, width, height = bounds(monitors_of(session.header))
    return {
        "t_us": actions["start_us"].to_numpy(),
        "verb": actions["verb"].to_pylist(),
        "role": [roles.get(name) for name in target],
        "target": target,
        "x": (_known(actions["actual_x"].to_pylist()) - left) / float(width),
        "y": (_known(actions["actual_y"].to_pylist()) - top) / float(height),
    }


def _known(values: list[float | None]) -> NDArray[np.float64]:
    return np.array([np.nan if value is None else value for value in values], np.float64)


def _numbers(events: pa.Table, name: str, missing: float) -> NDArray[np.float64]:
    values: NDArray[np.float64] = pc.fill_null(events[name].cast(pa.float64()), missing).to_numpy()
    return values


def _placed(column: pa.ChunkedArray, names: tuple[str, ...], other: int) -> NDArray[np.int64]:
    place = pc.index_in(column.cast(pa.string()), pa.array(names, pa.string()))
    found: NDArray[np.int64] = pc.fill_null(place, other).to_numpy().astype(np.int64)
    return found


def _carried(values: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return values with each gap filled by what was before it, 0 where nothing was."""
    last = np.maximum.accumulate(np.where(np.isnan(values), -1, np.arange(len(values))))
    return np.where(last < 0, 0.0, values[np.maximum(last, 0)]).astype(np.float32)


def _key_classes(events: pa.Table, layout: str) -> NDArray[np.uint8]:
    key = events["key"].cast(pa.string()).combine_chunks().dictionary_encode()
    known = _classes(tuple(key.dictionary.to_pylist()), layout)
    place = pc.fill_null(key.indices, len(known)).to_numpy()
    found = np.append(known, np.uint8(NO_KEY))[place]
    keyed = pc.is_in(events["type"].cast(pa.string()), pa.array(["keydown", "keyup"]))
    masked = pc.and_(keyed, events["masked"]).to_numpy()
    return np.where(masked, np.uint8(MASKED), found)


@cache
def _classes(keys: tuple[str, ...], layout: str) -> NDArray[np.uint8]:
    return key_vocabulary(keys, load_layout(layout)).key_class
