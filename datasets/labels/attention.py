"""What a person's mind is on during each action, derived from what the session records.

A day's plan moves attention between processes and keeps no record of it; what it leaves are tasks that
begin before another has ended, absences with their reasons, and the lock screen. So this is derived,
and a session that was transformed is labelled by the same rules.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from deskhand.datasets.tables import AWAY
from deskhand.session import Session

_BREAKS = ("break", "lunch")
_UNLOCK = "auth.unlock"


def attention(
    session: Session, rows: Sequence[Mapping[str, Any]], action_id: NDArray[np.int32]
) -> list[str]:
    """Return the state of mind of each action: one of `deskhand.datasets.tables.ATTENTION`.

    Parameters
    ----------
    session : Session
        Its absences have reasons.
    rows : sequence of mapping
        Its actions, with those that were added, in the order of their numbers.
    action_id : NDArray[np.int32], shape (number of events,)
        The action of each event.
    """
    nested = _nested([row["task"] for row in rows if row["verb"] != AWAY])
    reasons = _reasons(session, action_id)
    states = []
    for row in rows:
        verb = row["verb"]
        if verb == AWAY:
            states.append("break" if reasons.get(row["action_id"]) in _BREAKS else "away")
        elif row["scenario"] == _UNLOCK:
            states.append("locked")
        elif row["task"] in nested:
            states.append("interrupted")
        else:
            states.append({"read": "reading", "wait_for": "waiting"}.get(verb, "on task"))
    return states


def _nested(tasks: Sequence[int]) -> set[int]:
    """Return the tasks that begin while an earlier one is not finished, which goes on after them.

    Task 0 is what stands around the others, such as the day.

    Examples
    --------
    >>> sorted(_nested([0, 1, 1, 2, 2, 1, 3, 0]))
    [2]
    """
    last = {task: place for place, task in enumerate(tasks)}
    inner: set[int] = set()
    for place, task in enumerate(tasks):
        if task in inner or task == 0:
            continue
        began_before = (other for other in last if 0 < other < task)
        if any(last[other] > place for other in began_before):
            inner.add(task)
    return inner


def _reasons(session: Session, action_id: NDArray[np.int32]) -> dict[int, str]:
    events = session.events
    starts = pc.equal(events["type"].cast(pa.string()), "idle.start")
    rows = np.flatnonzero(starts.to_numpy(zero_copy_only=False))
    words = pc.take(events["reason"], rows).to_pylist()
    return dict(zip(action_id[rows].tolist(), words, strict=True))
