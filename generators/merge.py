"""Blocks of columns merged by time into the canonical event table.

Most columns of most rows are null or constant, so only what a block holds is scattered to its
place; null and constant columns share one buffer.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from deskhand.errors import DeskhandError
from deskhand.events import EVENT_TYPES, EVENTS
from deskhand.generators.columns import SUBMOVEMENT, Columns, WordIndex
from deskhand.generators.plan import Cover, Place


def merge(
    blocks: Sequence[Columns],
    places: Sequence[Place],
    session_id: str,
    provenance_id: str,
    covers: Sequence[Cover] = (),
) -> tuple[pa.Table, pa.Array]:
    """Return the event table of one session, and which submovement each row belongs to.

    Parameters
    ----------
    blocks : sequence of Columns
        At equal times rows keep the order of the blocks, and within a block their own.
    places : sequence of Place
        Where the person is from when on, in time order; gives app, window and client coordinates.
    session_id, provenance_id : str
        Constant columns.
    covers : sequence of Cover
        What lies over the page when; there the pointer has no client coordinates.

    Returns
    -------
    events : pyarrow.Table
        Of the schema `deskhand.events.EVENTS`, sorted by time.
    submovements : pyarrow.Array of int8
        A number for each event, null where there is no movement.
    """
    merged = _Merge([block for block in blocks if len(block)])
    submovements = merged.numbers(pa.field(SUBMOVEMENT, pa.int8()))
    return merged.table(places, covers, session_id, provenance_id), submovements


def dictionary_array(codes: NDArray[Any], words: Sequence[str], kind: pa.DataType) -> pa.Array:
    """Return a dictionary array of codes into words; code -1 is null.

    Raises
    ------
    DeskhandError
        When there are more words than the type's index can number.
    """
    index = _index_dtype(kind, len(words))
    null = codes < 0
    valid = _bits(~null) if null.any() else None
    data = np.where(null, 0, codes).astype(index) if valid is not None else codes.astype(index)
    return _dictionary(len(codes), valid, pa.py_buffer(data), words, kind)


def _index_dtype(kind: pa.DataType, words: int) -> np.dtype[Any]:
    index: np.dtype[Any] = np.dtype(kind.index_type.to_pandas_dtype())
    if words - 1 > np.iinfo(index).max:
        raise DeskhandError(
            f"{words} distinct words in one column: its index holds {np.iinfo(index).max + 1}; "
            "make the session shorter."
        )
    return index


def _dictionary(
    n: int,
    valid: pa.Buffer | None,
    data: pa.Buffer,
    words: Sequence[str],
    kind: pa.DataType,
) -> pa.Array:
    indices = pa.Array.from_buffers(kind.index_type, n, [valid, data])
    return pa.DictionaryArray.from_arrays(indices, pa.array(words, pa.string()), safe=False)


def _bits(flags: NDArray[np.bool_]) -> pa.Buffer:
    return pa.py_buffer(np.packbits(flags, bitorder="little"))


class _Merge:
    def __init__(self, blocks: Sequence[Columns]) -> None:
        self.blocks = blocks
        self.n = sum(map(len, blocks))
        t_us = np.concatenate([b.t_us for b in blocks]) if blocks else np.empty(0, np.int64)
        self.order = np.argsort(t_us, kind="stable")
        self.t_us = t_us[self.order]
        to = np.empty(self.n, np.intp)
        to[self.order] = np.arange(self.n)
        ends = np.cumsum([len(b) for b in blocks])
        # Where the rows of each block go.
        self.to = np.split(to, ends[:-1]) if blocks else []
        # One buffer of zeros serves every null column, and the indices of every constant one.
        self.zeros = pa.py_buffer(np.zeros(max(self.n, 1), np.int64))
        self.masks: dict[tuple[int, ...], tuple[pa.Buffer, NDArray[np.bool_]]] = {}

    def table(
        self,
        places: Sequence[Place],
        covers: Sequence[Cover],
        session_id: str,
        provenance_id: str,
    ) -> pa.Table:
        n = self.n
        arrays: dict[str, pa.Array] = {
            "session_id": self._constant("session_id", session_id),
            "provenance_id": self._constant("provenance_id", provenance_id),
            "seq": pa.array(np.arange(n, dtype=np.int32)),
            "t_us": pa.array(self.t_us),
            "type": self._type(),
            "action_id": self._action_id(),
            "synthetic": pa.Array.from_buffers(pa.bool_(), n, [None, _bits(np.ones(n, np.bool_))]),
            "masked": self._masked(),
        }
        arrays.update(self._placed(places, covers))
        for field in EVENTS:
            if field.name not in arrays:
                make = self._words if pa.types.is_dictionary(field.type) else self.numbers
                arrays[field.name] = make(field)
        return pa.Table.from_arrays([arrays[name] for name in EVENTS.names], schema=EVENTS)

    def _constant(self, name: str, word: str) -> pa.Array:
        return _dictionary(self.n, None, self.zeros, [word], EVENTS.field(name).type)

    def _gather(self, parts: list[NDArray[Any]], kind: type[np.generic]) -> NDArray[Any]:
        return np.concatenate(parts)[self.order] if parts else np.empty(0, kind)

    def _type(self) -> pa.Array:
        codes = self._gather([b.type for b in self.blocks], np.int8)
        kind = EVENTS.field("type").type
        return _dictionary(self.n, None, pa.py_buffer(codes), EVENT_TYPES, kind)

    def _action_id(self) -> pa.Array:
        ids = self._gather([b.action_id for b in self.blocks], np.int32)
        known = ids >= 0
        valid = None if known.all() else _bits(known)
        return pa.Array.from_buffers(pa.int32(), self.n, [valid, pa.py_buffer(ids)])

    def _masked(self) -> pa.Array:
        having = [i for i, block in enumerate(self.blocks) if "masked" in block.numbers]
        data = self.zeros
        if having:
            flags = np.zeros(self.n, np.bool_)
            for i in having:
                flags[self.to[i]] = self.blocks[i].numbers["masked"]
            data = _bits(flags)
        return pa.Array.from_buffers(pa.bool_(), self.n, [None, data])

    def _placed(self, places: Sequence[Place], covers: Sequence[Cover]) -> dict[str, pa.Array]:
        """Return app, window and client coordinates: in each place from its time on."""
        n = self.n
        starts = np.searchsorted(self.t_us, np.array([p.t_us for p in places], np.int64))
        count = np.diff(starts, prepend=0, append=n)
        arrays: dict[str, pa.Array] = {}
        for name, words in (
            ("app", [p.app for p in places]),
            ("window", [p.window for p in places]),
        ):
            index = WordIndex()
            codes = np.concatenate([np.array([-1], np.int32), index.encode(words)])
            kind = EVENTS.field(name).type
            _index_dtype(kind, len(index.words()))
            arrays[name] = dictionary_array(
                np.repeat(codes.astype(np.int16), count), index.words(), kind
            )
        covered = self._covered(covers)
        zooms = [1.0, *(p.zoom for p in places)]
        for client, screen, origin in (
            ("client_x", "screen_x", [p.origin_x for p in places]),
            ("client_y", "screen_y", [p.origin_y for p in places]),
        ):
            valid, place = self._scattered(screen, np.dtype(np.float32))
            if valid is None:
                arrays[screen] = arrays[client] = self._nulls(pa.float32())
                continue
            arrays[screen] = pa.Array.from_buffers(pa.float32(), n, [valid, pa.py_buffer(place)])
            shift = np.repeat(np.array([0, *origin], np.float32), count)
            np.subtract(place, shift, out=shift)
            if max(zooms) > 1.0:
                shift /= np.repeat(np.array(zooms, np.float32), count)
            if covered is not None:
                there = np.unpackbits(np.frombuffer(valid, np.uint8), count=n, bitorder="little")
                valid = _bits(there.astype(np.bool_) & ~covered)
                shift[covered] = 0.0
            arrays[client] = pa.Array.from_buffers(pa.float32(), n, [valid, pa.py_buffer(shift)])
        return arrays

    def _covered(self, covers: Sequence[Cover]) -> NDArray[np.bool_] | None:
        """Return the rows whose pointer is over something that lies on the page, if there are any."""
        if not covers:
            return None
        (_, x), (_, y) = (self._scattered(f"screen_{axis}", np.dtype(np.float32)) for axis in "xy")
        if not len(x):
            return None  # nobody used a pointer
        covered = np.zeros(self.n, np.bool_)
        for start_us, end_us, left, top, width, height in covers:
            rows = slice(*np.searchsorted(self.t_us, [start_us, end_us], "right"))
            over_x = (x[rows] >= left) & (x[rows] < left + width)
            covered[rows] |= over_x & (y[rows] >= top) & (y[rows] < top + height)
        return covered

    def _nulls(self, kind: pa.DataType) -> pa.Array:
        return pa.Array.from_buffers(kind, self.n, [self.zeros, self.zeros])

    def _valid(self, having: list[int], name: str) -> tuple[pa.Buffer, NDArray[np.bool_]]:
        """Return the validity bits of a column that these blocks hold; shared when none is null."""
        plain = True
        nulls: list[NDArray[np.bool_] | None] = []
        for i in having:
            block, null = self.blocks[i], None
            if name in block.words:
                null = block.words[name][0] < 0
            elif block.numbers[name].dtype.kind == "f":
                null = np.isnan(block.numbers[name])
            elif name in block.numbers_null:
                null = block.numbers_null[name]
            if null is not None and not null.any():
                null = None
            plain = plain and null is None
            nulls.append(null)
        key = tuple(having)
        if plain and key in self.masks:
            return self.masks[key]
        valid = np.zeros(self.n, np.bool_)
        for i, null in zip(having, nulls, strict=True):
            valid[self.to[i]] = True if null is None else ~null
        made = (_bits(valid), valid)
        if plain:
            self.masks[key] = made
        return made

    def _scattered(self, name: str, kind: np.dtype[Any]) -> tuple[pa.Buffer | None, NDArray[Any]]:
        having = [i for i, block in enumerate(self.blocks) if name in block.numbers]
        if not having:
            return None, np.empty(0, kind)
        out = np.zeros(self.n, kind)
        for i in having:
            out[self.to[i]] = self.blocks[i].numbers[name]
        return self._valid(having, name)[0], out

    def numbers(self, field: pa.Field) -> pa.Array:
        """Return a column of numbers or flags, null in the rows of blocks without it."""
        if pa.types.is_boolean(field.type):
            valid, flags = self._scattered(field.name, np.dtype(np.bool_))
            data = _bits(flags)
        else:
            valid, flags = self._scattered(field.name, np.dtype(field.type.to_pandas_dtype()))
            data = pa.py_buffer(flags)
        if valid is None:
            return self._nulls(field.type)
        return pa.Array.from_buffers(field.type, self.n, [valid, data])

    def _words(self, field: pa.Field) -> pa.Array:
        name, kind = field.name, field.type
        having = [i for i, block in enumerate(self.blocks) if name in block.words]
        if not having:
            return _dictionary(self.n, self.zeros, self.zeros, [], kind)
        index = WordIndex()
        parts = [index.recode(self.blocks[i], name) for i in having]
        words = index.words()
        out = np.zeros(self.n, _index_dtype(kind, len(words)))
        for i, part in zip(having, parts, strict=True):
            out[self.to[i]] = np.maximum(part, 0)
        return _dictionary(self.n, self._valid(having, name)[0], pa.py_buffer(out), words, kind)
