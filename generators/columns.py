"""Columns: what a kernel returns, one block of event rows of one kind of device."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Which stroke of its movement a row belongs to: beside the event table, and no column of it.
SUBMOVEMENT = "submovement"

Words = tuple[NDArray[np.int32], list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """A block of n event rows; a column that is absent is null in all of them.

    Parameters
    ----------
    t_us : NDArray[np.int64], shape (n,)
        Times since the session's start. Need not be sorted; rows of equal time keep their order.
    type : NDArray[np.int8], shape (n,)
        Codes of `deskhand.events.TYPE_CODE`.
    action_id : NDArray[np.int32], shape (n,)
        The action that caused the row; -1 is null.
    numbers : mapping of str to NDArray, each of shape (n,)
        Numeric and boolean event columns by name. NaN is null in a floating-point array.
    numbers_null : mapping of str to NDArray[np.bool_], each of shape (n,)
        Where a column of ``numbers`` is null, True; needed only for whole numbers and booleans.
    words : mapping of str to (NDArray[np.int32] of shape (n,), list of str)
        String columns by name: codes into the list of distinct words; code -1 is null.

    Examples
    --------
    >>> block = Columns(
    ...     t_us=np.array([5, 9]),
    ...     type=np.array([7, 8], np.int8),
    ...     action_id=np.array([0, 0], np.int32),
    ...     words={"key": (np.array([0, 0], np.int32), ["a"])},
    ... )
    >>> len(block)
    2
    """

    t_us: NDArray[np.int64]
    type: NDArray[np.int8]
    action_id: NDArray[np.int32]
    numbers: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    numbers_null: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)
    words: Mapping[str, Words] = field(default_factory=dict)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.t_us)


def no_columns() -> Columns:
    """Return a block without rows."""
    return Columns(
        t_us=np.empty(0, np.int64), type=np.empty(0, np.int8), action_id=np.empty(0, np.int32)
    )


def stack(blocks: Sequence[Columns]) -> Columns:
    """Return the rows of several blocks as one block, in the order given.

    Examples
    --------
    >>> one = Columns(
    ...     t_us=np.array([5]),
    ...     type=np.array([7], np.int8),
    ...     action_id=np.array([0], np.int32),
    ...     numbers={"buttons": np.array([1], np.int8)},
    ... )
    >>> both = stack([one, no_columns(), one])
    >>> len(both), both.numbers["buttons"].tolist()
    (2, [1, 1])
    """
    blocks = [block for block in blocks if len(block)]
    if len(blocks) < 2:
        return blocks[0] if blocks else no_columns()
    numbers: dict[str, NDArray[Any]] = {}
    nulls: dict[str, NDArray[np.bool_]] = {}
    words: dict[str, Words] = {}
    for name in dict.fromkeys(name for block in blocks for name in block.numbers):
        kind = next(block.numbers[name].dtype for block in blocks if name in block.numbers)
        blank = np.nan if kind.kind == "f" else 0
        numbers[name] = np.concatenate(
            [block.numbers.get(name, np.full(len(block), blank, kind)) for block in blocks]
        )
        if kind.kind != "f":
            null = np.concatenate([_null(block, name) for block in blocks])
            if null.any():
                nulls[name] = null
    for name in dict.fromkeys(name for block in blocks for name in block.words):
        index = WordIndex()
        words[name] = (
            np.concatenate([index.recode(block, name) for block in blocks]),
            index.words(),
        )
    return Columns(
        t_us=np.concatenate([block.t_us for block in blocks]),
        type=np.concatenate([block.type for block in blocks]),
        action_id=np.concatenate([block.action_id for block in blocks]),
        numbers=numbers,
        numbers_null=nulls,
        words=words,
    )


def _null(block: Columns, name: str) -> NDArray[np.bool_]:
    known = block.numbers_null.get(name)
    return np.full(len(block), name not in block.numbers) if known is None else known


def columns_of(rows: Sequence[tuple[Any, ...]], names: Sequence[str]) -> dict[str, Any]:
    """Return named tuples of one kind turned into one tuple for each field.

    Examples
    --------
    >>> columns_of([(1, "a"), (2, "b")], ("number", "word"))
    {'number': (1, 2), 'word': ('a', 'b')}
    """
    return dict(zip(names, zip(*rows, strict=True) if rows else [()] * len(names), strict=True))


class WordIndex(dict[str | None, int]):
    """Codes for words in the order in which they are first seen; None has the code -1.

    Examples
    --------
    >>> index = WordIndex()
    >>> index.encode(["b", None, "a", "b"]).tolist(), index.words()
    ([0, -1, 1, 0], ['b', 'a'])
    """

    def __init__(self) -> None:
        super().__init__({None: -1})

    def __missing__(self, word: str | None) -> int:
        code = len(self) - 1
        self[word] = code
        return code

    def encode(self, words: Sequence[str | None]) -> NDArray[np.int32]:
        """Return the codes of a sequence of words, shape (n,)."""
        return np.fromiter(map(self.__getitem__, words), np.int32, len(words))

    def recode(self, block: Columns, name: str) -> NDArray[np.int32]:
        """Return a block's string column in this index's codes, shape (n,)."""
        if name not in block.words:
            return np.full(len(block), -1, np.int32)
        codes, words = block.words[name]
        own = np.append(self.encode(words), np.int32(-1))
        # Code -1 takes the last entry, which is -1 as well.
        return codes if np.array_equal(own[:-1], np.arange(len(words))) else own[codes]

    def words(self) -> list[str]:
        """Return the words seen so far; a code is the place in this list."""
        return [word for word in self if word is not None]
