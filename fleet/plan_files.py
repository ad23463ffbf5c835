"""The folder of a plan: what it holds, and how it is read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from deskhand.errors import DeskhandError
from deskhand.fleet.sent import sent_batches
from deskhand.fleet.tables import (
    DEVICES,
    FORMAT,
    KEY_BATCHES,
    KEY_SESSIONS,
    POOL_BATCHES,
    POOL_EVENTS,
    POOL_SESSIONS,
)
from deskhand.fleet.target import PoolBatch, Sent
from deskhand.manifest import read_record

PLAN_FILE = "plan.json"
# What a reader relies on in it.
_MEMBERS: dict[str, Any] = {
    **dict.fromkeys(("run_id", "provenance_id", "target"), str),
    "seed": int,
    "start_unix_us": int,
    "compression": (int, float),
    "shards": list,
    "files": dict,
}


def shard_name(number: int) -> str:
    """Return the name of a shard's folder.

    Examples
    --------
    >>> shard_name(3)
    'shard-00003'
    """
    return f"shard-{number:05d}"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A plan that is complete.

    Parameters
    ----------
    folder : pathlib.Path
    record : mapping
        What ``plan.json`` holds.
    """

    folder: Path
    record: Mapping[str, Any]

    @classmethod
    def load(cls, folder: Path) -> "Plan":
        """Open a plan.

        Raises
        ------
        DeskhandError
            When the folder holds none, or one that is not complete or of another version.
        """
        if not (folder / PLAN_FILE).is_file():
            raise DeskhandError(
                f"{folder}: holds no complete plan; make one with `deskhand fleet plan DESCRIPTION "
                f"--out {folder}` (with --resume, if one was begun)."
            )
        record = read_record(folder / PLAN_FILE)
        known = isinstance(record, dict) and record.get("format") == FORMAT
        if not known or not all(isinstance(record.get(n), kind) for n, kind in _MEMBERS.items()):
            raise DeskhandError(
                f"{folder / PLAN_FILE}: not a plan of the format {FORMAT}; plan it again with this version."
            )
        plan = cls(folder=folder, record=record)
        for name in record["files"]:
            if not (folder / name).is_file():
                raise DeskhandError(f"{folder / name}: missing from the plan; plan it again.")
        return plan

    @property
    def seed(self) -> int:
        """The plan's seed."""
        return int(self.record["seed"])

    @property
    def sha256(self) -> str:
        """The hash of ``plan.json``, which holds the hashes of all other files."""
        return sha256((self.folder / PLAN_FILE).read_bytes()).hexdigest()

    @property
    def shards(self) -> list[str]:
        """Names of the shards, in order."""
        return [shard["name"] for shard in self.record["shards"]]

    @cached_property
    def pool_sessions(self) -> pa.Table:
        """Sessions that were rendered."""
        return self._table("pool/sessions.parquet", POOL_SESSIONS)

    @cached_property
    def pool_batches(self) -> pa.Table:
        """Their batches, and variants of these."""
        return self._table("pool/batches.parquet", POOL_BATCHES)

    @cached_property
    def pool_events(self) -> pa.Table:
        """Events of the batches, sorted by batch and place."""
        return self._table("pool/events.parquet", POOL_EVENTS)

    def devices(self, shard: str) -> pa.Table:
        """Devices of a shard."""
        return self._table(f"{shard}/devices.parquet", DEVICES)

    def sessions(self, shard: str) -> pa.Table:
        """Sessions of a shard's answer key."""
        return self._table(f"{shard}/sessions.parquet", KEY_SESSIONS)

    def batches(self, shard: str) -> pa.Table:
        """Batches of a shard's answer key, in order of intended time."""
        return self._table(f"{shard}/batches.parquet", KEY_BATCHES)

    @cached_property
    def pool_columns(self) -> Mapping[str, Any]:
        """The columns of the pool's batches, by their number."""
        return columns_of(self.pool_batches)

    def sent(self, shard: str, batches: pa.Table) -> Iterator[Sent]:
        """Yield what is unique about some batches of a shard, in their order."""
        return sent_batches(
            seed=self.seed,
            run_id=self.record["run_id"],
            start_unix_us=self.record["start_unix_us"],
            pool=self.pool_columns,
            sessions=columns_of(self.sessions(shard)),
            batches=columns_of(batches.drop_columns(["digest"])),
        )

    def pool_batch_list(self) -> list[PoolBatch]:
        """Return the pool's batches with their records, to make bodies of."""
        return pool_batch_list(self.pool_events)

    def _table(self, name: str, schema: pa.Schema) -> pa.Table:
        path = self.folder / name
        try:
            table = pq.read_table(path, partitioning=None)
        except (OSError, pa.ArrowInvalid) as error:
            raise DeskhandError(f"{path}: cannot be read ({error}); plan it again.") from error
        if not table.schema.equals(schema):
            raise DeskhandError(f"{path}: other columns than this version's; plan it again.")
        return table.combine_chunks()


def columns_of(table: pa.Table) -> dict[str, Any]:
    """Return a table's columns as arrays."""
    return {name: table[name].to_numpy() for name in table.column_names}


def pool_batch_list(events: pa.Table) -> list[PoolBatch]:
    """Return the batches that a table of pool events holds, by their number.

    Parameters
    ----------
    events : pyarrow.Table
        Of the schema `POOL_EVENTS`, sorted by batch.
    """
    whose = events["pool_batch"].to_numpy()
    if not len(whose):
        return []
    starts = np.searchsorted(whose, np.arange(int(whose[-1]) + 2))
    records = events["record"].to_pylist()
    seq, t_us = events["seq"].to_numpy(), events["t_us"].to_numpy()
    return [
        PoolBatch(number, records[first:last], seq[first:last], t_us[first:last])
        for number, (first, last) in enumerate(pairwise(starts))
    ]
