"""Batches in the order in which they are due, over all shards, without ever holding a whole plan."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq

from deskhand.fleet.load.job import Job
from deskhand.fleet.plan_files import Plan
from deskhand.fleet.sent import sent_batches
from deskhand.fleet.tables import Expected

Columns = Mapping[str, npt.NDArray[Any]]

_ROWS = 8_192  # of a shard that are read at once
_COLUMNS = [
    *("batch", "session", "device", "pool_batch", "position"),
    *("intended_us", "device_us", "copies", "faults", "expected"),
]


class Totals(NamedTuple):
    """What a plan wants."""

    intended: int  # sends, with duplicates
    unsent: int  # batches that the client drops
    seconds: float  # until the last one is due


def totals(plan: Plan, compression: float) -> Totals:
    """Return what a plan wants to be sent.

    Parameters
    ----------
    plan : Plan
    compression : float
        Seconds of the plan in a second of the run.
    """
    intended = unsent = last_us = 0
    for shard in plan.shards:
        path = plan.folder / shard / "batches.parquet"
        rows = pq.read_table(path, columns=["intended_us", "copies", "expected"])
        wanted = rows["expected"].to_numpy() != Expected.UNSENT
        intended += int(rows["copies"].to_numpy()[wanted].sum(dtype=np.int64))
        unsent += int(np.count_nonzero(~wanted))
        last_us = max(last_us, int(rows["intended_us"].to_numpy()[wanted].max(initial=0)))
    return Totals(intended, unsent, last_us / compression / 1e6)


def _shard(plan: Plan, shard: str, which: int, of: int) -> Iterator[Columns]:
    """Yield blocks of a shard's batches that one worker sends, with what is needed of their sessions."""
    key = pq.read_table(
        plan.folder / shard / "sessions.parquet",
        columns=["session", "alias", "device", "device_start_us"],
    )
    key = key.filter(key["device"].to_numpy() % of == which).sort_by("session")
    sessions = {name: key[name].to_numpy() for name in ("session", "alias", "device_start_us")}
    with pq.ParquetFile(plan.folder / shard / "batches.parquet") as file:
        for block in file.iter_batches(batch_size=_ROWS, columns=_COLUMNS):
            rows = {name: block[name].to_numpy() for name in _COLUMNS}
            taken = rows["device"] % of == which
            taken &= rows["expected"] != Expected.UNSENT
            if not taken.any():
                continue
            rows = {name: column[taken] for name, column in rows.items()}
            place = np.searchsorted(sessions["session"], rows["session"])
            yield rows | {
                "alias": sessions["alias"][place],
                "device_start_us": sessions["device_start_us"][place],
            }


def blocks(plan: Plan, which: int = 0, of: int = 1) -> Iterator[Columns]:
    """Yield a worker's batches of all shards by intended time, in blocks of columns.

    Parameters
    ----------
    plan : Plan
        Its shards are sorted by intended time.
    which, of : int
        Those devices whose number leaves `which` when divided by `of`.
    """
    sources = [_shard(plan, shard, which, of) for shard in plan.shards]
    heads = [next(source, None) for source in sources]
    while any(head is not None for head in heads):
        # All that comes before the end of the block that ends first: nothing earlier can follow.
        until_us = min(int(head["intended_us"][-1]) for head in heads if head is not None)
        parts = []
        for place, head in enumerate(heads):
            if head is None:
                continue
            cut = int(np.searchsorted(head["intended_us"], until_us, side="right"))
            parts.append({name: column[:cut] for name, column in head.items()})
            if cut == len(head["intended_us"]):
                heads[place] = next(sources[place], None)
            else:
                heads[place] = {name: column[cut:] for name, column in head.items()}
        joined = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        order = np.lexsort((joined["batch"], joined["intended_us"]))
        yield {name: column[order] for name, column in joined.items()}


def due(plan: Plan, pool: Columns, rows: Columns, compression: float) -> Iterator[Job]:
    """Yield rows of a block, ready to be sent.

    Parameters
    ----------
    plan : Plan
    pool : mapping of str to ndarray
        Columns of the pool's batches.
    rows : mapping of str to ndarray
        A block, or some rows of one.
    compression : float
        Seconds of the plan in a second of the run.
    """
    # Each row brings its session along, so the row's own number stands for the session's.
    place = np.arange(len(rows["batch"]))
    sent = sent_batches(
        seed=plan.seed,
        run_id=plan.record["run_id"],
        start_unix_us=plan.record["start_unix_us"],
        pool=pool,
        sessions={
            "session": place,
            "alias": rows["alias"],
            "device_start_us": rows["device_start_us"],
        },
        batches={**rows, "session": place},
    )
    columns = (
        np.rint(rows["intended_us"] / compression).astype(np.int64),
        *(rows[name] for name in ("batch", "pool_batch", "copies", "faults")),
    )
    return map(Job, *(column.tolist() for column in columns), sent)
