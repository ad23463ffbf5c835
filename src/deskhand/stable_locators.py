"""The locator to write in a scenario for each element of a page: by role and name, and unique.

Keys that a compiler made up may change when the page does; what a person sees changes least. So a
locator is the element's role and name, where that is not unique what it lies in, and last the
number of it.
"""

from collections.abc import Iterator
from typing import NamedTuple

from deskhand.errors import DeskhandError
from deskhand.page import Page, quoted
from deskhand.screen import Element

# What a person clicks or fills; other elements can be read, hovered or scrolled to.
PASSIVE_ROLES = frozenset(
    {"heading", "row", "dialog", "alertdialog", "alert", "status", "listitem", "img", "generic"}
)


class Located(NamedTuple):
    """An element that can be acted on, and the locator that names it and nothing else."""

    element: Element
    locator: str


def acted_on(page: Page) -> list[Located]:
    """Return the elements of a page's current state that can be clicked or filled.

    Parameters
    ----------
    page : Page
        The page, in the state to look at.

    Returns
    -------
    list of Located
        In the order of the document.

    Examples
    --------
    >>> from deskhand.scenarios.app_screens import screen
    >>> page = Page(screen("crm/lead-form"))
    >>> next(each.locator for each in acted_on(page) if each.element.name == "Save")
    'role=button[name="Save"]'
    """
    targets = {edge.target for edges in page.screen.edges.values() for edge in edges}
    return [
        Located(element, stable_locator(page, element))
        for element in page.elements.values()
        if element.tab >= 0 or element.role not in PASSIVE_ROLES or element.key in targets
    ]


def stable_locator(page: Page, element: Element) -> str:
    """Return the locator of an element that is least likely to change.

    Parameters
    ----------
    page : Page
        The page, in a state in which the element is there.
    element : Element
        One of ``page.elements``.

    Returns
    -------
    str
        By role and name; with a scope or ``nth=`` where that is not unique; the key as a last resort.
    """
    for locator in _candidates(page, element):
        try:
            if page.matches(locator) == [element]:
                return locator
        except DeskhandError:  # A name may hold what locators are written with.
            continue
    return element.key


def _candidates(page: Page, element: Element) -> Iterator[str]:
    plain = f"role={element.role}"
    if element.name:
        plain += f"[name={quoted(element.name)}]"
        yield plain
    if element.test_id:
        yield f"test-id={element.test_id}"
    # The nearest scope says most; those without a name tell little apart.
    for scope in reversed(element.within):
        role, _, name = scope.partition(" ")
        if name:
            yield f"role={role}[name={quoted(name)}] >> {plain}"
    try:
        same = page.matches(plain)
    except DeskhandError:
        return
    if element in same:
        yield f"{plain} >> nth={same.index(element)}"
