"""The pytest plug-in, used by a test file as someone else would write it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

OWN_TESTS = """
import json

import pyarrow.parquet as pq


def test_session(deskhand_session):
    session = deskhand_session("crm.create_lead", seed=3)
    assert session.header["synthetic"] is True
    assert session is deskhand_session("crm.create_lead", seed=3)
    assert session.session_id != deskhand_session(seed=4).session_id


def test_sessions(deskhand_sessions):
    sessions = deskhand_sessions("auth.login", people=3, seed=3)
    assert len({session.session_id for session in sessions}) == 3


def test_file(deskhand_file):
    path = deskhand_file("crm.create_lead", format="rrweb", seed=3)
    assert path.suffix == ".json"
    events = json.loads(path.read_bytes())
    assert events[0]["synthetic"] is True
    path.write_bytes(b"[]")
    assert json.loads(deskhand_file("crm.create_lead", format="rrweb", seed=3).read_bytes()) == events


def test_tables(deskhand_file):
    folder = deskhand_file(format="parquet", size=2)
    assert pq.read_table(folder / "sessions.parquet").num_rows == 2


def test_refusal(deskhand_file):
    try:
        deskhand_file(format="rweb")
    except ValueError as error:
        assert "did you mean 'rrweb'" in str(error)
    else:
        raise AssertionError("taken")
"""


@pytest.mark.parametrize("words", [[], ["-p", "no:cacheprovider"]], ids=["plain", "no cache"])
def test_fixtures_in_a_test_file_of_ones_own(tmp_path: Path, words: list[str]) -> None:
    (tmp_path / "test_own.py").write_text(OWN_TESTS)
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *words, "test_own.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "5 passed" in run.stdout, run.stdout + run.stderr


def test_the_plugin_costs_nothing_until_it_is_asked(tmp_path: Path) -> None:
    code = "import sys, deskhand.pytest_plugin; print('pyarrow' in sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "False"
