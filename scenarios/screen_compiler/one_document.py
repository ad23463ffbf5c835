"""Refuse what a page shows from another document: frames, and the shadow roots of its elements.

A screen is one document: its hit map, its elements and its recording know the nodes of that one
alone. What is drawn from elsewhere would be seen in the picture, but could be neither named nor
replayed, and text in it would escape masking. So it is refused by name. Roots that the browser
itself keeps, as in a date field, and frames or hosts that show nothing are no hindrance.
"""

from collections.abc import Iterator, Mapping
from shlex import quote
from typing import Any, NamedTuple

from deskhand.errors import DeskhandError
from deskhand.scenarios.screen_compiler.live_page import LivePage

FRAMES = frozenset({"IFRAME", "FRAME", "OBJECT", "EMBED"})
# What is said of an element that shows another document.
FRAME = "is a frame"
SHADOW = {"open": "has an open shadow root", "closed": "has a closed shadow root"}
# Attributes by which a person knows an element again, the most telling first.
TELLING = ("id", "title", "name", "src", "data", "class")
SHOWN_CHARACTERS = 60
# Strips narrower than this cannot be aimed at, as for elements.
LEAST_PX = 4


class Stranger(NamedTuple):
    """An element that shows another document: its DOM node, and what is said of it."""

    node: Mapping[str, Any]
    kind: str


def _strangers(node: Mapping[str, Any]) -> Iterator[Stranger]:
    """Yield the elements of a pierced DOM tree that show another document."""
    roots = [r for r in node.get("shadowRoots", ()) if r["shadowRootType"] != "user-agent"]
    if roots:
        yield Stranger(node, SHADOW[roots[0]["shadowRootType"]])
    elif node["nodeName"] in FRAMES and not _is_drawing(node):
        yield Stranger(node, FRAME)
    for child in node.get("children", ()):
        yield from _strangers(child)


def _is_drawing(node: Mapping[str, Any]) -> bool:
    """Whether an object or embed is a picture: it holds no document, or an SVG drawing."""
    inside = node.get("contentDocument", {}).get("children", ())
    empty = node["nodeName"] in ("OBJECT", "EMBED") and not inside
    return empty or any(child["nodeName"] == "svg" for child in inside)


def _box(live: LivePage, node: Mapping[str, Any]) -> tuple[int, int, int, int] | None:
    """Return where a node is seen: left, top, width and height in CSS pixels, None when it is not."""
    from playwright.sync_api import Error

    try:
        model = live.cdp.send("DOM.getBoxModel", {"backendNodeId": node["backendNodeId"]})["model"]
    except Error:  # A node without a box.
        # A host with `display: contents` has none of its own, and its content is seen all the same.
        return (0, 0, 0, 0) if _asked(live, node, _LENDS) else None
    left, top = (round(edge) for edge in model["border"][:2])
    width, height = model["width"], model["height"]
    if width < LEAST_PX or height < LEAST_PX or left + width <= 0 or top + height <= 0:
        return None
    return (left, top, width, height) if _asked(live, node, _SEEN) else None


_SEEN = (
    "function() { return this.checkVisibility({ checkVisibilityCSS: true, checkOpacity: true }); }"
)
_LENDS = "function() { return getComputedStyle(this).display === 'contents'; }"


def _asked(live: LivePage, node: Mapping[str, Any], question: str) -> bool:
    handle = live.cdp.send("DOM.resolveNode", {"backendNodeId": node["backendNodeId"]})["object"]
    asked = {"objectId": handle["objectId"], "functionDeclaration": question, "returnByValue": True}
    return bool(live.cdp.send("Runtime.callFunctionOn", asked)["result"]["value"])


def _tag(node: Mapping[str, Any]) -> tuple[str, str]:
    """Return how a message shows an element, and a CSS selector that picks it."""
    listed = node.get("attributes", ())
    attributes = dict(zip(listed[::2], listed[1::2], strict=True))
    tag = node["nodeName"].lower()
    name = next((name for name in TELLING if attributes.get(name)), None)
    if name is None:
        return f"<{tag}>", tag
    value = attributes[name]
    shown = value if len(value) <= SHOWN_CHARACTERS else value[: SHOWN_CHARACTERS - 3] + "..."
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'<{tag} {name}="{shown}">', f'{tag}[{name}="{escaped}"]'


def _remedy(stranger: Stranger) -> str:
    listed = stranger.node.get("attributes", ())
    if stranger.kind != FRAME:
        return "Let the component draw into the page itself (without attachShadow)"
    if "srcdoc" in listed[::2]:
        return "Write what its srcdoc holds into the page itself, or into a file and compile that"
    return "Compile the page that it shows by itself, as a screen of its own"


def check_one_document(live: LivePage, screen: str, state: str) -> None:
    """Check that all that a page shows in one state is in its own document.

    Parameters
    ----------
    live : LivePage
        The page.
    screen, state : str
        Where this is, for the message.

    Raises
    ------
    DeskhandError
        Naming the first frame or shadow host that is seen, where it is, and what to do.
    """
    root = live.cdp.send("DOM.getDocument", {"depth": -1, "pierce": True})["root"]
    for stranger in _strangers(root):
        box = _box(live, stranger.node)
        if box is None:
            continue
        shown, selector = _tag(stranger.node)
        left, top, width, height = box
        place = f" at {left},{top} {width}x{height}" if width else ""
        raise DeskhandError(
            f"screen {screen!r}, state {state!r}: {shown}{place} {stranger.kind}, and a screen is one "
            f"document. {_remedy(stranger)}; or leave it out of the page with "
            f"--without {quote(selector)}."
        )
