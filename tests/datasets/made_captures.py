"""Captures for tests: synthetic sessions that pose as recordings, and small random ones."""

from dataclasses import replace
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st

from deskhand.datasets.resynthesis.lineage import with_marks
from deskhand.events import ACTIONS
from deskhand.exports.captured import captured_session
from deskhand.session import Session


def as_capture(session: Session) -> Session:
    """Return a session as a reader would give it had it been recorded from a person."""
    marks = {
        "session_id": session.session_id.replace("syn_", "cap_"),
        "synthetic": False,
        "provenance_id": "cap_test",
    }
    header = {**session.header, **marks, "profile_mode": "capture", "action_count": 0}
    header["persona"] = header["persona"].replace("syn_", "cap_")
    events = session.events
    place = events.schema.get_field_index("action_id")
    field = events.schema.field(place)
    bare = replace(
        session, events=events.set_column(place, field, pa.nulls(len(events), field.type))
    )
    tables: dict[str, pa.Table] = {
        name: with_marks(getattr(bare, name), marks)
        for name in ("events", "elements", "screenshots")
    }
    empty = ACTIONS.empty_table()
    return replace(session, header=header, actions=empty, goals=(), **tables)


# What may come next in a random capture: rows, each with the time since the one before it.
GAP = st.integers(0, 400)
PX = st.integers(0, 900)


@st.composite
def _moves(draw: st.DrawFn) -> list[dict[str, Any]]:
    x, y = draw(PX), draw(PX)
    step = st.integers(-30, 30)
    rows = []
    for _ in range(draw(st.integers(1, 12))):
        x, y = x + draw(step), y + draw(step)
        rows.append({"type": "pointermove", "gap": draw(st.integers(1, 60)), "x": x, "y": y})
    return rows


@st.composite
def _click(draw: st.DrawFn) -> list[dict[str, Any]]:
    rows = draw(_moves()) if draw(st.booleans()) else []
    x, y = (rows[-1]["x"], rows[-1]["y"]) if rows else (draw(PX), draw(PX))
    x += draw(st.integers(0, 2))
    for _ in range(draw(st.integers(1, 2))):
        rows.append({"type": "pointerdown", "gap": draw(GAP), "x": x, "y": y, "button": 0})
        if draw(st.booleans()):
            rows.append({"type": "focus", "gap": draw(st.integers(0, 5)), "target": "field"})
        if draw(st.integers(0, 3)) == 0:
            rows += [{**row, "buttons": 1} for row in draw(_moves())]
            x, y = rows[-1]["x"], rows[-1]["y"]
        rows.append({"type": "pointerup", "gap": draw(GAP), "x": x, "y": y, "button": 0})
    return rows


@st.composite
def _typing(draw: st.DrawFn) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    held: list[str] = []
    for _ in range(draw(st.integers(1, 8))):
        free = [key for key in ("a", "b", "Shift", "Enter") if key not in held]
        releases: bool = draw(st.booleans())
        if held and (releases or not free):
            key = held.pop(draw(st.integers(0, len(held) - 1)))
            rows.append({"type": "keyup", "gap": draw(GAP), "key": key})
            continue
        key = draw(st.sampled_from(free))
        held.append(key)
        rows.append({"type": "keydown", "gap": draw(GAP), "key": key})
        if key in "ab":
            rows.append({"type": "input", "gap": draw(st.integers(0, 3)), "value": key})
    rows += [{"type": "keyup", "gap": draw(GAP), "key": key} for key in held]
    return rows


@st.composite
def _wheel(draw: st.DrawFn) -> list[dict[str, Any]]:
    turns = draw(st.integers(1, 5))
    return [{"type": "wheel", "gap": draw(GAP), "x": 5, "y": 5, "delta_y": 100.0}] * turns


@st.composite
def _page(draw: st.DrawFn) -> list[dict[str, Any]]:
    return [{"type": draw(st.sampled_from(["navigation", "scroll", "blur"])), "gap": draw(GAP)}]


@st.composite
def captures(draw: st.DrawFn) -> Session:
    """Draw a capture of a few acts, with gaps, rollover, system rows and drags."""
    acts = draw(st.lists(st.one_of(_moves(), _click(), _typing(), _wheel(), _page()), max_size=8))
    rows = [row for act in acts for row in act]
    tick = draw(st.sampled_from([1_000, 997]))
    t_us, now = [], 0
    for row in rows:
        now += row["gap"] * tick
        t_us.append(now)
    columns: dict[str, Any] = {"type": [row["type"] for row in rows], "t_us": t_us}
    names = {"key": "key", "button": "button", "buttons": "buttons", "value": "value"}
    names |= {"screen_x": "x", "screen_y": "y", "target": "target", "delta_y": "delta_y"}
    if not draw(st.booleans()):
        names |= {"client_x": "x", "client_y": "y"}
    if draw(st.integers(0, 4)) == 0:
        names = {new: old for new, old in names.items() if not new.startswith("screen")}
    columns |= {new: [row.get(old) for row in rows] for new, old in names.items()}
    return captured_session(
        columns, session_id="cap_session_1", start_wall_us=1_700_000_000_000_000, source="test"
    )
