"""Every shipped task is done to its end with one hand and by keys alone, or is refused by name."""

import pytest

import deskhand
from deskhand.errors import DeskhandError
from deskhand.goals import missed
from deskhand.recipe import load_recipe, scenario_names

TASKS = [name for name in scenario_names() if "." in name]
BY_MOUSE = {"builder.edit_page", "mail.triage", "sheet.build_pivot", "tracker.triage_board"}


@pytest.mark.parametrize("name", TASKS)
def test_one_hand_reaches_every_goal(name: str) -> None:
    session = deskhand.simulate(name, seed=7, condition="one-handed")
    assert session.header["condition"] == "one-handed"
    assert missed(session) == []


@pytest.mark.parametrize("name", sorted({*TASKS} - BY_MOUSE))
def test_keys_alone_reach_every_goal_without_a_row_of_the_pointer(name: str) -> None:
    session = deskhand.simulate(name, seed=7, condition="screen-reader")
    assert missed(session) == []
    rows = session.events.select(["type", "target", "screen_x", "button", "delta_y"]).to_pylist()
    kinds = {row["type"] for row in rows}
    assert not [kind for kind in kinds if kind.startswith("pointer") or kind == "wheel"]
    assert all(row["screen_x"] is None and row["button"] is None for row in rows)
    focus = None
    for row in rows:
        if row["type"] == "focus":
            focus = row["target"]
        elif row["type"] == "keydown" and row["target"] is not None:
            assert row["target"] == focus


@pytest.mark.parametrize("name", sorted(BY_MOUSE))
def test_what_takes_a_mouse_is_refused_by_name(name: str) -> None:
    assert load_recipe(name).scenario.by_mouse
    with pytest.raises(DeskhandError, match=rf"scenario '{name}': .* takes a mouse.*screen-reader"):
        deskhand.simulate(name, seed=7, condition="screen-reader")


def test_only_what_drags_says_that_it_takes_a_mouse() -> None:
    assert {name for name in TASKS if load_recipe(name).scenario.by_mouse} == BY_MOUSE


def test_a_morning_by_keys_leaves_out_what_takes_a_mouse() -> None:
    session = deskhand.simulate("morning", seed=9, condition="screen-reader")
    assert missed(session) == []
    kinds = set(session.events["type"].to_pylist())
    assert not [kind for kind in kinds if kind.startswith("pointer") or kind == "wheel"]
    assert not BY_MOUSE & set(session.actions["scenario"].to_pylist())
