"""Patches: the tasks reach their goals, take all their branches, keep secrets and replay."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

import deskhand
from deskhand.scenarios.apps.patches import tasks
from deskhand.scenarios.apps.patches.records import series
from deskhand.scenarios.apps.patches.tasks import review_patch, send_series
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

TASKS = (review_patch, send_series)
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


def test_mails_are_read_with_j_and_k_and_answered(done: Done) -> None:
    seen = states(*done["patches.review_patch"])
    assert {"page:mail-2", "page:mail-4", "page:mail-5", "page:sent"} <= seen
    keys = {
        row["key"]
        for session in done["patches.review_patch"]
        for row in session.events.select(["key", "target"]).to_pylist()
        if row["target"] is None
    }
    assert {"j", "k", "r"} <= keys
    # The first field has the focus when the reply opens, so hands stay on the keys.
    for session in done["patches.review_patch"]:
        rows = session.events.select(["type", "target"]).to_pylist()
        assert {"type": "click", "target": "reply.1"} not in rows


def test_checkpatch_finds_what_is_wrong_until_it_is_mended(
    done: Done, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [states(session) for session in done["patches.send_series"]]
    assert all("check:clean" in one for one in found)
    assert 0 < sum("check:unsigned" in one for one in found) < len(found)
    assert 0 < sum("check:long" in one for one in found) < len(found)
    monkeypatch.setattr(tasks, "MISTYPES", 0.5)
    seen = states(*(deskhand.simulate(send_series, seed=seed) for seed in range(6)))
    assert {"send:open-denied", "send:sent", "assistant:taken"} <= seen


def test_messages_are_what_the_page_finds_in_them() -> None:
    for one in series(7):
        lines = (one.message + one.sign_off).split("\n")
        assert max(map(len, lines)) <= 75
        assert any(line.startswith("Signed-off-by: ") for line in lines)
        assert max(map(len, one.careless.split("\n"))) > 75
        assert "Signed-off-by" not in one.message + one.careless


def test_the_password_of_the_mail_server_is_in_no_table() -> None:
    secret = planted(send_series, lambda series: {"series": replace(series, password=CANARY)})
    sessions = [deskhand.simulate(secret, seed=seed) for seed in range(6)]
    assert any(any(session.events["masked"].to_pylist()) for session in sessions)
    assert not any(CANARY in written(session) for session in sessions)


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_a_session_replays(
    task: Scenario, done: Done, chromium: str, node_modules: Path, tmp_path: Path
) -> None:
    assert replay_faults(done[task.name][3], tmp_path, chromium, node_modules) == []
