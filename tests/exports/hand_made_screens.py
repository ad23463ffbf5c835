"""A hand-made app of two pages, written out node by node: every right answer is known."""

import zlib
from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from deskhand.screen import Screen

VIEWPORT = (800, 600)

Node = dict[str, Any]


class Dom:
    """Builds rrweb nodes with ids; children are numbered by `number`, depth first."""

    def __init__(self) -> None:
        self.last_id = 0

    def number(self, node: Node) -> Node:
        self.last_id += 1
        node["id"] = self.last_id
        for child in node.get("childNodes", ()):
            self.number(child)
        return node


def tag(name: str, attributes: Mapping[str, Any], *children: Node | str) -> Node:
    return {
        "type": 2,
        "tagName": name,
        "attributes": dict(attributes),
        "childNodes": [c if isinstance(c, dict) else text(c) for c in children],
    }


def text(content: str) -> Node:
    return {"type": 3, "textContent": content}


def document(title: str, *body: Node) -> Node:
    style = (
        "body{margin:0;font:14px sans-serif}.p{position:absolute;box-sizing:border-box;margin:0}"
        ".l{background:#fff;border:1px solid #888}.t{background:#dfd;padding:8px}"
    )
    return {
        "type": 0,
        "childNodes": [
            {"type": 1, "name": "html", "publicId": "", "systemId": ""},
            tag(
                "html",
                {"lang": "en"},
                tag("head", {}, tag("title", {}, title), tag("style", {"_cssText": style})),
                tag("body", {}, *body),
            ),
        ],
    }


def placed(box: Sequence[int], **attributes: Any) -> dict[str, Any]:
    left, top, width, height = box
    css = f"left:{left}px;top:{top}px;width:{width}px;height:{height}px"
    classes = " ".join(filter(None, ["p", attributes.pop("class_", None)]))
    return {**{k.rstrip("_"): v for k, v in attributes.items()}, "class": classes, "style": css}


def labels_of(width: int, height: int, default: int, boxes: Sequence[tuple[Any, int]]) -> Node:
    labels = np.full((height, width), default, "<u2")
    for (left, top, wide, high), label in boxes:
        labels[top : top + high, left : left + wide] = label
    packed = b64encode(zlib.compress(labels.tobytes(), 6)).decode()
    return {"width": width, "height": height, "zlib_u16": packed}


NAME, LABEL, PHONE = (150, 20, 200, 30), (20, 20, 120, 30), (150, 60, 200, 30)
SOURCE, STAGE, DUE = (150, 100, 200, 30), (150, 140, 200, 30), (150, 180, 200, 30)
AGREE, AGREE_LABEL, SAVE = (150, 220, 20, 20), (180, 220, 170, 20), (150, 260, 100, 30)
LIST, TOAST = (150, 130, 200, 60), (500, 20, 250, 40)
USER, PASSWORD, LOGIN = (150, 20, 200, 30), (150, 60, 200, 30), (150, 100, 100, 30)
STAGES = (("New", "new"), ("Won", "won"), ("Lost", "lost"))


def lead_form() -> Screen:
    """A form with a label, a phone number, both kinds of drop-down, a date, and a saved state."""
    dom = Dom()
    nodes: dict[str, Node] = {
        "label": tag("label", placed(LABEL, for_="name"), "Full name"),
        "lead.name": tag("input", placed(NAME, id="name", type="text")),
        "lead.phone": tag("input", placed(PHONE, type="tel")),
        "lead.source": tag(
            "div", placed(SOURCE, class_="l", role="combobox", tabindex="0"), "Choose"
        ),
        "lead.stage": tag(
            "select",
            placed(STAGE),
            *(tag("option", {"value": value}, label) for label, value in STAGES),
        ),
        "lead.due": tag("input", placed(DUE, type="date")),
        "lead.agree": tag("input", placed(AGREE, type="checkbox", id="agree")),
        "agree.label": tag("label", placed(AGREE_LABEL, for_="agree"), "May be called"),
        "lead.save": tag("button", placed(SAVE, type="submit"), "Save"),
    }
    tree = dom.number(document("New lead", tag("form", {}, *nodes.values()), tag("div", {})))
    form, status = tree["childNodes"][1]["childNodes"][1]["childNodes"]
    body_id = tree["childNodes"][1]["childNodes"][1]["id"]
    ids = {key: node["id"] for key, node in nodes.items()}
    max_id = dom.last_id
    look = {
        "lead.name": ("textbox", "Full name", "input", "text", NAME, 0),
        "lead.phone": ("textbox", "Phone", "input", "text", PHONE, 1),
        "lead.source": ("combobox", "Source", "div", "combobox", SOURCE, 2),
        "lead.stage": ("combobox", "Stage", "select", "select", STAGE, 3),
        "lead.due": ("textbox", "Due", "input", "date", DUE, 4),
        "lead.agree": ("checkbox", "May be called", "input", "checkbox", AGREE, 5),
        "lead.save": ("button", "Save", "button", "button", SAVE, 6),
        "label": ("label", "Full name", "label", "other", LABEL, -1),
        "agree.label": ("label", "May be called", "label", "other", AGREE_LABEL, -1),
    }
    elements: dict[str, Any] = {
        key: {"id": ids[key], "role": r, "name": n, "tag": t, "widget": w, "box": b, "tab": tab}
        for key, (r, n, t, w, b, tab) in look.items()
    }
    elements["lead.phone"]["sensitive"] = "phone"
    elements["lead.stage"]["options"] = [{"label": a, "value": b} for a, b in STAGES]
    elements["lead.stage"]["value"] = "new"
    list_id, web_id, fair_id = max_id + 1, max_id + 2, max_id + 4
    web_box, fair_box = (150, 130, 200, 30), (150, 160, 200, 30)
    listed = [
        {**tag("div", placed(LIST, class_="l", role="listbox")), "id": list_id},
        {**tag("div", {"role": "option", "style": "height:30px"}), "id": web_id},
        {**text("Web"), "id": max_id + 3},
        {**tag("div", {"role": "option", "style": "height:30px"}), "id": fair_id},
        {**text("Fair"), "id": max_id + 5},
    ]
    parents = [form["id"], list_id, web_id, list_id, fair_id]
    nexts = [None, fair_id, None, None, None]
    opened = mutation(
        attributes=[{"id": ids["lead.source"], "attributes": {"aria-expanded": "true"}}],
        adds=[
            {"parentId": p, "nextId": n, "node": node}
            for p, n, node in zip(parents, nexts, listed, strict=True)
        ],
    )
    chosen = mutation(
        attributes=[{"id": ids["lead.source"], "attributes": {"aria-expanded": "false"}}],
        texts=[{"id": ids["lead.source"] + 1, "value": "Web"}],
        removes=[{"parentId": form["id"], "id": list_id}],
    )
    toast = mutation(
        adds=[
            {
                "parentId": status["id"],
                "nextId": None,
                "node": {
                    **tag("div", placed(TOAST, class_="t", role="status")),
                    "id": max_id + 1,
                },
            },
            {
                "parentId": max_id + 1,
                "nextId": None,
                "node": {**text("Saved {{name}}"), "id": max_id + 2},
            },
        ]
    )
    gone = mutation(removes=[{"parentId": status["id"], "id": max_id + 1}])
    return Screen(
        {
            "format": "deskhand.screen/2",
            "name": "crm/lead-form",
            "app": "crm",
            "title": "New lead",
            "href": "https://crm.deskhand.example/leads/new",
            "viewport": {"width": VIEWPORT[0], "height": VIEWPORT[1], "dpr": 1},
            "document": {"width": VIEWPORT[0], "height": 1000},
            "engine": "by hand",
            "source_sha256": "0" * 64,
            "dom": tree,
            "max_id": max_id,
            "elements": elements,
            "hit": labels_of(
                VIEWPORT[0], 1000, body_id, [(e["box"], e["id"]) for e in elements.values()]
            ),
            "png": "",
            "layers": {
                "page": {
                    "states": {
                        "base": {},
                        "saved": {
                            "elements": {
                                "lead.name": {"value": ""},
                                "status": {
                                    "id": max_id + 1,
                                    "role": "status",
                                    "name": "Saved {{name}}",
                                    "tag": "div",
                                    "widget": "other",
                                    "box": TOAST,
                                },
                            },
                            "hits": [
                                {
                                    "left": TOAST[0],
                                    "top": TOAST[1],
                                    **labels_of(TOAST[2], TOAST[3], max_id + 1, []),
                                }
                            ],
                        },
                        "gone": {"elements": {"lead.name": {"value": ""}}},
                    },
                    "edges": [
                        {
                            "from": "base",
                            "to": "saved",
                            "kind": "click",
                            "target": "lead.save",
                            "slots": {"name": "lead.name"},
                            "mutations": [{"after_us": 30_000, "data": toast}],
                        },
                        {
                            "from": "saved",
                            "to": "gone",
                            "kind": "wait",
                            "after_us": 2_700_000,
                            "mutations": [{"after_us": 2_700_000, "data": gone}],
                        },
                    ],
                },
                "source": {
                    "states": {
                        "base": {},
                        "open": {
                            "elements": {
                                f"source.{n}": {
                                    "id": i,
                                    "role": "option",
                                    "name": n,
                                    "tag": "div",
                                    "widget": "other",
                                    "box": b,
                                }
                                for n, i, b in (
                                    ("web", web_id, web_box),
                                    ("fair", fair_id, fair_box),
                                )
                            },
                            "hits": [
                                {
                                    "left": LIST[0],
                                    "top": LIST[1],
                                    **labels_of(200, 60, web_id, [((0, 30, 200, 30), fair_id)]),
                                }
                            ],
                        },
                        "chosen-0": {"elements": {"lead.source": {"value": "Web"}}},
                    },
                    "edges": [
                        {
                            "from": "base",
                            "to": "open",
                            "kind": "click",
                            "target": "lead.source",
                            "mutations": [{"after_us": 2_000, "data": opened}],
                        },
                        {
                            "from": "open",
                            "to": "chosen-0",
                            "kind": "click",
                            "target": "source.web",
                            "mutations": [{"after_us": 3_000, "data": chosen}],
                        },
                    ],
                },
            },
        }
    )


def mutation(**parts: list[Any]) -> Node:
    return {"source": 0, "texts": [], "attributes": [], "removes": [], "adds": [], **parts}


def login() -> Screen:
    """A form with a password."""
    dom = Dom()
    nodes = {
        "login.user": tag("input", placed(USER, type="text")),
        "login.password": tag("input", placed(PASSWORD, type="password")),
        "login.go": tag("button", placed(LOGIN), "Log in"),
    }
    tree = dom.number(document("Log in", tag("form", {}, *nodes.values())))
    body_id = tree["childNodes"][1]["childNodes"][1]["id"]
    look = {
        "login.user": ("textbox", "User", "input", "text", USER),
        "login.password": ("textbox", "Password", "input", "password", PASSWORD),
        "login.go": ("button", "Log in", "button", "button", LOGIN),
    }
    elements: dict[str, Any] = {
        key: {"id": nodes[key]["id"], "role": r, "name": n, "tag": t, "widget": w, "box": b}
        for key, (r, n, t, w, b) in look.items()
    }
    elements["login.password"]["sensitive"] = "password"
    return Screen(
        {
            "format": "deskhand.screen/2",
            "name": "auth/login",
            "app": "auth",
            "title": "Log in",
            "href": "https://auth.deskhand.example/login",
            "viewport": {"width": VIEWPORT[0], "height": VIEWPORT[1], "dpr": 1},
            "document": {"width": VIEWPORT[0], "height": VIEWPORT[1]},
            "engine": "by hand",
            "source_sha256": "0" * 64,
            "dom": tree,
            "max_id": dom.last_id,
            "links": {"login.go": "crm/lead-form"},
            "elements": elements,
            "hit": labels_of(*VIEWPORT, body_id, [(e["box"], e["id"]) for e in elements.values()]),
            "png": "",
            "layers": {"page": {"states": {"base": {}}, "edges": []}},
        }
    )
