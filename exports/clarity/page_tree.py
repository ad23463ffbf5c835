"""The page as Clarity numbers and tells it: nodes breadth first, each with its parent and neighbour."""

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from deskhand.exports.clarity.masking import Privacy, privacy_of, scrubbed
from deskhand.exports.clarity.selectors import SelectorBook, Selectors, hashed
from deskhand.exports.rrweb.live_dom import Node, nodes_of
from deskhand.exports.rrweb.live_page import LivePage
from deskhand.exports.rrweb.vocabulary import DOCTYPE_NODE, ELEMENT_NODE, TEXT_NODE

Token = str | int | list[int]
# The document itself has the first number and is never told.
_DOCUMENT_ID = 1
_UNTOLD = ("script", "meta", "base")
_TEXTLESS = ("style", "noscript")
_UNTOLD_ATTRIBUTES = (
    "title", "alt", "onload", "onfocus", "onerror", "data-drupal-form-submit-last", "aria-label",
    "integrity", "crossorigin",
)  # fmt: skip
# What a field holds is no attribute of the page; the recorder of pages keeps it as one.
_HELD = ("value", "checked", "selected")


class Told(NamedTuple):
    """What is known of a node that was told."""

    node_id: int
    parent: int | None
    privacy: Privacy
    selectors: Selectors
    tokens: tuple[str | int, ...]


class PageTree:
    """The nodes of one page that Clarity was told of.

    Parameters
    ----------
    live : LivePage
        The page.
    href : str
        Its address.
    hidden : collection of int
        Nodes of the page that its owner masks.
    """

    def __init__(self, live: LivePage, href: str, hidden: Collection[int]) -> None:
        self._live = live
        self._href = href
        self._hidden = hidden
        self._book = SelectorBook()
        self._told: dict[int, Told] = {}
        self._numbers: dict[int, int] = {int(live.dom.root["id"]): _DOCUMENT_ID}

    def discover(self) -> list[Token]:
        """Return the tokens of every node there is, behind time and event."""
        return list(self._tell(_breadth_first(self._live.dom.root)))

    def mutate(self, data: Mapping[str, Any]) -> list[Token]:
        """Return the tokens of the nodes that a recorded mutation touched, after it was applied."""
        nodes = self._live.dom.nodes
        touched: dict[int, Node] = {}
        for part in ("texts", "attributes"):
            touched |= {c["id"]: nodes[c["id"]] for c in data[part] if c["id"] in nodes}
        for add in data["adds"]:
            root = nodes.get(add["node"]["id"])
            if root is not None:
                touched |= {node["id"]: node for node in _breadth_first(root)}
        gone = list(self._forget()) if data["removes"] else []
        return gone + list(self._tell(touched.values()))

    def caught_up(self) -> list[Token]:
        """Return the tokens of what changed while nobody looked."""
        gone = list(self._forget())
        before = {key: _without_held(told) for key, told in self._told.items()}
        changed = []
        for node in _breadth_first(self._live.dom.root):
            told = self._describe(node)
            if told is not None and before.get(node["id"]) != _without_held(told):
                changed.append(node)
        return gone + list(self._tell(changed))

    def find(self, node_id: int) -> Told | None:
        """Return what is known of a node of the page; of a document, that of its root element."""
        if node_id == self._live.dom.root["id"]:
            return next((t for t in self._told.values() if t.selectors[0] == "HTML"), None)
        return self._told.get(node_id)

    @staticmethod
    def hash_of(told: Told) -> str:
        """Return both hashes of an element with a point between."""
        return ".".join(hashed(s) if s else "" for s in told.selectors)

    # --- telling ----------------------------------------------------------------------------

    def _tell(self, nodes: Iterable[Node]) -> Iterator[Token]:
        for node in nodes:
            told = self._describe(node)
            if told is not None:
                self._told[node["id"]] = told
                yield from told.tokens

    def _forget(self) -> Iterator[Token]:
        gone = [key for key in self._told if key not in self._live.dom.nodes]
        left = [self._told.pop(key) for key in gone]
        numbers = {told.node_id for told in left}
        for told in left:
            if told.parent not in numbers:
                tag = next(t for t in told.tokens if isinstance(t, str))
                yield from (told.node_id, tag)

    def _describe(self, node: Node) -> Told | None:
        kind, key = node["type"], node["id"]
        if kind not in (DOCTYPE_NODE, ELEMENT_NODE, TEXT_NODE):
            return None
        above = self._live.dom.parents.get(key)
        parent = self._told.get(above) if above is not None else None
        inherited = Privacy.SENSITIVE if parent is None else parent.privacy
        if kind == DOCTYPE_NODE:
            named = [f"{name}={node[name]}" for name in ("name", "publicId", "systemId")]
            number = self._number(key)
            return Told(number, None, inherited, ("", ""), (number, "*D", *named))
        if above is None or (parent is None and self._numbers.get(above) != _DOCUMENT_ID):
            return None
        if kind == ELEMENT_NODE:
            return self._element(node, above, parent) if node["tagName"] not in _UNTOLD else None
        tag = self._live.dom.nodes[above]["tagName"]
        return self._text(node, above, tag, inherited) if tag not in _TEXTLESS else None

    def _number(self, key: int) -> int:
        return self._numbers.setdefault(key, len(self._numbers) + 1)

    def _place(self, key: int, above: int) -> tuple[int, ...]:
        """Return a node's number, its parent's, and that of the neighbour before it."""
        before = 0
        for sibling in self._live.dom.nodes[above]["childNodes"]:
            if sibling["id"] == key:
                break
            before = self._numbers.get(sibling["id"], before)
        place = (self._number(key), self._numbers[above])
        return (*place, before) if before else place

    def _text(self, node: Node, above: int, tag: str, inherited: Privacy) -> Told:
        place = self._place(node["id"], above)
        privacy = Privacy.NONE if tag == "title" else inherited
        text = scrubbed(node["textContent"], "text", privacy)
        number = -place[0] if privacy >= Privacy.TEXT else place[0]
        return Told(place[0], place[1], privacy, ("", ""), (number, *place[1:], "*T", text))

    def _element(self, node: Node, above: int, parent: Told | None) -> Told:
        place = self._place(node["id"], above)
        name = node["tagName"]
        style = node["attributes"].get("_cssText")
        tag = "STYLE" if style is not None else name.upper()
        tag = f"svg:{name}" if node.get("isSVG") else tag
        attributes = _attributes(node)
        if tag == "HEAD":
            url = urlsplit(self._href)
            attributes["*B"] = f"{url.scheme}://{url.netloc}{url.path}"
        inherited = Privacy.SENSITIVE if parent is None else parent.privacy
        privacy = privacy_of(tag, attributes, inherited)
        if node["id"] in self._hidden:
            privacy = Privacy.EXCLUDE if privacy is not inherited else Privacy.TEXT_IMAGE
        prefix = None if parent is None else parent.selectors
        position = self._position(node, above)
        chosen = self._book.selectors(place[0], tag, attributes, prefix, position)
        told = [f"{key}={scrubbed(value, key, privacy)}" for key, value in attributes.items()]
        if tag == "STYLE":
            told.append("".join(t["textContent"] for t in node["childNodes"]) or style or "")
        elif tag == "NOSCRIPT":
            told = [""]
        return Told(place[0], place[1], privacy, chosen, (*place, tag, *told))

    def _position(self, node: Node, above: int) -> int:
        position = 1
        for sibling in self._live.dom.nodes[above]["childNodes"]:
            if sibling["id"] == node["id"]:
                break
            position += sibling.get("tagName") == node["tagName"]
        return position


def _attributes(node: Node) -> dict[str, str]:
    """Return the attributes of the page's own source, and what an input holds.

    rrweb's recorder keeps what lists and areas hold, and which boxes are checked, as attributes too.
    """
    name = node["tagName"]
    told = {
        key: "" if value is True else str(value)
        for key, value in node["attributes"].items()
        if key not in _UNTOLD_ATTRIBUTES
        and not key.startswith(("_", "rr_"))
        and not (key == "value" and name in ("select", "textarea"))
        and not (key in ("checked", "selected") and value is True)
    }
    if name == "input" and told.get("type") in ("checkbox", "radio"):
        told.setdefault("value", "on")
    return told


def referred(tokens: Iterable[Token]) -> list[Token]:
    """Return tokens in which a text that came before is the place where it stands.

    Examples
    --------
    >>> referred([9, 6, "a", "b", 3, "b", "a", "c"])
    [9, 6, 'a', 'b', 3, [3, 2], 'c']
    """
    told: list[Token] = []
    places: dict[str, int] = {}
    references: list[int] | None = None
    for token in tokens:
        if isinstance(token, str) and token in places:
            if references is None:
                references = []
                told.append(references)
            references.append(places[token])
            continue
        references = None
        if isinstance(token, str):
            places[token] = len(told)
        told.append(token)
    return told


def _breadth_first(root: Node) -> Iterator[Node]:
    waiting = deque([root])
    while waiting:
        node = waiting.popleft()
        yield node
        waiting.extend(node.get("childNodes", ()))


def _without_held(told: Told) -> tuple[object, ...]:
    return (
        told.parent,
        *(
            t
            for t in told.tokens
            if not (isinstance(t, str) and t.partition("=")[0] in _HELD)
        ),
    )  # fmt: skip


def text_of(node: Node) -> str:
    """Return what a node's text content is, or what a field holds or a picture stands for."""
    text = "".join(n["textContent"] for n in nodes_of(node) if n["type"] == TEXT_NODE)
    attributes = node.get("attributes", {})
    return text or str(attributes.get("value") or "") or str(attributes.get("alt") or "")
