"""Rows that a scenario writes itself: the plan's list of rows in, one block of columns out."""

from collections.abc import Sequence
from operator import itemgetter
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from deskhand.errors import UnknownNameError
from deskhand.events import EVENT_TYPES, EVENTS, TYPE_CODE
from deskhand.generators.columns import Columns, WordIndex, no_columns
from deskhand.generators.plan import Row

_IS_WORD = {field.name: pa.types.is_dictionary(field.type) for field in EVENTS}


def rows_to_columns(rows: Sequence[Row]) -> Columns:
    """Return planned rows as a block, in the order given.

    Parameters
    ----------
    rows : sequence of Row
        Each with the columns that it fills.

    Raises
    ------
    UnknownNameError
        When a row has a type or a column that the schema does not have.

    Examples
    --------
    >>> block = rows_to_columns([Row(0, "focus", 3, {"target": "lead.name"})])
    >>> block.words["target"][1]
    ['lead.name']
    """
    if not rows:
        return no_columns()
    times, types, action_ids, contents = zip(*rows, strict=True)
    try:
        codes = [TYPE_CODE[event_type] for event_type in types]
    except KeyError as error:
        raise UnknownNameError("event type", error.args[0], EVENT_TYPES) from None
    # Rows that fill the same columns are transposed together.
    groups: dict[tuple[str, ...], list[int]] = {}
    for place, content in enumerate(contents):
        groups.setdefault(tuple(content), []).append(place)
    filled: dict[str, tuple[list[int], list[Any]]] = {}
    for names, places in groups.items():
        alike = [contents[place] for place in places]
        for name in names:
            at, found = filled.setdefault(name, ([], []))
            at += places
            found += map(itemgetter(name), alike)
    n = len(rows)
    numbers: dict[str, NDArray[Any]] = {}
    nulls: dict[str, NDArray[np.bool_]] = {}
    words: dict[str, tuple[NDArray[np.int32], list[str]]] = {}
    for name, (at, found) in filled.items():
        if name not in _IS_WORD:
            raise UnknownNameError("event column", name, EVENTS.names)
        if _IS_WORD[name]:
            index = WordIndex()
            column = np.full(n, -1, np.int32)
            column[at] = index.encode(found)
            words[name] = (column, index.words())
        else:
            numbers[name], nulls[name] = _numbers(name, at, found, n)
    return Columns(
        t_us=np.array(times, np.int64),
        type=np.array(codes, np.int8),
        action_id=np.array([-1 if i is None else i for i in action_ids], np.int32),
        numbers=numbers,
        numbers_null=nulls,
        words=words,
    )


def _numbers(
    name: str, at: list[int], found: list[Any], n: int
) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    kind = np.dtype(EVENTS.field(name).type.to_pandas_dtype())
    null = np.ones(n, np.bool_)
    if None in found:
        pairs = [(p, v) for p, v in zip(at, found, strict=True) if v is not None]
        at, found = [p for p, _ in pairs], [v for _, v in pairs]
    null[at] = False
    column = np.full(n, np.nan, kind) if kind.kind == "f" else np.zeros(n, kind)
    column[at] = found
    return column, null
