"""The canonical tables: one wide event table and its side tables, as Arrow schemas.

``t_us`` (microseconds since the session's start) with ``seq`` is the truth; a session's wall clock
is a property of the session. Names follow W3C UI Events and Pointer Events in snake_case. The JSON
Schemas in ``deskhand/schema`` are the record-wise twins of these Arrow schemas.
"""

from collections.abc import Mapping

import pyarrow as pa

SCHEMA_VERSION = 1

EVENT_TYPES = (
    "session.start",
    "session.end",
    "pointermove",
    "pointerdown",
    "pointerup",
    "pointercancel",
    "wheel",
    "keydown",
    "keyup",
    "input",
    "focus",
    "blur",
    "window.focus",
    "select.open",
    "select.change",
    "select.close",
    "navigation",
    "scroll",
    "resize",
    "screenshot",
    "clipboard",
    "idle.start",
    "idle.end",
    "visibility",
    "redaction",
    "mark",
)
TYPE_CODE: Mapping[str, int] = {event_type: code for code, event_type in enumerate(EVENT_TYPES)}

# Bits of the `modifiers` column.
SHIFT, CONTROL, ALT, META = 1, 2, 4, 8

_TINY = pa.dictionary(pa.int8(), pa.string())
_SMALL = pa.dictionary(pa.int16(), pa.string())
_WIDE = pa.dictionary(pa.int32(), pa.string())


def _field(name: str, kind: pa.DataType, *, null: bool = True) -> pa.Field:
    return pa.field(name, kind, nullable=null)


EVENTS = pa.schema(
    [
        _field("session_id", _WIDE, null=False),
        _field("seq", pa.int32(), null=False),
        _field("t_us", pa.int64(), null=False),
        _field("type", _TINY, null=False),
        _field("app", _SMALL),
        _field("window", _SMALL),
        _field("target", _WIDE),
        _field("action_id", pa.int32()),
        _field("screen_x", pa.float32()),
        _field("screen_y", pa.float32()),
        _field("client_x", pa.float32()),
        _field("client_y", pa.float32()),
        _field("button", pa.int8()),
        _field("buttons", pa.int8()),
        _field("pointer_type", _TINY),
        _field("detail", pa.int32()),
        _field("delta_x", pa.float32()),
        _field("delta_y", pa.float32()),
        _field("delta_mode", pa.int8()),
        _field("key", _SMALL),
        _field("code", _SMALL),
        _field("modifiers", pa.int8()),
        _field("repeat", pa.bool_()),
        _field("value", _WIDE),
        _field("value_length", pa.int32()),
        _field("masked", pa.bool_(), null=False),
        _field("input_type", _TINY),
        _field("url", _SMALL),
        _field("reference", _SMALL),
        _field("reason", _TINY),
        _field("policy", _TINY),
        _field("synthetic", pa.bool_(), null=False),
        _field("provenance_id", _SMALL, null=False),
    ],
    metadata={"deskhand.schema_version": str(SCHEMA_VERSION), "synthetic": "true"},
)

ACTIONS = pa.schema(
    [
        _field("session_id", _WIDE, null=False),
        _field("action_id", pa.int32(), null=False),
        _field("persona", _SMALL, null=False),
        _field("scenario", _SMALL, null=False),
        _field("task", pa.int32(), null=False),
        _field("step", pa.int32(), null=False),
        _field("verb", _TINY, null=False),
        _field("target", _WIDE),
        _field("start_us", pa.int64(), null=False),
        _field("end_us", pa.int64(), null=False),
        _field("intended_x", pa.float32()),
        _field("intended_y", pa.float32()),
        _field("actual_x", pa.float32()),
        _field("actual_y", pa.float32()),
        _field("text_class", _TINY),
        _field("error_of", pa.int32()),
        _field("correction_of", pa.int32()),
        _field("error_count", pa.int32(), null=False),
        _field("submovement_count", pa.int32(), null=False),
        _field("synthetic", pa.bool_(), null=False),
        _field("provenance_id", _SMALL, null=False),
    ],
    metadata={"deskhand.schema_version": str(SCHEMA_VERSION), "synthetic": "true"},
)

ELEMENTS = pa.schema(
    [
        _field("session_id", _WIDE, null=False),
        _field("screen", _SMALL, null=False),
        _field("target", _WIDE, null=False),
        _field("app", _SMALL, null=False),
        _field("role", _SMALL, null=False),
        _field("name", _WIDE, null=False),
        _field("tag", _SMALL, null=False),
        _field("left", pa.float32(), null=False),
        _field("top", pa.float32(), null=False),
        _field("width", pa.float32(), null=False),
        _field("height", pa.float32(), null=False),
        _field("sensitive", _TINY),
        _field("synthetic", pa.bool_(), null=False),
        _field("provenance_id", _SMALL, null=False),
    ],
    metadata={"deskhand.schema_version": str(SCHEMA_VERSION), "synthetic": "true"},
)

SESSIONS = pa.schema(
    [
        _field("session_id", _WIDE, null=False),
        _field("seed", pa.uint64(), null=False),
        _field("scenario", _SMALL, null=False),
        _field("team", pa.int32(), null=False),
        _field("person", pa.int32(), null=False),
        _field("day", pa.int32(), null=False),
        _field("persona", _SMALL, null=False),
        _field("role", _SMALL, null=False),
        _field("condition", _SMALL, null=False),
        _field("fidelity", _SMALL, null=False),
        _field("profile", _SMALL, null=False),
        _field("profile_mode", _SMALL, null=False),
        _field("start_wall_us", pa.int64(), null=False),
        _field("time_zone", _SMALL, null=False),
        _field("clock_skew_us", pa.int64(), null=False),
        _field("duration_us", pa.int64(), null=False),
        _field("event_count", pa.int64(), null=False),
        _field("action_count", pa.int64(), null=False),
        _field("screen_width", pa.int32(), null=False),
        _field("screen_height", pa.int32(), null=False),
        _field("viewport_width", pa.int32(), null=False),
        _field("viewport_height", pa.int32(), null=False),
        _field("device", _SMALL, null=False),
        _field("poll_hz", pa.float32(), null=False),
        _field("keyboard_layout", _SMALL, null=False),
        _field("monitors", _SMALL),
        _field("synthetic", pa.bool_(), null=False),
        _field("provenance_id", _SMALL, null=False),
    ],
    metadata={"deskhand.schema_version": str(SCHEMA_VERSION), "synthetic": "true"},
)

SCREENSHOTS = pa.schema(
    [
        _field("session_id", _WIDE, null=False),
        _field("t_us", pa.int64(), null=False),
        _field("screen", _SMALL, null=False),
        _field("reference", _SMALL, null=False),
        _field("width", pa.int32(), null=False),
        _field("height", pa.int32(), null=False),
        _field("synthetic", pa.bool_(), null=False),
        _field("provenance_id", _SMALL, null=False),
    ],
    metadata={"deskhand.schema_version": str(SCHEMA_VERSION), "synthetic": "true"},
)

TABLES: Mapping[str, pa.Schema] = {
    "events": EVENTS,
    "actions": ACTIONS,
    "elements": ELEMENTS,
    "sessions": SESSIONS,
    "screenshots": SCREENSHOTS,
}


def claiming(table: pa.Table, synthetic: bool) -> pa.Table:
    """Return a table whose schema says whether its rows are synthetic, as the rows themselves do.

    Examples
    --------
    >>> claiming(EVENTS.empty_table(), False).schema.metadata[b"synthetic"]
    b'false'
    """
    claim = {"synthetic": str(synthetic).lower()}
    metadata = {key.decode(): value.decode() for key, value in table.schema.metadata.items()}
    return table.replace_schema_metadata(metadata | claim)
