"""What the screen shows over time, as a short list of steps that the page replays.

A step is ``[t_us, kind, window, ...]``; kinds: load (a fresh page), show (this window comes to the
front), mutate (one recorded mutation), edit (keep so many characters and append the rest), check,
choose (the value of a native select), focus, scroll, open (the list of a native select).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from deskhand.field_text import edited
from deskhand.page import Page
from deskhand.screen import Screen, parse_reference
from deskhand.session import Session

SHOWN = (
    "navigation",
    "window.focus",
    "mark",
    "input",
    "focus",
    "blur",
    "scroll",
    "select.open",
    "select.change",
    "select.close",
)
_COLUMNS = (
    "t_us",
    "type",
    "app",
    "window",
    "target",
    "detail",
    "delta_y",
    "value",
    "value_length",
    "masked",
    "input_type",
    "url",
    "reference",
)
_TYPING = ("text", "textarea", "password", "other")

Step = list[Any]


@dataclass(slots=True)
class Window:
    """One window of the session: its page, its steps, and the text of its fields so far."""

    number: int
    app: str
    page: Page | None = None
    texts: dict[str, str | int] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)


@dataclass(slots=True)
class Pages:
    """All pages that a session shows: windows, screens, mutations and steps, ready for JSON."""

    windows: dict[str, Window] = field(default_factory=dict)
    screens: dict[str, int] = field(default_factory=dict)
    mutations: list[Mapping[str, Any]] = field(default_factory=list)
    shows: list[Step] = field(default_factory=list)
    known: dict[tuple[str, str, str, str, int], int] = field(default_factory=dict)

    def steps(self) -> list[Step]:
        """All steps in time order; steps of one instant keep their order."""
        every = [*self.shows, *(s for w in self.windows.values() for s in w.steps)]
        every.sort(key=lambda step: (step[0], step[1] not in ("load", "show")))
        return every


def follow(session: Session) -> Pages:
    """Return what the session's screen shows over time.

    Parameters
    ----------
    session : Session
        A session whose ``screens`` hold every screen that its events refer to.
    """
    pages = Pages()
    events = session.events
    wanted = pc.is_in(events["type"].cast(pa.string()), pa.array(SHOWN))
    for row in events.filter(wanted).select(list(_COLUMNS)).to_pylist():
        name = row["window"] or row["app"] or "window"
        window = pages.windows.get(name)
        if window is None:
            window = pages.windows[name] = Window(len(pages.windows), row["app"] or "")
        _apply(pages, window, row, session.screens)
    return pages


def _apply(
    pages: Pages, window: Window, row: Mapping[str, Any], screens: Mapping[str, Screen]
) -> None:
    kind, t_us = row["type"], row["t_us"]
    if kind in ("navigation", "window.focus"):
        shown = row["reference"]
        if kind == "window.focus":
            pages.shows.append([t_us, "show", window.number])
        stale = window.page is None or window.page.screen.name != shown
        if shown in screens and (kind == "navigation" or stale):
            _load(pages, window, screens[shown], t_us, row["url"])
    elif kind == "mark":
        _mark(pages, window, row)
    elif kind == "scroll":
        if row["delta_y"] is not None:
            window.steps.append([t_us, "scroll", window.number, round(row["delta_y"])])
    elif kind == "blur":
        window.steps.append([t_us, "focus", window.number, 0])
    elif node := _node(window, row["target"]):
        if kind == "focus":
            window.steps.append([t_us, "focus", window.number, node])
        elif kind in ("select.open", "select.close"):
            window.steps.append([t_us, "open", window.number, node if kind == "select.open" else 0])
        elif kind == "input":
            _input(window, row, node)


def _load(pages: Pages, window: Window, screen: Screen, t_us: int, url: str | None) -> None:
    # Mutations that were still to come belong to the page that has just gone.
    window.steps = [step for step in window.steps if step[0] <= t_us]
    window.page = Page(screen)
    window.texts = {}
    number = pages.screens.setdefault(screen.name, len(pages.screens))
    window.steps.append([t_us, "load", window.number, number, url or screen.href])


def _node(window: Window, target: str | None) -> int | str:
    """Return how the page numbers an element's node: nodes that a state added count by layer."""
    page = window.page
    if page is None or target is None:
        return 0
    element = page.elements.get(target) or page.screen.elements.get(target)
    if element is None:
        return 0
    if element.id <= page.screen.max_id:
        return element.id
    states = (page.screen.states[at] for at in page.state.items())
    layer = next((s.layer for s in states if s.overrides.get(target)), "page")
    return f"{layer}/{element.id}"


def _mark(pages: Pages, window: Window, row: Mapping[str, Any]) -> None:
    screen, layer, state = parse_reference(row["reference"] or "")
    # A page may still change in the instant in which another window comes to the front.
    windows = [window, *pages.windows.values()]
    shows = [w for w in windows if w.page is not None and w.page.screen.name == screen]
    if not shows or shows[0].page is None or layer not in shows[0].page.state:
        return
    window, page = shows[0], shows[0].page
    source = page.state[layer]
    edge = next((e for e in page.screen.edges.get((layer, source), ()) if e.to == state), None)
    page.state[layer] = state
    if edge is None:
        return
    slots = json.loads(row["value"]) if row["value"] else 0
    for k, (after_us, data) in enumerate(edge.mutations):
        key = (screen, layer, source, state, k)
        if key not in pages.known:
            pages.known[key] = len(pages.mutations)
            pages.mutations.append(data)
        step = [row["t_us"] + after_us, "mutate", window.number, pages.known[key], slots, layer]
        window.steps.append(step)


def _input(window: Window, row: Mapping[str, Any], node: int | str) -> None:
    assert window.page is not None
    target, t_us, number = row["target"], row["t_us"], window.number
    element = window.page.elements.get(target) or window.page.screen.elements[target]
    value = row["value"] or ""
    if element.widget in ("checkbox", "radio"):
        window.steps.append([t_us, "check", number, node, int(value == "true")])
    elif element.widget == "select":
        window.steps.append([t_us, "choose", number, node, value])
    elif row["masked"]:
        window.texts[target] = row["value_length"] or 0
        window.steps.append([t_us, "edit", number, node, 0, window.texts[target]])
    else:
        before = window.texts.get(target, element.value)
        before = before if isinstance(before, str) else ""
        after = edited(before, row) if element.widget in _TYPING else value
        window.texts[target] = after
        keep = _shared(before, after)
        window.steps.append([t_us, "edit", number, node, keep, after[keep:]])


def _shared(before: str, after: str) -> int:
    size = min(len(before), len(after))
    return next((k for k in range(size) if before[k] != after[k]), size)
