"""A canonical session from what a reader found in a file of another format.

A file that says it is synthetic stays synthetic. Anything else is a capture: its rows say
``synthetic=false``, its identifiers begin with ``cap_``, and its header says ``capture`` where a
generated session names its profile. A file whose identifier says that it was derived from a capture
(``der_``) stays so. In either case ``provenance_id`` names the format first, so that such rows are told
from generated ones, which lack nothing.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

import numpy as np
import pyarrow as pa

from deskhand.errors import DeskhandError
from deskhand.events import ACTIONS, ELEMENTS, EVENTS, SCREENSHOTS, SESSIONS, claiming
from deskhand.session import Session

CAPTURE, DERIVED = "capture", "derived"
UNKNOWN = "unknown"
_PLAIN = pa.schema(
    [
        pa.field(f.name, f.type.value_type if pa.types.is_dictionary(f.type) else f.type)
        for f in EVENTS
    ]
)


def capture_id(content: bytes) -> str:
    """Return the identifier of a capture, which depends on what the file holds alone.

    Examples
    --------
    >>> capture_id(b"[]")
    'cap_session_4f53cda18c2baa0c'
    """
    return f"cap_session_{sha256(content).hexdigest()[:16]}"


def captured_session(
    rows: Mapping[str, Any] | pa.Table,
    *,
    session_id: str,
    start_wall_us: int,
    source: str,
    made_by: str | None = None,
    header: Mapping[str, Any] | None = None,
    elements: Sequence[Mapping[str, Any]] = (),
    screenshots: Sequence[Mapping[str, Any]] = (),
) -> Session:
    """Return a canonical session.

    Parameters
    ----------
    rows : mapping of str to array, or pyarrow.Table
        Columns of the event table, among them ``type`` and ``t_us`` (microseconds from the session's
        start), all of one length n; columns that are not given are null. Rows are sorted by time,
        rows of one time keep their order, and the rows session.start and session.end are added
        where they are missing.
    session_id : str
        As the file says, or `capture_id`.
    start_wall_us : int
        Unix time of ``t_us`` = 0 in microseconds.
    source : str
        The format's name.
    made_by : str, optional
        The ``provenance_id`` that the file states, where it says of itself that it is synthetic.
    header : mapping, optional
        Columns of the sessions table that the file knows, for example ``screen_width``.
    elements, screenshots : sequence of mapping, optional
        Rows of these tables, without identifiers; one of each target is kept.

    Returns
    -------
    Session
        With no actions and no screens.

    Raises
    ------
    DeskhandError
        When a column is not canonical or a value does not fit its column.

    Examples
    --------
    >>> session = captured_session(
    ...     {"type": ["keyup", "keydown"], "t_us": [90_000, 5_000], "key": ["a", "a"]},
    ...     session_id="cap_session_1",
    ...     start_wall_us=1_700_000_000_000_000,
    ...     source="mylog",
    ... )
    >>> session.events["type"].to_pylist()
    ['session.start', 'keydown', 'keyup', 'session.end']
    >>> session.header["synthetic"], session.header["provenance_id"]
    (False, 'cap_mylog')
    """
    given = (
        dict(zip(rows.column_names, rows.columns, strict=True))
        if isinstance(rows, pa.Table)
        else dict(rows)
    )
    derived, synthetic = session_id.startswith("der_"), made_by is not None
    marks = {
        "session_id": session_id,
        "synthetic": synthetic,
        "provenance_id": f"{'der' if derived else 'cap'}_{source}"
        if made_by is None
        else f"{source}:{made_by.rpartition(':')[2]}",
    }
    events = _events(given, marks)
    duration_us = int(events["t_us"][-1].as_py())
    known = dict(header or {})
    width, height = known.get("screen_width", 1), known.get("screen_height", 1)
    record = {
        "seed": 0,
        "scenario": UNKNOWN,
        "team": 0,
        "person": 0,
        "day": 0,
        "persona": UNKNOWN,
        "role": UNKNOWN,
        "condition": UNKNOWN,
        "fidelity": UNKNOWN,
        "profile": UNKNOWN,
        "profile_mode": UNKNOWN if made_by is not None else DERIVED if derived else CAPTURE,
        "time_zone": "UTC",
        "clock_skew_us": 0,
        "screen_width": width,
        "screen_height": height,
        "viewport_width": width,
        "viewport_height": height,
        "device": UNKNOWN,
        "poll_hz": 1.0,
        "keyboard_layout": UNKNOWN,
        "monitors": None,
        **known,
        **marks,
        "start_wall_us": start_wall_us,
        "duration_us": duration_us,
        "event_count": len(events),
        "action_count": 0,
    }
    first: dict[tuple[str, str], Mapping[str, Any]] = {}
    for element in elements:
        first.setdefault((element["screen"], element["target"]), element)
    try:
        return Session(
            header={field.name: record[field.name] for field in SESSIONS},
            events=claiming(events, synthetic),
            actions=claiming(ACTIONS.empty_table(), synthetic),
            elements=claiming(
                pa.Table.from_pylist([{**e, **marks} for e in first.values()], schema=ELEMENTS),
                synthetic,
            ),
            screenshots=claiming(
                pa.Table.from_pylist([{**s, **marks} for s in screenshots], schema=SCREENSHOTS),
                synthetic,
            ),
            screens={},
        )
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise DeskhandError(f"session {session_id!r}: {error}; the file cannot be used.") from error


def _events(given: Mapping[str, Any], marks: Mapping[str, Any]) -> pa.Table:
    if foreign := set(given) - set(EVENTS.names):
        raise DeskhandError(f"columns {sorted(foreign)}: not in deskhand.events.EVENTS.")
    n = len(given["t_us"])
    given = {"masked": np.zeros(n, np.bool_), **given}
    try:
        body = pa.table([_column(given.get(f.name), f, n) for f in _PLAIN], schema=_PLAIN)
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError) as error:
        raise DeskhandError(
            f"session {marks['session_id']!r}: {error}; the file cannot be used."
        ) from error
    body = body.take(np.argsort(body["t_us"].to_numpy(), kind="stable"))
    types = body["type"].to_pylist() if n < 3 else [body["type"][k].as_py() for k in (0, -1)]
    last_us = body["t_us"][-1].as_py() if n else 0
    parts = [body]
    if not n or types[0] != "session.start":
        parts.insert(0, _edge("session.start", 0))
    if not n or types[-1] != "session.end":
        parts.append(_edge("session.end", last_us))
    whole = pa.concat_tables(parts).combine_chunks()
    for name, value in marks.items():
        place = whole.schema.get_field_index(name)
        column = pa.array([value], _PLAIN.field(name).type).take(
            pa.array(np.zeros(len(whole), int))
        )
        whole = whole.set_column(place, name, column)
    seq = pa.array(np.arange(len(whole), dtype=np.int32))
    whole = whole.set_column(whole.schema.get_field_index("seq"), "seq", seq)
    return pa.table(
        [
            column.combine_chunks().dictionary_encode().cast(field.type)
            if pa.types.is_dictionary(field.type)
            else column
            for field, column in zip(EVENTS, whole.columns, strict=True)
        ],
        schema=EVENTS,
    )


def _column(value: Any, field: pa.Field, n: int) -> pa.Array | pa.ChunkedArray:
    if value is None:
        return pa.nulls(n, field.type)
    if not isinstance(value, pa.Array | pa.ChunkedArray):
        value = pa.array(value, from_pandas=True)
    return value.cast(field.type)


def _edge(kind: str, t_us: int) -> pa.Table:
    return pa.Table.from_pylist([{"type": kind, "t_us": t_us, "masked": False}], schema=_PLAIN)
