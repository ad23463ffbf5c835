"""The wiki: its tasks reach their goals, take all their branches, keep secrets and replay."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

import deskhand
from deskhand.goals import missed
from deskhand.scenarios.apps.wiki.records import MACROS, TEMPLATES, Draft, articles, drafts
from deskhand.scenarios.apps.wiki.tasks import comment_page, edit_page, page_from_template
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

TASKS = (edit_page, comment_page, page_from_template)
SEEDS = range(20)
CANARY = "Zqxv Kwyj"
# An edit by somebody else is rare; these seeds have one.
CONFLICTS = (20, 31)

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


def test_editors_search_insert_paste_and_undo(done: Done) -> None:
    sessions = done["wiki.edit_page"]
    seen = marks(sessions)
    assert "wiki/home#page:found" in seen
    assert {f"wiki/editor#block:{state}" for state in ("table", "info-panel", "task-list")} <= seen
    verbs = [set(session.actions["verb"].cast("string").to_pylist()) for session in sessions]
    assert 0 < sum("undo" in each for each in verbs) < len(SEEDS)
    assert 0 < sum("paste" in each for each in verbs) < len(SEEDS)


def test_an_edit_by_somebody_else_is_merged() -> None:
    for seed in CONFLICTS:
        session = deskhand.simulate(edit_page, seed=seed)
        assert {"wiki/editor#page:open-conflict", "wiki/editor#page:merged"} <= marks([session])
        assert missed(session) == []


def test_readers_comment_on_words_or_below(done: Done) -> None:
    seen = marks(done["wiki.comment_page"])
    assert {"wiki/page#note:noted", "wiki/page#page:commented"} <= seen


def test_every_template_is_used(done: Done) -> None:
    seen = marks(done["wiki.page_from_template"])
    assert {f"wiki/new-page#template:{template}" for template in TEMPLATES} <= seen


def _incident(desk: Desk, draft: Draft) -> Steps:
    yield from page_from_template.run(desk, replace(draft, template="incident", people=CANARY))


def test_people_in_a_report_of_an_incident_are_in_no_table() -> None:
    session = deskhand.simulate(replace(page_from_template, run=_incident), seed=3)
    assert missed(session) == []
    told = written(session)
    assert session.goals[0].instruction.split("'")[1] in told
    for part in (CANARY, *CANARY.split()):
        assert part not in told


def test_records_hold_what_the_pages_offer() -> None:
    assert {article.macro for article in articles(7)} == set(MACROS)
    assert {draft.template for draft in drafts(7)} == set(TEMPLATES)


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_sessions_replay(
    task: Scenario, done: Done, tmp_path: Path, chromium: str, node_modules: Path
) -> None:
    assert replay_faults(done[task.name][1], tmp_path, chromium, node_modules) == []
