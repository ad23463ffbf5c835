"""Keystrokes of many people as columns, out of a tidy table, for the tests and figures of typing."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from deskhand.behavior_models.key_classes import KeyVocabulary, key_vocabulary
from deskhand.behavior_models.keyboard_layout import KeyboardLayout, load_layout
from deskhand.errors import DeskhandError, UnknownNameError

COLUMNS = ("user", "session", "t_down_s", "t_up_s", "key")
# A key that stays down longer is one whose release was lost.
LONGEST_HOLD_US = 5_000_000
OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Keystrokes:
    """n keystrokes, session after session, each in the order of the downs.

    Parameters
    ----------
    people : sequence of str
        Names.
    vocabulary : KeyVocabulary
        The different keys.
    person : NDArray[np.int32], shape (n,)
        Whose keystroke: a place in ``people``.
    session : NDArray[np.int32], shape (n,)
        Number of the session; sessions stand one after another.
    key : NDArray[np.intp], shape (n,)
        Place in ``vocabulary``.
    down_us, up_us : NDArray[np.int64], shape (n,)
        Times on the session's own clock.
    """

    people: Sequence[str]
    vocabulary: KeyVocabulary
    person: NDArray[np.int32]
    session: NDArray[np.int32]
    key: NDArray[np.intp]
    down_us: NDArray[np.int64]
    up_us: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.key)

    @property
    def key_class(self) -> NDArray[np.uint8]:
        """Class of each key, shape (n,)."""
        return self.vocabulary.key_class[self.key]

    @property
    def first(self) -> NDArray[np.intp]:
        """Places of the sessions' first keystrokes."""
        new = np.ones(len(self), np.bool_)
        new[1:] = self.session[1:] != self.session[:-1]
        return np.flatnonzero(new)

    def take(self, chosen: NDArray[np.bool_] | NDArray[np.integer]) -> "Keystrokes":
        """Return some of the keystrokes, as a mask or as places in rising order."""
        return replace(
            self,
            person=self.person[chosen],
            session=self.session[chosen],
            key=self.key[chosen],
            down_us=self.down_us[chosen],
            up_us=self.up_us[chosen],
        )

    def of_people(self, people: Collection[int] | NDArray[np.integer]) -> "Keystrokes":
        """Return the keystrokes of some people."""
        return self.take(np.isin(self.person, np.asarray(list(people), np.int64)))


def typed_keys(
    table: pa.Table, people: Sequence[str] | None = None, layout: str = "qwerty-us"
) -> Keystrokes:
    """Return the keystrokes of a tidy table.

    Parameters
    ----------
    table : pyarrow.Table
        Columns ``user``, ``session``, ``t_down_s``, ``t_up_s`` (seconds) and ``key``: what
        `deskhand.behavior_models.key_classes.key_vocabulary` knows; any other key is of class
        ``other``. Where ``key`` is missing, nothing is known of the keys.
    people : sequence of str, optional
        Names; a keystroke's person is a place in it. Default: the users, sorted.
    layout : str
        Which finger strikes which key.

    Raises
    ------
    DeskhandError
        When a column is missing, a time is not known, or a user is not among the people.

    Examples
    --------
    >>> table = pa.table(
    ...     {
    ...         "user": ["ann"] * 3,
    ...         "session": ["1"] * 3,
    ...         "t_down_s": [0.0, 0.15, 0.36],
    ...         "t_up_s": [0.09, 0.26, 0.42],
    ...         "key": ["letter:L1u", "space", "BKSP"],
    ...     }
    ... )
    >>> keys = typed_keys(table)
    >>> keys.vocabulary.names, (keys.up_us - keys.down_us).tolist()
    (('letter:L1u', 'space', 'BKSP'), [90000, 110000, 60000])
    """
    missing = [name for name in COLUMNS[:4] if name not in table.column_names]
    if missing:
        raise DeskhandError(
            f"columns {', '.join(missing)} are missing; a table of keystrokes has "
            f"{', '.join(COLUMNS)}."
        )
    down_s, up_s = (
        table[name].cast(pa.float64()).to_numpy(zero_copy_only=False)
        for name in ("t_down_s", "t_up_s")
    )
    if not (np.isfinite(down_s).all() and np.isfinite(up_s).all()):
        raise DeskhandError("t_down_s and t_up_s must be numbers; leave out keys without both.")
    user, session = (_text(table[name]) for name in ("user", "session"))
    names = sorted(pc.unique(user).to_pylist()) if people is None else list(people)
    person = pc.index_in(user, pa.array(names, pa.string())).fill_null(-1).to_numpy()
    if (person < 0).any():
        stranger = user[int(np.flatnonzero(person < 0)[0])].as_py()
        raise DeskhandError(f"user {stranger!r} is not among the {len(names)} people given.")
    run = session.dictionary_encode().indices.to_numpy()
    down_us, up_us = (np.rint(1e6 * side).astype(np.int64) for side in (down_s, up_s))
    order = np.lexsort((np.arange(len(down_us)), down_us, run, person))
    person, run = person[order].astype(np.int32), run[order]
    new = np.append(True, (np.diff(person) != 0) | (np.diff(run) != 0))[: len(person)]
    vocabulary, key = _keys(table, load_layout(layout))
    return Keystrokes(
        people=names,
        vocabulary=vocabulary,
        person=person,
        session=(np.cumsum(new) - 1).astype(np.int32),
        key=key[order],
        down_us=down_us[order],
        up_us=np.clip(up_us, down_us, down_us + LONGEST_HOLD_US)[order],
    )


def _text(column: pa.ChunkedArray) -> pa.Array:
    """Return a column as text, dictionaries undone."""
    return pa.concat_arrays(column.cast(pa.string()).chunks or [pa.array([], pa.string())])


def _keys(table: pa.Table, layout: KeyboardLayout) -> tuple[KeyVocabulary, NDArray[np.intp]]:
    if "key" not in table.column_names:
        return key_vocabulary(["?"], layout), np.zeros(table.num_rows, np.intp)
    coded = _text(table["key"]).dictionary_encode()
    known = [_known(str(name), layout) for name in coded.dictionary.to_pylist()]
    names = list(dict.fromkeys(known))
    place = np.array([names.index(name) for name in known], np.intp)
    return key_vocabulary(names, layout), place[coded.indices.to_numpy()]


def _known(name: str, layout: KeyboardLayout) -> str:
    """Return a name that the layout or the classes know."""
    try:
        key_vocabulary([name], layout)
    except UnknownNameError:
        return OTHER
    return name
