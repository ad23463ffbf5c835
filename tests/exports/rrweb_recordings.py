"""Recordings as other recorders write them, made by hand event by event."""

import json
from pathlib import Path
from typing import Any

from deskhand.exports import rrweb
from deskhand.exports.losses import Dropped
from deskhand.session import Session

Events = list[dict[str, Any]]
Rows = list[dict[str, Any]]
AT = 1_772_438_400_000
HREF = "https://shop.example/basket?token=secret"


def read(events: Any, folder: Path, dropped: Dropped | None = None) -> Session:
    path = folder / "recording.json"
    path.write_bytes(events if isinstance(events, bytes) else json.dumps(events).encode())
    return next(rrweb.read(path, dropped))


def node(node_id: int, tag: str, children: Rows | None = None, **attributes: Any) -> dict[str, Any]:
    named = {k.rstrip("_").replace("_", "-"): v for k, v in attributes.items()}
    return {
        "type": 2,
        "id": node_id,
        "tagName": tag,
        "attributes": named,
        "childNodes": children or [],
    }


def text(node_id: int, content: str) -> dict[str, Any]:
    return {"type": 3, "id": node_id, "textContent": content}


PAGE = {"type": 0, "id": 1, "childNodes": [node(2, "html", [node(3, "body", [
    node(4, "input", id="user", value="ann"),
    node(5, "input", type="password", name="pin"),
    node(6, "select", [node(7, "option", [text(8, "No")], value="n"), node(9, "option", [text(10, "Yes")], value="y")], name="sure"),
    node(11, "input", type="checkbox", id="agree"),
    node(12, "label", [text(13, "I agree")], for_="agree"),
    node(14, "button", [node(15, "span", [text(16, "Pay now")])], data_name="basket.pay"),
    node(17, "input", type="date", id="user"),
    node(18, "textarea", [text(19, "draft")], aria_label="Remark"),
    node(20, "input", type="radio", name="way", value="a"),
    node(21, "input", type="radio", name="way", value="b"),
])])]}  # fmt: skip


def inner(ms: int, **data: Any) -> dict[str, Any]:
    return {"type": 3, "data": data, "timestamp": AT + ms}


def page(*events: dict[str, Any]) -> Events:
    return [
        {"type": 4, "data": {"href": HREF, "width": 800, "height": 600}, "timestamp": AT},
        {
            "type": 2,
            "data": {"node": PAGE, "initialOffset": {"top": 0, "left": 0}},
            "timestamp": AT,
        },
        *events,
    ]


def press(ms: int, kind: int, node_id: int = 15, **more: Any) -> dict[str, Any]:
    return inner(ms, source=2, type=kind, id=node_id, x=10.5, y=20, **more)


def typed(ms: int, node_id: int, content: str, **more: Any) -> dict[str, Any]:
    return inner(ms, source=5, id=node_id, text=content, isChecked=False, **more)


def brief(rows: Rows, *columns: str) -> list[tuple[Any, ...]]:
    return [tuple(row[c] for c in columns) for row in rows]
