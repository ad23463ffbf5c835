"""Monitoring, on call: taking an alert, looking for its cause, telling others, answering it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import deskhand
from deskhand.scenarios.apps.monitor.tasks import answer_page, walk_dashboard
from deskhand.scenarios.scenario import Scenario
from deskhand.session import Session
from tests.scenarios.apps.whole_sessions import (
    SEEDS,
    check_infeasible,
    entered,
    planted,
    replay_faults,
    sessions_of,
    share,
    table_faults,
    written,
)

TASKS = {task.name: task for task in (answer_page, walk_dashboard)}
CANARY = "C-80417702653"


@pytest.fixture(scope="module")
def sessions() -> Callable[[str], list[Session]]:
    made: dict[str, list[Session]] = {}

    def of(name: str) -> list[Session]:
        if name not in made:
            made[name] = sessions_of(TASKS[name])
        return made[name]

    return of


@pytest.mark.parametrize("name", TASKS)
def test_goals_are_reached_and_the_tables_valid(
    name: str, sessions: Callable[[str], list[Session]], tmp_path: Path
) -> None:
    assert table_faults(sessions(name)[:3], tmp_path) == []


@pytest.mark.parametrize("task", TASKS.values(), ids=list(TASKS))
def test_what_is_not_there_is_not_done(task: Scenario) -> None:
    check_infeasible(task)


def test_branches_occur(sessions: Callable[[str], list[Session]]) -> None:
    paged = sessions("monitor.answer_page")
    escalated = share(paged, lambda one: entered(one, "monitor/alert#page:escalated"))
    resolved = share(paged, lambda one: entered(one, "monitor/alert#page:resolved"))
    assert 0.05 < escalated < 0.6
    assert escalated + resolved == 1
    assert 0 < share(paged, lambda one: "runbook.4" in one.events["target"].to_pylist()) < resolved
    assert share(paged, lambda one: entered(one, "monitor/dashboard#logs:none")) < 0.5
    windows = share(paged, lambda one: entered(one, "monitor/dashboard#zoom:window-2-5"))
    assert 0 < windows < 1


def test_the_team_is_told_in_the_chat(sessions: Callable[[str], list[Session]]) -> None:
    paged = sessions("monitor.answer_page")
    assert share(paged, lambda one: entered(one, "chat/channel#page:s")) == 1


def test_the_number_of_a_customer_is_in_no_table() -> None:
    task = planted(
        answer_page, lambda page: {"page": replace(page, outcome="escalate", customer=CANARY)}
    )
    session = deskhand.simulate(task, seed=3)
    assert "escalate.customer" in session.events["target"].to_pylist()
    assert CANARY not in written(session)


@pytest.mark.parametrize("name", TASKS)
def test_a_session_replays(name: str, chromium: str, node_modules: Path, tmp_path: Path) -> None:
    session = deskhand.simulate(TASKS[name], seed=SEEDS[-1])
    assert replay_faults(session, tmp_path, chromium, node_modules) == []
