"""A small run, made once, and the command line in a process of its own."""

import os
import subprocess
import sys
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from deskhand import api
from tests.conftest import Deskhand

SCENARIO = "crm.create_lead"
# Four teams of two on two days: eight shards, made in about a second.
SMALL: dict[str, Any] = {"people": 8, "days": 2, "seed": 7, "team_size": 2}
SMALL_WORDS = ["--people", "8", "--days", "2", "--seed", "7", "--team-size", "2"]


def hashes(folder: Path) -> dict[str, str]:
    """The sha256 of every file below a folder."""
    return {
        path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def command(*words: object) -> list[str]:
    return [sys.executable, "-W", "error", "-m", "deskhand", *map(str, words)]


@pytest.fixture(scope="session")
def deskhand() -> Deskhand:
    """Run the command line in a process of its own."""

    def run(
        *words: object, env: Mapping[str, str] | None = None, cwd: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command(*words),
            check=False,
            capture_output=True,
            text=True,
            timeout=120,
            cwd=cwd,
            env={**os.environ, **(env or {})},
        )

    return run


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The entire small run, made by this process alone."""
    out = tmp_path_factory.mktemp("small") / "run"
    api.generate(SCENARIO, out=out, formats="parquet,jsonl", **SMALL)
    return out
