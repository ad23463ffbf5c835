"""Making a plan: the session pool once, then the shards, each whole or not there."""

import shutil
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from deskhand.cluster import shards_over, whole_folder
from deskhand.errors import DeskhandError
from deskhand.fleet.description import Description, load_description
from deskhand.fleet.plan_files import PLAN_FILE, pool_batch_list, shard_name
from deskhand.fleet.scenario_mix import load_mix, mix_record
from deskhand.fleet.schedule import expected_starts
from deskhand.fleet.session_pool import make_pool
from deskhand.fleet.shard import PoolColumns, make_shard
from deskhand.fleet.tables import FORMAT, SHARD_DEVICES
from deskhand.fleet.targets import load_target
from deskhand.manifest import (
    cannot_write,
    canonical_bytes,
    check_begun_alike,
    describe_files,
    read_record,
    versions,
    write_record,
)
from deskhand.progress import Progress
from deskhand.streams import name

DESCRIPTION_FILE = "description.json"
SHARD_FILE = "shard.json"


class _Task(NamedTuple):
    described: Description
    out: Path
    number: int
    run_id: str
    provenance_id: str


def make_plan(
    description: Path | Description,
    out: Path,
    *,
    workers: int = 1,
    cluster: str | None = None,
    resume: bool = False,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Plan what a fleet sends, with its answer key.

    Parameters
    ----------
    description : pathlib.Path or Description
        A JSON file, which paths of scenarios are relative to, or what was read from one.
    out : pathlib.Path
        A new or empty folder; with ``resume`` the folder of a plan that was begun.
    workers : int
        Processes; the bytes do not depend on them.
    cluster : str, optional
        ``local`` or the address of a Dask scheduler, whose workers must see ``out``.
    resume : bool
        Whether shards that are there already are kept.
    progress : callable, optional
        Told shards done, of how many, and batches so far.

    Returns
    -------
    dict
        What ``plan.json`` holds.

    Raises
    ------
    DeskhandError
        When the description or a scenario cannot be used, the folder cannot be written, or the plan
        there was begun from something else.
    """
    if isinstance(description, Description):
        described, folder = description, Path()
    else:
        described, folder = load_description(description), description.parent
    target = load_target(described.target)
    if cluster is not None:
        out = out.resolve()  # workers may have been started in other folders
    mix = load_mix(described, folder)
    record = {"format": FORMAT, "versions": versions(), **mix_record(described, mix)}
    try:
        # The pool and the clocks first: names that are not known leave no folder behind.
        pool = None if (out / "pool").is_dir() else make_pool(described, mix)
        for zone in described.time_zones:
            expected_starts(described.arrivals, zone, described.date, described.duration_us)
        _begin(out, record, resume)
        if pool is not None:
            with whole_folder(out / "pool") as making:
                for table_name, table in zip(("sessions", "batches", "events"), pool, strict=True):
                    _write(table, making / f"{table_name}.parquet")
        run_id = name(
            "syn", described.seed, "fleet.run", sha256(canonical_bytes(record)).hexdigest()
        )
        count = -(-described.devices // SHARD_DEVICES)
        provenance_id = name("syn_prov", described.seed, "fleet.plan", run_id)
        tasks = [_Task(described, out, number, run_id, provenance_id) for number in range(count)]
        shards = shards_over(
            cluster, workers, _make, tasks, progress, shared=out, events=lambda r: int(r["batches"])
        )
        sums = {key: sum(s[key] for s in shards) for key in ("sessions", "batches", "events")}
        if not sums["batches"]:
            shutil.rmtree(out)
            raise DeskhandError(
                "the plan holds no batch: no session starts; give more devices, a longer duration_s "
                "or a higher arrivals/per_device_day (weekends are nearly free)."
            )
        plan = {
            "format": FORMAT,
            "deskhand": versions()["deskhand"],
            "synthetic": True,
            "provenance_id": provenance_id,
            "run_id": run_id,
            "seed": described.seed,
            "start_unix_us": described.start_unix_us,
            "compression": described.compression,
            "target": described.target,
            "content_type": target.content_type if hasattr(target, "content_type") else "",
            "description": record["description"],
            "scenarios": record["scenarios"],
            "pool": {"sessions": described.pool},
            "devices": described.devices,
            **sums,
            "shards": shards,
            "files": describe_files(out, without=[PLAN_FILE]),
        }
        write_record(out / PLAN_FILE, plan)
    except OSError as error:
        raise cannot_write(error, str(out)) from error
    return plan


def _begin(out: Path, record: Mapping[str, Any], resume: bool) -> None:
    """Take a folder for a plan, or refuse it."""
    begun = out / DESCRIPTION_FILE
    if resume and begun.is_file():
        # As JSON holds it, without tuples.
        now = orjson.loads(canonical_bytes(record))
        check_begun_alike(f"the plan in {out}", read_record(begun), now)
        return
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise DeskhandError(
            f"{out}: is not empty; give a new folder, or --resume for a plan that was begun there."
        )
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DeskhandError(
            f"{out}: {error.strerror}; give a folder that can be written, for example --out plan."
        ) from error
    write_record(begun, record)


def _write(table: pa.Table, path: Path) -> None:
    pq.write_table(table, path, compression="zstd", compression_level=1)


def _make(task: _Task) -> dict[str, Any]:
    folder = task.out / shard_name(task.number)
    if not (folder / SHARD_FILE).is_file():
        target = load_target(task.described.target, provenance_id=task.provenance_id)
        events = pq.read_table(task.out / "pool" / "events.parquet")
        tails = [sha256(target.template(batch).tail).digest() for batch in pool_batch_list(events)]
        pool = PoolColumns(pq.read_table(task.out / "pool" / "batches.parquet"))
        shard = make_shard(task.described, task.number, pool, tails, target, task.run_id)
        with whole_folder(folder) as making:
            for table_name, table in zip(("devices", "sessions", "batches"), shard, strict=True):
                _write(table, making / f"{table_name}.parquet")
            counts = {
                "name": folder.name,
                "devices": shard.devices.num_rows,
                "sessions": shard.sessions.num_rows,
                "batches": shard.batches.num_rows,
                "events": int(pool.of("events", shard.batches["pool_batch"].to_numpy()).sum()),
            }
            write_record(making / SHARD_FILE, counts)
    record: dict[str, Any] = read_record(folder / SHARD_FILE)
    return record
