"""Every shipped task is done to its end under a condition that changes more than a hand's pace."""

import pytest

import deskhand
from deskhand.goals import missed
from deskhand.recipe import scenario_names

TASKS = [name for name in scenario_names() if "." in name]


@pytest.mark.parametrize("name", TASKS)
def test_one_hand_reaches_every_goal(name: str) -> None:
    session = deskhand.simulate(name, seed=7, condition="one-handed")
    assert session.header["condition"] == "one-handed"
    assert missed(session) == []
