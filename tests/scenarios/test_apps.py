"""The shipped applications: their compiled screens hold together, with no browser at hand."""

import json
import re
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from deskhand.page import Page
from deskhand.screen import BASE, Edge, Screen

APPS = Path(__file__).parents[2] / "scenarios" / "apps"
NAMES = sorted(f"{page.parent.name}/{page.stem}" for page in APPS.glob("*/*.html"))
EXPECTED = {
    "auth/lock",
    "auth/login",
    "builder/canvas",
    "builder/prompt",
    "builder/publish",
    "builder/sites",
    "chat/channel",
    "code_host/blame",
    "code_host/pull",
    "code_host/pulls",
    "code_host/repository",
    "crm/call",
    "crm/lead-form",
    "crm/leads",
    "crm/record",
    "editor/changes",
    "editor/workspace",
    "patches/inbox",
    "patches/series",
    "monitor/alert",
    "monitor/alerts",
    "monitor/dashboard",
    "sheet/book",
    "sheet/contacts",
    "sheet/files",
    "sheet/pivot",
    "expense/approvals",
    "expense/bank",
    "expense/claim-form",
    "expense/claims",
    "lesson/home",
    "lesson/league",
    "lesson/practice",
    "mail/inbox",
    "mail/invitation",
    "news/article",
    "news/front",
    "news/thread",
    "tracker/board",
    "tracker/issue",
    "tracker/issue-form",
    "tracker/issues",
    "wiki/editor",
    "wiki/home",
    "wiki/new-page",
    "wiki/page",
}
SENSITIVE = {
    "auth/lock": {"lock.password": "password"},
    "auth/login": {"auth.password": "password", "auth.code": "one-time-code"},
    "builder/publish": {"publish.contact": "domain contact"},
    "crm/call": {"call.phone": "phone", "call.notes": "call"},
    "crm/lead-form": {"lead.phone": "phone"},
    "crm/record": {"record.amount": "amount"},
    "editor/changes": {"push.passphrase": "password"},
    "expense/approvals": {"approvals.account": "bank"},
    "expense/bank": {
        "bank.password": "password",
        "bank.holder": "bank",
        "bank.country": "bank",
        "bank.iban": "iban",
        "bank.iban_again": "iban",
        "bank.bic": "bank",
        "bank.code": "one-time-code",
    },
    "expense/claim-form": {"claim.amount": "amount"},
    "patches/series": {"send.password": "password"},
    "mail/inbox": {
        "mail.to": "address",
        "mail.subject": "message",
        "mail.body": "message",
        "mail.attach": "attachment",
        "mail.reply": "message",
    },
    "mail/invitation": {"mail.note": "message"},
    "news/thread": {"news.comment": "personal"},
    "wiki/new-page": {"wiki.people": "person"},
    "monitor/alert": {"escalate.customer": "customer-id"},
    "sheet/book": {f"sheet.{c}{row}": "cell value" for c in "fg" for row in range(2, 16)},
    "sheet/contacts": {
        f"contacts.{f}.{row}": f for f in ("email", "phone") for row in range(2, 12)
    },
}
MOST_BYTES = 350_000
USED = {"button", "link", "text", "textarea", "password", "date", "checkbox", "select", "combobox"}


def page_source(name: str) -> str:
    return (APPS / f"{name}.html").read_text(encoding="utf-8")


def sidecar(name: str) -> dict[str, object]:
    content: dict[str, object] = json.loads((APPS / f"{name}.states.json").read_bytes())
    return content


def compiled_bytes(name: str) -> bytes:
    return (APPS / f"{name}.screen.json").read_bytes()


@pytest.fixture(scope="module")
def screens() -> dict[str, Screen]:
    return {name: Screen.load(APPS / f"{name}.screen.json") for name in NAMES}


def all_edges(screen: Screen) -> list[Edge]:
    return [edge for edges in screen.edges.values() for edge in edges]


def page_in(screen: Screen, layer: str, state: str) -> Page:
    page = Page(screen)
    page.state[layer] = state
    return page


def keys_of(screen: Screen) -> set[str]:
    """All keys that an element has in some state of the screen."""
    added = {key for state in screen.states.values() for key, new in state.overrides.items() if new}
    return set(screen.elements) | added


def test_the_shipped_screens_are_the_documented_ones() -> None:
    assert set(NAMES) == EXPECTED


@pytest.mark.parametrize("name", NAMES)
def test_a_screen_is_compiled_from_its_page_as_it_stands(
    name: str, screens: dict[str, Screen]
) -> None:
    screen = screens[name]
    assert screen.name == name
    assert screen.app == name.partition("/")[0]
    assert screen.href == sidecar(name)["href"]
    assert screen.viewport == (1280, 720)
    digest = sha256((APPS / f"{name}.html").read_bytes())
    digest.update((APPS / f"{name}.states.json").read_bytes())
    assert screen.data["source_sha256"] == digest.hexdigest(), "compile the page again"
    assert len(compiled_bytes(name)) < MOST_BYTES
    assert screen.hit.shape == screen.document[::-1]
    assert (APPS / f"{name}.screen.json").with_name(screen.data["png"]).is_file()


@pytest.mark.parametrize("name", NAMES)
def test_every_named_element_is_in_the_compiled_screen(
    name: str, screens: dict[str, Screen]
) -> None:
    named = set(re.findall(r'data-name="([^"]+)"', page_source(name)))
    assert named
    assert named <= keys_of(screens[name])


@pytest.mark.parametrize("name", NAMES)
def test_every_link_leads_to_a_shipped_screen_at_its_address(
    name: str, screens: dict[str, Screen]
) -> None:
    screen = screens[name]
    found = re.findall(r'href="([^"]+)" data-name="([^"]+)"', page_source(name))
    by_key = {key: href for href, key in found}
    assert page_source(name).count("<a ") == len(by_key)
    assert set(screen.links) == set(by_key)
    for key, target in screen.links.items():
        assert screens[target].href == by_key[key], key


@pytest.mark.parametrize("name", NAMES)
def test_every_edge_starts_from_something_visible_and_ends_in_a_known_state(
    name: str, screens: dict[str, Screen]
) -> None:
    screen = screens[name]
    for edge in all_edges(screen):
        assert (edge.layer, edge.to) in screen.states, edge
        visible = page_in(screen, edge.layer, edge.source).elements
        for key in (edge.target, edge.to_target):
            assert key is None or key in visible, edge
        for key in edge.slots.values():
            assert key is None or key in visible, edge
        assert edge.mutations, edge


@pytest.mark.parametrize("name", NAMES)
def test_every_state_can_be_reached(name: str, screens: dict[str, Screen]) -> None:
    screen = screens[name]
    for layer in screen.layers:
        reached, new = {BASE}, {BASE}
        while new:
            new = {edge.to for at in new for edge in screen.edges.get((layer, at), ())} - reached
            reached |= new
        assert reached == {state for of, state in screen.states if of == layer}, layer


def below(tree: Mapping[str, Any], wanted: int, *, inside: bool = False) -> set[int]:
    """Ids of the node with the wanted id and of all nodes below it."""
    inside = inside or tree.get("id") == wanted
    found = {tree["id"]} if inside else set()
    for child in tree.get("childNodes", ()):
        found |= below(child, wanted, inside=inside)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_the_middle_of_what_can_be_used_hits_it_in_every_state(
    name: str, screens: dict[str, Screen]
) -> None:
    screen = screens[name]
    for layer, state in screen.states:
        page = page_in(screen, layer, state)
        for element in page.elements.values():
            at_option = element.role == "option"
            if element.widget not in USED and not at_option:
                continue
            left, top, width, height = element.box
            x = np.array([left + width / 2], np.float32)
            y = np.array([top + height / 2], np.float32)
            hit = int(page.node_at(x, y)[0])
            own = below(screen.dom, element.id) or {element.id}
            covered = state.startswith("open") and not at_option
            assert hit in own or covered, (state, element.key)


@pytest.mark.parametrize("name", NAMES)
def test_layers_are_independent(name: str, screens: dict[str, Screen]) -> None:
    owner: dict[str, str] = {}
    for state in screens[name].states.values():
        for key in state.overrides:
            assert owner.setdefault(key, state.layer) == state.layer, key


def test_sensitive_fields_are_marked_and_no_others(screens: dict[str, Screen]) -> None:
    for name, screen in screens.items():
        marked = {
            key: element.sensitive
            for layer, state in screen.states
            for key, element in page_in(screen, layer, state).elements.items()
            if element.sensitive
        }
        assert marked == SENSITIVE.get(name, {}), name


@pytest.mark.parametrize("name", NAMES)
def test_a_screen_names_no_address_outside_the_invented_ones(name: str) -> None:
    for text in (page_source(name), json.dumps(sidecar(name)), compiled_bytes(name).decode()):
        hosts = set(re.findall(r"https?:(?:\\?/){2}([\w.:-]+)", text))
        # The SVG namespace is a name, not an address: nothing is fetched from it.
        assert all(h.endswith(".deskhand.example") or h == "www.w3.org" for h in hosts), hosts
        assert "file:" not in text
    assert not re.search(
        r"\b(?:src|@import|fetch|XMLHttpRequest|Math\.random|Date\.now)\b", page_source(name)
    )


@pytest.mark.parametrize("name", NAMES)
def test_every_option_of_every_drop_down_can_be_chosen_and_chosen_again(
    name: str, screens: dict[str, Screen]
) -> None:
    screen = screens[name]
    for key, element in screen.elements.items():
        if element.widget != "combobox":
            continue
        assert len(element.options) >= 5
        for option in element.options:
            page = Page(screen)
            for _ in range(2):
                opening = page.edge("click", key)
                assert opening is not None, (key, page.state)
                page.enter(opening)
                assert option.target in page.elements
                choosing = page.edge("click", option.target)
                assert choosing is not None, (option, page.state)
                page.enter(choosing)
                assert option.target not in page.elements


def test_saving_shows_a_toast_that_goes_and_can_be_repeated(screens: dict[str, Screen]) -> None:
    for name, button, toast in (
        ("crm/lead-form", "lead.save", "lead.toast"),
        ("crm/record", "record.save", "record.toast"),
        ("crm/call", "call.save", "call.toast"),
        ("tracker/issue-form", "issue.create", "issue.toast"),
    ):
        page = Page(screens[name])
        for _ in range(2):
            saving = page.edge("click", button)
            assert saving is not None
            page.enter(saving)
            assert toast in page.elements
            going = page.edge("wait")
            assert going is not None
            assert going.after_us == 2_700_000
            page.enter(going)
            assert toast not in page.elements


def test_cards_move_between_all_columns_in_any_order(screens: dict[str, Screen]) -> None:
    page = Page(screens["tracker/board"])
    columns = [f"board.column.{column}" for column in ("todo", "doing", "review", "done")]
    for card in (f"board.card.{number}" for number in range(1, 9)):
        for column in (*columns, *columns[::-2], *columns[::-1]):
            left, top, *_ = page.elements[card].box
            move = page.edge("drag", card, to_target=column)
            if move is not None:
                page.enter(move)
            column_left, _, column_width, _ = page.elements[column].box
            card_left, card_top, card_width, _ = page.elements[card].box
            assert column_left < card_left < card_left + card_width < column_left + column_width
            assert card_top == top
            assert (move is None) == (left == card_left)


def test_the_assistant_answers_and_can_be_asked_again(screens: dict[str, Screen]) -> None:
    page = Page(screens["crm/record"])
    for state, kind, target in (
        ("thinking", "click", "assistant.ask"),
        ("draft", "wait", None),
        ("thinking", "click", "assistant.again"),
        ("draft", "wait", None),
        ("accepted", "click", "assistant.accept"),
    ):
        edge = page.edge(kind, target)
        assert edge is not None
        page.enter(edge)
        assert page.state["assistant"] == state
    assert "{{draft}}" in json.dumps(screens["crm/record"].data["layers"]["assistant"])


def test_four_messages_can_be_sent_or_received_in_any_order(screens: dict[str, Screen]) -> None:
    for order in ("ssss", "rrrr", "srsr", "rssr"):
        page = Page(screens["chat/channel"])
        for place, letter in enumerate(order, start=1):
            edge = page.edge("click", "chat.send") if letter == "s" else page.edge("wait")
            assert edge is not None
            assert set(edge.slots) == {f"message{place}"}
            page.enter(edge)
            assert f"chat.new.{place}" in page.elements
