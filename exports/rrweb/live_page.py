"""A page in use while it is recorded: its states, its DOM, its fields and its scroll offset."""

from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from deskhand.exports.rrweb.live_dom import LiveDom, Node, fill
from deskhand.field_text import edited
from deskhand.page import Page
from deskhand.screen import Edge, Element, Screen

STAR = "*"
_LABELS = 65_536


@lru_cache(maxsize=64)
def _packed_dom(screen: Screen) -> bytes:
    packed: bytes = orjson.dumps(screen.dom)
    return packed


class LivePage:
    """One page from its opening to the next navigation.

    Parameters
    ----------
    screen : Screen
        The compiled page.
    sensitive : collection of str
        Elements whose content is masked besides those that the screen itself marks.
    """

    def __init__(self, screen: Screen, sensitive: Collection[str]) -> None:
        self.screen = screen
        self.page = Page(screen)
        self.dom = LiveDom(_packed_dom(screen), screen.max_id)
        self.texts: dict[str, str] = {}
        self.focused: int | None = None
        self._sensitive = frozenset(sensitive)
        # From ids of the recording of a layer to ids of this page.
        self._ids: dict[str, dict[int, int]] = {layer: {} for layer in screen.layers}
        self._values: dict[str, str] = {}
        self._last_input: dict[int, tuple[str, bool]] = {}
        for element in screen.elements.values():
            if self.is_sensitive(element) and element.id in self.dom.nodes:
                if element.tag in ("input", "textarea"):
                    self.dom.set_field(element.id, STAR * len(element.value))
                elif element.tag != "select":
                    self.dom.mask_text(element.id)

    def is_sensitive(self, element: Element) -> bool:
        """Return whether an element's content is written as stars."""
        return (
            element.sensitive is not None
            or element.widget == "password"
            or element.key in self._sensitive
        )

    def element(self, key: str | None) -> Element | None:
        """Return the element of that key in the current state, if it is there."""
        return None if key is None else self.page.elements.get(key)

    def id_of(self, key: str | None) -> int | None:
        """Return the node id of an element in the current state, None when the page lacks it."""
        if key is None:
            return None
        element = self.page.elements.get(key) or self.screen.elements.get(key)
        if element is None:
            return None
        found = element.id
        for layer, state in self.page.state.items():
            change = self.screen.states[layer, state].overrides.get(key)
            if change is not None and "id" in change:
                found = self._ids[layer].get(element.id, element.id)
        return found if found in self.dom.nodes else None

    def shows(self, node_id: int) -> bool:
        """Return whether one of the visible elements is this node."""
        return any(self.id_of(key) == node_id for key in self.page.elements)

    def node_at(
        self, client_x: NDArray[np.float32], client_y: NDArray[np.float32]
    ) -> NDArray[np.int64]:
        """Return the id of the element under viewport points, shape (n,)."""
        page = self.page
        labels = self.screen.hit
        height, width = labels.shape
        x = client_x.astype(np.int64)
        y = client_y.astype(np.int64)
        doc_x = np.clip(x + page.scroll_x, 0, width - 1)
        doc_y = np.clip(y + page.scroll_y, 0, height - 1)
        found = labels[doc_y, doc_x].astype(np.int64)
        for layer, state in page.state.items():
            ids = self._ids[layer]
            for hit in self.screen.states[layer, state].hits:
                at_x = (x if hit.fixed else doc_x) - hit.left
                at_y = (y if hit.fixed else doc_y) - hit.top
                rows, columns = hit.labels.shape
                inside = (at_x >= 0) & (at_x < columns) & (at_y >= 0) & (at_y < rows)
                if not inside.any():
                    continue
                under = hit.labels[at_y[inside], at_x[inside]].astype(np.int64)
                if ids:
                    own = np.arange(_LABELS)
                    own[list(ids)] = list(ids.values())
                    under = own[under]
                found[inside] = under
        distinct, place = np.unique(found, return_inverse=True)
        return np.array([self.dom.element_id(i) for i in distinct.tolist()], np.int64)[place]

    def edge(self, layer: str, state: str) -> Edge:
        """Return the recorded transition into a state of a layer."""
        return self.page.edge_to(layer, state)

    def enter(self, edge: Edge) -> None:
        """Put an edge's layer into the state that it leads to."""
        self.page.enter(edge)

    def mutate(self, layer: str, data: Mapping[str, Any]) -> Node:
        """Apply a mutation that was recorded for an edge of a layer; returns it with live ids."""
        filled: Node = fill(data, self.texts)
        return self.dom.apply(filled, self._ids[layer])

    def edit(self, key: str, row: Mapping[str, Any]) -> str:
        """Return what a text field holds after an ``input`` row, stars where it is masked."""
        element = self.page.elements.get(key) or self.screen.elements[key]
        length = row["value_length"] or 0
        if row["masked"] or self.is_sensitive(element):
            text = STAR * length
        else:
            text = edited(self._values.get(key, element.value), row)
        self._values[key] = text
        return text

    def keep_input(self, node_id: int, text: str, *, checked: bool | None) -> bool:
        """Keep what a field now holds; returns whether a recorder sees a difference."""
        now = (text, bool(checked))
        if self._last_input.get(node_id) == now:
            return False
        self._last_input[node_id] = now
        self.dom.set_field(node_id, text, checked=checked)
        return True
