"""The examples run as they stand."""

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from deskhand.fixtures import write_fixtures

ROOT = Path(__file__).parent.parent.parent
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def plot() -> None:
    """Skip where matplotlib is not installed."""
    if importlib.util.find_spec("matplotlib") is None:
        pytest.skip('needs matplotlib: python -m pip install ".[plot]"')


def _run(script: Path, folder: Path, *words: str) -> None:
    command = [sys.executable, str(script), *words]
    own = {"MPLBACKEND": "Agg", "MPLCONFIGDIR": str(folder), "PATH": ""}
    subprocess.run(command, cwd=folder, check=True, env=os.environ | own, timeout=120)


@pytest.mark.usefixtures("plot")
def test_first_session_draws_a_picture(tmp_path: Path) -> None:
    _run(ROOT / "examples" / "first_session.py", tmp_path)
    assert (tmp_path / "first_session.png").read_bytes().startswith(PNG)


@pytest.mark.usefixtures("plot")
def test_picture_of_the_readme_can_be_made(tmp_path: Path) -> None:
    out = tmp_path / "picture.png"
    _run(ROOT / "docs" / "make_picture.py", tmp_path, "--out", str(out))
    assert out.read_bytes().startswith(PNG)
    assert out.stat().st_size < 150_000


@pytest.mark.usefixtures("plot")
def test_pictures_of_the_pointer_can_be_made(tmp_path: Path) -> None:
    _run(ROOT / "docs" / "make_pointer_pictures.py", tmp_path, "--out", str(tmp_path))
    shown = {path.name for path in (ROOT / "docs" / "models").glob("pointer_*.png")}
    assert {path.name for path in tmp_path.glob("*.png")} == shown


def test_the_example_of_an_own_schema_writes_and_reads_back(tmp_path: Path) -> None:
    out = tmp_path / "one.events.jsonl"
    script = ROOT / "examples" / "own_schema" / "write_and_read.py"
    command = [sys.executable, "-W", "error", str(script), str(out)]
    done = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True)
    written, back = re.findall(r"(\d+) events written, (\d+) read back", done.stdout)[0]
    assert written == back
    assert int(back) > 1000
    assert "not read:" not in done.stdout
    first = json.loads(out.read_bytes().splitlines()[0])
    assert first["session"]["origin"] == "generated"


def test_the_pytest_example_passes(tmp_path: Path) -> None:
    copy = tmp_path / "ci"
    shutil.copytree(ROOT / "examples" / "ci", copy)
    command = [sys.executable, "-m", "pytest", "-q", "test_ingest.py"]
    environment = {**os.environ, "PYTEST_ADDOPTS": ""}
    done = subprocess.run(
        command, cwd=copy, env=environment, check=False, capture_output=True, text=True
    )
    assert "2 passed" in done.stdout, done.stdout + done.stderr


def test_the_jest_example_passes(node: str, node_modules: Path, tmp_path: Path) -> None:
    fixtures = tmp_path / "fixtures"
    write_fixtures(fixtures, formats=["jsonl"], seed=7)
    done = subprocess.run(
        [node, str(node_modules / "jest" / "bin" / "jest.js")],
        cwd=ROOT / "examples" / "ci",
        env={**os.environ, "DESKHAND_FIXTURES": str(fixtures)},
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert "12 passed" in done.stderr, done.stderr
