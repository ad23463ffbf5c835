"""The editor: its tasks reach their goals, take all their branches, keep secrets and replay."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

import deskhand
from deskhand.scenarios.apps.editor import tasks
from deskhand.scenarios.apps.editor.tasks import ask_agent, commit_and_push, edit_and_run
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

TASKS = (ask_agent, edit_and_run, commit_and_push)
CANARY = "zqxjcanary"

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


def test_the_agent_is_asked_again_stopped_and_rejected(
    done: Done, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert {"agent:diff", "agent:accepted", "saved:shown"} <= states(*done["editor.ask_agent"])
    # What is rare is made frequent, to be seen in few sessions.
    monkeypatch.setattr(tasks, "STOPS", 0.4)
    monkeypatch.setattr(tasks, "REJECTS", 0.4)
    seen = states(*(deskhand.simulate(ask_agent, seed=seed) for seed in range(6)))
    assert {"agent:stopped", "agent:rejected", "agent:accepted"} <= seen
    turns = [
        session.events["reference"].to_pylist().count("editor/workspace#agent:asked")
        for session in done["editor.ask_agent"]
    ]
    assert {1, 2} <= set(turns)


def test_tests_fail_at_times_and_pass_in_the_end(done: Done) -> None:
    runs = [states(session) for session in done["editor.edit_and_run"]]
    assert all("shell:passed" in run for run in runs)
    assert 0 < sum("shell:failed" in run for run in runs) < len(runs)
    seen = states(*done["editor.edit_and_run"])
    assert {"file:test", "file:cli", "file:open"} <= seen
    # The field of the palette has the focus when it opens, so nobody clicks it.
    for session in done["editor.edit_and_run"]:
        rows = session.events.select(["type", "target"]).to_pylist()
        assert {"type": "click", "target": "palette.query"} not in rows


def test_commits_are_refused_without_a_message_and_pushes_without_the_passphrase(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tasks, "FORGETS_MESSAGE", 0.5)
    monkeypatch.setattr(tasks, "MISTYPES", 0.5)
    seen = states(*(deskhand.simulate(commit_and_push, seed=seed) for seed in range(8)))
    assert {"commit:invalid", "push:open-denied", "push:pushed"} <= seen


def test_what_is_asked_and_the_passphrase_are_in_no_table() -> None:
    asks = planted(ask_agent, lambda wish: {"wish": replace(wish, prompt=CANARY, further=CANARY)})
    pushes = planted(commit_and_push, lambda commit: {"commit": replace(commit, passphrase=CANARY)})
    sessions = [deskhand.simulate(asks, seed=seed) for seed in range(6)]
    assert any(any(session.events["masked"].to_pylist()) for session in sessions)
    assert not any(CANARY in written(session) for session in sessions)
    sessions = [deskhand.simulate(pushes, seed=seed) for seed in range(6)]
    assert any(any(session.events["masked"].to_pylist()) for session in sessions)
    assert not any(CANARY in written(session) for session in sessions)


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_a_session_replays(
    task: Scenario, done: Done, chromium: str, node_modules: Path, tmp_path: Path
) -> None:
    assert replay_faults(done[task.name][3], tmp_path, chromium, node_modules) == []
