"""The same acts done to the real pages, with rrweb's own recorder listening.

Our recording of a simulated session is compared with what @rrweb/record writes in Chromium when the
session's keys and buttons are sent to the pages themselves. Times, pointer moves, scrolls and
selections are left out; node ids, snapshots, clicks, focus, inputs and mutations are not.
"""

import difflib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest

import deskhand
from deskhand.exports import rrweb
from deskhand.screen import Screen, parse_reference
from deskhand.session import Session
from tests.replay.replayer import FLAGS

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

APPS = Path(__file__).parent.parent.parent / "scenarios" / "apps"
BUTTONS: tuple[Literal["left", "middle", "right"], ...] = ("left", "middle", "right")
# Mutation, MouseInteraction, Input.
COMPARED = (0, 2, 5)
_RECORD = """
if (window === top) rrwebRecord.record({
  emit: (event) => window.keep(JSON.stringify(event)),
  maskInputOptions: {password: true, tel: true, text: true},
  maskInputFn: (text, el) => (SENSITIVE.includes(el.dataset.name) ? '*'.repeat(text.length) : text),
});
"""


class Hands:
    """Sends a session's rows to real pages."""

    def __init__(self, page: "Page", session: Session) -> None:
        self._page = page
        self._screens = session.screens
        self._screen: Screen | None = None
        self._list: str | None = None
        self._chosen: dict[str, str] = {}
        self._date: int | None = None

    def take(self, row: Mapping[str, Any]) -> None:
        kind = row["type"]
        if kind == "navigation":
            self._open(self._screens[row["reference"]])
        elif kind == "mark":
            self._wait(row["reference"])
        elif kind == "pointermove" and row["buttons"] and self._list is None:
            self._page.mouse.move(row["client_x"], row["client_y"])
        elif kind in ("pointerdown", "pointerup"):
            self._press(row)
        elif kind.startswith("select."):
            self._choose(row)
        elif kind in ("keydown", "keyup") and not row["masked"] and self._list is None:
            self._key(row)
        elif kind == "input":
            self._input(row)

    def _open(self, screen: Screen) -> None:
        if self._screen is None:
            self._page.goto(screen.href)
        else:
            self._page.wait_for_url(screen.href)
        self._page.wait_for_load_state("load")
        self._page.wait_for_timeout(150)
        self._screen, self._chosen = screen, {}

    def _wait(self, reference: str) -> None:
        name, layer, state = parse_reference(reference)
        edges = [
            edge
            for (at, _), found in self._screens[name].edges.items()
            for edge in found
            if at == layer and edge.to == state
        ]
        waits = any(edge.kind == "wait" for edge in edges)
        lasts_us = max(edge.after_us if waits else edge.duration_us for edge in edges)
        self._page.wait_for_timeout(lasts_us / 1000 + (300 if waits else 60))

    def _press(self, row: Mapping[str, Any]) -> None:
        down = row["type"] == "pointerdown"
        if self._list is not None and (down or self._list == "shown"):
            return
        mouse = self._page.mouse
        mouse.move(row["client_x"], row["client_y"])
        button = BUTTONS[row["button"]]
        if down:
            mouse.down(button=button, click_count=row["detail"])
        else:
            mouse.up(button=button, click_count=row["detail"])
            self._page.wait_for_timeout(30)
            if self._list is not None:
                self._list = "shown"

    def _choose(self, row: Mapping[str, Any]) -> None:
        assert self._screen is not None
        element = self._screen.elements[row["target"]]
        if element.widget != "select":
            return
        if row["type"] == "select.open":
            self._list = "opening"
        elif row["type"] == "select.close":
            self._list = None
        elif self._list is not None:
            # Where the pop-up list lies is the browser's affair: choose by keys.
            labels = [option.label for option in element.options]
            values = [option.value for option in element.options]
            steps = labels.index(row["value"]) - values.index(
                self._chosen.get(element.key, element.value)
            )
            self._page.wait_for_timeout(100)
            for _ in range(abs(steps)):
                self._page.keyboard.press("ArrowDown" if steps > 0 else "ArrowUp")
            self._page.keyboard.press("Enter")
            self._page.wait_for_timeout(100)

    def _key(self, row: Mapping[str, Any]) -> None:
        assert self._screen is not None
        element = self._screen.elements.get(row["target"] or "")
        keyboard = self._page.keyboard
        is_date = element is not None and element.widget == "date"
        digit = row["type"] == "keydown" and row["key"].isdigit()
        if is_date and digit and row["action_id"] != self._date:
            # A click into a date may land on its day or year; people type from the month on.
            self._date = row["action_id"]
            keyboard.press("ArrowLeft")
            keyboard.press("ArrowLeft")
        (keyboard.down if row["type"] == "keydown" else keyboard.up)(row["key"])

    def _input(self, row: Mapping[str, Any]) -> None:
        assert self._screen is not None
        if row["masked"] and row["input_type"]:
            insert = row["input_type"].startswith("insert")
            self._page.keyboard.press("5" if insert else "Backspace")
        elif self._screen.elements[row["target"]].widget == "select":
            self._chosen[row["target"]] = row["value"]


def recorded(session: Session, chromium: str, node_modules: Path) -> list[dict[str, Any]]:
    """Return what rrweb's recorder wrote while the session was done to the real pages."""
    pages = {
        screen.href: (APPS / f"{name}.html").read_bytes()
        for name, screen in session.screens.items()
        if (APPS / f"{name}.html").exists()
    }
    sensitive = [r["target"] for r in session.elements.to_pylist() if r["sensitive"]]
    library = node_modules / "@rrweb" / "record" / "umd" / "record.js"
    kept: list[dict[str, Any]] = []

    def answer(route: "Route") -> None:
        body = pages.get(route.request.url)
        if body is None:
            route.abort()
        else:
            route.fulfill(body=body, content_type="text/html; charset=utf-8")

    # Only here: without playwright the tests that need it are skipped, the rest runs.
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=FLAGS)
        width, height = session.header["viewport_width"], session.header["viewport_height"]
        page = browser.new_page(viewport={"width": width, "height": height}, locale="en-US")
        page.route("**/*", answer)
        page.expose_binding("keep", lambda _, event: kept.append(json.loads(event)))
        script = _RECORD.replace("SENSITIVE", json.dumps(sensitive))
        page.add_init_script(f"{library.read_text()};\n{script}")
        hands = Hands(page, session)
        for row in session.events.to_pylist():
            hands.take(row)
        page.wait_for_timeout(700)
        browser.close()
    return kept


def plain(events: list[dict[str, Any]]) -> list[str]:
    """Return the events that are compared, one line each, without times and marks."""
    return [
        json.dumps([event["type"], event["data"]], sort_keys=True)
        for event in events
        if event["type"] != 5 and (event["type"] != 3 or event["data"]["source"] in COMPARED)
    ]


@pytest.mark.parametrize(
    ("scenario", "seed"), [("auth.login", 7), ("crm.create_lead", 8), ("tracker.triage_board", 7)]
)
def test_our_recording_is_the_recorders(
    scenario: str, seed: int, chromium: str, node_modules: Path
) -> None:
    session = deskhand.simulate(scenario, seed=seed)
    ours = plain(rrweb.record(session))
    theirs = plain(recorded(session, chromium, node_modules))
    differences = [
        line[:300]
        for line in difflib.unified_diff(theirs, ours, "recorder", "ours", lineterm="", n=0)
    ]
    assert not differences
    assert len(ours) > 15
