"""Goals: what a task is for, whether it was reached, and tasks that cannot be done."""

from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc
import pytest

import deskhand
from deskhand.errors import DeskhandError, UnknownNameError
from deskhand.goals import missed, reached
from deskhand.recipe import load_recipe
from deskhand.scenarios.desk import Desk
from deskhand.scenarios.scenario import INFEASIBLE, Steps, infeasible, scenario

# All that ship with a goal; each is simulated with these seeds.
WITH_GOALS = (
    "auth.login",
    "auth.unlock",
    "chat.answer",
    "chat.write",
    "crm.browse_leads",
    "crm.create_lead",
    "crm.follow_up",
    "crm.log_call",
    "crm.update_opportunity",
    "expense.approve",
    "expense.change_account",
    "expense.new_claim",
    "lesson.look_at_league",
    "lesson.practise",
    "tracker.answer_issue",
    "tracker.create_issue",
    "tracker.triage_board",
)
SEEDS = range(5)


@pytest.mark.parametrize("name", WITH_GOALS)
def test_goals_are_reached_and_infeasible_ones_are_not(name: str) -> None:
    for seed in SEEDS:
        session = deskhand.simulate(name, seed=seed)
        assert session.goals, name
        assert all(len(goal.instruction.split()) > 3 for goal in session.goals)
        assert missed(session) == []
        other = deskhand.simulate(name + INFEASIBLE, seed=seed)
        assert missed(other) != [], f"{name} with seed {seed}"
        assert other.header["scenario"] == name + INFEASIBLE


def test_an_unfinished_task_misses_its_goal() -> None:
    session = deskhand.simulate("crm.create_lead", seed=7)
    events = session.events
    saved = pc.equal(events["reference"].cast(pa.string()), "crm/lead-form#page:saved")
    first = pc.index(saved, True).as_py()
    (told,) = missed(replace(session, events=events.slice(0, first)))
    assert "was not reached" in told


def test_a_wrong_field_and_a_wrong_count_are_told() -> None:
    session = deskhand.simulate("crm.create_lead", seed=7)
    (goal,) = session.goals
    wrong = reached("crm/lead-form", "saved", {"lead.name": "Nobody"})
    told = missed(session, [replace(goal, ends=(wrong,))])
    assert len(told) == 1
    assert "instead of 'Nobody'" in told[0]
    # A masked field is known by its length alone.
    phone = reached("crm/lead-form", "saved", {"lead.phone": "1"})
    assert "characters instead of 1" in missed(session, [replace(goal, ends=(phone,))])[0]
    twice = reached("crm/lead-form", "saved", times=2)
    assert "1 of 2 times" in missed(session, [replace(goal, ends=(twice,))])[0]


def test_a_page_that_is_opened_is_reached_in_its_base() -> None:
    session = deskhand.simulate("crm.create_lead", seed=7)
    (goal,) = session.goals
    opened = reached("crm/lead-form", "base")
    assert missed(session, [replace(goal, ends=(opened,))]) == []
    told = missed(session, [replace(goal, ends=(reached("crm/record", "base"),))])
    assert told == ["crm.create_lead: crm/record#page:base was not reached."]


def test_a_scenario_without_a_spoil_has_no_infeasible_variant() -> None:
    plain = replace(load_recipe("crm.create_lead").scenario, spoil=None)
    with pytest.raises(DeskhandError, match="no infeasible variant"):
        infeasible(plain)


def test_a_goal_on_a_screen_that_is_not_there_is_refused() -> None:
    @scenario("check.goal", app="crm", opens="crm/leads", modelled_on="a test")
    def wrong(desk: Desk) -> Steps:
        """Look for a screen that is not there."""
        desk.aim("Go to the leads.", reached("crm/leeds", "saved"))
        yield from desk.read(words=5)

    with pytest.raises(UnknownNameError, match="did you mean 'crm/leads'"):
        deskhand.simulate(wrong, seed=1)


def test_of_masked_fields_a_goal_keeps_the_length_alone() -> None:
    (goal,) = deskhand.simulate("auth.unlock", seed=3).goals
    (end,) = goal.ends
    assert set(end.holding["lock.password"]) == {"*"}
