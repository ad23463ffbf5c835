"""Where what a person meant lay at the moment of the press, read from the live page and not from a table.

Rows of a list shift, menus open, pages scroll: an element's box is that of the page's state and offset
then, and of it the part that shows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from deskhand.datasets.labels.page_in_front import PagesInFront, rows_of
from deskhand.datasets.labels.window_places import WindowPlaces
from deskhand.page import Page
from deskhand.scenarios.choosing import ROW_PX
from deskhand.screen import Element
from deskhand.session import Session

_OF_ACTIONS = [
    "action_id", "verb", "target", "start_us", "end_us", "error_of", "intended_x", "intended_y"
]  # fmt: skip
_KEYS = ("keydown", "input", "select.open", "select.change")
_NOWHERE = (None, None, None, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What there is to say of one action at its press, or where there is none, at its first event.

    ``box`` is left, top, width and height in screen px; ``element`` the element that was meant, on the
    page ``screen``.
    """

    press_us: int | None = None
    intended_target: str | None = None
    box: tuple[float | None, ...] = _NOWHERE
    hit: bool | None = None
    element: Element | None = None
    screen: str | None = None


def moments(session: Session) -> dict[int, Moment]:
    """Return what each action of a session aimed at, by the action's number.

    Parameters
    ----------
    session : Session
        With the screens that its events refer to; of others there is no box.

    Returns
    -------
    dict
        Of the actions that have a target, their own or that of the act that makes them good.
    """
    actions = session.actions.select(_OF_ACTIONS).to_pylist()
    by_number = {action["action_id"]: action for action in actions}
    presses = _last_presses(session)
    firsts = _first_keys(session)
    origins = WindowPlaces(session)
    asked: list[tuple[int, int, Mapping[str, Any]]] = []
    for action in actions:
        number = action["action_id"]
        press = presses.get(number)
        # What is waited for is there at the end.
        if action["verb"] == "wait_for":
            at = origins.row_at(action["end_us"] + 1)
        else:
            at = press["row"] if press else firsts.get(number, origins.row_at(action["start_us"]))
        asked.append((at, number, action))
    asked.sort(key=lambda entry: entry[0])
    found: dict[int, Moment] = {}
    with_pages, desktop = PagesInFront(session), _on_desktop(session)
    for at, number, action in asked:
        press = presses.get(number)
        meant = by_number.get(action["error_of"]) if action["error_of"] is not None else None
        if meant is not None:
            repaired = presses.get(meant["action_id"])
            target = (repaired and repaired["target"]) or meant["target"]
        else:
            target = (press and press["target"]) or action["target"]
        if target is None:
            if press is not None:
                found[number] = Moment(press_us=press["t_us"])
            continue
        page = with_pages.at(at)
        element = page.elements.get(target) if page is not None else None
        screen: str | None
        if page is not None and element is not None:
            screen, box = page.screen.name, _shown(page, element, origins, at)
        else:
            screen, box = desktop.get(target, (None, _NOWHERE))
        if press is not None and press["number"] > 1 and _in_list(action, element, box):
            box = _row_of_list(meant or action, box)
        hit = None
        if press is not None and box[0] is not None and press["screen_x"] is not None:
            # Something else may lie over it, such as a notification.
            hit = press["target"] == target
            hit = hit and _inside(press["screen_x"], press["screen_y"], box)
        found[number] = Moment(
            press_us=press["t_us"] if press else None,
            intended_target=target,
            box=box,
            hit=hit,
            element=element,
            screen=screen,
        )
    return found


def _on_desktop(session: Session) -> dict[str, tuple[str, tuple[float | None, ...]]]:
    """Return screens and boxes of elements of no page, which are in screen px, such as notifications."""
    columns = ["screen", "target", "left", "top", "width", "height"]
    rows = session.elements.select(columns).to_pylist()
    return {
        row["target"]: (row["screen"], (row["left"], row["top"], row["width"], row["height"]))
        for row in rows
        if row["screen"] not in session.screens
    }


def _in_list(
    action: Mapping[str, Any], element: Element | None, box: tuple[float | None, ...]
) -> bool:
    """Return whether a press is on a row of the list that a browser opens under a native drop-down."""
    native = element is not None and element.widget == "select"
    return native and action["verb"] == "choose" and box[0] is not None


def _row_of_list(
    action: Mapping[str, Any], box: tuple[float | None, ...]
) -> tuple[float | None, ...]:
    x, y, width = action["intended_x"], action["intended_y"], float(box[2] or 0.0)
    return (x - 0.5 * width, y - 0.5 * ROW_PX, width, ROW_PX) if x is not None else _NOWHERE


def _inside(x: float, y: float, box: tuple[float | None, ...]) -> bool:
    left, top, width, height = (float(side or 0.0) for side in box)
    return left <= x < left + width and top <= y < top + height


def _last_presses(session: Session) -> dict[int, dict[str, Any]]:
    """Return the last press of each action: of a drop-down that of the option, as the point noted."""
    rows = rows_of(session, "pointerdown")
    columns = ["action_id", "target", "t_us", "screen_x", "screen_y"]
    taken = session.events.select(columns).take(rows).to_pylist()
    found: dict[int, dict[str, Any]] = {}
    for row, press in zip(rows.tolist(), taken, strict=True):
        before = found.get(press["action_id"], {"number": 0})
        found[press["action_id"]] = {**press, "row": row, "number": before["number"] + 1}
    return found


def _first_keys(session: Session) -> dict[int, int]:
    rows = rows_of(session, *_KEYS)[::-1]
    numbers = session.events["action_id"].take(rows).to_pylist()
    return dict(zip(numbers, rows.tolist(), strict=True))


def _shown(
    page: Page, element: Element, origins: WindowPlaces, row: int
) -> tuple[float | None, ...]:
    """Return the part of an element that shows, in screen px, or nothing when none of it does."""
    origin = origins.of(row, page)
    if origin is None:
        return _NOWHERE
    left, top, width, height = element.box
    if not element.fixed:
        top -= page.scroll_y
    wide, high = page.screen.viewport
    right, bottom = min(left + width, wide), min(top + height, high)
    left, top = max(left, 0.0), max(top, 0.0)
    if right <= left or bottom <= top:
        return _NOWHERE
    return origin[0] + left, origin[1] + top, right - left, bottom - top
