"""What goes wrong with whole sessions: no start, no end, one cut in two, two under one name, a name again."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from deskhand.errors import DeskhandError
from deskhand.fleet.draws import check_rates, keyed_uniforms, one_of
from deskhand.fleet.tables import Fault
from deskhand.fleet.target import PoolBatch

# How far back a name that is used again may lie, in sessions of the shard (assumed).
REACH = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionFaults:
    """Rates of sessions.

    Parameters
    ----------
    missing_start, missing_end : float
        The first or the last event is not sent; of sessions whose batch keeps another event, from 0
        to 0.5, and never both.
    split : float
        The session goes on under a new identifier from some batch on; of sessions of two batches or
        more. It and the next two exclude one another.
    merged : float
        It carries the identifier of the device's session before it, from 0 to 1/6: of two
        neighbours only one can be the other's heir.
    reused_id : float
        It carries the identifier of an earlier session of another device.
    """

    missing_start: float = 0.0
    missing_end: float = 0.0
    split: float = 0.0
    merged: float = 0.0
    reused_id: float = 0.0

    def __post_init__(self) -> None:
        check_rates(
            self, missing_start=0.5, missing_end=0.5, split=1 / 3, merged=1 / 6, reused_id=1 / 3
        )


class SessionFates(NamedTuple):
    """What becomes of sessions; shape (n,) each."""

    faults: npt.NDArray[np.uint32]
    cut: npt.NDArray[
        np.int32
    ]  # position of the batch from which on it is a session of its own, or 0
    alias: npt.NDArray[np.int64]  # row of the session whose identifier it carries; its own, if none


class Parts(NamedTuple):
    """Sessions after splits: a row of the sessions before, and batches [first, last) of it."""

    row: npt.NDArray[np.int64]
    first: npt.NDArray[np.int32]
    last: npt.NDArray[np.int32]


def session_fates(
    settings: SessionFaults,
    seed: int,
    device: npt.NDArray[np.int32],
    which: npt.NDArray[np.int32],
    batches: npt.NDArray[np.int32],
    first_events: npt.NDArray[np.int32],
    last_events: npt.NDArray[np.int32],
) -> SessionFates:
    """Return what becomes of the sessions of a shard.

    Parameters
    ----------
    settings : SessionFaults
    seed : int
        The plan's seed.
    device, which : ndarray of int32, shape (n,)
        As `deskhand.fleet.schedule.session_starts` gives them, in order of start; whose identifier
        is used again depends on the whole shard, all else on the session alone.
    batches, first_events, last_events : ndarray of int32, shape (n,)
        How many batches a session has, and how many events its first and its last batch.

    Returns
    -------
    SessionFates

    Examples
    --------
    >>> device, which = np.array([4, 4, 9], np.int32), np.array([0, 1, 0], np.int32)
    >>> two = np.array([2, 2, 2], np.int32)
    >>> fates = session_fates(SessionFaults(), 7, device, which, two, two, two)
    >>> fates.alias.tolist(), fates.cut.tolist(), fates.faults.tolist()
    ([0, 1, 2], [0, 0, 0], [0, 0, 0])
    """
    ends = one_of(
        seed,
        "fleet.session.ends",
        {Fault.MISSING_START: settings.missing_start, Fault.MISSING_END: settings.missing_end},
        device,
        which,
    )
    ends[(ends == Fault.MISSING_START) & (first_events < 2)] = 0
    ends[(ends == Fault.MISSING_END) & (last_events < 2)] = 0
    # As in `transport`: a device's sessions are paired by lot, and a pair is struck at twice the rate.
    name = one_of(
        seed,
        "fleet.session.name",
        {
            Fault.SPLIT: settings.split,
            Fault.MERGED: 2.0 * settings.merged,
            Fault.REUSED_ID: settings.reused_id,
        },
        device,
        which,
    )
    name[(name == Fault.SPLIT) & (batches < 2)] = 0
    lot = (keyed_uniforms(seed, "fleet.session.pairs", device) * 2.0).astype(np.int64)
    heir = (which > 0) & ((which + lot) % 2 == 0)
    name[(name == Fault.MERGED) & ~heir] = 0
    alias = np.arange(len(device), dtype=np.int64)
    heirs = np.flatnonzero(name == Fault.MERGED)
    by_name = np.lexsort((which, device))
    place = np.empty(len(device), np.int64)
    place[by_name] = np.arange(len(device))
    alias[heirs] = by_name[place[heirs] - 1]
    again = np.flatnonzero(name == Fault.REUSED_ID)
    owners = _owners(seed, device, which, again)
    name[again[owners < 0]] = 0
    alias[again[owners >= 0]] = owners[owners >= 0]
    # Who takes a name that was taken itself carries the first owner's.
    while not np.array_equal(alias[alias], alias):
        alias = alias[alias]
    share = keyed_uniforms(seed, "fleet.session.cut", device, which)
    cut = 1 + (share * (batches - 1)).astype(np.int32)
    return SessionFates(ends | name, np.where(name == Fault.SPLIT, cut, 0).astype(np.int32), alias)


def split_parts(cut: npt.NDArray[np.int32], batches: npt.NDArray[np.int32]) -> Parts:
    """Return the sessions after splits, in the order of those before.

    Parameters
    ----------
    cut : ndarray of int32, shape (n,)
        Of `SessionFates`.
    batches : ndarray of int32, shape (n,)

    Examples
    --------
    >>> parts = split_parts(np.array([0, 1], np.int32), np.array([3, 4], np.int32))
    >>> [column.tolist() for column in parts]
    [[0, 1, 1], [0, 0, 1], [3, 1, 4]]
    """
    row = np.repeat(np.arange(len(cut), dtype=np.int64), np.where(cut > 0, 2, 1))
    second = np.append(False, row[1:] == row[:-1])[: len(row)]
    cut_here = np.where(cut[row] > 0, cut[row], batches[row])
    return Parts(
        row,
        np.where(second, cut_here, 0).astype(np.int32),
        np.where(second, batches[row], cut_here).astype(np.int32),
    )


def without_end(batch: PoolBatch, kind: Fault) -> PoolBatch:
    """Return a batch without its first (`MISSING_START`) or last (`MISSING_END`) event.

    Raises
    ------
    DeskhandError
        When nothing would be left.

    Examples
    --------
    >>> batch = PoolBatch(0, [b"a", b"b"], np.arange(2, dtype=np.int32), np.arange(2))
    >>> without_end(batch, Fault.MISSING_START).records
    [b'b']
    """
    if len(batch.records) < 2:
        raise DeskhandError(
            f"pool batch {batch.pool_batch} has one event: without it nothing is left; strike another."
        )
    kept = slice(1, None) if kind is Fault.MISSING_START else slice(0, -1)
    return PoolBatch(batch.pool_batch, list(batch.records[kept]), batch.seq[kept], batch.t_us[kept])


def _owners(
    seed: int,
    device: npt.NDArray[np.int32],
    which: npt.NDArray[np.int32],
    again: npt.NDArray[np.int64],
) -> npt.NDArray[np.int64]:
    """Return the earlier row of another device that each row takes its identifier from, or -1."""
    share = keyed_uniforms(seed, "fleet.session.owner", device[again], which[again])
    owners = again - 1 - (share * np.minimum(again, REACH)).astype(np.int64)
    return np.where((owners >= 0) & (device[owners] != device[again]), owners, -1)
