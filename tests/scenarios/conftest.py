"""Small hand-written screens, so that the desk is tested apart from any compiled page."""

import zlib
from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
import simpy

from deskhand.behavior_models.persona import draw_persona
from deskhand.behavior_models.profile import load_profile
from deskhand.generators.plan import SessionPlan
from deskhand.generators.typing_pool import TypingPool
from deskhand.scenarios.desk import Desk
from deskhand.scenarios.records import Records
from deskhand.scenarios.scenario import Steps
from deskhand.scenarios.world import World
from deskhand.screen import Screen

ALL_WIDGETS: list[tuple[str, str, str, str, list[float], dict[str, Any]]] = [
    # key, role, name, widget, box, more
    ("form.name", "textbox", "Full name", "text", [100, 100, 300, 32], {"tab": 0}),
    (
        "form.phone",
        "textbox",
        "Phone",
        "text",
        [100, 150, 300, 32],
        {"tab": 1, "sensitive": "phone"},
    ),
    ("form.secret", "textbox", "Password", "password", [100, 200, 300, 32], {"tab": 2}),
    (
        "form.status",
        "combobox",
        "Status",
        "select",
        [100, 250, 300, 32],
        {
            "tab": 3,
            "value": "New",
            "options": [
                {"label": x, "value": x.lower()} for x in ("New", "Open", "On hold", "Won")
            ],
        },
    ),
    (
        "form.source",
        "combobox",
        "Source",
        "combobox",
        [100, 300, 300, 32],
        {
            "tab": 4,
            "options": [
                {"label": "Web", "value": "Web", "target": "form.source.web"},
                {"label": "Fair", "value": "Fair", "target": "form.source.fair"},
            ],
        },
    ),
    ("form.day", "textbox", "Day", "date", [100, 350, 300, 32], {"tab": 5}),
    ("form.agree", "checkbox", "Agree", "checkbox", [100, 400, 16, 16], {"tab": 6}),
    ("form.notes", "textbox", "Notes", "textarea", [100, 450, 300, 90], {"tab": 7}),
    ("form.save", "button", "Save", "button", [100, 1000, 90, 32], {"tab": 8}),
    ("form.back", "link", "Back", "link", [300, 1000, 60, 20], {"tab": 9}),
    ("form.card", "listitem", "Card", "other", [600, 100, 120, 40], {}),
    ("form.bin", "group", "Bin", "other", [800, 60, 160, 300], {}),
]


def hidden(role: str, name: str, box: list[float]) -> dict[str, Any]:
    """Return an element that only some states show."""
    return {
        "id": 900,
        "role": role,
        "name": name,
        "tag": "div",
        "widget": "other",
        "box": box,
        "visible": True,
    }


def hit_map() -> dict[str, Any]:
    """Return which element lies at each pixel of the form, as a compiled screen holds it."""
    labels = np.zeros((1100, 1280), "<u2")
    for number, (*_, box, _) in reversed(list(enumerate(ALL_WIDGETS, 2))):
        left, top, width, height = map(int, box)
        labels[top : top + height, left : left + width] = number
    packed = b64encode(zlib.compress(labels.tobytes())).decode()
    return {"width": 1280, "height": 1100, "zlib_u16": packed}


def screen_data(name: str, app: str, links: Mapping[str, str]) -> dict[str, Any]:
    """Return a form with every widget, a toast that goes by itself, and one thing to drag."""
    elements = {
        key: {
            "id": number,
            "role": role,
            "name": label,
            "tag": "div",
            "widget": widget,
            "box": box,
            **more,
        }
        for number, (key, role, label, widget, box, more) in enumerate(ALL_WIDGETS, 2)
    }
    toast = hidden("status", "Saved {{name}}", [900, 600, 200, 60]) | {"fixed": True}
    web = hidden("option", "Web", [100, 332, 300, 24])
    fair = hidden("option", "Fair", [100, 356, 300, 24])
    items = {
        f"card.{name.lower()}": hidden("menuitem", name, [600, 142 + 30 * place, 160, 30])
        for place, name in enumerate(("Copy", "Move", "Pin"))
    }
    inner = items | {
        "card.move.bin": hidden("menuitem", "Bin", [760, 172, 160, 30]),
        "card.move.shelf": hidden("menuitem", "Shelf", [760, 202, 160, 30]),
    }
    mutation: dict[str, list[Any]] = {"adds": [], "removes": [], "texts": [], "attributes": []}

    def edge(source: str, to: str, kind: str, after_us: int = 0, **more: Any) -> dict[str, Any]:
        mutations = [{"after_us": 3000, "data": mutation}]
        return (
            {"from": source, "to": to, "kind": kind, "mutations": mutations}
            | ({"after_us": after_us} if after_us else {})
            | more
        )

    slots: dict[str, Any] = {"slots": {"name": "form.name"}, "values": {"form.notes": ""}}
    return {
        "format": "deskhand.screen/2",
        "name": name,
        "app": app,
        "title": name,
        "href": f"https://{app}.example/{name}",
        "viewport": {"width": 1280, "height": 720, "dpr": 1},
        "document": {"width": 1280, "height": 1100},
        "engine": "none",
        "source_sha256": "",
        "dom": {},
        "max_id": 1000,
        "links": dict(links),
        "elements": elements,
        "hit": hit_map(),
        "png": "",
        "layers": {
            "page": {
                "states": {
                    "base": {},
                    "saving": {},
                    "saved": {"elements": {"form.toast": toast}},
                    "bin": {"elements": {"form.card": None}},
                },
                "edges": [
                    edge("base", "saving", "click", target="form.save", **slots),
                    edge("base", "saving", "press", key="Control+s", **slots),
                    edge("saving", "saved", "wait", 1_200_000, slots={"name": "form.name"}),
                    edge("saved", "base", "wait", 2_700_000),
                    edge("base", "bin", "drag", target="form.card", to_target="form.bin"),
                ],
            },
            "source": {
                "states": {
                    "base": {},
                    "open": {"elements": {"form.source.web": web, "form.source.fair": fair}},
                    "chosen-1": {},
                    "chosen-2": {},
                },
                "edges": [
                    edge("base", "open", "click", target="form.source"),
                    edge("open", "chosen-1", "click", target="form.source.web"),
                    edge("open", "chosen-2", "click", target="form.source.fair"),
                ],
            },
            "menu": {
                "states": {
                    "base": {},
                    "open": {"elements": items},
                    "inner": {"elements": inner},
                    "moved": {},
                },
                "edges": [
                    edge("base", "open", "right_click", target="form.card"),
                    edge("open", "inner", "hover", target="card.move"),
                    edge("inner", "open", "hover", target="card.copy"),
                    edge("inner", "open", "hover", target="card.pin"),
                    edge("inner", "moved", "click", target="card.move.shelf"),
                    edge("open", "base", "click", target="card.copy"),
                ],
            },
            "news": {
                "states": {"base": {}, "told": {}},
                "edges": [edge("base", "told", "wait", slots={"text": None}, focus="form.notes")],
            },
        },
    }


@pytest.fixture(scope="session")
def screens() -> dict[str, Screen]:
    data = [
        screen_data("a/form", "a", {"form.back": "a/list"}),
        screen_data("a/list", "a", {"form.back": "a/form"}),
        screen_data("b/form", "b", {"form.back": "a/form"}),
    ]
    return {entry["name"]: Screen(entry) for entry in data}


Script = Callable[[Desk], Steps]


@pytest.fixture
def act(screens: dict[str, Screen]) -> Callable[..., SessionPlan]:
    """Return a function that runs a script of verbs for one person and returns the plan."""

    def run(script: Script, *, seed: int = 7, person: int = 0) -> SessionPlan:
        env = simpy.Environment()
        profile = load_profile("office")
        plan = SessionPlan(
            session_id="syn_session_test",
            seed=seed,
            scenario="test",
            team=0,
            person=person,
            day=0,
            persona=draw_persona(profile, seed, 0, person),
            start_wall_us=0,
            time_zone="UTC",
            provenance_id="test",
            viewport=(1280, 720),
        )
        world = World(
            env, seed=seed, team=0, day=0, people=[person], first_hour=9, typing_pool=TypingPool()
        )
        records = Records(seed, 0, person, 0)
        desk = Desk(env, plan, screens, records, world=world, profile=profile)
        desk.sit_down("a/form")
        env.process(script(desk))
        env.run()
        desk.get_up()
        return plan

    return run
