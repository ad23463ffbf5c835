"""Tell whether two recordings of a document are the same, and which ids stand for the same node.

A state may be reached in more than one way. Nodes that the page made on the way have other ids
each time, but a screen keeps one set of ids for a state, so further ways are written in its ids.
"""

from collections.abc import Collection, Mapping
from typing import Any

Node = Mapping[str, Any]

# What a person types or chooses is an input event, not a change of the document.
_TYPED = frozenset({"value", "checked", "selected"})


def _attributes(node: Node) -> dict[str, Any]:
    typed = node.get("tagName") in ("input", "textarea", "select", "option")
    # A class that has come and gone leaves an empty attribute, which means nothing.
    return {
        name: value
        for name, value in node.get("attributes", {}).items()
        if not (typed and name in _TYPED) and not (name in ("class", "style") and value == "")
    }


def _name(node: Node) -> str:
    if node["type"] != 2:
        return f"text {node.get('textContent', '')[:40]!r}"
    attributes = node["attributes"]
    mark = next(
        (f"{k}={attributes[k]!r}" for k in ("data-name", "id", "class") if k in attributes), ""
    )
    return f"<{node['tagName']} {mark}>".replace(" >", ">")


def _apart(left: Any, right: Any) -> tuple[str, str]:
    """Return two values as text, cut to where they differ."""
    if not (isinstance(left, str) and isinstance(right, str)):
        return f"{left!r:.60}", f"{right!r:.60}"
    same = next((n for n, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), 0)
    start = max(same - 20, 0)
    cut = "..." if start else ""
    return f"{cut}{left[start : start + 60]!r}", f"{cut}{right[start : start + 60]!r}"


def match_ids(
    known: Node, now: Node, unseen: Collection[int] = ()
) -> tuple[dict[int, int], str | None]:
    """Compare two documents node by node.

    Parameters
    ----------
    known, now : mapping
        Two documents as rrweb nodes.
    unseen : collection of int
        Ids of text nodes of ``now`` that are not shown; what they hold does not matter.

    Returns
    -------
    tuple
        The id in ``known`` for each id in ``now``, and the first difference or None.
    """
    ids: dict[int, int] = {}
    waiting: list[tuple[Node, Node]] = [(known, now)]
    while waiting:
        left, right = waiting.pop()
        ids[right["id"]] = left["id"]
        if left["type"] != right["type"] or left.get("tagName") != right.get("tagName"):
            return ids, f"{_name(left)} is now {_name(right)}"
        if left["type"] == 2:
            before, after = _attributes(left), _attributes(right)
            for name in sorted({*before, *after}):
                if before.get(name) != after.get(name):
                    was, now_is = _apart(before.get(name), after.get(name))
                    return ids, f"{name}={was} of {_name(left)} is now {now_is}"
        elif left.get("textContent") != right.get("textContent") and right["id"] not in unseen:
            return ids, f"{_name(left)} is now {_name(right)}"
        ours, theirs = left.get("childNodes", ()), right.get("childNodes", ())
        if left.get("tagName") == "textarea":
            continue
        if len(ours) != len(theirs):
            return ids, f"{_name(left)} has {len(theirs)} child nodes, not {len(ours)}"
        waiting.extend(zip(ours, theirs, strict=True))
    return ids, None


def with_ids(data: Mapping[str, Any], ids: Mapping[int, int]) -> dict[str, Any]:
    """Return the data of a mutation event written in other ids."""

    def swap(node: Node) -> dict[str, Any]:
        swapped = dict(node, id=ids.get(node["id"], node["id"]))
        if "childNodes" in node:
            swapped["childNodes"] = [swap(child) for child in node["childNodes"]]
        return swapped

    def of(own: int | None) -> int | None:
        return None if own is None else ids.get(own, own)

    return {
        "source": 0,
        "texts": [dict(text, id=of(text["id"])) for text in data["texts"]],
        "attributes": [dict(change, id=of(change["id"])) for change in data["attributes"]],
        "removes": [
            dict(gone, id=of(gone["id"]), parentId=of(gone["parentId"])) for gone in data["removes"]
        ],
        "adds": [
            {
                "parentId": of(add["parentId"]),
                "nextId": of(add["nextId"]),
                "node": swap(add["node"]),
            }
            for add in data["adds"]
        ],
    }


def touched_ids(data: Mapping[str, Any]) -> set[int]:
    """Return the ids of the nodes that a mutation changes, adds or removes, and of their parents."""
    ids = {change["id"] for change in (*data["texts"], *data["attributes"])}
    for gone in data["removes"]:
        ids |= {gone["id"], gone["parentId"]}
    for add in data["adds"]:
        ids |= {add["parentId"], add["node"]["id"]}
    return ids
