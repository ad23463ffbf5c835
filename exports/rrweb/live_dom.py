"""The DOM of one page over time, in rrweb's node shapes and with a recorder's ids."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from deskhand.errors import DeskhandError
from deskhand.exports.rrweb.vocabulary import ELEMENT_NODE, TEXT_NODE

Node = dict[str, Any]
_LABELABLE = ("button", "input", "meter", "output", "progress", "select", "textarea")
_INTERACTIVE = (*_LABELABLE, "a")
_NOT_SUBMITTED_BY_ENTER = ("button", "checkbox", "color", "file", "image", "radio", "range")


def nodes_of(root: Node) -> Iterator[Node]:
    """Yield a node and all below it, depth first, without recursion.

    Examples
    --------
    >>> [n["id"] for n in nodes_of({"id": 1, "childNodes": [{"id": 2}, {"id": 3}]})]
    [1, 2, 3]
    """
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(reversed(node.get("childNodes", ())))


def fill(value: Any, texts: Mapping[str, str]) -> Any:
    """Return JSON data with every slot ``{{name}}`` replaced by its text.

    Examples
    --------
    >>> fill({"value": "Saved {{name}}"}, {"name": "Ada"})
    {'value': 'Saved Ada'}
    """
    if isinstance(value, str):
        if "{{" not in value:
            return value
        # One pass, so that a text which itself looks like a slot stays as it was typed.
        return re.sub(r"\{\{(.+?)\}\}", lambda slot: texts.get(slot[1], ""), value)
    if isinstance(value, dict):
        return {key: fill(part, texts) for key, part in value.items()}
    if isinstance(value, list):
        return [fill(part, texts) for part in value]
    return value


def merge_style(text: str, change: Mapping[str, Any]) -> str:
    """Return a style attribute after rrweb's style change: value, [value, priority], or False.

    Examples
    --------
    >>> merge_style("left: 1px; color: red;", {"left": "2px", "color": False})
    'left: 2px;'
    """
    # A semicolon inside quotes or brackets, as in url(data:...;base64), ends no declaration.
    parts = re.findall(r"(?:[^;\"'(]|\"[^\"]*\"|'[^']*'|\([^)]*\))+", text)
    style = {
        name.strip(): value.strip()
        for name, colon, value in (part.partition(":") for part in parts)
        if colon
    }
    for name, value in change.items():
        if value is False:
            style.pop(name, None)
        else:
            style[name] = f"{value[0]} !{value[1]}" if isinstance(value, list) else str(value)
    return " ".join(f"{name}: {value};" for name, value in style.items())


class LiveDom:
    """A page's DOM; recorded mutations are applied to it and come back with the page's own ids.

    A recording was made on a fresh page, so the ids of the nodes that it adds may be taken here.
    Every added node gets the next number of the page's counter, as rrweb's recorder gives them.

    Parameters
    ----------
    packed : bytes
        The fresh page's document node as JSON.
    max_id : int
        The largest id in it.
    """

    def __init__(self, packed: bytes, max_id: int) -> None:
        self.root: Node = orjson.loads(packed)
        self.nodes: dict[int, Node] = {}
        self.parents: dict[int, int] = {}
        self._max_id = self._last_id = max_id
        self._enter(self.root)
        self.body_id: int = next(
            (n["id"] for n in nodes_of(self.root) if n.get("tagName") == "body"), self.root["id"]
        )

    def _enter(self, root: Node) -> None:
        for node in nodes_of(root):
            self.nodes[node["id"]] = node
            for child in node.get("childNodes", ()):
                self.parents[child["id"]] = node["id"]

    def snapshot(self) -> bytes:
        """Return the document as it now is, as JSON."""
        packed: bytes = orjson.dumps(self.root)
        return packed

    def apply(self, data: Node, ids: dict[int, int]) -> Node:
        """Change the DOM as a recorded mutation says.

        Parameters
        ----------
        data : dict
            An rrweb mutation, slots filled.
        ids : dict
            From ids of the recording to ids of this page; numbers given here are added to it.

        Returns
        -------
        dict
            The mutation with this page's ids; its nodes are the page's own and may change later.
        """
        removes = [
            {"parentId": self._live(r["parentId"], ids), "id": self._live(r["id"], ids)}
            for r in data["removes"]
        ]
        leaving = {remove["id"] for remove in removes}
        for add in data["adds"]:
            for node in nodes_of(add["node"]):
                self._number(node, ids, leaving)
        adds = [
            {
                **add,
                "parentId": ids.get(add["parentId"], add["parentId"]),
                "nextId": ids.get(add["nextId"], add["nextId"]),
            }
            for add in data["adds"]
        ]
        for remove in removes:
            self._remove(remove["id"])
        for add in adds:
            self._add(add)
        texts = [{**text, "id": self._live(text["id"], ids)} for text in data["texts"]]
        attributes = [{**a, "id": self._live(a["id"], ids)} for a in data["attributes"]]
        for text in texts:
            self.nodes[text["id"]]["textContent"] = text["value"]
        for change in attributes:
            self._set_attributes(self.nodes[change["id"]], change["attributes"])
        # Keys in the recorder's order.
        changed = {"texts": texts, "attributes": attributes, "removes": removes, "adds": adds}
        return {"source": data["source"], **changed}

    def _live(self, recorded: int, ids: Mapping[int, int]) -> int:
        found = ids.get(recorded, recorded)
        if found not in self.nodes:
            raise DeskhandError(
                f"a recorded mutation changes node {recorded}, which the page does not hold at that "
                "moment; compile the page again with `deskhand screens compile`."
            )
        return found

    def _number(self, node: Node, ids: dict[int, int], leaving: set[int]) -> None:
        recorded = node["id"]
        now = ids.get(recorded, recorded)
        # A node of the fresh page, or one that only moves, keeps its number.
        if recorded > self._max_id and (now not in self.nodes or now not in leaving):
            self._last_id += 1
            now = ids[recorded] = self._last_id
        node["id"] = now

    def _remove(self, node_id: int) -> None:
        node = self.nodes.get(node_id)
        if node is None:  # it went with its parent
            return
        siblings = self.nodes[self.parents[node_id]]["childNodes"]
        del siblings[next(i for i, sibling in enumerate(siblings) if sibling is node)]
        for gone in nodes_of(node):
            del self.nodes[gone["id"]], self.parents[gone["id"]]

    def _add(self, add: Node) -> None:
        parent = self.nodes.get(add["parentId"])
        if parent is None:
            raise DeskhandError(
                f"a recorded mutation adds to node {add['parentId']}, which the page does not hold "
                "at that moment; compile the page again with `deskhand screens compile`."
            )
        # A copy: rrweb writes an added node without its children, which come as adds of their own.
        node = {**add["node"]}
        if "childNodes" in node:
            node["childNodes"] = list(node["childNodes"])
        siblings = parent["childNodes"]
        place = next((i for i, s in enumerate(siblings) if s["id"] == add["nextId"]), len(siblings))
        siblings.insert(place, node)
        self._enter(node)
        self.parents[node["id"]] = parent["id"]

    @staticmethod
    def _set_attributes(node: Node, changes: Mapping[str, Any]) -> None:
        attributes = node["attributes"]
        for name, value in changes.items():
            if value is None:
                attributes.pop(name, None)
            elif isinstance(value, dict):
                attributes[name] = merge_style(str(attributes.get(name, "")), value)
            else:
                attributes[name] = value

    def set_field(self, node_id: int, text: str, *, checked: bool | None = None) -> None:
        """Keep what a form field now holds where a snapshot of the page would show it."""
        node = self.nodes[node_id]
        attributes = node["attributes"]
        if checked is not None:
            attributes.pop("checked", None)
            if checked:
                attributes["checked"] = True
            return
        attributes.pop("value", None)
        if text:
            attributes["value"] = text
        if node["tagName"] == "textarea":
            for child in node["childNodes"]:
                child["textContent"] = "" if text else child["textContent"]
        if node["tagName"] == "select":
            for option in nodes_of(node):
                if option.get("tagName") == "option":
                    option["attributes"].pop("selected", None)
                    if self.option_value(option) == text:
                        option["attributes"]["selected"] = True

    @staticmethod
    def option_value(option: Node) -> str:
        """Return what a select's value is when this option is chosen."""
        if "value" in option["attributes"]:
            return str(option["attributes"]["value"])
        return "".join(n["textContent"] for n in nodes_of(option) if n["type"] == TEXT_NODE).strip()

    def mask_text(self, node_id: int) -> None:
        """Replace every visible character of the texts below a node by a star."""
        for node in nodes_of(self.nodes[node_id]):
            if node["type"] == TEXT_NODE:
                node["textContent"] = re.sub(r"\S", "*", node["textContent"])

    def element_id(self, node_id: int) -> int:
        """Return the id itself when it is an element's, else that of the nearest element above."""
        while node_id in self.nodes and self.nodes[node_id]["type"] != ELEMENT_NODE:
            node_id = self.parents.get(node_id, self.body_id)
        return node_id if node_id in self.nodes else self.body_id

    def _upwards(self, node_id: int) -> Iterator[Node]:
        at: int | None = node_id
        while at is not None:
            yield self.nodes[at]
            at = self.parents.get(at)

    def path(self, node_id: int) -> set[int]:
        """Return the ids of a node and of all nodes above it."""
        return (
            {int(node["id"]) for node in self._upwards(node_id)} if node_id in self.nodes else set()
        )

    def common_ancestor(self, one: int, other: int) -> int:
        """Return the id of the nearest node that holds both: where a click lands after a drag."""
        if one == other:
            return one
        above = self.path(one)
        return next(int(n["id"]) for n in self._upwards(other) if n["id"] in above)

    def labelled(self, node_id: int) -> int | None:
        """Return the id of the control that a click on this node's label activates, if any."""
        for node in self._upwards(node_id):
            name = node.get("tagName")
            if name in _INTERACTIVE:
                return None
            if name == "label":
                wanted = node["attributes"].get("for")
                inside = self.root if wanted else node
                for found in nodes_of(inside):
                    if found.get("tagName") in _LABELABLE and (
                        not wanted or found["attributes"].get("id") == wanted
                    ):
                        return int(found["id"])
                return None
        return None

    def radio_group(self, node_id: int) -> list[Node]:
        """Return the other radio buttons of a radio button's group, in the order of the page."""
        name = self.nodes[node_id]["attributes"]["name"]
        return [
            node
            for node in nodes_of(self.root)
            if node.get("tagName") == "input"
            and node["id"] != node_id
            and node["attributes"].get("type") == "radio"
            and node["attributes"].get("name") == name
        ]

    def default_button(self, node_id: int) -> int | None:
        """Return the id of the button that Enter in this field presses, if any."""
        field = self.nodes[node_id]
        if (
            field["tagName"] != "input"
            or field["attributes"].get("type") in _NOT_SUBMITTED_BY_ENTER
        ):
            return None
        form = next((n for n in self._upwards(node_id) if n.get("tagName") == "form"), None)
        for node in nodes_of(form) if form is not None else ():
            name = node.get("tagName")
            kind = node["attributes"].get("type", "submit") if name in ("button", "input") else ""
            if kind == "submit" and (name == "button" or "type" in node["attributes"]):
                return None if "disabled" in node["attributes"] else int(node["id"])
        return None
