"""Blocked elements: that they were used is told, and nothing else."""

from collections.abc import Collection

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from deskhand.safeguards.event_edits import Edits

BLOCK, BLOCKED = "block", "blocked"
# What ends in an element after another may have been turned to: a key comes up late.
_ENDS = ("keyup", "pointerup", "blur")


def block(edits: Edits, blocked: Collection[str]) -> None:
    """Drop all rows of blocked elements; one row tells each stretch in which one was used.

    Parameters
    ----------
    edits : Edits
        What has been dropped so far is not told.
    blocked : collection of str
        Keys of elements.
    """
    if not blocked:
        return
    events = edits.session.events
    targets = events["target"].cast(pa.string()).combine_chunks()
    there = np.asarray(pc.is_valid(targets)) & ~edits.dropped
    rows = np.flatnonzero(there)
    named = targets.take(rows).to_pylist()
    kinds = events["type"].cast(pa.string()).take(rows).to_pylist()
    used = None
    for row, target, kind in zip(rows.tolist(), named, kinds, strict=True):
        edits.dropped[row] = target in blocked
        if kind in _ENDS or target == used:
            continue
        used = target
        if target in blocked:
            first = events.slice(row, 1).to_pylist()[0]
            here = {name: first[name] for name in ("app", "window", "target")}
            told = {**here, "reason": BLOCKED, "policy": BLOCK}
            edits.before(row, first["t_us"], "redaction", told)
