"""Expenses: claims, decisions and a change of account, which is masked as a whole."""

from dataclasses import replace
from pathlib import Path

import pytest

import deskhand
from deskhand.goals import missed
from deskhand.scenarios.app_screens import screen
from deskhand.scenarios.apps.expense.records import (
    ACCOUNT,
    CATEGORIES,
    CLAIM,
    COUNTRIES,
    CURRENCIES,
    Account,
    iban,
)
from deskhand.scenarios.apps.expense.tasks import approve, change_account, new_claim
from deskhand.scenarios.records import Credentials
from deskhand.scenarios.scenario import Scenario, infeasible
from deskhand.session import Session
from tests.scenarios.apps.whole_sessions import (
    came_to,
    replay_faults,
    table_faults,
    with_records,
    written,
)

TASKS = (new_claim, change_account, approve)
SEEDS = range(20)

by_task = pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)


@pytest.fixture(scope="module")
def done() -> dict[str, dict[int, Session]]:
    return {t.name: {seed: deskhand.simulate(t, seed=seed) for seed in SEEDS} for t in TASKS}


@by_task
def test_every_goal_is_reached(task: Scenario, done: dict[str, dict[int, Session]]) -> None:
    assert {seed: missed(s) for seed, s in done[task.name].items() if missed(s)} == {}
    assert all(session.goals for session in done[task.name].values())


@by_task
def test_what_is_not_there_is_not_done(task: Scenario) -> None:
    for seed in SEEDS:
        assert missed(deskhand.simulate(infeasible(task), seed=seed)), seed


@by_task
def test_tables_are_valid(
    task: Scenario, done: dict[str, dict[int, Session]], tmp_path: Path
) -> None:
    assert table_faults(done[task.name].values(), tmp_path) == []


def test_claims_are_sent_with_one_to_four_lines(done: dict[str, dict[int, Session]]) -> None:
    claims = done["expense.new_claim"].values()
    assert sum(came_to(claims, f"page:sent-{lines}") for lines in range(1, 5)) == len(SEEDS)
    assert came_to(claims, "page:sent-2") > 0
    assert came_to(claims, "page:sent-4") > 0
    assert 0 < sum(came_to(claims, f"page:invalid-{line}") for line in range(1, 5)) < len(SEEDS)
    verbs = [session.actions["verb"].to_pylist() for session in claims]
    assert 0 < sum("drag" in each for each in verbs) <= len(SEEDS)
    attached = [session.actions["target"].to_pylist() for session in claims]
    assert any("claim.attach.1" in each for each in attached)


def test_account_numbers_are_pasted_or_typed_and_at_times_differ() -> None:
    sessions = [deskhand.simulate(change_account, seed=seed) for seed in range(60)]
    pasted = sum("paste" in session.actions["verb"].to_pylist() for session in sessions)
    assert 24 <= pasted <= 48
    for state in ("refused", "differs", "expired"):
        assert 0 < came_to(sessions, f"page:{state}") < 15, state
    assert [missed(session) for session in sessions] == [[]] * 60


def test_managers_approve_and_send_back(done: dict[str, dict[int, Session]]) -> None:
    reviews = done["expense.approve"].values()
    for claim in range(1, 6):
        assert came_to(reviews, f"claim.{claim}:approved") > 0
    assert sum(came_to(reviews, f"claim.{claim}:returned") for claim in range(1, 6)) > 0
    pressed = {key for session in reviews for key in session.events["key"].to_pylist()}
    assert "j" in pressed


def test_nothing_of_the_bank_page_is_in_a_table() -> None:
    secret = Account(
        holder="Quintessa Vandervoort",
        country="Poland",
        iban=iban("PL", "109010140000071219812874"),
        bic="QZXWPLPWXXX",
    )
    own = Credentials(user="somebody", password="Xq7wZk2vJ9pL", code="918273")
    for seed in range(6):
        task = with_records(change_account, account=secret, credentials=own)
        session = deskhand.simulate(task, seed=seed)
        assert missed(session) == []
        text = written(session)
        for part in (secret.holder, secret.country, secret.iban, secret.iban[-9:], secret.bic):
            assert part not in text, part
        assert own.password not in text
        assert own.code not in text


def test_amounts_are_in_no_table() -> None:
    (claim, *_) = [claim for claim in CLAIM.pool(7) if len(claim.lines) == 2]
    lines = (replace(claim.lines[0], amount="91827.36"), replace(claim.lines[1], amount="64.73"))
    session = deskhand.simulate(with_records(new_claim, claim=replace(claim, lines=lines)), seed=3)
    assert missed(session) == []
    text = written(session)
    assert "91827" not in text
    assert "64.73" not in text
    assert claim.lines[0].purpose in text


def test_records_offer_what_the_pages_do() -> None:
    form = screen("expense/claim-form").elements
    assert {option.label for option in form["claim.category"].options} >= set(CATEGORIES)
    assert [option.label for option in form["claim.currency"].options] == list(CURRENCIES)
    bank = screen("expense/bank").states["page", "open"].overrides["bank.country"]
    assert bank is not None
    assert {option["label"] for option in bank["options"]} >= set(COUNTRIES)
    # The check digits of ISO 13616: the rearranged number leaves 1 when divided by 97.
    for account in ACCOUNT.pool(7):
        turned = account.iban[4:] + account.iban[:4]
        assert int("".join(str(int(sign, 36)) for sign in turned)) % 97 == 1


@by_task
def test_sessions_replay(task: Scenario, chromium: str, node_modules: Path, tmp_path: Path) -> None:
    assert replay_faults(deskhand.simulate(task, seed=5), tmp_path, chromium, node_modules) == []
