"""Plays a session into the real pages in Chromium, with rrweb's own recorder listening.

Pointer and keys are sent over the DevTools protocol. The page's clock is the test's: `Date` and the
timers stand still until the next row's time, so that throttles, batches and offsets come out exactly.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deskhand.screen import Edge, Screen, parse_reference
from deskhand.session import Session
from tests.replay.replayer import FLAGS

if TYPE_CHECKING:
    from playwright.sync_api import CDPSession, Page, Route

APPS = Path(__file__).parent.parent.parent / "scenarios" / "apps"
BUTTONS = ("left", "middle", "right")
# The recorder's throttles; between two samples the page is sent one move that it must pass over.
THROTTLE_MS = 50
BETWEEN_MS = 20
# A browser's timer fires up to this much late, and our recorder drew how late.
LATE_MS = 3
# How long a page that is left has for the act that leaves it, in real time.
LEAVE_MS = 150

_CLOCK = """
(() => {
  if (window !== top) return;
  const wall = Date, wait = setTimeout, timers = new Map(), late = LATE;
  let now = START, last = 0;
  class Clock extends wall {
    constructor(...given) { given.length ? super(...given) : super(now); }
    static now() { return now; }
  }
  window.Date = Clock;
  window.setTimeout = (run, ms = 0, ...given) => {
    const due = now + Math.max(0, ms);
    const at = late.find((t) => t >= due) ?? due;
    timers.set(++last, {at: at - due < TOLERANCE ? at : due, run: () => run(...given)});
    return last;
  };
  window.clearTimeout = (id) => timers.delete(id);
  window.advance = async (to) => {
    for (;;) {
      const [id, timer] = [...timers].sort((a, b) => a[1].at - b[1].at || a[0] - b[0])[0] ?? [];
      // What the hands do comes before a timer that is due in the same millisecond.
      if (id === undefined || timer.at >= to) break;
      timers.delete(id);
      now = Math.max(now, timer.at);
      timer.run();
      // What the timer changed is told to observers before the clock goes on.
      await Promise.resolve();
      await Promise.resolve();
    }
    now = Math.max(now, to);
  };
  // The page goes on by itself until the next one is there.
  window.leave = (to) => { wait(() => advance(to), LEAVE); };
})();
"""
_RECORD = """
if (window === top) rrwebRecord.record({
  emit: (event) => window.keep(JSON.stringify(event)),
  maskInputOptions: {password: true, tel: true, text: true},
  maskInputFn: (text, el) => (SENSITIVE.includes(el.dataset.name) ? '*'.repeat(text.length) : text),
});
"""


class Hands:
    """Sends a session's rows to real pages.

    Parameters
    ----------
    page : playwright.sync_api.Page
        The browser's page.
    session : Session
        What is done.
    samples : sequence of (ms, x, y)
        The moves that the recorder is expected to take, on the wall clock.
    """

    def __init__(
        self,
        page: "Page",
        session: Session,
        samples: Sequence[tuple[int, float, float]],
        script: str,
    ) -> None:
        self._page = page
        self._wire: CDPSession = page.context.new_cdp_session(page)
        self._start_us = session.device_start_us
        self._screens = session.screens
        self._samples = list(reversed(samples))
        self._taken_ms = -THROTTLE_MS
        self._between_ms = -BETWEEN_MS
        self._screen: Screen | None = None
        self._states: dict[str, str] = {}
        self._list: str | None = None
        self._chosen: dict[str, str] = {}
        self._date: int | None = None
        self._buttons = 0
        self._texts: dict[str, str] = {}
        self._script, self._script_id = script, ""
        # Requests for pages, answered when the session says that the page is there.
        self._asked: list[Route] = []
        # The browser runs no script of ours on a page from which a link has been followed.
        self._leaving = False
        self._bodies = {
            # The assistant answers when the session says so; its page does not make do before that.
            screen.href: (APPS / f"{name}.html").read_bytes().replace(b"9000)", b"900000)")
            for name, screen in session.screens.items()
            if (APPS / f"{name}.html").exists()
        }
        page.route("**/*", self._request)

    def play(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Do everything, in the order of the rows."""
        opens = [n for n, row in enumerate(rows) if row["type"] == "navigation"]
        leaves = {_last_act(rows, n): self._wall_ms(rows[n]) for n in opens[1:]}
        for number, row in enumerate(rows):
            if number in opens:
                if self._screen is None:
                    self._await_page(self._wall_ms(row))
                self._open(self._screens[row["reference"]])
                if number != opens[-1]:
                    self._await_page(self._wall_ms(rows[opens[opens.index(number) + 1]]))
            elif self._screen is not None:
                if number in leaves:
                    self._advance(self._wall_ms(row))
                    self._run(f"leave({leaves[number]})")
                    self._leaving = True
                self._take(row, self._wall_ms(row))
        # The session ends here; the recorder hands over what it has of the pointer twice a second.
        self._advance(self._wall_ms(rows[-1]) + 500)

    def _wall_ms(self, row: Mapping[str, Any]) -> int:
        return int((self._start_us + row["t_us"]) // 1000)

    def _await_page(self, at_ms: int) -> None:
        """Let the clock of the page that is loaded next begin at a time."""
        self._wire.send("Page.enable")
        if self._script_id:
            self._wire.send(
                "Page.removeScriptToEvaluateOnNewDocument", {"identifier": self._script_id}
            )
        source = self._script.replace("START", str(at_ms))
        done = self._wire.send("Page.addScriptToEvaluateOnNewDocument", {"source": source})
        self._script_id = done["identifier"]

    def _advance(self, to_ms: int) -> None:
        if not self._leaving:
            self._run(f"advance({to_ms})")

    def _run(self, script: str) -> None:
        self._wire.send("Runtime.evaluate", {"expression": script, "awaitPromise": True})

    def _take(self, row: Mapping[str, Any], at_ms: int) -> None:
        kind = row["type"]
        self._sample(at_ms)
        if kind == "pointermove":
            self._between(row, at_ms)
            return
        if kind not in ("mark", "pointerdown", "pointerup", "keydown", "keyup", "input", "wheel",
                        "select.open", "select.change", "select.close", "resize"):  # fmt: skip
            return
        self._advance(at_ms)
        if kind == "mark":
            self._mark(row)
            self._frame()
        elif kind in ("pointerdown", "pointerup"):
            self._press(row)
        elif kind.startswith("select."):
            self._choose(row)
        elif kind in ("keydown", "keyup"):
            if not row["masked"] and self._list is None:
                self._key(row)
        elif kind == "input":
            self._input(row)
        elif kind == "wheel":
            self._wheel(row)
        elif kind == "resize":
            width, height = int(row["delta_x"]), int(row["delta_y"])
            self._page.set_viewport_size({"width": width, "height": height})
            self._frame()

    # --- the mouse --------------------------------------------------------------------------

    def _mouse(self, kind: str, x: float, y: float, **more: Any) -> None:
        self._wire.send(
            "Input.dispatchMouseEvent",
            {"type": kind, "x": x, "y": y, "buttons": self._buttons, **more},
        )

    def _move(self, x: float, y: float) -> None:
        # A browser selects text while the button is down only where the move names the button.
        self._mouse("mouseMoved", x, y, button=BUTTONS[0] if self._buttons & 1 else "none")

    def _sample(self, at_ms: int) -> None:
        """Deliver the moves that our recorder took until a time."""
        while self._samples and self._samples[-1][0] <= at_ms:
            taken_ms, x, y = self._samples.pop()
            self._advance(taken_ms)
            self._move(x, y)
            self._taken_ms = self._between_ms = taken_ms

    def _between(self, row: Mapping[str, Any], at_ms: int) -> None:
        """Deliver a move that is too early for the throttle."""
        early = at_ms - self._taken_ms < THROTTLE_MS
        if early and at_ms - self._between_ms >= BETWEEN_MS and self._list is None:
            self._advance(at_ms)
            self._move(row["client_x"], row["client_y"])
            self._between_ms = at_ms

    def _press(self, row: Mapping[str, Any]) -> None:
        down = row["type"] == "pointerdown"
        if self._list is not None and (down or self._list == "shown"):
            return
        self._buttons = row["buttons"]
        kind = "mousePressed" if down else "mouseReleased"
        button = BUTTONS[row["button"]]
        x, y = row["client_x"], row["client_y"]
        self._mouse(kind, x, y, button=button, clickCount=row["detail"])
        if not down and self._list is not None:
            self._page.wait_for_timeout(30)
            self._list = "shown"

    def _wheel(self, row: Mapping[str, Any]) -> None:
        self._mouse(
            "mouseWheel",
            row["client_x"],
            row["client_y"],
            deltaX=row["delta_x"] or 0,
            deltaY=row["delta_y"] or 0,
        )
        self._frame()

    def _frame(self) -> None:
        """Let the page draw: scrolling, and taking the focus from what is hidden, wait for that."""
        self._run("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    # --- the page ---------------------------------------------------------------------------

    def _request(self, route: "Route") -> None:
        """Answer a request for a page at once when it is the first, else when the session says so."""
        if route.request.url not in self._bodies:
            route.abort()
        elif self._screen is None:
            self._answer(route)
        else:
            self._asked.append(route)

    def _answer(self, route: "Route") -> None:
        body = self._bodies[route.request.url]
        route.fulfill(body=body, content_type="text/html; charset=utf-8")

    def _open(self, screen: Screen) -> None:
        if self._screen is None:
            self._page.goto(screen.href)
        else:
            while not self._asked:
                self._page.wait_for_timeout(5)
            self._page.wait_for_timeout(LEAVE_MS)
            self._answer(self._asked.pop())
            self._page.wait_for_url(screen.href)
        self._page.wait_for_load_state("load")
        self._page.wait_for_timeout(50)
        self._screen, self._chosen, self._leaving = screen, {}, False
        self._states = {}

    def _mark(self, row: Mapping[str, Any]) -> None:
        """Let the outside world change the page, where that is what a mark tells of."""
        name, layer, state = parse_reference(row["reference"])
        texts = json.loads(row["value"] or "{}")
        source = self._states.get(layer, "base")
        edge = self._edge(name, layer, source, state)
        self._states[layer] = state
        for slot, held in edge.slots.items():
            if held is None:
                given = f"{json.dumps(_event_of(name))}, {{detail: {json.dumps(texts[slot])}}}"
                self._run(f"document.dispatchEvent(new CustomEvent({given})), 0")

    def _edge(self, name: str, layer: str, source: str, state: str) -> Edge:
        found = self._screens[name].edges[layer, source]
        return next(edge for edge in found if edge.to == state)

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

    # --- keys and fields --------------------------------------------------------------------

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


def _last_act(rows: Sequence[Mapping[str, Any]], before: int) -> int:
    """Return the row of the act that leads to another page."""
    return max(n for n in range(before) if rows[n]["type"] in ("pointerup", "keydown"))


def _event_of(name: str) -> str:
    """Return the event by which the outside world reaches a page, as the screen's author wrote it."""
    states = (APPS / f"{name}.states.json").read_text()
    return states.split('"event": "')[1].split('"')[0]


def recorded(
    session: Session, expected: Sequence[Mapping[str, Any]], chromium: str, node_modules: Path
) -> list[dict[str, Any]]:
    """Return what rrweb's recorder wrote while a session was done to the real pages.

    Parameters
    ----------
    session : Session
        What is done; all of it in one window.
    expected : sequence of mapping
        Our recording of it, which says when the browser hands over moves and fires timers.
    chromium : str
        Path of Chromium.
    node_modules : Path
        Where ``@rrweb/record`` is.
    """
    sensitive = [r["target"] for r in session.elements.to_pylist() if r["sensitive"]]
    moves = [e for e in expected if e["type"] == 3 and e["data"]["source"] == 1]
    samples = [
        (e["timestamp"] + p["timeOffset"], p["x"], p["y"])
        for e in moves
        for p in e["data"]["positions"]
    ]
    library = (node_modules / "@rrweb" / "record" / "umd" / "record.js").read_text()
    clock = (
        _CLOCK.replace("LATE", json.dumps([e["timestamp"] for e in moves]))
        .replace("TOLERANCE", str(LATE_MS))
        .replace("LEAVE", str(LEAVE_MS // 2))
    )
    script = f"{clock};\n{library};\n{_RECORD.replace('SENSITIVE', json.dumps(sensitive))}"
    kept: list[dict[str, Any]] = []

    # Only here: without playwright the tests that need it are skipped, the rest runs.
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        flags = [*FLAGS, "--disable-smooth-scrolling", "--disable-frame-rate-limit"]
        browser = driver.chromium.launch(executable_path=chromium, args=flags)
        width, height = session.header["viewport_width"], session.header["viewport_height"]
        page = browser.new_page(viewport={"width": width, "height": height}, locale="en-US")
        page.expose_binding("keep", lambda _, event: kept.append(json.loads(event)))
        Hands(page, session, samples, script).play(session.events.to_pylist())
        page.wait_for_timeout(100)
        browser.close()
    return kept
