"""Where a recorder is told to look away: rows in applications that are excluded."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from deskhand.events import TYPE_CODE

# The policy of a `redaction` row that stops the recorder until another window comes to the front.
PAUSE = "pause"
# What a person does with hand and keys.
HANDS = (
    "pointermove", "pointerdown", "pointerup", "pointercancel", "wheel", "keydown", "keyup",
)  # fmt: skip


def type_codes(events: pa.Table) -> NDArray[np.int64]:
    """Return the code of each event's type, shape (n,)."""
    array: Any = pc.dictionary_encode(events["type"].combine_chunks().cast(pa.string()))
    table = np.array(
        [TYPE_CODE.get(v, -1) for v in array.dictionary.to_pylist()] + [-1], dtype=np.int64
    )
    return np.asarray(table[array.indices.to_numpy(zero_copy_only=False)], dtype=np.int64)


def paused(events: pa.Table) -> NDArray[np.bool_]:
    """Return which rows a recorder does not see, shape (n,): those in an excluded application.

    The row that brings its window to the front is among them, unless something was done there first.
    """
    codes = type_codes(events)
    policy = pc.fill_null(pc.equal(events["policy"].cast(pa.string()), PAUSE), False)
    starts = np.flatnonzero((codes == TYPE_CODE["redaction"]) & np.asarray(policy))
    found = np.zeros(len(events), np.bool_)
    focus = np.flatnonzero(codes == TYPE_CODE["window.focus"])
    done = np.flatnonzero(np.isin(codes, [TYPE_CODE[name] for name in HANDS]))
    for start in starts.tolist():
        place = int(np.searchsorted(focus, start, "right"))
        end = int(focus[place]) if place < len(focus) else len(events)
        if place and np.searchsorted(done, start) == np.searchsorted(done, focus[place - 1]):
            start = int(focus[place - 1])
        found[start:end] = True
    return found
