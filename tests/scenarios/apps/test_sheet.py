"""The spreadsheet: cells, formulas, filters, pivots, and rows that are carried into a form."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import deskhand
from deskhand.errors import DeskhandError
from deskhand.scenarios.app_screens import screen
from deskhand.scenarios.apps.sheet.tasks import build_pivot, carry_contacts, clean_orders
from deskhand.scenarios.desk import Desk
from deskhand.scenarios.scenario import Scenario, Steps, scenario
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

TASKS = {task.name: task for task in (clean_orders, build_pivot, carry_contacts)}
CANARY = "80417702653"


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
    clean, pivot = sessions("sheet.clean_orders"), sessions("sheet.build_pivot")
    assert 0 < share(clean, lambda one: entered(one, "sheet/book#formula:error")) < 0.5
    assert 0.3 < share(clean, lambda one: entered(one, "sheet/book#page:base")) < 1
    assert 0.3 < share(pivot, lambda one: entered(one, "sheet/pivot#page:base")) < 0.9
    for figure in ("sum", "average", "largest"):
        assert share(clean, lambda one, f=figure: entered(one, f"sheet/book#formula:{f}")) > 0  # type: ignore[misc]


def test_cells_that_are_masked_appear_in_no_table(
    sessions: Callable[[str], list[Session]],
) -> None:
    clean = planted(
        clean_orders, lambda correction: {"correction": replace(correction, units=CANARY)}
    )
    assert CANARY not in written(deskhand.simulate(clean, seed=3))
    secret = [e.value for e in screen("sheet/contacts").elements.values() if e.sensitive]
    assert len(secret) == 20
    for session in sessions("sheet.carry_contacts")[:5]:
        told = written(session)
        assert not [text for text in secret if text in told]


def test_a_carried_name_is_the_sheets(sessions: Callable[[str], list[Session]]) -> None:
    for session in sessions("sheet.carry_contacts"):
        pasted = [
            row["value"]
            for row in session.events.select(["target", "input_type", "value"]).to_pylist()
            if row["target"] == "lead.name" and row["input_type"] == "insertFromPaste"
        ]
        cells = screen("sheet/contacts").elements
        assert pasted
        assert all(
            any(text == cells[f"contacts.name.{n}"].value for n in range(2, 12)) for text in pasted
        )


def walked(*cells: str) -> list[str]:
    """Return the keys that a walk over some cells takes, the first being clicked."""

    @scenario("sheet.walk", app="sheet", opens="sheet/book")
    def walk(desk: Desk) -> Steps:
        yield from desk.click(cells[0])
        for cell in cells[1:]:
            yield from desk.walk(cell)
            assert desk.live.focus == cell

    events = deskhand.simulate(walk, seed=7).events.select(["type", "key"]).to_pylist()
    return [row["key"] for row in events if row["type"] == "keydown"]


def test_arrow_keys_walk_from_cell_to_cell() -> None:
    assert walked("sheet.b4", "sheet.d6") == ["ArrowDown"] * 2 + ["ArrowRight"] * 2
    assert walked("sheet.d6", "sheet.d6", "sheet.b4") == ["ArrowUp"] * 2 + ["ArrowLeft"] * 2
    # Column D has no cell in the row of the total: first along, then down.
    assert walked("sheet.e14", "sheet.g16") == ["ArrowRight"] * 2 + ["ArrowDown"] * 2


def test_a_walk_begins_and_ends_in_cells() -> None:
    with pytest.raises(DeskhandError, match=r"'filter\.open' is not a cell"):
        walked("sheet.b4", "filter.open")
    with pytest.raises(DeskhandError, match=r"'filter\.open' is not a cell"):
        walked("filter.open", "sheet.b4")


@pytest.mark.parametrize("name", TASKS)
def test_a_session_replays(name: str, chromium: str, node_modules: Path, tmp_path: Path) -> None:
    session = deskhand.simulate(TASKS[name], seed=SEEDS[-1])
    assert replay_faults(session, tmp_path, chromium, node_modules) == []
