"""Locators to paste into scenarios: each names its element, and wrong ones are answered with near ones."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskhand.errors import DeskhandError
from deskhand.page import Page
from deskhand.scenarios.app_screens import screen, shipped_screens
from deskhand.screen import Element, Screen
from deskhand.stable_locators import acted_on, stable_locator

# Names that locators are written with, that repeat, or that are missing.
NAMES = st.sampled_from(["", "Edit", "Edit", 'The "old" one', "a >> b", "back\\slash", "x]"])
ROLES = st.sampled_from(["button", "link", "textbox"])
SCOPES = st.lists(st.sampled_from(["row Ada", "row Bob", "list", "dialog Sure?"]), max_size=2)


@pytest.mark.parametrize("name", sorted(shipped_screens()))
def test_each_locator_names_its_element_in_every_state(name: str) -> None:
    page = Page(screen(name))
    for layer, state in list(page.screen.states)[::5]:
        page.state = dict.fromkeys(page.screen.layers, "base") | {layer: state}
        located = acted_on(page)
        assert all(page.element(locator) == element for element, locator in located)
        assert len({locator for _, locator in located}) == len(located)


def _page(elements: list[Element]) -> Page:
    made = Screen(
        {
            "format": "deskhand.screen/2",
            "name": "own/page",
            "app": "own",
            "title": "Page",
            "href": "https://own.deskhand.example/page",
            "viewport": {"width": 800, "height": 600},
            "document": {"width": 800, "height": 600},
            "dom": {},
            "max_id": 1,
            "elements": {},
            "layers": {"page": {"states": {"base": {}}, "edges": []}},
        }
    )
    made.elements = {element.key: element for element in elements}
    return Page(made)


BUTTON = Element(
    key="e0",
    id=2,
    role="button",
    name="Save",
    tag="button",
    widget="button",
    box=(0, 0, 9, 9),
    tab=0,
)


@settings(max_examples=60)
@given(st.lists(st.tuples(ROLES, NAMES, SCOPES), max_size=8))
def test_locators_of_any_page_are_unique(drawn: list[tuple[str, str, list[str]]]) -> None:
    page = _page(
        [
            replace(BUTTON, key=f"e{n}", id=n + 2, role=role, name=name, within=tuple(within))
            for n, (role, name, within) in enumerate(drawn)
        ]
    )
    for element in page.elements.values():
        assert page.element(stable_locator(page, element)) == element


def test_role_and_name_come_first_then_what_it_lies_in_then_its_number() -> None:
    edit = replace(BUTTON, name="Edit")
    page = _page(
        [
            BUTTON,
            replace(edit, key="e1", id=3, within=("row Ada",)),
            replace(edit, key="e2", id=4, within=("row Bob",)),
            replace(BUTTON, key="e3", id=5, name=""),
            replace(BUTTON, key="e4", id=6, name="Save all", test_id="all"),
        ]
    )
    assert [locator for _, locator in acted_on(page)] == [
        'role=button[name="Save"]',
        'role=row[name="Ada"] >> role=button[name="Edit"]',
        'role=row[name="Bob"] >> role=button[name="Edit"]',
        "role=button >> nth=3",
        'role=button[name="Save all"]',
    ]


@pytest.mark.parametrize(
    ("locator", "message"),
    [
        ('role=button[name="Sav"]', r'Nearest: .*e0: role=button\[name="Save"\]'),
        ('role=link[name="Save"]', r'Nearest: e0: role=button\[name="Save"\]'),
        ('role=button[name="Save"] >> nth=one', r"a place is written nth=0"),
        ("nth=0", r"write a name, role=button"),
        ("e00", r"did you mean 'e0'"),
    ],
)
def test_unknown_locator_is_answered_with_the_nearest(locator: str, message: str) -> None:
    with pytest.raises(DeskhandError, match=message):
        _page([BUTTON]).element(locator)
