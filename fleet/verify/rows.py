"""Stored rows in any layout as (session, batch, seq, hash) in columns, some 40 bytes a row."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from deskhand.errors import DeskhandError
from deskhand.fleet.checksum import FIELDS, row_hashes
from deskhand.fleet.identifiers import LENGTH, numbers
from deskhand.fleet.tables import PART_SHIFT
from deskhand.fleet.verify.records import FIELD_KINDS, TYPED, parse_records

Places = npt.NDArray[np.int32]
Known = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

# Hashes of rows whose content cannot be that of any event: no JSON, members of wrong types.
UNREADABLE, ALTERED = np.uint64(1), np.uint64(2)
_SEQS = 2**31
_NAMES = ("session_id", "batch_id", "record", *FIELDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What the columns of a service are called.

    Parameters
    ----------
    names : mapping of str to str
        Our name to the service's, for ``session_id``, ``seq``, ``batch_id`` and the event's fields;
        what is not named has our name.
    record : str
        A column with the whole event as JSON; when the table has none, fields are columns.
    order : str, optional
        A column by which the service orders rows.
    time : str, optional
        A column with the time of storing: a timestamp, ISO text, or Unix time in s, ms, us or ns.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    record: str = "record"
    order: str | None = None
    time: str | None = None

    def __post_init__(self) -> None:
        strange = sorted(set(self.names) - set(_NAMES))
        if strange:
            raise DeskhandError(
                f"columns: {', '.join(strange)}: not a column of events; "
                f"write ours=theirs with ours one of {', '.join(_NAMES)}."
            )

    def name(self, ours: str) -> str:
        """Return what the service calls one of our columns."""
        return self.names.get(ours, self.record if ours == "record" else ours)

    def kinds(self) -> dict[str, pa.DataType]:
        """Return the events' fields under the service's names, with their types in JSON."""
        return {self.name(name): kind for name, kind in FIELD_KINDS.items()}


def parse_names(text: str) -> dict[str, str]:
    """Return column names out of ``ours=theirs,ours=theirs``.

    Raises
    ------
    DeskhandError
        When it is not written like this.

    Examples
    --------
    >>> parse_names("session_id=sid,seq=n")
    {'session_id': 'sid', 'seq': 'n'}
    """
    pairs = [pair.partition("=") for pair in text.split(",") if pair.strip()]
    odd = [
        ours for ours, equals, theirs in pairs if not (ours.strip() and equals and theirs.strip())
    ]
    if odd:
        raise DeskhandError(
            f"columns {text!r}: {odd[0]!r} has no name; write session_id=sid,seq=n."
        )
    return {ours.strip(): theirs.strip() for ours, _, theirs in pairs}


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
    """The events' fields, from columns or from records, under our names."""

    fields: pa.Table
    readable: Mask
    typed: Mask


def _events(table: pa.Table, layout: Layout) -> _Events:
    sure = np.ones(table.num_rows, np.bool_)
    typed = (
        _whole(table, TYPED).to_numpy(zero_copy_only=False) if TYPED in table.column_names else sure
    )
    record = layout.name("record")
    if record not in table.column_names:
        return _Events(_ours(table, {name: layout.name(name) for name in _NAMES}), sure, typed)
    # What is a column has its name there, and our name within the record.
    theirs = {
        name: name if layout.name(name) in table.column_names else layout.name(name)
        for name in _NAMES
    }
    if pa.types.is_struct(table.schema.field(record).type):
        inside = _whole(table, record)
        within = pa.table(inside.flatten(), names=[one.name for one in inside.type])
        return _Events(
            _ours(within, theirs), pc.is_valid(inside).to_numpy(zero_copy_only=False), typed
        )
    kinds = {
        theirs[name]: FIELD_KINDS.get(name, pa.string()) for name in _NAMES if name != "record"
    }
    parsed = parse_records(_binary(table, record), kinds)
    return _Events(_ours(parsed.table, theirs), parsed.readable, typed & parsed.typed)


def _ours(table: pa.Table, theirs: Mapping[str, str]) -> pa.Table:
    """Return the columns that hold anything, under our names."""
    found = {name: _whole(table, its) for name, its in theirs.items() if its in table.column_names}
    return pa.table({n: column for n, column in found.items() if column.null_count < len(column)})


def _read_block(
    seed: int, known: tuple[Known, Known], table: pa.Table, layout: Layout, examples: int
) -> Stored:
    table = table.combine_chunks()
    fields, readable, typed = _events(table, layout)
    for name in ("session_id", "seq", "batch_id"):
        # A service may keep nothing but records; then these say whose they are.
        if layout.name(name) not in table.column_names and name in fields.column_names:
            table = table.append_column(layout.name(name), fields[name])
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
    seq = _numbers(table, layout.name("seq"))
    if "seq" in fields.column_names:
        within = _numbers(fields, "seq")
        # The column says another number than the record: the row is not what was sent.
        typed = typed & ((within == seq) | (within < 0))
        fields = fields.drop_columns(["seq"])
    try:
        row_hash = row_hashes(_texts(fields).append_column("seq", pa.array(seq)))
    except TypeError as error:
        raise DeskhandError(
            f"stored fields cannot be compared: {error}; store them as numbers, booleans or text, or "
            "name another column with --columns."
        ) from error
    row_hash = np.where(typed, row_hash, ALTERED)
    empty = pc.is_null(table[session_column]).to_numpy() & (seq < 0)
    row_hash = np.where(readable & ~empty, row_hash, UNREADABLE)
    session, strange = _places(seed, "session", known[0], _binary(table, session_column), examples)
    batch_column = layout.name("batch_id")
    batch = None
    if batch_column in table.column_names:
        batch, _ = _places(seed, "batch", known[1], _binary(table, batch_column), 0)
    return Stored(
        session,
        batch,
        seq,
        row_hash,
        None if layout.order is None else _order(table, layout.order),
        None if layout.time is None else _time_us(table, layout.time),
        strange,
    )


def _binary(table: pa.Table, name: str) -> pa.Array:
    column = _whole(table, name)
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    kind = column.type
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind):
        kind = None
    try:
        if kind is not None:
            return column.cast(pa.binary())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        pass
    raise DeskhandError(
        f"column {name!r} holds {column.type}, and should hold text; name another with --columns."
    )


def _whole(table: pa.Table, name: str) -> pa.Array:
    if name not in table.column_names:
        raise DeskhandError(
            f"the stored rows have no column {name!r}, only {', '.join(table.column_names) or 'none'}."
        )
    column = table[name]
    if column.num_chunks == 1:
        return column.chunk(0)
    whole = column.combine_chunks()
    return whole.chunk(0) if isinstance(whole, pa.ChunkedArray) else whole


def _numbers(table: pa.Table, name: str) -> npt.NDArray[np.int32]:
    """Return sequence numbers; what is none is -1."""
    column = _whole(table, name)
    kind = column.type
    if pa.types.is_null(kind):
        return np.full(len(column), -1, np.int32)
    if pa.types.is_decimal(kind):
        column = column.cast(pa.float64())
    elif not (pa.types.is_integer(kind) or pa.types.is_floating(kind)):
        raise DeskhandError(
            f"column {name!r} holds {kind}, and should hold whole numbers; name another with "
            "--columns seq=THEIRS."
        )
    values = pc.fill_null(column, -1).to_numpy(zero_copy_only=False)
    if values.dtype.kind == "f":
        values = np.where(np.isfinite(values) & (values == np.trunc(values)), values, -1)
    return np.where((values >= 0) & (values < _SEQS), values, -1).astype(np.int32)


def _texts(fields: pa.Table) -> pa.Table:
    """Return fields with bytes read as text."""
    columns = {}
    for name in fields.column_names:
        column = _whole(fields, name)
        binary = pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type)
        columns[name] = _text(column) if binary else column
    return pa.table(columns)


def _text(column: pa.Array) -> pa.Array:
    try:
        return column.cast(pa.string())
    except pa.ArrowInvalid:
        # Bytes that are no UTF-8 are no text that was sent; a replacement shows it.
        return pa.array(
            [None if one is None else one.decode(errors="replace") for one in column.to_pylist()],
            pa.string(),
        )


def _places(
    seed: int, what: str, known: Known, column: pa.Array, examples: int
) -> tuple[Places, dict[int, str]]:
    """Return which of the known ones identifiers are, -1 for others, and the first others by row."""
    coded = column.dictionary_encode()
    texts = [text or b"" for text in coded.dictionary.to_pylist()]
    number = numbers(seed, what, np.array([*texts, b""], f"S{LENGTH + 1}"))
    if what == "batch":
        # A part of a batch that was too large has a number of its own, which stands above the batch's.
        number = np.where(number >= 0, number & ((1 << PART_SHIFT) - 1), -1)
    place = np.searchsorted(known, number)
    ours = np.append(known, -1)[place] == number
    index = pc.fill_null(coded.indices, len(texts)).to_numpy(zero_copy_only=False)
    found = np.where(ours & (number >= 0), place, -1).astype(np.int32)[index]
    strange: dict[int, str] = {}
    if examples:
        for row in np.flatnonzero(found < 0)[:examples].tolist():
            coding = int(index[row])
            strange[row] = (
                "null" if coding == len(texts) else texts[coding].decode(errors="replace")
            )
    return found, strange


def _order(table: pa.Table, name: str) -> npt.NDArray[np.int64]:
    column = _whole(table, name)
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.timestamp("ns", column.type.tz), safe=False).cast(pa.int64())
    if not (pa.types.is_integer(column.type) or pa.types.is_floating(column.type)):
        raise DeskhandError(
            f"order column {name!r} holds {column.type}; it must hold numbers or timestamps."
        )
    if column.null_count:
        raise DeskhandError(f"order column {name!r} has {column.null_count} nulls; name another.")
    values: npt.NDArray[Any] = column.to_numpy(zero_copy_only=False)
    if values.dtype.kind == "f":
        # Floats that are not negative sort as their bits do.
        values = np.maximum(values, 0.0).astype(np.float64).view(np.int64)
    return np.asarray(values, np.int64)


def _time_us(table: pa.Table, name: str) -> npt.NDArray[np.int64]:
    column = _whole(table, name)
    kind = column.type
    try:
        if pa.types.is_binary(kind) or pa.types.is_string(kind) or pa.types.is_large_string(kind):
            column = column.cast(pa.string()).cast(pa.timestamp("us", "UTC"))
        if pa.types.is_timestamp(column.type):
            times = column.cast(pa.timestamp("us", column.type.tz), safe=False).cast(pa.int64())
            return np.asarray(pc.fill_null(times, -1).to_numpy(zero_copy_only=False), np.int64)
        if pa.types.is_integer(kind) or pa.types.is_floating(kind):
            values: npt.NDArray[Any] = pc.fill_null(column, -1).to_numpy(zero_copy_only=False)
            return np.asarray(np.round(values * _unit_us(values)), np.int64)
    except pa.ArrowInvalid as error:
        raise DeskhandError(f"time column {name!r}: {error}.") from error
    raise DeskhandError(
        f"time column {name!r} holds {kind}; it must hold timestamps, ISO texts or Unix times."
    )


def _unit_us(values: npt.NDArray[Any]) -> float | int:
    """Return how many microseconds one of these is, by its size: dates from 1973 to 5138."""
    largest = float(np.max(values, initial=0))
    for least, unit in ((1e17, 1e-3), (1e14, 1), (1e11, 1000)):
        if largest >= least:
            return unit
    return 1_000_000
