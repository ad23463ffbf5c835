"""Requests for keystrokes: what a person may hold, as columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from deskhand.errors import DeskhandError

COLUMNS = ("sequence", "person", "key")
EXAMPLE = '[["Shift", "H", "i"]]'
SYNTHETIC = {"synthetic": "true"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KeyRequests:
    """n keys of m sequences, sequence after sequence.

    Parameters
    ----------
    names : list of str
        The different keys.
    key : NDArray[np.intp], shape (n,)
        Place in ``names``.
    first : NDArray[np.intp], shape (m,)
        Place of each sequence's first key.
    people : list of str
    person : NDArray[np.intp], shape (m,)
        Place in ``people``.
    row : NDArray[np.intp], shape (n,)
        Number of the row that asked for the key.
    """

    names: list[str]
    key: NDArray[np.intp]
    first: NDArray[np.intp]
    people: list[str]
    person: NDArray[np.intp]
    row: NDArray[np.intp]


def read_key_requests(keys: Any, person: str | Sequence[str] | None) -> KeyRequests:
    """Return the requests for keys that are given.

    Parameters
    ----------
    keys : list of lists of str, pyarrow.Table, mapping of columns, or data frame
        A list of names for each sequence; or columns ``sequence``, ``key`` and, unless ``person``
        is given, ``person``, one row a key.
    person : str or sequence of str, optional
        Who types: one for all, or one for each list. Without it each list has its own person.

    Raises
    ------
    DeskhandError
        When there is nothing to time, or something else is given.

    Examples
    --------
    >>> asked = read_key_requests([["a", "b"], ["a"]], "ann")
    >>> asked.names, asked.key.tolist(), asked.first.tolist(), asked.people
    (['a', 'b'], [0, 1, 0], [0, 2], ['ann'])
    """
    if isinstance(keys, list | tuple) and not hasattr(keys, "columns"):
        return _of_lists(keys, person)
    return _of_columns(_table(keys), person)


def named_people(
    person: str | Sequence[str] | None, count: int, what: str
) -> tuple[list[str], NDArray[np.intp]]:
    """Return the different people of ``count`` texts or sequences, and whose each one is.

    Raises
    ------
    DeskhandError
        When there are too few or too many names, or something that is no name.
    """
    if person is None:
        return [str(number) for number in range(count)], np.arange(count, dtype=np.intp)
    if isinstance(person, str):
        return [_utf8(person, "person")], np.zeros(count, np.intp)
    given = list(person)
    if len(given) != count:
        raise DeskhandError(
            f"person: {len(given)} names for {count} {what}; give one name for all, or one for each."
        )
    known: dict[str, int] = {}
    for name in given:
        if not isinstance(name, str):
            raise DeskhandError(f"person {name!r} is no string; the same name is the same typist.")
        known.setdefault(_utf8(name, "person"), len(known))
    return list(known), np.array([known[name] for name in given], np.intp)


def _utf8(name: str, what: str) -> str:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError as error:
        raise DeskhandError(
            f"{what} {name!a} holds half a surrogate pair at place {error.start}; leave it out."
        ) from error
    return name


def timed_keys(
    asked: KeyRequests, down_us: NDArray[np.int64], up_us: NDArray[np.int64]
) -> pa.Table:
    """Return the table of timed keys, in the order in which they were asked for.

    Parameters
    ----------
    asked : KeyRequests
    down_us, up_us : NDArray[np.int64], shape (n,)
        One a key, sequence after sequence, from the sequence's first down.

    Examples
    --------
    >>> times_us = np.array([0, 90]), np.array([70, 180])
    >>> timed_keys(read_key_requests([["a", "b"]], "ann"), *times_us).column_names
    ['sequence', 'person', 'key', 'down_us', 'up_us']
    """
    sequence = np.zeros(len(asked.key), np.intp)
    sequence[asked.first[1:]] = 1
    sequence = np.cumsum(sequence)
    back = np.empty(len(asked.row), np.intp)
    back[asked.row] = np.arange(len(asked.row))
    names, people = pa.array(asked.names, pa.string()), pa.array(asked.people, pa.string())
    whose = pa.array(asked.person[sequence][back], pa.int32())
    return pa.table(
        {
            "sequence": pa.array(sequence[back], pa.int32()),
            "person": pa.DictionaryArray.from_arrays(whose, people),
            "key": pa.DictionaryArray.from_arrays(pa.array(asked.key[back], pa.int32()), names),
            "down_us": pa.array(down_us[back]),
            "up_us": pa.array(up_us[back]),
        }
    ).replace_schema_metadata(SYNTHETIC)


def _of_lists(keys: Sequence[Any], person: str | Sequence[str] | None) -> KeyRequests:
    if not keys:
        raise DeskhandError(f"keys are empty; give a list of key names a sequence: {EXAMPLE}.")
    number: dict[str, int] = {}
    key: list[int] = []
    lengths: list[int] = []
    for place, names in enumerate(keys):
        if isinstance(names, str) or not isinstance(names, list | tuple | np.ndarray):
            raise DeskhandError(
                f"keys, sequence {place}: {names!r} is no list of key names; give a list of them a "
                f"sequence: {EXAMPLE}."
            )
        wrong = [name for name in names if not isinstance(name, str)]
        if wrong or not len(names):
            found = f"{wrong[0]!r} is no key name" if wrong else "no keys"
            raise DeskhandError(f"keys, sequence {place}: {found}; for example {EXAMPLE}.")
        key += [number.setdefault(name, len(number)) for name in names]
        lengths.append(len(names))
    people, of_sequence = named_people(person, len(lengths), "sequences")
    ends = np.cumsum(lengths, dtype=np.intp)
    return KeyRequests(
        names=list(number),
        key=np.array(key, np.intp),
        first=np.append(np.zeros(1, np.intp), ends[:-1]),
        people=people,
        person=of_sequence,
        row=np.arange(len(key), dtype=np.intp),
    )


def _table(keys: Any) -> pa.Table:
    if isinstance(keys, pa.Table):
        return keys
    try:
        if isinstance(keys, Mapping):
            return pa.table(dict(keys))
        return pa.Table.from_pandas(keys, preserve_index=False)
    except (TypeError, AttributeError, ValueError, OverflowError, pa.ArrowException) as error:
        raise DeskhandError(
            f"keys of type {type(keys).__name__} are no sequences ({error}); give a list of key "
            f"names a sequence ({EXAMPLE}), or a table with the columns {', '.join(COLUMNS)}."
        ) from error


def _of_columns(table: pa.Table, person: str | Sequence[str] | None) -> KeyRequests:
    wanted = [name for name in COLUMNS if name != "person" or person is None]
    missing = [name for name in wanted if name not in table.column_names]
    if missing:
        raise DeskhandError(
            f"keys have no column {', '.join(missing)}; they need {', '.join(COLUMNS)}."
        )
    if not table.num_rows:
        raise DeskhandError(f"keys have no rows; give at least one, with {', '.join(COLUMNS)}.")
    if person is not None and not isinstance(person, str):
        raise DeskhandError("person: with a table of keys give one name, or a column 'person'.")
    key, names = _coded(table, "key")
    if not pa.types.is_integer(table.column("sequence").type):
        part = _coded(table, "sequence")[0]
    else:
        part = np.unique(table.column("sequence").to_numpy(), return_inverse=True)[1]
    who, people = (
        _coded(table, "person")
        if person is None
        else (np.zeros(len(key), np.intp), [_utf8(person, "person")])
    )
    # Sequences in the order in which they are first met, rows of one in their given order.
    pair = who * (int(part.max()) + 1) + part
    _, met, place = np.unique(pair, return_index=True, return_inverse=True)
    rank = np.empty(len(met), np.intp)
    rank[np.argsort(met)] = np.arange(len(met))
    row = np.argsort(rank[place], kind="stable")
    first = np.flatnonzero(np.append(True, np.diff(rank[place][row]) != 0))
    return KeyRequests(
        names=names, key=key[row], first=first, people=people, person=who[row[first]], row=row
    )


def _coded(table: pa.Table, name: str) -> tuple[NDArray[np.intp], list[str]]:
    column = table.column(name)
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if not any(f(kind) for f in (pa.types.is_string, pa.types.is_large_string, _is_view)):
        raise DeskhandError(f"column {name!r} has type {column.type}; it must be strings.")
    if column.null_count:
        raise DeskhandError(f"column {name!r} holds nulls; every key needs one.")
    coded = pc.cast(column, pa.string()).combine_chunks().dictionary_encode()
    return coded.indices.to_numpy().astype(np.intp), coded.dictionary.to_pylist()


def _is_view(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string_view(kind))
