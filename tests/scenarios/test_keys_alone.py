"""By keys alone: the way to things, what is heard on it, and what keys do in place of clicks."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

import deskhand
from deskhand.errors import DeskhandError
from deskhand.scenarios.desk import Desk
from deskhand.scenarios.keys_alone import GLANCE_WORDS
from deskhand.scenarios.scenario import Scenario, Steps, scenario

READER = "screen-reader"
# Through a submenu.
WAY = ("files.menu.with.book", "files.menu.open.book")


def _task(opens: str, steps: Callable[[Desk], Steps], by: str = READER) -> deskhand.Session:
    @scenario("check.keys", app=opens.partition("/")[0], opens=opens, modelled_on="a test")
    def task(desk: Desk) -> Steps:
        """Try something."""
        yield from steps(desk)

    assert isinstance(task, Scenario)
    return deskhand.simulate(task, seed=3, condition=by)


def _rows(session: deskhand.Session, *kinds: str) -> list[dict[str, Any]]:
    columns = ["t_us", "type", "target", "key", "modifiers", "value", "reference", "delta_y"]
    rows: list[dict[str, Any]] = session.events.select(columns).to_pylist()
    return [row for row in rows if row["type"] in kinds]


def _keys(session: deskhand.Session) -> list[str]:
    return [row["key"] for row in _rows(session, "keydown")]


def test_tab_passes_every_stop_and_each_is_heard() -> None:
    session = _task("crm/lead-form", lambda desk: desk.click("lead.save"))
    presses = [row for row in _rows(session, "keydown") if row["key"] == "Tab"]
    stops = [row["target"] for row in _rows(session, "focus")]
    assert stops[-1] == "lead.save"
    # A date field has more than one stop of its own.
    assert len(set(stops)) == len(stops) <= len(presses)
    elements = {row["target"]: row for row in session.elements.to_pylist()}
    for one, later in pairwise(presses[1:]):
        passed = elements.get(later["target"])
        if passed is None or one["target"] == later["target"]:
            continue
        words = min(len(passed["name"].split()) + 1, GLANCE_WORDS)
        # Nobody listens to more than 1,000 words a minute.
        assert later["t_us"] - one["t_us"] > words * 60_000


def test_what_lies_before_is_reached_with_shift_and_tab() -> None:
    def there_and_back(desk: Desk) -> Steps:
        yield from desk.type("Ada", into="lead.company")
        yield from desk.type("Lovelace", into="lead.name")

    session = _task("crm/lead-form", there_and_back)
    shifted = [row for row in _rows(session, "keydown") if row["key"] == "Tab" and row["modifiers"]]
    assert len(shifted) == 1
    assert _rows(session, "focus")[-1]["target"] == "lead.name"


def test_boxes_are_ticked_with_space_and_buttons_pressed_with_enter() -> None:
    def both(desk: Desk) -> Steps:
        yield from desk.check("lead.opt_in")
        yield from desk.click("lead.save", to="invalid")

    session = _task("crm/lead-form", both)
    ticks = [row for row in _rows(session, "input") if row["target"] == "lead.opt_in"]
    assert [row["value"] for row in ticks] == ["true"]
    keys = [row["key"] for row in _rows(session, "keydown") if row["key"] != "Tab"]
    assert keys == [" ", "Enter"]
    assert any("invalid" in (row["reference"] or "") for row in _rows(session, "mark"))


def test_arrows_tick_the_radio_buttons_that_they_come_to() -> None:
    session = _task("builder/canvas", lambda desk: desk.check("style.violet"))
    ticked = [row["target"] for row in _rows(session, "input") if row["value"] == "true"]
    assert ticked[-1] == "style.violet"
    assert [key for key in _keys(session) if key != "Tab"] == ["ArrowDown"] * len(ticked)
    assert _rows(session, "focus")[-1]["target"] == "style.violet"


@pytest.mark.parametrize(
    ("then", "way"),
    [("style.width", ["style.letters", "style.width"]), ("canvas.title", ["canvas.title"])],
)
def test_tab_goes_on_from_the_group_of_a_radio_button(then: str, way: list[str]) -> None:
    def on(desk: Desk) -> Steps:
        yield from desk.check("style.violet")
        yield from desk.click(then)

    focus = [row["target"] for row in _rows(_task("builder/canvas", on), "focus")]
    assert focus[focus.index("style.violet") + 1 :] == way


def test_pages_are_turned_by_keys_and_scroll_within_their_limits() -> None:
    session = _task("wiki/page", lambda desk: desk.scroll(notches=40))
    assert set(_keys(session)) == {"PageDown"}
    offsets = [row["delta_y"] for row in _rows(session, "scroll")]
    assert offsets == sorted(set(offsets))
    assert offsets[0] > 0.0


def test_windows_and_addresses_are_taken_by_keys() -> None:
    def around(desk: Desk) -> Steps:
        yield from desk.navigate("mail/inbox")
        yield from desk.navigate("wiki/home")
        yield from desk.switch_to("crm")

    session = _task("crm/leads", around)
    fronts = [row["reference"] for row in _rows(session, "window.focus")]
    assert fronts == ["crm/leads", "mail/inbox", "wiki/home", "crm/leads"]
    keys = _keys(session)
    assert keys.count("F6") == 2
    # Two windows lie in front of the one that is wanted.
    assert keys[-3:] == ["Alt", "Tab", "Tab"]


def test_a_context_menu_is_gone_through_with_the_arrows() -> None:
    session = _task("sheet/files", lambda desk: desk.pick(*WAY, of="files.book"))
    keys = [key for key in _keys(session) if key != "Tab"]
    assert keys[:2] == ["Shift", "F10"]
    assert set(keys[2:-1]) <= {"ArrowDown", "ArrowRight"}
    assert keys.count("ArrowRight") == len(WAY) - 1
    assert keys[-1] == "Enter"
    assert session.actions["target"].to_pylist()[-len(WAY) :] == list(WAY)


def test_what_only_a_pointer_can_do_is_refused() -> None:
    with pytest.raises(
        DeskhandError, match=r"to drag 'board\.card\.1' on screen 'tracker/board' takes"
    ):
        _task("tracker/board", lambda desk: desk.drag("board.card.1", "board.card.2"))
    with pytest.raises(
        DeskhandError, match=r"to reach 'wiki\.passage' on screen 'wiki/page' takes"
    ):
        _task("wiki/page", lambda desk: desk.double_click("wiki.passage"))


def test_a_part_of_a_text_is_selected_with_arrows() -> None:
    def part(desk: Desk) -> Steps:
        yield from desk.type("Ada Lovelace", into="lead.name", uncorrected=False)
        yield from desk.select("lead.name", text="Ada")
        yield from desk.type("Eve")

    session = _task("crm/lead-form", part)
    assert _keys(session).count("ArrowLeft") >= len(" Lovelace") + len("Ada")
    assert session.actions["verb"].to_pylist().count("select") == 1


def test_others_are_as_they_were() -> None:
    steps = lambda desk: desk.click("lead.save")  # noqa: E731
    assert "pointermove" in set(_task("crm/lead-form", steps, "none").events["type"].to_pylist())
