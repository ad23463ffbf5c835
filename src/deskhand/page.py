"""A live page: a screen in its current state, and how locators find elements on it."""

import re
from collections.abc import Iterator
from difflib import get_close_matches

import numpy as np
from numpy.typing import NDArray

from deskhand.errors import DeskhandError, UnknownNameError
from deskhand.screen import BASE, Edge, Element, Screen, overridden

_LOCATOR = re.compile(r'^role=(?P<role>[\w-]+)(?:\[name="(?P<name>(?:[^"\\]|\\.)*)"\])?$')
# How many combinations of states a screen remembers the elements of.
STATES_KEPT = 1024


class Page:
    """A live page: a screen, the state of each of its layers, and the scroll offset.

    Parameters
    ----------
    screen : Screen
        The compiled screen.
    """

    def __init__(self, screen: Screen) -> None:
        self.screen = screen
        self.state: dict[str, str] = dict.fromkeys(screen.layers, BASE)
        self.scroll_x = 0
        self.scroll_y = 0
        # Pages of one screen share what they have worked out, since people come back to it.
        self._cache = screen.live_elements

    @property
    def elements(self) -> dict[str, Element]:
        """The visible elements in the current state, by key."""
        at = tuple(self.state.values())
        found = self._cache.get(at)
        if found is None:
            live: dict[str, Element | None] = dict(self.screen.elements)
            for layer, state in self.state.items():
                for key, change in self.screen.states[layer, state].overrides.items():
                    base = live.get(key)
                    if change is None:
                        live[key] = None
                    elif base is None and key in self.screen.elements:
                        continue  # Another layer has taken the element away.
                    elif base is None or base is self.screen.elements.get(key):
                        live[key] = self.screen.changed_element(layer, state, key)
                    else:
                        live[key] = overridden(base, change)
            found = {key: e for key, e in live.items() if e is not None and e.visible}
            if len(self._cache) >= STATES_KEPT:
                self._cache.clear()
            self._cache[at] = found
        return found

    def element(self, locator: str) -> Element:
        """Return the one visible element that a locator names in the current state.

        Parameters
        ----------
        locator : str
            An element key (``lead.save``), or ``role=button[name="Save"]``, optionally after
            ``role=row[name="Ada"] >>`` and before `` >> nth=1``; or ``test-id=save``.

        Raises
        ------
        DeskhandError
            When nothing or more than one element matches; the message lists the candidates.
        """
        elements = self.elements
        if locator in elements:
            return elements[locator]
        matches = self.matches(locator)
        if len(matches) == 1:
            return matches[0]
        here = f"on screen {self.screen.name!r} in state {self._describe()}"
        if matches:
            listing = "; ".join(describe(e) for e in matches[:8])
            raise DeskhandError(
                f"locator {locator!r} matches {len(matches)} elements {here}: {listing}. "
                "Use one of the names before the colons, or add ` >> nth=0`."
            )
        named = {f"role={e.role}[name={quoted(e.name)}]": e for e in elements.values()}
        near = get_close_matches(
            locator.rsplit(">>", maxsplit=1)[-1].strip(), named, n=6, cutoff=0.3
        )
        raise DeskhandError(
            f"locator {locator!r} matches nothing {here}. "
            f"Nearest: {'; '.join(describe(named[n]) for n in near) or 'none'}. "
            f"`deskhand screens locators` with its name or .screen.json lists all."
        )

    def _describe(self) -> str:
        return ", ".join(f"{layer}:{state}" for layer, state in self.state.items())

    def matches(self, locator: str) -> list[Element]:
        """Return every visible element that a locator names in the current state."""
        *scopes, last = [part.strip() for part in locator.split(">>")]
        index: int | None = None
        if last.startswith("nth="):
            if not last[4:].isdecimal():
                raise DeskhandError(f"locator {last!r}: a place is written nth=0, counted from 0.")
            index = int(last[4:])
            *scopes, last = scopes or [""]
        if last.startswith("test-id="):
            found = [e for e in self.elements.values() if e.test_id == last[8:]]
        else:
            wanted = _LOCATOR.match(last)
            if wanted is None:
                if re.fullmatch(r"[\w.\-/]+", last):
                    raise UnknownNameError("element", last, self.elements)
                raise DeskhandError(
                    f'locator {last!r}: write a name, role=button[name="Save"], or test-id=save.'
                )
            role, named = wanted["role"], wanted["name"]
            text = None if named is None else re.sub(r"\\(.)", r"\1", named)
            found = [
                e
                for e in self.elements.values()
                if e.role == role and (text is None or e.name == text)
            ]
        for scope in scopes:
            wanted = _LOCATOR.match(scope)
            if wanted is None:
                raise DeskhandError(f'locator {scope!r}: a scope is written role=row[name="Ada"].')
            prefix = f"{wanted['role']} {wanted['name'] or ''}".strip()
            found = [e for e in found if any(a.startswith(prefix) for a in e.within)]
        return found if index is None else found[index : index + 1]

    def edges(self) -> Iterator[Edge]:
        """Yield the recorded transitions that start in the current state."""
        for at in self.state.items():
            yield from self.screen.edges.get(at, ())

    def edge(self, kind: str, target: str | None = None, **wanted: str) -> Edge | None:
        """Return the recorded transition that an act starts in the current state, if any."""
        for edge in self.edges():
            if edge.kind != kind or (target is not None and edge.target != target):
                continue
            if all(getattr(edge, name) == value for name, value in wanted.items()):
                return edge
        return None

    def edge_to(self, layer: str, state: str) -> Edge:
        """Return the recorded transition from the layer's current state to the named one."""
        for edge in self.screen.edges.get((layer, self.state[layer]), ()):
            if edge.to == state:
                return edge
        raise DeskhandError(
            f"screen {self.screen.name!r}: layer {layer!r} has no transition "
            f"from {self.state[layer]!r} to {state!r}."
        )

    def enter(self, edge: Edge) -> None:
        """Put the edge's layer into the state that the edge leads to."""
        self.state[edge.layer] = edge.to

    def node_at(
        self, client_x: NDArray[np.float32], client_y: NDArray[np.float32]
    ) -> NDArray[np.int64]:
        """Return the node id under viewport points, shape (n,); the document's edge is clamped."""
        labels = self.screen.hit
        height, width = labels.shape
        x = client_x.astype(np.int64)
        y = client_y.astype(np.int64)
        doc_x = np.clip(x + self.scroll_x, 0, width - 1)
        doc_y = np.clip(y + self.scroll_y, 0, height - 1)
        found = labels[doc_y, doc_x].astype(np.int64)
        for layer, state in self.state.items():
            for hit in self.screen.states[layer, state].hits:
                at_x = (x if hit.fixed else doc_x) - hit.left
                at_y = (y if hit.fixed else doc_y) - hit.top
                rows, columns = hit.labels.shape
                inside = (at_x >= 0) & (at_x < columns) & (at_y >= 0) & (at_y < rows)
                over = hit.labels[at_y[inside], at_x[inside]]
                found[inside] = np.where(over == 0, found[inside], over)
        return found


def quoted(name: str) -> str:
    r"""Return a name as it stands in a locator, between quotation marks.

    Examples
    --------
    >>> print(quoted('The "old" form'))
    "The \"old\" form"
    """
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def describe(element: Element) -> str:
    """Return one line that names an element: its key, then its role and name."""
    return f"{element.key}: role={element.role}[name={quoted(element.name)}]"
