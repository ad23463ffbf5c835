"""Rows of a session's events as dictionaries, for tests that look at them one by one."""

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from deskhand.session import Session


def rows_of(session: Session, *kinds: str) -> list[dict[str, Any]]:
    """Return the rows of some types in their order; without types, all of them."""
    events = session.events
    if kinds:
        events = events.filter(pc.is_in(events["type"].cast(pa.string()), pa.array(kinds)))
    rows: list[dict[str, Any]] = events.to_pylist()
    return rows
