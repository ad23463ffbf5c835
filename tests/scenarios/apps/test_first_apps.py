"""Customers, issues, chat and sign-in: goals of all tasks, and what is masked in the newer ones."""

from dataclasses import replace
from pathlib import Path

import pytest

import deskhand
from deskhand.goals import missed
from deskhand.scenarios.apps.auth.tasks import login, unlock
from deskhand.scenarios.apps.chat.tasks import answer, write
from deskhand.scenarios.apps.crm.tasks import (
    browse_leads,
    create_lead,
    follow_up,
    log_call,
    update_opportunity,
)
from deskhand.scenarios.apps.tracker.tasks import answer_issue, create_issue, triage_board
from deskhand.scenarios.records import Credentials, pools
from deskhand.scenarios.scenario import Scenario, infeasible
from tests.scenarios.apps.whole_sessions import came_to, replay_faults, with_records, written

TASKS = (
    *(login, unlock, answer, write),
    *(browse_leads, create_lead, follow_up, log_call, update_opportunity),
    *(answer_issue, create_issue, triage_board),
)
SEEDS = range(6)


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_tasks_reach_their_goals_and_infeasible_ones_do_not(task: Scenario) -> None:
    for seed in SEEDS:
        session = deskhand.simulate(task, seed=seed)
        assert session.goals
        assert missed(session) == [], seed
        assert missed(deskhand.simulate(infeasible(task), seed=seed)), seed


def test_unlocking_takes_some_a_second_try() -> None:
    sessions = [deskhand.simulate(unlock, seed=seed) for seed in range(40)]
    assert came_to(sessions, "page:open") == 40
    assert 0 < came_to(sessions, "page:wrong") < 10


def test_the_password_of_a_locked_screen_is_in_no_table() -> None:
    own = Credentials(user="somebody", password="Xq7wZk2vJ9pL", code="918273")
    session = deskhand.simulate(with_records(unlock, credentials=own), seed=3)
    assert missed(session) == []
    assert own.password not in written(session)


def test_notes_and_numbers_of_a_call_are_in_no_table() -> None:
    notes, phone = "Quokkas by Thursday.", "+1 202 555 0173"
    lead = replace(pools(7).lead[0], notes=notes, phone=phone)
    session = deskhand.simulate(with_records(log_call, lead=lead), seed=3)
    assert missed(session) == []
    text = written(session)
    assert notes not in text
    assert phone not in text
    assert lead.name in text


def test_calls_have_every_outcome() -> None:
    # What the page shows at first is not chosen.
    sessions = [deskhand.simulate(log_call, seed=seed) for seed in range(12)]
    chosen = [set(session.events["value"].to_pylist()) for session in sessions]
    for outcome in ("Left a message", "Call back later"):
        assert 0 < sum(outcome in each for each in chosen) < 12


@pytest.mark.parametrize("task", [log_call, unlock], ids=lambda task: task.name)
def test_newer_pages_replay(
    task: Scenario, chromium: str, node_modules: Path, tmp_path: Path
) -> None:
    assert replay_faults(deskhand.simulate(task, seed=5), tmp_path, chromium, node_modules) == []
