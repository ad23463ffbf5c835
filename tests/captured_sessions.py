"""Sessions as a recorder would have them of people: nothing says that they are synthetic."""

from dataclasses import replace

import numpy as np
import pyarrow as pa

from deskhand.session import Session

# Stands in every place that may tell of a person: names, titles, texts, addresses.
CANARY = "Quillfeather"
TEXTS = ("app", "window", "target", "value", "url", "reference")
TABLES = ("events", "actions", "elements", "screenshots")


def with_column(table: pa.Table, name: str, values: object) -> pa.Table:
    field = table.schema.field(name)
    if not isinstance(values, list | np.ndarray):
        values = [values] * len(table)
    return table.set_column(table.schema.get_field_index(name), field, pa.array(values, field.type))


def captured(session: Session, number: int, *, named: bool = True) -> Session:
    """Return a session as a recorder would have it of a person called by the canary.

    Texts and titles are the canary's, too, unless ``named`` is false.
    """
    marks = {
        "session_id": f"cap_session_{number:016x}",
        "synthetic": False,
        "provenance_id": "cap_0123456789abcdef",
    }
    tables = {}
    for name in TABLES:
        table: pa.Table = getattr(session, name)
        for column, value in marks.items():
            table = with_column(table, column, value)
        tables[name] = table
    for column in TEXTS if named else ():
        tables["events"] = with_column(tables["events"], column, f"{CANARY} {column}")
    header = {"persona": f"Ann {CANARY} {number}", "device": f"{CANARY}'s mouse"}
    return replace(session, header={**session.header, **marks, **header}, **tables)
