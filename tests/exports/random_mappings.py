"""Random mappings that can be turned round, and random sessions for them."""

import json
from collections.abc import Callable
from random import Random
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st

from deskhand.events import EVENTS, TABLES
from deskhand.session import Session
from tests.exports.hand_made import PROVENANCE, hand_made_session

HEADER = hand_made_session().header

TYPES = ("pointermove", "pointerdown", "keydown", "keyup", "input", "wheel", "focus", "mark")
WORDS = ("a", "Enter", "lead.name", "é“\\", "<b>", "\u2028 x", "\U0001f600")
COLUMNS: dict[str, Callable[[Random], Any]] = {
    "app": lambda r: r.choice(WORDS),
    "target": lambda r: r.choice(WORDS),
    "key": lambda r: r.choice(WORDS),
    "value": lambda r: "".join(r.choices('ab \\"\n\x00\u20ac\U0001f600', k=r.randrange(6))),
    "screen_x": lambda r: r.randint(-8_000, 8_000) / 8,
    "client_y": lambda r: r.randint(-8_000, 8_000) / 3,
    "delta_y": lambda r: r.choice([-100.0, 0.0, 100.0, 1e-3]),
    "button": lambda r: r.randint(0, 2),
    "detail": lambda r: r.randint(-(2**31), 2**31 - 1),
    "modifiers": lambda r: r.randint(0, 15),
    "repeat": lambda r: r.random() < 0.5,
    "action_id": lambda r: r.randint(0, 2**31 - 1),
}
ENUMS: dict[str, list[str]] = {
    "app": list(WORDS),
    "target": list(WORDS),
    "key": list(WORDS),
    "button": ["0", "1", "2"],
    "repeat": ["true", "false"],
}
NAMES = st.text('abcXYZ_é .~/"\\', min_size=1, max_size=5)
# Values that JSON tells apart.
THEIRS = st.text(max_size=4) | st.integers(-99, 99) | st.booleans()


def random_session(name: str, seed: int) -> Session:
    """Return a session with rows of random content."""
    rng = Random(seed)
    times_us = sorted(rng.randint(0, 40_000_000) for _ in range(rng.randint(1, 40)))
    fixed = {"session_id": name, "masked": False, "synthetic": True, "provenance_id": PROVENANCE}
    rows: list[dict[str, Any]] = [{"type": "session.start", "t_us": 0, **fixed}]
    for t_us in times_us:
        cells = {column: make(rng) for column, make in COLUMNS.items() if rng.random() < 0.6}
        rows.append({"type": rng.choice(TYPES), "t_us": t_us, **cells, **fixed})
    for seq, row in enumerate(rows):
        row["seq"] = seq
    empty = {part: TABLES[part].empty_table() for part in ("actions", "elements", "screenshots")}
    return Session(
        header={**HEADER, "session_id": name, "clock_skew_us": rng.randint(-(10**7), 10**7)},
        events=pa.Table.from_pylist(rows, schema=EVENTS),
        screens={},
        **empty,
    )


@st.composite
def _values(draw: st.DrawFn, column: str) -> list[Any]:
    """Return templates that together hold a column; several where it is cut into bits."""
    value: dict[str, Any] = {"$column": column}
    how = draw(st.sampled_from(["plain", "enum", "scale", "bit", "string", "null"]))
    number = column in ("screen_x", "client_y", "delta_y", "detail", "action_id")
    if how == "enum" and column in ENUMS:
        names = ENUMS[column]
        theirs = st.lists(THEIRS, min_size=len(names), max_size=len(names), unique_by=json.dumps)
        value["enum"] = dict(zip(names, draw(theirs), strict=True))
    elif how == "scale" and number:
        value["scale"] = draw(st.sampled_from([2, -3, 0.5, 0.001, 1000, 1 / 3, -0.1]))
        value["offset"] = draw(st.sampled_from([0, 1, -7, 0.25]))
    elif how == "bit" and column == "modifiers":
        return [{"$column": column, "bit": bit} for bit in (1, 2, 4, 8)]
    elif how == "string" and number:
        value["as"] = "string"
    elif how == "null":
        value["if_null"] = None
    return [value]


def _put(record: dict[str, Any], path: list[str], value: Any) -> None:
    for name in path[:-1]:
        record = record.setdefault(f"o{name}", {})
    record[f"v{path[-1]}{len(record)}"] = value


@st.composite
def _body(draw: st.DrawFn, types: list[str], mark: str | None) -> dict[str, Any]:
    record: dict[str, Any] = {}
    if mark is not None:
        record["which one"] = mark
    for column in draw(st.lists(st.sampled_from(sorted(COLUMNS)), unique=True)):
        for value in draw(_values(column)):
            if draw(st.integers(0, 5)) == 0:
                value = [draw(THEIRS), value]
            _put(record, draw(st.lists(NAMES, min_size=1, max_size=3)), value)
    if len(types) > 1:
        theirs = st.lists(THEIRS, min_size=len(types), max_size=len(types), unique_by=json.dumps)
        named = {"$column": "type", "enum": dict(zip(types, draw(theirs), strict=True))}
        record["type"] = draw(st.sampled_from([{"$column": "type"}, named]))
    return record


CLOCKS = st.sampled_from(
    [
        {"$clock": "epoch", "unit": "ms", "round": "floor"},
        {"$clock": "epoch", "unit": "ms"},
        {"$clock": "epoch", "unit": "s"},
        {"$clock": "epoch", "unit": "us", "as": "string"},
        {"$clock": "epoch", "unit": "ns"},
        {"$clock": "epoch", "unit": "iso8601"},
        {"$clock": "epoch", "unit": "iso8601", "round": "floor", "digits": 3},
        {"$clock": "session", "unit": "s", "round": "floor", "digits": 2},
        {"$clock": "session", "unit": "us"},
    ]
)


@st.composite
def mappings(draw: st.DrawFn) -> dict[str, Any]:
    """The JSON of a mapping that loses nothing of the event types that it takes."""
    types = draw(st.lists(st.sampled_from(TYPES), min_size=1, unique=True))
    cut = draw(st.integers(0, len(types) - 1))
    rules = []
    for number, part in enumerate(filter(None, (types[:cut], types[cut:]))):
        common = {"rule": number, "id": {"$session": "session_id"}}
        clock = draw(CLOCKS)
        if draw(st.booleans()):
            rules.append(
                {
                    "when": {"type": part},
                    "record": {**draw(_body(part, None)), **common, "at": clock},
                }
            )
            continue
        split = draw(st.integers(0, len(part) - 1))
        entries = []
        for k, own in enumerate(filter(None, (part[:split], part[split:]))):
            body = draw(_body(own, f"e{k}"))
            body["at"] = draw(st.sampled_from([clock, {"$clock": "batch", "unit": "ms"}]))
            entries.append({"when": {"type": own}, "record": body})
        limits = {
            "count": draw(st.integers(1, 9)),
            "window_us": draw(st.integers(1, 9_000_000)),
            "same": ["app"],
        }
        batch = {name: limits[name] for name in draw(st.lists(st.sampled_from([*limits])))}
        record: dict[str, Any] = {**common, "from": clock, "all": {"$each": entries}}
        rules.append({"when": {"type": part}, "record": record, "batch": batch})
    head = {
        "start": {"$clock": "epoch", "of": "start", "unit": "us"},
        "made": {"$session": "synthetic"},
        "by": {"$session": "provenance_id"},
    }
    shape = draw(st.sampled_from(["jsonl", "json-array"]))
    per = draw(st.sampled_from(["session", "all"]))
    return {
        "format": "deskhand.mapping/1",
        "name": "made",
        "schema": "made.schema.json",
        "file": {"form": shape, "per": per},
        "common": head,
        "records": rules,
    }
