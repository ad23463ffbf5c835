"""The page of a capture while it is read: which element a node stands for, and what it is."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from deskhand.exports.rrweb import vocabulary as rr
from deskhand.exports.rrweb.live_dom import merge_style
from deskhand.exports.rrweb.page_nodes import PageNodes, Refusal

Node = dict[str, Any]
NAME_ATTRIBUTE = "data-name"
_NAME_LENGTH = 80
# Implicit roles of HTML-AAM, for the tags that people act on.
_ROLES = {
    "a": "link", "button": "button", "select": "combobox", "textarea": "textbox", "option": "option",
    "summary": "button", "label": "label", "img": "img",
}  # fmt: skip
_INPUT_ROLES = {
    "checkbox": "checkbox", "radio": "radio", "range": "slider", "number": "spinbutton",
    "search": "searchbox", "submit": "button", "button": "button", "reset": "button", "image": "button",
}  # fmt: skip
_NO_ROLES = ("none", "presentation", "generic")
# Roles that take their name from what is in them (ARIA 1.2, section 5.2.8.5), as far as met here.
_NAMED_BY_CONTENT = (
    "button", "link", "option", "label", "tab", "menuitem", "checkbox", "radio", "switch", "treeitem",
)  # fmt: skip
# Their whole value is told; the keys that make it leave no text of their own.
WHOLE_VALUES = ("date", "time", "datetime-local", "month", "week", "color", "range", "file")
_LABELLED = ("input", "select", "textarea", "button")
CHECKED = ("checkbox", "radio")


class CapturedPage:
    """The nodes of one page, as a capture's snapshot and mutations tell them.

    Parameters
    ----------
    href : str
        The page's address.
    """

    def __init__(self, href: str) -> None:
        parts = urlsplit(href)
        self.app = parts.hostname or parts.scheme or "unknown"
        # Without the query, which may hold anything.
        self.screen = f"{parts.hostname or ''}{parts.path}" or href
        self._page = PageNodes()
        self._keys: dict[int, str] = {}
        self._owner: dict[str, int] = {}

    def open(self, root: Node, at_ms: int) -> None:
        """Take in a snapshot."""
        self._keys.clear()
        self._owner.clear()
        self._page.open(root, at_ms)

    def mutate(self, data: Mapping[str, Any], at_ms: int) -> bool:
        """Take in a mutation; returns whether all of it fitted the page."""
        page, fits = self._page, True
        for remove in data["removes"]:
            page.leave(remove["id"], at_ms)
        for add in data["adds"]:
            try:
                page.enter(add["node"], at_ms, add["parentId"])
            except Refusal:
                fits = False
        for text in data["texts"]:
            if text["id"] in page.nodes:
                page.nodes[text["id"]]["textContent"] = text["value"] or ""
        for change in data["attributes"]:
            node = page.nodes.get(change["id"])
            if node is None or "attributes" not in node:
                continue
            for name, value in change["attributes"].items():
                if value is None:
                    node["attributes"].pop(name, None)
                elif isinstance(value, dict):
                    style = str(node["attributes"].get(name, ""))
                    node["attributes"][name] = merge_style(style, value)
                else:
                    node["attributes"][name] = value
        return fits

    def node(self, node_id: int) -> Node | None:
        """Return a node of the page, None when the capture does not tell it."""
        return self._page.nodes.get(node_id)

    def attribute(self, node_id: int, name: str) -> str:
        """Return an attribute's text, empty where there is none."""
        node = self._page.nodes.get(node_id, {})
        value = node.get("attributes", {}).get(name, "")
        return value if isinstance(value, str) else ""

    def kind(self, node_id: int) -> str:
        """Return the type of an input, else the tag, in small letters."""
        node = self._page.nodes.get(node_id, {})
        tag = str(node.get("tagName", "")).lower()
        return self.attribute(node_id, "type").lower() or "text" if tag == "input" else tag

    def text_of(self, node_id: int) -> str:
        """Return the text below a node, blanks made one."""
        texts = (
            n.get("textContent", "") for n in self._page.below(node_id) if n["type"] == rr.TEXT_NODE
        )
        return " ".join("".join(texts).split())

    def field_text(self, node_id: int) -> str:
        """Return what a field holds by its markup."""
        node = self._page.nodes.get(node_id, {})
        if "value" in node.get("attributes", {}):
            return self.attribute(node_id, "value")
        if node.get("tagName") == "textarea":
            return "".join(
                n.get("textContent", "")
                for n in self._page.below(node_id)
                if n["type"] == rr.TEXT_NODE
            )
        return ""

    def label_of_option(self, select_id: int, value: str) -> str:
        """Return the text of a drop-down's option, or its value when the page tells no text."""
        for node in self._page.below(select_id):
            if node.get("tagName") == "option":
                text = self.text_of(node["id"])
                held = node["attributes"].get("value", text)
                if held == value:
                    return str(node["attributes"].get("label") or text or value)
        return value

    def acted_on(self, node_id: int) -> int:
        """Return the control that a node is part of, else the node itself."""
        at: int | None = node_id
        while at is not None:
            node = self._page.nodes.get(at, {})
            attributes = node.get("attributes", {})
            if (
                NAME_ATTRIBUTE in attributes
                or attributes.get("role", "none") not in _NO_ROLES
                or node.get("tagName") in _ROLES
                or node.get("tagName") == "input"
            ):
                return at
            at = self._page.parents.get(at)
        return node_id

    def key(self, node_id: int) -> str | None:
        """Return the key by which rows name an element: its own name where it has one, else its tag and number."""
        if node_id in self._keys:
            return self._keys[node_id]
        node = self._page.nodes.get(node_id)
        if node is None:
            return None
        if node["type"] == rr.DOCUMENT_NODE:
            return "document"
        tag = str(node.get("tagName", "text"))
        for name, form in ((NAME_ATTRIBUTE, "{}"), ("id", "#{}"), ("name", tag + "[name={}]")):
            # The buttons of a radio group have one name.
            value = (
                ""
                if name == "name" and self.kind(node_id) == "radio"
                else self.attribute(node_id, name)
            )
            key = form.format(value)
            if value and self._owner.setdefault(key, node_id) == node_id:
                break
        else:
            key = f"{tag}:{node_id}"
        self._keys[node_id] = key
        return key

    def _label(self, node_id: int) -> str:
        """Return the text of an element's label: one it names, one that names its id, or one around it."""
        named = self.attribute(node_id, "aria-labelledby").split()
        if named:
            ids = {self.attribute(at, "id"): at for at in self._page.nodes}
            return " ".join(self.text_of(ids[name]) for name in named if name in ids)
        own = self.attribute(node_id, "id")
        for node in self._page.nodes.values():
            if node.get("tagName") == "label" and own and node["attributes"].get("for") == own:
                return self.text_of(node["id"])
        at = self._page.parents.get(node_id)
        while at is not None and self._page.nodes.get(at, {}).get("tagName") != "label":
            at = self._page.parents.get(at)
        return "" if at is None else self.text_of(at)

    def element(self, node_id: int, sensitive: str | None) -> dict[str, Any] | None:
        """Return an element's row; a capture tells no boxes, so width and height are 0."""
        node, key = self._page.nodes.get(node_id), self.key(node_id)
        if node is None or node["type"] != rr.ELEMENT_NODE or key is None:
            return None
        tag = str(node["tagName"]).lower()
        role = (
            _INPUT_ROLES.get(self.kind(node_id), "textbox") if tag == "input" else _ROLES.get(tag)
        )
        role = self.attribute(node_id, "role") or role or "generic"
        told = (self.attribute(node_id, n) for n in ("aria-label", "alt", "title", "placeholder"))
        name = self._label(node_id) if tag in _LABELLED else ""
        name = name or next(filter(None, told), "")
        if not name and role in _NAMED_BY_CONTENT:
            name = self.text_of(node_id)
        return {
            "screen": self.screen,
            "target": key,
            "app": self.app,
            "role": role,
            "name": name[:_NAME_LENGTH],
            "tag": tag,
            "left": 0.0,
            "top": 0.0,
            "width": 0.0,
            "height": 0.0,
            "sensitive": sensitive,
        }
