"""A small session made by hand, so that the player is tested apart from the simulation."""

from collections.abc import Sequence
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from deskhand.events import ACTIONS, ELEMENTS, EVENTS, SCREENSHOTS
from deskhand.screen import Screen
from deskhand.session import Session

PAGE = """<html><head><style>body{font:16px sans-serif;margin:0;background:#f4f6fa;color:#1d2733}
header{background:#243b6b;color:#fff;padding:18px 32px;font-weight:600}
form{margin:36px auto;width:560px;background:#fff;padding:28px;border-radius:10px}
label{display:block;margin:14px 0 4px}input,select{width:100%;font:inherit;padding:8px;box-sizing:border-box}
button{margin-top:22px;font:inherit;padding:9px 26px;background:#2b62d9;color:#fff;border:0}
button:hover{background:#1c489f}</style></head><body><header>Leads</header><form>
<label>Full name</label><input data-name="lead.name"><label>Pass phrase</label>
<input data-name="lead.secret" type="password"><label>Source</label>
<select data-name="lead.source"><option value="web">Web</option><option value="fair">Fair</option>
</select><button data-name="lead.save" type="button">Save</button></form></body></html>"""

ORIGIN = (256, 136)

# Left, top, width, height of each named element of PAGE, near enough for a cursor to reach it.
BOXES = {
    "lead.name": (388, 148, 504, 38),
    "lead.secret": (388, 232, 504, 38),
    "lead.source": (388, 316, 504, 38),
    "lead.save": (388, 376, 95, 40),
}
TYPES = {
    "lead.name": ("textbox", "Full name", "input", "text"),
    "lead.secret": ("textbox", "Pass phrase", "input", "password"),
    "lead.source": ("combobox", "Source", "select", "select"),
    "lead.save": ("button", "Save", "button", "button"),
}


class Nodes(HTMLParser):
    """Turns PAGE into the numbered nodes of a compiled screen."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 1
        self.ids: dict[str, int] = {}
        self.root: dict[str, Any] = {"type": 0, "id": 1, "childNodes": []}
        self.open: list[dict[str, Any]] = [self.root]

    def _add(self, node: dict[str, Any]) -> None:
        self.count += 1
        node["id"] = self.count
        self.open[-1]["childNodes"].append(node)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        node = {"type": 2, "tagName": tag, "attributes": given, "childNodes": []}
        self._add(node)
        if "data-name" in given:
            self.ids[given["data-name"]] = self.count
        if tag != "input":
            self.open.append(node)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop()["tagName"] == tag

    def handle_data(self, data: str) -> None:
        self._add({"type": 3, "textContent": data})


def make_screen() -> Screen:
    nodes = Nodes()
    nodes.feed(PAGE)
    body = nodes.root["childNodes"][0]["childNodes"][1]
    toast = {
        "type": 2,
        "id": 900,
        "tagName": "p",
        "attributes": {"class": "toast", "style": "position:fixed;right:24px;bottom:8px"},
        "childNodes": [],
    }
    words = {"type": 3, "id": 901, "textContent": "Saved {{name}}"}
    mutations = [
        {
            "after_us": 200_000,
            "data": {
                "source": 0,
                "texts": [],
                "attributes": [],
                "removes": [],
                "adds": [
                    {"parentId": 900, "nextId": None, "node": words},
                    {"parentId": body["id"], "nextId": None, "node": toast},
                ],
            },
        }
    ]
    elements = {}
    for key, (role, name, tag, widget) in TYPES.items():
        elements[key] = {
            "id": nodes.ids[key],
            "role": role,
            "name": name,
            "tag": tag,
            "widget": widget,
            "box": BOXES[key],
        }
    return Screen(
        {
            "format": "deskhand.screen/2",
            "name": "crm/lead-form",
            "app": "crm",
            "title": "New lead",
            "href": "https://crm.deskhand.example/leads/new",
            "viewport": {"width": 1280, "height": 800},
            "document": {"width": 1280, "height": 800},
            "dom": nodes.root,
            "max_id": nodes.count,
            "elements": elements,
            "layers": {
                "page": {
                    "states": {"base": {}, "saved": {}},
                    "edges": [
                        {
                            "from": "base",
                            "to": "saved",
                            "kind": "click",
                            "target": "lead.save",
                            "slots": {"name": "lead.name"},
                            "mutations": mutations,
                        }
                    ],
                }
            },
        }
    )


class Story:
    """Writes event rows and actions as a person would cause them; times in microseconds."""

    def __init__(self) -> None:
        self.t = 0
        self.x, self.y = 200.0, 600.0
        self.rows: list[dict[str, Any]] = []
        self.actions: list[dict[str, Any]] = []

    def row(self, kind: str, t_us: int | None = None, **columns: Any) -> None:
        self.rows.append({"t_us": self.t if t_us is None else t_us, "type": kind, **columns})

    def act(self, verb: str, target: str | None, start: int) -> None:
        k = len(self.actions)
        self.actions.append(
            {"action_id": k, "verb": verb, "target": target, "start_us": start, "end_us": self.t}
        )

    def wait(self, duration_us: int) -> None:
        start = self.t
        self.t += duration_us
        self.act("think", None, start)

    def click(self, target: str) -> None:
        left, top, width, height = BOXES[target]
        x1, y1, start = left + width * 0.4, top + height / 2, self.t
        steps = np.linspace(0, 1, 90)
        bell = 10 * steps**3 - 15 * steps**4 + 6 * steps**5
        for k, f in enumerate(bell):
            x = round(self.x + f * (x1 - self.x) + 26 * np.sin(np.pi * f))
            y = round(self.y + f * (y1 - self.y))
            self.row("pointermove", self.t + 8000 * k, client_x=x, client_y=y)
        self.t += 8000 * 90 + 90_000
        self.x, self.y = round(x1), round(y1)
        at: dict[str, Any] = {
            "client_x": self.x,
            "client_y": self.y,
            "button": 0,
            "detail": 1,
            "target": target,
        }
        self.row("pointerdown", **at)
        if target != "lead.save":
            self.row("focus", self.t + 1000, target=target)
        self.t += 82_000
        self.row("pointerup", **at)
        self.act("click", target, start)

    def type(self, text: str, target: str, *, masked: bool = False) -> None:
        start = self.t
        ends: list[tuple[int, dict[str, Any]]] = []
        for k, char in enumerate(text):
            named = {"key": char, "code": "Space" if char == " " else f"Key{char.upper()}"}
            key: dict[str, Any] = {"masked": masked, **({} if masked else named)}
            self.row("keydown", target=target, **key)
            self.row(
                "input",
                self.t + 1000,
                target=target,
                input_type="insertText",
                detail=k,
                value=None if masked else char,
                value_length=k + 1,
                masked=masked,
            )
            ends.append((self.t + 95_000 + 23_000 * (k % 3), key))
            self.t += 80_000 + 30_000 * (k % 4)
        for end, key in ends:
            self.row("keyup", end, target=target, **key)
        self.t = max(self.t, ends[-1][0])
        self.act("type", target, start)


def tell() -> Story:
    story = Story()
    story.row(
        "window.focus", app="crm", window="crm", reference="crm/lead-form", url="https://crm.x/1"
    )
    story.row("session.start")
    story.wait(600_000)
    story.click("lead.name")
    story.type("ada lovell", "lead.name")
    story.click("lead.secret")
    story.type("hunter twelve", "lead.secret", masked=True)
    story.wait(9_000_000)
    story.click("lead.source")
    story.row("select.open", target="lead.source")
    story.wait(700_000)
    story.row("input", target="lead.source", value="fair", value_length=4)
    story.row("select.close", target="lead.source")
    story.click("lead.save")
    story.row("mark", reference="crm/lead-form#page:saved", value='{"name":"ada lovell"}')
    story.wait(1_500_000)
    story.row("session.end")
    return story


def table(rows: Sequence[dict[str, Any]], schema: pa.Schema, **always: Any) -> pa.Table:
    filled = [{**always, **row} for row in rows]
    arrays = [pa.array([r.get(f.name) for r in filled], f.type) for f in schema]
    return pa.Table.from_arrays(arrays, schema=schema)


def make_session() -> Session:
    story = tell()
    for row in story.rows:
        if "client_x" in row:
            row["screen_x"] = row["client_x"] + ORIGIN[0]
            row["screen_y"] = row["client_y"] + ORIGIN[1]
    same = {"session_id": "syn_test", "synthetic": True, "provenance_id": "prv_test"}
    rows = sorted(story.rows, key=lambda row: row["t_us"])
    for seq, row in enumerate(rows):
        row["seq"] = seq
    common = {"persona": "p0", "scenario": "crm.create_lead", "task": 0, "step": 0}
    counts = {"error_count": 0, "submovement_count": 1}
    elements = [
        {
            "screen": "crm/lead-form",
            "target": key,
            "app": "crm",
            "role": role,
            "name": name,
            "tag": tag,
            **dict(zip(("left", "top", "width", "height"), BOXES[key], strict=True)),
        }
        for key, (role, name, tag, _) in TYPES.items()
    ]
    screen = make_screen()
    header = {
        **same,
        "seed": 7,
        "scenario": "crm.create_lead",
        "team": 0,
        "person": 0,
        "day": 0,
        "persona": "p0",
        "role": "sales",
        "condition": "none",
        "fidelity": "law",
        "profile": "office",
        "profile_mode": "published",
        "start_wall_us": 1_772_438_400_000_000,
        "time_zone": "Europe/Berlin",
        "clock_skew_us": 0,
        "duration_us": story.t,
        "event_count": len(rows),
        "action_count": len(story.actions),
        "screen_width": 1920,
        "screen_height": 1080,
        "viewport_width": 1280,
        "viewport_height": 800,
        "device": "mouse",
        "poll_hz": 125.0,
        "keyboard_layout": "qwerty-us",
    }
    return Session(
        header=header,
        events=table(rows, EVENTS, app="crm", window="crm", masked=False, **same),
        actions=table(story.actions, ACTIONS, **common, **counts, **same),
        elements=table(elements, ELEMENTS, **same),
        screenshots=table([], SCREENSHOTS),
        screens={screen.name: screen},
    )


@pytest.fixture(scope="session")
def session() -> Session:
    """The hand-made session."""
    return make_session()
