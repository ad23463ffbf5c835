"""Session events as OpenTelemetry log records, in OTLP's JSON shape.

An event has a name and attributes. Three names are OpenTelemetry's own (semantic conventions,
status development): ``session.start``, ``session.end`` and the clicks ``app.screen.click`` and
``app.widget.click``, told when the button comes up. Names that begin with ``deskhand.`` are not.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from deskhand.events import CONTROL
from deskhand.exports.derived_acts import Click, Drag, Scroll, derived_acts
from deskhand.session import Session

Attribute = tuple[str, Any]
_PAGE = (("app.screen.id", "reference"), ("url.full", "url"))
_WINDOW = (("deskhand.window", "window"),)
_WIDGET = (("app.widget.id", "target"),)
# The event that each row becomes, and what it tells beside session.id: attribute and column.
_TOLD: Mapping[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    "session.start": ("session.start", ()),
    "session.end": ("session.end", ()),
    "window.focus": ("deskhand.window.focus", (("deskhand.app", "app"), *_WINDOW, *_PAGE)),
    "navigation": ("deskhand.navigation", (*_WINDOW, *_PAGE)),
    "select.change": (
        "deskhand.select.change",
        (*_WIDGET, ("deskhand.select.label", "value"), ("deskhand.masked", "masked")),
    ),
    "clipboard": (
        "deskhand.clipboard",
        (
            *_WIDGET,
            ("deskhand.clipboard.action", "input_type"),
            ("deskhand.clipboard.length", "value_length"),
        ),
    ),
    "redaction": (
        "deskhand.redaction",
        (
            *_WIDGET,
            ("deskhand.redaction.reason", "reason"),
            ("deskhand.redaction.policy", "policy"),
        ),
    ),
    "screenshot": ("deskhand.screenshot", (("deskhand.reference", "reference"),)),
    "visibility": ("deskhand.visibility", _WINDOW),
    "idle.start": ("deskhand.idle.start", (("deskhand.idle.reason", "reason"),)),
    "idle.end": ("deskhand.idle.end", (("deskhand.idle.reason", "reason"),)),
    # The page's own texts stay behind: a state is told by its name alone.
    "mark": ("deskhand.page.state", (("deskhand.reference", "reference"),)),
}
ROW_TYPES = tuple(_TOLD)
_COLUMNS = tuple({column: None for _, told in _TOLD.values() for _, column in told})


def any_value(value: Any) -> dict[str, Any]:
    """Return a value as OTLP's JSON writes it: whole numbers are text.

    Examples
    --------
    >>> any_value(True), any_value(7), any_value("a")
    ({'boolValue': True}, {'intValue': '7'}, {'stringValue': 'a'})
    """
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    if isinstance(value, float):
        return {"doubleValue": value}
    return {"stringValue": str(value)}


def attributes(given: tuple[Attribute, ...]) -> list[dict[str, Any]]:
    """Return attributes as OTLP's JSON writes them, without those that are None."""
    return [{"key": key, "value": any_value(v)} for key, v in given if v is not None]


def records(session: Session) -> list[tuple[int, dict[str, Any]]]:
    """Return the log records of a session.

    Parameters
    ----------
    session : Session
        Its screens' element names are told where they are there.

    Returns
    -------
    list of tuple
        Microseconds since the session's start, and the record in OTLP's JSON shape; in order.
    """
    events = session.events
    told = list(_rows(events))
    told += _acts(session)
    told += _counts(events, ("keydown",), "deskhand.keyboard", "deskhand.keyboard.presses")
    told += _counts(events, ("input",), "deskhand.field.edit", "deskhand.field.edits")
    told.sort(key=lambda one: (one[0], one[1]))
    wall_us = session.device_start_us
    # Made once: every record of a session has it.
    mine = attributes((("session.id", session.session_id),))
    return [
        (
            t_us,
            {
                "timeUnixNano": str((wall_us + t_us) * 1000),
                "observedTimeUnixNano": str((wall_us + t_us) * 1000),
                "eventName": event,
                "attributes": mine + attributes(given),
            },
        )
        for t_us, _, event, given in told
    ]


Told = tuple[int, int, str, tuple[Attribute, ...]]


def _rows(events: pa.Table) -> Iterator[Told]:
    rows = np.flatnonzero(
        np.asarray(pc.is_in(events["type"].cast(pa.string()), pa.array(ROW_TYPES)))
    )
    at = zip(
        rows.tolist(), *(events[c].take(rows).to_pylist() for c in ("t_us", "type")), strict=True
    )
    columns = zip(*(events[name].take(rows).to_pylist() for name in _COLUMNS), strict=True)
    for (place, t_us, kind), values in zip(at, columns, strict=True):
        row = dict(zip(_COLUMNS, values, strict=True))
        event, told = _TOLD[kind]
        yield t_us, place, event, tuple((attribute, row[column]) for attribute, column in told)


def _acts(session: Session) -> Iterator[Told]:
    """Yield clicks, drags and scrolls, as they end."""
    events = session.events
    names = {
        (screen, target): name
        for screen, target, name in zip(
            *(session.elements[c].to_pylist() for c in ("screen", "target", "name")), strict=True
        )
    }
    pages = events.filter(
        pc.is_in(events["type"].cast(pa.string()), pa.array(["navigation", "window.focus"]))
    )
    page_us, shown = pages["t_us"].to_numpy(), pages["reference"].to_pylist()
    for act in derived_acts(events):
        if not isinstance(act, Click | Drag | Scroll):
            continue
        at = int(np.searchsorted(page_us, act.start_us, side="right")) - 1
        screen = shown[at] if at >= 0 else None
        here: tuple[Attribute, ...] = (("app.screen.id", screen),)
        place = _place(act.screen_x, act.screen_y)
        if isinstance(act, Scroll):
            by = (
                ("deskhand.scroll.x", float(act.delta_x)),
                ("deskhand.scroll.y", float(act.delta_y)),
            )
            what = "deskhand.zoom" if act.modifiers & CONTROL else "deskhand.scroll"
            yield act.end_us, act.last_row, what, here + by
            continue
        if isinstance(act, Drag):
            to = (
                ("deskhand.drag.end.x", _whole(act.end_screen_x)),
                ("deskhand.drag.end.y", _whole(act.end_screen_y)),
            )
            given = (("app.widget.id", act.target), *here, *place, *to)
            yield act.end_us, act.last_row, "deskhand.drag", given
            continue
        extra = (("deskhand.click.button", act.button), ("deskhand.click.count", act.count))
        if place[0][1] is not None and place[1][1] is not None:
            yield act.end_us, act.last_row, "app.screen.click", here + place + extra
        if act.target is not None:
            widget = (
                ("app.widget.id", act.target),
                ("app.widget.name", names.get((screen, act.target))),
            )
            yield act.end_us, act.last_row, "app.widget.click", widget + here + place + extra


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)


def _place(x: float | None, y: float | None) -> tuple[Attribute, Attribute]:
    return (("app.screen.coordinate.x", _whole(x)), ("app.screen.coordinate.y", _whole(y)))


def _counts(events: pa.Table, kinds: tuple[str, ...], event: str, name: str) -> Iterator[Told]:
    """Yield how many rows of a kind there were without a break, one record for each element."""
    type_ = events["type"].cast(pa.string())
    mine = np.asarray(pc.is_in(type_, pa.array(kinds)))
    stops = ("pointerup", "focus", "blur", "navigation", "window.focus", "session.end")
    group = np.cumsum(np.asarray(pc.is_in(type_, pa.array(stops))))
    rows = np.flatnonzero(mine)
    if not len(rows):
        return
    last = np.flatnonzero(np.append(np.diff(group[rows]) != 0, True))
    counts = np.diff(last, prepend=-1)
    ends = rows[last]
    columns = ("t_us", "target", "value_length", "masked")
    found = (events[c].take(ends).to_pylist() for c in columns)
    for place, count, t_us, target, length, masked in zip(
        ends.tolist(), counts.tolist(), *found, strict=True
    ):
        given: tuple[Attribute, ...] = (
            ("app.widget.id", target),
            (name, count),
            ("deskhand.field.length", length if "input" in kinds else None),
            ("deskhand.masked", masked),
        )
        yield t_us, place, event, given
