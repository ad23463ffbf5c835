"""Stored rows in time: those stored after a later event of their batch, and those stored late."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from deskhand.fleet.tables import Expected
from deskhand.fleet.verify.expectation import PERHAPS, Expectation, Ints
from deskhand.fleet.verify.match import Findings
from deskhand.fleet.verify.rows import Stored

NOWHERE = -1


class Origins(NamedTuple):
    """Which batch stored rows are of."""

    batch: Ints  # place, or NOWHERE; shape (rows,)
    unclear: int  # sessions whose batches hold the same numbers, so that a row does not tell


def origins(expectation: Expectation, stored: Stored) -> Origins:
    """Return the batch of each row: as stored, else the one that has its session and its number.

    Parameters
    ----------
    expectation : Expectation
    stored : Stored

    Returns
    -------
    Origins
        Rows of batches that were never sent are of none.
    """
    may = (expectation.rank >= PERHAPS) & (expectation.expected != Expected.REJECT)
    pool, row = expectation.pool, expectation.pool_row
    may &= pool.events[row] > 0
    first, last = np.zeros(len(row), np.int64), np.full(len(row), -1, np.int64)
    first[may] = pool.seq[pool.first[row[may]]]
    last[may] = pool.seq[pool.first[row[may]] + pool.events[row[may]] - 1]
    unclear = 0
    if stored.batch is not None:
        batch = stored.batch.astype(np.int64)
        fits = np.append(expectation.session, -1)[batch] == stored.session
        batch[~fits] = NOWHERE
    else:
        places = np.flatnonzero(may)
        places = places[np.argsort((expectation.session[places] << 32) | first[places])]
        start = (expectation.session[places] << 32) | first[places]
        overlap = np.zeros(len(expectation.session_number) + 1, np.bool_)
        meet = (expectation.session[places[1:]] << 32 | last[places[:-1]]) >= start[1:]
        same = expectation.session[places[1:]] == expectation.session[places[:-1]]
        overlap[expectation.session[places[1:]][meet & same]] = True
        unclear = int(np.count_nonzero(overlap))
        key = (stored.session.astype(np.int64) << 32) | stored.seq
        slot = np.searchsorted(start, key, side="right") - 1
        batch = np.append(places, NOWHERE)[slot]
        fits = (batch >= 0) & (np.append(expectation.session, -2)[batch] == stored.session)
        batch[~fits | overlap[stored.session]] = NOWHERE
    inside = (stored.seq >= first[batch]) & (stored.seq <= last[batch])
    batch[~inside] = NOWHERE
    return Origins(batch, unclear)


def misordered(batch: Ints, stored: Stored, order: Ints) -> Findings:
    """Return rows that are stored after a row of their batch with a higher number.

    Parameters
    ----------
    batch : ndarray, shape (rows,)
        Of `origins`.
    stored : Stored
    order : ndarray, shape (rows,)
        The order of the service; equal values are in no order.

    Returns
    -------
    Findings
    """
    rows = np.flatnonzero(batch >= 0)
    key = (batch[rows] << 32) | stored.seq[rows]
    rows = rows[_firsts(key, order[rows])]
    rows = rows[np.lexsort((stored.seq[rows], order[rows], batch[rows]))]
    key = (batch[rows] << 32) | stored.seq[rows]
    # Batches ascend, so the highest key so far is of the same batch or lower.
    behind = key < np.maximum.accumulate(key) if len(key) else np.zeros(0, np.bool_)
    return _findings(batch, stored, rows[behind], "stored after a later event of its batch")


def late(batch: Ints, stored: Stored, time_us: Ints, done_us: Ints, late_us: int) -> Findings:
    """Return rows that were first stored too long after their batch was answered.

    Parameters
    ----------
    batch : ndarray, shape (rows,)
        Of `origins`.
    stored : Stored
    time_us : ndarray, shape (rows,)
        Unix time of storing, or -1.
    done_us : ndarray, shape (batches,)
        Unix time of the answer, or -1.
    late_us : int
        How long is too long.

    Returns
    -------
    Findings
    """
    answered_us = np.append(done_us, -1)[batch]
    rows = np.flatnonzero((batch >= 0) & (answered_us >= 0) & (time_us >= 0))
    after = time_us[rows] - answered_us[rows] > late_us
    # A second copy may come at any time; that it is there is another matter.
    key = (batch[rows] << 32) | stored.seq[rows]
    after[after] = ~np.isin(key[after], key[~after])
    rows = rows[after]
    rows = rows[_firsts((batch[rows] << 32) | stored.seq[rows], time_us[rows])]
    return _findings(batch, stored, rows, f"stored more than {late_us / 1e6:g} s after the answer")


def _firsts(key: Ints, order: Ints) -> npt.NDArray[np.intp]:
    """Return places of the lowest order of each key."""
    by_key = np.lexsort((order, key))
    return by_key[np.flatnonzero(np.diff(key[by_key], prepend=-1))]


def _findings(batch: Ints, stored: Stored, rows: npt.NDArray[np.intp], note: str) -> Findings:
    return Findings(
        events=np.ones(len(rows), np.int64),
        batch=batch[rows],
        session=stored.session[rows].astype(np.int64),
        seq=stored.seq[rows].astype(np.int64),
        row=rows.astype(np.int64),
        note=note,
    )
