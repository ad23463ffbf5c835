"""Slots, tables and texts of the JSON form, in fields, locators, goals and news."""

from pathlib import Path
from typing import Any

import pytest

from deskhand.errors import DeskhandError
from deskhand.recipe import load_recipe
from deskhand.scenarios.json_form.reading import load_scenario_file
from tests.scenarios.json_scenarios import CELL, HOVER, SHOT, TABLE, Act, type_, typed, written


def test_a_row_of_a_table_belongs_together(tmp_path: Path, act: Act) -> None:
    (tmp_path / "customers.csv").write_text(TABLE)
    rows = dict(line.split(",") for line in TABLE.splitlines()[1:])
    path = written(
        tmp_path,
        [
            {"do": "type", "text": "Call {who} back {{soon}}", "into": "form.notes"},
            {
                "do": "type",
                "text": {"table": "customers.csv", "column": "city"},
                "into": "form.name",
            },
        ],
        slots={"who": {"table": "customers.csv", "column": "company"}},
    )
    seen = set()
    for person in range(12):
        texts = typed(act, path, person=person)
        company = texts["form.notes"].removeprefix("Call ").removesuffix(" back {soon}")
        assert rows[company] == texts["form.name"]
        seen.add(company)
    assert seen == set(rows)
    assert typed(act, path, person=3) == typed(act, path, person=3)


def test_a_slot_is_the_same_all_through_a_session(tmp_path: Path, act: Act) -> None:
    step = {"do": "type", "text": "{word}", "into": "form.name"}
    slots = {"word": {"one_of": ["ab", "cd", "ef"]}, "whom": {"fake": "company"}}
    loop = {"do": "repeat", "times": 3, "steps": [step]}
    found = {
        typed(act, written(tmp_path, [loop], slots=slots), person=person)["form.name"]
        for person in range(20)
    }
    assert found == {"ab" * 3, "cd" * 3, "ef" * 3}


def test_one_of_several_is_drawn_each_time(tmp_path: Path, act: Act) -> None:
    step = {"do": "type", "text": {"one_of": ["ab", "cd"]}, "into": "form.name"}
    text = typed(act, written(tmp_path, [{"do": "repeat", "times": 12, "steps": [step]}]))
    assert {"ab", "cd"} == {text["form.name"][at : at + 2] for at in range(0, 24, 2)}


def test_a_slot_may_stand_in_a_locator(tmp_path: Path, act: Act) -> None:
    target = 'role=combobox[name="{what}"]'
    path = written(
        tmp_path, [{"do": "hover", "target": target}], slots={"what": {"one_of": ["Status"]}}
    )
    made, _ = load_scenario_file(path)
    assert act(made.run).actions[0].target == "form.status"


def test_braces_are_letters_where_there_are_no_slots(tmp_path: Path, act: Act) -> None:
    path = written(tmp_path, [{"do": "type", "text": "a {b} c", "into": "form.name"}])
    assert typed(act, path)["form.name"] == "a {b} c"


def test_a_goal_is_aimed_at_with_the_same_texts(tmp_path: Path, act: Act) -> None:
    name = {"fake": "name"}
    path = written(
        tmp_path,
        [
            {"do": "type", "text": "{who}", "into": "form.name"},
            {"do": "click", "target": "form.save"},
        ],
        slots={"who": name},
        goal={
            "instruction": "Enter {who}.",
            "reached": [{"screen": "a/form", "state": "saved", "holding": {"form.name": "{who}"}}],
        },
    )
    made, _ = load_scenario_file(path)
    plan = act(made.run)
    (goal,) = plan.goals
    text = plan.typed[0].typing.text
    assert goal.instruction == f"Enter {text}."
    assert goal.ends[0].state == "a/form#page:saved"
    assert goal.ends[0].holding == {"form.name": text}


def test_news_take_a_while_that_varies(tmp_path: Path, act: Act) -> None:
    step = {"do": "news", "text": "hello", "after_s": 20, "log_sd": 0.5}
    made, _ = load_scenario_file(written(tmp_path, [step]))
    waits = [
        (action.end_us - action.start_us) / 1e6
        for person in range(30)
        for action in act(made.run, person=person).actions
    ]
    assert 12 < sorted(waits)[15] < 32
    assert max(waits) > 1.5 * min(waits)


def test_what_a_scenario_is_made_of_is_in_its_hash(tmp_path: Path) -> None:
    table = tmp_path / "customers.csv"
    table.write_text(TABLE)
    written(tmp_path, [SHOT], "inner.json")
    text = {"table": "customers.csv", "column": "city"}
    steps: list[Any] = [
        {"do": "type", "text": text, "into": "form.name"},
        {"do": "scenario", "name": "inner.json"},
    ]
    path = written(tmp_path, steps)
    hashes = [load_recipe(path).scenario_sha256]
    table.write_text(TABLE.replace("Ulm", "Trier"))
    hashes.append(load_recipe(path).scenario_sha256)
    written(tmp_path, [HOVER], "inner.json")
    hashes.append(load_recipe(path).scenario_sha256)
    assert len(set(hashes)) == 3
    path.write_text(path.read_text().replace("\n", "\r\n"))
    assert load_recipe(path).scenario_sha256 == hashes[-1]


TABLES = {
    "empty": ("", "has no rows"),
    "head alone": ("company,city\n", "has no rows"),
    "a cell more": ("company,city\na,b\nc,d,e\n", "customers.csv:3: 3 cells for 2 columns"),
    "a cell less": ("company,city\na\n", "customers.csv:2: 1 cells for 2 columns"),
    "no name": ("company,\na,b\n", "customers.csv:1: columns 'company', ''"),
    "a name twice": ("company,company\na,b\n", "names each column once"),
    "open quote": ('company,city\n"a,b\n', "double quote that is not closed"),
    "empty cell": ("company,city\na,b\n,d\n", "row 2 has nothing in column 'company'"),
    "other columns": ("firm;city\na;b\n", "column 'company' is not known"),
    "latin letters": ("company,city\nCaf\xe9,b\n", "not UTF-8"),
}


@pytest.mark.parametrize("case", TABLES)
def test_a_bad_table_is_refused(case: str, tmp_path: Path) -> None:
    text, words = TABLES[case]
    (tmp_path / "customers.csv").write_bytes(text.encode("latin-1"))
    with pytest.raises(DeskhandError, match=words):
        load_scenario_file(written(tmp_path, type_(CELL)))


def test_a_table_from_a_spreadsheet_is_read(tmp_path: Path, act: Act) -> None:
    table = '\ufeffcompany,city\r\n"Alder, Finch",Ulm\r\n\r\n'
    (tmp_path / "customers.csv").write_bytes(table.encode())
    assert typed(act, written(tmp_path, type_(CELL)))["form.name"] == "Alder, Finch"
