"""Scenarios and exports of another package: found, used by workers, and switched off."""

from pathlib import Path

import pytest

from tests.conftest import Deskhand

MODULE = '''
from contextlib import contextmanager

from deskhand.scenarios.scenario import scenario

SUFFIX = ".count"


@scenario("tiny.look", app="crm", opens="crm/leads")
def look(desk):
    """Look at the list of leads for a while."""
    yield from desk.read(words=20)


class Counter:
    def __init__(self, folder):
        self.folder = folder

    def write(self, session):
        path = self.folder / f"{session.session_id}{SUFFIX}"
        path.write_text(f"{session.events.num_rows}\\n")

    def close(self):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


open_writer = Counter
'''
ENTRY_POINTS = """
[deskhand.scenarios]
tiny.look = tiny_plugin:look
tiny.broken = tiny_plugin:nothing

[deskhand.exports]
count = tiny_plugin
"""


@pytest.fixture
def installed(tmp_path: Path) -> dict[str, str]:
    """The environment in which a tiny package is installed."""
    site = tmp_path / "site"
    info = site / "tiny_plugin-1.0.dist-info"
    info.mkdir(parents=True)
    (site / "tiny_plugin.py").write_text(MODULE)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: tiny-plugin\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(ENTRY_POINTS)
    return {"PYTHONPATH": str(site)}


def test_plugin_scenario_and_export(
    installed: dict[str, str], tmp_path: Path, deskhand: Deskhand
) -> None:
    listed = deskhand("scenarios", "show", "tiny.look", env=installed)
    assert "Look at the list of leads for a while." in listed.stdout, listed.stderr
    words = ["tiny.look", "--people", 4, "--team-size", 2, "--seed", 7, "--format", "count,parquet"]
    counts = []
    for workers in (1, 2):
        out = tmp_path / f"run{workers}"
        done = deskhand("generate", *words, "--workers", workers, "--out", out, env=installed)
        assert done.returncode == 0, done.stderr
        counts.append({path.name: path.read_text() for path in out.rglob("*.count")})
    assert len(counts[0]) == 4
    assert counts[0] == counts[1]


def test_broken_plugin_is_named(
    installed: dict[str, str], tmp_path: Path, deskhand: Deskhand
) -> None:
    words = ["--people", 1, "--seed", 7, "--out", tmp_path / "run"]
    done = deskhand("generate", "tiny.broken", *words, env=installed)
    assert done.returncode == 2
    assert "tiny_plugin:nothing" in done.stderr
    assert done.stderr.count("\n") == 1


def test_plugins_can_be_switched_off(
    installed: dict[str, str], tmp_path: Path, deskhand: Deskhand
) -> None:
    words = ["--people", 1, "--seed", 7, "--out", tmp_path / "run"]
    off = {**installed, "DESKHAND_NO_PLUGINS": "1"}
    done = deskhand("generate", "tiny.look", *words, env=off)
    assert done.returncode == 2
    assert "'tiny.look' is not known" in done.stderr
