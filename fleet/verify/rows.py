"""Stored rows in any layout as (session, batch, seq, hash) in columns, some 40 bytes a row."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from deskhand.errors import DeskhandError
from deskhand.fleet.checksum import field_sums, finished
from deskhand.fleet.identifiers import LENGTH, numbers
from deskhand.fleet.tables import PART_SHIFT
from deskhand.fleet.verify.columns import (
    coded_column,
    order_column,
    sequence_column,
    text_column,
    time_column,
    whole_column,
)
from deskhand.fleet.verify.layout import NAMES, Layout
from deskhand.fleet.verify.records import FIELD_KINDS, TYPED, parse_records

Places = npt.NDArray[np.int32]
Known = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

# Hashes of rows whose content cannot be that of any event: no JSON, members of wrong types.
UNREADABLE, ALTERED = np.uint64(1), np.uint64(2)


class Stored(NamedTuple):
    """Rows of the service; shape (n,) each."""

    session: Places  # in the known sessions, or -1
    batch: Places | None  # in the known batches, or -1
    seq: npt.NDArray[np.int32]  # or -1 when it is none
    row_hash: npt.NDArray[np.uint64]
    order: npt.NDArray[np.int64] | None
    time_us: npt.NDArray[np.int64] | None
    strange: Mapping[int, str]  # the first texts that are no session of ours, by row


def read_rows(
    seed: int,
    sessions: Known,
    batches: Known,
    tables: Iterable[pa.Table],
    layout: Layout,
    examples: int = 5,
) -> Stored:
    """Return all stored rows.

    Parameters
    ----------
    seed : int
        The plan's seed, which the identifiers are made from.
    sessions, batches : ndarray of int64
        Numbers of those in the plan, ascending.
    tables : iterable of pyarrow.Table
        What the service stored, in blocks of any size.
    layout : Layout
    examples : int
        How many texts that are no identifier of ours to keep.

    Returns
    -------
    Stored

    Raises
    ------
    DeskhandError
        When a column is missing or holds what it cannot hold.
    """
    blocks: list[Stored] = []
    strange: dict[int, str] = {}
    total = 0
    for table in tables:
        block = _read_block(seed, (sessions, batches), table, layout, examples)
        for row, text in block.strange.items():
            if len(strange) < examples:
                strange[total + row] = text
        total += len(block.seq)
        blocks.append(block)
    if not blocks:
        nothing = np.zeros(0, np.int32)
        return Stored(nothing, None, nothing, np.zeros(0, np.uint64), None, None, {})
    if any(block.batch is not None for block in blocks):
        # Where records alone say of which batch they are, a block of unreadable ones says nothing.
        blocks = [
            block._replace(batch=np.full(len(block.seq), -1, np.int32))
            if block.batch is None and (block.row_hash == UNREADABLE).all()
            else block
            for block in blocks
        ]
    if len({block.batch is None for block in blocks}) > 1:
        raise DeskhandError(
            f"{layout.name('batch_id')}: some of the stored tables have this column and some have "
            "not; name tables of one kind."
        )
    return Stored(
        session=np.concatenate([block.session for block in blocks]),
        batch=_joined([block.batch for block in blocks]),
        seq=np.concatenate([block.seq for block in blocks]),
        row_hash=np.concatenate([block.row_hash for block in blocks]),
        order=_joined([block.order for block in blocks]),
        time_us=_joined([block.time_us for block in blocks]),
        strange=strange,
    )


def _joined(parts: list[npt.NDArray[Any] | None]) -> npt.NDArray[Any] | None:
    return (
        np.concatenate([part for part in parts if part is not None])
        if parts[0] is not None
        else None
    )


class _Events(NamedTuple):
    """The events' fields, from columns or from records, under our names.

    Records that are the same text are one row of the fields.
    """

    fields: pa.Table
    place: npt.NDArray[np.int64]  # in the fields, of each stored row
    readable: Mask
    typed: Mask


def _events(table: pa.Table, layout: Layout) -> _Events:
    sure = np.ones(table.num_rows, np.bool_)
    each = np.arange(table.num_rows)
    typed = (
        whole_column(table, TYPED).to_numpy(zero_copy_only=False)
        if TYPED in table.column_names
        else sure
    )
    record = layout.name("record")
    if record not in table.column_names:
        ours = _ours(table, {name: layout.name(name) for name in NAMES})
        return _Events(ours, each, sure, typed)
    # What is a column has its name there, and our name within the record.
    theirs = {
        name: name if layout.name(name) in table.column_names else layout.name(name)
        for name in NAMES
    }
    if pa.types.is_struct(table.schema.field(record).type):
        inside = whole_column(table, record)
        within = pa.table(inside.flatten(), names=[one.name for one in inside.type])
        readable = pc.is_valid(inside).to_numpy(zero_copy_only=False)
        return _Events(_ours(within, theirs), each, readable, typed)
    kinds = {theirs[name]: FIELD_KINDS.get(name, pa.string()) for name in NAMES if name != "record"}
    # Devices of a fleet send the same events, so most of the texts are there many times.
    texts, place = coded_column(table, record)
    parsed = parse_records(texts, kinds)
    return _Events(
        _ours(parsed.table, theirs), place, parsed.readable[place], typed & parsed.typed[place]
    )


def _ours(table: pa.Table, theirs: Mapping[str, str]) -> pa.Table:
    """Return the columns that hold anything, under our names."""
    found = {
        name: whole_column(table, its) for name, its in theirs.items() if its in table.column_names
    }
    return pa.table({n: column for n, column in found.items() if column.null_count < len(column)})


def _read_block(
    seed: int, known: tuple[Known, Known], table: pa.Table, layout: Layout, examples: int
) -> Stored:
    table = table.combine_chunks()
    fields, place, readable, typed = _events(table, layout)
    for name in ("session_id", "seq", "batch_id"):
        # A service may keep nothing but records; then these say whose they are.
        if layout.name(name) not in table.column_names and name in fields.column_names:
            table = table.append_column(layout.name(name), fields[name].take(pa.array(place)))
    for name in ("session_id", "seq"):
        if layout.name(name) not in table.column_names:
            if readable.any():
                raise DeskhandError(
                    f"the stored rows have no column {layout.name(name)!r}, only "
                    f"{', '.join(table.column_names) or 'none'}; say what the service calls it: "
                    f"--columns {name}=THEIRS."
                )
            table = table.append_column(layout.name(name), pa.nulls(table.num_rows))
    session_column = layout.name("session_id")
    seq = sequence_column(table, layout.name("seq"))
    if "seq" in fields.column_names:
        within = sequence_column(fields, "seq")[place]
        # The column says another number than the record: the row is not what was sent.
        typed = typed & ((within == seq) | (within < 0))
        fields = fields.drop_columns(["seq"])
    sums = field_sums(pa.table({"seq": seq}))
    try:
        if fields.num_columns:
            sums += field_sums(_texts(fields))[place]
    except TypeError as error:
        raise DeskhandError(
            f"stored fields cannot be compared: {error}; store them as numbers, booleans or text, or "
            "name another column with --columns."
        ) from error
    row_hash = np.where(typed, finished(sums), ALTERED)
    empty = pc.is_null(table[session_column]).to_numpy() & (seq < 0)
    row_hash = np.where(readable & ~empty, row_hash, UNREADABLE)
    session, strange = _places(
        seed, "session", known[0], coded_column(table, session_column), examples
    )
    batch_column = layout.name("batch_id")
    batch = None
    if batch_column in table.column_names:
        batch, _ = _places(seed, "batch", known[1], coded_column(table, batch_column), 0)
    return Stored(
        session,
        batch,
        seq,
        row_hash,
        None if layout.order is None else order_column(table, layout.order),
        None if layout.time is None else time_column(table, layout.time),
        strange,
    )


def _texts(fields: pa.Table) -> pa.Table:
    """Return fields with bytes read as text."""
    columns = {}
    for name in fields.column_names:
        column = whole_column(fields, name)
        binary = pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type)
        columns[name] = text_column(column) if binary else column
    return pa.table(columns)


def _places(
    seed: int,
    what: str,
    known: Known,
    coded: tuple[pa.Array, npt.NDArray[np.int64]],
    examples: int,
) -> tuple[Places, dict[int, str]]:
    """Return which of the known ones identifiers are, -1 for others, and the first others by row."""
    texts, index = coded
    number = numbers(
        seed, what, pc.fill_null(texts, b"").to_numpy(zero_copy_only=False).astype(f"S{LENGTH + 1}")
    )
    if what == "batch":
        # A part of a batch that was too large has a number of its own, which stands above the batch's.
        number = np.where(number >= 0, number & ((1 << PART_SHIFT) - 1), -1)
    place = np.searchsorted(known, number)
    ours = np.append(known, -1)[place] == number
    found = np.where(ours & (number >= 0), place, -1).astype(np.int32)[index]
    strange: dict[int, str] = {}
    if examples:
        for row in np.flatnonzero(found < 0)[:examples].tolist():
            text = texts[int(index[row])].as_py()
            strange[row] = "null" if text is None else text.decode(errors="replace")
    return found, strange
