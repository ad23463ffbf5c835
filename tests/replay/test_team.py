"""A team's morning as the command line writes it: valid, and every session replays."""

from pathlib import Path

import pytest

import deskhand
from deskhand.validation import validate_path
from tests.replay.replayer import replay

PEOPLE = 5


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("team") / "out"
    deskhand.generate("morning", people=PEOPLE, seed=23, out=out, formats="parquet,rrweb")
    return out


def test_the_morning_is_valid(run: Path) -> None:
    report = validate_path(run)
    assert report.ok, list(report.lines())


@pytest.mark.parametrize("person", range(PEOPLE))
def test_every_session_replays(
    person: int, run: Path, chromium: str, node_modules: Path, tmp_path: Path
) -> None:
    path = sorted(run.glob("shard=*/rrweb/*.json"))[person]
    result = replay(path, chromium=chromium, node_modules=node_modules, folder=tmp_path)
    assert result.problems() == []
