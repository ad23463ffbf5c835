"""Notifications as a recorder with safeguards keeps them: those of hidden applications show over others."""

from collections.abc import Collection
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from deskhand.compact_tables import compact
from deskhand.safeguards.event_edits import Edits
from deskhand.safeguards.fronts import Fronts
from deskhand.session import Session

NOTIFICATION = "notification"


def hide_notifications(edits: Edits, fronts: Fronts) -> tuple[str, ...]:
    """Drop all rows of notifications of hidden applications; returns their keys.

    Of the others those go whose coming or going is not seen.

    Parameters
    ----------
    edits : Edits
        With the rows dropped that lie in a gap.
    fronts : Fronts
        What is hidden.
    """
    elements, events = edits.session.elements, edits.session.events
    hidden = tuple(
        row["target"]
        for row in elements.select(["app", "target", "screen"]).to_pylist()
        if row["screen"] == f"{row['app']}/{NOTIFICATION}"
        and (fronts.hides_app(row["app"]) or fronts.why_hidden(row["screen"]) is not None)
    )
    if hidden:
        edits.dropped |= np.asarray(_named(events, hidden))
    told = pc.equal(events["reason"].cast(pa.string()), NOTIFICATION)
    rows = np.flatnonzero(np.asarray(pc.fill_null(told, fill_value=False)))
    # Only one shows at a time.
    for ends in zip(rows[::2], rows[1::2], strict=False):
        edits.dropped[[*ends]] = edits.dropped[[*ends]].any()
    return hidden


def without_elements(session: Session, targets: Collection[str]) -> Session:
    """Return a session whose table of elements lacks some."""
    if not targets:
        return session
    kept = pc.invert(_named(session.elements, targets))
    return replace(session, elements=compact(session.elements.filter(kept)))


def _named(table: pa.Table, targets: Collection[str]) -> pa.ChunkedArray:
    return pc.is_in(table["target"].cast(pa.string()), pa.array(list(targets), pa.string()))
