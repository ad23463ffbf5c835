"""The judge: nothing is said of a clean store, and of a wrong one exactly what was planted in it."""

import asyncio
import gc
import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deskhand.cli_fleet.verify import verify as command
from deskhand.errors import DeskhandError
from deskhand.fleet.bodies import filled
from deskhand.fleet.description import EXAMPLE, described
from deskhand.fleet.identifiers import identifiers
from deskhand.fleet.plan import make_plan
from deskhand.fleet.plan_files import Plan, columns_of
from deskhand.fleet.tables import FORMAT, HISTORY, PART_SHIFT, Expected, Fault, Outcome
from deskhand.fleet.targets import load_target
from deskhand.fleet.verify.layout import Layout
from deskhand.fleet.verify.stored import open_stored
from deskhand.fleet.verify.verdicts import Verdict, Verification
from deskhand.fleet.verify.verify import verify
from tests.servers import aw_server, free_port, nats_server, program, serving

START_US = 1_790_000_000_000_000
FAULTS: Mapping[str, Any] = {
    "clock": {"offset_share": 0.05, "drift_share": 0.2},
    "transport": {"duplicate": 0.05, "reorder": 0.02, "truncate": 0.02, "reset": 0.02},
    "content": dict.fromkeys(
        ("unknown_type", "bad_utf8", "nul", "nan", "extreme_number", "schema_mix"), 0.03
    ),
    "session": {
        "missing_start": 0.02,
        "missing_end": 0.02,
        "split": 0.1,
        "merged": 0.1,
        "reused_id": 0.1,
    },
}


@dataclass(frozen=True, kw_only=True)
class World:
    """A plan, what each of its batches came to, and what a service that is right has stored."""

    plan: Plan
    batches: Mapping[str, npt.NDArray[Any]]
    history: Mapping[str, npt.NDArray[Any]]
    stored: pa.Table
    batch: npt.NDArray[np.int64]  # of each stored row
    alone: npt.NDArray[np.bool_]  # batches whose session shares its identifier with none


def events_of(plan: Plan, batches: Mapping[str, Any], chosen: npt.NDArray[Any]) -> pa.Table:
    """Return what is stored of whole batches, as a correct service stores them."""
    events = plan.pool_events
    owner = events["pool_batch"].to_numpy()
    of = batches["pool_batch"][chosen]
    first, last = np.searchsorted(owner, of), np.searchsorted(owner, of, side="right")
    batch = np.repeat(chosen, last - first)
    event = np.concatenate([np.arange(a, b) for a, b in zip(first, last, strict=True)])
    return pa.table(
        {
            "row": np.arange(len(batch)),
            "batch_id": pa.array(identifiers(plan.seed, "batch", batches["batch"])[batch]).cast(
                pa.string()
            ),
            "session_id": pa.array(identifiers(plan.seed, "session", batches["alias"])[batch]).cast(
                pa.string()
            ),
            "seq": events["seq"].take(event),
            "stored_us": START_US + 1_000_000 + batch * 1000,
            "record": events["record"].take(event),
            "batch": batch,
        }
    ).combine_chunks()


def made_world(plan: Plan, seed: int = 1) -> World:
    draws = np.random.default_rng(seed)
    (shard,) = plan.shards
    batches = columns_of(plan.batches(shard).drop_columns(["digest"]))
    sessions = columns_of(plan.sessions(shard))
    row = np.searchsorted(sessions["session"], batches["session"])
    batches["alias"] = sessions["alias"][row]
    shared = np.bincount(sessions["alias"], minlength=len(row))
    expected = batches["expected"]
    lot = draws.random(len(expected))
    accept = expected == Expected.ACCEPT
    outcome = np.full(len(expected), int(Outcome.OK))
    outcome[expected == Expected.REJECT] = Outcome.FAIL
    outcome[accept & (lot < 0.05)] = Outcome.UNKNOWN
    gone = accept & (lot > 0.97)
    outcome[gone] = Outcome.FAIL
    status = np.select(
        [outcome == Outcome.OK, outcome == Outcome.UNKNOWN, gone], [200, 0, 503], 400
    )
    is_stored = (outcome == Outcome.OK) | ((outcome == Outcome.UNKNOWN) & (lot < 0.03))
    is_stored &= (expected == Expected.ACCEPT) | (expected == Expected.QUARANTINE) & (lot < 0.5)
    chosen = np.flatnonzero(is_stored)
    stored = events_of(plan, batches, chosen)
    sent = np.flatnonzero(expected != Expected.UNSENT)
    # Some first attempts failed, some second copies were answered ok as well.
    again = sent[draws.random(len(sent)) < 0.1]
    pool = plan.pool_columns
    which = np.concatenate([again, sent])
    history = {
        "batch": batches["batch"][which],
        "copy": np.zeros(len(which), np.int64),
        "attempt": np.concatenate([np.zeros(len(again)), np.ones(len(sent))]).astype(np.int64),
        "part": np.zeros(len(which), np.int64),
        "first_seq": pool["first_seq"][batches["pool_batch"][which]],
        "last_seq": pool["last_seq"][batches["pool_batch"][which]],
        "intended_us": np.zeros(len(which), np.int64),
        "sent_us": np.zeros(len(which), np.int64),
        "done_us": np.concatenate([np.full(len(again), 500), 1_000_000 + sent * 1000]),
        "status": np.concatenate([np.full(len(again), 503), status[sent]]),
        "outcome": np.concatenate([np.full(len(again), 1), outcome[sent]]),
        "bytes_sent": np.zeros(len(which), np.int64),
    }
    return World(
        plan=plan,
        batches=batches,
        history=history,
        stored=stored.drop_columns(["batch"]),
        batch=stored["batch"].to_numpy(),
        alone=(shared[batches["alias"]] == 1) & (batches["alias"] == batches["session"]),
    )


def write_run(world: World, folder: Path, history: Mapping[str, Any] | None = None) -> Path:
    columns = dict(history or world.history)
    columns["error"] = pa.array([None] * len(columns["batch"]), pa.string()).dictionary_encode()
    schema = pa.schema([pa.field(one.name, one.type) for one in HISTORY])
    arrays = [pa.array(columns[one.name]).cast(one.type) for one in schema]
    (folder / "history").mkdir(parents=True, exist_ok=True)
    table = pa.Table.from_arrays(arrays, schema=schema)
    half = table.num_rows // 2
    pq.write_table(table.slice(0, half), folder / "history" / "part-00000.parquet")
    pq.write_table(table.slice(half), folder / "history" / "part-00001.parquet")
    record = {
        "format": FORMAT,
        "plan_sha256": world.plan.sha256,
        "run_id": world.plan.record["run_id"],
        "start_unix_us": START_US,
    }
    (folder / "run.json").write_bytes(orjson.dumps(record))
    return folder


def planned_world(out: Path, devices: int) -> World:
    description = {**EXAMPLE, "devices": devices, "faults": FAULTS}
    description["sessions"] = {"scenarios": {"auth.login": 1}, "pool": 6}
    description["client"] = {"max_events": 40, "max_bytes": 65536, "max_age_s": 30}
    description["arrivals"] = {"per_device_day": 2.0, "curve": "even"}
    description["expect"] = {"extreme_number": "quarantine", "nan": "quarantine"}
    description["buffer"] = {"offline_per_day": 1, "cap_batches": 5, "drop": "oldest"}
    make_plan(described(description), out)
    return made_world(Plan.load(out))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return planned_world(tmp_path_factory.mktemp("verify") / "plan", 60)


@pytest.fixture(scope="module")
def run(world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_run(world, tmp_path_factory.mktemp("run") / "run")


LAYOUT = Layout(order="row", time="stored_us")


def judged(
    world: World, run: Path, stored: pa.Table, *, layout: Layout = LAYOUT, late_s: float = 10
) -> Verification:
    return verify(world.plan.folder, [stored], run=run, layout=layout, late_s=late_s)


def counts(found: Verification) -> dict[str, int]:
    return {str(one.verdict): one.events for one in found.found}


def test_the_world_holds_every_case(world: World) -> None:
    assert set(world.batches["expected"]) == set(map(int, Expected))
    assert set(world.history["outcome"]) == set(map(int, Outcome))
    faults = np.bitwise_or.reduce(world.batches["faults"])
    for fault in (Fault.MERGED, Fault.REUSED_ID, Fault.SPLIT, Fault.BAD_UTF8, Fault.MISSING_END):
        assert faults & fault


@pytest.mark.parametrize("with_batches", [True, False])
@pytest.mark.parametrize("blocks", [1, 7])
def test_nothing_is_said_of_a_clean_store(
    world: World, run: Path, with_batches: bool, blocks: int
) -> None:
    stored = world.stored if with_batches else world.stored.drop_columns(["batch_id"])
    cut = np.linspace(0, stored.num_rows, blocks + 1).astype(int)
    tables = [stored.slice(a, b - a) for a, b in pairwise(cut)]
    found = verify(world.plan.folder, tables, run=run, layout=LAYOUT, late_s=10)
    assert found.found == ()
    assert found.within_bounds
    assert found.stored == stored.num_rows
    assert found.events_unknown > 0
    assert found.by_batch is with_batches
    assert bool(found.notes) is not with_batches


def test_nothing_is_said_of_two_thousand_sessions(tmp_path: Path) -> None:
    world = planned_world(tmp_path / "plan", 1300)
    assert world.plan.record["sessions"] > 2000
    found = judged(world, write_run(world, tmp_path / "run"), world.stored)
    assert found.found == ()
    # Most are told to be right by their sums alone.
    assert found.groups_looked_into < found.groups / 20


# ---- planted wrongness -------------------------------------------------------------------------


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


@pytest.mark.parametrize("with_batches", [True, False])
@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.__name__)
def test_every_kind_of_wrongness_is_found_and_nothing_else(
    world: World, tmp_path: Path, plant: Callable[[Planting], None], with_batches: bool
) -> None:
    planting, stored, run = planted(world, tmp_path / "run", [plant] * 3, 5)
    if not with_batches:
        stored = stored.drop_columns(["batch_id"])
    assert counts(judged(world, run, stored)) == planting.must


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    plants=st.lists(st.sampled_from(PLANTS), max_size=12),
    seed=st.integers(0, 2**32),
    with_batches=st.booleans(),
)
def test_any_set_of_wrongness_is_found_exactly(
    world: World,
    tmp_path: Path,
    plants: list[Callable[[Planting], None]],
    seed: int,
    with_batches: bool,
) -> None:
    planting, stored, run = planted(world, tmp_path / "run", plants, seed)
    if not with_batches:
        stored = stored.drop_columns(["batch_id"])
    found = judged(world, run, stored)
    assert counts(found) == planting.must
    assert found.ok is not bool(plants)
    for one in found.found:
        assert 0 < len(one.examples) <= 5


def test_without_a_run_all_that_is_valid_must_be_there_once(world: World) -> None:
    accept = np.flatnonzero(world.batches["expected"] == Expected.ACCEPT)
    stored = events_of(world.plan, world.batches, accept)
    assert verify(world.plan.folder, [stored]).found == ()
    assert counts(verify(world.plan.folder, [stored.slice(2)])) == {"LOST": 2}
    twice = pa.concat_tables([stored, stored.slice(0, 5)])
    assert counts(verify(world.plan.folder, [twice])) == {"DUPLICATED": 5}


def test_an_empty_store_has_lost_everything(world: World, run: Path) -> None:
    found = judged(world, run, world.stored.slice(0, 0))
    assert counts(found) == {"LOST": found.events_ok}
    assert counts(verify(world.plan.folder, [], run=run)) == {"LOST": found.events_ok}


def test_faults_are_told_with_what_they_struck(world: World, run: Path) -> None:
    duplicates = (world.batches["faults"] & Fault.DUPLICATE) != 0
    certain = world.batches["expected"] == Expected.ACCEPT
    last = np.full(len(duplicates), -1)
    last[world.history["batch"]] = world.history["outcome"]
    batch = int(np.flatnonzero(duplicates & certain & (last == Outcome.OK))[0])
    kept = pa.array(world.batch != batch)
    (lost,) = judged(world, run, world.stored.filter(kept)).found
    assert lost.batches == 1
    assert lost.by_fault["DUPLICATE"] == lost.events == int((world.batch == batch).sum())
    assert lost.examples[0].batch_id == identifiers(world.plan.seed, "batch", batch)[0].decode()
    assert "DUPLICATE" in lost.examples[0].faults


# ---- batches that were sent in parts --------------------------------------------------------


def in_halves(world: World, outcomes: tuple[Outcome, Outcome], status: int) -> tuple[Any, int, int]:
    """Return a history in which one batch was too large and went in halves, the batch, and the cut."""
    sure = Planting(world, np.random.default_rng(1))
    batch = sure.batch(sure.surely_stored())
    history = {
        name: column[world.history["batch"] != batch] for name, column in world.history.items()
    }
    seq = world.stored["seq"].to_numpy()[world.batch == batch]
    cut = int(seq[len(seq) // 2])
    whole = (0, int(seq[0]), int(seq[-1]), 413, int(Outcome.FAIL))
    left = (1, int(seq[0]), cut - 1, 200 if outcomes[0] == Outcome.OK else status, int(outcomes[0]))
    right = (2, cut, int(seq[-1]), 200 if outcomes[1] == Outcome.OK else status, int(outcomes[1]))
    rows = np.array([whole, left, right])
    names = ("part", "first_seq", "last_seq", "status", "outcome")
    for name, column in history.items():
        more = (
            rows[:, names.index(name)] if name in names else np.full(3, batch * (name == "batch"))
        )
        history[name] = np.concatenate([column, more])
    return history, batch, cut


@pytest.mark.parametrize("with_batches", [True, False])
@pytest.mark.parametrize(
    ("second", "status", "stored_half", "verdict"),
    [
        (Outcome.OK, 200, True, None),
        (Outcome.OK, 200, False, Verdict.LOST),
        (Outcome.UNKNOWN, 0, True, None),
        (Outcome.UNKNOWN, 0, False, None),
        (Outcome.FAIL, 503, False, None),
        (Outcome.FAIL, 503, True, Verdict.PHANTOM),
        (Outcome.FAIL, 413, False, Verdict.WRONGLY_REJECTED),
    ],
)
def test_halves_are_judged_each_by_its_own_answer(
    world: World,
    tmp_path: Path,
    second: Outcome,
    status: int,
    stored_half: bool,
    verdict: Verdict | None,
    with_batches: bool,
) -> None:
    history, batch, cut = in_halves(world, (Outcome.OK, second), status)
    upper = (world.batch == batch) & (world.stored["seq"].to_numpy() >= cut)
    kept = ~upper if not stored_half else np.ones(len(upper), np.bool_)
    stored = world.stored.filter(pa.array(kept))
    if with_batches:
        # To the service a half is a batch of its own, whose number has its part's above.
        own = identifiers(world.plan.seed, "batch", batch | (2 << PART_SHIFT))[0].decode()
        names = np.where(upper[kept], own, np.array(stored["batch_id"].to_pylist()))
        stored = stored.set_column(1, "batch_id", pa.array(names.tolist()))
    else:
        stored = stored.drop_columns(["batch_id"])
    run = write_run(world, tmp_path / "run", history)
    found = verify(world.plan.folder, [stored], run=run)
    assert counts(found) == ({} if verdict is None else {str(verdict): int(upper.sum())})


@pytest.mark.parametrize("with_batches", [True, False])
def test_halves_that_are_both_gone_are_lost(
    world: World, tmp_path: Path, with_batches: bool
) -> None:
    history, batch, _ = in_halves(world, (Outcome.OK, Outcome.OK), 200)
    gone = world.batch == batch
    stored = world.stored.filter(pa.array(~gone))
    if not with_batches:
        stored = stored.drop_columns(["batch_id"])
    found = verify(world.plan.folder, [stored], run=write_run(world, tmp_path / "run", history))
    assert counts(found) == {"LOST": int(gone.sum())}


def test_who_was_asked_to_come_later_was_not_refused(world: World, tmp_path: Path) -> None:
    sure = Planting(world, np.random.default_rng(4))
    batch = sure.batch(sure.surely_stored())
    of = sure.history["batch"] == batch
    stored = world.stored.filter(pa.array(world.batch != batch))
    for status, wrong in ((429, {}), (503, {}), (413, {"WRONGLY_REJECTED": len(sure.rows(batch))})):
        sure.history["outcome"][of], sure.history["status"][of] = int(Outcome.FAIL), status
        run = write_run(world, tmp_path / str(status), sure.history)
        assert counts(verify(world.plan.folder, [stored], run=run)) == wrong


def test_an_answer_that_came_late_is_not_held_against_the_store(
    world: World, tmp_path: Path
) -> None:
    """An attempt that nobody answered may have come through as late as the last one ended."""
    history = {name: column.copy() for name, column in world.history.items()}
    unknown = np.unique(history["batch"][history["outcome"] == Outcome.UNKNOWN])
    last = history["done_us"].copy()
    early = {name: column[np.isin(history["batch"], unknown)] for name, column in history.items()}
    early["done_us"] = np.zeros(len(early["batch"]), np.int64)
    early["outcome"] = np.full(len(early["batch"]), int(Outcome.UNKNOWN))
    joined = {name: np.concatenate([early[name], column]) for name, column in history.items()}
    assert last.min() >= 0
    found = judged(world, write_run(world, tmp_path / "run", joined), world.stored, late_s=1.5)
    assert found.found == ()


def test_an_event_in_another_session_is_lost_there_and_made_up_here(
    world: World, run: Path
) -> None:
    sure = Planting(world, np.random.default_rng(6))
    row, other = (int(sure.rows(sure.batch(sure.surely_stored()))[0]) for _ in range(2))
    names = world.stored["session_id"].to_pylist()
    names[row] = names[other]
    stored = world.stored.set_column(2, "session_id", pa.array(names))
    assert counts(judged(world, run, stored)) == {"LOST": 1, "PHANTOM": 1}


# ---- where rows are stored ------------------------------------------------------------------


def as_parquet_folder(rows: pa.Table, place: Path) -> str:
    place.mkdir()
    half = rows.num_rows // 2
    pq.write_table(rows.slice(0, half), place / "events-1.parquet")
    pq.write_table(rows.slice(half), place / "events-2.parquet")
    pq.write_table(pa.table({"batch_id": ["no event"]}), place / "batches-1.parquet")
    return str(place)


def as_parquet_of_fields(rows: pa.Table, place: Path) -> str:
    events = [orjson.loads(record) for record in rows["record"].to_pylist()]
    columns = {name: rows[name] for name in rows.column_names if name != "record"}
    names = dict.fromkeys(name for event in events for name in event)
    columns |= {name: pa.array([event.get(name) for event in events]) for name in names}
    return as_parquet_folder(pa.table(columns), place)


def as_glob_of_lines(rows: pa.Table, place: Path) -> str:
    place.mkdir()
    for number, part in enumerate((rows.slice(0, 9), rows.slice(9))):
        text = [
            orjson.dumps({**row, "record": row["record"].decode(errors="replace")})
            for row in part.to_pylist()
        ]
        (place / f"part-{number}.ndjson").write_bytes(b"\n".join(text) + b"\n\n")
    return str(place / "part-*.ndjson")


def as_nested_lines(rows: pa.Table, place: Path) -> str:
    with place.open("wb") as file:
        for row in rows.to_pylist():
            head = orjson.dumps({name: value for name, value in row.items() if name != "record"})
            file.write(head[:-1] + b',"record":' + row["record"] + b"}\n")
    return str(place)


def as_flat_lines(rows: pa.Table, place: Path) -> str:
    with place.open("wb") as file:
        for row in rows.to_pylist():
            head = {name: row[name] for name in ("session_id", "batch_id", "row", "stored_us")}
            file.write(orjson.dumps(head)[:-1] + b"," + row["record"][1:] + b"\n")
    return str(place)


def as_sqlite(rows: pa.Table, place: Path) -> str:
    with sqlite3.connect(place) as base:
        base.execute("create table events(row, batch_id, session_id, seq, stored_us, record)")
        base.executemany(
            "insert into events values(?, ?, ?, ?, ?, cast(? as text))",
            [tuple(row.values()) for row in rows.to_pylist()],
        )
    base.close()
    return str(place)


def as_duckdb(rows: pa.Table, place: Path) -> str:
    duckdb = pytest.importorskip("duckdb", reason='needs duckdb: pip install "deskhand[fleet]"')
    with duckdb.connect(str(place)) as base:
        base.register("rows", rows)
        base.execute("create table events as select * from rows")
    return f"duckdb:{place}"


STORES = (
    as_parquet_folder,
    as_parquet_of_fields,
    as_glob_of_lines,
    as_nested_lines,
    as_flat_lines,
    as_sqlite,
    as_duckdb,
)


@pytest.fixture(scope="module")
def readable(world: World) -> pa.Table:
    """Return what is stored by services that keep text that is UTF-8 alone."""
    variants = world.plan.pool_columns["variant"][world.batches["pool_batch"]]
    odd = np.isin(variants, [int(Fault.NAN), int(Fault.BAD_UTF8), int(Fault.LONE_SURROGATE)])
    return world.stored.filter(pa.array(~odd[world.batch]))


@pytest.mark.parametrize("store", STORES, ids=lambda store: store.__name__)
def test_every_kind_of_store_is_read_alike(
    world: World,
    run: Path,
    readable: pa.Table,
    tmp_path: Path,
    store: Callable[[pa.Table, Path], str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    sure = Planting(world, np.random.default_rng(3))
    lost = world.stored["row"].to_numpy()[sure.rows(sure.batch(sure.surely_stored()))]
    kept = ~np.isin(readable["row"].to_numpy(), lost)
    clean = store(readable, tmp_path / "clean.store")
    wrong = store(readable.filter(pa.array(kept)), tmp_path / "wrong.store")
    asked: dict[str, Any] = {"run": run, "order": "row", "time": "stored_us", "late_s": 10.0}
    assert command(world.plan.folder, stored=clean, **asked) == 0
    said = capsys.readouterr().out
    assert "ok <= stored <= ok + unknown holds" in said
    assert command(world.plan.folder, stored=wrong, json=True, **asked) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["ok"] is False
    assert told["counts"] == {str(one): len(lost) * (one is Verdict.LOST) for one in Verdict}


def test_columns_may_have_any_names(
    world: World, run: Path, readable: pa.Table, tmp_path: Path
) -> None:
    names = ["n", "b", "sid", "number", "at", "payload"]
    stored = as_parquet_folder(readable.rename_columns(names), tmp_path / "renamed")
    columns = "session_id=sid, seq=number,batch_id=b"
    found = command(world.plan.folder, stored=stored, run=run, columns=columns, record="payload")
    assert found == 0


def test_a_function_of_ones_own_is_a_store(
    world: World,
    run: Path,
    readable: pa.Table,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pq.write_table(readable, tmp_path / "mine.parquet")
    (tmp_path / "my_own_store.py").write_text(
        "import pyarrow.parquet as pq\n"
        f"def rows():\n    yield pq.read_table({str(tmp_path / 'mine.parquet')!r})\n"
        "def odd():\n    yield 5\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    assert command(world.plan.folder, stored="my_own_store:rows", run=run) == 0
    for name, reason in (("odd", "it must yield pyarrow tables"), ("none", "cannot be imported")):
        with pytest.raises(DeskhandError, match=reason):
            command(world.plan.folder, stored=f"my_own_store:{name}", run=run)


def test_a_store_is_never_written_to(
    world: World, run: Path, readable: pa.Table, tmp_path: Path
) -> None:
    stored = as_sqlite(readable, tmp_path / "s.db")
    before = Path(stored).read_bytes()
    with pytest.raises(DeskhandError, match="readonly"):
        command(world.plan.folder, stored=stored, run=run, query="delete from events")
    assert Path(stored).read_bytes() == before
    seen = "select * from events where seq >= 0"
    assert command(world.plan.folder, stored=stored, run=run, query=seen) == 0


# ---- queues, bodies and ActivityWatch ---------------------------------------------------------


def sent_through(world: World, target: Any, batches: list[int]) -> None:
    """Send batches with a queue's target, as the load core does."""

    async def job() -> None:
        await target.open()
        for batch in batches:
            of = world.plan.batches(world.plan.shards[0]).slice(batch, 1)
            (sent,) = world.plan.sent(world.plan.shards[0], of)
            pool = world.plan.pool_batch_list()[int(of["pool_batch"][0].as_py())]
            body = target.head(sent) + filled(target.template(pool), sent)
            judgement = await target.send(sent, body)
            assert judgement.outcome == Outcome.OK
        await target.close()

    asyncio.run(asyncio.wait_for(job(), 60))


def only(world: World, folder: Path, chosen: list[int]) -> Path:
    """Return a run in which some batches alone were sent."""
    kept = np.isin(world.history["batch"], chosen)
    return write_run(world, folder, {name: column[kept] for name, column in world.history.items()})


@contextmanager
def nats(folder: Path) -> Iterator[tuple[Any, str]]:
    pytest.importorskip("nats", reason='needs nats-py: pip install "deskhand[queues]"')
    with nats_server(folder) as url:
        yield load_target("nats", url), f"{url}/DESKHAND"


@contextmanager
def redis(folder: Path) -> Iterator[tuple[Any, str]]:
    pytest.importorskip("redis", reason='needs redis-py: pip install "deskhand[queues]"')
    name, port = program("redis-server"), free_port()
    command = [name, "--bind", "127.0.0.1", "--port", str(port), "--dir", str(folder)]
    with serving(command, port):
        url = f"redis://127.0.0.1:{port}/0"
        yield load_target("redis", url), f"{url}/deskhand:batches"


@contextmanager
def bodies(folder: Path) -> Iterator[tuple[Any, str]]:
    yield load_target("files", str(folder / "kept")), f"files:{folder / 'kept'}"


@pytest.mark.parametrize("service", [nats, redis, bodies])
def test_queues_and_bodies_are_read(
    world: World, tmp_path: Path, service: Callable[[Path], Any]
) -> None:
    sure = Planting(world, np.random.default_rng(2))
    chosen = [sure.batch(sure.surely_stored()) for _ in range(12)]
    run = only(world, tmp_path / "run", chosen)
    events = [len(sure.rows(batch)) for batch in chosen]
    with service(tmp_path) as (target, where):
        before_us = time.time_ns() // 1000
        sent_through(world, target, chosen[2:])
        after_us = time.time_ns() // 1000
        found = verify(world.plan.folder, open_stored(where), run=run)
        assert counts(found) == {"LOST": sum(events[:2])}
        if service is not bodies:
            # Redis tells milliseconds.
            for stored in open_stored(where):
                for stored_us in stored["stored_us"].to_pylist():
                    assert before_us - 1_000 <= stored_us <= after_us
        sent_through(world, target, chosen[:4])
        found = verify(world.plan.folder, open_stored(where), run=run)
        # Redis keeps what comes twice two times; JetStream and files do not.
        twice = {"DUPLICATED": sum(events[2:4])} if service is redis else {}
        assert counts(found) == twice
        absent = where.replace("/DESKHAND", "/NONE").replace(":batches", ":none")
        with pytest.raises(DeskhandError):
            list(open_stored(absent if service is not bodies else f"{where}.none"))
        gc.collect()  # a connection that stays open would warn here, and so fail
    with pytest.raises(DeskhandError):
        list(open_stored(where if service is not bodies else "files:"))


def test_activitywatch_keeps_doubles_and_they_are_found(world: World, tmp_path: Path) -> None:
    sure = Planting(world, np.random.default_rng(2))
    variants = world.plan.pool_columns["variant"][world.batches["pool_batch"]]
    nan = (variants == int(Fault.NAN)) & (world.batches["expected"] == Expected.QUARANTINE)
    # aw-server keeps NaN, and gives it back as it came.
    chosen = [sure.batch(sure.surely_stored()) for _ in range(6)] + [sure.batch(nan)]
    run = only(world, tmp_path / "run", chosen)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def post(request: Any, body: bytes) -> None:
        headers = {"Content-Type": target.content_type, **request.headers}
        with suppress(urllib.error.HTTPError):
            opener.open(urllib.request.Request(root + request.path, body, headers), timeout=30)

    def send(batch: int) -> None:
        of = world.plan.batches(world.plan.shards[0]).slice(batch, 1)
        (sent,) = world.plan.sent(world.plan.shards[0], of)
        pool = world.plan.pool_batch_list()[int(of["pool_batch"][0].as_py())]
        for request, body in target.prepare([sent.device_id]):
            post(request, body)
        post(target.request(sent), target.head(sent) + filled(target.template(pool), sent))

    with aw_server(tmp_path) as root:
        target: Any = load_target("activitywatch", root)
        for batch in chosen:
            send(batch)
        assert command(world.plan.folder, stored=f"aw:{root}", run=run) == 0
        send(chosen[0])
        found = verify(world.plan.folder, open_stored(f"aw:{root}"), run=run)
        assert counts(found) == {"DUPLICATED": len(sure.rows(chosen[0]))}
    with pytest.raises(DeskhandError, match="does not answer as ActivityWatch"):
        list(open_stored(f"aw:{root}"))


@pytest.fixture
def postgresql(tmp_path: Path) -> Iterator[str]:
    pytest.importorskip("psycopg", reason='needs psycopg: pip install "psycopg[binary]"')
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not binaries:
        pytest.skip("needs PostgreSQL: apt-get install postgresql")
    port, data = free_port(), tmp_path / "data"
    as_user: list[str] = []
    if os.geteuid() == 0:
        # PostgreSQL does not run as root.
        as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        data = Path(tempfile.mkdtemp(prefix="deskhand-pg-", dir="/tmp")) / "data"
        shutil.chown(data.parent, "postgres", "postgres")
    made = [
        *as_user,
        str(binaries[-1] / "initdb"),
        "-A",
        "trust",
        "-U",
        "postgres",
        "-D",
        str(data),
    ]
    subprocess.run(made, check=True, stdout=subprocess.DEVNULL, cwd="/")
    options = f"-c listen_addresses=127.0.0.1 -c unix_socket_directories= -p {port}".split()
    try:
        with serving([*as_user, str(binaries[-1] / "postgres"), "-D", str(data), *options], port):
            yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
    finally:
        shutil.rmtree(data.parent if as_user else data, ignore_errors=True)


def test_postgresql_is_read_and_not_written(
    world: World, run: Path, readable: pa.Table, postgresql: str
) -> None:
    import psycopg

    variants = world.plan.pool_columns["variant"][world.batches["pool_batch"]]
    # PostgreSQL's text holds no NUL.
    no_nul = readable.filter(pa.array(variants[_batch_of(world, readable)] != int(Fault.NUL)))
    lost = readable.num_rows - no_nul.num_rows
    with psycopg.connect(postgresql) as base:
        base.execute(
            "create table kept(at bigint, batch_id text, session_id text, seq int, stored_us bigint, "
            "record jsonb, plain text)"
        )
        with base.cursor().copy("copy kept from stdin") as copy:
            for row in no_nul.to_pylist():
                record = row["record"].decode()
                copy.write_row([*list(row.values())[:-1], record, record])
    asked: dict[str, Any] = {"stored": postgresql, "run": run, "table": "public.kept"}
    for record in ("record", "plain"):
        found = verify(
            world.plan.folder,
            open_stored(postgresql, table="kept"),
            run=run,
            layout=Layout(record=record, order="at"),
        )
        assert counts(found) == {"LOST": _sure(world, readable, variants)}, record
    assert lost
    assert command(world.plan.folder, **asked) == 1
    with pytest.raises(DeskhandError, match="does not exist"):
        command(world.plan.folder, **asked | {"table": "none"})
    with pytest.raises(DeskhandError, match=r"read-only|syntax error"):
        command(world.plan.folder, **asked | {"query": "delete from kept returning *"})


def _batch_of(world: World, rows: pa.Table) -> npt.NDArray[np.int64]:
    return np.asarray(world.batch[rows["row"].to_numpy()])


def _sure(world: World, rows: pa.Table, variants: npt.NDArray[Any]) -> int:
    """Return how many events of batches with a NUL must be stored."""
    last = np.full(len(variants), -1)
    last[world.history["batch"]] = world.history["outcome"]
    batch = _batch_of(world, rows)
    return int(((variants[batch] == int(Fault.NUL)) & (last[batch] == Outcome.OK)).sum())


# ---- bad input ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"stored": "nowhere"}, "nothing is stored there"),
        ({"stored": "*.none"}, "nothing is stored there"),
        ({"table": "other"}, "no such table"),
        ({"query": "select 1 from"}, "incomplete input"),
        ({"columns": "session_id"}, "has no name"),
        ({"columns": "sid=session_id"}, "not a column of events"),
        ({"columns": "session_id=sid"}, "no column 'sid'"),
        ({"columns": "seq=number"}, "no column 'number'"),
        ({"columns": "seq=record"}, "should hold whole numbers"),
        ({"record": "seq"}, "should hold text"),
        ({"order": "other"}, "no column 'other'"),
        ({"order": "record"}, "must hold numbers or timestamps"),
        ({"late_s": 5.0}, "needs the column"),
        ({"time": "record", "late_s": 5.0}, "time column 'record'"),
        ({"time": "stored_us", "late_s": -1.0}, "0 or more seconds"),
        ({"run": "nowhere"}, "no such file"),
        ({"plan": "nowhere"}, "no complete plan"),
        ({"examples": -1}, "examples is -1"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_remedy(
    world: World,
    run: Path,
    readable: pa.Table,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    given: dict[str, Any],
    reason: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    stored = as_sqlite(readable.slice(0, 50), tmp_path / "s.db")
    asked: dict[str, Any] = {"stored": stored, "run": run, "plan": world.plan.folder} | given
    for name in ("plan", "run"):
        asked[name] = Path(asked[name])
    with pytest.raises(DeskhandError, match=reason):
        command(asked.pop("plan"), **asked)


def test_files_that_are_none_are_refused(world: World, run: Path, tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_bytes(b"PAR1 and no more")
    (tmp_path / "b.ndjson").write_bytes(b"no json\nat all\n")
    (tmp_path / "c.db").write_bytes(b"SQLite format 3\0 and no more")
    (tmp_path / "empty").mkdir()
    for name, reason in (
        ("a.parquet", "cannot be read as Parquet"),
        ("b.ndjson", "no JSON lines"),
        ("c.db", "not a database|malformed"),
        ("empty", "nothing is stored"),
        ("duckdb:none.db", "no such file"),
    ):
        where = name if ":" in name else str(tmp_path / name)
        with pytest.raises(DeskhandError, match=reason):
            command(world.plan.folder, stored=where, run=run)


def test_a_run_of_another_plan_is_refused(world: World, tmp_path: Path) -> None:
    run = write_run(world, tmp_path / "run")
    record = orjson.loads((run / "run.json").read_bytes())
    (run / "run.json").write_bytes(orjson.dumps(record | {"plan_sha256": "0" * 64}))
    with pytest.raises(DeskhandError, match="a run of another plan"):
        verify(world.plan.folder, [world.stored], run=run)
    odd = {name: column.copy() for name, column in world.history.items()}
    odd["batch"][0] = 10**12
    with pytest.raises(DeskhandError, match="batch 1000000000000 is not in the plan"):
        verify(world.plan.folder, [world.stored], run=write_run(world, tmp_path / "odd", odd))
    (tmp_path / "odd" / "history" / "part-00001.parquet").write_bytes(b"PAR1")
    with pytest.raises(DeskhandError, match="history: cannot be read"):
        verify(world.plan.folder, [world.stored], run=tmp_path / "odd")


def test_what_another_plan_sent_is_none_of_ours(world: World, run: Path, tmp_path: Path) -> None:
    other = described({**EXAMPLE, "seed": 8, "devices": 3})
    make_plan(other, tmp_path / "other")
    foreign = made_world(Plan.load(tmp_path / "other")).stored
    found = judged(world, run, pa.concat_tables([world.stored, foreign]))
    assert counts(found) == {"PHANTOM": foreign.num_rows}
