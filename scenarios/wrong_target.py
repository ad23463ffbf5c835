"""The wrong target: what a click may land on beside what was meant, and the way back from there.

A click on a neighbour is planned only where what it does can be taken back, as people see to it that
their work comes out right in the end. Everything is read from the compiled screen in its current state.
"""

from collections.abc import Collection, Iterator, Mapping
from math import hypot
from typing import NamedTuple

import numpy as np

from deskhand.page import Page
from deskhand.scenarios.live_page import LivePage
from deskhand.screen import BASE, PAGE, Edge, Element, Screen, reference

# Targets are neighbours when at most this many px lie between them (assumed: two rows of a list).
NEIGHBOUR_PX = 40.0
HISTORY_BACK = "Alt+ArrowLeft"
ESCAPE = "Escape"
_PRESSED = frozenset(("button", "link", "combobox", "checkbox", "text", "textarea"))


class WayBack(NamedTuple):
    """How the effect of a wrong click is taken back: by a click on a target, or by keys."""

    target: str | None = None
    keys: str | None = None
    to: str | None = None


class Wrong(NamedTuple):
    """A neighbour of a target; without a ``back`` a click on the right one is all it takes."""

    element: Element
    back: WayBack | None


def wrong_target(
    live: LivePage, meant: Element, screens: Mapping[str, Screen], ends: Collection[str]
) -> Wrong | None:
    """Return the nearest neighbour of a target whose click can be made good.

    Parameters
    ----------
    live : LivePage
        The page in front.
    meant : Element
        What the person wants to click.
    screens : mapping
        Compiled screens by name.
    ends : collection of str
        States that the task is to come to, as `deskhand.screen.reference` names them: nobody comes to
        the end of a task by mistake.

    Returns
    -------
    Wrong or None
        None where no neighbour will do.
    """
    if meant.role == "option" or meant.widget == "radio":
        return None
    for *_, key in sorted(_neighbours(live, meant)):
        element = live.elements[key]
        found = _made_good(live, element, meant, screens, ends)
        if found is not None and _hit(live.page, element):
            return found
    return None


def _neighbours(live: LivePage, meant: Element) -> Iterator[tuple[float, float, str]]:
    """Yield what lies beside a target, in view, in the same dialog: gap, distance of the middles, key."""
    left, top, width, height = _seen(live.page, meant)
    wide, high = live.screen.viewport
    dialog = _dialog(meant)
    for key, other in live.elements.items():
        x, y, w, h = _seen(live.page, other)
        gap = hypot(max(x - left - width, left - x - w, 0), max(y - top - height, top - y - h, 0))
        away = hypot(x + w / 2 - left - width / 2, y + h / 2 - top - height / 2)
        overlap = x < left + width and left < x + w and y < top + height and top < y + h
        in_view = x >= 0 and y >= 0 and x + w <= wide and y + h <= high
        apart = gap <= NEIGHBOUR_PX and not overlap and key != meant.key
        if apart and in_view and _dialog(other) == dialog:
            yield gap, away, key


def _seen(page: Page, element: Element) -> tuple[float, float, float, float]:
    left, top, width, height = element.box
    return left, top - (0 if element.fixed else page.scroll_y), width, height


def _dialog(element: Element) -> list[str]:
    return [above for above in element.within if above.startswith(("dialog", "alertdialog"))]


def _hit(page: Page, element: Element) -> bool:
    """Return whether a press in the middle of an element reaches it, and nothing that lies over it."""
    left, top, width, height = _seen(page, element)
    x, y = (np.array([at], np.float32) for at in (left + width / 2, top + height / 2))
    at: int | None = int(page.node_at(x, y)[0])
    while at is not None and at != element.id:
        at = page.screen.parents.get(at)
    return at is not None


def _made_good(
    live: LivePage,
    element: Element,
    meant: Element,
    screens: Mapping[str, Screen],
    ends: Collection[str],
) -> Wrong | None:
    """Return a neighbour with the way back from its click, None where there is none."""
    page, key = live.page, element.key
    edges = [e for e in page.edges() if (e.kind, e.target) == ("click", key)]
    link = live.screen.links.get(key)
    if link is not None:
        # Two entries of a list are different things, though the page shows the same for both.
        entry = any(above.startswith(("row", "listitem")) for above in element.within)
        alike = link == live.screen.links.get(meant.key) and not entry
        back = None if edges or alike else _back_from(link, live, screens, ends)
        return None if back is None else Wrong(element, back)
    if len(edges) == 1 and element.widget != "checkbox":
        return _back_to(edges[0], element, live, meant, ends)
    # What a control does in other states alone is not known for this one.
    acts = (e for starts in live.screen.edges.values() for e in starts if e.target == key)
    if edges or element.widget not in _PRESSED or any(e.kind == "click" for e in acts):
        return None
    return Wrong(element, WayBack(target=key) if element.widget == "checkbox" else None)


def _back_from(
    link: str, live: LivePage, screens: Mapping[str, Screen], ends: Collection[str]
) -> WayBack | None:
    """Return the way back from the page of a wrong link; a page that was used does not come back."""
    here, there = live.screen, screens.get(link)
    used = live.values or live.checked or live.pending or live.texts or live.page.scroll_y
    moved = any(state != BASE for state in live.page.state.values())
    if there is None or there is here or there.app != here.app or used or moved:
        return None
    if reference(link, PAGE, BASE) in ends:
        return None
    shown = Page(there)
    for key, leads_to in there.links.items():
        if leads_to == here.name and key in shown.elements and shown.edge("click", key) is None:
            return WayBack(target=key)
    return WayBack(keys=HISTORY_BACK)


def _back_to(
    edge: Edge, element: Element, live: LivePage, meant: Element, ends: Collection[str]
) -> Wrong | None:
    """Return a neighbour whose click changes the page, with the way back to the state before."""
    screen, page = live.screen, live.page
    lasting = (
        live.timed(edge.layer, edge.source) is None and live.timed(edge.layer, edge.to) is None
    )
    waiting = any(later.layer == edge.layer for _, later in live.pending)
    if not lasting or waiting or edge.to == edge.source or edge.slots or edge.values:
        return None
    if reference(screen.name, edge.layer, edge.to) in ends:
        return None
    after = Page(screen)
    after.state = {**page.state, edge.layer: edge.to}
    after.scroll_y = page.scroll_y
    if _leads_alike(page, after, edge.layer, meant):
        return Wrong(element, None)
    for back in after.edges():
        if (back.layer, back.to) != (edge.layer, edge.source) or back.slots or back.values:
            continue
        focused = (None, edge.focus or element.key)
        if back.kind == "press" and back.key == ESCAPE and back.target in focused:
            return Wrong(element, WayBack(keys=ESCAPE, to=back.to))
        there = after.elements.get(back.target or "")
        if back.kind == "click" and there is not None and _hit(after, there):
            return Wrong(element, WayBack(target=there.key, to=back.to))
    return None


def _leads_alike(page: Page, after: Page, layer: str, meant: Element) -> bool:
    """Return whether a click on the right target makes up for what a click changed in a layer."""
    now = after.elements.get(meant.key)
    ways = [
        [e for e in each.edges() if (e.kind, e.target) == ("click", meant.key)]
        for each in (page, after)
    ]
    if now is None or now.box != meant.box or any(len(edges) != 1 for edges in ways):
        return False
    before, since = ways[0][0], ways[1][0]
    same = (before.layer, before.to) == (since.layer, since.to) and before.values == since.values
    return same and before.layer == layer and before.slots == since.slots and _hit(after, now)
