"""Acts on a screen model: what the labelled acts of a session bring its pages to, acted out anew.

This knows compiled screens and the table of actions; of the events it takes keys and drops, which acts
do not hold, and which page is open. Changes that a page makes by itself may come at any time after the
act that led to them.
"""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from deskhand.page import Page
from deskhand.screen import Edge, parse_reference
from deskhand.session import Session

_KINDS: Mapping[str, tuple[str, ...]] = {
    "click": ("click", "double_click"),
    "double_click": ("double_click", "click"),
    "right_click": ("right_click",),
    "hover": ("hover",),
    "drag": ("drag",),
    "press": ("press", "click"),
}
_ANY = ("click", "double_click", "right_click", "hover", "press", "drag")


def _allowed(edge: Edge, action: Mapping[str, Any], pressed: set[str | None], by_keys: bool) -> str:
    """Return why an act could not have made a transition, or nothing."""
    if edge.kind == "wait":
        return ""
    kinds = _KINDS.get(action["verb"], _ANY)
    if edge.kind not in kinds and not by_keys:
        return f"{edge.kind} by {action['verb']}"
    if edge.kind in ("press",) or by_keys:
        return "" if by_keys else "a key, and none was struck"
    if edge.target not in pressed | {action["target"]}:
        return f"{edge.target} was not acted on, but {pressed}"
    return ""


def replayed(session: Session, tables: Mapping[str, pa.Table]) -> tuple[list[str], int]:
    """Return what of a session's changes its acts do not explain, and how many changes there were."""
    events = tables["events"].select(["type", "window", "target", "reference", "action_id"])
    kinds = pa.array(["navigation", "window.focus", "mark", "pointerdown", "pointerup", "keydown"])
    rows = events.filter(pc.is_in(events["type"], value_set=kinds)).to_pylist()
    actions = {row["action_id"]: row for row in tables["actions"].to_pylist()}
    pressed: dict[int, set[str | None]] = {}
    keyed: set[int] = set()
    pages: dict[str, Page] = {}
    wrong: list[str] = []
    changes = 0
    for row in rows:
        kind, number = row["type"], row["action_id"]
        if kind in ("pointerdown", "pointerup"):
            pressed.setdefault(number, set()).add(row["target"])
        elif kind == "keydown":
            keyed.add(number)
        elif kind != "mark":
            here = pages.get(row["window"])
            if kind == "navigation" or here is None or here.screen.name != row["reference"]:
                pages[row["window"]] = Page(session.screens[row["reference"]])
        else:
            changes += 1
            screen, layer, state = parse_reference(row["reference"])
            page = pages[row["window"]]
            assert page.screen.name == screen
            edges = [e for e in screen_edges(page, layer) if e.to == state]
            why = [
                _allowed(edge, actions[number], pressed.get(number, set()), number in keyed)
                for edge in edges
            ]
            if not edges:
                wrong.append(f"{row['reference']}: no way from {page.state[layer]}")
            elif all(why):
                wrong.append(f"{row['reference']}: {'; '.join(why)}")
            page.state[layer] = state
    return wrong, changes


def screen_edges(page: Page, layer: str) -> list[Edge]:
    return list(page.screen.edges.get((layer, page.state[layer]), ()))
