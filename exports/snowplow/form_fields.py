"""What a form tracker knows of a page: its forms and their fields, by element key."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from deskhand.screen import Screen

TRACKED = ("input", "textarea", "select")
NO_VALUE = ("submit", "image")


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field or button of a page.

    ``form`` is the node of its form, None outside any; ``names`` are those that the tracker uses.
    """

    key: str
    tag: str
    type: str | None
    form: int | None
    form_name: str
    name: str
    id: str | None
    classes: tuple[str, ...]
    value: str
    checked: bool
    sensitive: str | None
    submits: bool


def identifier(attributes: Mapping[str, Any], type_: str | None, tag: str) -> str:
    """Return how the tracker names an element: by its name, id, type or tag, the first there is.

    Examples
    --------
    >>> identifier({"id": "phone"}, "tel", "input"), identifier({}, "checkbox", "input")
    ('phone', 'checkbox')
    """
    return str(attributes.get("name") or attributes.get("id") or type_ or tag.upper())


def fields_of(screen: Screen) -> dict[str, Field]:
    """Return the fields and buttons of a page by element key, in the order of the page."""
    keys = {element.id: element for element in screen.elements.values()}
    found: dict[str, Field] = {}
    for node, form in _nodes(screen.dom, None):
        element = keys.get(node["id"])
        tag, attributes = node["tagName"].lower(), node.get("attributes", {})
        if element is None or tag not in (*TRACKED, "button"):
            continue
        default = {"input": "text", "button": "submit"}.get(tag)
        type_ = str(attributes.get("type", default)).lower() if default else None
        found[element.key] = Field(
            key=element.key,
            tag=tag,
            type=type_,
            form=None if form is None else form["id"],
            form_name="" if form is None else identifier(form["attributes"], None, "form"),
            name=identifier(attributes, type_, tag),
            id=attributes.get("id"),
            classes=tuple(str(attributes.get("class", "")).split()),
            # A box that says no value of its own has the value "on".
            value=str(attributes.get("value", "on" if type_ in ("checkbox", "radio") else "")),
            checked=element.checked,
            sensitive=element.sensitive,
            submits=tag == "button" and type_ == "submit" and form is not None,
        )
    return found


def _nodes(root: Mapping[str, Any], form: Any) -> Iterator[tuple[Mapping[str, Any], Any]]:
    """Yield the elements below a node with the form that each is in, in document order."""
    stack = [(root, form)]
    while stack:
        node, form = stack.pop()
        if "tagName" in node:
            form = node if node["tagName"].lower() == "form" else form
            yield node, form
        stack.extend((child, form) for child in reversed(node.get("childNodes", ())))
