"""docs/tables.md names every column and event type, and says in which rows a column is filled."""

import re
from pathlib import Path

import pyarrow.compute as pc
import pytest

import deskhand
from deskhand.events import EVENT_TYPES, TABLES
from deskhand.scenarios.desk import Desk
from deskhand.scenarios.records import Lead
from deskhand.scenarios.scenario import Steps, scenario

PAGE = (Path(__file__).parent.parent / "docs" / "tables.md").read_text("utf-8")
NAME = re.compile(r"`([\w.]+)`")


def _rows(section: str) -> list[list[str]]:
    """Return the cells of a section's table, without its head."""
    body = re.split(rf"^## {section}\n", PAGE, flags=re.M)[1].split("\n## ")[0]
    lines = [line for line in body.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:]]


@pytest.mark.parametrize("table", TABLES)
def test_every_column_is_described(table: str) -> None:
    described = [name for cells in _rows(table) for name in NAME.findall(cells[0])]
    assert described == TABLES[table].names


def test_every_event_type_is_described() -> None:
    described = [name for cells in _rows("Event types") for name in NAME.findall(cells[0])]
    assert sorted(described) == sorted(EVENT_TYPES)


@scenario("test.everything", app="tracker", opens="tracker/issue", sensitive=("lead.email",))
def everything(desk: Desk, lead: Lead) -> Steps:
    """Bring about every type of event that the models write."""
    yield from desk.scroll(notches=3)
    yield from desk.notify("chat/channel", then="close")
    yield from desk.zoom(words=5, by="wheel")
    yield from desk.away(5_000_000, "pause", asleep=True)
    yield from desk.navigate("crm/lead-form")
    yield from desk.type(lead.name, into="lead.name")
    yield from desk.copy("lead.name")
    yield from desk.paste("lead.company")
    yield from desk.type(lead.email, into="lead.email")
    yield from desk.choose("Qualified", of="lead.status", by="mouse")
    yield from desk.screenshot()
    yield from desk.click("lead.save", to="saved")
    yield from desk.click("lead.cancel")


def _filled_in(cell: str) -> set[str]:
    if cell == "every row":
        return set(EVENT_TYPES)
    named = set(NAME.findall(cell))
    assert named <= set(EVENT_TYPES), cell
    return set(EVENT_TYPES) - named if cell.startswith("all but") else named


def test_columns_are_filled_where_the_page_says() -> None:
    events = deskhand.simulate(everything, seed=7).events
    told = {name: _filled_in(row[2]) for row in _rows("events") for name in NAME.findall(row[0])}
    seen = set(events["type"].to_pylist())
    assert set(EVENT_TYPES) - seen == {"pointercancel"}
    for kind in seen:
        rows = events.filter(pc.field("type") == kind)
        for name in events.column_names:
            filled = rows[name].null_count < len(rows)
            assert filled == (kind in told[name]), (kind, name)
