"""The judge: nothing is said of a clean store, and of a wrong one exactly what was planted in it."""

from collections.abc import Callable, Mapping
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

from deskhand.fleet.description import EXAMPLE, described
from deskhand.fleet.identifiers import identifiers
from deskhand.fleet.plan import make_plan
from deskhand.fleet.plan_files import Plan, columns_of
from deskhand.fleet.tables import FORMAT, HISTORY, Expected, Fault, Outcome
from deskhand.fleet.verify.rows import Layout
from deskhand.fleet.verify.verdicts import Verdict, Verification
from deskhand.fleet.verify.verify import verify

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
    return planned_world(tmp_path_factory.mktemp("verify") / "plan", 100)


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
            self.copy(row)
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
            how = int(self.draws.integers(5))
            if how == 0:
                event["t_us"] += 1
            elif how == 1:
                event["value"] = "other"
            elif how == 2:
                event["type"] = None
            elif how == 3:
                event["t_us"] = str(event["t_us"])
            else:
                event["seq"] += 1
            self.columns["record"][row] = orjson.dumps(event)
        self.count(Verdict.CORRUPTED, len(rows))

    def unreadable(self) -> None:
        rows = self.some(self.rows(self.batch(self.surely_stored())))
        for row in rows:
            record = self.columns["record"][row]
            how = int(self.draws.integers(6))
            self.columns["record"][row] = (
                record[:-1],
                record[: len(record) // 2],
                b"",
                None,
                b"[" + record + b"]",
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
