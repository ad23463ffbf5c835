"""Plays an rrweb recording with @rrweb/replay in Chromium and tells what was to be seen.

The Replayer says almost nothing when a recording is wrong, so what it showed is compared with what
the recording says: every place of the cursor, the fields at the end of each page, the pages' titles.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route


FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
HOST = "http://replay.deskhand.example"
# A recording is played in about this time, whatever its length.
WATCH_S = 1.0
FIELDS = ("input", "textarea", "select")
Place = tuple[float, float]


@dataclass(slots=True)
class ReplayResult:
    """What a replay showed.

    ``trace`` holds every place of the cursor in order; ``values`` the fields (node id: text,
    checked) at the end of each page; ``visible`` when each watched selector appeared and went, in
    milliseconds since the recording's start; ``lines`` what the Replayer logged.
    """

    events: list[dict[str, Any]]
    finished: bool = False
    cast: int = 0
    trace: list[Place] = field(default_factory=list)
    values: list[dict[int, tuple[str, bool]]] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    passwords: list[str] = field(default_factory=list)
    visible: dict[str, list[tuple[int, bool]]] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    shots: dict[str, Path] = field(default_factory=dict)

    def problems(self) -> list[str]:
        """Return every way in which the replay differs from the recording."""
        found = []
        if not self.finished:
            found.append("the replay did not finish")
        if self.cast != len(self.events):
            found.append(f"{self.cast} of {len(self.events)} events were cast")
        found += [f"the Replayer logged: {line}" for line in self.lines[:10]]
        found += _trace_problems(self.trace, expected_trace(self.events))
        found += _value_problems(self.values, expected_values(self.events))
        titles = expected_titles(self.events)
        if self.titles != titles:
            found.append(f"pages {self.titles} instead of {titles}")
        clear = [text for text in self.passwords if text.strip("*")]
        if clear:
            found.append(f"{len(clear)} passwords in clear text")
        return found

    def shown_at(self, selector: str, at_ms: int) -> bool:
        """Return whether a watched selector was visible at a time since the recording's start."""
        state = False
        for when_ms, visible in self.visible[selector]:
            if when_ms <= at_ms:
                state = visible
        return state


def expected_trace(events: Sequence[Mapping[str, Any]]) -> list[tuple[int, Place]]:
    """Return (time, place) of each place that the cursor takes, ascending in time."""
    found: list[tuple[int, Place]] = []
    for event in events:
        data = event["data"]
        if event["type"] != 3:
            continue
        if data["source"] == 1:
            found += [
                (event["timestamp"] + p["timeOffset"], (p["x"], p["y"])) for p in data["positions"]
            ]
        elif data["source"] == 2 and data["type"] in (0, 1, 2):
            found.append((event["timestamp"], (data["x"], data["y"])))
    return sorted(found, key=lambda entry: entry[0])


def _trace_problems(trace: list[Place], expected: list[tuple[int, Place]]) -> list[str]:
    if len(trace) != len(expected):
        return [f"the cursor took {len(trace)} places instead of {len(expected)}"]
    start = 0
    while start < len(expected):
        end = start
        while end < len(expected) and expected[end][0] == expected[start][0]:
            end += 1
        # Within one millisecond the order is the Replayer's own affair.
        wanted = sorted(place for _, place in expected[start:end])
        if sorted(trace[start:end]) != wanted:
            return [f"cursor place {start}: {trace[start:end]} instead of {wanted}"]
        start = end
    return []


def _nodes(root: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found, waiting = [], [root]
    while waiting:
        node = waiting.pop()
        found.append(node)
        waiting.extend(reversed(node.get("childNodes", ())))
    return found


def _text(node: Mapping[str, Any]) -> str:
    return "".join(n.get("textContent", "") for n in _nodes(node))


def expected_values(
    events: Sequence[Mapping[str, Any]],
) -> list[dict[int, tuple[str, bool]]]:
    """Return what the fields of each page hold at its end, as the recording says."""
    pages: list[dict[int, tuple[str, bool]]] = []
    for event in events:
        data = event["data"]
        if event["type"] == 2:
            pages.append({})
            for node in _nodes(data["node"]):
                if node.get("tagName") in FIELDS:
                    held = node["attributes"]
                    checked = bool(held.get("checked", False))
                    if held.get("type") in ("checkbox", "radio"):
                        pages[-1][node["id"]] = (str(held.get("value", "on")), checked)
                    elif "value" in held:
                        pages[-1][node["id"]] = (str(held["value"]), False)
        elif event["type"] == 3 and data["source"] == 5:
            pages[-1][data["id"]] = (data["text"], data["isChecked"])
    return pages


def _value_problems(
    shown: list[dict[int, tuple[str, bool]]], expected: list[dict[int, tuple[str, bool]]]
) -> list[str]:
    if len(shown) != len(expected):
        return [f"{len(shown)} pages were shown instead of {len(expected)}"]
    return [
        f"page {number}, field {node}: {fields.get(node)} instead of {value}"
        for number, (fields, wanted) in enumerate(zip(shown, expected, strict=True))
        for node, value in wanted.items()
        if node in fields and fields[node] != value
    ][:10]


def expected_titles(events: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the title of each page that comes to the front."""
    snapshots = [e["data"]["node"] for e in events if e["type"] == 2]
    return [
        next((_text(n).strip() for n in _nodes(s) if n.get("tagName") == "title"), "")
        for s in snapshots
    ]


_WATCH = """
async ({speed, selectors}) => {
  const events = await (await fetch('/events.json')).json();
  const seen = {trace: [], values: [], titles: [], passwords: [], visible: {}, lines: [], cast: 0};
  const line = (...args) => seen.lines.push(args.map(String).join(' ').slice(0, 300));
  const replayer = new rrwebReplay.Replayer(events, {
    root: document.body, speed, mouseTail: false, showDebug: true, showWarning: true,
    logger: {log: line, warn: line},
  });
  window.replayer = replayer;
  const page = () => replayer.iframe.contentDocument;
  const mirror = replayer.getMirror();
  const fields = () => Object.fromEntries(Array.from(
    page().querySelectorAll('input, textarea, select'),
    (el) => [mirror.getId(el), [el.value, Boolean(el.checked)]]));
  const px = (text) => Number(text.replace('px', ''));

  const move = replayer.moveAndHover.bind(replayer);
  replayer.moveAndHover = (...args) => {
    move(...args);
    seen.trace.push([px(replayer.mouse.style.left), px(replayer.mouse.style.top)]);
  };
  let pages = 0;
  const rebuild = replayer.rebuildFullSnapshot.bind(replayer);
  replayer.rebuildFullSnapshot = (event, ...args) => {
    // The Replayer shows the first page once before it plays.
    if (pages++ > 0) seen.values.push(fields());
    rebuild(event, ...args);
    seen.titles.push(page().title.trim());
  };
  for (const selector of selectors) seen.visible[selector] = [];
  const first = events[0].timestamp;
  replayer.on('event-cast', (event) => {
    seen.cast += 1;
    if (event.type === 3 && event.data.source === 5) {
      const el = mirror.getNode(event.data.id);
      if (el && el.type === 'password') seen.passwords.push(el.value);
    }
    for (const selector of selectors) {
      const el = page().querySelector(selector);
      const shown = Boolean(el && el.getClientRects().length
        && replayer.iframe.contentWindow.getComputedStyle(el).visibility !== 'hidden');
      const past = seen.visible[selector];
      if (shown !== (past.length ? past[past.length - 1][1] : false)) {
        past.push([event.timestamp - first, shown]);
      }
    }
  });
  await new Promise((resolve) => {
    replayer.on('finish', resolve);
    replayer.play();
  });
  seen.values.push(fields());
  return seen;
}
"""


def _serve(page: "Page", node_modules: Path, recording: bytes) -> None:
    library = node_modules / "@rrweb" / "replay"
    index = (
        '<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="/style.css">'
        "<style>body{margin:0}.replayer-wrapper{position:relative}iframe{border:0}</style>"
        '<body><script src="/replay.js"></script>'
    )
    answers = {
        "/": ("text/html", index.encode()),
        "/replay.js": ("text/javascript", (library / "umd" / "replay.js").read_bytes()),
        "/style.css": ("text/css", (library / "dist" / "style.css").read_bytes()),
        "/events.json": ("application/json", recording),
    }

    def answer(route: "Route") -> None:
        path = route.request.url.removeprefix(HOST)
        if route.request.url.startswith(HOST) and path in answers:
            kind, body = answers[path]
            route.fulfill(body=body, content_type=kind)
        else:
            route.abort()

    page.route("**/*", answer)


def replay(
    path: Path,
    *,
    chromium: str,
    node_modules: Path,
    watch: Sequence[str] = (),
    shots: Mapping[str, int] | None = None,
    folder: Path | None = None,
    watch_s: float = WATCH_S,
) -> ReplayResult:
    """Play a recording and return what it showed.

    Parameters
    ----------
    path : Path
        An rrweb recording: a JSON array of events.
    chromium : str
        Path of Chromium.
    node_modules : Path
        Where ``@rrweb/replay`` is.
    watch : sequence of str
        CSS selectors whose appearing and going is written down.
    shots : mapping of str to int
        Names of pictures and their times in milliseconds since the recording's start.
    folder : Path, optional
        Where the pictures go.
    watch_s : float
        How long the replay may take, in seconds, by its own clock.
    """
    recording = path.read_bytes()
    events = json.loads(recording)
    duration_s = (events[-1]["timestamp"] - events[0]["timestamp"]) / 1000
    result = ReplayResult(events)
    # Only here: without playwright the tests that need it are skipped, the rest runs.
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser: Browser = driver.chromium.launch(executable_path=chromium, args=FLAGS)
        meta = next(e["data"] for e in events if e["type"] == 4)
        page = browser.new_page(viewport={"width": meta["width"], "height": meta["height"]})
        page.on("pageerror", lambda error: result.lines.append(f"page error: {error}"))
        _serve(page, node_modules, recording)
        page.goto(HOST + "/")
        speed = max(1.0, duration_s / watch_s)
        page.set_default_timeout(60_000 + 10_000 * watch_s)
        seen = page.evaluate(_WATCH, {"speed": speed, "selectors": list(watch)})
        result.finished = True
        result.cast = seen["cast"]
        result.trace = [(float(x), float(y)) for x, y in seen["trace"]]
        result.values = [
            {int(node): (text, checked) for node, (text, checked) in fields.items()}
            for fields in seen["values"]
        ]
        result.titles = seen["titles"]
        result.passwords = seen["passwords"]
        result.visible = {
            selector: [(int(at), bool(shown)) for at, shown in past]
            for selector, past in seen["visible"].items()
        }
        result.lines += seen["lines"]
        for name, at_ms in (shots or {}).items():
            if folder is None:
                break
            folder.mkdir(parents=True, exist_ok=True)
            page.evaluate("(at) => window.replayer.pause(at)", at_ms)
            page.wait_for_timeout(150)
            result.shots[name] = folder / f"{name}.png"
            page.screenshot(path=result.shots[name])
        browser.close()
    return result
