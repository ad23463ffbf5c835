"""The Custom events that Sentry's replay adds to rrweb's: clicks, typing, page loads, and its options.

What is in them was read in @sentry-internal/replay 10.57.0. Their payloads tell times in seconds. So does
the ``timestamp`` of a performanceSpan itself, where all other events have milliseconds.
"""

from collections.abc import Mapping
from typing import Any

from deskhand.exports.rrweb import vocabulary as rr
from deskhand.exports.rrweb.privacy import Masked
from deskhand.exports.rrweb.timeline import Event

OPTIONS: Mapping[str, Any] = {
    "shouldRecordCanvas": False,
    "sessionSampleRate": 1,
    "errorSampleRate": 1,
    "useCompressionOption": True,
    "blockAllMedia": True,
    "maskAllText": True,
    "maskAllInputs": True,
    "useCompression": True,
    "networkDetailHasUrls": False,
    "networkCaptureBodies": True,
    "networkRequestHasHeaders": True,
    "networkResponseHasHeaders": True,
}
# A breadcrumb of typing is left out while keys in one field follow within a second.
DEBOUNCE_MS = 1_000
_TOLD = ("id", "class", "aria-label", "role", "name", "alt", "title", "disabled", "aria-disabled")
_IN_PATH = ("aria-label", "type", "name", "title", "alt")
_PATH_LENGTH, _PATH_STEPS = 200, 5
_CONTROLS = ("button", "a")


def custom(at: float, tag: str, payload: Any) -> Event:
    """Return a Custom event."""
    data = {"tag": tag, "payload": payload}
    return {"type": rr.CUSTOM, "timestamp": at, "data": data, "synthetic": True}


def span(op: str, description: str, start_ms: int, end_ms: int) -> Event:
    """Return a performanceSpan: how long something took."""
    start, end = start_ms / 1000, end_ms / 1000
    return custom(
        start,
        "performanceSpan",
        {
            "op": op,
            "description": description,
            "startTimestamp": start,
            "endTimestamp": end,
            "data": {"duration": end_ms - start_ms},
        },
    )


class Breadcrumbs:
    """Follows a masked recording and tells of what its user did.

    Parameters
    ----------
    masked : Masked
        The recording, as masked.
    """

    def __init__(self, masked: Masked) -> None:
        self._masked = masked
        self._page = masked.page
        self._loaded_ms: int | None = None
        self._typed: tuple[int, int] | None = None

    def after(self, event: Event) -> Event | None:
        """Return what is told beside an event, None when nothing is."""
        kind, data, at = event["type"], event["data"], event["timestamp"]
        if kind in (rr.DOM_CONTENT_LOADED, rr.LOAD):
            self._loaded_ms = at if self._loaded_ms is None else self._loaded_ms
        elif kind == rr.META and self._loaded_ms is not None:
            loaded_ms, self._loaded_ms = self._loaded_ms, None
            return span("navigation.navigate", data["href"], loaded_ms, at)
        elif kind == rr.INCREMENTAL:
            source = data["source"]
            if source == rr.MOUSE_INTERACTION and data["type"] == rr.CLICK:
                return self._crumb(at, "ui.click", self._control(self._masked.shown(data["id"])))
            if source == rr.INPUT and self._starts(data["id"], at):
                return self._crumb(at, "ui.input", data["id"])
        return None

    def _starts(self, node_id: int, at: int) -> bool:
        before, self._typed = self._typed, (node_id, at)
        return before is None or before[0] != node_id or at - before[1] > DEBOUNCE_MS

    def _control(self, node_id: int) -> int:
        """Return the button or link that a node is part of, else the node."""
        at: int | None = node_id
        while at is not None:
            if self._page.nodes.get(at, {}).get("tagName") in _CONTROLS:
                return at
            at = self._page.parents.get(at)
        return node_id

    def _crumb(self, at: int, category: str, node_id: int) -> Event:
        node = self._page.nodes[node_id]
        texts = [
            str(child["textContent"]).strip()
            for child in self._page.children(node_id)
            if child["type"] == rr.TEXT_NODE
        ]
        told = {name: v for name, v in node.get("attributes", {}).items() if name in _TOLD}
        payload = {
            "timestamp": at / 1000,
            "type": "default",
            "category": category,
            "message": self._path(node_id),
            "data": {
                "nodeId": node_id,
                "node": {
                    "id": node_id,
                    "tagName": node.get("tagName", ""),
                    "textContent": "".join(texts),
                    "attributes": told,
                },
            },
        }
        return custom(at, "breadcrumb", payload)

    def _path(self, node_id: int) -> str:
        """Return the way to a node, as in ``form > button.main[type="submit"]``."""
        steps: list[str] = []
        at: int | None = node_id
        while at is not None and len(steps) < _PATH_STEPS:
            node = self._page.nodes.get(at, {})
            if node.get("type") != rr.ELEMENT_NODE or node["tagName"] == "html":
                break
            held = node["attributes"]
            step = str(node["tagName"])
            if held.get("id"):
                step += f"#{held['id']}"
            step += "".join(f".{name}" for name in str(held.get("class", "")).split())
            step += "".join(f'[{name}="{held[name]}"]' for name in _IN_PATH if held.get(name))
            if sum(map(len, steps)) + len(step) > _PATH_LENGTH:
                break
            steps.append(step)
            at = self._page.parents.get(at)
        return " > ".join(reversed(steps)) or "<unknown>"
