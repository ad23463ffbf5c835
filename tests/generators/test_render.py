"""Laws of whole sessions: schema, order, places, ground truth, and independence of the order of work."""

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from deskhand.errors import UnknownNameError
from deskhand.events import ACTIONS, ELEMENTS, EVENTS, SCREENSHOTS, SESSIONS
from deskhand.generators.plan import Row, SessionPlan
from deskhand.generators.render import render
from deskhand.session import Session

MakePlan = Callable[..., SessionPlan]


@pytest.fixture(scope="module")
def session(make_plan: MakePlan) -> Session:
    plan = make_plan(60)
    plan.screenshots.append((5, "crm/leads", "shot-1", 1280, 720))
    return render(plan, {})


def test_the_tables_have_the_canonical_schemas(session: Session) -> None:
    for table, schema in (
        (session.events, EVENTS),
        (session.actions, ACTIONS),
        (session.elements, ELEMENTS),
        (session.screenshots, SCREENSHOTS),
    ):
        assert table.schema.equals(schema, check_metadata=True)
        table.validate(full=True)
        assert table.num_rows > 0
        for field in schema:
            if not field.nullable:
                assert table[field.name].null_count == 0, field.name
    header = pa.Table.from_pylist([dict(session.header)], schema=SESSIONS)
    header.validate(full=True)
    assert set(session.header) == set(SESSIONS.names)


def test_time_never_runs_back_and_the_session_is_framed(session: Session) -> None:
    t_us = session.events["t_us"].to_numpy()
    assert np.all(np.diff(t_us) >= 0)
    assert session.events["seq"].to_pylist() == list(range(session.events.num_rows))
    types = session.events["type"].to_pylist()
    assert (types[0], types[-1]) == ("session.start", "session.end")
    assert session.header["event_count"] == len(types)
    assert t_us[-1] == session.header["duration_us"]


def test_places_give_app_window_and_client_coordinates(session: Session) -> None:
    rows = session.events.select(
        ["app", "window", "screen_x", "client_x", "screen_y", "client_y"]
    ).to_pylist()
    origins = {"crm": (10, 80, "Leads"), "chat": (30, 60, "Inbox")}
    assert {row["app"] for row in rows} == set(origins)
    for row in rows:
        left, top, window = origins[row["app"]]
        assert row["window"] == window
        if row["screen_x"] is None:
            assert row["client_x"] is None
        else:
            assert row["client_x"] == row["screen_x"] - left
            assert row["client_y"] == row["screen_y"] - top


def test_nulls_are_where_nothing_is_known(session: Session) -> None:
    events = session.events
    moves = events.filter(pc.equal(events["type"], "pointermove"))
    assert moves["target"].null_count == moves.num_rows
    assert moves["pointer_type"].unique().to_pylist() == ["mouse"]
    for name in ("key", "value", "repeat", "url", "button", "delta_y"):
        assert moves[name].null_count == moves.num_rows, name
    downs = events.filter(pc.equal(events["type"], "pointerdown"))
    assert downs["button"].to_pylist() == [0] * downs.num_rows
    assert set(downs["target"].to_pylist()) == {"button-0", "button-1", "button-2"}
    focus = events.filter(pc.equal(events["type"], "focus"))
    assert focus["screen_x"].null_count == focus.num_rows
    assert not pc.any(events["masked"]).as_py()
    assert pc.all(events["synthetic"]).as_py()


def test_submovements_are_the_strokes_of_an_actions_moves(session: Session) -> None:
    counts = session.actions["submovement_count"].to_numpy()
    assert counts.min() >= 0
    assert 2 <= np.median(counts) <= 5


def test_a_session_depends_on_its_own_plan_alone(make_plan: MakePlan) -> None:
    alone = render(make_plan(20, person=4), {}).events
    render(make_plan(20, person=5), {})
    assert render(make_plan(20, person=4), {}).events.equals(alone)


def test_rows_at_equal_times_keep_the_order_of_the_plan(make_plan: MakePlan) -> None:
    plan = make_plan(0)
    plan.rows[1:] = [Row(7, "mark", None, {"reference": name}) for name in "cab"]
    events = render(plan, {}).events
    assert events["reference"].to_pylist() == [None, "c", "a", "b"]


def test_an_unknown_column_is_refused_by_name(make_plan: MakePlan) -> None:
    plan = make_plan(0)
    plan.rows.append(Row(7, "mark", None, {"referense": "x"}))
    with pytest.raises(UnknownNameError, match="did you mean 'reference'"):
        render(plan, {})


def test_an_empty_plan_makes_empty_tables(make_plan: MakePlan) -> None:
    plan = make_plan(0)
    plan.rows.clear()
    session = render(plan, {})
    session.events.validate(full=True)
    assert session.events.num_rows == 0
    assert session.actions.num_rows == 0
