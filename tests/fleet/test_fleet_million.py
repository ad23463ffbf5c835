"""The benchmark of a million devices, run as a person runs it, on two thousand."""

import json
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

BENCHMARK = Path(__file__).parent.parent.parent / "benchmarks" / "fleet_million.py"


def test_a_small_fleet_is_planned_run_and_verified_exactly(tmp_path: Path) -> None:
    for package in ("nats", "uvloop", "hdrh"):
        if find_spec(package) is None:
            pytest.skip(f'needs {package}: pip install "deskhand[fleet,queues]"')
    if shutil.which("nats-server") is None:
        pytest.skip("needs nats-server: apt-get install nats-server")
    folder = tmp_path / "kept"
    command = [sys.executable, str(BENCHMARK), "--devices", "2000", "--keep", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    record = json.loads((folder / "run" / "run.json").read_bytes())
    plan = json.loads((folder / "plan" / "plan.json").read_bytes())
    assert record["counts"]["ok"] == record["counts"]["intended"] > plan["batches"] > 1_900
    assert done.stdout.count(": ok") == 8
    assert "exactly these 300 LOST: ok" in done.stdout
    assert (folder / "run" / "report.html").is_file()


def test_a_folder_that_is_there_is_refused(tmp_path: Path) -> None:
    command = [sys.executable, str(BENCHMARK), "--devices", "20", "--keep", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert f"{tmp_path}: is there already" in done.stderr
    assert "Traceback" not in done.stderr
