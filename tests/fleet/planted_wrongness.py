"""Wrongness that is planted in a store and a history, with the verdicts that it must bring."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa

from deskhand.fleet.tables import Expected, Outcome
from deskhand.fleet.verify.verdicts import Verdict
from tests.fleet.planned_world import World, events_of, write_run


class Planting:
    """A store and a history that go wrong bit by bit, and the verdicts that this must bring."""

    def __init__(self, world: World, draws: np.random.Generator) -> None:
        self.world = world
        self.draws = draws
        self.keep = np.ones(world.stored.num_rows, np.bool_)
        self.columns = {n: world.stored[n].to_pylist() for n in world.stored.column_names}
        self.more: list[dict[str, Any]] = []
        self.history = {name: column.copy() for name, column in world.history.items()}
        self.must: dict[str, int] = {}
        # Batches are touched once, so that no plant hides another.
        self.free = np.ones(len(world.alone), np.bool_)
        self.starts = np.flatnonzero(np.diff(world.batch, prepend=-1))

    def count(self, verdict: Verdict, events: int) -> None:
        self.must[str(verdict)] = self.must.get(str(verdict), 0) + events

    def batch(self, mask: npt.NDArray[np.bool_]) -> int:
        """Return a batch that was not touched yet."""
        chosen = int(self.draws.choice(np.flatnonzero(mask & self.free & self.world.alone)))
        self.free[chosen] = False
        return chosen

    def rows(self, batch: int) -> npt.NDArray[np.intp]:
        return np.flatnonzero(self.world.batch == batch)

    def surely_stored(self) -> npt.NDArray[np.bool_]:
        """Return batches that were answered ok, must be stored, and are comparable."""
        sure: npt.NDArray[np.bool_] = self.world.batches["expected"] == Expected.ACCEPT
        sure &= self.last("outcome") == Outcome.OK
        return sure & (np.bincount(self.world.batch, minlength=len(self.free)) > 3)

    def last(self, name: str) -> npt.NDArray[Any]:
        found = np.full(len(self.free), -1)
        found[self.world.history["batch"]] = self.world.history[name]
        return found

    def some(self, rows: npt.NDArray[np.intp]) -> list[int]:
        """Return one row, a few, or all."""
        size = int(self.draws.choice([1, min(3, len(rows)), len(rows)]))
        return sorted(self.draws.choice(rows, size, replace=False).tolist())

    def copy(self, row: int, **changes: Any) -> None:
        self.more.append({name: column[row] for name, column in self.columns.items()} | changes)

    def append_batch(self, batch: int) -> int:
        rows = events_of(self.world.plan, self.world.batches, np.array([batch]))
        rows = rows.drop_columns(["batch"])
        self.more += rows.to_pylist()
        return len(rows)

    # -- what can go wrong, each with the verdicts it must bring --

    def lost(self) -> None:
        rows = self.some(self.rows(self.batch(self.surely_stored())))
        self.keep[rows] = False
        self.count(Verdict.LOST, len(rows))

    def duplicated(self) -> None:
        times = int(self.draws.integers(1, 4))
        rows = self.some(self.rows(self.batch(self.surely_stored())))
        for row in rows * times:
            # That a second copy comes late is no other matter than that it comes.
            self.copy(row, stored_us=self.columns["stored_us"][row] + 60_000_000)
        self.count(Verdict.DUPLICATED, len(rows) * times)

    def duplicated_unknown(self) -> None:
        unknown = self.last("outcome") == Outcome.UNKNOWN
        present = np.bincount(self.world.batch, minlength=len(self.free)) > 0
        rows = self.rows(self.batch(unknown & present))
        for row in rows:
            self.copy(int(row))
        self.count(Verdict.DUPLICATED, len(rows))

    def corrupted(self) -> None:
        rows = self.some(self.rows(self.batch(self.surely_stored())))
        for row in rows:
            event = orjson.loads(self.columns["record"][row])
            how = int(self.draws.integers(6))
            if how == 0:
                event["t_us"] += 1
            elif how == 1:
                event["value"] = "other"
            elif how == 2:
                event["type"] = None
            elif how == 3:
                event["t_us"] = str(event["t_us"])
            elif how == 4:
                event["policy"] = 5
            else:
                event["seq"] += 1
            self.columns["record"][row] = orjson.dumps(event)
        self.count(Verdict.CORRUPTED, len(rows))

    def corrupted_unknown(self) -> None:
        unknown = self.last("outcome") == Outcome.UNKNOWN
        present = np.bincount(self.world.batch, minlength=len(self.free)) > 0
        rows = self.some(self.rows(self.batch(unknown & present)))
        for row in rows:
            event = orjson.loads(self.columns["record"][row])
            self.columns["record"][row] = orjson.dumps(event | {"value": "other"})
        self.count(Verdict.CORRUPTED, len(rows))

    def unreadable(self) -> None:
        rows = self.some(self.rows(self.batch(self.surely_stored())))
        for row in rows:
            record = self.columns["record"][row]
            how = int(self.draws.integers(7))
            self.columns["record"][row] = (
                record[:-1],
                record[: len(record) // 2],
                b"",
                None,
                b"[" + record + b"]",
                record + record,
                record[:-1] + b"\xff}",
            )[how]
        self.count(Verdict.CORRUPTED, len(rows))

    def spoilt_copy(self) -> None:
        row = self.some(self.rows(self.batch(self.surely_stored())))[0]
        self.copy(row, record=self.columns["record"][row].replace(b'"t_us":', b'"t_us":1'))
        self.count(Verdict.CORRUPTED, 1)

    def phantom_session(self) -> None:
        row = self.some(self.rows(self.batch(self.surely_stored())))[0]
        texts = ("syn_0000000000000000", "nonsense", "", None, self.columns["session_id"][row][:-1])
        self.copy(row, session_id=texts[int(self.draws.integers(len(texts)))])
        self.count(Verdict.PHANTOM, 1)

    def phantom_seq(self) -> None:
        row = self.some(self.rows(self.batch(self.surely_stored())))[0]
        seqs = (1_000_000, 2**31 + 5, -3, None)
        self.copy(row, seq=seqs[int(self.draws.integers(len(seqs)))])
        self.count(Verdict.PHANTOM, 1)

    def phantom_batch(self) -> None:
        unsent = self.world.batches["expected"] == Expected.UNSENT
        self.count(Verdict.PHANTOM, self.append_batch(self.batch(unsent)))

    def stored_though_refused(self) -> None:
        refused = (self.last("outcome") == Outcome.FAIL) & (self.last("status") == 503)
        accept = self.world.batches["expected"] == Expected.ACCEPT
        again = np.isin(np.arange(len(self.free)), self.unknown_first())
        self.count(Verdict.PHANTOM, self.append_batch(self.batch(refused & accept & ~again)))

    def unknown_first(self) -> npt.NDArray[Any]:
        """Return batches one attempt of which is unknown."""
        unknown = self.world.history["outcome"] == Outcome.UNKNOWN
        return np.unique(self.world.history["batch"][unknown])

    def misordered(self) -> None:
        rows = self.rows(self.batch(self.surely_stored()))
        row = int(self.draws.choice(rows[:-1]))
        order = self.columns["row"]
        order[row], order[row + 1] = order[row + 1], order[row]
        self.count(Verdict.MISORDERED, 1)

    def late(self) -> None:
        rows = self.some(self.rows(self.batch(self.surely_stored())))
        for row in rows:
            self.columns["stored_us"][row] += 11_000_000
        self.count(Verdict.LATE, len(rows))

    def wrongly_rejected(self) -> None:
        batch = self.batch(self.surely_stored())
        rows = self.rows(batch)
        self.keep[rows] = False
        of = self.history["batch"] == batch
        self.history["outcome"][of], self.history["status"][of] = int(Outcome.FAIL), 422
        self.count(Verdict.WRONGLY_REJECTED, len(rows))

    def wrongly_answered(self) -> None:
        reject = self.world.batches["expected"] == Expected.REJECT
        batch = self.batch(reject)
        of = self.history["batch"] == batch
        self.history["outcome"][of], self.history["status"][of] = int(Outcome.OK), 200
        pool = self.world.plan.pool_columns["events"]
        if self.draws.random() < 0.5:
            self.append_batch(batch)
        self.count(Verdict.WRONGLY_ACCEPTED, int(pool[self.world.batches["pool_batch"][batch]]))

    def wrongly_stored(self) -> None:
        batch = self.batch(self.world.batches["expected"] == Expected.REJECT)
        self.count(Verdict.WRONGLY_ACCEPTED, self.append_batch(batch))

    def done(self) -> pa.Table:
        schema = self.world.stored.schema.set(3, pa.field("seq", pa.int64()))
        table = pa.table(self.columns, schema=schema).filter(pa.array(self.keep))
        for place, one in enumerate(self.more):
            # What is stored once more comes last, and at once.
            one["row"] = 10_000_000 + place
        order = self.draws.permutation(table.num_rows + len(self.more))
        return pa.concat_tables([table, pa.Table.from_pylist(self.more, schema)]).take(order)


PLANTS: tuple[Callable[[Planting], None], ...] = (
    Planting.lost,
    Planting.duplicated,
    Planting.duplicated_unknown,
    Planting.corrupted,
    Planting.corrupted_unknown,
    Planting.unreadable,
    Planting.spoilt_copy,
    Planting.phantom_session,
    Planting.phantom_seq,
    Planting.phantom_batch,
    Planting.stored_though_refused,
    Planting.misordered,
    Planting.late,
    Planting.wrongly_rejected,
    Planting.wrongly_answered,
    Planting.wrongly_stored,
)


def planted(
    world: World, folder: Path, plants: list[Callable[[Planting], None]], seed: int
) -> tuple[Planting, pa.Table, Path]:
    planting = Planting(world, np.random.default_rng(seed))
    for plant in plants:
        plant(planting)
    return planting, planting.done(), write_run(world, folder, planting.history)
