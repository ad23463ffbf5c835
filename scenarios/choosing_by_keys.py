"""Choosing from a drop-down by keys: arrows or letters typed ahead, on a closed list or an open one."""

from deskhand.behavior_models.habits import takes_tab
from deskhand.behavior_models.menu_search import (
    ARROWS,
    TYPE_AHEAD,
    TYPE_AHEAD_US,
    search_us,
    type_ahead_length,
    type_ahead_places,
)
from deskhand.scenarios.clicking import Clicking
from deskhand.scenarios.keying import TAB_GAP_S, TAB_LOG_SD
from deskhand.scenarios.list_rows import place_now, report, report_change, report_opened
from deskhand.scenarios.live_page import SCRIPT_US
from deskhand.screen import Element

# A letter follows the one before at the latest after this share of the time that parts words, so that
# a held key is no exception (assumed).
LATEST_LETTER = 0.5


def native_by_keys(seat: Clicking, element: Element, place: int, method: str) -> None:
    """Change a native drop-down by keys.

    With the focus from Tab the list stays closed, and every key that moves the choice is a change. A
    click would open the list: then the keys move a mark in it, and Enter takes the marked option.
    """
    live = seat.live
    if seat.keys_alone:
        element = seat.focus_on(element)
    elif live.focus != element.key:
        presses = live.tab_distance(element.key)
        if not takes_tab(seat.mind, seat.draws, presses, on_keyboard=seat.on_keyboard):
            _open_by_click(seat, element)
            _open_by_keys(seat, element, place, method)
            return
        seat.ponder("next")
        seat.tab_to(element)
    element = seat.find(element.key)
    seat.ponder("next")
    seat.to_keyboard()
    action, start = seat.begin(), seat.t_us
    at = place_now(seat, element)
    for struck_us, to in _moves(seat, element, place, method, action):
        if to != at:
            report_change(seat, element, to, struck_us, action)
            at = to
    seat.finish(action, "choose", element.key, start, text_class="keys")


def _open_by_click(seat: Clicking, element: Element) -> None:
    """Open a native list with the mouse, as everybody does who has not come to it by Tab."""
    seat.click_on(element.key, kind="next", verb="click")
    opened = seat.plan.presses[-1].down_us + 2 * SCRIPT_US
    report(seat, "select.open", element, opened, seat.plan.actions[-1].action_id, 0)


def _open_by_keys(seat: Clicking, element: Element, place: int, method: str) -> None:
    """Move the mark of an open native list to an option and take it."""
    seat.t_us += search_us(seat.mind, seat.draws, place, len(element.options))
    seat.to_keyboard()
    action, start = seat.begin(), seat.t_us
    for _ in _moves(seat, element, place, method, action):
        pass
    chosen = _enter(seat, element, action)
    if place != place_now(seat, element):
        report_change(seat, element, place, chosen, action)
    report(seat, "select.close", element, chosen, action, place)
    seat.finish(action, "choose", element.key, start, text_class="keys")


def _moves(
    seat: Clicking, element: Element, place: int, method: str, action: int
) -> list[tuple[int, int]]:
    """Strike the keys that lead to an option of a native list; returns when each led where."""
    at = place_now(seat, element)
    if method == ARROWS:
        return _arrows(seat, element, at, place, action)
    labels = [option.label for option in element.options]
    places = type_ahead_places(labels, place, at)
    return list(
        zip(_letters(seat, element, labels[place][: len(places)], action), places, strict=True)
    )


def _arrows(
    seat: Clicking, element: Element, at: int, place: int, action: int
) -> list[tuple[int, int]]:
    """Strike an arrow key from one place to another; returns when each press led where."""
    if place == at:
        return []
    step = 1 if place > at else -1
    key = "ArrowDown" if step > 0 else "ArrowUp"
    typing = seat.typist.press(key, count=abs(place - at))
    began = seat.strike(action, typing, element.key)
    downs = typing.down_us.tolist()
    return [(began + int(d) + SCRIPT_US, at + step * n) for n, d in enumerate(downs, 1)]


def _letters(seat: Clicking, element: Element, letters: str, action: int) -> list[int]:
    """Type letters ahead; returns when each was struck. Capitals are not needed."""
    struck = []
    for number, letter in enumerate(letters.lower()):
        if number:
            gap_us = seat.lapse_us(TAB_GAP_S, TAB_LOG_SD)
            seat.t_us += min(gap_us, int(LATEST_LETTER * TYPE_AHEAD_US))
        began = seat.strike(action, seat.typist.press(letter), element.key)
        struck.append(began + SCRIPT_US)
    return struck


def _enter(seat: Clicking, element: Element, action: int) -> int:
    """Take what an open list marks with Enter; returns when the page has."""
    seat.t_us += seat.lapse_us(TAB_GAP_S, TAB_LOG_SD)
    return seat.strike(action, seat.typist.press("Enter"), element.key) + SCRIPT_US


def custom_by_keys(seat: Clicking, element: Element, place: int, method: str) -> None:
    """Open a custom drop-down with Enter, move to the option, and take it with Enter.

    An open list marks the chosen option, or the first when none is; letters mark the first option
    that begins with them (the scripts of the shipped pages; others may differ).
    """
    live = seat.live
    option = element.options[place].target or ""
    opened = option in live.elements
    element = seat.focus_on(element)
    if not opened and option in live.elements:
        # The click that gave it the focus has opened it as well.
        report_opened(seat, element, place)
    elif not opened:
        seat.ponder("next")
        seat.press_keys("Enter")
        report_opened(seat, element, place)
    seat.t_us += search_us(seat.mind, seat.draws, place, len(element.options))
    element = seat.find(element.key)
    labels = [entry.label for entry in element.options]
    seat.to_keyboard()
    action, start = seat.begin(), seat.t_us
    if method == TYPE_AHEAD:
        _letters(seat, element, labels[place][: type_ahead_length(labels, place)], action)
    else:
        _arrows(seat, element, place_now(seat, element), place, action)
    chosen = _enter(seat, element, action)
    edge = live.edge("click", option)
    if edge is not None:
        live.note(live.elements[option])
        live.take(edge, chosen, action)
    report(seat, "select.change", element, chosen + SCRIPT_US, action, place)
    report(seat, "select.close", element, chosen + SCRIPT_US, action, place)
    seat.finish(action, "choose", element.key, start, text_class="keys")
