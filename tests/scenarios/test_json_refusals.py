"""Broken structure in the JSON form is refused with its place, the rule and the remedy."""

from pathlib import Path
from typing import Any

import pytest

from deskhand.errors import DeskhandError
from deskhand.scenarios.json_form.reading import load_scenario_file
from tests.scenarios.json_scenarios import CELL, SHOT, TABLE, type_, written


def branch(*ways: Any) -> list[Any]:
    return [{"do": "branch", "ways": list(ways)}]


def way(probability: Any = None, **more: Any) -> dict[str, Any]:
    return {
        "steps": [SHOT],
        **({} if probability is None else {"probability": probability}),
        **more,
    }


def repeat(times: Any, **more: Any) -> list[Any]:
    return [{"do": "repeat", "times": times, "steps": [SHOT], **more}]


BAD: dict[str, tuple[list[Any], list[str]]] = {
    "sum below 1": (
        branch(way(0.5), way(0.3)),
        ["task.json:15: step 1: 'ways'", "0.5 + 0.3 add up to 0.8 instead of 1"],
    ),
    "sum above 1": (branch(way(0.7), way(0.6)), ["add up to 1.3 instead of 1"]),
    "no rest": (branch(way(0.7), way(0.6), way()), ["less than nothing"]),
    "rest in the middle": (branch(way(), way(0.6)), ["way 1 has no 'probability'", "last way"]),
    "one way": (branch(way(1)), ["step 1: 'ways'"]),
    "probability above 1": (branch(way(1.5), way()), ["'ways' 1 'probability': 1.5"]),
    "probability as a text": (branch(way("half"), way()), ["'ways' 1 'probability': \"half\""]),
    "way without steps": (branch({"probability": 1}, way()), ["'ways' 1 needs 'steps'"]),
    "unknown member of a way": (
        branch(way(0.5, step=[]), way()),
        ["argument of 'ways' 1: 'step' is not known; did you mean 'steps'"],
    ),
    "wrong step in a way": (
        branch(way(0.5, steps=[{"do": "clik"}]), way()),
        ["step 1.1.1: 'do': 'clik' is not a verb; did you mean 'click'"],
    ),
    "no times": ([{"do": "repeat", "steps": [SHOT]}], ["'repeat' needs 'times'"]),
    "times without end": (repeat("forever"), ["'times': \"forever\"", '"mean"', "1000 at most"]),
    "too many times": (repeat(1001), ["'times': 1001", "1000 at most"]),
    "below nothing": (repeat(-1), ["'times': -1"]),
    "half a time": (repeat(2.5), ["'times': 2.5"]),
    "mean without most": (repeat({"mean": 2}), ["'times'", '"most": 8']),
    "mean above most": (repeat({"mean": 9, "most": 8}), ["a mean of 9 is more than 'most', 8"]),
    "range the wrong way": (repeat({"from": 3, "to": 1}), ["from 3 to 1 is no range"]),
    "nothing to repeat": (repeat(1, steps=[]), ["'steps': []"]),
    "interrupt without chance": (
        [{"do": "interrupted", "by": [{"steps": [SHOT]}], "steps": [SHOT]}],
        ["'by' 1: give one of 'probability', 'per_hour'"],
    ),
    "interrupt with both": (
        [
            {
                "do": "interrupted",
                "by": [{"probability": 0.5, "per_hour": 2, "steps": [SHOT]}],
                "steps": [SHOT],
            }
        ],
        ["'by' 1: give one of 'probability', 'per_hour'"],
    ),
    "unknown scenario": (
        [{"do": "scenario", "name": "crm.create_led"}],
        ["step 1: 'name': scenario 'crm.create_led'", "did you mean 'crm.create_lead'"],
    ),
    "missing scenario": ([{"do": "scenario", "name": "no.json"}], ["'no.json' does not exist"]),
    "missing table": (
        type_({"table": "cust.csv", "column": "company"}),
        ["task.json:15: step 1: 'table': cust.csv: there is no such file"],
    ),
    "table elsewhere": (type_({"table": "../x.csv", "column": "a"}), ["leaves the folder"]),
    "table by root": (
        type_({"table": "/etc/x.csv", "column": "a"}),
        ["'table'", "beside this file"],
    ),
    "not a table": (type_({"table": "x.txt", "column": "a"}), ["'table'", "A .csv file"]),
    "unknown column": (
        type_({**CELL, "column": "compny"}),
        [
            "task.json:15: step 1: 'text': customers.csv:1: column 'compny' is not known",
            "did you mean 'company'? Known: city, company",
        ],
    ),
    "no column": (type_({"table": "customers.csv"}), ["'text'", '"column": NAME']),
    "two kinds of text": (type_({**CELL, "fake": "name"}), ["'text'", '"one_of": [TEXTS]']),
    "one of none": (type_({"one_of": []}), ["'one_of': []"]),
    "unknown slot": (
        type_("Call {compny}"),
        ["step 1: 'text': slot 'compny' is not known; did you mean 'company'"],
    ),
    "open brace": (type_("Call {company"), ["step 1: 'text': template", "{{ or }}"]),
    "attribute in a template": (type_("{company.__class__}"), ["only a slot's name"]),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_structure_is_refused_with_place_rule_and_remedy(case: str, tmp_path: Path) -> None:
    steps, expected = BAD[case]
    (tmp_path / "customers.csv").write_text(TABLE)
    path = written(tmp_path, steps, slots={"company": CELL})
    with pytest.raises(DeskhandError) as refusal:
        load_scenario_file(path)
    for part in expected:
        assert part in str(refusal.value), str(refusal.value)


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    path = written(tmp_path, [*repeat(-1), *branch(way(0.5), way(0.3)), {"do": "clik"}])
    with pytest.raises(DeskhandError) as refusal:
        load_scenario_file(path)
    lines = str(refusal.value).splitlines()
    assert [line.split(": ")[1] for line in lines] == ["step 1", "step 2", "step 3"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"format": "a", "format": "b"}', "twice"),
        ('{"a": NaN}', "NaN is not a number of JSON"),
        ('{"a": 1e999}', "1e999 is not a number of JSON"),
    ],
)
def test_what_json_leaves_open_is_refused(text: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(DeskhandError, match=words):
        load_scenario_file(tmp_path / "x.json")
