"""A hand-made app of two pages and a session in it: small enough to know every right answer."""

import json
import zlib
from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from deskhand.events import TABLES
from deskhand.screen import Screen, reference
from deskhand.session import Session

VIEWPORT = (800, 600)
START_WALL_US = 1_772_438_400_000_750
ORIGIN = (12, 96)
PROVENANCE = "syn_hand_made"
SESSION_ID = "syn_0123456789abcdef"

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
            "format": "deskhand.screen/1",
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
            "format": "deskhand.screen/1",
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


class Script:
    """Appends the rows that a person's acts leave behind; ``t_us`` is the present."""

    def __init__(self, screens: Mapping[str, Screen]) -> None:
        self.screens = screens
        self.rows: list[dict[str, Any]] = []
        self.actions: list[dict[str, Any]] = []
        self.t_us = 0
        self.at = (400, 300)
        self.focused: str | None = None
        self.app, self.window = "auth", "Log in"
        self.rng = np.random.default_rng(5)

    def add(self, kind: str, after_us: int = 0, **columns: Any) -> None:
        self.t_us += after_us
        action = len(self.actions) - 1 if self.actions else None
        columns = {"app": self.app, "window": self.window, "action_id": action, **columns}
        self.rows.append({"t_us": self.t_us, "type": kind, **columns})

    def act(self, verb: str, target: str | None) -> None:
        if self.actions:
            self.actions[-1]["end_us"] = self.t_us
        self.actions.append(
            {
                "action_id": len(self.actions),
                "persona": "p0",
                "scenario": "hand_made",
                "task": 0,
                "step": len(self.actions),
                "verb": verb,
                "target": target,
                "start_us": self.t_us,
                "end_us": self.t_us,
                "error_count": 0,
                "submovement_count": 1,
            }
        )

    def point(self, x: float, y: float) -> dict[str, Any]:
        return {
            "screen_x": float(x + ORIGIN[0]),
            "screen_y": float(y + ORIGIN[1]),
            "client_x": float(x),
            "client_y": float(y),
            "pointer_type": "mouse",
        }

    def move(self, x: int, y: int, duration_us: int = 600_000) -> None:
        steps = duration_us // 8_000
        for k in range(1, steps + 1):
            f = k / steps
            f = f * f * (3 - 2 * f)
            at = [round(a + (b - a) * f) for a, b in zip(self.at, (x, y), strict=True)]
            self.add("pointermove", 8_000, **self.point(*at), buttons=0, button=-1)
        self.at = (x, y)
        self.t_us += 90_000

    def button(self, kind: str, target: str, button: int = 0, count: int = 1) -> None:
        down = kind == "pointerdown"
        buttons = {0: 1, 1: 4, 2: 2}[button] if down else 0
        self.add(
            kind,
            target=target,
            button=button,
            buttons=buttons,
            detail=count,
            **self.point(*self.at),
        )

    def focus(self, target: str | None) -> None:
        if self.focused == target:
            return
        if self.focused:
            self.add("blur", 1_000, target=self.focused)
        if target:
            self.add("focus", 0, target=target)
        self.focused = target

    def click(
        self, target: str, box: Sequence[int], *, focus: str | None = None, **how: int
    ) -> None:
        self.act("click", target)
        self.move(box[0] + box[2] // 2, box[1] + box[3] // 2)
        self.press(target, focus=focus, **how)

    def press(self, target: str, *, focus: str | None, **how: int) -> None:
        self.button("pointerdown", target, **how)
        self.focus(focus)
        self.t_us += 80_000
        self.button("pointerup", target, **how)

    def type(self, target: str, content: str, *, masked: bool = False) -> None:
        self.act("type", target)
        self.t_us += 200_000
        for place, character in enumerate(content):
            known = {} if masked else {"key": character, "code": f"Key{character.upper()}"}
            self.add("keydown", 110_000, target=target, masked=masked, modifiers=0, **known)
            self.add(
                "input",
                1_000,
                target=target,
                input_type="insertText",
                value=None if masked else character,
                detail=place,
                value_length=place + 1,
                masked=masked,
            )
            self.add("keyup", 70_000, target=target, masked=masked, modifiers=0, **known)

    def key(self, key: str, code: str, target: str | None, after_us: int = 110_000) -> None:
        self.add("keydown", after_us, key=key, code=code, target=target, modifiers=0)
        self.add("keyup", 70_000, key=key, code=code, target=target, modifiers=0)

    def enter(self, screen: str, layer: str, state: str, **slots: str) -> None:
        value = json.dumps(slots, sort_keys=True) if slots else None
        self.add("mark", 2_000, reference=reference(screen, layer, state), value=value)

    def show(self, screen: str, kind: str) -> None:
        self.app, self.window = self.screens[screen].app, self.screens[screen].title
        self.add(kind, 300_000, reference=screen, url=self.screens[screen].href)
        self.focused = None


def morning(screens: Mapping[str, Screen]) -> Script:
    """Log in, make a lead, look back at the login page and at the lead again."""
    does = Script(screens)
    does.rows.append({"t_us": 0, "type": "session.start"})
    does.add("window.focus", reference="auth/login", url=screens["auth/login"].href)
    does.click("login.user", USER, focus="login.user")
    does.type("login.user", "ada")
    does.click("login.password", PASSWORD, focus="login.password")
    does.add("redaction", target="login.password", reason="password", policy="mask")
    does.type("login.password", "secret", masked=True)
    does.click("login.go", LOGIN, focus="login.go")
    does.show("crm/lead-form", "navigation")
    does.click("label", LABEL, focus="lead.name")
    does.type("lead.name", "Ada")
    does.key("Tab", "Tab", "lead.name")
    does.focus("lead.phone")
    does.add("redaction", target="lead.phone", reason="phone", policy="mask")
    does.type("lead.phone", "5550100", masked=True)
    does.click("lead.source", SOURCE, focus="lead.source")
    does.add("select.open", target="lead.source")
    does.enter("crm/lead-form", "source", "open")
    does.click("source.web", (150, 130, 200, 30))
    does.add("select.change", target="lead.source", value="Web", value_length=3)
    does.add("select.close", target="lead.source")
    does.enter("crm/lead-form", "source", "chosen-0")
    does.focused = None
    does.click("lead.stage", STAGE, focus="lead.stage")
    does.add("select.open", target="lead.stage")
    does.click("lead.stage", (150, 190, 200, 20), focus="lead.stage")
    does.add("select.change", target="lead.stage", value="Won", value_length=3)
    does.add("input", target="lead.stage", value="won", value_length=3)
    does.add("select.close", target="lead.stage")
    does.click("lead.due", DUE, focus="lead.due")
    for digit in "03022026":
        does.key(digit, f"Digit{digit}", "lead.due")
    does.rows.insert(
        -1, {**does.rows[-2], "type": "input", "value": "2026-03-02", "value_length": 10}
    )
    for column in ("key", "code", "modifiers"):
        does.rows[-2].pop(column)
    does.click("agree.label", AGREE_LABEL, focus="lead.agree")
    does.add("input", target="lead.agree", value="true", value_length=4)
    does.act("scroll", None)
    for notch in range(3):
        does.add("wheel", 60_000, delta_x=0.0, delta_y=100.0, delta_mode=0, **does.point(*does.at))
        does.add("scroll", 16_000, target="document", delta_x=0.0, delta_y=100.0 * (notch + 1))
    does.add("scroll", 500_000, target="document", delta_x=0.0, delta_y=0.0)
    does.show("auth/login", "window.focus")
    does.move(300, 400)
    does.show("crm/lead-form", "window.focus")
    does.click("lead.save", SAVE, focus="lead.save")
    does.enter("crm/lead-form", "page", "saved", name='Ada "A"')
    does.click("status", TOAST)
    does.enter("crm/lead-form", "page", "gone")
    does.t_us += 3_000_000
    does.click("lead.name", NAME, focus="lead.name")
    does.press("lead.name", focus="lead.name", count=2)
    does.click("lead.name", NAME, focus="lead.name", button=2)
    does.actions[-1]["end_us"] = does.t_us
    does.t_us += 1_000_000
    does.rows.append({"t_us": does.t_us, "type": "session.end"})
    return does


def hand_made_session(session_id: str = SESSION_ID, **changed: Any) -> Session:
    """The morning as a session; ``changed`` overrides header fields."""
    screens = {screen.name: screen for screen in (login(), lead_form())}
    does = morning(screens)
    marks = {"session_id": session_id, "synthetic": True, "provenance_id": PROVENANCE}
    events = [
        {"seq": seq, "masked": False, **{k: v for k, v in row.items() if v is not None}, **marks}
        for seq, row in enumerate(does.rows)
    ]
    elements = [
        {
            "screen": screen.name,
            "target": element.key,
            "app": screen.app,
            "role": element.role,
            "name": element.name,
            "tag": element.tag,
            **dict(zip(("left", "top", "width", "height"), map(float, element.box), strict=True)),
            "sensitive": element.sensitive,
            **marks,
        }
        for screen, element in listed_elements(screens)
    ]
    header = {
        "seed": 2**63 + 5,
        "scenario": "hand_made",
        "team": 0,
        "person": 0,
        "day": 0,
        "persona": "p0",
        "role": "clerk",
        "condition": "none",
        "profile": "office",
        "profile_mode": "published",
        "start_wall_us": START_WALL_US,
        "time_zone": "Europe/Berlin",
        "clock_skew_us": 0,
        "duration_us": does.t_us,
        "event_count": len(events),
        "action_count": len(does.actions),
        "screen_width": 1920,
        "screen_height": 1080,
        "viewport_width": VIEWPORT[0],
        "viewport_height": VIEWPORT[1],
        "device": "office-mouse",
        "poll_hz": 125.0,
        "keyboard_layout": "qwerty-us",
        **marks,
        **changed,
    }
    return Session(
        header=header,
        events=table("events", events),
        actions=table("actions", [{**action, **marks} for action in does.actions]),
        elements=table("elements", elements),
        screenshots=table(
            "screenshots",
            [
                {
                    "t_us": 0,
                    "screen": "auth/login",
                    "reference": "auth/login.png",
                    "width": VIEWPORT[0],
                    "height": VIEWPORT[1],
                    **marks,
                }
            ],
        ),
        screens=screens,
    )


def listed_elements(screens: Mapping[str, Screen]) -> list[tuple[Screen, Any]]:
    from deskhand.screen import Page

    found = []
    for screen in screens.values():
        seen: dict[str, Any] = {}
        for layer, state in screen.states:
            page = Page(screen)
            page.state[layer] = state
            seen = {**page.elements, **seen}
        found += [(screen, element) for element in seen.values()]
    return found


def table(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=TABLES[name])
