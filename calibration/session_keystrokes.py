"""A session's events as columns, and its keystrokes: which row a key goes down in, and which it comes up in."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from deskhand.events import TYPE_CODE
from deskhand.session import Session


class EventColumns(NamedTuple):
    """Columns of n events; ``key`` and ``code`` are places in lists of words, -1 where there is none."""

    t_us: NDArray[np.int64]
    kind: NDArray[np.int64]
    key: NDArray[np.int64]
    keys: Sequence[str]
    code: NDArray[np.int64]
    modifiers: NDArray[np.int64]
    repeat: NDArray[np.bool_]

    def of(self, *names: str) -> NDArray[np.bool_]:
        """Return which events are of some types."""
        found: NDArray[np.bool_] = np.isin(self.kind, [TYPE_CODE[name] for name in names])
        return found


class Keystrokes(NamedTuple):
    """Rows of the downs of k keystrokes, in order, and of their ups, -1 where none is known."""

    down: NDArray[np.intp]
    up: NDArray[np.intp]


def event_columns(table: pa.Table) -> EventColumns:
    """Return the columns of a table of events."""
    kind, words = coded_column(table, "type")
    place = np.array([TYPE_CODE.get(word, -1) for word in words], np.int64)
    key, keys = coded_column(table, "key")
    return EventColumns(
        t_us=table["t_us"].to_numpy(),
        kind=place[kind],
        key=key,
        keys=keys,
        code=coded_column(table, "code")[0],
        modifiers=pc.fill_null(table["modifiers"], 0).to_numpy().astype(np.int64),
        repeat=pc.fill_null(table["repeat"], False).to_numpy(zero_copy_only=False).astype(bool),
    )


def coded_column(table: pa.Table, name: str) -> tuple[NDArray[np.int64], list[str]]:
    """Return a column of words as places in a list of them, -1 where there is none."""
    coded = pc.cast(table[name], pa.string()).combine_chunks().dictionary_encode()
    codes = pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)
    return codes, coded.dictionary.to_pylist()


def cut_keystrokes(events: EventColumns) -> Keystrokes:
    """Return the keystrokes of a session, without the repeats of held keys.

    A masked key has an up where no other masked key was down at the time.
    """
    at = np.flatnonzero(events.of("keydown", "keyup") & ~events.repeat)
    is_down = events.of("keydown")[at]
    # Each key's own rows one after another: a release follows its press.
    code = np.where(events.code[at] < 0, -2 - events.key[at], events.code[at])
    order = np.lexsort((np.arange(len(at)), code))
    first, then = order[:-1], order[1:]
    paired = is_down[first] & ~is_down[then] & (code[first] == code[then])
    up = np.full(len(at), -1, np.intp)
    up[first[paired]] = at[then[paired]]
    downs = np.flatnonzero(is_down)
    return Keystrokes(at[downs], up[downs])


def keystroke_table(sessions: Mapping[str, Sequence[Session]]) -> pa.Table:
    """Return the keystrokes of people's sessions as the tidy table that a fit of typing takes.

    Parameters
    ----------
    sessions : mapping of str to sequence of Session
        By person.

    Returns
    -------
    pyarrow.Table
        Columns ``user``, ``session``, ``t_down_s``, ``t_up_s`` and ``key``; a key that never comes up has
        no hold, and a masked one is ``"?"``.
    """
    parts: list[dict[str, Any]] = []
    for person, theirs in sessions.items():
        for number, session in enumerate(theirs):
            events = event_columns(session.events)
            strokes = cut_keystrokes(events)
            down_s = 1e-6 * events.t_us[strokes.down]
            up_s = np.where(strokes.up < 0, down_s, 1e-6 * events.t_us[strokes.up])
            words = np.array([*events.keys, "?"], object)
            parts.append(
                {
                    "user": [person] * len(down_s),
                    "session": [str(number)] * len(down_s),
                    "t_down_s": down_s,
                    "t_up_s": up_s,
                    "key": words[events.key[strokes.down]].tolist(),
                }
            )
    return pa.concat_tables(
        [
            pa.table({name: pa.array(column) for name, column in p.items()})
            for p in parts
            if p["user"]
        ]
    )
