"""Find the one element that a sidecar's locator names, in the state that it speaks of."""

from collections.abc import Mapping
from typing import Any

from deskhand.errors import DeskhandError
from deskhand.page import Page
from deskhand.scenarios.screen_compiler.live_page import LivePage
from deskhand.screen import FORMAT, Screen


def find_key(
    locator: str, elements: Mapping[str, Mapping[str, Any]], screen: str, layer: str, state: str
) -> str:
    """Return the key of the element that a locator names.

    Parameters
    ----------
    locator : str
        A key, ``role=button[name="Save"]`` (with scopes before ``>>`` and ``nth=``), or ``test-id=``.
    elements : mapping
        The elements of the state, by key.
    screen, layer, state : str
        Where this is, for the message.

    Raises
    ------
    DeskhandError
        When nothing or more than one element matches; the message lists candidates.
    """
    found = Screen(
        {
            "format": FORMAT,
            "name": screen,
            "app": "",
            "title": "",
            "href": "",
            "viewport": {"width": 0, "height": 0},
            "document": {"width": 0, "height": 0},
            "dom": {},
            "max_id": 0,
            "elements": elements,
            "layers": {layer: {"states": {"base": {}, state: {}}, "edges": []}},
        }
    )
    page = Page(found)
    page.state[layer] = state
    return page.element(locator).key


def css_id(live: LivePage, locator: str, screen: str) -> int:
    """Return the node id of the one element that ``css=...`` selects.

    Raises
    ------
    DeskhandError
        When nothing or more than one element matches, or the selector is not valid.
    """
    from playwright.sync_api import Error

    selector = locator.removeprefix("css=")
    try:
        ids = live.call("select", selector)
    except Error:
        raise DeskhandError(
            f"locator {locator!r} on screen {screen!r}: not a valid CSS selector."
        ) from None
    if len(ids) != 1:
        raise DeskhandError(
            f"locator {locator!r} matches {len(ids)} elements on screen {screen!r}; it must match "
            "one. Prefer role=button[name=...] or data-name in the page."
        )
    return int(ids[0])
