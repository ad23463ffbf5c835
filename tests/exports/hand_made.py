"""A hand-made session in the hand-made app: small enough to know every right answer."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from deskhand.events import TABLES
from deskhand.page import Page
from deskhand.screen import Screen, reference
from deskhand.session import Session
from tests.exports.hand_made_screens import (
    AGREE_LABEL,
    DUE,
    LABEL,
    LOGIN,
    NAME,
    PASSWORD,
    SAVE,
    SOURCE,
    STAGE,
    TOAST,
    USER,
    VIEWPORT,
    lead_form,
    login,
)

START_WALL_US = 1_772_438_400_000_750
ORIGIN = (12, 96)
PROVENANCE = "syn_hand_made"
SESSION_ID = "syn_0123456789abcdef"


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
        "fidelity": "law",
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
        "monitors": None,
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
