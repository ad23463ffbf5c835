"""What a service should have stored: the plan's batches, and what the run knows about each."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from deskhand.errors import DeskhandError
from deskhand.fleet.plan_files import Plan
from deskhand.fleet.tables import KEY_BATCHES, KEY_SESSIONS, Outcome
from deskhand.manifest import RUN_FILE, read_record

Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int8]

# What is known of a batch, or of an event of it, from worst to best; the best of all attempts counts.
NEVER_SENT, REFUSED, PERHAPS, TAKEN = -1, 0, 1, 2
_RANK = np.array([TAKEN, REFUSED, PERHAPS], np.int8)  # by `Outcome`
assert (Outcome.OK, Outcome.FAIL, Outcome.UNKNOWN) == (0, 1, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """Events of the pool's batches: those of row i are ``seq[first[i] : first[i] + events[i]]``."""

    first: Ints
    events: Ints
    checksum: npt.NDArray[np.uint64]
    seq: Ints
    row_hash: npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pieces:
    """Parts of batches that were sent in halves, shape (k,) each."""

    batch: Ints  # place of the batch
    first_seq: Ints
    last_seq: Ints
    rank: Codes
    status: Ints  # of the last attempt


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """Batches of a plan in order of their numbers, shape (n,) each, and sessions (m,)."""

    seed: int
    plan_id: str
    run_id: str | None
    start_unix_us: int | None  # of the run
    session_number: Ints  # (m,) whose identifiers are used, ascending
    batch_number: Ints
    session: Ints  # place in session_number
    device: Ints
    pool_row: Ints
    expected: Codes
    faults: npt.NDArray[np.uint32]
    rank: Codes
    status: Ints  # of the last attempt
    done_us: Ints  # Unix time of the first good answer, else of the last attempt's end; -1 if none
    split: npt.NDArray[np.bool_]
    pieces: Pieces
    pool: Pool


def read_expectation(plan: Path, run: Path | None = None) -> Expectation:
    """Return what should be stored.

    Parameters
    ----------
    plan : pathlib.Path
        A plan's folder.
    run : pathlib.Path, optional
        A run's folder; without, every batch that is to be accepted was sent and taken.

    Returns
    -------
    Expectation

    Raises
    ------
    DeskhandError
        When a file is missing or unreadable, or the run is not one of this plan.
    """
    key = Plan.load(plan)
    pool = _pool(key)
    batches = pa.concat_tables([KEY_BATCHES.empty_table(), *map(key.batches, key.shards)])
    batches = batches.drop_columns(["digest"]).sort_by("batch")
    sessions = pa.concat_tables([KEY_SESSIONS.empty_table(), *map(key.sessions, key.shards)])
    sessions = sessions.select(["session", "alias"]).sort_by("session")
    number = _ints(batches, "batch")
    row = _found(_ints(sessions, "session"), _ints(batches, "session"), "session")
    session_number, place = np.unique(_ints(sessions, "alias")[row], return_inverse=True)
    run_id = start_unix_us = None
    expected = batches["expected"].to_numpy().astype(np.int8)
    pieces = _no_pieces()
    if run is None:
        # Without a history all is thought to have been sent, and answered as it should be.
        rank = np.array([TAKEN, REFUSED, PERHAPS, NEVER_SENT], np.int8)[expected]
        status = np.zeros(len(number), np.int64)
        done_us = np.full(len(number), -1, np.int64)
        split = np.zeros(len(number), np.bool_)
    else:
        run_record = read_record(run / RUN_FILE)
        if run_record.get("plan_sha256") != key.sha256:
            raise DeskhandError(
                f"{run}: a run of another plan (its plan_sha256 is {run_record.get('plan_sha256')}, "
                f"that of {plan} is {key.sha256}); name the plan that was run."
            )
        run_id = run_record.get("run_id")
        start_unix_us = run_record.get("start_unix_us")
        rank, status, done_us, split, pieces = _read_history(run, number, start_unix_us or 0)
    return Expectation(
        seed=key.seed,
        plan_id=str(key.record["run_id"]),
        run_id=run_id,
        start_unix_us=start_unix_us,
        session_number=session_number,
        batch_number=number,
        session=place.astype(np.int64),
        device=_ints(batches, "device"),
        pool_row=_found(np.arange(len(pool.events)), _ints(batches, "pool_batch"), "pool_batch"),
        expected=expected,
        faults=np.asarray(batches["faults"].to_numpy(), np.uint32),
        rank=rank,
        status=status,
        done_us=done_us,
        split=split,
        pieces=pieces,
        pool=pool,
    )


def _ints(table: pa.Table, name: str) -> Ints:
    return np.asarray(table[name].to_numpy(), np.int64)


def _found(known: Ints, wanted: Ints, what: str) -> Ints:
    """Return places of numbers in ascending ones."""
    place = np.minimum(np.searchsorted(known, wanted), max(len(known) - 1, 0))
    strange = known[place] != wanted if len(known) else np.ones(len(wanted), np.bool_)
    if strange.any():
        raise DeskhandError(
            f"{what} {wanted[strange][0]} is not in the plan; are its files and the run's of one plan?"
        )
    return place.astype(np.int64)


def _pool(plan: Plan) -> Pool:
    owner = _ints(plan.pool_events, "pool_batch")
    row_hash = np.asarray(plan.pool_events["row_hash"].to_numpy(), np.uint64)
    number = np.arange(plan.pool_batches.num_rows)
    first = np.searchsorted(owner, number)
    last = np.searchsorted(owner, number, side="right")
    with np.errstate(over="ignore"):
        sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum(row_hash, dtype=np.uint64)])
        checksum = sums[last] - sums[first]
    return Pool(
        first=first.astype(np.int64),
        events=(last - first).astype(np.int64),
        checksum=checksum,
        seq=_ints(plan.pool_events, "seq"),
        row_hash=row_hash,
    )


def _no_pieces() -> Pieces:
    nothing = np.zeros(0, np.int64)
    return Pieces(
        batch=nothing,
        first_seq=nothing,
        last_seq=nothing,
        rank=np.zeros(0, np.int8),
        status=nothing,
    )


def _read_history(run: Path, number: Ints, start_unix_us: int) -> tuple[Any, ...]:
    files = sorted((run / "history").glob("part-*.parquet"))
    if not files:
        raise DeskhandError(
            f"{run / 'history'}: no part-*.parquet; name a folder that `deskhand fleet run` wrote."
        )
    names = ["batch", "first_seq", "last_seq", "done_us", "status", "outcome"]
    try:
        history = pa.concat_tables([pq.read_table(path, columns=names) for path in files])
        history = history.select(names)
    except (OSError, KeyError, pa.ArrowException) as error:
        raise DeskhandError(f"{run / 'history'}: cannot be read ({error}); run again.") from error
    columns = {name: _ints(history, name) for name in names}
    # Parts are told by their range: two copies of a batch need not number their halves alike.
    part = (columns["first_seq"] << 32) | columns["last_seq"]
    order = np.lexsort((columns["done_us"], part, columns["batch"]))
    part = part[order]
    columns = {name: column[order] for name, column in columns.items()}
    batch = _found(number, columns["batch"], "batch")
    rank = _RANK[columns["outcome"]]
    total = len(number)
    best = np.full(total, NEVER_SENT, np.int8)
    np.maximum.at(best, batch, rank)
    # The first good answer counts; when there is none, the last attempt may be the one that came through.
    done_us = np.full(total, -1, np.int64)
    ended_us = np.where(rank == TAKEN, columns["done_us"], -columns["done_us"])
    lateness = np.lexsort((ended_us, rank != TAKEN, batch))
    firsts = np.flatnonzero(np.diff(batch[lateness], prepend=-1))
    done_us[batch[lateness][firsts]] = columns["done_us"][lateness][firsts] + start_unix_us
    new_batch = np.diff(batch, prepend=-1) != 0
    starts = np.flatnonzero(new_batch | (np.diff(part, prepend=-1) != 0))
    ends = np.append(starts[1:], len(batch))[: len(starts)] - 1
    split = np.bincount(batch[starts], minlength=total) > 1
    part_rank = np.maximum.reduceat(rank, starts) if len(starts) else rank
    status = np.zeros(total, np.int64)
    status[batch[ends]] = columns["status"][ends]
    kept = split[batch[ends]]
    pieces = Pieces(
        batch=batch[ends][kept],
        first_seq=columns["first_seq"][starts][kept],
        last_seq=columns["last_seq"][starts][kept],
        rank=part_rank[kept],
        status=columns["status"][ends][kept],
    )
    return best, status, done_us, split, _leaves(pieces)


def _leaves(pieces: Pieces) -> Pieces:
    """Return the parts without those that were refused as too large and sent again in halves."""
    order = np.lexsort((-pieces.last_seq, pieces.first_seq, pieces.batch))
    batch, first, last = pieces.batch[order], pieces.first_seq[order], pieces.last_seq[order]
    halved = np.zeros(len(order), np.bool_)
    halved[:-1] = (batch[1:] == batch[:-1]) & (first[1:] <= last[:-1])
    kept = order[~(halved & (pieces.rank[order] == REFUSED))]
    return Pieces(
        batch=pieces.batch[kept],
        first_seq=pieces.first_seq[kept],
        last_seq=pieces.last_seq[kept],
        rank=pieces.rank[kept],
        status=pieces.status[kept],
    )
