"""Columns as JSON text: tables of names, scaling, rounding, clocks. Arrow's kernels, no row loops."""

from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from deskhand.exports.mapping.positions import LocatedJson
from deskhand.exports.mapping.template import Clock, Value

TEXT = pa.large_string()
Integers = NDArray[np.int64]


def json_text(value: Any) -> str:
    """Return a value as JSON.

    Examples
    --------
    >>> json_text({"a": [1, None]})
    '{"a":[1,null]}'
    """
    return orjson.dumps(value).decode()


def value_text(node: Value, column: pa.Array, prefix: str, source: LocatedJson) -> pa.Array:
    """Return the text of a column's values, null where the member is left out.

    Parameters
    ----------
    node : Value
        What the mapping says of the column.
    column : pyarrow.Array, shape (n,)
        The canonical values.
    prefix : str
        Put before each, for example ``"x":``.
    source : LocatedJson
        The mapping, for errors.

    Returns
    -------
    pyarrow.Array of large_string, shape (n,)

    Raises
    ------
    DeskhandError
        When a value is not in the enum, or is no number that JSON can hold.
    """
    options = node.options
    if "enum" in options:
        text = _named(node, column, prefix, source)
    elif "bit" in options:
        text = _flags(pc.not_equal(pc.bit_wise_and(column, options["bit"]), 0), prefix)
    elif pa.types.is_dictionary(column.type):
        words = [prefix + json_text(word) for word in column.dictionary.to_pylist()]
        text = pa.array(words, TEXT).take(column.indices)
    elif pa.types.is_boolean(column.type):
        text = _flags(column, prefix)
    elif pa.types.is_string(column.type):
        plain = [None if v is None else prefix + json_text(v) for v in column.to_pylist()]
        text = pa.array(plain, TEXT)
    else:
        text = _numbers(node, column, prefix, source)
    if "if_null" in options:
        text = text.fill_null(prefix + json_text(options["if_null"]))
    return text


def _flags(column: pa.Array, prefix: str) -> pa.Array:
    true, false = pa.scalar(prefix + "true", TEXT), pa.scalar(prefix + "false", TEXT)
    return pc.if_else(column, true, false)


def _named(node: Value, column: pa.Array, prefix: str, source: LocatedJson) -> pa.Array:
    table = node.options["enum"]
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    words = column.dictionary.to_pylist()
    keys = [word if isinstance(word, str) else json_text(word) for word in words]
    if "else" not in node.options:
        for place in column.indices.unique().drop_null().to_pylist():
            if keys[place] not in table:
                raise source.refusal(
                    (*node.place, "enum"),
                    f"column {node.name} holds {keys[place]!r}, which is not in the enum; every value "
                    'needs a name of yours; add it, or add "else".',
                )
    rest = node.options.get("else")
    texts = [prefix + json_text(table.get(key, rest)) for key in keys]
    return pa.array(texts, TEXT).take(column.indices)


def _numbers(node: Value, column: pa.Array, prefix: str, source: LocatedJson) -> pa.Array:
    options = node.options
    scale, offset = options.get("scale", 1), options.get("offset", 0)
    rounding, digits = options.get("round"), options.get("digits", 0)
    whole = pa.types.is_integer(column.type) and isinstance(scale, int) and isinstance(offset, int)
    if (scale, offset) != (1, 0):
        kind = pa.int64() if whole else pa.float64()
        try:
            column = pc.add_checked(pc.multiply_checked(column.cast(kind), scale), offset)
        except pa.ArrowInvalid as error:
            raise source.refusal(
                node.place, f"column {node.name} scaled: {error}; scale it less."
            ) from error
    if pa.types.is_floating(column.type):
        if rounding:
            shifted = pc.multiply(column.cast(pa.float64()), 10.0**digits)
            column = {"floor": pc.floor, "ceil": pc.ceil, "nearest": pc.round}[rounding](shifted)
        # Arrow writes no number for these, and JSON has none. 2**53: whole in float64.
        bad = pc.invert(pc.is_finite(column))
        if rounding:
            bad = pc.or_(bad, pc.greater(pc.abs(column), 2.0**53))
        if pc.any(bad).as_py():
            raise source.refusal(
                node.place,
                f"column {node.name} holds {column.filter(bad)[0].as_py()}; JSON has no such whole or "
                "finite number; correct the session, or round less.",
            )
        if rounding:
            column = column.cast(pa.int64())
            column = pc.divide(column.cast(pa.float64()), 10.0**digits) if digits else column
    return _joined(prefix, column.cast(TEXT), as_string="as" in options)


def _joined(prefix: str, text: pa.Array, *, as_string: bool) -> pa.Array:
    quote = '"' if as_string else ""
    if not prefix and not quote:
        return text
    parts = [pa.scalar(prefix + quote, TEXT), text, pa.scalar(quote, TEXT), pa.scalar("", TEXT)]
    return pc.binary_join_element_wise(*parts)


def count_text(values: Integers, prefix: str, *, as_string: bool) -> pa.Array:
    """Return whole numbers as text."""
    return _joined(prefix, pa.array(values).cast(TEXT), as_string=as_string)


def clock_text(node: Clock, times_us: Integers, prefix: str) -> pa.Array:
    """Return times as text.

    Parameters
    ----------
    node : Clock
        Unit and rounding.
    times_us : ndarray of int64, shape (n,)
        Microseconds since what the clock counts from.
    prefix : str
        Put before each.

    Examples
    --------
    >>> node = Clock(
    ...     place=(),
    ...     since="session",
    ...     of="event",
    ...     unit="ms",
    ...     rounding="floor",
    ...     digits=0,
    ...     as_string=False,
    ... )
    >>> clock_text(node, np.array([1999, 2000]), '"at":').to_pylist()
    ['"at":1', '"at":2']
    """
    if node.unit == "ns":
        return _joined(prefix, pa.array(times_us * 1000).cast(TEXT), as_string=node.as_string)
    step = node.step_us
    shift = {"floor": 0, "nearest": step // 2, "ceil": step - 1}[node.rounding or "floor"]
    steps = (times_us + shift) // step
    if node.unit == "iso8601":
        moments = pa.array(steps * step, pa.timestamp("us")).cast(TEXT)
        end = 19 + (node.digits + 1 if node.digits else 0)
        parts = [
            pa.scalar(prefix + '"', TEXT),
            pc.utf8_slice_codeunits(moments, 0, 10),
            pa.scalar("T", TEXT),
            pc.utf8_slice_codeunits(moments, 11, end),
            pa.scalar('Z"', TEXT),
            pa.scalar("", TEXT),
        ]
        return pc.binary_join_element_wise(*parts)
    if not node.digits:
        return _joined(prefix, pa.array(steps).cast(TEXT), as_string=node.as_string)
    whole, rest = np.divmod(steps, 10**node.digits)
    fraction = pc.utf8_lpad(pa.array(rest).cast(TEXT), node.digits, "0")
    text = pc.binary_join_element_wise(pa.array(whole).cast(TEXT), fraction, pa.scalar(".", TEXT))
    return _joined(prefix, text, as_string=node.as_string)
