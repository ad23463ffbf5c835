"""Values of records as canonical columns: what `value_text` does, the other way round."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from deskhand.exports.losses import Dropped
from deskhand.exports.mapping.shape import back_table, value_key
from deskhand.exports.mapping.template import UNIT_US, Clock, Value
from deskhand.exports.mapping.value_text import Integers


def column_of(node: Value, values: Sequence[Any], where: str, dropped: Dropped) -> pa.Array:
    """Return the canonical column that values of records stand for.

    Parameters
    ----------
    node : Value
        What the mapping says of the place.
    values : sequence of object, length n
        What the records hold there, None for nothing.
    where : str
        The place, for the account of what is dropped.
    dropped : Dropped
        Counts the values that stand for no canonical one; they become null.

    Returns
    -------
    pyarrow.Array, shape (n,)
    """
    options = node.options
    if "enum" in options:
        table = back_table(node)
        null = value_key(options.get("if_null"))
        keys = [value_key(v) for v in values]
        known = [table.get(key) for key in keys]
        lost = sum(
            k is None and key is not None and key != null
            for k, key in zip(known, keys, strict=True)
        )
        dropped.add(f"{where}: a value that stands for no one value in the enum", lost)
        return pa.array(known, node.kind)
    if "bit" in options:
        return pa.array(_only(values, bool, where, dropped), pa.bool_())
    if options.get("if_null") is not None:
        null = value_key(options["if_null"])
        values = [None if value_key(v) == null else v for v in values]
    if pa.types.is_string(node.kind):
        return pa.array(_only(values, str, where, dropped), pa.string())
    if pa.types.is_boolean(node.kind):
        return pa.array(_only(values, bool, where, dropped), pa.bool_())
    return _numbers(node, values, where, dropped)


def _only(values: Sequence[Any], kind: type, where: str, dropped: Dropped) -> list[Any]:
    found = [v if type(v) is kind else None for v in values]
    lost = sum(v is not None for v in values) - sum(v is not None for v in found)
    dropped.add(f"{where}: a value of another type than the mapping says", lost)
    return found


def _plain_numbers(
    values: Sequence[Any], where: str, dropped: Dropped, *, text: bool
) -> list[int | float | None]:
    """Return numbers, from strings of digits where the mapping says so."""
    if text:
        values = [_number(v) if type(v) is str else v for v in values]
    found = [v if type(v) in (int, float) else None for v in values]
    lost = sum(v is not None for v in values) - sum(v is not None for v in found)
    dropped.add(f"{where}: a value of another type than the mapping says", lost)
    return found


def _number(text: str) -> int | float | str:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _numbers(node: Value, values: Sequence[Any], where: str, dropped: Dropped) -> pa.Array:
    options = node.options
    scale, offset = options.get("scale", 1), options.get("offset", 0)
    numbers = _plain_numbers(values, where, dropped, text="as" in options)
    if pa.types.is_integer(node.kind):
        limits = np.iinfo(node.kind.to_pandas_dtype())
        low, high = int(limits.min), int(limits.max)
        if (scale, offset) != (1, 0):
            numbers = [None if v is None else _whole((v - offset) / scale) for v in numbers]
        numbers = [None if v is None else _whole(v) for v in numbers]
        fit = [v if v is not None and low <= v <= high else None for v in numbers]
        dropped.add(f"{where}: a number that column {node.name} cannot hold", _fewer(fit, numbers))
        return pa.array(fit, node.kind)
    given = np.array([np.nan if v is None else v for v in numbers], np.float64)
    found = (given - offset) / scale
    fits = np.isfinite(found) & (np.abs(found) <= np.finfo(np.float32).max)
    lost = int(np.sum(~fits)) - sum(v is None for v in numbers)
    dropped.add(f"{where}: a number that column {node.name} cannot hold", lost)
    return pa.array(found.astype(np.float64), mask=~fits).cast(node.kind)


def _whole(value: float) -> int | None:
    # Above that no fraction is left, and infinity has no whole number.
    return round(value) if abs(value) < 2.0**64 else None


def _fewer(found: Sequence[Any], given: Sequence[Any]) -> int:
    return sum(v is not None for v in given) - sum(v is not None for v in found)


def times_of(
    node: Clock, values: Sequence[Any], where: str, dropped: Dropped
) -> tuple[Integers, NDArray[np.bool_]]:
    """Return times in whole microseconds, and which of them are known.

    Parameters
    ----------
    node : Clock
        The unit.
    values : sequence of object, length n
        What the records hold.
    where : str
        The place, for the account of what is dropped.
    dropped : Dropped
        Counts what is no time.
    """
    if node.unit == "iso8601":
        return _moments(values, where, dropped)
    numbers = _plain_numbers(values, where, dropped, text=node.as_string)
    unit_us = UNIT_US[node.unit][0]
    # Whole numbers stay whole: nanoseconds since 1970 are beyond what float64 counts.
    found = [_microseconds(v, node.unit, unit_us) for v in numbers]
    known = np.array([v is not None for v in found], np.bool_)
    dropped.add(f"{where}: a time out of all bounds", _fewer(found, numbers))
    return np.array([v or 0 for v in found], np.int64), known


def _microseconds(value: float | None, unit: str, unit_us: int) -> int | None:
    if value is None:
        return None
    if unit == "ns":
        us = value // 1000 if isinstance(value, int) else value / 1000
    else:
        us = value * unit_us
    return round(us) if abs(us) < 2.0**62 else None


def _moments(
    values: Sequence[Any], where: str, dropped: Dropped
) -> tuple[Integers, NDArray[np.bool_]]:
    texts = [v if type(v) is str else None for v in values]
    kind = pa.timestamp("us", "UTC")
    try:
        found = pa.array(texts, pa.string()).cast(kind)
    except pa.ArrowInvalid:
        found = pa.array([_moment(text) for text in texts], pa.int64()).cast(kind)
    dropped.add(f"{where}: no date in ISO 8601", _fewer(found.to_pylist(), values))
    known = np.asarray(found.is_valid())
    return found.cast(pa.int64()).fill_null(0).to_numpy(), known


def _moment(text: str | None) -> int | None:
    if text is None:
        return None
    for unit, divisor in (("us", 1), ("ns", 1000)):
        try:
            moment = pa.scalar(text).cast(pa.timestamp(unit, "UTC")).cast(pa.int64()).as_py()
        except pa.ArrowInvalid:
            continue
        return int(moment) // divisor
    return None
