"""Sessions of people with two monitors: a customer's call on one, the chat on the other, and back again."""

from dataclasses import replace

import deskhand
from deskhand.behavior_models.persona import ROLES
from deskhand.scenarios.desk import Desk
from deskhand.scenarios.scenario import Scenario, Steps, scenario
from deskhand.session import Session

# A person of seed 11 whose second monitor is lower and to the right, and one whose is to the left.
RIGHT, LEFT = 0, 9


@scenario("test.two_monitors", app="crm", opens="crm/leads")
def over_and_back(desk: Desk) -> Steps:
    """Look into the chat on the other monitor now and then, while looking at leads."""
    yield from desk.read(words=10)
    yield from desk.navigate("chat/channel")
    yield from desk.read(words=10)
    for _ in range(3):
        yield from desk.switch_to("crm")
        yield from desk.turn_wheel(3)
        yield from desk.look_over(2_000_000)
        yield from desk.switch_to("chat")
        yield from desk.read(words=20)


def with_monitors(task: Scenario, count: int) -> Scenario:
    """Return a scenario that everyone does with so many monitors."""
    return replace(task, monitors=dict.fromkeys(ROLES, count))


def two_monitors(person: int = RIGHT, seed: int = 11) -> Session:
    """Return a session with two monitors."""
    return deskhand.simulate(with_monitors(over_and_back, 2), seed=seed, person=person)
