"""A painter of pages that has Chromium build and paint each of them as it stands."""

import io
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from deskhand.exports.screen_frames.canvas import PaintedPage, Painter
from deskhand.exports.screen_frames.field_painter import caret_of, has_ring
from deskhand.exports.screen_frames.page_view import PageView
from deskhand.scenarios.screen_compiler.chromium import started
from deskhand.screen import BASE, Edge, Element, Screen

if TYPE_CHECKING:
    from PIL.Image import Image
    from playwright.sync_api import Page as Tab

# Each uses what stands before it; the first two are the session player's.
SCRIPTS = ("player/unpack.js", "player/page.js", "exact_pages/exact_page.js")
# What the player's code looks for, in a document that has a type, as the compiled pages have.
SHELL = "<!doctype html><i id=page></i><i id=options></i>"


@contextmanager
def exact_painter(chromium: str | None = None) -> Iterator[tuple[Painter, str]]:
    """Give a painter of pages, and the version of the Chromium behind it.

    Parameters
    ----------
    chromium : str, optional
        The Chromium to use; by default $DESKHAND_CHROMIUM, then one on PATH.

    Raises
    ------
    DeskhandError
        When playwright or Chromium is missing, or does not start.
    """
    with _in_tab(chromium) as (call, version):

        def paint(view: PageView) -> PaintedPage:
            return PaintedPage(call(_painted, view), caret_of(view))

        yield paint, version


@contextmanager
def exact_pointer(chromium: str | None = None) -> Iterator[Callable[..., bool]]:
    """Give what tells whether a point of a page, as Chromium lays it out, is on an element.

    Parameters
    ----------
    chromium : str, optional
        As in `exact_painter`.

    Yields
    ------
    callable
        Takes a `PageView`, one of its elements, and x and y in the viewport, px. A label of a field
        counts as the field.

    Raises
    ------
    DeskhandError
        As `exact_painter` does.
    """
    with _in_tab(chromium) as (call, _):
        yield lambda view, element, x, y: call(_pointed, view, element, x, y)


@contextmanager
def _in_tab(chromium: str | None) -> Iterator[tuple[Callable[..., Any], str]]:
    """Give what calls a function with a tab, and the version of its browser."""
    opened = _opened(chromium)
    # In a thread of its own: playwright allows one browser a thread, and none where a loop runs.
    with ThreadPoolExecutor(max_workers=1) as thread:
        tab, version = thread.submit(opened.__enter__).result()
        try:
            yield lambda do, *what: thread.submit(do, tab, *what).result(), version
        finally:
            thread.submit(opened.__exit__, None, None, None).result()


@contextmanager
def _opened(chromium: str | None) -> Iterator[tuple["Tab", str]]:
    """Give a tab that holds the code which builds pages, and the version of its browser."""
    with started(chromium) as browser:
        context = browser.new_context(
            device_scale_factor=1,
            locale="en-US",
            timezone_id="UTC",
            color_scheme="light",
            reduced_motion="reduce",
            offline=True,
        )
        tab = context.new_page()
        tab.set_content(SHELL)
        code = "\n".join(
            files("deskhand").joinpath(name).read_text(encoding="utf-8") for name in SCRIPTS
        )
        tab.evaluate("code => { (0, eval)(code); }", f"(() => {{\n{code}\n}})()")
        yield tab, browser.version


def _painted(tab: "Tab", view: PageView) -> "Image":
    from PIL import Image

    _show(tab, view)
    # caret="initial": by default the screenshot writes a style into every input.
    raw = tab.screenshot(caret="initial", animations="allow", scale="css")
    return Image.open(io.BytesIO(raw)).convert("RGB")


def _pointed(tab: "Tab", view: PageView, element: Element, x: float, y: float) -> bool:
    _show(tab, view)
    return bool(tab.evaluate("at => under(...at)", [_node(view, element), x, y]))


def _show(tab: "Tab", view: PageView) -> None:
    width, height = view.screen.viewport
    if tab.viewport_size != {"width": width, "height": height}:
        tab.set_viewport_size({"width": width, "height": height})
    tab.evaluate("page => show(page)", _as_it_stands(view))


def _as_it_stands(view: PageView) -> dict[str, Any]:
    screen, page = view.screen, view.page
    focused = view.element(view.focused)
    return {
        "screen": {"dom": screen.dom, "max_id": screen.max_id},
        "mutations": [
            [data, layer]
            for layer, state in page.state.items()
            for edge in edges_to(screen, layer, state)
            for _, data in edge.mutations
        ],
        "slots": view.slots,
        "fields": list(_fields(view)),
        "focused": _node(view, focused) if focused is not None and has_ring(focused) else 0,
        "scroll": [page.scroll_x, page.scroll_y],
    }


def edges_to(screen: Screen, layer: str, state: str) -> list[Edge]:
    """Return the shortest way of recorded transitions from a layer's base to one of its states.

    Parameters
    ----------
    screen : Screen
        The compiled page.
    layer, state : str
        Where the way leads.

    Examples
    --------
    >>> from deskhand.scenarios.app_screens import shipped_screens
    >>> screen = shipped_screens()["crm/lead-form"]
    >>> [edge.to for edge in edges_to(screen, "page", "saved")]
    ['saved']
    """
    ways: dict[str, list[Edge]] = {BASE: []}
    waiting = deque([BASE])
    while waiting and state not in ways:
        here = waiting.popleft()
        for edge in screen.edges.get((layer, here), ()):
            if edge.to not in ways:
                ways[edge.to] = [*ways[here], edge]
                waiting.append(edge.to)
    return ways.get(state, [])


def _fields(view: PageView) -> Iterator[tuple[str, int | str, Any]]:
    """Yield what fields hold: how it is put there, the node, and the value."""
    held: Mapping[str, Any] = {**view.texts, **view.dots, **view.checked}
    for key, value in sorted(held.items()):
        element = view.element(key)
        if element is None or element.widget == "combobox":
            continue
        if element.widget in ("checkbox", "radio"):
            yield "check", _node(view, element), value
        elif element.widget == "select":
            yield "choose", _node(view, element), value
        else:
            yield "edit", _node(view, element), value


def _node(view: PageView, element: Element) -> int | str:
    """Return how the page numbers an element's node: those that a state added count by layer."""
    screen = view.screen
    if element.id <= screen.max_id:
        return element.id
    states = (screen.states[at] for at in view.page.state.items())
    layer = next(s.layer for s in states if s.overrides.get(element.key))
    return f"{layer}/{element.id}"
