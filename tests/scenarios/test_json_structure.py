"""Branches, loops, interrupts, other scenarios, slots and goals of the JSON form."""

import json
import math
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskhand.errors import DeskhandError
from deskhand.generators.plan import SessionPlan
from deskhand.recipe import load_recipe
from deskhand.scenarios.json_form.places import Place
from deskhand.scenarios.json_form.reading import MOST_STEPS, load_scenario_file
from deskhand.scenarios.json_form.running import rounds
from deskhand.scenarios.json_form.steps import Repeat
from deskhand.streams import Draws

Act = Callable[..., SessionPlan]
CHECK = {"do": "check", "target": "form.agree"}
HOVER = {"do": "hover", "target": "form.status"}
SHOT = {"do": "screenshot"}
TABLE = "company,city\nAlder & Finch,Ulm\nBrightmoor,Bonn\nCobble,Kiel\n"


def written(folder: Path, steps: list[Any], file: str = "task.json", **head: Any) -> Path:
    data = {
        "format": "deskhand.scenario/1",
        "name": "a.task",
        "app": "a",
        "opens": "a/form",
        **head,
        "steps": steps,
    }
    path = folder / file
    path.write_text(json.dumps(data, indent=1), "utf-8")
    return path


def doing(act: Act, path: Path, **who: int) -> list[str]:
    made, _ = load_scenario_file(path)
    return [action.verb for action in act(made.run, **who).actions]


def typed(act: Act, path: Path, **who: int) -> dict[str | None, str]:
    made, _ = load_scenario_file(path)
    plan = act(made.run, **who)
    found: dict[str | None, str] = {}
    for text in plan.typed:
        found[text.target] = found.get(text.target, "") + text.typing.text
    return found


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


# Texts


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


# Bad input


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


def type_(text: Any) -> list[Any]:
    return [{"do": "type", "text": text, "into": "form.name"}]


CELL = {"table": "customers.csv", "column": "company"}
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


def test_draws_of_a_loop_come_from_the_seed() -> None:
    place = Place("", 1, "")
    loop = Repeat(least=1, most=9, mean=None, until=0, steps=(), place=place)
    draws = [[rounds(loop, Draws(seed, "x").uniform) for _ in range(2)] for seed in (7, 7, 8)]
    assert draws[0] == draws[1]
