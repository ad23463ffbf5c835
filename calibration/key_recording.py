"""A recording of keys to fit on: when several people pressed and released which keys."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.key_classes import KeyVocabulary, key_vocabulary
from deskhand.behavior_models.key_sequences import KeySequences
from deskhand.behavior_models.keyboard_layout import KeyboardLayout, load_layout
from deskhand.calibration.recording import number_column, read_table, text_column
from deskhand.errors import DeskhandError, UnknownNameError

REQUIRED = ("user", "t_down_s", "t_up_s")
# A longer hold is a release that was lost.
_LONGEST_HOLD_US = 5_000_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KeyRecording:
    """n keystrokes, session after session, each in the order of the downs.

    Parameters
    ----------
    people : sequence of str, length p
        Names, in the order in which they are first met.
    sequences : KeySequences
        The keys; each session is one sequence.
    down_us, up_us : NDArray[np.int64], shape (n,)
        Times on the session's own clock.
    """

    people: Sequence[str]
    sequences: KeySequences
    down_us: NDArray[np.int64]
    up_us: NDArray[np.int64]

    @property
    def person(self) -> NDArray[np.intp]:
        """Whose keystroke, shape (n,)."""
        found: NDArray[np.intp] = self.sequences.person[self.sequences.sequence]
        return found


def read_key_recording(data: Any, layout: str = "qwerty-us") -> KeyRecording:
    """Return a recording of keys from whatever a person may hold.

    Parameters
    ----------
    data : pyarrow.Table, mapping of columns, data frame or path
        A tidy table, one row a keystroke, or the path of one in Parquet, with the columns ``user``,
        ``t_down_s`` and ``t_up_s`` (seconds) and, where known, ``dataset``, ``session`` and ``key``:
        characters, names or classes of keys, ``"?"`` where nothing is known. Names that no keyboard
        has count as other keys.
    layout : str
        Which finger strikes which key.

    Raises
    ------
    DeskhandError
        When a column is missing, there twice, or holds something else.

    Examples
    --------
    >>> recording = read_key_recording(
    ...     {
    ...         "user": ["ann"] * 2,
    ...         "t_down_s": [0.2, 0.0],
    ...         "t_up_s": [0.3, 0.1],
    ...         "key": ["b", "BKSP"],
    ...     }
    ... )
    >>> recording.down_us.tolist(), recording.sequences.vocabulary.names
    ([0, 200000], ('b', 'BKSP'))
    """
    board = load_layout(layout)
    table = read_table(data)
    missing = [name for name in REQUIRED if name not in table.column_names]
    if missing:
        raise DeskhandError(
            f"columns {', '.join(missing)} are missing; a tidy table of keys has "
            f"{', '.join(REQUIRED)} and, where known, dataset, session, key."
        )
    if not table.num_rows:
        raise DeskhandError("the table is empty; a fit needs the keys of at least 20 people.")
    down_s, up_s = number_column(table, "t_down_s"), number_column(table, "t_up_s")
    for name, times in (("t_down_s", down_s), ("t_up_s", up_s)):
        if not (np.abs(times) < 1e9).all():
            raise DeskhandError(
                f"column {name!r} holds NaN, infinite or huge times; drop those rows, and give "
                "seconds since the session began."
            )
    person, people = text_column(table, "user")
    if (person < 0).any():
        raise DeskhandError("column 'user' holds nulls; name a person in every row.")
    parts = [
        text_column(table, name)[0] for name in ("dataset", "session") if name in table.column_names
    ]
    words = ["?"]
    key = np.zeros(table.num_rows, np.intp)
    if "key" in table.column_names:
        codes, words = text_column(table, "key")
        key = codes.astype(np.intp)
        if (key < 0).any():
            key[key < 0], words = len(words), [*words, "?"]
    down_us, up_us = (np.rint(1e6 * side).astype(np.int64) for side in (down_s, up_s))
    sorting: list[NDArray[Any]] = [np.arange(len(key)), down_us, *parts, person]
    order = np.lexsort(sorting)
    new = np.append(True, np.diff(person[order]) != 0)
    for part in parts:
        new[1:] |= np.diff(part[order]) != 0
    first = np.flatnonzero(new)
    whose = person[order][first].astype(np.intp)
    return KeyRecording(
        people=people,
        sequences=KeySequences(
            vocabulary=_vocabulary(words, board),
            key=key[order],
            first=first,
            person=whose,
            person_key=np.arange(len(people), dtype=np.uint64),
            sequence_key=np.arange(len(first), dtype=np.uint64),
        ),
        down_us=down_us[order],
        up_us=np.clip(up_us, down_us, down_us + _LONGEST_HOLD_US)[order],
    )


def _vocabulary(words: Sequence[str], layout: KeyboardLayout) -> KeyVocabulary:
    known = []
    for word in words:
        try:
            key_vocabulary([word], layout)
            known.append(word)
        except UnknownNameError:
            known.append("other")
    return key_vocabulary(known, layout)
