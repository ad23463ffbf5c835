"""JSON records by the block: parsed together, and one by one only where one of them is no JSON."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json

from deskhand.events import EVENTS
from deskhand.fleet.checksum import FIELDS

Mask = npt.NDArray[np.bool_]

# So many records are read one by one when one of them is odd; more are halved first.
FEW = 128
# Words for numbers that are none, which Arrow reads and RFC 8259 does not know; within a text this may
# be none, which reading one by one then tells.
NO_NUMBER = r"[:,\[]\s*-?(NaN|Inf(inity)?)\s*[,}\]]"
# A column beside those of parsed lines: whether every member has the type it is expected to have.
TYPED = "deskhand.typed"


def _json_kind(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_dictionary(kind):
        return pa.string()
    if pa.types.is_floating(kind):
        return pa.float64()
    return pa.int64() if pa.types.is_integer(kind) else kind


# JSON has one kind of number; what is whole in the schema is read as int64, the rest as float64.
FIELD_KINDS: Mapping[str, pa.DataType] = {
    name: _json_kind(EVENTS.field(name).type) for name in FIELDS
}


class Parsed(NamedTuple):
    """Records as columns; shape (n,) each."""

    table: pa.Table
    readable: Mask  # a JSON object
    typed: Mask  # every member has the type it is expected to have


def parse_records(records: pa.Array, kinds: Mapping[str, pa.DataType] = FIELD_KINDS) -> Parsed:
    r"""Return records of JSON as columns, and which of them are readable.

    Parameters
    ----------
    records : pyarrow.Array of binary or string, n rows
        One JSON object each.
    kinds : mapping of str to pyarrow.DataType
        The members to take, and the types they are expected to have. A number of the same value is
        of the right type (2.0 for 2, 1 for true); a member of another type is null in the table.

    Returns
    -------
    Parsed
        Of a record that is not readable all is null.

    Examples
    --------
    >>> given = pa.array(
    ...     [b'{"seq":0,"type":"keyup"}', b'{"seq":1,"ty', b'{"seq":2.0}', b'{"seq":"3"}']
    ... )
    >>> parsed = parse_records(given)
    >>> parsed.table["seq"].to_pylist(), parsed.readable.tolist(), parsed.typed.tolist()
    ([0, None, 2, None], [True, False, True, True], [True, True, True, False])
    """
    together = _together(records, kinds)
    if together is not None:
        sure = np.ones(len(records), np.bool_)
        return Parsed(together, sure, sure)
    if len(records) <= FEW:
        return _one_by_one(records, kinds)
    half = len(records) // 2
    parts = [parse_records(part, kinds) for part in (records[:half], records[half:])]
    return Parsed(
        pa.concat_tables(part.table for part in parts),
        np.concatenate([part.readable for part in parts]),
        np.concatenate([part.typed for part in parts]),
    )


def _together(records: pa.Array, kinds: Mapping[str, pa.DataType]) -> pa.Table | None:
    """Return all records as a table, or None when one of them is odd.

    Examples
    --------
    >>> given = pa.array([b'{"seq":0,"t_us":5,"other":[]}', b' {"type":"keyup"}'])
    >>> _together(given, FIELD_KINDS)["t_us"].to_pylist()
    [5, None]
    """
    schema = pa.schema(list(kinds.items()))
    if not len(records):
        return schema.empty_table()
    if records.null_count:
        return None
    try:
        # Also checks that the text is UTF-8.
        lines = pc.utf8_trim_whitespace(records.cast(pa.string()))
        # What begins and ends as an object, has no bare line end, and is as many, is a line each.
        if not pc.all(pc.and_(pc.starts_with(lines, "{"), pc.ends_with(lines, "}"))).as_py():
            return None
        if pc.any(pc.match_substring_regex(lines, NO_NUMBER)).as_py():
            return None
        whole = pa.ListArray.from_arrays(pa.array([0, len(lines)], pa.int32()), lines)
        body = pc.binary_join(whole, "\n")[0].as_buffer()
        table = pa.json.read_json(
            pa.BufferReader(body),
            read_options=pa.json.ReadOptions(use_threads=False, block_size=max(body.size, 1) + 1),
            parse_options=pa.json.ParseOptions(
                explicit_schema=schema, unexpected_field_behavior="ignore"
            ),
        )
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return None
    return table.select(schema.names) if table.num_rows == len(records) else None


def _one_by_one(records: pa.Array, kinds: Mapping[str, pa.DataType]) -> Parsed:
    objects: list[dict[str, Any]] = []
    readable = np.zeros(len(records), np.bool_)
    for row, record in enumerate(records.to_pylist()):
        try:
            parsed = orjson.loads(record) if record is not None else None
        except orjson.JSONDecodeError:
            parsed = None
        readable[row] = isinstance(parsed, dict)
        objects.append(parsed if isinstance(parsed, dict) else {})
    typed = np.ones(len(records), np.bool_)
    columns = {}
    for name, kind in kinds.items():
        values = [_as(one.get(name), kind) for one in objects]
        odd = [row for row, value in enumerate(values) if value is _ODD]
        typed[odd] = False
        columns[name] = pa.array([None if value is _ODD else value for value in values], kind)
    return Parsed(pa.table(columns), readable, typed)


_ODD = object()


def _as(value: Any, kind: pa.DataType) -> Any:
    """Return a value as a type of Arrow, or `_ODD` when it is none of this type."""
    if value is None:
        return None
    if pa.types.is_struct(kind):
        if not isinstance(value, dict):
            return _ODD
        inside = {one.name: _as(value.get(one.name), one.type) for one in kind}
        return _ODD if any(one is _ODD for one in inside.values()) else inside
    if pa.types.is_string(kind):
        return value if isinstance(value, str) else _ODD
    if pa.types.is_boolean(kind):
        return bool(value) if isinstance(value, (bool, int, float)) and value in (0, 1) else _ODD
    if not isinstance(value, (bool, int, float)):
        return _ODD
    if pa.types.is_floating(kind):
        return float(value)
    whole = isinstance(value, int) or value.is_integer()
    return int(value) if whole and -(2**63) <= value < 2**63 else _ODD
