"""What the check finds on every way through a scenario, before anybody is simulated."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deskhand.cli import main
from deskhand.errors import DeskhandError
from deskhand.scenarios.app_screens import shipped_screens
from deskhand.scenarios.json_form.checking import check_written
from deskhand.scenarios.json_form.reading import load_scenario_file
from deskhand.screen import Screen

SAVE = {"do": "click", "target": "form.save", "to": "saving"}
TOAST = {"do": "wait_for", "target": "form.toast"}
NAME = {"do": "type", "text": "Ada", "into": "form.name"}
SHOT = {"do": "screenshot"}
DRAG = {"do": "drag", "target": "form.card", "onto": "form.bin"}
SHELVE = {"do": "pick", "items": ["card.move", "card.move.shelf"], "of": "form.card"}
LEAVE = {"do": "click", "target": "form.back"}


def branch(*steps: Any, chance: float = 0.5) -> dict[str, Any]:
    ways = [{"probability": chance, "remark": "assumed", "steps": list(steps)}, {"steps": []}]
    return {"do": "branch", "ways": ways}


def repeat(times: Any, *steps: Any, **more: Any) -> dict[str, Any]:
    return {"do": "repeat", "times": times, "remark": "assumed", "steps": list(steps), **more}


def interrupted(by: list[Any], *steps: Any, chance: float = 0.5) -> dict[str, Any]:
    what = {"probability": chance, "remark": "assumed", "steps": by}
    return {"do": "interrupted", "by": [what], "steps": list(steps)}


def found(folder: Path, screens: Mapping[str, Screen], steps: list[Any], **head: Any) -> list[str]:
    data = {
        "format": "deskhand.scenario/1",
        "name": "a.task",
        "app": "a",
        "opens": "a/form",
        **head,
        "steps": steps,
    }
    (folder / "task.json").write_text(json.dumps(data, indent=1))
    return [str(f) for f in check_written(load_scenario_file(folder / "task.json")[0], screens)]


GOOD: dict[str, list[Any]] = {
    "a change to come": [NAME, SAVE, TOAST],
    "a link and back": [LEAVE, LEAVE, NAME],
    "either page": [branch(LEAVE), NAME],
    "a loop": [repeat({"from": 0, "to": 4}, LEAVE), NAME],
    "a list of its own": [
        {"do": "choose", "option": "Fair", "of": "form.source"},
        {"do": "choose", "option": "Won", "of": "form.status"},
    ],
    "the field with the focus": [NAME, {"do": "type", "text": "Berg"}],
    "keys of the page": [NAME, {"do": "press", "keys": "Control+s", "to": "saving"}, TOAST],
    "news": [{"do": "news", "text": "hello", "slot": "text"}],
    "two windows": [
        {"do": "navigate", "screen": "b/form"},
        NAME,
        {"do": "switch_to", "app": "a"},
        NAME,
    ],
    "an interrupt elsewhere": [
        interrupted([{"do": "navigate", "screen": "b/form"}], NAME, {"do": "type", "text": "x"})
    ],
    "a masked field": [{"do": "type", "text": "1", "into": "form.phone"}],
    "another scenario": [{"do": "scenario", "name": "auth.login"}],
    "by role": [{"do": "click", "target": 'role=button[name="Save"]'}],
    "a drag": [DRAG],
    "a menu": [{"do": "pick", "items": ["card.copy"], "of": "form.card"}, DRAG],
    "a submenu": [SHELVE],
}


@pytest.mark.parametrize("case", GOOD)
def test_nothing_is_found_where_nothing_is_wrong(
    case: str, tmp_path: Path, screens: dict[str, Screen]
) -> None:
    lines = found(tmp_path, screens, GOOD[case])
    assert [line for line in lines if "note: " not in line] == []


BAD: dict[str, tuple[list[Any], str]] = {
    "on a way that is seldom taken": (
        [branch({"do": "click", "target": "form.sav"}, chance=0.001)],
        "step 1.1.1 (click): element 'form.sav' is not known; did you mean 'form.save'",
    ),
    "after one way alone": (
        [DRAG, branch(LEAVE), SHOT, {"do": "hover", "target": "form.card"}],
        "step 4 (hover): element 'form.card' is not known",
    ),
    "in the second round": (
        [repeat({"from": 1, "to": 2}, DRAG)],
        "step 1.1 (drag): element 'form.card' is not known",
    ),
    "an unknown option": (
        [branch({"do": "choose", "option": "Wn", "of": "form.status"})],
        "option of 'form.status' 'Wn' is not known; did you mean 'Won'",
    ),
    "one unknown option of several": (
        [{"do": "choose", "option": {"one_of": ["Won", "Lost"]}, "of": "form.status"}],
        "option of 'form.status' 'Lost' is not known",
    ),
    "an item of a menu that is not there": (
        [{"do": "pick", "items": ["card.move.shelf"], "of": "form.card"}],
        "step 1 (pick): element 'card.move.shelf' is not known; did you mean 'card.move'",
    ),
    "a menu that does not come up again": ([SHELVE, SHELVE], "step 2 (pick): element 'card.move'"),
    "a state without a way": (
        [{"do": "click", "target": "form.back", "to": "saved"}],
        "click on 'form.back' does not lead to state 'saved'",
    ),
    "an element that never shows": ([TOAST], "step 1 (wait_for): element 'form.toast'"),
    "an element that has gone": (
        [SAVE, LEAVE, LEAVE, TOAST],
        "step 4 (wait_for): element 'form.toast'",
    ),
    "no focus": ([{"do": "type", "text": "x"}], "step 1 (type): no field has the focus"),
    "no window": ([{"do": "switch_to", "app": "b"}], "no window of 'b' is open"),
    "no screen": ([{"do": "navigate", "screen": "b/from"}], "did you mean 'b/form'"),
    "no news": ([LEAVE, repeat(2, {"do": "news", "text": "x"})], "nothing from outside"),
    "what interrupts": (
        [interrupted([{"do": "hover", "target": "no.such"}], NAME, chance=0.01)],
        "step 1.by1.1 (hover): element 'no.such'",
    ),
    "after an interrupt": (
        [
            interrupted(
                [DRAG],
                NAME,
                {"do": "hover", "target": "form.card"},
            )
        ],
        "step 1.2 (hover): element 'form.card'",
    ),
    "steps of no probability": ([branch(SHOT, NAME, chance=0)], "steps 1.1.1 to 1.1.2 are never"),
    "a loop of no round": (
        [repeat(0, SHOT)],
        "step 1.1 is never taken, since the loop has no round",
    ),
    "an interrupt of no probability": ([interrupted([SHOT], NAME, chance=0)], "is never taken"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_wrong_on_some_way_is_found(
    case: str, tmp_path: Path, screens: dict[str, Screen]
) -> None:
    steps, words = BAD[case]
    grave = [line for line in found(tmp_path, screens, steps) if "note: " not in line]
    assert len(grave) == 1, grave
    assert words in grave[0]


def test_a_finding_names_its_line(tmp_path: Path, screens: dict[str, Screen]) -> None:
    (line,) = found(tmp_path, screens, [SHOT, {"do": "hover", "target": "x"}])
    place, _, _ = line.partition(": ")
    number = int(place.partition(":")[2])
    text = (tmp_path / "task.json").read_text().splitlines()
    assert (text[number - 1].strip(), text[number].strip()) == ("{", '"do": "hover",')


@pytest.mark.parametrize(
    ("element", "word"),
    [("form.email", "email"), ("form.iban", "iban"), ("customerPhone", "phone"), ("x", None)],
)
def test_fields_that_look_sensitive_are_marked(
    element: str, word: str | None, tmp_path: Path, screens: dict[str, Screen]
) -> None:
    data = json.loads(json.dumps(screens["a/form"].data))
    data["elements"][element] = {**data["elements"]["form.name"], "name": "Field"}
    own = {"a/form": Screen(data)}
    step = {"do": "type", "text": "x", "into": element}
    lines = found(tmp_path, own, [branch(step)])
    assert [f"looks like a {word}" in line for line in lines] == ([True] if word else [])
    assert found(tmp_path, own, [step], sensitive=[element]) == []
    assert found(tmp_path, own, [step], plain=[element]) == []


@pytest.mark.parametrize(
    ("goal", "words"),
    [
        ({"screen": "a/form", "state": "saved"}, None),
        ({"screen": "a/form", "state": "bin"}, "no way through the steps brings a/form to"),
        ({"screen": "a/form", "state": "save"}, "'save' is not known; did you mean 'saved'"),
        ({"screen": "a/from", "state": "saved"}, "screen 'a/from' is not known"),
        (
            {"screen": "a/form", "state": "saved", "holding": {"form.nam": "x"}},
            "element 'form.nam' is not known",
        ),
    ],
)
def test_goals_can_be_reached(
    goal: dict[str, Any], words: str | None, tmp_path: Path, screens: dict[str, Screen]
) -> None:
    lines = found(tmp_path, screens, [SAVE], goal={"instruction": "Save.", "reached": [goal]})
    assert len(lines) == (words is not None)
    assert all(line.startswith("task.json:9 (goal): ") and str(words) in line for line in lines)


def test_numbers_without_a_source_are_noted(tmp_path: Path, screens: dict[str, Screen]) -> None:
    ways = [{"probability": 0.3, "steps": []}, {"probability": 0.7, "remark": "x", "steps": []}]
    steps: list[Any] = [
        {"do": "branch", "ways": ways},
        {"do": "repeat", "times": 3, "steps": [{"do": "pause", "median_s": 2}]},
        {"do": "repeat", "times": {"mean": 2, "most": 3}, "steps": [SHOT]},
        {"do": "news", "text": "x", "after_s": 3, "remark": "assumed"},
        {"do": "interrupted", "by": [{"per_hour": 2, "steps": [SHOT]}], "steps": [SHOT]},
    ]
    lines = found(tmp_path, screens, steps)
    notes = [line.partition(": ")[2].partition(" has")[0] for line in lines]
    assert notes == [
        "step 1.1 (way): note: the probability 0.3",
        "step 2.1 (pause): note: the time",
        "step 3 (repeat): note: the number of rounds",
        "step 5.by1 (interrupt): note: the rate",
    ]


def test_after_a_part_in_python_pages_are_not_known(
    tmp_path: Path, screens: dict[str, Screen]
) -> None:
    part = {"do": "scenario", "name": "auth.login"}
    wrong = {"do": "hover", "target": "x"}
    lines = found(tmp_path, {**shipped_screens(), **screens}, [part, wrong])
    assert ["trials alone tell" in line for line in lines] == [True]
    lines = found(tmp_path, screens, [part, {"do": "navigate", "screen": "b/form"}, wrong])
    assert ["step 3 (hover): element 'x'" in line for line in lines] == [True]


def test_the_lines_of_a_part_are_its_own(tmp_path: Path, screens: dict[str, Screen]) -> None:
    found(tmp_path, screens, [{"do": "hover", "target": "x"}])
    (tmp_path / "task.json").rename(tmp_path / "part.json")
    lines = found(tmp_path, screens, [{"do": "scenario", "name": "part.json"}])
    assert [line.partition(":")[0] for line in lines] == ["part.json"]


# What can be done, and what cannot, in any order: the desk is asked whether the check is right.
STEPS: list[dict[str, Any]] = [
    *(NAME, DRAG, LEAVE, SHOT),
    *({"do": "hover", "target": target} for target in ("form.card", "form.save", "no.such")),
    # By keys nobody sees that a list does not open.
    *(
        {"do": "choose", "option": option, "of": "form.source", "by": "mouse"}
        for option in ("Fair", "Fare")
    ),
    {"do": "click", "target": "form.source.fair"},
    {"do": "type", "text": "Berg"},
    {"do": "undo"},
    {"do": "click", "target": "form.agree"},
    {"do": "press", "keys": "Tab"},
    {"do": "press", "keys": "Enter"},
    {"do": "navigate", "screen": "b/form"},
    {"do": "switch_to", "app": "b"},
    {"do": "switch_to", "app": "a"},
    {"do": "news", "text": "hello"},
]
# After these the page changes by itself, and whether it has is a matter of how quick somebody is.
TIMED: list[dict[str, Any]] = [SAVE, TOAST]


def refused(act: Any, path: Path, person: int) -> str | None:
    try:
        act(load_scenario_file(path)[0].run, person=person)
    except DeskhandError as error:
        return str(error)
    return None


@given(st.lists(st.sampled_from([*STEPS, *TIMED]), min_size=1, max_size=6), st.integers(0, 9))
@settings(
    max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
def test_the_check_is_right_about_what_a_person_can_do(
    tmp_path: Path, screens: dict[str, Screen], act: Any, steps: list[dict[str, Any]], person: int
) -> None:
    grave = [line for line in found(tmp_path, screens, steps) if "note: " not in line]
    refusal = refused(act, tmp_path / "task.json", person)
    if any(step in TIMED for step in steps):
        # It may have been too slow for a step that could be done, but no wolf is cried.
        assert refusal is not None or not grave, grave
    elif grave:
        assert refusal is not None
        assert refusal.partition(": ")[0] == grave[0].partition(": ")[0]
    else:
        assert refusal is None


# The command


def checked(
    folder: Path, steps: list[Any], capsys: pytest.CaptureFixture[str], *words: str
) -> tuple[int, str, str]:
    head = {"format": "deskhand.scenario/1", "name": "a.task", "app": "crm", "opens": "crm/leads"}
    path = folder / "task.json"
    path.write_text(json.dumps({**head, "steps": steps}, indent=1))
    status = main(["scenarios", "check", str(path), *words])
    said = capsys.readouterr()
    return status, said.out, said.err


def test_the_command_reads_and_tries(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pause = {"do": "pause", "median_s": 2}
    status, out, err = checked(tmp_path, [pause], capsys, "--trials", "2")
    assert (status, err) == (0, "")
    assert "step 1 (pause): note: the time has no source" in out
    assert "a.task: 2 trials took" in out


def test_the_command_finds_what_no_trial_takes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    steps = [branch({"do": "hover", "target": "leads.nw"}, chance=1e-9), SHOT]
    status, out, err = checked(tmp_path, steps, capsys, "--trials", "2")
    assert status == 2
    assert "step 1.1.1 (hover): element 'leads.nw' is not known; did you mean 'leads.new'" in out
    assert "a.task: 2 trials took" in out
    assert "1 of these lines" in err


def test_a_trial_that_fails_is_told_with_its_seed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    part = {"do": "scenario", "name": "auth.login"}
    steps = [part, {"do": "hover", "target": "no.such"}]
    status, out, _ = checked(tmp_path, steps, capsys, "--trials", "1", "--seed", "9")
    assert status == 2
    assert "trial with seed 9: task.json:" in out
    assert "step 2 (hover)" in out


@pytest.mark.parametrize("trials", ["0", "1001"])
def test_trials_are_bounded(
    trials: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, _, err = checked(tmp_path, [SHOT], capsys, "--trials", trials)
    assert (status, "from 1 to 1000" in err) == (2, True)
