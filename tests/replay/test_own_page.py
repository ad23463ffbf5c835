"""A page nobody here wrote: compiled, worked on by twenty people, and replayed."""

import shutil
from pathlib import Path

import pytest

import deskhand
from deskhand.scenarios.screen_compiler import compile_page, write_screen
from deskhand.validation import validate_path
from tests.replay.replayer import replay

EXAMPLE = Path(__file__).parents[2] / "examples" / "own_page" / "own_page.json"
REPLAYED = (0, 7, 19)


@pytest.fixture(scope="module")
def run(chromium: str, node_modules: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("own_page")
    site = node_modules / "gentelella" / "dist"
    data = compile_page(
        site / "production" / "form.html",
        root=site,
        name="own/project",
        app="own",
        viewport=(1280, 800),
        chromium=chromium,
    )
    write_screen(data, out=folder)
    shutil.copy(EXAMPLE, folder)
    deskhand.generate(
        folder / EXAMPLE.name, people=20, seed=7, out=folder / "out", formats="parquet,rrweb"
    )
    return folder / "out"


def test_twenty_people_did_the_task(run: Path) -> None:
    sessions = list(deskhand.read_sessions(run))
    assert len(sessions) == 20
    report = validate_path(run)
    assert report.ok, list(report.lines())
    for session in sessions:
        verbs = session.actions["verb"].to_pylist()
        assert {"type", "choose", "click"} <= set(verbs)
        rows = session.events.select(["type", "value"]).to_pylist()
        changes = [row["value"] for row in rows if row["type"] == "select.change"]
        assert changes[-1] == "Globex Inc"
    assert len({s.events.num_rows for s in sessions}) > 10


@pytest.mark.parametrize("person", REPLAYED)
def test_a_session_on_it_replays(
    person: int, run: Path, chromium: str, node_modules: Path, tmp_path: Path
) -> None:
    session = list(deskhand.read_sessions(run))[person]
    path = next(run.glob(f"shard=*/rrweb/{session.session_id}.json"))
    result = replay(path, chromium=chromium, node_modules=node_modules, folder=tmp_path)
    assert result.problems() == []
