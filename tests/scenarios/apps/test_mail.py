"""Mail: its tasks reach their goals, take all their branches, keep secrets and replay."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

import deskhand
from deskhand.goals import missed
from deskhand.scenarios.apps.mail.records import FATES, FOLDERS, MOST, Invitation, Letter, triages
from deskhand.scenarios.apps.mail.tasks import answer_invitation, compose, triage_inbox
from deskhand.scenarios.desk import Desk
from deskhand.scenarios.scenario import Scenario, Steps
from deskhand.session import Session
from tests.scenarios.apps.whole_sessions import (
    Trials,
    marks,
    replay_faults,
    table_faults,
    try_all,
    written,
)

TASKS = (triage_inbox, compose, answer_invitation)
SEEDS = range(20)
CANARY = "Zqxv Kwyj"
# Few messages are called back; these seeds have one.
CALLED_BACK = (26, 33)

Done = Mapping[str, list[Session]]


@pytest.fixture(scope="module")
def trials() -> Trials:
    return try_all(TASKS, SEEDS)


@pytest.fixture(scope="module")
def done(trials: Trials) -> Done:
    return trials.done


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_goals_are_reached(task: Scenario, done: Done) -> None:
    for seed, session in zip(SEEDS, done[task.name], strict=True):
        assert session.goals
        assert missed(session) == [], seed


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_what_cannot_be_done_is_given_up(task: Scenario, trials: Trials) -> None:
    for seed, session in zip(SEEDS, trials.given_up[task.name], strict=True):
        assert missed(session) != [], seed


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_tables_are_valid(task: Scenario, done: Done, tmp_path: Path) -> None:
    assert table_faults(done[task.name], tmp_path) == []


def test_messages_are_archived_deleted_filed_and_answered(done: Done) -> None:
    seen = marks(done["mail.triage"])
    states = {mark.rpartition(":")[2] for mark in seen if "#row." in mark}
    assert {"archived", "deleted", "moved"} <= states
    assert "mail/inbox#reply:sent" in seen
    keys = {
        (row["key"], str(row["target"]).rpartition(".")[0])
        for session in done["mail.triage"]
        for row in session.events.select(["key", "target"]).to_pylist()
    }
    assert {("e", "mail.row"), ("j", "mail.row")} & keys


def test_a_message_is_called_back_and_sent_again() -> None:
    for seed in CALLED_BACK:
        session = deskhand.simulate(compose, seed=seed)
        sent = session.events["reference"].cast("string").to_pylist().count("mail/inbox#page:sent")
        assert sent == 2
        assert missed(session) == []


def test_invitations_are_accepted_and_refused(done: Done) -> None:
    seen = marks(done["mail.answer_invitation"])
    assert {f"mail/invitation#page:{state}" for state in ("accepted", "declined")} <= seen


def _secret_letter(desk: Desk, letter: Letter) -> Steps:
    planted = replace(letter, to="zqxv@kwyj.example", subject=CANARY, body=f"{CANARY} {CANARY}")
    yield from compose.run(desk, planted)


def _secret_note(desk: Desk, invitation: Invitation) -> Steps:
    yield from answer_invitation.run(desk, replace(invitation, answer="maybe", note=CANARY))


@pytest.mark.parametrize(
    "task",
    [replace(compose, run=_secret_letter), replace(answer_invitation, run=_secret_note)],
    ids=lambda task: task.name,
)
def test_what_people_write_is_in_no_table(task: Scenario) -> None:
    session = deskhand.simulate(task, seed=3)
    assert missed(session) == []
    told = written(session)
    assert "mail/inbox" in told
    for part in (CANARY, *CANARY.split(), "zqxv", "kwyj"):
        assert part not in told


def test_a_second_task_begins_with_a_fresh_inbox() -> None:
    def both(desk: Desk) -> Steps:
        yield from desk.do(compose)
        yield from desk.do(compose)
        yield from desk.do(triage_inbox)

    session = deskhand.simulate(replace(compose, run=both, needs=()), seed=5)
    assert len(session.goals) == 3
    assert missed(session) == []


def test_records_hold_what_the_pages_offer() -> None:
    assert len(FOLDERS) == MOST
    assert {fate for triage in triages(7) for fate in triage.fates} == set(FATES)


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_sessions_replay(
    task: Scenario, done: Done, tmp_path: Path, chromium: str, node_modules: Path
) -> None:
    assert replay_faults(done[task.name][1], tmp_path, chromium, node_modules) == []
