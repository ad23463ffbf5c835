"""Drop-downs: every way to an option, what the rows say of it, and where the focus comes from."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from deskhand.behavior_models.keyboard_layout import load_layout
from deskhand.generators.plan import SessionPlan
from deskhand.scenarios.desk import Desk
from deskhand.scenarios.scenario import Steps
from tests.scenarios.laws import check_laws, marks

Act = Callable[..., SessionPlan]


def keys(plan: SessionPlan) -> list[str]:
    """Return the names of all keys struck, in order."""
    names = load_layout(plan.persona.keyboard_layout).key_names
    return [names[token] for item in plan.typed for token in item.typing.tokens.tolist()]


def lists(plan: SessionPlan) -> list[str]:
    return [row.type for row in plan.rows if row.type.startswith("select.")]


@pytest.mark.parametrize("way", ["mouse", "arrows", "type-ahead"])
def test_a_native_list_that_is_clicked_opens_and_changes_once(way: str, act: Act) -> None:
    def script(desk: Desk) -> Steps:
        yield from desk.choose("On hold", of="form.status", by=way)

    plan = act(script)
    check_laws(plan)
    assert lists(plan) == ["select.open", "select.change", "select.close"]
    (change,) = [row for row in plan.rows if row.type == "select.change"]
    assert change.columns["value"] == "On hold"
    assert [row.columns["value"] for row in plan.rows if row.type == "input"] == ["on hold"]
    expected = {
        "mouse": [],
        "arrows": ["ArrowDown", "ArrowDown", "Enter"],
        "type-ahead": ["o", "n", "Enter"],
    }
    assert keys(plan) == expected[way]
    assert len(plan.presses) == (2 if way == "mouse" else 1)


@pytest.mark.parametrize(
    ("first", "then", "way", "struck", "changes"),
    [
        ("New", "On hold", "arrows", ["ArrowDown"] * 2, ["Open", "On hold"]),
        ("Won", "Open", "arrows", ["ArrowUp"] * 2, ["On hold", "Open"]),
        ("New", "On hold", "type-ahead", ["o", "n"], ["Open", "On hold"]),
        # The letter looks on from the option that is chosen.
        ("Open", "On hold", "type-ahead", ["o"], ["On hold"]),
        ("On hold", "Open", "type-ahead", ["o"], ["Open"]),
        ("New", "New", "arrows", [], []),
    ],
)
def test_a_native_list_that_is_tabbed_to_changes_with_every_key(
    first: str, then: str, way: str, struck: list[str], changes: list[str], act: Act
) -> None:
    def script(desk: Desk) -> Steps:
        yield from desk.choose(first, of="form.status", by="mouse")
        desk.mind = replace(desk.mind, tab_habit=1.0)
        desk.on_keyboard = True
        desk.live.move_focus(desk.find("form.secret"), desk.t_us, None)
        yield from desk.choose(then, of="form.status", by=way)
        assert desk.live.values["form.status"] == then.lower()

    plan = act(script)
    assert keys(plan) == ["Tab", *struck]
    told = [row.columns["value"] for row in plan.rows if row.type == "select.change"]
    assert told == ([] if first == "New" else [first]) + changes
    assert lists(plan).count("select.open") == 1


@pytest.mark.parametrize("way", ["mouse", "arrows", "type-ahead"])
def test_custom_choice(way: str, act: Act) -> None:
    def script(desk: Desk) -> Steps:
        yield from desk.choose("Fair", of="form.source", by=way)

    plan = act(script)
    check_laws(plan)
    assert lists(plan) == ["select.open", "select.change", "select.close"]
    assert [name for name, _ in marks(plan)] == ["source:open", "source:chosen-2"]
    # Nothing was chosen, so the open list marks its first option: the second is one key away.
    expected = {"mouse": [], "arrows": ["ArrowDown", "Enter"], "type-ahead": ["f", "Enter"]}
    assert keys(plan) == expected[way]


def test_a_list_that_is_chosen_from_by_keys_is_open_after_a_click_and_never_else(act: Act) -> None:
    opened = 0
    for seed in range(30):

        def script(desk: Desk) -> Steps:
            yield from desk.type("Ada", into="form.secret")
            yield from desk.choose("Won", of="form.status", by="arrows")

        plan = act(script, seed=seed)
        check_laws(plan)
        clicked = any(press.down_target == "form.status" for press in plan.presses)
        assert clicked == ("select.open" in lists(plan))
        changes = lists(plan).count("select.change")
        assert changes == (1 if clicked else 3)
        opened += clicked
    # Tab's share for a neighbouring field is .45, of those on the keyboard.
    assert 5 < opened < 27
