"""A run from several machines: processes that Dask starts, joined to one run and one record."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection, Listener
from pathlib import Path
from queue import SimpleQueue
from threading import Event, Thread
from typing import Any

import jsonschema
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from deskhand.cli import main
from deskhand.errors import DeskhandError
from deskhand.fleet.description import described
from deskhand.fleet.load import machines
from deskhand.fleet.load.join import join
from deskhand.fleet.load.run import run
from deskhand.fleet.load.settings import LoadSettings
from deskhand.fleet.plan import make_plan
from deskhand.fleet.plan_files import Plan
from deskhand.fleet.tables import Expected, Outcome
from deskhand.fleet.verify.stored import open_stored
from deskhand.fleet.verify.verify import verify
from deskhand.manifest import read_record
from tests.fleet.collector_process import running_collector, until_taken
from tests.fleet.load_runs import history_of

for package in ("uvloop", "httptools", "hdrh", "uvicorn"):
    pytest.importorskip(package, reason='a run needs pip install "deskhand[fleet]"')
psutil = pytest.importorskip(
    "psutil", reason='comes with Dask: python -m pip install -e ".[test,dask]"'
)
pytest.importorskip("distributed", reason='needs Dask: python -m pip install -e ".[test,dask]"')

DESCRIPTION: dict[str, Any] = {
    "seed": 7,
    "devices": 300,
    "compression": 28_800,
    "sessions": {"scenarios": {"auth.login": 1}, "pool": 2},
    "arrivals": {"per_device_day": 1.5, "curve": "even"},
    # One batch a session or two, so that those of any moment come from many devices.
    "client": {"max_events": 2_000, "max_bytes": 1_000_000, "max_age_s": 3_600},
}


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("machines") / "plan"
    make_plan(described(DESCRIPTION), out)
    return out


def intents(plan: Path) -> list[int]:
    loaded = Plan.load(plan)
    tables = [pq.read_table(plan / shard / "batches.parquet") for shard in loaded.shards]
    rows = pa.concat_tables(tables)
    wanted = rows["expected"].to_numpy() != Expected.UNSENT
    return sorted(np.repeat(rows["batch"].to_numpy()[wanted], rows["copies"].to_numpy()[wanted]))


@contextmanager
def scheduler_and_workers(count: int, folder: Path) -> Iterator[tuple[str, list[Any]]]:
    """Run a scheduler and its workers, each a program of its own as on machines of their own."""
    said = folder / "scheduler.json"
    command = [sys.executable, "-m", "distributed.cli.dask_scheduler"]
    options = [
        "--host",
        "127.0.0.1",
        "--port",
        "0",
        "--no-dashboard",
        "--scheduler-file",
        str(said),
    ]
    programs = [subprocess.Popen([*command, *options], stderr=subprocess.DEVNULL)]
    try:
        until = time.monotonic() + 60
        while not said.exists() or not said.read_text():
            assert time.monotonic() < until
            time.sleep(0.1)
        address = json.loads(said.read_text())["address"]
        worker = [sys.executable, "-m", "distributed.cli.dask_worker", address, "--no-dashboard"]
        for number in range(count):
            # A folder of its own: nothing may depend on where a worker was started.
            (place := folder / f"machine-{number}").mkdir()
            programs.append(
                subprocess.Popen([*worker, "--nthreads", "1"], cwd=place, stderr=subprocess.DEVNULL)
            )
        from distributed import Client

        with Client(address) as client:  # type: ignore[no-untyped-call]
            client.wait_for_workers(count, timeout=60)
        yield address, programs
    finally:
        for program in programs:
            program.terminate()
        for program in programs:
            program.wait(20)


def test_workers_of_a_cluster_make_one_run(
    plan: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    relative = Path(os.path.relpath(plan, tmp_path))
    with (
        running_collector(tmp_path / "kept.db") as url,
        scheduler_and_workers(2, tmp_path) as (address, _),
    ):
        words = ["--target", f"{url}/batch", "--out", "run", "--cluster", address]
        status = main(["fleet", "run", str(relative), *words, "--workers", "2", "--no-self-check"])
    assert status == 0
    record = read_record(tmp_path / "run" / "run.json")
    schema = Path(__file__).parents[2] / "fleet" / "report" / "run.schema.json"
    jsonschema.validate(record, json.loads(schema.read_bytes()))
    rows = history_of(tmp_path / "run")
    assert sorted(rows.filter(rows["attempt"].to_numpy() == 0)["batch"].to_pylist()) == intents(
        plan
    )
    # Two processes on each of two machines, one histogram over all.
    assert record["workers"] == len(record["client"]["cpu_share"]) == 4
    assert record["latency"]["from_intent"]["count"] == record["counts"]["sent"] == len(rows)
    latest_us = int((rows["done_us"].to_numpy() - rows["intended_us"].to_numpy()).max())
    assert record["latency"]["from_intent"]["max_us"] == pytest.approx(latest_us, rel=2e-3)
    # All of them began at the same moment, as far as clocks can tell.
    assert record["client"]["time_0_within_us"] < 500_000
    assert (tmp_path / "run" / "report.html").exists()
    assert verify(plan, open_stored(str(tmp_path / "kept.db")), run=tmp_path / "run").ok


def test_a_cluster_of_this_machine(plan: Path, tmp_path: Path) -> None:
    with running_collector(tmp_path / "kept.db") as url:
        settings = LoadSettings(
            plan=plan, target=f"{url}/batch", adapter="json", out=tmp_path / "run", workers=2
        )
        record = run(settings, cluster="local")
    assert record["workers"] == 2
    assert record["counts"]["ok"] == len(intents(plan))


def joined(programs: list[Any]) -> list[Any]:
    """Return the processes under Dask's programs that have joined a run."""
    below = [one for each in programs for one in psutil.Process(each.pid).children(recursive=True)]
    return [one for one in below if "deskhand.fleet.load.join" in one.cmdline()]


def test_a_lost_machine_is_told_and_what_dask_does_is_of_no_concern(
    plan: Path, tmp_path: Path
) -> None:
    store = tmp_path / "kept.db"
    command = [sys.executable, "-m", "deskhand", "fleet", "run", str(plan), "--speed", "0.1"]
    with (
        running_collector(store) as url,
        scheduler_and_workers(2, tmp_path) as (address, programs),
    ):
        command += ["--target", f"{url}/batch", "--cluster", address]
        process = subprocess.Popen(
            [*command, "--out", str(tmp_path / "run")], stderr=subprocess.PIPE, text=True
        )
        try:
            until_taken(url, 20, process)
            mine = joined(programs)
            assert len(mine) == 2
            # Dask may go: its workers have only started what sends.
            for program in programs:
                program.kill()
            until_taken(url, 100, process)
            mine[0].kill()
            _, said = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 2, said
    assert "worker was lost" in said
    assert "Traceback" not in said
    rows = history_of(tmp_path / "run")
    outcomes = np.bincount(rows["outcome"].to_numpy(), minlength=len(Outcome))
    assert outcomes[Outcome.UNKNOWN] >= 1
    assert outcomes[Outcome.OK] >= 30
    # Of what the lost one sent nothing is known; nothing else is wrong.
    assert verify(plan, open_stored(str(store)), run=tmp_path / "run").ok
    _, alive = psutil.wait_procs(mine, timeout=20)
    assert not alive, "a process outlived its run"


def test_a_cluster_that_cannot_be_used_leaves_nothing(
    plan: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["fleet", "run", str(plan), "--target", "http://127.0.0.1:9/x", "--cluster", "10.0.0.5"]
    assert main([*words, "--out", str(tmp_path / "run")]) == 2
    assert "write local, or a scheduler's address" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_who_does_not_know_the_key_is_no_worker() -> None:
    with Listener(("127.0.0.1", 0), authkey=b"ours") as listener:
        ended = Event()
        joined: SimpleQueue[Connection] = SimpleQueue()
        thread = Thread(target=machines._accept, args=(listener, joined, ended), daemon=True)
        thread.start()
        port = int(listener.address[1])
        with pytest.raises(DeskhandError, match="cannot be reached"):
            join("127.0.0.1", port, b"theirs")
        pipe = join("127.0.0.1", port, b"ours")
        assert joined.get(timeout=10)
        pipe.close()
        ended.set()
        socket.create_connection(("127.0.0.1", port)).close()
        thread.join(10)
        assert joined.empty()
