"""Menus: the way down a menu to an item, into a submenu, at times out of it by mistake and back in."""

from collections.abc import Sequence

import numpy as np

from deskhand.behavior_models.menu_search import search_us
from deskhand.behavior_models.steering import excursion_share
from deskhand.errors import DeskhandError
from deskhand.scenarios.clicking import Clicking
from deskhand.scenarios.live_page import SCRIPT_US
from deskhand.screen import Element
from deskhand.streams import Draws

ITEM_ROLES = ("menuitem", "menuitemcheckbox", "menuitemradio")
# A pointer that strays has come this far on its way into the submenu (assumed).
STRAYS_AFTER = 0.5
# How much of a submenu's width the pointer is inside once it has come in (assumed).
INSIDE_SHARE = 0.3


def pick(seat: Clicking, items: Sequence[str], to: str | None = None) -> None:
    """Pick an item of an open menu, through the submenus that lead to it.

    Parameters
    ----------
    seat : Clicking
        The person; the menu is open.
    items : sequence of str
        Locators: the items on which submenus open, then the one that is wanted.
    to : str, optional
        State that the last click is to lead to, where it can lead to several.
    """
    seat.t_us = max(seat.t_us, seat.live.busy_until_us)
    if seat.keys_alone:
        _pick_by_keys(seat, items, to)
        return
    entered: Element | None = None
    for number, locator in enumerate(items):
        item = seat.find(locator)
        column = _column(seat, item)
        seat.t_us += search_us(seat.mind, seat.draws, column.index(item.key), len(column))
        error = None if entered is None else _stray(seat, entered, item)
        action, start = seat.begin(), seat.t_us
        if entered is not None:
            _steer_in(seat, action, entered, item)
        box = seat.screen_box(item)
        seat.point(action, box, lane_px=box[2])
        if number < len(items) - 1:
            _rest_on(seat, action, item, start, items[number + 1])
        else:
            seat.press_on(action, item, to=to)
            seat.note_point(action, "click", item.key, start, box)
        if error is not None:
            seat.mend(error)
        entered = item


def _pick_by_keys(seat: Clicking, items: Sequence[str], to: str | None) -> None:
    """Go down an open menu with the arrow keys, hearing the items, into submenus, and take one."""
    live = seat.live
    for number, locator in enumerate(items):
        item, last = seat.find(locator), number == len(items) - 1
        column = _column(seat, item)
        for passed in column[: column.index(item.key)]:
            seat.hear(seat.find(passed), passing=True)
        seat.hear(item)
        live.note(item)
        action = seat.begin()
        # A menu opens with nothing marked, a submenu with its first item.
        downs = column.index(item.key) + (number == 0)
        start = seat.t_us
        if downs:
            seat.strike(action, seat.typist.press("ArrowDown", count=downs), live.focus)
        key = "Enter" if last else "ArrowRight"
        struck = seat.strike(action, seat.typist.press(key), live.focus) + SCRIPT_US
        edge = live.edge("click" if last else "hover", item.key, to=to if last else None)
        seat.answer(edge, item.key if last else "", struck, action)
        seat.changed = seat.changed and last
        seat.t_us = max(seat.t_us, live.busy_until_us)
        seat.finish(action, "click" if last else "hover", item.key, start, text_class="keys")


def _column(seat: Clicking, item: Element) -> list[str]:
    """Return the items of one menu from the top down: those in line with one of them."""
    left, _, width, _ = item.box
    column = [
        (other.box[1], other.key)
        for other in seat.live.elements.values()
        if other.role in ITEM_ROLES and (other.box[0], other.box[2]) == (left, width)
    ]
    if item.role not in ITEM_ROLES:
        raise DeskhandError(
            f"pick: {item.key!r} is a {item.role} and no item of a menu (role menuitem); click it instead."
        )
    return [key for _, key in sorted(column)]


def _rest_on(
    seat: Clicking, action: int, item: Element, start_us: int, inner: str | None = None
) -> None:
    """Rest on an item until the page has answered: its submenu opens, or another one closes."""
    live = seat.live
    live.note(item)
    edge = live.edge("hover", item.key)
    if edge is None and inner is not None and inner not in live.elements:
        raise DeskhandError(
            f"pick: resting on {item.key!r} opens nothing on screen {live.screen.name!r} in state "
            f'{dict(live.page.state)}; its sidecar records what opens by {{"hover": key}}.'
        )
    if edge is not None:
        seat.answer(edge, "", seat.t_us + SCRIPT_US, action)
        seat.changed = False
        seat.t_us = max(seat.t_us, live.busy_until_us)
    seat.note_point(action, "hover", item.key, start_us, seat.screen_box(item))


def _gate(seat: Clicking, parent: Element, item: Element) -> tuple[float, float, float, float]:
    """Return where one comes in: the submenu's near end, as high as the item that it belongs to."""
    left, top, _, height = seat.screen_box(parent)
    inner, _, wide, _ = seat.screen_box(item)
    inside = INSIDE_SHARE * wide
    return (inner if inner > left else inner + wide - inside, top, inside, height)


def _steer_in(seat: Clicking, action: int, parent: Element, item: Element) -> None:
    """Go along an item into its submenu: a tunnel as high as the item, on one level."""
    gate = _gate(seat, parent, item)
    seat.point(action, gate, lane_px=gate[3], sideways=True)


def _stray(seat: Clicking, parent: Element, item: Element) -> int | None:
    """Leave the tunnel into a submenu by the way, at times: notice it, and go back to the parent.

    Returns the action that went wrong. The page takes the submenu away when the pointer is on another
    item, if its screen was compiled so.
    """
    steering = seat.persona.hand.steering
    gate = _gate(seat, parent, item)
    difficulty = abs(gate[0] + 0.5 * gate[2] - seat.hand.x) / gate[3]
    share = float(excursion_share(steering, np.array(difficulty))) * seat.clumsiness()
    draws = Draws(seat.plan.seed, "desk.stray", *seat.who, len(seat.plan.actions))
    if draws.uniform() >= share:
        return None
    column = _column(seat, parent)
    at = column.index(parent.key)
    # The corner towards the wanted item is cut: over the neighbour on that side, where there is one.
    side = 1 if item.box[1] > parent.box[1] else -1
    beside = [place for place in (at + side, at - side) if 0 <= place < len(column)]
    if not beside:
        return None
    other = seat.find(column[beside[0]])
    left, top, width, height = seat.screen_box(other)
    x = seat.hand.x + STRAYS_AFTER * (gate[0] - seat.hand.x)
    x = min(max(x, left + 2.0), left + width - 6.0)
    error, start = seat.begin(), seat.t_us
    seat.point(error, (x, top + 1.0, 4.0, height - 2.0))
    _rest_on(seat, error, other, start)
    seat.t_us += round(1e6 * steering.re_entry_s)
    action, start = seat.begin(), seat.t_us
    seat.reach(action, parent)
    _rest_on(seat, action, parent, start)
    return error
