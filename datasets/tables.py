"""The four tables of a data set: the canonical ones with plain strings, and the labels beside them.

Readers differ in what they make of dictionaries in an Arrow schema, so strings are strings here;
Parquet codes them as dictionaries all the same.
"""

from collections.abc import Mapping

import pyarrow as pa

from deskhand.events import ACTIONS, ELEMENTS, EVENTS, SCHEMA_VERSION, SESSIONS

SPLITS = ("train", "validation", "test")
HUMAN_LIKE = "human-like"
# Beside the persons' own acts, so that every event has one.
FRAME, PAGE, AWAY = "session", "page", "away"
ATTENTION = ("on task", "reading", "waiting", "interrupted", "break", "away", "locked")

EVENT_LABELS: Mapping[str, tuple[pa.DataType, str]] = {
    "submovement": (pa.int8(), "which stroke of its movement a pointermove belongs to, from 0"),
    "attention": (pa.string(), "what the person's mind is on: " + ", ".join(ATTENTION)),
}
ACTION_LABELS: Mapping[str, tuple[pa.DataType, str]] = {
    "by_person": (pa.bool_(), "whether it is an act of the person; else it holds what nobody did"),
    "intent": (pa.string(), "what the person means to do, in short words, without what is typed"),
    "attention": (pa.string(), "what the person's mind is on: " + ", ".join(ATTENTION)),
    "press_us": (pa.int64(), "time of the press that the box and hit are of"),
    "intended_target": (pa.string(), "the element that was meant; of a slip not the one pressed"),
    "box_left": (pa.float32(), "screen px: what shows of that element at the press"),
    "box_top": (pa.float32(), "screen px"),
    "box_width": (pa.float32(), "px"),
    "box_height": (pa.float32(), "px"),
    "hit": (pa.bool_(), "whether the press hit it; null without a press or a box"),
}
SESSION_LABELS: Mapping[str, tuple[pa.DataType, str]] = {
    "is_bot": (pa.bool_(), "whether the motion and timing are a program's"),
    "generator_family": (
        pa.string(),
        f"what drew motion and timing: {HUMAN_LIKE}, or a bot family",
    ),
    "goals": (pa.int32(), "tasks of the session that have a goal"),
    "goals_missed": (pa.int32(), "ends of these goals that the session's pages did not come to"),
}


def _plain(schema: pa.Schema, labels: Mapping[str, tuple[pa.DataType, str]]) -> pa.Schema:
    fields = [
        field.with_type(field.type.value_type) if pa.types.is_dictionary(field.type) else field
        for field in schema
    ]
    fields += [pa.field(name, kind) for name, (kind, _) in labels.items()]
    metadata = {"deskhand.schema_version": str(SCHEMA_VERSION), "synthetic": "true"}
    return pa.schema(fields, metadata=metadata)


def _joined(schema: pa.Schema) -> pa.Schema:
    place = schema.get_field_index("action_id")
    return schema.set(place, schema.field(place).with_nullable(nullable=False))


LABELS: Mapping[str, Mapping[str, tuple[pa.DataType, str]]] = {
    "events": EVENT_LABELS,
    "actions": ACTION_LABELS,
    "elements": {},
    "sessions": SESSION_LABELS,
}
TABLES: Mapping[str, pa.Schema] = {
    "events": _joined(_plain(EVENTS, EVENT_LABELS)),
    "actions": _plain(ACTIONS, ACTION_LABELS),
    "elements": _plain(ELEMENTS, {}),
    "sessions": _plain(SESSIONS, SESSION_LABELS),
}
"""By name; of events every row has an action."""


def part_path(table: str, split: str, part: int) -> str:
    """Return where a part of a table lies in a data set, with forward slashes.

    Examples
    --------
    >>> part_path("events", "train", 3)
    'events/split=train/part-00003.parquet'
    """
    return f"{table}/split={split}/part-{part:05d}.parquet"
