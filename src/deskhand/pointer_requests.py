"""Requests for pointer movements: a table of people, points and targets, checked and completed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from deskhand.errors import DeskhandError
from deskhand.keyed_draws import Keys, keys, mixed, ranked

Floats = NDArray[np.float64]

START, END = ("x0", "y0"), ("x1", "y1")
TARGET = ("target_x", "target_y", "target_w", "target_h")
# Beyond this no desktop reaches, and a float32 no longer tells pixels apart.
FARTHEST_PX = 1_000_000.0
EXAMPLE = '{"person": ["ann"], "x0": [100], "y0": [200], "x1": [640], "y1": [360]}'


@dataclass(frozen=True, slots=True, kw_only=True)
class PointerRequests:
    """Checked requests, n rows.

    Parameters
    ----------
    person : NDArray[np.int32], shape (n,)
        Place of the row's person in ``people``.
    people : list of str
        In the order in which they are first met.
    start, end : NDArray[np.float64], shape (n, 2)
        Points in px; an end is NaN where it is to be drawn inside the target.
    target : NDArray[np.float64], shape (n, 4)
        Centre x, centre y, width and height in px; NaN where there is none.
    """

    person: NDArray[np.int32]
    people: list[str]
    start: Floats
    end: Floats
    target: Floats


def read_requests(requests: Any) -> PointerRequests:
    """Return requests from a table or a mapping of columns.

    Parameters
    ----------
    requests : pyarrow.Table, mapping of columns, or data frame
        Columns ``person`` (string), ``x0``, ``y0``, ``x1``, ``y1`` and, where known, ``target_x``,
        ``target_y`` (the centre), ``target_w``, ``target_h``; other columns are not read. With a
        target, ``x1`` and ``y1`` may be absent or null.

    Raises
    ------
    DeskhandError
        When a column is missing or of the wrong type, there are no rows, a number is not finite, or
        a size is not above 0.

    Examples
    --------
    >>> found = read_requests({"person": ["ann"], "x0": [1], "y0": [2], "x1": [30], "y1": [40]})
    >>> found.people, found.end.tolist()
    (['ann'], [[30.0, 40.0]])
    """
    table = _as_table(requests)
    names = table.column_names
    has_target = any(name in names for name in TARGET)
    wanted = ["person", *START, *(TARGET if has_target else END)]
    if any(name in names for name in END):
        wanted += [name for name in END if name not in wanted]
    missing = [name for name in wanted if name not in names]
    if missing:
        raise DeskhandError(
            f"requests have no column {', '.join(missing)}; they need person, x0, y0, x1, y1, or a "
            f"target ({', '.join(TARGET)}) instead of x1, y1; for example {EXAMPLE}."
        )
    twice = [name for name in wanted if names.count(name) > 1]
    if twice:
        raise DeskhandError(f"requests have a column {twice[0]} twice; keep one of them.")
    if not table.num_rows:
        raise DeskhandError(f"requests have no rows; give at least one, for example {EXAMPLE}.")
    person, people = _people(table.column("person"))
    start = np.stack([_points(table, name) for name in START], axis=1)
    nothing = np.full(table.num_rows, np.nan)
    target = np.stack(
        [_points(table, name, null=True) if has_target else nothing for name in TARGET], axis=1
    )
    end = np.stack(
        [_points(table, name, null=has_target) if name in names else nothing for name in END],
        axis=1,
    )
    _check_target(target)
    open_ends = np.isnan(end)
    unknown = open_ends.any(axis=1) & (np.isnan(target[:, 0]) | (open_ends.sum(axis=1) == 1))
    if unknown.any():
        row = int(np.flatnonzero(unknown)[0])
        raise DeskhandError(
            f"requests, row {row}: neither a point x1, y1 nor a target to draw it in; give both "
            f"coordinates, or all of {', '.join(TARGET)}."
        )
    return PointerRequests(person=person, people=people, start=start, end=end, target=target)


def request_keys(given: PointerRequests, seed: int, purpose: str) -> Keys:
    """Return a key for each request, made of the seed and what is asked alone.

    The same movement asked for again is another movement.

    Examples
    --------
    >>> asked = {"person": ["ann"] * 2, "x0": [1, 1], "y0": [2, 2], "x1": [30, 30], "y1": [4, 4]}
    >>> first, second = request_keys(read_requests(asked), 7, "move")
    >>> bool(first == second)
    False
    """
    key = keys(seed, purpose, given.people)[given.person]
    for column in (*given.start.T, *given.end.T, *given.target.T):
        key = mixed(key, np.ascontiguousarray(column).view(np.int64))
    return ranked(key)


def _as_table(requests: Any) -> pa.Table:
    if isinstance(requests, pa.Table):
        return requests
    if isinstance(requests, pa.RecordBatch):
        return pa.Table.from_batches([requests])
    try:
        if isinstance(requests, Mapping):
            return pa.table({name: _column(name, values) for name, values in requests.items()})
        return pa.Table.from_pandas(requests, preserve_index=False)
    # Arrow's own errors, and those of numbers and strings that it has no room for.
    except (TypeError, AttributeError, ValueError, OverflowError, pa.ArrowException) as error:
        raise DeskhandError(
            f"requests of type {type(requests).__name__} are no table ({error}); give a pyarrow "
            f"table or a mapping of columns of equal length, for example {EXAMPLE}."
        ) from error


def _column(name: str, values: Any) -> pa.Array:
    # A string is a sequence too, of its letters.
    if isinstance(values, str):
        raise TypeError(f"column {name!r} is the one string {values!r}, not a list of them")
    return pa.array(values)


def _people(column: pa.ChunkedArray) -> tuple[NDArray[np.int32], list[str]]:
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    strings = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)
    if not any(is_kind(kind) for is_kind in strings):
        raise DeskhandError(
            f"column 'person' has type {column.type}; it must be strings: the same name is the "
            "same hand."
        )
    if column.null_count:
        raise DeskhandError("column 'person' holds nulls; name a person in every row.")
    coded = pc.cast(column, pa.string()).combine_chunks().dictionary_encode()
    return coded.indices.to_numpy().astype(np.int32), coded.dictionary.to_pylist()


def _points(table: pa.Table, name: str, *, null: bool = False) -> Floats:
    column = table.column(name)
    kind = column.type
    if pa.types.is_null(kind) and null:
        return np.full(table.num_rows, np.nan)
    if not (pa.types.is_integer(kind) or pa.types.is_floating(kind)):
        raise DeskhandError(f"column {name!r} has type {kind}; it must be numbers, in px.")
    # A whole number too large for a float64 is refused below, not here.
    values = column.cast(pa.float64(), safe=False)
    given = values.drop_null().to_numpy()
    if not null and column.null_count:
        raise DeskhandError(f"column {name!r} holds nulls; it must be numbers, in px.")
    wrong = ~(np.abs(given) <= FARTHEST_PX)
    if wrong.any():
        raise DeskhandError(
            f"column {name!r} holds {given[wrong][0]}; it must be finite and at most "
            f"{FARTHEST_PX:.0f} px in size{', or null where it is not known' * null}."
        )
    filled: Floats = pc.fill_null(values, float("nan")).to_numpy()
    # Minus zero is zero, so that both ask for the same movement.
    return filled + 0.0


def _check_target(target: Floats) -> None:
    partly = np.isnan(target).any(axis=1) & ~np.isnan(target).all(axis=1)
    if partly.any():
        raise DeskhandError(
            f"requests, row {int(np.flatnonzero(partly)[0])}: a target needs all of "
            f"{', '.join(TARGET)}, or none."
        )
    flat = (target[:, 2:] <= 0.0).any(axis=1)
    if flat.any():
        row = int(np.flatnonzero(flat)[0])
        raise DeskhandError(
            f"requests, row {row}: a target of {target[row, 2]:g} x {target[row, 3]:g} px; width "
            "and height must be above 0, or all four columns null where no target is known."
        )
