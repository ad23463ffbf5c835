"""Which nodes the recorded page holds, and from when to when, as a replayer would know them."""

from collections.abc import Iterator, Mapping
from typing import Any

from deskhand.exports.rrweb import vocabulary as rr

# A move is placed on the page as it was when it was sampled; two clocks may round a millisecond apart.
ROUNDING_MS = 1
_PARTS: Mapping[int, Mapping[str, type]] = {
    rr.DOCUMENT_NODE: {"childNodes": list},
    rr.DOCTYPE_NODE: {"name": str, "publicId": str, "systemId": str},
    rr.ELEMENT_NODE: {"tagName": str, "attributes": dict, "childNodes": list},
    rr.TEXT_NODE: {"textContent": str},
    rr.CDATA_NODE: {"textContent": str},
    rr.COMMENT_NODE: {"textContent": str},
}


class Refusal(Exception):  # noqa: N818 - the control flow of a check, no error of the package
    """One event breaks one rule.

    Parameters
    ----------
    rule, column : str
        The rule's name, and the member of the event.
    given : object
        What it holds.
    remedy : str
        What it should hold.
    """

    def __init__(self, rule: str, column: str, given: object, remedy: str) -> None:
        super().__init__(rule)
        self.breach = (rule, column, str(given)[:120], remedy)


class PageNodes:
    """The nodes of the page in front; ids that left it are remembered for moves that come late."""

    def __init__(self) -> None:
        self.nodes: dict[int, dict[str, Any]] = {}
        self.parents: dict[int, int] = {}
        # From a node to those below it, in the order in which they came.
        self._children: dict[int, dict[int, None]] = {}
        self._came_ms: dict[int, int] = {}
        self._lived_ms: dict[int, list[tuple[int, int]]] = {}

    def open(self, root: dict[str, Any], at_ms: int) -> None:
        """Take in a snapshot in place of the page before."""
        for store in (self.nodes, self.parents, self._children, self._came_ms, self._lived_ms):
            store.clear()
        self.enter(root, at_ms)

    def enter(self, root: dict[str, Any], at_ms: int, parent: int | None = None) -> None:
        """Take in a tree, node by node: a deep page must not exhaust the stack."""
        waiting = [(root, parent)]
        while waiting:
            node, above = waiting.pop()
            kind = node.get("type") if type(node) is dict else None
            parts = _PARTS.get(kind) if type(kind) is int else None
            if parts is None:
                raise Refusal("node", "node/type", kind, "node types go from 0 to 5")
            node_id = node.get("id")
            for name, wanted in parts.items():
                if not isinstance(node.get(name), wanted):
                    raise Refusal(
                        "node", f"node/{name}", f"{node.get(name)!r} in node {node_id}",
                        f"a node of type {kind} has {name} of type {wanted.__name__}",
                    )  # fmt: skip
            if type(node_id) is not int or node_id < 1 or node_id in self.nodes:
                raise Refusal("id", "node/id", node_id, "ids are whole, from 1, and met once")
            self.nodes[node_id] = node
            self._came_ms[node_id] = at_ms
            if above is not None:
                self.parents[node_id] = above
                self._children.setdefault(above, {})[node_id] = None
            waiting.extend((child, node_id) for child in reversed(node.get("childNodes", ())))

    def leave(self, node_id: int, at_ms: int) -> None:
        """Take out a node and all below it."""
        self._children.get(self.parents.get(node_id, -1), {}).pop(node_id, None)
        waiting = [node_id]
        while waiting:
            leaving = waiting.pop()
            waiting.extend(self._children.pop(leaving, ()))
            if self.nodes.pop(leaving, None) is not None:
                life = (self._came_ms.pop(leaving), at_ms)
                self._lived_ms.setdefault(leaving, []).append(life)
            self.parents.pop(leaving, None)

    def below(self, node_id: int) -> Iterator[dict[str, Any]]:
        """Yield a node and all below it, depth first."""
        waiting = [node_id]
        while waiting:
            at = waiting.pop()
            if at in self.nodes:
                yield self.nodes[at]
            waiting.extend(reversed(self._children.get(at, {})))

    def children(self, node_id: int) -> list[dict[str, Any]]:
        """Return the nodes just below a node."""
        return [self.nodes[child] for child in self._children.get(node_id, ())]

    def was_here(self, node_id: int) -> bool:
        """Return whether a node that is gone was part of this page."""
        return node_id in self._lived_ms

    def held(self, node_id: int, at_ms: int) -> bool:
        """Return whether the page held a node at a time."""
        came = self._came_ms.get(node_id)
        if came is not None and came - ROUNDING_MS <= at_ms:
            return True
        lives = self._lived_ms.get(node_id, ())
        return any(a - ROUNDING_MS <= at_ms <= b + ROUNDING_MS for a, b in lives)
