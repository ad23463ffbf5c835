"""The pace of a day: hands tire by the stated amount, tasks follow the stated power of practice."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import deskhand
from deskhand.behavior_models.fatigue import WorkingHand, read_fatigue, tiredness, tireless
from deskhand.behavior_models.persona import draw_persona
from deskhand.behavior_models.profile import load_profile
from deskhand.behavior_models.task_practice import TaskPractice
from deskhand.errors import DeskhandError
from deskhand.generators.typing_plan import Typing
from deskhand.generators.typist import Typist
from deskhand.scenarios.desk import Desk
from deskhand.scenarios.scenario import Steps, scenario

OFFICE = load_profile("office")
FATIGUE = read_fatigue(OFFICE)
DAY: dict[str, Any] = {
    "format": "deskhand.day/1",
    "name": "one_task",
    "hours": 0.5,
    "lunch": False,
    "calendar": {"weekend_share": 0},
    "roles": {"clerk": {"tasks": {"crm.log_call": 1}, "meetings_h": 0}},
}


def typing(text: str = "The list is attached, with the prices of last week.") -> Typing:
    return Typist(draw_persona(OFFICE, 7, 0, 0), 7, (0, 0, 0)).type(text)


PLAIN = typing()


@settings(deadline=None)
@given(st.floats(0.4, 2.5))
def test_paced_keys_keep_their_order_and_the_clock_of_the_keyboard(factor: float) -> None:
    paced = PLAIN.paced(factor)
    before = np.concatenate([PLAIN.down_us, PLAIN.up_us])
    after = np.concatenate([paced.down_us, paced.up_us])
    tick = int(np.gcd.reduce(before))
    order = np.argsort(before, kind="stable")
    assert np.array_equal(np.diff(before[order]) > 0, np.diff(after[order]) > 0)
    assert np.all(np.diff(after[order]) >= 0)
    assert np.all(after % tick == 0)
    assert after.max() == paced.duration_us
    # No key is further from its place than the clock's steps that keep others apart.
    assert np.all(np.abs(after - factor * before) <= tick * len(before))


def test_a_tired_hand_is_slower_by_as_much_as_the_law_says() -> None:
    tired = 1.0 + FATIGUE.time_rise * tiredness(FATIGUE, 0.0, 3 * 3600.0)
    assert tired == pytest.approx(1 + 0.06 * (1 - np.exp(-1)))
    assert PLAIN.paced(tired).duration_us == pytest.approx(tired * PLAIN.duration_us, rel=1e-3)


@settings(deadline=None)
@given(
    exponent=st.floats(0, 1),
    practised=st.floats(1, 1e4),
    before=st.floats(0, 1e4),
    goes=st.integers(1, 30),
)
def test_tasks_follow_the_power_law(
    exponent: float, practised: float, before: float, goes: int
) -> None:
    practice = TaskPractice(FATIGUE, exponent=exponent, practised=practised, before={"a": before})
    factors = [practice.begin("a") for _ in range(goes)]
    law = [((practised + before + n) / practised) ** -exponent for n in range(goes)]
    assert factors == pytest.approx(law)
    assert practice.begin("b") == 1.0


def first_typing_us(path: Path, given: dict[str, Any], day: int) -> int:
    """Return how long the first text of a day's first task takes."""
    path.write_text(json.dumps(DAY | given))
    actions = deskhand.simulate(path, seed=7, day=day, role="clerk").actions.to_pydict()
    columns = (actions[name] for name in ("scenario", "verb", "start_us", "end_us"))
    return next(
        int(end - start)
        for task, verb, start, end in zip(*columns, strict=True)
        if (task, verb) == ("crm.log_call", "type")
    )


@pytest.mark.parametrize(("day", "worked"), [(0, 0), (4, 4), (16, 12)])
def test_a_later_day_is_faster_by_as_much_as_the_law_says(
    tmp_path: Path, day: int, worked: int
) -> None:
    path = tmp_path / "day.json"
    law = {"practice": {"exponent": 0.4, "practised": 2}, "fatigue": False}
    learned = first_typing_us(path, law, day)
    plain = first_typing_us(path, {"practice": False, "fatigue": False}, day)
    # 30 minutes bring 3.75 tasks a day in the mean, all of one kind; nobody works at weekends.
    factor = ((2 + worked * 3.75) / 2) ** -0.4
    assert learned / plain == pytest.approx(factor, rel=0.01)


def typing_us(hours: int) -> int:
    """Return how long a text takes after some hours of work."""

    @scenario("test.tired", app="crm", opens="crm/lead-form")
    def tired(desk: Desk) -> Steps:
        """Work for some hours, and type."""
        desk.keys_drift = True
        desk.t_us += hours * 3_600_000_000
        yield from desk.type("Call back on Monday about the prices.", into="lead.notes")

    actions = deskhand.simulate(tired, seed=7).actions.to_pylist()
    return next(int(a["end_us"] - a["start_us"]) for a in actions if a["verb"] == "type")


def test_typing_at_the_end_of_a_day_is_slower_unless_nobody_tires() -> None:
    risen = 1 + FATIGUE.time_rise * tiredness(FATIGUE, 0.0, 3 * 3600.0)
    assert typing_us(3) / typing_us(0) == pytest.approx(risen, rel=0.002)
    hand = WorkingHand(tireless(FATIGUE))
    assert hand.slowness(10**11) == hand.clumsiness(10**11) == 1.0


@pytest.mark.parametrize(
    "change",
    [
        {"practice": True},
        {"practice": {"exponent": 2}},
        {"practice": {"practised": 0}},
        {"fatigue": 1},
    ],
)
def test_what_is_no_law_is_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    path = tmp_path / "day.json"
    path.write_text(json.dumps(DAY | change))
    with pytest.raises(DeskhandError, match=r"day\.json:1: (practice|fatigue)"):
        deskhand.simulate(path, seed=7)
