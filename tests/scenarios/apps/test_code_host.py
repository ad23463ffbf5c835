"""The code host: its tasks reach their goals, take all their branches, keep secrets and replay."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

import deskhand
from deskhand.scenarios.apps.code_host.records import VERDICTS
from deskhand.scenarios.apps.code_host.tasks import blame_function, review_pull, star_and_follow
from deskhand.scenarios.scenario import Scenario
from deskhand.session import Session
from tests.scenarios.apps.whole_sessions import (
    check_infeasible,
    planted,
    replay_faults,
    sessions_of,
    table_faults,
    written,
)

TASKS = (review_pull, blame_function, star_and_follow)
CANARY = "zqxjcanary vwkp"

Done = Mapping[str, list[Session]]


def states(*sessions: Session) -> set[str]:
    """Return all states that pages came to, as ``layer:state``."""
    return {
        str(row["reference"]).partition("#")[2]
        for session in sessions
        for row in session.events.select(["type", "reference"]).to_pylist()
        if row["type"] == "mark"
    }


@pytest.fixture(scope="module")
def done() -> Done:
    return {task.name: sessions_of(task) for task in TASKS}


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_what_cannot_be_done_misses_its_goal(task: Scenario) -> None:
    check_infeasible(task)


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_tables_are_valid(task: Scenario, done: Done, tmp_path: Path) -> None:
    assert table_faults(done[task.name], tmp_path) == []


def test_reviews_take_every_branch(done: Done) -> None:
    seen = states(*done["code_host.review_pull"])
    assert {"review:approved", "review:commented", "review:changes", "filter:review"} <= seen
    assert {"line.1:commented", "line.2:commented", "line.3:commented"} <= seen
    keys = {
        (row["key"], str(row["target"]).partition(".")[0])
        for session in done["code_host.review_pull"]
        for row in session.events.select(["key", "target"]).to_pylist()
    }
    assert ("Enter", "review") in keys


def test_a_demand_for_changes_without_a_word_is_refused_and_made_good() -> None:
    asks = planted(review_pull, lambda review: {"review": replace(review, verdict=VERDICTS[2])})
    seen = [states(deskhand.simulate(asks, seed=seed)) for seed in range(20)]
    assert all("review:changes" in one for one in seen)
    refused = sum("review:open-invalid" in one for one in seen)
    assert 0 < refused < len(seen)


def test_blame_opens_the_commit_asked_for_at_times_after_another(done: Done) -> None:
    sessions = done["code_host.blame_function"]
    opened = [len([s for s in states(session) if "commit" in s]) for session in sessions]
    assert set(opened) == {1, 2}


def test_stars_and_branches_vary(done: Done) -> None:
    seen = states(*done["code_host.star_and_follow"])
    assert {"star:starred", "follow:following"} <= seen
    assert len({state for state in seen if state.startswith("branch:")}) > 4


def test_what_is_said_about_private_lines_is_in_no_table() -> None:
    said = {"first": CANARY, "second": CANARY, "third": CANARY}
    secret = planted(review_pull, lambda review: {"review": replace(review, **said)})
    sessions = [deskhand.simulate(secret, seed=seed) for seed in range(6)]
    assert any(any(session.events["masked"].to_pylist()) for session in sessions)
    assert not any(CANARY[:8] in written(session) for session in sessions)


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_a_session_replays(
    task: Scenario, done: Done, chromium: str, node_modules: Path, tmp_path: Path
) -> None:
    assert replay_faults(done[task.name][3], tmp_path, chromium, node_modules) == []
