"""Choosing from a drop-down, native or custom: by mouse, by arrow keys, or by typing ahead."""

from typing import NoReturn

from deskhand.behavior_models.menu_search import (
    ARROWS,
    MOUSE,
    TYPE_AHEAD,
    choose_method,
    search_us,
    type_ahead_length,
)
from deskhand.errors import UnknownNameError
from deskhand.generators.plan import Row, Wheeled
from deskhand.generators.wheel import plan_scroll
from deskhand.scenarios.keying import TAB_GAP_S, TAB_LOG_SD, Keying
from deskhand.scenarios.live_page import SCRIPT_US
from deskhand.scenarios.scenario import GaveUpError
from deskhand.screen import Element

# The pop-up list of a native drop-down, drawn by the browser below its box or above it.
ROW_PX = 22.0
VISIBLE_ROWS = 15


def place_of(element: Element, label: str) -> int:
    """Return the place of an option, from 0, by its label or else by its value.

    Raises
    ------
    UnknownNameError
        When the drop-down has no such option.
    """
    for number, option in enumerate(element.options):
        if option.label == label:
            return number
    for number, option in enumerate(element.options):
        if option.value == label:
            return number
    labels = [option.label for option in element.options]
    raise UnknownNameError(f"option of {element.key!r}", label, labels)


def _place_now(seat: Keying, element: Element, none: int = 0) -> int:
    """Return the place of the option that the drop-down shows now."""
    now = seat.live.value(element)
    for number, option in enumerate(element.options):
        if now in (option.value, option.label):
            return number
    return none


def choose(seat: Keying, label: str, of: str, method: str | None) -> None:
    """Choose an option of a drop-down.

    Parameters
    ----------
    seat : Keying
        The person.
    label : str
        The option's label or value.
    of : str
        Locator of the drop-down.
    method : str or None
        ``mouse``, ``arrows`` or ``type-ahead``; None leaves it to the person's habits.
    """
    element = seat.find(of)
    if seat.gives_up and not any(label in (o.label, o.value) for o in element.options):
        _search_in_vain(seat, element)
    place = place_of(element, label)
    count = len(element.options)
    by_keys = seat.on_keyboard and seat.live.tab_distance(element.key) in (1, 2)
    if method is None:
        method = choose_method(seat.mind, seat.draws, count, by_keys=by_keys)
    elif method not in (MOUSE, ARROWS, TYPE_AHEAD):
        raise UnknownNameError("way to choose", method, (MOUSE, ARROWS, TYPE_AHEAD))
    if method == TYPE_AHEAD:
        labels = [option.label for option in element.options]
        if not type_ahead_length(labels, place):
            method = ARROWS
    native = element.widget == "select"
    if method == MOUSE:
        (_native_by_mouse if native else _custom_by_mouse)(seat, element, place)
    elif native:
        _native_by_keys(seat, element, place, method)
    else:
        _custom_by_keys(seat, element, place, method)
    option = element.options[place]
    seat.live.values[element.key] = option.value if native else option.label


def _report(seat: Keying, kind: str, element: Element, t_us: int, action: int, place: int) -> None:
    """Append a row of the drop-down; a change carries the chosen label."""
    columns: dict[str, object] = {"target": element.key}
    if kind == "select.change":
        label = element.options[place].label
        masked = seat.live.sensitivity(element) is not None
        columns["value"] = None if masked else label
        columns["value_length"] = len(label)
        columns["masked"] = masked
    seat.plan.rows.append(Row(t_us, kind, action, columns))


def _change(seat: Keying, element: Element, place: int, t_us: int, action: int) -> None:
    """Append the rows of a native drop-down whose value changes."""
    _report(seat, "select.change", element, t_us, action, place)
    seat.live.write_input(element, t_us, action, element.options[place].value)


def _native_by_mouse(seat: Keying, element: Element, place: int) -> None:
    seat.ponder("next")
    seat.to_mouse()
    element = seat.show(seat.find(element.key))
    action = seat.begin()
    start = seat.t_us
    seat.live.note(element)
    seat.reach(action, element)
    seat.press_button(action, element)
    # The list opens while the button is still down.
    opened = seat.plan.presses[-1].down_us + 2 * SCRIPT_US
    _report(seat, "select.open", element, opened, action, place)
    count = len(element.options)
    seat.t_us += search_us(seat.mind, seat.draws, place, count, VISIBLE_ROWS)
    left, top, width, height = seat.screen_box(element)
    shown = min(count, VISIBLE_ROWS)
    list_top = top + height
    if list_top + ROW_PX * shown > seat.desktop[1]:
        list_top = max(0.0, top - ROW_PX * shown)
    first = max(0, min(place - VISIBLE_ROWS // 2, count - shown)) if place >= shown else 0
    if first:
        _scroll_list(seat, action, (left, list_top, width, ROW_PX * shown), first * ROW_PX)
    row = (left, list_top + ROW_PX * (place - first), width, ROW_PX)
    seat.point(action, row, lane_px=width)
    seat.press_button(action, element)
    seat.t_us += SCRIPT_US
    chosen = seat.t_us
    if place != _place_now(seat, element):
        _change(seat, element, place, chosen, action)
    _report(seat, "select.close", element, chosen, action, place)
    seat.note_point(action, "choose", element.key, start, row)


def _search_in_vain(seat: Keying, element: Element) -> NoReturn:
    """Open a list, read all of it, close it, and give up."""
    count = len(element.options)
    seat.ponder("next")
    if element.widget == "select":
        seat.to_mouse()
        element = seat.show(seat.find(element.key))
        action, start = seat.begin(), seat.t_us
        seat.live.note(element)
        seat.reach(action, element)
        seat.press_button(action, element)
        _report(seat, "select.open", element, seat.t_us, action, 0)
        seat.t_us += search_us(seat.mind, seat.draws, count - 1, count, VISIBLE_ROWS)
        # A second click on the closed box takes the list away again.
        seat.press_button(action, element)
        seat.t_us += SCRIPT_US
        _report(seat, "select.close", element, seat.t_us, action, 0)
        seat.note_point(action, "choose", element.key, start, seat.screen_box(element))
    else:
        if not any(option.target in seat.live.elements for option in element.options):
            seat.click_on(element.key, kind="next", verb="click")
            _opened(seat, seat.find(element.key), 0)
        seat.t_us += search_us(seat.mind, seat.draws, count - 1, count)
        seat.click_on(element.key, kind="next", verb="click")
        action = seat.plan.actions[-1].action_id
        _report(seat, "select.close", seat.find(element.key), seat.t_us, action, 0)
    raise GaveUpError


def _scroll_list(
    seat: Keying, action: int, box: tuple[float, float, float, float], distance_px: float
) -> None:
    """Turn the wheel over an open list: the page behind it stays where it is."""
    seat.point(action, box)
    scroll = plan_scroll(seat.persona, seat.wheel_draws, distance_px, reading=False)
    offset = seat.live.page.scroll_y
    x, y = seat.hand.x, seat.hand.y
    if len(scroll.t_us):
        # A page that is at its limit makes wheel rows and no scroll rows.
        seat.plan.wheeled.append(
            Wheeled(action, seat.t_us, scroll, x, y, None, offset, float(offset))
        )
    seat.t_us += scroll.duration_us


def _native_by_keys(seat: Keying, element: Element, place: int, method: str) -> None:
    """Change a closed native drop-down by keys: every key that moves the choice is a change."""
    element = seat.focus_on(element)
    seat.ponder("next")
    labels = [option.label for option in element.options]
    at = _place_now(seat, element)
    seat.to_keyboard()
    action = seat.begin()
    start = seat.t_us
    if method == ARROWS:
        step = 1 if place > at else -1
        if place != at:
            typing = seat.typist.press(
                "ArrowDown" if step > 0 else "ArrowUp", count=abs(place - at)
            )
            began = seat.strike(action, typing, element.key)
            for number, down in enumerate(typing.down_us.tolist(), 1):
                struck = began + int(down) + SCRIPT_US
                _change(seat, element, at + step * number, struck, action)
    else:
        length = type_ahead_length(labels, place)
        for typed in range(1, length + 1):
            if typed > 1:
                seat.t_us += seat.lapse_us(TAB_GAP_S, TAB_LOG_SD)
            letter = labels[place][typed - 1]
            began = seat.strike(action, seat.typist.press(_key(letter)), element.key)
            prefix = labels[place][:typed].lower()
            found = next(i for i, text in enumerate(labels) if text.lower().startswith(prefix))
            if found != at:
                at = found
                _change(seat, element, at, began + SCRIPT_US, action)
    seat.finish(action, "choose", element.key, start, text_class="keys")


def _key(letter: str) -> str:
    """Return the key for a letter typed ahead; capitals are not needed."""
    return letter.lower()


def _custom_by_mouse(seat: Keying, element: Element, place: int) -> None:
    live = seat.live
    if element.options[place].target not in live.elements:
        seat.click_on(element.key, kind="next", verb="click")
        element = seat.find(element.key)
        _opened(seat, element, place)
    seat.t_us += search_us(seat.mind, seat.draws, place, len(element.options))
    option = seat.show(seat.find(element.options[place].target or ""))
    action = seat.begin()
    start = seat.t_us
    box = seat.screen_box(option)
    seat.point(action, box, lane_px=box[2])
    seat.press_on(action, option)
    _report(seat, "select.change", element, seat.t_us, action, place)
    _report(seat, "select.close", element, seat.t_us, action, place)
    seat.changed = False
    seat.note_point(action, "choose", element.key, start, box)


def _opened(seat: Keying, element: Element, place: int) -> None:
    """Append the row of a custom list that the latest action has opened."""
    action = seat.plan.actions[-1].action_id
    _report(seat, "select.open", element, seat.t_us, action, place)
    seat.changed = False


def _custom_by_keys(seat: Keying, element: Element, place: int, method: str) -> None:
    """Open a custom drop-down with Enter, move to the option, and take it with Enter."""
    live = seat.live
    option = element.options[place].target or ""
    opened = option in live.elements
    element = seat.focus_on(element)
    if not opened and option in live.elements:
        # The click that gave it the focus has opened it as well.
        _opened(seat, element, place)
    elif not opened:
        seat.ponder("next")
        seat.press_keys("Enter")
        _opened(seat, element, place)
    seat.t_us += search_us(seat.mind, seat.draws, place, len(element.options))
    element = seat.find(element.key)
    labels = [entry.label for entry in element.options]
    at = _place_now(seat, element, none=-1)
    seat.to_keyboard()
    action = seat.begin()
    start = seat.t_us
    if method == TYPE_AHEAD:
        for typed in range(type_ahead_length(labels, place)):
            if typed:
                seat.t_us += seat.lapse_us(TAB_GAP_S, TAB_LOG_SD)
            letter = _key(labels[place][typed])
            seat.strike(action, seat.typist.press(letter), element.key)
    elif place != at:
        arrow = "ArrowDown" if place > at else "ArrowUp"
        seat.strike(action, seat.typist.press(arrow, count=abs(place - at)), element.key)
    seat.t_us += seat.lapse_us(TAB_GAP_S, TAB_LOG_SD)
    began = seat.strike(action, seat.typist.press("Enter"), element.key)
    chosen = began + SCRIPT_US
    edge = live.edge("click", option)
    if edge is not None:
        live.note(live.elements[option])
        live.take(edge, chosen, action)
    _report(seat, "select.change", element, chosen + SCRIPT_US, action, place)
    _report(seat, "select.close", element, chosen + SCRIPT_US, action, place)
    seat.finish(action, "choose", element.key, start, text_class="keys")
