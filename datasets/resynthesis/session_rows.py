"""A session's events as plain columns, with what a hand or a key did told from what followed."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from deskhand.monitors import clipped, monitors_of
from deskhand.session import Session

MODIFIERS = ("Shift", "Control", "Alt", "AltGraph", "Meta", "CapsLock")
POINTER = ("pointermove", "pointerdown", "pointerup", "pointercancel", "wheel")
HANDS = (*POINTER, "keydown", "keyup")
# Clocks of recorders: a coarse one, one of milliseconds, and so on.
TICKS_US = (10_000, 1_000, 100, 10)
FEWEST_STAMPS = 6
Flags = NDArray[np.bool_]
Rows = NDArray[np.intp]


@dataclass(frozen=True)
class SessionRows:
    """The columns of one session, each computed when it is first asked for.

    Parameters
    ----------
    session : Session
        Its events are in the order of time.
    """

    session: Session

    def __len__(self) -> int:
        """Return the number of events."""
        return len(self.session.events)

    @cached_property
    def t_us(self) -> NDArray[np.int64]:
        """Times, shape (n,)."""
        return np.asarray(self.session.events["t_us"]).astype(np.int64)

    @cached_property
    def kind(self) -> NDArray[np.str_]:
        """Types, shape (n,)."""
        codes, words = self._coded("type")
        return np.array(words, np.str_)[codes]

    def is_kind(self, *kinds: str) -> Flags:
        """Return which rows are of these types."""
        codes, words = self._coded("type")
        flags = np.array([word in kinds for word in words], np.bool_)
        return flags[codes]

    def _coded(self, name: str) -> tuple[NDArray[np.intp], list[str | None]]:
        """Return a column of strings as codes and its words, the last of which is None."""
        array = self.session.events[name].unify_dictionaries().combine_chunks()
        codes = np.asarray(array.indices.fill_null(-1)).astype(np.intp)
        return codes, [*array.dictionary.to_pylist(), None]

    @cached_property
    def by_hand(self) -> Flags:
        """Which rows a hand or a finger made; all others followed from such a row, or from none."""
        return self.is_kind(*HANDS)

    @cached_property
    def axes(self) -> tuple[str, str]:
        """The pair of columns that tells where the pointer is: screen, or client where it is alone."""
        pointing = self.is_kind(*POINTER)
        placed = np.isfinite(self.numbers("screen_x")[pointing])
        name = "screen" if placed.all() or placed.sum() * 2 > len(placed) else "client"
        return f"{name}_x", f"{name}_y"

    def numbers(self, name: str) -> NDArray[np.float64]:
        """Return a numeric column, NaN where it is null, shape (n,)."""
        column = self.session.events[name].cast(pa.float64())
        values: NDArray[np.float64] = np.asarray(column.fill_null(float("nan")))
        return values

    @cached_property
    def place(self) -> NDArray[np.float64]:
        """Where the pointer is, shape (n, 2); NaN where a row does not say."""
        return np.stack([self.numbers(name) for name in self.axes], axis=1)

    @cached_property
    def whole_px(self) -> bool:
        """Whether all places are whole px."""
        known = self.place[np.isfinite(self.place)]
        return bool(np.all(known == np.rint(known)))

    def as_written(self, place: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return places as the session's recorder writes them: whole px where all of its own are.

        The pointer of a synthetic session stays on its monitors; a real one may have more than are told.
        """
        written = np.rint(place) if self.whole_px else np.round(place, 2)
        header = self.session.header
        if header["synthetic"] and self.axes[0] == "screen_x":
            x, y = clipped(monitors_of(header), written[:, 0], written[:, 1])
            written = np.stack([x, y], axis=1)
        return written

    @cached_property
    def tick_us(self) -> int:
        """The tick of the clock that stamped the rows; a microsecond where too few rows tell it."""
        if len(np.unique(self.t_us)) < FEWEST_STAMPS:
            return 1
        return next((tick for tick in TICKS_US if not (self.t_us % tick).any()), 1)

    @cached_property
    def key_names(self) -> NDArray[np.object_]:
        """What each key row says of its key: its name, else its code; None where neither."""
        (keys, key_words), (codes, code_words) = self._coded("key"), self._coded("code")
        named = np.array(key_words, np.object_)[keys]
        return np.where(keys >= 0, named, np.array(code_words, np.object_)[codes])

    @cached_property
    def physical(self) -> NDArray[np.int64]:
        """A number for each physical key, -1 where a row names none, shape (n,)."""
        (keys, key_words), (codes, code_words) = self._coded("key"), self._coded("code")
        names = [*map(str, code_words), *(str(word).lower() for word in key_words)]
        number = np.unique(names, return_inverse=True)[1]
        by_key = number[len(code_words) :][keys]
        found: NDArray[np.int64] = np.where(codes >= 0, number[: len(code_words)][codes], by_key)
        found[(codes < 0) & (keys < 0)] = -1
        return found

    @cached_property
    def modifier(self) -> Flags:
        """Which rows are of modifier keys, shape (n,)."""
        (keys, key_words), (codes, code_words) = self._coded("key"), self._coded("code")
        named = np.array([word in MODIFIERS for word in key_words], np.bool_)
        coded = np.array([str(word).startswith(MODIFIERS) for word in code_words], np.bool_)
        return named[keys] | coded[codes]

    @cached_property
    def down_of(self) -> Rows:
        """Of each keyup, the row of the last keydown of its key; -1 elsewhere, shape (n,)."""
        found = np.full(len(self), -1, np.intp)
        rows = np.flatnonzero(self.is_kind("keydown", "keyup") & (self.physical >= 0))
        order = rows[np.lexsort((rows, self.physical[rows]))]
        if len(order) < 2:
            return found
        same = self.physical[order][1:] == self.physical[order][:-1]
        kind = self.kind[order]
        pairs = np.flatnonzero(same & (kind[1:] == "keyup") & (kind[:-1] == "keydown"))
        found[order[pairs + 1]] = order[pairs]
        return found

    @cached_property
    def repeating(self) -> Flags:
        """Which keydowns are of keys that repeat while they are held: all of one hold, shape (n,)."""
        column = self.session.events["repeat"].fill_null(False)
        said = np.asarray(column).astype(np.bool_)
        downs = np.flatnonzero(self.is_kind("keydown", "keyup") & (self.physical >= 0))
        order = downs[np.lexsort((downs, self.physical[downs]))]
        flags = said.copy()
        if len(order) > 1:
            same = self.physical[order][1:] == self.physical[order][:-1]
            down = self.kind[order] == "keydown"
            # Some recorders do not mark repeats: a key that goes down again without an up repeats.
            again = np.flatnonzero(same & down[1:] & down[:-1])
            flags[order[again]] = flags[order[again + 1]] = True
        return flags
