"""The rules of an rrweb recording that JSON Schema cannot say, and that the Replayer keeps quiet on.

The Replayer plays recordings with unknown nodes, shuffled times or no page to the end without a
word, and stalls on others; so order, times and node ids are checked here, event by event.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from deskhand.exports.rrweb import vocabulary as rr
from deskhand.validation.records import describe, worst

FOREVER = 10**15
FIELDS = ("input", "textarea", "select")
_PARTS: Mapping[int, Mapping[str, type]] = {
    rr.DOCUMENT_NODE: {"childNodes": list},
    rr.DOCTYPE_NODE: {"name": str, "publicId": str, "systemId": str},
    rr.ELEMENT_NODE: {"tagName": str, "attributes": dict, "childNodes": list},
    rr.TEXT_NODE: {"textContent": str},
    rr.CDATA_NODE: {"textContent": str},
    rr.COMMENT_NODE: {"textContent": str},
}


class EventBreach(NamedTuple):
    """One event that breaks a rule."""

    rule: str
    row: int
    column: str
    given: str
    remedy: str


class _Refusal(Exception):  # noqa: N818 - a control flow of this module, no error of the package
    def __init__(self, rule: str, column: str, given: object, remedy: str) -> None:
        super().__init__(rule)
        self.breach = (rule, column, str(given)[:120], remedy)


class _Recording:
    """The page as a replayer would hold it."""

    def __init__(self) -> None:
        self.nodes: dict[int, Mapping[str, Any]] = {}
        self.parents: dict[int, int] = {}
        # From when to when ids were part of the present page: moves arrive up to 500 ms late.
        self.lives: dict[int, list[list[int]]] = {}
        self.page_ms = 0
        self.last_ms = 0
        self.meta: Mapping[str, Any] | None = None
        self.pages = 0
        self.marked = False

    def take(self, event: Mapping[str, Any]) -> None:
        kind, data, at = event["type"], event["data"], event["timestamp"]
        if event.get("synthetic") is not True:
            raise _Refusal(
                "synthetic", "synthetic", event.get("synthetic"), "every event says synthetic: true"
            )
        if type(at) is not int or not 10**12 <= at < 10**13:
            raise _Refusal("time", "timestamp", at, "Unix time as whole milliseconds")
        if at < self.last_ms:
            raise _Refusal(
                "order", "timestamp", f"{at} after {self.last_ms}", "sort the events by timestamp"
            )
        self.last_ms = at
        if kind == rr.META:
            self.meta = data
        elif kind == rr.FULL_SNAPSHOT:
            self._snapshot(data, at)
        elif kind == rr.CUSTOM and data["tag"] == rr.CUSTOM_TAG:
            self.marked = data["payload"]["synthetic"] is True and bool(
                data["payload"]["provenance_id"]
            )
        elif kind == rr.INCREMENTAL:
            if not self.pages:
                raise _Refusal(
                    "page", "type", kind, "a FullSnapshot comes before all changes of the page"
                )
            self._change(data, at)

    def _snapshot(self, data: Mapping[str, Any], at: int) -> None:
        if self.meta is None:
            raise _Refusal(
                "page", "type", "a FullSnapshot without Meta", "a Meta event comes just before it"
            )
        self.meta = None
        self.pages += 1
        self.page_ms = at
        for store in (self.nodes, self.parents, self.lives):
            store.clear()
        self._enter(data["node"], at)
        if data["node"]["type"] != rr.DOCUMENT_NODE:
            raise _Refusal("node", "node/type", data["node"]["type"], "the root is a document")

    def _enter(self, root: Mapping[str, Any], at: int) -> None:
        """Take in a tree, node by node: a deep page must not exhaust the stack."""
        waiting = [root]
        while waiting:
            node = waiting.pop()
            node_id, parts = node["id"], _PARTS.get(node["type"])
            if parts is None:
                raise _Refusal("node", "node/type", node["type"], "node types go from 0 to 5")
            for name, kind in parts.items():
                if not isinstance(node.get(name), kind):
                    raise _Refusal(
                        "node", f"node/{name}", f"{node.get(name)!r} in node {node_id}",
                        f"a node of type {node['type']} has {name} of type {kind.__name__}",
                    )  # fmt: skip
            if type(node_id) is not int or node_id < 1 or node_id in self.nodes:
                raise _Refusal("id", "node/id", node_id, "ids are whole, from 1, and met once")
            self.nodes[node_id] = node
            self.lives.setdefault(node_id, []).append([at, FOREVER])
            for child in node.get("childNodes", ()):
                self.parents[child["id"]] = node_id
                waiting.append(child)

    def _known(self, node_id: int, column: str) -> Mapping[str, Any]:
        node = self.nodes.get(node_id)
        if node is None:
            raise _Refusal("id", column, node_id, "the node is part of the page at that time")
        return node

    def _change(self, data: Mapping[str, Any], at: int) -> None:
        source = data["source"]
        if source == rr.MUTATION:
            self._mutate(data, at)
        elif source == rr.MOUSE_MOVE:
            self._moves(data["positions"], at)
        elif source in (rr.MOUSE_INTERACTION, rr.SCROLL):
            self._known(data["id"], "data/id")
        elif source == rr.INPUT:
            node = self._known(data["id"], "data/id")
            if node.get("tagName") not in FIELDS:
                raise _Refusal("field", "data/id", node.get("tagName"), "Input names a form field")
            if type(data["isChecked"]) is not bool or type(data["text"]) is not str:
                raise _Refusal("schema", "data", data, "Input has text and isChecked")
            if node["attributes"].get("type") == "password" and data["text"].strip("*"):
                raise _Refusal(
                    "masked", "data/text", "clear text", "a password is written as stars"
                )
        elif source != rr.VIEWPORT_RESIZE:
            raise _Refusal("schema", "data/source", source, "sources go from 0 to 5 here")

    def _moves(self, positions: list[Mapping[str, Any]], at: int) -> None:
        if not positions:
            raise _Refusal(
                "moves", "data/positions", "[]", "a MouseMove has a position or is left out"
            )
        before = self.page_ms - at
        for position in positions:
            offset = position["timeOffset"]
            if offset > 0 or offset < before:
                raise _Refusal(
                    "moves", "data/positions/timeOffset", offset,
                    "offsets are 0 or negative, ascending, and lie after the page's snapshot",
                )  # fmt: skip
            before = offset
            node_id, when = position["id"], at + offset
            lives = self.lives.get(node_id, ())
            if not any(came - 1 <= when <= gone + 1 for came, gone in lives):
                raise _Refusal(
                    "id", "data/positions/id", node_id, "the node is part of the page at that time"
                )

    def _mutate(self, data: Mapping[str, Any], at: int) -> None:
        for remove in data["removes"]:
            if remove["id"] not in self.nodes and remove["id"] in self.lives:
                continue  # it went with its parent
            self._known(remove["id"], "data/removes/id")
            if self.parents.get(remove["id"]) != remove["parentId"]:
                raise _Refusal(
                    "id", "data/removes/parentId", remove["parentId"], "the parent holds the node"
                )
        for remove in data["removes"]:
            self._leave(remove["id"], at)
        coming = {add["node"]["id"] for add in data["adds"]}
        for add in data["adds"]:
            self._known(add["parentId"], "data/adds/parentId")
            if add["nextId"] is not None and add["nextId"] not in coming:
                self._known(add["nextId"], "data/adds/nextId")
            self._enter(add["node"], at)
            self.parents[add["node"]["id"]] = add["parentId"]
        for part in ("texts", "attributes"):
            for change in data[part]:
                self._known(change["id"], f"data/{part}/id")

    def _leave(self, node_id: int, at: int) -> None:
        children: dict[int, list[int]] = {}
        for child, parent in self.parents.items():
            children.setdefault(parent, []).append(child)
        waiting = [node_id]
        while waiting:
            leaving = waiting.pop()
            waiting.extend(children.get(leaving, ()))
            if self.nodes.pop(leaving, None) is not None:
                self.lives[leaving][-1][1] = at
            self.parents.pop(leaving, None)


def rrweb_breaches(events: Any) -> Iterator[EventBreach]:
    """Yield the rules that a recording breaks, event by event.

    Parameters
    ----------
    events : list of dict
        The parsed file.
    """
    if not isinstance(events, list) or len(events) < 2:
        given = f"{len(events)} events" if isinstance(events, list) else type(events).__name__
        yield EventBreach("events", 0, "", given, "a recording is an array of two events or more")
        return
    recording = _Recording()
    for row, event in enumerate(events):
        try:
            recording.take(event)
        except _Refusal as refusal:
            rule, column, given, remedy = refusal.breach
            yield EventBreach(rule, row, column, given, remedy)
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            wrong = worst("rrweb", event)
            given = describe(wrong) if wrong is not None else f"{type(error).__name__}: {error}"
            yield EventBreach("schema", row, "", given, "write the event as rrweb.schema.json says")
    if not recording.pages:
        yield EventBreach("page", 0, "type", "no FullSnapshot", "a recording holds a page")
    if not recording.marked:
        yield EventBreach(
            "synthetic", 0, "type", f"no Custom event {rr.CUSTOM_TAG!r}",
            "a Custom event says synthetic: true and names the provenance",
        )  # fmt: skip
