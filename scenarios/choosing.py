"""Choosing from a drop-down, native or custom: which way, and the way of the mouse."""

from deskhand.behavior_models.menu_search import (
    ARROWS,
    MOUSE,
    TYPE_AHEAD,
    choose_method,
    search_us,
    type_ahead_length,
    type_ahead_places,
)
from deskhand.errors import UnknownNameError
from deskhand.generators.plan import Wheeled
from deskhand.generators.wheel import plan_scroll
from deskhand.page import Page
from deskhand.scenarios.choosing_by_keys import custom_by_keys, native_by_keys
from deskhand.scenarios.clicking import Clicking
from deskhand.scenarios.list_rows import (
    place_now,
    place_of,
    report,
    report_change,
    report_opened,
)
from deskhand.scenarios.live_page import SCRIPT_US
from deskhand.scenarios.scenario import GaveUpError
from deskhand.screen import Element, reference
from deskhand.streams import Draws

# The pop-up list of a native drop-down, drawn by the browser below its box or above it.
ROW_PX = 22.0
VISIBLE_ROWS = 15


def choose(seat: Clicking, label: str, of: str, method: str | None) -> None:
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
        secret = element.sensitive is not None or element.key in seat.sensitive
        option = "such option" if secret else f"option {label!r}"
        raise GaveUpError(f"the drop-down {element.name!r} has no {option}")
    place = place_of(element, label)
    count = len(element.options)
    by_keys = seat.on_keyboard and seat.live.tab_distance(element.key) in (1, 2)
    if method is None:
        method = choose_method(seat.mind, seat.draws, count, by_keys=by_keys)
    elif method not in (MOUSE, ARROWS, TYPE_AHEAD):
        raise UnknownNameError("way to choose", method, (MOUSE, ARROWS, TYPE_AHEAD))
    native = element.widget == "select"
    if method == MOUSE and seat.keys_alone:
        method = TYPE_AHEAD
    if method == TYPE_AHEAD and not _letters_lead_to(seat, element, place):
        method = ARROWS
    if method == MOUSE:
        _by_mouse(seat, element, place)
    elif native:
        native_by_keys(seat, element, place, method)
    else:
        custom_by_keys(seat, element, place, method)
    _hold(seat, element, place)


def _hold(seat: Clicking, element: Element, place: int) -> None:
    option = element.options[place]
    held = option.value if element.widget == "select" else option.label
    seat.live.values[element.key] = held


def _by_mouse(seat: Clicking, element: Element, place: int) -> None:
    """Choose with the mouse; at times the row beside is hit, and the right one chosen after it."""
    way = _native_by_mouse if element.widget == "select" else _custom_by_mouse
    draws = Draws(seat.plan.seed, "desk.slip", *seat.who, len(seat.plan.actions))
    beside = place + (1 if draws.uniform() < 0.5 else -1)
    slips = draws.uniform() < seat.mind.slip_rate * seat.clumsiness()
    if not slips or not _can_be_mended(seat, element, beside, place):
        way(seat, element, place)
        return
    way(seat, element, beside)
    error = seat.plan.actions[-1].action_id
    _hold(seat, element, beside)
    seat.t_us += seat.tempo.think_us("notice")
    way(seat, seat.find(element.key), place)
    seat.mend(error)


def _can_be_mended(seat: Clicking, element: Element, wrong: int, place: int) -> bool:
    """Return whether another option can be chosen after a wrong one."""
    options = element.options
    if not 0 <= wrong < len(options):
        return False
    if element.widget == "select":
        return True
    targets = (element.key, options[wrong].target, element.key, options[place].target)
    chain = targets[1:] if options[wrong].target in seat.live.elements else targets
    page = Page(seat.live.screen)
    page.state = dict(seat.live.page.state)
    for target in chain:
        edge = page.edge("click", target) if target in page.elements else None
        if edge is None or edge.slots:
            return False
        if reference(page.screen.name, edge.layer, edge.to) in seat.ends() and target != chain[-1]:
            return False
        page.enter(edge)
    return True


def _letters_lead_to(seat: Clicking, element: Element, place: int) -> bool:
    """Return whether an option can be reached by the first letters of its label."""
    labels = [option.label for option in element.options]
    if element.widget == "select":
        length = len(type_ahead_places(labels, place, place_now(seat, element)))
    else:
        length = type_ahead_length(labels, place)
    return seat.typist.can_type(labels[place][:length].lower())


def _native_by_mouse(seat: Clicking, element: Element, place: int) -> None:
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
    report(seat, "select.open", element, opened, action, place)
    count = len(element.options)
    seat.t_us += search_us(seat.mind, seat.draws, place, count, VISIBLE_ROWS)
    left, top, width, height = seat.screen_box(element)
    shown = min(count, VISIBLE_ROWS)
    list_top = top + height
    monitor = seat.window.monitor
    if list_top + ROW_PX * shown > monitor.bottom:
        list_top = max(float(monitor.top), top - ROW_PX * shown)
    first = max(0, min(place - VISIBLE_ROWS // 2, count - shown)) if place >= shown else 0
    if first:
        _scroll_list(seat, action, (left, list_top, width, ROW_PX * shown), first * ROW_PX)
    row = (left, list_top + ROW_PX * (place - first), width, ROW_PX)
    seat.point(action, row, lane_px=width)
    seat.press_button(action, element)
    seat.t_us += SCRIPT_US
    chosen = seat.t_us
    if place != place_now(seat, element):
        report_change(seat, element, place, chosen, action)
    report(seat, "select.close", element, chosen, action, place)
    seat.note_point(action, "choose", element.key, start, row)


def _search_in_vain(seat: Clicking, element: Element) -> None:
    """Open a list, read all of it, and close it."""
    count = len(element.options)
    seat.ponder("next")
    if element.widget == "select" and seat.keys_alone:
        seat.focus_on(element)
        seat.t_us += search_us(seat.mind, seat.draws, count - 1, count, VISIBLE_ROWS)
    elif element.widget == "select":
        seat.to_mouse()
        element = seat.show(seat.find(element.key))
        action, start = seat.begin(), seat.t_us
        seat.live.note(element)
        seat.reach(action, element)
        seat.press_button(action, element)
        report(seat, "select.open", element, seat.t_us, action, 0)
        seat.t_us += search_us(seat.mind, seat.draws, count - 1, count, VISIBLE_ROWS)
        # A second click on the closed box takes the list away again.
        seat.press_button(action, element)
        seat.t_us += SCRIPT_US
        report(seat, "select.close", element, seat.t_us, action, 0)
        seat.note_point(action, "choose", element.key, start, seat.screen_box(element))
    else:
        if not any(option.target in seat.live.elements for option in element.options):
            seat.click_on(element.key, kind="next", verb="click")
            report_opened(seat, seat.find(element.key), 0)
        seat.t_us += search_us(seat.mind, seat.draws, count - 1, count)
        seat.click_on(element.key, kind="next", verb="click")
        action = seat.plan.actions[-1].action_id
        report(seat, "select.close", seat.find(element.key), seat.t_us, action, 0)


def _scroll_list(
    seat: Clicking, action: int, box: tuple[float, float, float, float], distance_px: float
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


def _custom_by_mouse(seat: Clicking, element: Element, place: int) -> None:
    live = seat.live
    if element.options[place].target not in live.elements:
        seat.click_on(element.key, kind="next", verb="click")
        element = seat.find(element.key)
        report_opened(seat, element, place)
    seat.t_us += search_us(seat.mind, seat.draws, place, len(element.options))
    option = seat.show(seat.find(element.options[place].target or ""))
    action = seat.begin()
    start = seat.t_us
    box = seat.screen_box(option)
    seat.point(action, box, lane_px=box[2])
    seat.press_on(action, option)
    report(seat, "select.change", element, seat.t_us, action, place)
    report(seat, "select.close", element, seat.t_us, action, place)
    seat.changed = False
    seat.note_point(action, "choose", element.key, start, box)
