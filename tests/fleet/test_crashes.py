"""Whole runs in which the service or a worker is killed, and what the answer key says of them."""

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from deskhand.fleet.description import described
from deskhand.fleet.identifiers import identifiers
from deskhand.fleet.plan import make_plan
from deskhand.fleet.tables import Outcome
from deskhand.fleet.verify.stored import open_stored
from deskhand.fleet.verify.verdicts import Verdict, Verification
from deskhand.fleet.verify.verify import verify
from deskhand.manifest import read_record
from tests.fleet.collector_process import running_collector, start, until_taken
from tests.fleet.load_runs import history_of

for package in ("uvloop", "httptools", "hdrh", "uvicorn"):
    pytest.importorskip(package, reason='a run needs pip install "deskhand[fleet]"')

DESCRIPTION: dict[str, Any] = {
    "seed": 7,
    "compression": 86_400,
    "sessions": {"scenarios": {"auth.login": 1}, "pool": 4},
    "arrivals": {"per_device_day": 1.5, "curve": "even"},
    "client": {"max_events": 5, "max_bytes": 65_536, "max_age_s": 30},
    "faults": {
        "transport": {"duplicate": 0.1, "reset": 0.02},
        "content": {"unknown_type": 0.05, "bad_utf8": 0.05},
        "session": {"split": 0.1, "merged": 0.1},
    },
}


def plan_of(folder: Path, devices: int, compression: float = 86_400) -> Path:
    more = {"devices": devices, "compression": compression}
    make_plan(described({**DESCRIPTION, **more}), folder)
    return folder


def running(plan: Path, url: str, out: Path, *words: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "deskhand", "fleet", "run", str(plan)]
    command += ["--target", f"{url}/batch", "--out", str(out), "--no-self-check", *words]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True)


def judged(plan: Path, run: Path, store: Path) -> Verification:
    return verify(plan, open_stored(str(store)), run=run)


def rows(store: Path, sql: str) -> list[Any]:
    with closing(sqlite3.connect(store)) as base:
        return base.execute(sql).fetchall()


def test_a_collector_that_is_killed_ten_times_in_a_run_loses_doubles_and_spoils_nothing(
    tmp_path: Path,
) -> None:
    plan, run, store = plan_of(tmp_path / "plan", 25), tmp_path / "run", tmp_path / "kept.db"
    collector = start(store)
    port = int(collector.url.rpartition(":")[2])
    # Few connections, so that the run outlasts the crashes; many attempts, so that it outlasts the gaps.
    process = running(plan, collector.url, run, "--connections", "2", "--attempts", "60")
    try:
        for _ in range(10):
            until_taken(collector.url, 10, process)
            collector.kill()
            collector = start(store, port=port)
        _, said = process.communicate(timeout=240)
    finally:
        process.kill()
        collector.process.send_signal(signal.SIGTERM)
        assert collector.process.wait(timeout=30) == 0
    assert process.returncode == 0, said

    found = judged(plan, run, store)
    assert list(found.lines())[-1] == "nothing is lost, doubled, spoiled or made up."
    assert found.events_ok <= found.stored <= found.events_ok + found.events_unknown
    assert rows(store, "select 1 from events group by batch_id, seq having count(*) > 1") == []
    # Nothing is counted twice: each attempt is told once, and none is right twice.
    told, counts = history_of(run).to_pylist(), read_record(run / "run.json")["counts"]
    assert len(
        {tuple(row[name] for name in ("batch", "copy", "attempt", "part")) for row in told}
    ) == len(told)
    good = [(row["batch"], row["copy"]) for row in told if row["outcome"] == Outcome.OK]
    assert len(set(good)) == len(good) == counts["ok"]
    assert counts["sent"] == len(told) == counts["ok"] + counts["fail"] + counts["unknown"]
    # Ten crashes were felt.
    assert sum(row["outcome"] == Outcome.UNKNOWN for row in told) >= 10
    assert counts["unsent"] == found.batches_unsent == 0


def test_of_a_killed_worker_the_verdict_holds_what_the_history_has(tmp_path: Path) -> None:
    plan, run = plan_of(tmp_path / "plan", 60, compression=2_000), tmp_path / "run"
    store = tmp_path / "kept.db"
    with running_collector(store) as url:
        process = running(plan, url, run, "--workers", "2")
        try:
            until_taken(url, 400, process)
            children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
            workers = [
                int(child)
                for child in children
                if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()
            ]
            assert len(workers) == 2
            os.kill(workers[0], signal.SIGKILL)
            _, said = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 2
    assert "the run broke off (a worker was lost" in said
    record = read_record(run / "run.json")
    assert record["interrupted"]
    assert record["counts"]["unsent"] > 0
    found = judged(plan, run, store)
    assert list(found.lines())[-1] == "nothing is lost, doubled, spoiled or made up."
    assert found.within_bounds
    # Whatever came through of the lost worker is ok or unknown: else it would be made up.
    assert found.stored > 0
    assert min(found.batches_ok, found.batches_unsent) > 0
    # What was answered to the worker that is left must be there.
    good = {row["batch"] for row in history_of(run).to_pylist() if row["outcome"] == Outcome.OK}
    names = identifiers(DESCRIPTION["seed"], "batch", sorted(good)).astype("U20").tolist()
    kept = dict(rows(store, "select batch_id, count(*) from events group by batch_id"))
    name = next(name for name in names if name in kept)
    with closing(sqlite3.connect(store)) as base, base:
        base.execute("delete from events where batch_id = ?", (name,))
    (lost,) = judged(plan, run, store).found
    assert (lost.verdict, lost.events, lost.batches) == (Verdict.LOST, kept[name], 1)
    assert lost.examples[0].batch_id == name
