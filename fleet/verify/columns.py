"""Columns of a service's tables, of whatever type, as the arrays that are compared."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from deskhand.errors import DeskhandError

_SEQS = 2**31


def coded_column(table: pa.Table, name: str) -> tuple[pa.Array, npt.NDArray[np.int64]]:
    """Return the texts or bytes that a column holds, as bytes, and the place among these of each row.

    What is there often is one of them once, and so is null.
    """
    column = whole_column(table, name)
    if pa.types.is_dictionary(column.type) and len(column.dictionary) > len(column):
        # Of a larger table: what other rows hold is not read.
        column = column.dictionary_decode()
    if pa.types.is_dictionary(column.type):
        texts, places = _as_bytes(column.dictionary, name), column.indices
    else:
        coded = _as_bytes(column, name).dictionary_encode()
        texts, places = coded.dictionary, coded.indices
    if places.null_count:
        places = pc.fill_null(places.cast(pa.int64()), len(texts))
        texts = pa.concat_arrays([texts, pa.nulls(1, texts.type)])
    return texts, np.asarray(places.to_numpy(zero_copy_only=False), np.int64)


def _as_bytes(column: pa.Array, name: str) -> pa.Array:
    kind = column.type
    if not (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind)):
        try:
            return column.cast(pa.binary())
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            pass
    raise DeskhandError(
        f"column {name!r} holds {kind}, and should hold text; name another with --columns."
    )


def whole_column(table: pa.Table, name: str) -> pa.Array:
    """Return a column in one piece; refuse one that is not there."""
    if name not in table.column_names:
        raise DeskhandError(
            f"the stored rows have no column {name!r}, only {', '.join(table.column_names) or 'none'}."
        )
    column = table[name]
    if column.num_chunks == 1:
        return column.chunk(0)
    whole = column.combine_chunks()
    return whole.chunk(0) if isinstance(whole, pa.ChunkedArray) else whole


def sequence_column(table: pa.Table, name: str) -> npt.NDArray[np.int32]:
    """Return sequence numbers; what is none is -1."""
    column = whole_column(table, name)
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


def text_column(column: pa.Array) -> pa.Array:
    """Return bytes as text."""
    try:
        return column.cast(pa.string())
    except pa.ArrowInvalid:
        # Bytes that are no UTF-8 are no text that was sent; a replacement shows it.
        return pa.array(
            [None if one is None else one.decode(errors="replace") for one in column.to_pylist()],
            pa.string(),
        )


def order_column(table: pa.Table, name: str) -> npt.NDArray[np.int64]:
    """Return numbers or timestamps as whole numbers in the same order."""
    column = whole_column(table, name)
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


def time_column(table: pa.Table, name: str) -> npt.NDArray[np.int64]:
    """Return times, however they are written, as Unix time in microseconds; -1 for null."""
    column = whole_column(table, name)
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
