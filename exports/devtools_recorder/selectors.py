"""How Chrome's Recorder names an element: by accessible name, by CSS, by XPath, by text.

A player tries them in turn, so that one may fail where a page has changed.
"""

from collections.abc import Mapping
from typing import Any

from deskhand.page import Page
from deskhand.screen import Element, Screen

# Elements whose text the Recorder takes for a selector.
_TEXTED = ("a", "button", "li", "label", "h1", "h2", "h3")
# Longer texts make brittle selectors; the Recorder leaves them out too.
_LONGEST = 64
BODY: list[list[str]] = [["body"], ["xpath//html/body"]]


class Selectors:
    """Names elements of one page.

    Parameters
    ----------
    screen : Screen
        The compiled page.
    """

    def __init__(self, screen: Screen) -> None:
        self._nodes: dict[int, Mapping[str, Any]] = {}
        self._parents: dict[int, Mapping[str, Any]] = {}
        self._ids: dict[str, int] = {}
        waiting: list[Mapping[str, Any]] = [screen.dom]
        while waiting:
            node = waiting.pop()
            self._nodes[node["id"]] = node
            given = node.get("attributes", {}).get("id")
            if given:
                self._ids[str(given)] = self._ids.get(str(given), 0) + 1
            for child in node.get("childNodes", ()):
                self._parents[child["id"]] = node
                waiting.append(child)

    def of(self, element: Element, page: Page) -> list[list[str]]:
        """Return the selectors of an element, the one that says most to a person first.

        Parameters
        ----------
        element : Element
            An element that is to be seen.
        page : Page
            The page in its state, which tells whether a name is unique.
        """
        found: list[str] = []
        # A name that holds a session's own text is not the page's.
        named = bool(element.name) and "{{" not in element.name and len(element.name) <= _LONGEST
        if named:
            same = [e for e in page.elements.values() if e.name == element.name]
            role = f'[role="{element.role}"]' if len(same) > 1 else ""
            if sum(e.role == element.role for e in same) == 1:
                found.append(f"aria/{element.name}{role}")
        if element.test_id:
            found.append(f"[data-testid={_quoted(element.test_id)}]")
        css = self._css(element.id)
        if css is not None:
            found += [css, f"xpath/{self._xpath(element.id)}", f"pierce/{css}"]
        if named and element.tag in _TEXTED:
            found.append(f"text/{element.name}")
        return [[selector] for selector in found] or BODY

    def _anchor(self, node_id: int) -> str | None:
        given = self._nodes[node_id].get("attributes", {}).get("id")
        return str(given) if given and self._ids[str(given)] == 1 else None

    def _steps(self, node_id: int) -> tuple[str | None, list[tuple[str, int]]]:
        """Return the nearest element with an id, and tag and number of each step down from it.

        The number is 0 where the tag alone tells.
        """
        steps: list[tuple[str, int]] = []
        while node_id in self._parents:
            anchor = self._anchor(node_id)
            if anchor is not None:
                return anchor, steps[::-1]
            node, parent = self._nodes[node_id], self._parents[node_id]
            tag = str(node.get("tagName", ""))
            like = [c["id"] for c in parent["childNodes"] if c.get("tagName") == tag]
            steps.append((tag, like.index(node_id) + 1 if len(like) > 1 else 0))
            node_id = parent["id"]
        return None, steps[::-1]

    def _css(self, node_id: int) -> str | None:
        if node_id not in self._nodes:
            return None
        anchor, steps = self._steps(node_id)
        head = (
            [f"#{anchor}" if anchor.replace("-", "a").isalnum() else f"[id={_quoted(anchor)}]"]
            if (anchor)
            else []
        )
        return " > ".join([*head, *(f"{tag}:nth-of-type({n})" if n else tag for tag, n in steps)])

    def _xpath(self, node_id: int) -> str:
        anchor, steps = self._steps(node_id)
        head = f"//*[@id={_quoted(anchor)}]" if anchor else ""
        return head + "".join(f"/{tag}[{n}]" if n else f"/{tag}" for tag, n in steps)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
