"""Labels hold what they say, on tasks of every kind, on a whole day, and on what was planted."""

import re
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

import deskhand
from deskhand.datasets.labels.labelled import labelled
from deskhand.datasets.tables import ATTENTION, AWAY, FRAME, PAGE, TABLES
from deskhand.session import Session
from tests.exports.desktop_session import desktop_session

TASKS = (
    "crm.create_lead",
    "mail.triage",
    "expense.new_claim",
    "sheet.build_pivot",
    "tracker.triage_board",
    "editor.ask_agent",
    "wiki.edit_page",
    "workday",
)
SEEDS = {"workday": (7,)}


@cache
def made(scenario: str, seed: int, condition: str = "none") -> Session:
    return deskhand.simulate(
        scenario, seed=seed, calendar="weekdays", team_size=1, condition=condition
    )


@cache
def tables(scenario: str, seed: int, condition: str = "none") -> dict[str, pa.Table]:
    return labelled(made(scenario, seed, condition))


def cases() -> list[tuple[str, int]]:
    return [(task, seed) for task in TASKS for seed in SEEDS.get(task, (1, 2, 3))]


@pytest.mark.parametrize(("scenario", "seed"), cases())
def test_every_event_has_an_action(scenario: str, seed: int) -> None:
    session, found = made(scenario, seed), tables(scenario, seed)
    events, actions = found["events"], found["actions"]
    assert events.schema.equals(TABLES["events"])
    assert events["action_id"].null_count == 0
    numbers = actions["action_id"].to_pylist()
    assert len(set(numbers)) == len(numbers)
    assert set(events["action_id"].unique().to_pylist()) <= set(numbers)
    # What the plan says is not touched.
    known = pc.is_valid(session.events["action_id"])
    assert events["action_id"].filter(known).equals(session.events["action_id"].filter(known))
    own = len(session.actions)
    assert actions["by_person"].to_pylist() == [True] * own + [False] * (len(actions) - own)
    assert set(actions["verb"].to_pylist()[own:]) <= {FRAME, AWAY, PAGE}


@pytest.mark.parametrize(("scenario", "seed"), cases())
def test_devices_move_for_people_alone(scenario: str, seed: int) -> None:
    found = tables(scenario, seed)
    nobody = found["actions"].filter(pc.invert(found["actions"]["by_person"]))["action_id"]
    rows = found["events"].filter(
        pc.is_in(found["events"]["action_id"], value_set=nobody.combine_chunks())
    )
    kinds = set(rows["type"].to_pylist())
    assert {"session.start", "session.end"} <= kinds
    assert not kinds & {"pointermove", "pointerdown", "pointerup", "wheel", "keydown", "keyup"}
    frame = rows.filter(pc.equal(rows["type"], "navigation"))
    assert set(frame["t_us"].to_pylist()) <= {0}


@pytest.mark.parametrize(("scenario", "seed"), cases())
def test_a_press_hits_unless_it_is_a_slip(scenario: str, seed: int) -> None:
    pressed = [row for row in tables(scenario, seed)["actions"].to_pylist() if row["press_us"]]
    assert pressed
    for row in pressed:
        assert row["start_us"] <= row["press_us"] <= row["end_us"]
        if row["hit"] is None:
            # Outside of pages: the task bar, and bookmarks; and on nothing, into the page that is read.
            assert row["verb"] in ("switch_to", "navigate", "click", "double_click")
        elif row["error_of"] is None:
            assert row["hit"], row
        elif row["verb"] != "drag":
            assert not row["hit"], row
        if row["hit"] and row["verb"] != "drag":
            assert row["box_left"] <= row["actual_x"] < row["box_left"] + row["box_width"]
            assert row["box_top"] <= row["actual_y"] < row["box_top"] + row["box_height"]


@pytest.mark.parametrize(("scenario", "seed"), cases())
def test_every_act_on_an_element_has_its_box(scenario: str, seed: int) -> None:
    for row in tables(scenario, seed)["actions"].to_pylist():
        if row["target"] is not None:
            assert row["box_width"] > 0, row
            assert row["box_height"] > 0, row


def test_notifications_have_boxes_and_are_nobody_s_doing() -> None:
    found = tables("workday", 7)
    toasts = [
        row
        for row in found["actions"].to_pylist()
        if (row["target"] or "").endswith(("notification", "notification.close"))
        and row["press_us"]
    ]
    assert toasts
    for row in toasts:
        if row["error_of"] is None:
            assert row["hit"], row
            assert row["intent"] in ("click button 'Close'", "click alert 'New message'")
        else:
            assert not row["hit"], row
    shown = found["events"].filter(pc.equal(found["events"]["reason"], "notification"))
    causes = found["actions"].filter(
        pc.is_in(found["actions"]["action_id"], value_set=shown["action_id"].combine_chunks())
    )
    assert set(causes["verb"].to_pylist()) <= {PAGE, "click"}


def test_slips_are_told_by_what_was_meant() -> None:
    rows = tables("workday", 7)["actions"].to_pylist()
    by_number = {row["action_id"]: row for row in rows}
    slips = [row for row in rows if row["error_of"] is not None]
    assert len(slips) > 5
    for slip in slips:
        meant = by_number[slip["error_of"]]
        assert slip["intended_target"] is not None
        assert slip["intent"] == meant["intent"].removeprefix("take back: ")
    undone = [row for row in rows if (row["intent"] or "").startswith("take back: ")]
    for row in undone:
        assert by_number[row["correction_of"]]["error_of"] != row["action_id"]


def test_rows_that_shift_are_followed() -> None:
    """Where an element was first seen is often not where it is pressed, which the box is."""
    found = tables("workday", 7)
    at_first = {row["target"]: row for row in found["elements"].to_pylist()}
    downs = found["events"].filter(pc.equal(found["events"]["type"], "pointerdown")).to_pylist()
    places = {(down["action_id"], down["t_us"]): down for down in downs}
    moved = 0
    for row in found["actions"].to_pylist():
        first = at_first.get(row["intended_target"])
        if row["hit"] and first is not None and not first["screen"].endswith("/notification"):
            down = places[row["action_id"], row["press_us"]]
            x, y = down["client_x"] - first["left"], down["client_y"] - first["top"]
            moved += not (0 <= x < first["width"] and 0 <= y < first["height"])
    assert moved > 20


@pytest.mark.parametrize(("scenario", "seed"), cases())
def test_strokes_are_the_plan_s(scenario: str, seed: int) -> None:
    found = tables(scenario, seed)
    events = found["events"]
    moves = pc.equal(events["type"], "pointermove")
    assert (
        events.filter(pc.invert(moves))["submovement"].null_count
        == len(events) - pc.sum(moves).as_py()
    )
    own = events.filter(moves).select(["action_id", "submovement"])
    assert own["submovement"].null_count == 0
    most = own.group_by("action_id").aggregate([("submovement", "max")]).to_pylist()
    planned = dict(
        zip(
            found["actions"]["action_id"].to_pylist(),
            found["actions"]["submovement_count"].to_pylist(),
            strict=True,
        )
    )
    assert all(row["submovement_max"] < planned[row["action_id"]] for row in most)
    numbers = own["submovement"].to_numpy()
    # Within a movement they count up; a new movement begins again.
    steps = np.diff(numbers)[np.diff(own["action_id"].to_numpy()) == 0]
    assert (numbers[np.flatnonzero(np.diff(numbers) < 0) + 1] <= 1).mean() > 0.9
    assert (steps >= 0).mean() > 0.9


def test_a_bot_s_strokes_are_parsed() -> None:
    found = labelled(made("crm.create_lead", 1), "linear")
    header = found["sessions"].to_pylist()[0]
    assert (header["is_bot"], header["generator_family"]) == (True, "linear")
    moves = found["events"].filter(pc.equal(found["events"]["type"], "pointermove"))
    assert moves["submovement"].null_count == 0
    assert pc.max(moves["submovement"]).as_py() >= 1
    most = moves.group_by("action_id").aggregate([("submovement", "max")]).to_pylist()
    counted = {row["action_id"]: row["submovement_count"] for row in found["actions"].to_pylist()}
    assert all(counted[row["action_id"]] > row["submovement_max"] for row in most)
    still = set(counted) - {row["action_id"] for row in most}
    assert all(counted[number] == 0 for number in still)


def test_attention_of_a_day() -> None:
    found = tables("workday", 7)
    actions, events = found["actions"], found["events"]
    assert set(actions["attention"].to_pylist()) == set(ATTENTION)
    assert set(events["attention"].to_pylist()) <= set(ATTENTION)
    rows = actions.to_pylist()
    for row in rows:
        if row["scenario"] == "auth.unlock":
            assert row["attention"] == "locked"
        elif row["verb"] == AWAY:
            assert row["attention"] in ("break", "away")
    interrupted = {row["scenario"] for row in rows if row["attention"] == "interrupted"}
    assert "chat.answer" in interrupted
    idle = events.filter(pc.equal(events["type"], "idle.start")).to_pylist()
    for row in idle:
        assert (row["attention"] == "break") == (row["reason"] in ("break", "lunch"))


def test_one_task_alone_is_never_interrupted() -> None:
    for scenario, seed in cases():
        if scenario != "workday":
            assert "interrupted" not in tables(scenario, seed)["actions"]["attention"].to_pylist()


def test_no_secret_is_in_an_intent() -> None:
    """Everything that was typed and kept out of the events is kept out of the labels."""
    for scenario, seed in (*cases(), ("auth.login", 1), ("auth.login", 2)):
        session = made(scenario, seed)
        secret = {row["target"] for row in session.elements.to_pylist() if row["sensitive"]}
        for row in tables(scenario, seed)["actions"].to_pylist():
            if row["target"] in secret and row["verb"] == "type":
                assert re.match(r"type a secret into \w+ '[^']*'$", row["intent"]), row["intent"]
            assert "{{" not in (row["intent"] or "")
            assert len(row["intent"] or "") < 100


def test_goals_are_reached_and_missed() -> None:
    def counted(scenario: str) -> tuple[Any, Any]:
        row = tables(scenario, 5)["sessions"].to_pylist()[0]
        return row["goals"], row["goals_missed"]

    assert counted("auth.login") == (1, 0)
    assert counted("auth.login.infeasible") == (1, 1)


@pytest.mark.parametrize("condition", ["screen-reader", "tremor", "touchpad"])
def test_conditions(condition: str) -> None:
    found = tables("crm.create_lead", 4, condition)
    assert found["sessions"]["condition"].to_pylist() == [condition]
    presses = found["actions"]["press_us"].drop_null()
    assert (len(presses) == 0) == (condition == "screen-reader")
    boxes = [row for row in found["actions"].to_pylist() if row["target"] and row["by_person"]]
    assert all(row["box_left"] is not None for row in boxes)


def test_a_press_that_lands_on_a_notification_has_missed() -> None:
    session = desktop_session()
    rows = labelled(session)["actions"].to_pylist()
    (wrong,) = (row for row in rows if row["target"] == "mail.notification")
    right = next(row for row in rows if row["target"] == "canvas.preview")
    assert wrong["intended_target"] == "canvas.preview"
    assert (wrong["hit"], right["hit"]) == (False, True)
