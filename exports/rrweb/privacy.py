"""What products that build on rrweb mask by default: fields, texts, attributes, media.

rrweb's recorder masks while it records; the same is done here to events that are recorded already.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from deskhand.exports.rrweb import vocabulary as rr
from deskhand.exports.rrweb.page_nodes import PageNodes
from deskhand.exports.rrweb.timeline import Event

STAR = "*"
_VISIBLE = re.compile(r"\S")
_UNMASKED_TEXTS = ("style", "script")
_VALUE_TAGS = ("input", "textarea", "select")
_CHOICES = ("checkbox", "radio")
_BUTTONS = ("submit", "button", "reset", "image")


@dataclass(frozen=True, slots=True, kw_only=True)
class Masking:
    """What is masked; fields always are, as both products do (``maskAllInputs``).

    Parameters
    ----------
    choices : bool
        Whether the value of check boxes and radio buttons is masked as well.
    options : bool
        Whether the options of drop-downs are masked as well.
    texts : bool
        Whether every text is, blanks kept.
    attributes : tuple of str
        Attributes of which every visible character is.
    media : tuple of str
        Tags that are shown as an empty box.
    """

    choices: bool = False
    options: bool = False
    texts: bool = False
    attributes: tuple[str, ...] = ()
    media: tuple[str, ...] = ()


def starred(text: str) -> str:
    """Return a text with a star for each visible character.

    Examples
    --------
    >>> starred("Full name")
    '**** ****'
    """
    return _VISIBLE.sub(STAR, text)


class Masked:
    """Masks the events of one recording, one after the other; ``page`` is the page as masked.

    Parameters
    ----------
    masking : Masking
        What is masked.
    """

    def __init__(self, masking: Masking) -> None:
        self.page = PageNodes()
        self._masking = masking
        # From nodes below a box that is shown empty to the box.
        self._boxes: dict[int, int] = {}

    def take(self, event: Event) -> Event | None:
        """Return the event as the product's recorder would have written it, None for none at all.

        Parameters
        ----------
        event : dict
            It may be changed.
        """
        kind, data, at = event["type"], event["data"], event["timestamp"]
        if kind == rr.FULL_SNAPSHOT:
            self._boxes.clear()
            self._tree(data["node"], "")
            self.page.open(data["node"], at)
        elif kind == rr.INCREMENTAL:
            source = data["source"]
            if source == rr.MUTATION:
                return event if self._mutation(data, at) else None
            if source in (rr.MOUSE_MOVE, rr.DRAG, rr.TOUCH_MOVE):
                for position in data["positions"]:
                    # rrweb writes -1 here, at which a player's cursor stands still.
                    position["id"] = self.shown(position["id"])
            elif source == rr.MOUSE_INTERACTION:
                return None if self._in_box(data["id"]) else event
            elif source == rr.INPUT:
                kind_of_field = self._kind(self.page.nodes[data["id"]])
                if kind_of_field not in _CHOICES or self._masking.choices:
                    data["text"] = STAR * len(data["text"])
        return event

    def shown(self, node_id: int) -> int:
        """Return the empty box that a node lies in, else the node itself."""
        return self._boxes.get(node_id, node_id)

    def _in_box(self, node_id: int) -> bool:
        node = self.page.nodes.get(node_id)
        return node_id in self._boxes or (node is not None and bool(node.get("needBlock")))

    @staticmethod
    def _kind(node: Mapping[str, Any]) -> str:
        """Return the type of an input, else the tag."""
        if node.get("tagName") != "input":
            return str(node.get("tagName", ""))
        return str(node["attributes"].get("type", "text")).lower()

    def _tree(self, root: Event, parent_tag: str) -> None:
        waiting = [(root, parent_tag)]
        while waiting:
            node, above = waiting.pop()
            if node["type"] in (rr.TEXT_NODE, rr.CDATA_NODE):
                node["textContent"] = self._text(node["textContent"], above)
            elif node["type"] == rr.ELEMENT_NODE:
                if node["tagName"] in self._masking.media:
                    self._box(node)
                    continue
                node["attributes"] = {
                    name: self._attribute(node, name, value)
                    for name, value in node["attributes"].items()
                    if name != "selected"
                }
            waiting.extend((c, node.get("tagName", "")) for c in node.get("childNodes", ()))

    def _box(self, node: Event) -> None:
        held = node["attributes"]
        shape = {"class": held["class"]} if "class" in held else {}
        for side in ("width", "height"):
            px = re.match(r"\d+", str(held.get(side, "")))
            shape[f"rr_{side}"] = f"{px[0] if px else 0}px"
        below = list(node["childNodes"])
        while below:
            inner = below.pop()
            self._boxes[inner["id"]] = node["id"]
            below.extend(inner.get("childNodes", ()))
        node.update(attributes=shape, childNodes=[], needBlock=True)

    def _text(self, text: str, parent_tag: str) -> str:
        if parent_tag == "option" and self._masking.options:
            return STAR * len(text)
        if parent_tag == "textarea" or (self._masking.texts and parent_tag not in _UNMASKED_TEXTS):
            return starred(text)
        return text

    def _attribute(self, node: Mapping[str, Any], name: str, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        if name in self._masking.attributes:
            return starred(value)
        if name == "value":
            kind = self._kind(node)
            if kind in _BUTTONS:
                return starred(value) if self._masking.texts else value
            masked = kind not in _CHOICES or self._masking.choices
            fields = (*_VALUE_TAGS, "option") if self._masking.options else _VALUE_TAGS
            if node["tagName"] in fields and masked:
                return STAR * len(value)
        return value

    def _mutation(self, data: Event, at: int) -> bool:
        page = self.page
        data["removes"] = self._outside(data["removes"], "id")
        for remove in data["removes"]:
            page.leave(remove["id"], at)
        adds = []
        for add in data["adds"]:
            if self._in_box(add["parentId"]):
                self._boxes[add["node"]["id"]] = self.shown(add["parentId"])
                continue
            parent = page.nodes.get(add["parentId"], {})
            self._tree(add["node"], parent.get("tagName", ""))
            page.enter(add["node"], at, add["parentId"])
            adds.append(add)
        data["adds"] = adds
        data["texts"] = self._outside(data["texts"], "id")
        for text in data["texts"]:
            parent = page.nodes.get(page.parents.get(text["id"], -1), {})
            text["value"] = self._text(text["value"] or "", parent.get("tagName", ""))
            if text["id"] in page.nodes:
                page.nodes[text["id"]]["textContent"] = text["value"]
        data["attributes"] = [
            a for a in self._outside(data["attributes"], "id") if not self._in_box(a["id"])
        ]
        for change in data["attributes"]:
            node = page.nodes.get(change["id"])
            if node is None:
                continue
            for name, value in change["attributes"].items():
                change["attributes"][name] = self._attribute(node, name, value)
                if isinstance(value, str):
                    node["attributes"][name] = change["attributes"][name]
        return any(data[part] for part in ("texts", "attributes", "removes", "adds"))

    def _outside(self, rows: Iterable[Event], name: str) -> list[Event]:
        return [row for row in rows if row[name] not in self._boxes]
