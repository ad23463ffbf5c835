"""A compiled screen: what a page looks like, where its elements are, and what clicking them does.

A screen is compiled once from real HTML in a real browser (`deskhand screens compile`); simulation
and export read only the compiled file. A page's state is a product of independent layers: the layer
``page`` and one layer for each widget, such as a custom drop-down. Each state of a layer overrides
elements of the base page; each edge between two states holds the recorded DOM mutations.
"""

import json
import zlib
from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from deskhand.errors import DeskhandError
from deskhand.shared_styles import put_back

FORMAT = "deskhand.screen/2"
ENDING = ".screen.json"
BASE = "base"
PAGE = "page"

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One choice of a drop-down; ``target`` names its own element when the drop-down is custom."""

    label: str
    value: str
    target: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How an element writes its text, in CSS pixels; ``inset`` is left, top, right, bottom."""

    font_px: float = 14.0
    line_px: float = 20.0
    colour: str = "#1b2430"
    bold: bool = False
    align: str = "left"
    spacing_px: float = 0.0
    inset: Box = (8.0, 4.0, 8.0, 4.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotText:
    """A text with slots as ``{{name}}``: its box in the picture, and how wide it may grow."""

    text: str
    box: Box
    room_px: float
    look: Look
    fixed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One element that can be seen or used; ``box`` is left, top, width, height in CSS pixels.

    The box is in document coordinates, or in viewport coordinates when ``fixed``. ``widget`` is one
    of text, textarea, password, date, checkbox, radio, select, combobox, button, link, other.
    ``tab`` is the place in the Tab order, from 0, or -1; ``look`` is that of a field.
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
    look: Look | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """A recorded transition of one layer.

    ``kind`` is click, double_click, right_click, hover, press, drag or wait; ``target`` is the element
    acted on, ``to_target``
    the place of a drop, ``key`` the pressed key, ``after_us`` the delay of a wait. ``slots`` maps the
    name of a slot to the element whose value fills it, or to None when the scenario gives the text.
    ``mutations`` are (delay_us, rrweb mutation data) pairs relative to the start of the edge.
    ``values`` are the fields whose value the page itself sets, with slots as ``{{name}}``; ``focus`` is
    the element to which the page itself gives the focus.
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
    focus: str | None = None
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
    slot_texts: tuple[SlotText, ...] = ()


def _labels(packed: Mapping[str, Any]) -> NDArray[np.uint16]:
    raw = zlib.decompress(b64decode(packed["zlib_u16"]))
    return np.frombuffer(raw, dtype="<u2").reshape(packed["height"], packed["width"])


def _look(data: Mapping[str, Any]) -> Look:
    fields: dict[str, Any] = {k: tuple(v) if k == "inset" else v for k, v in data.items()}
    return Look(**fields)


def _slot_text(data: Mapping[str, Any]) -> SlotText:
    return SlotText(**{**data, "box": tuple(data["box"]), "look": _look(data["look"])})


def _parsed(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return fields of an element as the element holds them."""
    fields = dict(data)
    for name in ("box", "within"):
        if name in fields:
            fields[name] = tuple(fields[name])
    if "options" in fields:
        fields["options"] = tuple(Option(**option) for option in fields["options"])
    if fields.get("look"):
        fields["look"] = _look(fields["look"])
    return fields


def overridden(element: Element, change: Mapping[str, Any]) -> Element:
    """Return an element with the fields that a state changes."""
    return replace(element, **_parsed(change))


class Screen:
    """A compiled page.

    Parameters
    ----------
    data : mapping
        The parsed content of a ``.screen.json`` file.
    picture : pathlib.Path or importlib.resources.abc.Traversable, optional
        The PNG file that shows the document in its base state.

    Raises
    ------
    DeskhandError
        When the data is not of a format this version reads.
    """

    def __init__(self, data: Mapping[str, Any], picture: Traversable | None = None) -> None:
        if data.get("format") != FORMAT:
            raise DeskhandError(
                f"format={data.get('format')!r}: this version reads {FORMAT!r}; "
                "compile the page again with `deskhand screens compile`."
            )
        self.data = data
        self._picture = picture
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
            key: Element(key=key, **_parsed(value)) for key, value in data["elements"].items()
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
                    crops=tuple({**crop, "image": pictures[crop["image"]]} for crop in crops),
                    slot_texts=tuple(map(_slot_text, change.get("slot_texts", ()))),
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
        self._parents: dict[int, int] | None = None

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read a compiled screen from a ``.screen.json`` file; its other files lie beside it.

        Raises
        ------
        DeskhandError
            When a style sheet that it shares with others is missing or has been changed.
        """
        path = Path(path)
        return cls.read(path.parent, path.name)

    @classmethod
    def read(cls, folder: Traversable, name: str) -> Self:
        """Read the compiled screen of this file from a folder, or from one inside a package."""
        data = json.loads((folder / name).read_bytes())
        if isinstance(data.get("dom"), dict):
            put_back(data["dom"], lambda name: (folder / name).read_text("utf-8"))
        return cls(data, folder / f"{name.removesuffix(ENDING)}.png")

    def picture(self) -> bytes | None:
        """Return the PNG file that shows the document in its base state, None without one."""
        if self._picture is None or not self._picture.is_file():
            return None
        return self._picture.read_bytes()

    def changed_element(self, layer: str, state: str, key: str) -> Element:
        """Return an element as one state alone changes it or adds it."""
        at = (layer, state, key)
        found = self._changed.get(at)
        if found is None:
            change = self.states[layer, state].overrides[key]
            base = self.elements.get(key)
            if change is None:
                raise KeyError(key)
            found = (
                Element(key=key, **_parsed(change)) if base is None else overridden(base, change)
            )
            self._changed[at] = found
        return found

    @property
    def hit(self) -> NDArray[np.uint16]:
        """Node id of every document pixel of the base page, shape (height, width)."""
        if self._hit is None:
            self._hit = _labels(self.data["hit"])
        return self._hit

    @property
    def parents(self) -> dict[int, int]:
        """The parent of each node, by id, with the nodes that edges add."""
        if self._parents is None:
            waiting = [(self.dom, 0)]
            for edges in self.edges.values():
                for _, data in (mutation for edge in edges for mutation in edge.mutations):
                    waiting.extend((add["node"], add["parentId"]) for add in data["adds"])
            self._parents = {}
            while waiting:
                node, above = waiting.pop()
                own = node.get("id", 0)
                self._parents[own] = above
                waiting.extend((child, own) for child in node.get("childNodes", ()))
            self._parents.pop(0, None)
        return self._parents


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
