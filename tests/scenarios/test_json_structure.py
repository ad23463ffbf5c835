"""Branches, loops, interrupts and other scenarios of the JSON form."""

import json
import math
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskhand.errors import DeskhandError
from deskhand.scenarios.json_form.places import Place
from deskhand.scenarios.json_form.reading import MOST_STEPS, load_scenario_file
from deskhand.scenarios.json_form.running import rounds
from deskhand.scenarios.json_form.steps import Repeat
from deskhand.streams import Draws
from tests.scenarios.json_scenarios import CHECK, HOVER, SHOT, Act, doing, written


def test_ways_are_taken_with_their_probabilities(tmp_path: Path, act: Act) -> None:
    ways = [{"probability": 0.2, "steps": [SHOT]}, {"steps": [HOVER]}]
    path = written(tmp_path, [{"do": "branch", "ways": ways}])
    count = 300
    taken = Counter(tuple(doing(act, path, person=person)) for person in range(count))
    assert set(taken) == {("screenshot",), ("hover",)}
    # Five standard deviations.
    assert abs(taken["screenshot",] - 0.2 * count) < 5 * math.sqrt(count * 0.2 * 0.8)


def test_a_way_may_be_empty(tmp_path: Path, act: Act) -> None:
    ways = [{"probability": 1, "steps": []}, {"probability": 0, "steps": [SHOT]}]
    assert doing(act, written(tmp_path, [{"do": "branch", "ways": ways}, HOVER])) == ["hover"]


@pytest.mark.parametrize(
    ("times", "possible"),
    [(3, {3}), (0, {0}), ({"from": 1, "to": 3}, {1, 2, 3}), ({"mean": 1.5, "most": 2}, {1, 2})],
)
def test_loops_are_bounded(times: Any, possible: set[int], tmp_path: Path, act: Act) -> None:
    path = written(tmp_path, [{"do": "repeat", "times": times, "steps": [SHOT]}, HOVER])
    counts = {doing(act, path, person=person).count("screenshot") for person in range(40)}
    assert counts == possible


def test_a_loop_ends_when_it_was_enough(tmp_path: Path, act: Act) -> None:
    loop = {"do": "repeat", "times": 5, "until": 1, "steps": [SHOT]}
    assert doing(act, written(tmp_path, [loop])) == ["screenshot"]


@given(st.integers(1, 60).flatmap(lambda most: st.tuples(st.floats(1, most), st.just(most))))
def test_rounds_have_the_mean_that_was_given(bounds: tuple[float, int]) -> None:
    mean, most = bounds
    place = Place("", 1, "")
    loop = Repeat(least=1, most=most, mean=mean, until=0, steps=(), place=place)
    # The law's quantiles, so that its mean is an integral and no sample.
    count = 1000
    quantiles = iter([(number + 0.5) / count for number in range(count)])
    found = [rounds(loop, quantiles.__next__) for _ in range(count)]
    assert all(1 <= number <= most for number in found)
    assert abs(sum(found) / count - mean) < most / 400


def test_an_interrupt_comes_once_between_steps_and_the_person_comes_back(
    tmp_path: Path, act: Act
) -> None:
    by = [{"probability": 1, "steps": [{"do": "navigate", "screen": "b/form"}, SHOT]}]
    steps: list[Any] = [{"do": "interrupted", "by": by, "steps": [CHECK, CHECK, CHECK]}, HOVER]
    path = written(tmp_path, steps)
    seen = set()
    for person in range(20):
        made, _ = load_scenario_file(path)
        plan = act(made.run, person=person)
        verbs = [action.verb for action in plan.actions]
        at = verbs.index("navigate")
        assert verbs[at : at + 4] == ["navigate", "screenshot", "switch_to", "think"]
        assert verbs.count("screenshot") == 1
        # The last step is done where the task was begun.
        fronts = [row.columns["reference"] for row in plan.rows if row.type == "window.focus"]
        assert fronts == ["a/form", "b/form", "a/form"]
        seen.add(at)
    assert len(seen) > 1


def test_an_interrupt_by_rate_comes_as_often_as_said(tmp_path: Path, act: Act) -> None:
    minute = {"do": "pause", "median_s": 60}
    by = [{"per_hour": 30, "steps": [SHOT]}]
    loop = {"do": "repeat", "times": 60, "steps": [minute]}
    path = written(tmp_path, [{"do": "interrupted", "by": by, "steps": [loop]}])
    count = 20
    came = [doing(act, path, person=person).count("screenshot") for person in range(count)]
    # An exponential wait and then the rest of a minute: 120 + 30 s and some, so 24 in an hour.
    assert 20 < sum(came) / count < 26
    assert len(set(came)) > 3


def test_a_probability_of_nothing_interrupts_nothing(tmp_path: Path, act: Act) -> None:
    by = [{"probability": 0, "steps": [SHOT]}]
    assert doing(act, written(tmp_path, [{"do": "interrupted", "by": by, "steps": [HOVER]}])) == [
        "hover"
    ]


def test_nothing_interrupts_a_page_that_is_about_to_change(tmp_path: Path, act: Act) -> None:
    save = {"do": "click", "target": "form.save"}
    steps = [save, {"do": "wait_for", "target": "form.toast"}, SHOT]
    by = [{"probability": 1, "steps": [{"do": "think", "kind": "look"}]}]
    path = written(tmp_path, [{"do": "interrupted", "by": by, "steps": steps}])
    for person in range(12):
        verbs = doing(act, path, person=person)
        saved = len(verbs) - 1 - verbs[::-1].index("click")
        assert verbs[saved + 1] == "wait_for"


def test_a_scenario_is_made_of_others(tmp_path: Path, act: Act) -> None:
    written(tmp_path, [SHOT], "inner.json", name="b.inner", opens="a/list")
    path = written(tmp_path, [HOVER, {"do": "scenario", "name": "inner.json"}])
    made, _ = load_scenario_file(path)
    actions = act(made.run).actions
    assert [(a.scenario, a.verb) for a in actions] == [
        ("test", "hover"),
        ("b.inner", "scroll"),
        ("b.inner", "click"),
        ("b.inner", "screenshot"),
    ]


def test_a_registered_scenario_can_be_part(tmp_path: Path) -> None:
    import deskhand

    sub = {"do": "scenario", "name": "crm.create_lead"}
    path = written(tmp_path, [sub], app="auth", opens="auth/login")
    session = deskhand.simulate(path, seed=7)
    assert "crm.create_lead" in session.actions["scenario"].to_pylist()
    masked = {e["target"] for e in session.events.to_pylist() if e["masked"]}
    # What the part masks is masked, too.
    assert "lead.phone" in masked


@pytest.mark.parametrize("files", [("task.json",), ("task.json", "b.json", "c.json")])
def test_a_cycle_is_refused_by_its_names(files: tuple[str, ...], tmp_path: Path) -> None:
    for here, following in zip(files, [*files[1:], files[0]], strict=True):
        written(tmp_path, [{"do": "scenario", "name": following}], here)
    with pytest.raises(DeskhandError, match=" > ".join([*files, files[0]])):
        load_scenario_file(tmp_path / "task.json")


def test_loops_in_loops_are_bounded_together(tmp_path: Path) -> None:
    steps: list[Any] = [SHOT]
    for _ in range(3):
        steps = [{"do": "repeat", "times": 1000, "steps": steps}]
    with pytest.raises(DeskhandError, match=f"1000000000 steps.*{MOST_STEPS} is the limit"):
        load_scenario_file(written(tmp_path, steps))


def test_steps_inside_one_another_are_bounded(tmp_path: Path) -> None:
    for depth, words in ((40, "60 is the limit"), (100_000, "60 is the limit")):
        path = written(tmp_path, [SHOT])
        shot = json.dumps(SHOT, indent=1).replace("\n", "\n  ")
        nested = '{"do": "repeat", "times": 1, "steps": [' * depth + '{"do": "screenshot"}'
        path.write_text(path.read_text().replace(shot, nested + "]}" * depth))
        with pytest.raises(DeskhandError, match=words):
            load_scenario_file(path)


def test_draws_of_a_loop_come_from_the_seed() -> None:
    place = Place("", 1, "")
    loop = Repeat(least=1, most=9, mean=None, until=0, steps=(), place=place)
    draws = [[rounds(loop, Draws(seed, "x").uniform) for _ in range(2)] for seed in (7, 7, 8)]
    assert draws[0] == draws[1]
