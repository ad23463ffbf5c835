"""Attention goes to one thing at a time: what is urgent breaks in at the end of a step, then the task goes on."""

import itertools
from collections.abc import Callable
from functools import partial

import pytest
import simpy

from deskhand.behavior_models.persona import draw_persona
from deskhand.behavior_models.profile import load_profile
from deskhand.generators.plan import SessionPlan
from deskhand.generators.typing_pool import TypingPool
from deskhand.scenarios.app_screens import shipped_screens
from deskhand.scenarios.apps.crm.tasks import create_lead
from deskhand.scenarios.apps.tracker.tasks import answer_issue, create_issue
from deskhand.scenarios.desk import Desk
from deskhand.scenarios.interruptions import Interruptions
from deskhand.scenarios.records import Records
from deskhand.scenarios.scenario import Steps
from deskhand.scenarios.turns import Priority, Turns
from deskhand.scenarios.world import World
from deskhand.streams import Draws

SECOND_US = 1_000_000


class Seat:
    """A person at a desk, for whom the tests plan what comes up."""

    def __init__(self, seed: int) -> None:
        self.env = simpy.Environment()
        profile = load_profile("office")
        world = World(
            self.env, seed=seed, team=0, day=0, people=[0], first_hour=9.0, typing_pool=TypingPool()
        )
        self.plan = SessionPlan(
            session_id="syn_0",
            seed=seed,
            scenario="test",
            team=0,
            person=0,
            day=0,
            persona=draw_persona(profile, seed, 0, 0, "engineer", "none"),
            start_wall_us=0,
            time_zone="UTC",
            provenance_id="test",
            viewport=(1280, 720),
        )
        records = Records(seed, 0, 0, 0)
        self.desk = Desk(
            self.env, self.plan, shipped_screens(), records, world=world, profile=profile
        )
        self.desk.sit_down("crm/leads")
        self.turns = Turns(self.desk)
        self.told: list[tuple[str, int]] = []

    def at(self, second: float, priority: Priority, name: str, steps: Callable[[], Steps]) -> None:
        def process() -> Steps:
            yield self.env.timeout(int(second * SECOND_US))
            yield from self.turns.take(priority, partial(self._noted, name, steps))

        self.env.process(process())

    def _noted(self, name: str, steps: Callable[[], Steps]) -> Steps:
        self.told.append((f"{name} begins", int(self.env.now)))
        yield from steps()
        self.told.append((f"{name} ends", int(self.env.now)))

    def names(self) -> list[str]:
        return [name for name, _ in self.told]


def in_order(plan: SessionPlan) -> bool:
    starts = [(action.start_us, action.end_us) for action in plan.actions]
    return all(one[1] <= two[0] for one, two in itertools.pairwise(starts))


@pytest.mark.parametrize("seed", range(8))
def test_a_message_breaks_in_and_the_task_is_finished(seed: int) -> None:
    seat = Seat(seed)
    desk = seat.desk
    seat.at(0, Priority.PLANNED, "lead", partial(desk.do, create_lead))
    seat.at(20, Priority.MESSAGE, "issue", partial(desk.do, answer_issue))
    seat.env.run()
    assert seat.names() == ["lead begins", "issue begins", "issue ends", "lead ends"]
    assert in_order(seat.plan)
    assert next(goal.scenario for goal in seat.plan.goals) == "crm.create_lead"
    tasks = [action.scenario for action in seat.plan.actions]
    after = tasks[len(tasks) - tasks[::-1].index("tracker.answer_issue") :]
    assert set(after) == {"crm.create_lead"}


def test_what_is_less_urgent_waits() -> None:
    seat = Seat(3)
    desk = seat.desk
    seat.at(0, Priority.MESSAGE, "lead", partial(desk.do, create_lead))
    seat.at(5, Priority.PLANNED, "issue", partial(desk.do, create_issue))
    seat.env.run()
    assert seat.names() == ["lead begins", "lead ends", "issue begins", "issue ends"]


def test_three_levels_come_back_in_order() -> None:
    seat = Seat(4)
    desk = seat.desk
    seat.at(0, Priority.PLANNED, "lead", partial(desk.do, create_lead))
    seat.at(15, Priority.MESSAGE, "issue", partial(desk.do, create_issue))
    seat.at(40, Priority.INCIDENT, "pause", partial(desk.away, 30 * SECOND_US, "pause"))
    # Between the two that it could break off: it waits for the one and breaks off the other.
    seat.at(41, Priority.BODY, "rest", partial(desk.away, 10 * SECOND_US, "pause"))
    seat.env.run()
    names = seat.names()
    assert names[:3] == ["lead begins", "issue begins", "pause begins"]
    assert names[3:6] == ["pause ends", "rest begins", "rest ends"]
    assert names[6:] == ["issue ends", "lead ends"]
    assert in_order(seat.plan)


def test_applications_in_use_are_known() -> None:
    seat = Seat(5)
    found: list[set[str]] = []

    def look() -> Steps:
        found.append(set(seat.turns.apps))
        yield from seat.desk.think("react")

    def planned() -> Steps:
        yield from seat.turns.take(
            Priority.PLANNED, partial(seat.desk.do, create_lead), apps=("crm",)
        )

    seat.env.process(planned())
    seat.at(10, Priority.MESSAGE, "look", look)
    seat.env.run()
    assert found == [{"crm"}]
    assert seat.turns.apps == set()


@pytest.mark.parametrize("seed", range(4))
def test_who_is_called_away_while_unlocking_goes_on_unlocking(seed: int) -> None:
    seat = Seat(seed)
    draws = Draws(seed, "test")
    interruptions = Interruptions(seat.desk, seat.turns, draws, laptop_share=0.0)
    leave = interruptions._leave
    # The screen locks itself after ten minutes; the password takes longer than five seconds.
    seat.at(0, Priority.BODY, "absence", partial(leave, 700 * SECOND_US, "away"))
    seat.at(705, Priority.APPOINTMENT, "meeting", partial(leave, 900 * SECOND_US, "meeting"))
    seat.env.run()
    assert seat.names() == ["absence begins", "meeting begins", "meeting ends", "absence ends"]
    assert seat.desk.window.app == "crm"
    assert in_order(seat.plan)
