"""Join what the layout and the accessibility tree know about each element of a live page."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from deskhand.errors import DeskhandError
from deskhand.scenarios.screen_compiler.live_page import LivePage

# Chromium's names of roles where they differ from WAI-ARIA's.
ROLE_NAMES = {
    "Date": "textbox",
    "DateTime": "textbox",
    "InputTime": "textbox",
    "PopUpButton": "button",
    "ToggleButton": "button",
    "DisclosureTriangle": "button",
    "DisclosureTriangleGrouped": "button",
    "ColorWell": "button",
    "image": "img",
    "spinbutton": "spinbutton",
}

# Roles that a person acts on, and roles that give a scenario a place to look at.
ACTED_ON = frozenset(
    {
        "button",
        "link",
        "textbox",
        "searchbox",
        "combobox",
        "listbox",
        "option",
        "checkbox",
        "radio",
        "switch",
        "slider",
        "spinbutton",
        "menuitem",
        "menuitemcheckbox",
        "menuitemradio",
        "tab",
        "treeitem",
        "gridcell",
    }
)
LOOKED_AT = frozenset(
    {"heading", "row", "dialog", "alertdialog", "alert", "status", "listitem", "img"}
)

# Ancestors that tell equal elements apart: `role=row[name="Ada"] >> role=button[name="Edit"]`.
SCOPES = frozenset(
    {
        "row",
        "listitem",
        "list",
        "dialog",
        "alertdialog",
        "group",
        "region",
        "tabpanel",
        "form",
        "navigation",
        "article",
        "menu",
        "listbox",
        "table",
        "grid",
        "radiogroup",
        "toolbar",
        "banner",
        "main",
        "complementary",
        "search",
    }
)
NAMED_BY_TEXT = frozenset({"row", "listitem", "alert", "status"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """The elements of a page in one state, by node id, in document order."""

    by_id: Mapping[int, dict[str, Any]]
    texts: Mapping[int, str] = field(default_factory=dict)


def _roles(live: LivePage) -> tuple[dict[int, dict[str, Any]], dict[int, int]]:
    """Return accessibility role and name by node id, and each id's nearest known ancestor's id."""
    tree = live.cdp.send("Accessibility.getFullAXTree")["nodes"]
    root = live.cdp.send("DOM.getDocument", {"depth": -1})["root"]
    backend: list[int] = []

    def walk(node: Mapping[str, Any]) -> None:
        if node["nodeType"] == 1:
            backend.append(node["backendNodeId"])
        for child in node.get("children", ()):
            walk(child)

    walk(root)
    ids = live.call("elementIds")
    if len(ids) != len(backend):
        raise DeskhandError(
            "the page changed while it was being measured; its scripts must come to rest within a "
            "second of loading, or of the last act of a state."
        )
    id_of = dict(zip(backend, ids, strict=True))
    by_ax = {node["nodeId"]: node for node in tree}
    found: dict[int, dict[str, Any]] = {}
    parents: dict[int, int] = {}
    for node in tree:
        own = id_of.get(node.get("backendDOMNodeId", -1))
        if own is None:
            continue
        role = node.get("role", {}).get("value", "")
        if not node.get("ignored"):
            properties = {p["name"]: p["value"].get("value") for p in node.get("properties", ())}
            found[own] = {
                "role": ROLE_NAMES.get(role, role),
                "name": " ".join(node.get("name", {}).get("value", "").split()),
                "value": node.get("value", {}).get("value", ""),
                "properties": properties,
            }
        above = by_ax.get(node.get("parentId", ""))
        while above is not None and id_of.get(above.get("backendDOMNodeId", -1)) is None:
            above = by_ax.get(above.get("parentId", ""))
        if above is not None:
            parents[own] = id_of[above["backendDOMNodeId"]]
    return found, parents


def _widget(fact: Mapping[str, Any], role: str) -> str:
    tag, kind = fact["tag"], fact.get("type", "")
    if tag == "textarea":
        return "textarea"
    if tag == "select":
        return "select"
    if tag == "input":
        if kind in ("password", "checkbox", "radio"):
            return str(kind)
        if kind in ("date", "datetime-local", "month", "time", "week"):
            return "date"
        if kind in ("button", "submit", "reset", "image", "file", "color"):
            return "button"
        if role == "combobox" and fact.get("popup") == "listbox":
            return "combobox"
        return "other" if kind == "range" else "text"
    if role == "combobox" or fact.get("popup") == "listbox":
        return "combobox"
    if fact.get("editable") and role in ("textbox", "searchbox"):
        return "textarea"
    if role in ("button", "link"):
        return role
    return "other"


def _letters(text: str) -> str:
    return "".join(text.split()).lower()


def sight(live: LivePage, wanted: Collection[int] = ()) -> Sighting:
    """Return the elements of the page as it is now that a scenario can name.

    Parameters
    ----------
    live : LivePage
        The page.
    wanted : collection of int
        Ids of further elements, which the author has named.
    """
    roles, parents = _roles(live)
    facts = live.call("facts")
    texts = {fact["id"]: fact["text"] for fact in facts}
    named: dict[int, str] = {}
    for own, node in roles.items():
        text, name = texts.get(own, ""), node["name"]
        # Styles that capitalise text capitalise the browser's name for it, too.
        capitals = _letters(name) == _letters(text)
        by_text = node["role"] in NAMED_BY_TEXT and not name
        named[own] = text if by_text or capitals else name

    def scopes(own: int) -> list[str]:
        lines = []
        above = parents.get(own)
        while above is not None:
            role = roles.get(above, {}).get("role", "")
            if role in SCOPES:
                lines.append(f"{role} {named[above]}".strip())
            above = parents.get(above)
        return lines[::-1]

    found: dict[int, dict[str, Any]] = {}
    for fact in facts:
        own = fact["id"]
        node = roles.get(own, {"role": "", "name": "", "value": "", "properties": {}})
        role = node["role"]
        focusable = fact["tab"] >= 0
        named_by_author = fact.get("key") or own in wanted
        if not (named_by_author or focusable or role in ACTED_ON or role in LOOKED_AT):
            continue
        if role == "option" and fact["tag"] == "option":
            continue
        if role == "img" and not (named_by_author or focusable or node["name"]):
            continue
        element: dict[str, Any] = {
            "id": own,
            "role": role if role not in ("", "none", "LabelText") else "generic",
            "name": named.get(own, "") or fact.get("title", ""),
            "tag": fact["tag"],
            "widget": _widget(fact, role),
            "box": fact["box"],
            "tab": fact["tab"],
        }
        if fact["fixed"]:
            element["fixed"] = True
        if fact.get("sensitive"):
            element["sensitive"] = fact["sensitive"]
        secret = element["widget"] == "password"
        # A drop-down that is not native shows its choice as text.
        shown = node["value"] or fact["text"] if element["widget"] == "combobox" else ""
        value = "" if secret else fact.get("value", shown)
        if value and element["widget"] not in ("checkbox", "radio", "button"):
            element["value"] = value
        if fact.get("checked") or node["properties"].get("checked") == "true":
            element["checked"] = True
        if fact.get("options"):
            element["options"] = fact["options"]
        if fact.get("look"):
            element["look"] = fact["look"]
        within = scopes(own)
        if within:
            element["within"] = within
        if fact.get("testId"):
            element["test_id"] = fact["testId"]
        element["_key"] = fact.get("key")
        element["_value"] = fact.get("dataValue")
        found[own] = element
    return Sighting(by_id=found, texts=texts)


def _slug(element: Mapping[str, Any]) -> str:
    words = re.sub(r"[^a-z0-9]+", "-", element["name"].lower()).strip("-")
    return f"{element['role']}-{words[:40].rstrip('-')}" if words else str(element["role"])


def keyed(
    sighting: Sighting,
    known: Mapping[int, str],
    given: Mapping[int, str],
    taken: Iterable[str] = (),
) -> dict[int, str]:
    """Give every element a key: the one it had, the author's, or a slug of its role and name.

    Parameters
    ----------
    sighting : Sighting
        The elements.
    known : mapping
        Keys of node ids that were given in the state before.
    given : mapping
        Keys that the sidecar gives, by node id.
    taken : iterable of str
        Keys that no new element may take.

    Returns
    -------
    dict
        Key by node id.
    """
    keys = {own: known[own] for own in sighting.by_id if own in known}
    used = set(keys.values()) | set(taken)
    authored = {own: given.get(own) or e["_key"] for own, e in sighting.by_id.items()}
    # Authors' names first, so that no slug takes one of them.
    for by_author in (True, False):
        for own, element in sighting.by_id.items():
            if own in keys or bool(authored[own]) is not by_author:
                continue
            key = stem = authored[own] or _slug(element)
            count = 1
            while key in used:
                count += 1
                key = f"{stem}-{count}"
            keys[own] = key
            used.add(key)
    return keys


def record(element: Mapping[str, Any]) -> dict[str, Any]:
    """Return the part of an element that goes into the file."""
    return {name: value for name, value in element.items() if not name.startswith("_")}
