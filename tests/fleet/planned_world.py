"""A planned fleet, a run of it, and what a service that is right has stored of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from deskhand.fleet.description import EXAMPLE, described
from deskhand.fleet.identifiers import identifiers
from deskhand.fleet.plan import make_plan
from deskhand.fleet.plan_files import Plan, columns_of
from deskhand.fleet.tables import FORMAT, HISTORY, Expected, Outcome
from deskhand.fleet.verify.layout import Layout
from deskhand.fleet.verify.verdicts import Verification
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


LAYOUT = Layout(order="row", time="stored_us")


def judged(
    world: World, run: Path, stored: pa.Table, *, layout: Layout = LAYOUT, late_s: float = 10
) -> Verification:
    return verify(world.plan.folder, [stored], run=run, layout=layout, late_s=late_s)


def counts(found: Verification) -> dict[str, int]:
    return {str(one.verdict): one.events for one in found.found}
