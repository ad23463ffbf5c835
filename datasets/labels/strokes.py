"""Submovements seen from outside: the moves of an action, cut at the valleys of their speed."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from deskhand.behavior_models.submovement_parsing import submovement_numbers
from deskhand.session import Session


def parsed_strokes(
    session: Session, action_id: NDArray[np.int32]
) -> tuple[pa.Array, dict[int, int]]:
    """Return the submovement of each event, and how many each action has.

    Parameters
    ----------
    session : Session
        Its reports of the pointer are read.
    action_id : NDArray[np.int32], shape (number of events,)
        The action of each event.

    Returns
    -------
    submovements : pyarrow.Array of int8
        Counted from 0 within a movement, null for what is no report.
    counts : dict
        By the action's number, of actions with a movement.
    """
    events = session.events
    kinds = events["type"].cast(pa.string())
    rows = np.flatnonzero(pc.equal(kinds, "pointermove").to_numpy(zero_copy_only=False))
    number, counts = np.zeros(len(events), np.int8), {}
    if len(rows):
        # A press between two moves of one action ends a movement, too.
        first = np.append(True, (np.diff(action_id[rows]) != 0) | (np.diff(rows) > 1))
        begins = np.flatnonzero(first)
        count = np.diff(np.append(begins, len(rows)))
        t_us = events["t_us"].to_numpy()[rows]
        x, y = (
            pc.take(events[name], rows).to_numpy().astype(np.float64)
            for name in ("screen_x", "screen_y")
        )
        found = submovement_numbers(count, t_us - np.repeat(t_us[begins], count), x, y)
        number[rows] = found
        begun = first | np.append(True, found[1:] > found[:-1])
        owners, often = np.unique(action_id[rows][begun], return_counts=True)
        counts = dict(zip(owners.tolist(), often.tolist(), strict=True))
    null = np.ones(len(events), np.bool_)
    null[rows] = False
    return pa.array(number, mask=null), counts
