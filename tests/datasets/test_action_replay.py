"""Acted out anew on the screen models, the labelled acts of a data set lead to what was recorded."""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

import deskhand
from deskhand.datasets.labels.labelled import labelled
from deskhand.datasets.tables import PAGE
from tests.datasets.action_replay import replayed
from tests.datasets.test_labels import TASKS, made, tables


@pytest.mark.parametrize("scenario", TASKS)
def test_acts_explain_every_change_of_a_page(scenario: str) -> None:
    wrong, changes = replayed(made(scenario, 7), tables(scenario, 7))
    assert wrong == []
    assert changes > 0


def test_a_wrong_join_is_noticed() -> None:
    """Whoever gives a change to another act gets complaints."""
    session = deskhand.simulate("crm.create_lead", seed=7)
    found = labelled(session)
    events = found["events"]
    place = events.schema.get_field_index("action_id")
    mark = pc.equal(events["type"], "mark")
    moved = pc.if_else(mark, pa.scalar(0, pa.int32()), events["action_id"])
    found["events"] = events.set_column(place, "action_id", moved)
    assert replayed(session, found)[0]


def test_changes_that_no_act_leads_to_are_the_page_s_own() -> None:
    found = tables("workday", 7)
    own = [row for row in found["actions"].to_pylist() if row["verb"] == PAGE]
    marks = found["events"].filter(pc.equal(found["events"]["type"], "mark"))
    by_page = pc.is_in(
        marks["action_id"], value_set=pa.array([r["action_id"] for r in own], pa.int32())
    )
    assert pc.sum(by_page).as_py() < 0.1 * len(marks)


def test_goals_of_a_data_set_are_reached_but_for_what_cannot_be_done(data_set: Path) -> None:
    rows = [
        row
        for path in sorted((data_set / "sessions").rglob("*.parquet"))
        for row in pq.read_table(path, partitioning=None).to_pylist()
    ]
    assert all(row["goals"] == 1 for row in rows)
    impossible = [row for row in rows if row["scenario"].endswith(".infeasible")]
    assert impossible
    for row in rows:
        assert (row["goals_missed"] > 0) == row["scenario"].endswith(".infeasible")
