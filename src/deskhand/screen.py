"""A compiled screen: what a page looks like, where its elements are, and what clicking them does.

A screen is compiled once from real HTML in a real browser (`deskhand screens compile`); simulation
and export read only the compiled file. A page's state is a product of independent layers: the layer
``page`` and one layer for each widget, such as a custom drop-down. Each state of a layer overrides
elements of the base page; each edge between two states holds the recorded DOM mutations.
"""

import json
import re
import zlib
from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from deskhand.errors import DeskhandError, UnknownNameError

FORMAT = "deskhand.screen/1"
BASE = "base"
PAGE = "page"
# How many combinations of states a screen remembers the elements of.
STATES_KEPT = 1024

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One choice of a drop-down; ``target`` names its own element when the drop-down is custom."""

    label: str
    value: str
    target: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One element that can be seen or used; ``box`` is left, top, width, height in CSS pixels.

    The box is in document coordinates, or in viewport coordinates when ``fixed``. ``widget`` is one
    of text, textarea, password, date, checkbox, radio, select, combobox, button, link, other.
    ``tab`` is the place in the Tab order, from 0, or -1.
    """

    key: str
    id: int
    role: str
    name: str
    tag: str
    widget: str
    box: Box
    fixed: bool = False
    visible: bool = True
    tab: int = -1
    sensitive: str | None = None
    value: str = ""
    checked: bool = False
    options: tuple[Option, ...] = ()
    within: tuple[str, ...] = ()
    test_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """A recorded transition of one layer.

    ``kind`` is click, double_click, press, drag or wait; ``target`` is the element acted on, ``to_target``
    the place of a drop, ``key`` the pressed key, ``after_us`` the delay of a wait. ``slots`` maps the
    name of a slot to the element whose value fills it, or to None when the scenario gives the text.
    ``mutations`` are (delay_us, rrweb mutation data) pairs relative to the start of the edge.
    ``values`` are the fields whose value the page itself sets, with slots as ``{{name}}``.
    """

    layer: str
    source: str
    to: str
    kind: str
    target: str | None = None
    to_target: str | None = None
    key: str | None = None
    after_us: int = 0
    slots: Mapping[str, str | None] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    mutations: tuple[tuple[int, Mapping[str, Any]], ...] = ()

    @property
    def duration_us(self) -> int:
        """Time from the start of the edge to its last mutation."""
        return self.mutations[-1][0] if self.mutations else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HitPatch:
    """Node ids of a rectangle of the page, from ``left``, ``top`` in document pixels.

    In viewport pixels when ``fixed``; 0 in a patch lets what is under it show through.
    """

    left: int
    top: int
    labels: NDArray[np.uint16]
    fixed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One state of one layer: what differs from the base page while it lasts."""

    layer: str
    name: str
    overrides: Mapping[str, Mapping[str, Any] | None]
    hits: tuple[HitPatch, ...] = ()
    crops: tuple[Mapping[str, Any], ...] = ()


def _labels(packed: Mapping[str, Any]) -> NDArray[np.uint16]:
    raw = zlib.decompress(b64decode(packed["zlib_u16"]))
    return np.frombuffer(raw, dtype="<u2").reshape(packed["height"], packed["width"])


def _element(key: str, data: Mapping[str, Any]) -> Element:
    options = tuple(Option(**option) for option in data.get("options", ()))
    rest = {k: v for k, v in data.items() if k not in ("options", "box", "within")}
    return Element(
        key=key,
        box=tuple(data["box"]),
        options=options,
        within=tuple(data.get("within", ())),
        **rest,
    )


def _override(element: Element, change: Mapping[str, Any]) -> Element:
    fields = dict(change)
    if "box" in fields:
        fields["box"] = tuple(fields["box"])
    if "options" in fields:
        fields["options"] = tuple(Option(**option) for option in fields["options"])
    if "within" in fields:
        fields["within"] = tuple(fields["within"])
    return replace(element, **fields)


_LOCATOR = re.compile(r'^role=(?P<role>[\w-]+)(?:\[name="(?P<name>(?:[^"\\]|\\.)*)"\])?$')


class Screen:
    """A compiled page.

    Parameters
    ----------
    data : mapping
        The parsed content of a ``.screen.json`` file.

    Raises
    ------
    DeskhandError
        When the data is not of a format this version reads.
    """

    def __init__(self, data: Mapping[str, Any]) -> None:
        if data.get("format") != FORMAT:
            raise DeskhandError(
                f"format={data.get('format')!r}: this version reads {FORMAT!r}; "
                "compile the page again with `deskhand screens compile`."
            )
        self.data = data
        self.name: str = data["name"]
        self.app: str = data["app"]
        self.title: str = data["title"]
        self.href: str = data["href"]
        self.viewport: tuple[int, int] = (data["viewport"]["width"], data["viewport"]["height"])
        self.document: tuple[int, int] = (data["document"]["width"], data["document"]["height"])
        self.dom: Mapping[str, Any] = data["dom"]
        self.max_id: int = data["max_id"]
        self.links: Mapping[str, str] = data.get("links", {})
        self.elements: dict[str, Element] = {
            key: _element(key, value) for key, value in data["elements"].items()
        }
        self.states: dict[tuple[str, str], State] = {}
        self.edges: dict[tuple[str, str], list[Edge]] = {}
        pictures: Sequence[str] = data.get("pictures", ())
        for layer, content in data["layers"].items():
            for state, change in content["states"].items():
                crops = change.get("crops", ())
                self.states[layer, state] = State(
                    layer=layer,
                    name=state,
                    overrides=change.get("elements", {}),
                    hits=tuple(
                        HitPatch(
                            left=hit["left"],
                            top=hit["top"],
                            labels=_labels(hit),
                            fixed=hit.get("fixed", False),
                        )
                        for hit in change.get("hits", ())
                    ),
                    crops=tuple({**crop, "png": pictures[crop["png"]]} for crop in crops),
                )
            for edge in content["edges"]:
                mutations = tuple((m["after_us"], m["data"]) for m in edge["mutations"])
                fields = {k: v for k, v in edge.items() if k not in ("mutations", "from")}
                made = Edge(layer=layer, source=edge["from"], mutations=mutations, **fields)
                self.edges.setdefault((layer, made.source), []).append(made)
        self.layers: tuple[str, ...] = tuple(data["layers"])
        self.live_elements: dict[tuple[str, ...], dict[str, Element]] = {}
        self._changed: dict[tuple[str, str, str], Element] = {}
        self._hit: NDArray[np.uint16] | None = None

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read a compiled screen from a ``.screen.json`` file."""
        return cls(json.loads(Path(path).read_bytes()))

    def changed_element(self, layer: str, state: str, key: str) -> Element:
        """Return an element as one state alone changes it or adds it."""
        at = (layer, state, key)
        found = self._changed.get(at)
        if found is None:
            change = self.states[layer, state].overrides[key]
            base = self.elements.get(key)
            if change is None:
                raise KeyError(key)
            found = _element(key, change) if base is None else _override(base, change)
            self._changed[at] = found
        return found

    @property
    def hit(self) -> NDArray[np.uint16]:
        """Node id of every document pixel of the base page, shape (height, width)."""
        if self._hit is None:
            self._hit = _labels(self.data["hit"])
        return self._hit


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
                        live[key] = _override(base, change)
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
        matches = self._match(locator)
        if len(matches) == 1:
            return matches[0]
        here = f"on screen {self.screen.name!r} in state {self._describe()}"
        if matches:
            listing = "; ".join(describe(e) for e in matches[:8])
            raise DeskhandError(
                f"locator {locator!r} matches {len(matches)} elements {here}: {listing}. "
                "Use one of the names before the colons, or add ` >> nth=0`."
            )
        known = [*elements, *(describe(e) for e in elements.values())]
        near = get_close_matches(locator, known, n=6, cutoff=0.3)
        raise DeskhandError(
            f"locator {locator!r} matches nothing {here}. "
            f"Nearest: {'; '.join(near) or 'none'}. `deskhand screens show {self.screen.name}` lists all."
        )

    def _describe(self) -> str:
        return ", ".join(f"{layer}:{state}" for layer, state in self.state.items())

    def _match(self, locator: str) -> list[Element]:
        *scopes, last = [part.strip() for part in locator.split(">>")]
        index: int | None = None
        if last.startswith("nth="):
            index = int(last[4:])
            *scopes, last = scopes
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

    def edge(self, kind: str, target: str | None = None, **wanted: str) -> Edge | None:
        """Return the recorded transition that an act starts in the current state, if any."""
        for layer, state in self.state.items():
            for edge in self.screen.edges.get((layer, state), ()):
                if edge.kind == kind and (target is None or edge.target == target):
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


def describe(element: Element) -> str:
    """Return one line that names an element: its key, then its role and name."""
    return f'{element.key}: role={element.role}[name="{element.name}"]'


def reference(screen: str, layer: str, state: str) -> str:
    """Return how a ``mark`` row names a state that a screen has entered.

    Examples
    --------
    >>> reference("crm/lead-form", "page", "saved")
    'crm/lead-form#page:saved'
    """
    return f"{screen}#{layer}:{state}"


def parse_reference(text: str) -> tuple[str, str, str]:
    """Return the screen, layer and state that a ``mark`` row names.

    Examples
    --------
    >>> parse_reference("crm/lead-form#page:saved")
    ('crm/lead-form', 'page', 'saved')
    """
    screen, _, rest = text.partition("#")
    layer, _, state = rest.partition(":")
    return screen, layer, state


Screens = Mapping[str, Screen]


def screens_by_name(screens: Sequence[Screen]) -> dict[str, Screen]:
    """Return the screens keyed by name."""
    return {screen.name: screen for screen in screens}
