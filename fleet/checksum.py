"""A 64-bit hash of an event's fields, and sums of it: what a batch or a session must come to.

The sum modulo 2**64 over rows does not depend on their order, can be taken in parts, and counts a
row that is there twice twice. Services change types on the way (JSON has one kind of number, SQLite
no booleans), so numbers are hashed by their value, whatever type they are stored as.
"""

from functools import cache
from hashlib import blake2b

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from deskhand.events import EVENTS

# What identifies or labels a row is not its content.
_LABELS = {"session_id", "action_id", "synthetic", "provenance_id"}
FIELDS = tuple(name for name in EVENTS.names if name not in _LABELS)

Hashes = npt.NDArray[np.uint64]
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_NOT_A_NUMBER = np.uint64(0x7FF8000000000000)


def _mix(word: Hashes) -> Hashes:
    word = (word ^ (word >> np.uint64(30))) * _FIRST
    word = (word ^ (word >> np.uint64(27))) * _SECOND
    word ^= word >> np.uint64(31)
    return word


@cache
def _salt(text: str) -> int:
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest())


def _numbers(column: pa.Array) -> Hashes:
    values = pc.fill_null(column, 0).to_numpy(zero_copy_only=False)
    if values.dtype.kind in "iu":
        return np.asarray(values, np.int64).view(np.uint64)
    floats = np.asarray(values, np.float64)
    whole = (floats >= -(2.0**63)) & (floats < 2.0**63) & (floats == np.trunc(floats))
    bits = (floats + 0.0).view(np.uint64)
    bits = np.where(np.isnan(floats), _NOT_A_NUMBER, bits)
    return np.where(whole, np.where(whole, floats, 0).astype(np.int64).view(np.uint64), bits)


def _taken(hashes: Hashes, indices: pa.Array) -> Hashes:
    places = pc.fill_null(indices, len(hashes) - 1).to_numpy(zero_copy_only=False)
    return hashes[np.asarray(places, np.intp)]


def _hashes(column: pa.Array) -> Hashes:
    kind = column.type
    if pa.types.is_dictionary(kind):
        inside = np.append(_hashes(column.dictionary), np.uint64(0))
        return _taken(inside, column.indices)
    if pa.types.is_boolean(kind):
        return _numbers(column.cast(pa.int8()))
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return _numbers(column)
    if pa.types.is_null(kind):
        return np.zeros(len(column), np.uint64)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        coded = column.dictionary_encode()
        words = coded.dictionary.to_pylist()
        inside = np.array([*(_salt(word) for word in words), 0], np.uint64)
        return _taken(inside, coded.indices)
    raise TypeError(f"no hash of a column of type {kind}")


def row_hashes(rows: pa.Table | pa.RecordBatch) -> Hashes:
    """Return a hash of each row's fields; a null counts the same as a column that is not there.

    Parameters
    ----------
    rows : pyarrow.Table or pyarrow.RecordBatch, n rows
        With some of the columns `FIELDS`; others are passed over.

    Returns
    -------
    ndarray of uint64, shape (n,)

    Raises
    ------
    TypeError
        When a column holds neither numbers, booleans nor text.

    Examples
    --------
    >>> one = pa.table({"seq": [0, 1], "type": ["keydown", "keyup"], "repeat": [None, False]})
    >>> two = pa.table({"type": ["keydown", "keyup"], "seq": [0.0, 1.0], "repeat": [None, 0]})
    >>> (
    ...     bool((row_hashes(one) == row_hashes(two)).all()),
    ...     bool(row_hashes(one)[0] == row_hashes(one)[1]),
    ... )
    (True, False)
    """
    return finished(field_sums(rows))


def field_sums(rows: pa.Table | pa.RecordBatch) -> Hashes:
    """Return what the fields of each row come to; sums over parts of the fields may be added.

    Parameters and errors are those of `row_hashes`.

    Examples
    --------
    >>> one, two = pa.table({"seq": [0, 1]}), pa.table({"type": ["keydown", "keyup"]})
    >>> both = pa.table({"seq": [0, 1], "type": ["keydown", "keyup"]})
    >>> (finished(field_sums(one) + field_sums(two)) == row_hashes(both)).tolist()
    [True, True]
    """
    total = np.zeros(rows.num_rows, np.uint64)
    with np.errstate(over="ignore"):
        for name in FIELDS:
            if name not in rows.column_names:
                continue
            column = rows.column(name)
            whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
            if whole.null_count == len(whole):
                continue
            hashed = _mix(_hashes(whole) ^ np.uint64(_salt(name)))
            if whole.null_count:
                hashed = np.where(pc.is_valid(whole).to_numpy(zero_copy_only=False), hashed, 0)
            total += hashed
    return total


def finished(sums: Hashes) -> Hashes:
    """Return the hashes of rows from the sums of all their fields."""
    with np.errstate(over="ignore"):
        return _mix(sums)


def checksum(hashes: Hashes) -> int:
    """Return the sum of hashes modulo 2**64.

    Examples
    --------
    >>> checksum(np.array([2**63, 2**63, 5], np.uint64))
    5
    """
    return int(hashes.sum(dtype=np.uint64))
