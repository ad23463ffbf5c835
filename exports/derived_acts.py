"""What a person did, derived from a session's events alone: clicks, drags, typed runs, shortcuts.

Every consumer of captures derives such acts, for the events name none. Nothing here looks at the
table of actions, which no real capture has. Pointer moves and wheel rows are read as columns; only
presses, keys and what follows from them are gone through one by one.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from deskhand.exports.act_kinds import (
    Act,
    Choose,
    Click,
    Drag,
    Navigate,
    Press,
    Scroll,
    Switch,
    Type,
    Wait,
)
from deskhand.exports.keyed_runs import KeyedRuns
from deskhand.exports.scroll_runs import PLACE, scroll_runs
from deskhand.plain_values import plain_column

__all__ = [
    "Act",
    "Choose",
    "Click",
    "Drag",
    "Navigate",
    "Press",
    "Scroll",
    "Switch",
    "Type",
    "Wait",
    "derived_acts",
]

# Windows: GetDoubleClickTime is 500 ms by default; SM_CXDOUBLECLK and SM_CXDRAG are 4 px by default
# (learn.microsoft.com, GetSystemMetrics). Taken as the distance either way from the first press.
DOUBLE_CLICK_US = 500_000
DOUBLE_CLICK_PX = 4.0
DRAG_PX = 4.0
# A longer rest is an act of its own, and ends a typed run (assumed; keystroke research takes 2 s for
# a pause of thought: Alves, Castro and Olive 2008, Written Communication).
PAUSE_US = 2_000_000
_PRESSES = ("pointerdown", "pointerup", "pointercancel")
_KEYS = ("keydown", "keyup", "input")
_PAGES = ("select.change", "navigation", "window.focus")
_HANDS = ("pointermove", *_PRESSES, "keydown", "keyup", "session.start", "session.end")
_COLUMNS = (
    "t_us", "type", "app", "window", "target", "screen_x", "screen_y", "client_x", "client_y",
    "button", "detail", "key", "code", "modifiers", "value", "value_length", "masked",
    "input_type", "url", "reference",
)  # fmt: skip


def derived_acts(events: pa.Table, pause_us: int = PAUSE_US) -> list[Act]:
    """Return the acts of a session, in order of their start.

    Parameters
    ----------
    events : pyarrow.Table
        The canonical events of one session.
    pause_us : int
        A rest of hand and keys of at least so many microseconds is a `Wait`, and ends a typed run.

    Returns
    -------
    list of Act
        Each with its first and last row in ``events``. Every ``pointerdown`` is in exactly one
        `Click` or `Drag`, every ``wheel`` in one `Scroll`; where there is no wheel, ``scroll`` rows
        tell of scrolling. `Choose`, `Navigate` and `Switch` say what followed from presses and keys
        that are acts themselves, so a player leaves them out.

    Examples
    --------
    >>> from deskhand.exports.captured import captured_session
    >>> session = captured_session(
    ...     {
    ...         "type": [
    ...             "pointerdown",
    ...             "pointerup",
    ...             "pointerdown",
    ...             "pointerup",
    ...             "keydown",
    ...             "keydown",
    ...         ],
    ...         "t_us": [0, 80_000, 200_000, 290_000, 900_000, 1_100_000],
    ...         "screen_x": [30, 30, 31, 31, None, None],
    ...         "screen_y": [40, 40, 40, 40, None, None],
    ...         "button": [0, 0, 0, 0, None, None],
    ...         "key": [None, None, None, None, "H", "i"],
    ...     },
    ...     session_id="cap_session_1",
    ...     start_wall_us=0,
    ...     source="mylog",
    ... )
    >>> click, typed = derived_acts(session.events)
    >>> click.count, click.screen_x, typed.text, typed.end_us
    (2, 30.0, 'Hi', 1100000)
    """
    types = events["type"].cast(pa.string())
    where = {
        kind: np.flatnonzero(np.asarray(pc.equal(types, kind)))
        for kind in (*_HANDS, "wheel", "scroll")
    }
    few = np.flatnonzero(
        np.asarray(pc.is_in(types, value_set=pa.array([*_PRESSES, *_KEYS, *_PAGES])))
    )
    reader = _Reader(events, where["pointermove"], keyed=len(where["keydown"]) > 0, pause=pause_us)
    columns = [plain_column(column) for column in events.select(_COLUMNS).take(few).columns]
    for row, *values in zip(few.tolist(), *columns, strict=True):
        reader.read(row, dict(zip(_COLUMNS, values, strict=True)))
    found = [*reader.finished(), *scroll_runs(events, few)]
    found.sort(key=lambda act: (act.start_us, act.first_row))
    turned = "wheel" if len(where["wheel"]) else "scroll"
    hands = np.sort(np.concatenate([where[kind] for kind in (*_HANDS, turned)]))
    waits = list(_waits(events, hands, found, pause_us))
    return sorted([*found, *waits], key=lambda act: (act.start_us, act.first_row))


class _Reader:
    """Goes through presses, keys and pages; `KeyedRuns` has the keys."""

    def __init__(self, events: pa.Table, moves: np.ndarray[Any, Any], keyed: bool, pause: int):
        self._acts: list[dict[str, Any]] = []
        self._moves = moves
        self._x, self._y = (
            _either(events, f"screen_{axis}", f"client_{axis}") for axis in ("x", "y")
        )
        self._keys = KeyedRuns(self._acts, keyed=keyed, pause_us=pause)
        self._down: dict[int, dict[str, Any]] = {}
        self._place: tuple[str | None, str | None] = (None, None)

    def read(self, row: int, event: dict[str, Any]) -> None:
        kind = event["type"]
        if kind == "window.focus" or event["window"] or event["app"]:
            before, self._place = self._place, (event["app"], event["window"])
        else:
            before = self._place
            event["app"], event["window"] = before
        common = {
            "start_us": event["t_us"],
            "end_us": event["t_us"],
            "first_row": row,
            "last_row": row,
            **{name: event[name] for name in ("app", "window", "target", "masked")},
        }
        if kind in _KEYS:
            self._keys.read(row, event, common)
        elif kind == "pointerdown":
            self._pressed(event, common)
        elif kind in ("pointerup", "pointercancel"):
            self._released(row, event)
        elif kind == "select.change":
            chosen = {"value": event["value"], "length": event["value_length"]}
            self._acts.append({"kind": Choose, **common, **chosen})
        elif kind == "navigation" or (before != (None, None) and before != self._place):
            page = {"url": event["url"], "reference": event["reference"]}
            act = Navigate if kind == "navigation" else Switch
            self._acts.append({"kind": act, **common, **page})

    def _pressed(self, event: dict[str, Any], common: dict[str, Any]) -> None:
        button = event["button"] or 0
        modifiers = self._keys.use_held(event["modifiers"])
        last = self._acts[-1] if self._acts else None
        if last and last["kind"] is Click and last["button"] == button and _again(last, event):
            last["count"] += 1
            last["pressed_us"] = event["t_us"]
            last.update({name: common[name] for name in ("end_us", "last_row")})
            last["presses"].append(common["first_row"])
        else:
            last = {
                "kind": Click,
                **common,
                **{name: event[name] for name in PLACE},
                "button": button,
                "count": 1,
                "modifiers": modifiers,
                "pressed_us": event["t_us"],
                "presses": [common["first_row"]],
            }
            self._acts.append(last)
        self._down[button] = last

    def _released(self, row: int, event: dict[str, Any]) -> None:
        button = event["button"]
        if button is None or event["type"] == "pointercancel":
            # A pointer that is cancelled names no button.
            button = next(iter(self._down), None) if button not in self._down else button
        act = self._down.pop(button, None) if button is not None else None
        if act is None:
            return
        act["end_us"], act["last_row"] = event["t_us"], row
        first = act["presses"][-1]
        inside = self._moves[slice(*np.searchsorted(self._moves, [first, row]))]
        way = np.append(inside, row)
        far = np.hypot(self._x[way] - self._x[first], self._y[way] - self._y[first])
        if act["count"] == 1 and np.nanmax(np.append(far, 0.0)) > DRAG_PX:
            act["kind"] = Drag
            act.update({f"end_{name}": event[name] for name in PLACE})

    def finished(self) -> Iterator[Act]:
        self._keys.finish()
        for act in self._acts:
            kind = act["kind"]
            if kind is not None:
                fields = {name: act[name] for name in kind.__dataclass_fields__ if name in act}
                if "presses" in fields:
                    fields["presses"] = tuple(fields["presses"])
                yield kind(**fields)


def _again(last: dict[str, Any], event: dict[str, Any]) -> bool:
    """Whether a press goes on with the click before it; a fourth press begins a new one."""
    if last["count"] >= 3:
        return False
    # Pointer events say 0, mouse events count (W3C UI Events, `detail`).
    if event["detail"]:
        return bool(event["detail"] > 1)
    axes = [
        abs(event[name] - last[name])
        for name in PLACE
        if event[name] is not None and last[name] is not None
    ]
    near = all(off <= DOUBLE_CLICK_PX for off in axes[:2])
    return near and event["t_us"] - last["pressed_us"] <= DOUBLE_CLICK_US


def _either(events: pa.Table, first: str, second: str) -> np.ndarray[Any, Any]:
    whole = pc.coalesce(events[first], events[second], pa.scalar(float("nan"), pa.float32()))
    return np.asarray(whole)


def _waits(
    events: pa.Table, hands: np.ndarray[Any, Any], acts: list[Act], pause_us: int
) -> Iterator[Wait]:
    """Yield rests of hand and keys, but not those within an act, such as a button held down."""
    t_us = events["t_us"].to_numpy()
    first = np.array([act.first_row for act in acts], np.int64)
    order = np.argsort(first, kind="stable")
    first = first[order]
    until = np.maximum.accumulate(np.array([act.last_row for act in acts], np.int64)[order])
    for k in np.flatnonzero(np.diff(t_us[hands]) >= pause_us).tolist():
        a, b = int(hands[k]), int(hands[k + 1])
        begun = int(np.searchsorted(first, a, "right"))
        if begun and until[begun - 1] >= b:
            continue
        place = events.select(["app", "window"]).slice(a, 1).to_pylist()[0]
        yield Wait(
            start_us=int(t_us[a]),
            end_us=int(t_us[b]),
            first_row=a,
            last_row=b,
            target=None,
            masked=False,
            **place,
        )
