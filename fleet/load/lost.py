"""What a lost worker may have sent: its last attempts stand in no history, so nothing is known of them."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from deskhand.fleet.load.due import blocks
from deskhand.fleet.plan_files import Plan
from deskhand.fleet.tables import HISTORY, Outcome

LOST = "a worker was lost; what it sent last is not known"


def write_lost(
    history: Path, plan: Plan, which: int, of: int, compression: float, lost_us: int
) -> int:
    """Write a row for each batch that was due and is not known to have been taken.

    Parameters
    ----------
    history : pathlib.Path
        The run's.
    plan : Plan
    which, of : int
        The worker and how many there were.
    compression : float
        Seconds of the plan in a second of the run.
    lost_us : int
        When the worker was missed.

    Returns
    -------
    int
        How many rows there are.
    """
    files = sorted(history.glob(f"part-{which:03d}-*.parquet"))
    names = ["batch", "copy", "outcome"]
    known = [pq.read_table(file, columns=names, partitioning=None) for file in files]
    rows = pa.concat_tables(known) if known else HISTORY.empty_table().select(names)
    name = _name(rows["batch"].to_numpy(), rows["copy"].to_numpy())
    taken = name[rows["outcome"].to_numpy() == Outcome.OK]
    pool = {name: plan.pool_batches[name].to_numpy() for name in ("first_seq", "last_seq")}
    made = []
    for block in blocks(plan, which, of):
        at_us = np.rint(block["intended_us"] / compression).astype(np.int64)
        row = np.repeat(np.arange(len(at_us)), block["copies"])
        copy = np.arange(len(row)) - np.searchsorted(row, row)
        here = _name(block["batch"][row], copy)
        unknown = (at_us[row] <= lost_us) & ~np.isin(here, taken)
        row, copy, here = row[unknown], copy[unknown], here[unknown]
        zero, count = np.zeros(len(row), np.int64), len(row)
        columns = {
            "batch": block["batch"][row],
            "copy": copy,
            "attempt": np.isin(here, name),
            "first_seq": pool["first_seq"][block["pool_batch"][row]],
            "last_seq": pool["last_seq"][block["pool_batch"][row]],
            "intended_us": at_us[row],
            "sent_us": at_us[row],
            "done_us": np.full(count, lost_us),
            "outcome": np.full(count, int(Outcome.UNKNOWN)),
        }
        error = pa.DictionaryArray.from_arrays(pa.array(zero, pa.int16()), pa.array([LOST]))
        table = {
            field.name: error
            if field.name == "error"
            else pa.array(columns.get(field.name, zero).astype(np.int64)).cast(field.type)
            for field in HISTORY
        }
        made.append(pa.table(table, schema=HISTORY))
    if made:
        pq.write_table(pa.concat_tables(made), history / f"part-{which:03d}-lost.parquet")
    return sum(table.num_rows for table in made)


def _name(batch: np.ndarray, copy: np.ndarray) -> np.ndarray:
    """Return one number for a copy of a batch; there are two copies at most."""
    named: np.ndarray = batch.astype(np.int64) * 2 + copy
    return named
