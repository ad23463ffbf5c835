"""Context menus and submenus: which items are come to, straying out of a submenu, and refusals."""

from collections.abc import Callable
from dataclasses import replace

import pytest

import deskhand
from deskhand.errors import DeskhandError
from deskhand.generators.plan import SessionPlan
from deskhand.goals import missed
from deskhand.scenarios.desk import Desk
from deskhand.scenarios.scenario import Steps
from tests.scenarios.laws import check_laws, marks

Act = Callable[..., SessionPlan]


def straying(steps: Callable[[Desk], Steps], share: float) -> Callable[[Desk], Steps]:
    """Return the steps done by a hand that leaves some of the ways into submenus, half at most."""

    def run(desk: Desk) -> Steps:
        hand = desk.persona.hand
        steering = replace(hand.steering, excursion_share=share)
        desk.persona = replace(desk.persona, hand=replace(hand, steering=steering))
        yield from steps(desk)

    return run


def shelve(desk: Desk) -> Steps:
    yield from desk.pick("card.move", "card.move.shelf", of="form.card")


def test_a_menu_opens_on_the_right_button_and_its_submenu_on_rest(act: Act) -> None:
    plan = act(straying(shelve, 0.0))
    check_laws(plan)
    assert [state for state, _ in marks(plan)] == ["menu:open", "menu:inner", "menu:moved"]
    assert [(a.verb, a.target) for a in plan.actions] == [
        ("right_click", "form.card"),
        ("hover", "card.move"),
        ("click", "card.move.shelf"),
    ]
    first, second = plan.presses
    assert (first.button, second.button) == (2, 0)
    # A browser brings up a context menu while the button is down.
    assert first.down_us < marks(plan)[0][1] < first.up_us


def test_the_way_into_a_submenu_leads_along_its_item(act: Act) -> None:
    for seed in range(10):
        plan = act(straying(shelve, 0.0), seed=seed)
        # The window's page begins at (256, 136); the item is 30 px high, the submenu 160 px wide.
        *_, along, down = [m for m in plan.moves if m.action_id == 2 and m.kind == "aim"]
        assert 136 + 172 <= along.y1 < 136 + 202
        assert 256 + 760 <= along.x1 < 256 + 760 + 160
        assert 136 + 202 <= down.y1 < 136 + 232


def test_a_hand_strays_out_of_a_submenu_and_comes_back(act: Act) -> None:
    strayed = 0
    for seed in range(16):
        plan = act(straying(shelve, 10.0), seed=seed)
        check_laws(plan)
        errors = [a for a in plan.actions if a.error_of is not None]
        if not errors:
            continue
        strayed += 1
        # The page takes the submenu away, and brings it up again.
        states = [state.partition(":")[2] for state, _ in marks(plan)]
        assert states == ["open", "inner", "open", "inner", "moved"]
        (error,) = errors
        assert (error.verb, error.target) == ("hover", "card.pin")
        back, meant = plan.actions[error.action_id + 1 :]
        assert (back.verb, back.target) == ("hover", "card.move")
        assert (meant.verb, meant.target) == ("click", "card.move.shelf")
        assert back.correction_of == meant.correction_of == error.action_id
        assert error.error_of == meant.action_id
    # Half of the passages leave their way: none or all of them come once in 30,000 times.
    assert 0 < strayed < 16


@pytest.mark.parametrize(
    ("items", "told"),
    [
        ((), "name the item"),
        (("card.mov",), "did you mean 'card.move'"),
        (("form.name",), "no item of a menu"),
        (("card.pin", "card.move.bin"), "opens nothing"),
    ],
)
def test_refusals(items: tuple[str, ...], told: str, act: Act) -> None:
    with pytest.raises(DeskhandError, match=told):
        act(lambda desk: desk.pick(*items, of="form.card"))


def test_files_are_opened_by_menus_at_times() -> None:
    by_menu = 0
    for seed in range(12):
        session = deskhand.simulate("sheet.build_pivot", seed=seed)
        assert missed(session) == []
        by_menu += "right_click" in session.actions["verb"].to_pylist()
    assert 0 < by_menu < 12
