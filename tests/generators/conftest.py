"""Plans of clicks and drifts, made with the hand alone, for the tests of this room."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from deskhand.behavior_models.persona import draw_persona
from deskhand.behavior_models.profile import Profile, load_profile
from deskhand.generators.hand import Hand
from deskhand.generators.plan import Action, Move, Place, Press, Row, SessionPlan, Wheeled
from deskhand.generators.wheel import plan_scroll
from deskhand.streams import Draws

MakePlan = Callable[..., SessionPlan]


def _make_plan(
    clicks: int = 40,
    seed: int = 7,
    person: int = 0,
    poll_hz: float = 125.0,
    profile: Profile | None = None,
) -> SessionPlan:
    persona = draw_persona(profile or load_profile("office"), seed, 0, person)
    persona = replace(persona, device=replace(persona.device, poll_hz=poll_hz))
    draws = Draws(seed, "hand", 0, person)
    hand = Hand(persona, draws)
    plan = SessionPlan(
        session_id=f"session-{person}",
        seed=seed,
        scenario="clicks",
        team=0,
        person=person,
        day=0,
        persona=persona,
        start_wall_us=0,
        time_zone="Europe/Berlin",
        provenance_id="test",
        viewport=(1280, 720),
    )
    boxes = np.random.default_rng(seed)
    plan.places.append(Place(0, "crm", "Leads", 10, 80))
    plan.rows.append(Row(0, "session.start", None, {}))
    t = 0
    for action in range(clicks):
        start = t
        box = (
            float(boxes.integers(1700)),
            float(boxes.integers(1000)),
            float(boxes.choice([14, 80, 200])),
            float(boxes.choice([14, 30])),
        )
        for kind in ("aim", "drift") if action % 4 == 0 else ("aim",):
            x0, y0 = hand.x, hand.y
            aim = hand.aim(box) if kind == "aim" else hand.drift(7.0, -4.0, 0.3)
            end = t + aim.duration_us
            move = Move(action, kind, t, end, x0, y0, aim.x, aim.y, aim.width_px, 0)
            plan.moves.append(move)
            t = end
        down = t + hand.dwell_us()
        up = down + hand.hold_us()
        target = f"button-{action % 3}"
        plan.presses.append(
            Press(action, down, up, hand.x, hand.y, hand.x, hand.y, 0, 1, target, target)
        )
        plan.rows.append(Row(down + 1000, "focus", action, {"target": target}))
        t = up
        if action % 10 == 0:
            scroll = plan_scroll(persona, draws, 500.0, reading=True)
            plan.wheeled.append(Wheeled(action, t, scroll, hand.x, hand.y, "list", 0.0, 350.0))
            t += scroll.duration_us
        aimed = (hand.x, hand.y)
        plan.actions.append(
            Action(
                action,
                "clicks",
                0,
                action,
                "click",
                target,
                start,
                t,
                *aimed,
                *aimed,
                None,
                None,
                None,
                0,
            )
        )
        plan.elements["crm/leads", target] = {
            "app": "crm",
            "role": "button",
            "name": "Save",
            "tag": "button",
            "left": 1.0,
            "top": 2.0,
            "width": 3.0,
            "height": 4.0,
            "sensitive": None,
        }
        t += 200_000
        if action == clicks // 2:
            plan.places.append(Place(t, "chat", "Inbox", 30, 60))
            plan.rows.append(Row(t, "window.focus", None, {"app": "chat", "window": "Inbox"}))
    plan.rows.append(Row(t, "session.end", None, {}))
    plan.duration_us = t
    return plan


@pytest.fixture(scope="session")
def make_plan() -> MakePlan:
    return _make_plan
