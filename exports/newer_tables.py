"""Canonical tables of a newer schema: what is known of them is read, the rest is counted."""

import pyarrow as pa
import pyarrow.compute as pc

from deskhand.errors import DeskhandError
from deskhand.events import EVENT_TYPES, EVENTS, TABLES
from deskhand.exports.losses import Dropped
from deskhand.exports.session_tables import check_schema


def known_columns(name: str, batch: pa.RecordBatch, dropped: Dropped) -> pa.RecordBatch:
    """Return a batch with the canonical columns alone.

    Parameters
    ----------
    name : str
        The table's name.
    batch : pyarrow.RecordBatch
        Rows as they stand in a file.
    dropped : Dropped
        Counts the rows of columns that are not known.

    Raises
    ------
    DeskhandError
        When a canonical column is missing or of another type.
    """
    wanted = TABLES[name]
    if batch.schema.equals(wanted):
        return batch
    foreign = [column for column in batch.schema.names if column not in wanted.names]
    if not set(wanted.names) <= set(batch.schema.names):
        check_schema(name, batch.schema)
    try:
        known = batch.select(wanted.names).cast(wanted)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise DeskhandError(f"table {name!r}: {error}; its columns are of other types.") from error
    for column in foreign:
        there = len(batch) - batch.column(column).null_count
        dropped.add(f"column {column!r} of {name}: not of schema version 1", there)
    return known


def known_types(events: pa.Table, dropped: Dropped | None) -> pa.Table:
    """Return events in which rows of unknown types are marks that name the type.

    Parameters
    ----------
    events : pyarrow.Table
        Canonical columns.
    dropped : Dropped, optional
        Counts such rows; without it they stay as they are, for a check to find.
    """
    types = events["type"].cast(pa.string())
    foreign = pc.invert(pc.is_in(types, value_set=pa.array(EVENT_TYPES)))
    if dropped is None or not pc.any(foreign).as_py():
        return events
    for count in pc.value_counts(types.filter(foreign)).to_pylist():
        dropped.add(f"event type {count['values']!r}: kept as a mark of that name", count["counts"])
    reference = pc.if_else(foreign, types, events["reference"].cast(pa.string()))
    changed = {"type": pc.if_else(foreign, "mark", types), "reference": reference}
    for name, column in changed.items():
        field = EVENTS.field(name)
        coded = column.combine_chunks().dictionary_encode().cast(field.type)
        events = events.set_column(EVENTS.get_field_index(name), field, coded)
    return events
