"""The builder of web pages: a page from a prompt, widgets on a canvas, and publishing."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import deskhand
from deskhand.scenarios.apps.builder.tasks import edit_page, page_from_prompt, publish_page
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

TASKS = {task.name: task for task in (edit_page, page_from_prompt, publish_page)}
CANARY = "ada.qx80417702653@example.com"


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
    made, edited = sessions("builder.page_from_prompt"), sessions("builder.edit_page")
    assert 0.2 < share(made, lambda one: entered(one, "builder/prompt#page:written")) < 0.8
    previewed = share(edited, lambda one: entered(one, "builder/canvas#page:open-preview"))
    assert 0.3 < previewed < 0.9

    def undone(session: Session) -> bool:
        return any(entered(session, f"builder/canvas#zone.{n}:cleared-{n}") for n in (1, 2, 3))

    assert 0 < share(edited, undone) < 0.7


def test_a_page_takes_its_time(sessions: Callable[[str], list[Session]]) -> None:
    for session in sessions("builder.page_from_prompt"):
        rows = session.events.select(["t_us", "reference"]).to_pylist()
        at = {row["reference"]: row["t_us"] for row in reversed(rows) if row["reference"]}
        waited_s = (at["builder/prompt#page:made"] - at["builder/prompt#page:making"]) / 1e6
        assert 10 < waited_s < 120


def test_the_contact_of_a_domain_is_in_no_table() -> None:
    task = planted(publish_page, lambda listing: {"listing": replace(listing, contact=CANARY)})
    session = deskhand.simulate(task, seed=3)
    assert "publish.contact" in session.events["target"].to_pylist()
    assert CANARY not in written(session)


@pytest.mark.parametrize("name", TASKS)
def test_a_session_replays(name: str, chromium: str, node_modules: Path, tmp_path: Path) -> None:
    session = deskhand.simulate(TASKS[name], seed=SEEDS[-1])
    assert replay_faults(session, tmp_path, chromium, node_modules) == []
