"""Runs that are cut short or are short of something leave an honest record."""

import asyncio
import gzip
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from deskhand.fleet.identifiers import identifiers
from deskhand.manifest import read_record
from tests.fleet.load_runs import NEEDS_LOAD_CORE, history_of
from tests.fleet.serving import OK, answering, read_request, server
from tests.fleet.tiny_plan import SEED, tiny_plan

pytestmark = NEEDS_LOAD_CORE


def test_ctrl_c_leaves_a_part_of_a_report(tmp_path: Path) -> None:
    plan = tiny_plan(tmp_path / "plan", list(range(0, 60_000, 20)))
    taken: list[tuple[bytes, bytes]] = []
    with server(answering(lambda *_: OK, taken)) as port:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "deskhand", "fleet", "run", str(plan)),
                *("--target", f"http://127.0.0.1:{port}/in", "--out", str(tmp_path / "run")),
                *("--workers", "2"),
            ],
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        try:
            waits_until_s = time.monotonic() + 60
            while len(taken) < 20 and time.monotonic() < waits_until_s:
                time.sleep(0.05)
            process.send_signal(signal.SIGINT)
            _, said = process.communicate(timeout=30)
        finally:
            process.kill()
    assert process.returncode == 130, said
    record = read_record(tmp_path / "run" / "run.json")
    history = history_of(tmp_path / "run")
    assert record["interrupted"]
    assert record["counts"]["sent"] == history.num_rows > 10
    assert record["counts"]["unsent"] == 3000 - history.num_rows


def test_of_a_lost_worker_nothing_is_known(tmp_path: Path) -> None:
    plan = tiny_plan(tmp_path / "plan", list(range(0, 60_000, 20)))
    taken: list[tuple[bytes, bytes]] = []
    with server(answering(lambda *_: OK, taken)) as port:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "deskhand", "fleet", "run", str(plan)),
                *("--target", f"http://127.0.0.1:{port}/in", "--out", str(tmp_path / "run")),
            ],
            stderr=subprocess.PIPE,
        )
        until = time.monotonic() + 20
        while len(taken) < 50 and time.monotonic() < until:
            time.sleep(0.05)
        for child in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split():
            if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes():
                os.kill(int(child), signal.SIGKILL)
        _, said = process.communicate(timeout=30)
    assert process.returncode == 2, said
    assert b"worker was lost" in said
    record = read_record(tmp_path / "run" / "run.json")
    history = history_of(tmp_path / "run")
    assert record["interrupted"]
    assert record["counts"]["unknown"] >= 50
    names = {identifiers(SEED, "batch", row)[0].decode() for row in history["batch"].to_pylist()}
    assert {json.loads(gzip.decompress(body))["batch_id"] for _, body in taken} <= names


def test_fewer_descriptors_than_connections(tmp_path: Path) -> None:
    plan = tiny_plan(tmp_path / "plan", [0] * 300)

    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await read_request(reader)
            await asyncio.sleep(0.01)
            writer.write(OK)

    with server(slow) as port:
        command = (
            f"ulimit -n 60; exec {sys.executable} -m deskhand fleet run {plan} --no-self-check "
            f"--target http://127.0.0.1:{port}/in --out {tmp_path / 'run'} --connections 100"
        )
        done = subprocess.run(["bash", "-c", command], capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    counts = read_record(tmp_path / "run" / "run.json")["counts"]
    assert (counts["ok"], counts["unsent"]) == (300, 0)
