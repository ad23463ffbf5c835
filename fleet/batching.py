"""A capture client's batcher: it closes a batch at so many events, so many bytes, or so old."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from deskhand.fleet.description import Batcher


class Closed(NamedTuple):
    """Batches of one session: events [first, last) and when each batch is closed."""

    first: npt.NDArray[np.int64]
    last: npt.NDArray[np.int64]
    ready_us: npt.NDArray[np.int64]


class Body(NamedTuple):
    """What events come to in the body of a service, and the most that they may."""

    event_bytes: npt.NDArray[np.int64]
    most_bytes: int


def batches_of(
    settings: Batcher,
    t_us: npt.NDArray[np.int64],
    record_bytes: npt.NDArray[np.int64],
    body: Body | None = None,
) -> Closed:
    """Return how a client cuts a session into batches.

    Parameters
    ----------
    settings : Batcher
    t_us : ndarray of int64, shape (n,)
        Since the session's start, in order; what is left at the end goes with the last event.
    record_bytes : ndarray of int64, shape (n,)
        Length of each record.
    body : Body, optional
        A further bound, of a service whose clients make no larger bodies.

    Returns
    -------
    Closed

    Examples
    --------
    >>> t_us = np.array([0, 1, 2, 3, 9_000_000])
    >>> made = batches_of(Batcher(max_events=3, max_age_s=5), t_us, np.full(5, 100))
    >>> [column.tolist() for column in made]
    [[0, 3, 4], [3, 4, 5], [2, 5000003, 9000000]]
    """
    bounds = [(np.concatenate([[0], np.cumsum(record_bytes)]), settings.max_bytes)]
    if body is not None:
        bounds.append((np.concatenate([[0], np.cumsum(body.event_bytes)]), body.most_bytes))
    age_us = round(settings.max_age_s * 1e6)
    first, last, ready_us = [], [], []
    at, end = 0, len(t_us)
    # A step a batch, of which a session has some tens; the pool holds few sessions.
    while at < end:
        full = min(at + settings.max_events, end)
        for held, most in bounds:
            full = min(full, int(np.searchsorted(held, held[at] + most, "right")) - 1)
        full = max(full, at + 1)
        due_us = int(t_us[at]) + age_us
        old = int(np.searchsorted(t_us, due_us, "left"))
        stop = min(full, max(old, at + 1))
        first.append(at)
        last.append(stop)
        ready_us.append(due_us if old < full else int(t_us[stop - 1]))
        at = stop
    return Closed(*(np.array(column, np.int64) for column in (first, last, ready_us)))
