"""The code host: its tasks reach their goals, take all their branches, keep secrets and replay."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

import deskhand
from deskhand.events import TABLES
from deskhand.exports import parquet, rrweb
from deskhand.goals import missed
from deskhand.scenarios.apps.code_host.records import VERDICTS, Review
from deskhand.scenarios.apps.code_host.tasks import blame_function, review_pull, star_and_follow
from deskhand.scenarios.desk import Desk
from deskhand.scenarios.scenario import Scenario, Steps, infeasible
from deskhand.session import Session
from deskhand.validation import validate_path
from tests.replay.replayer import replay

TASKS = (review_pull, blame_function, star_and_follow)
SEEDS = range(20)
CANARY = "zqxj canary vwkp"

Done = Mapping[str, list[Session]]


@pytest.fixture(scope="module")
def done() -> Done:
    return {task.name: [deskhand.simulate(task, seed=seed) for seed in SEEDS] for task in TASKS}


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_goals_are_reached_and_infeasible_ones_are_not(task: Scenario, done: Done) -> None:
    for seed, session in zip(SEEDS, done[task.name], strict=True):
        assert session.goals
        assert missed(session) == [], seed
        assert missed(deskhand.simulate(infeasible(task), seed=seed)) != [], seed


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_tables_are_valid(task: Scenario, done: Done, tmp_path: Path) -> None:
    with parquet.open_writer(tmp_path) as writer:
        for session in done[task.name]:
            writer.write(session)
    report = validate_path(tmp_path)
    assert report.ok, list(report.lines())
    assert report.sessions == len(SEEDS)


def states(sessions: list[Session]) -> set[str]:
    return {
        row["reference"].partition("#")[2]
        for session in sessions
        for row in session.events.select(["type", "reference"]).to_pylist()
        if row["type"] == "mark"
    }


def test_reviews_take_every_branch(done: Done) -> None:
    seen = states(done["code_host.review_pull"])
    assert {"review:approved", "review:commented", "review:changes", "filter:review"} <= seen
    assert {"line.1:commented", "line.2:commented", "line.3:commented"} <= seen
    keys = {
        (row["key"], str(row["target"]).partition(".")[0])
        for session in done["code_host.review_pull"]
        for row in session.events.select(["key", "target"]).to_pylist()
    }
    assert ("Enter", "review") in keys
    # A demand for changes without a word is refused, and made good.
    refused = 0
    for seed in range(24):
        asking = deskhand.simulate(asks_for_changes, seed=seed)
        refused += "review:open-invalid" in states([asking])
        assert "review:changes" in states([asking])
    assert 0 < refused < 24


def _asks(desk: Desk, review: Review) -> Steps:
    yield from review_pull.run(desk, review=replace(review, verdict=VERDICTS[2]))


asks_for_changes = replace(review_pull, run=_asks)


def test_blame_opens_the_commit_asked_for_at_times_after_another(done: Done) -> None:
    sessions = done["code_host.blame_function"]
    opened = [len([s for s in states([session]) if "commit" in s]) for session in sessions]
    assert set(opened) == {1, 2}


def test_stars_and_branches_vary(done: Done) -> None:
    seen = states(done["code_host.star_and_follow"])
    assert {"star:starred", "follow:following"} <= seen
    assert len({state for state in seen if state.startswith("branch:")}) > 4


def test_what_is_said_about_private_lines_is_in_no_table() -> None:
    def _planted(desk: Desk, review: Review) -> Steps:
        said = replace(review, first=CANARY, second=CANARY, third=CANARY)
        yield from review_pull.run(desk, review=said)

    planted = replace(review_pull, run=_planted)
    typed = 0
    for seed in range(8):
        session = deskhand.simulate(planted, seed=seed)
        typed += sum(session.events["masked"].to_pylist())
        for name in TABLES:
            table = getattr(session, name, None)
            assert table is None or "canary" not in str(table.to_pylist()), name
    assert typed > len(CANARY)


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_a_session_replays(
    task: Scenario, done: Done, chromium: str, node_modules: Path, tmp_path: Path
) -> None:
    with rrweb.open_writer(tmp_path) as writer:
        writer.write(done[task.name][3])
    path = next((tmp_path / "rrweb").glob("*.json"))
    report = validate_path(path)
    assert report.ok, list(report.lines())
    result = replay(path, chromium=chromium, node_modules=node_modules, watch_s=2)
    assert result.problems() == []
