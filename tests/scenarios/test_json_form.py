import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from deskhand.errors import DeskhandError
from deskhand.scenarios.json_form.reading import load_scenario_file
from deskhand.scenarios.json_form.rules import scenario_schema, verbs
from deskhand.scenarios.json_form.slots import FAKES
from deskhand.scenarios.page_verbs import PageVerbs

STRUCTURE = ("branch", "repeat", "interrupted", "scenario")
GOOD: dict[str, Any] = {
    "format": "deskhand.scenario/1",
    "name": "a.fill",
    "app": "a",
    "opens": "a/form",
    "steps": [
        {"do": "type", "text": {"fake": "name"}, "into": "form.name"},
        {"do": "choose", "option": "Won", "of": "form.status", "by": "mouse"},
        {"do": "click", "target": "form.save"},
    ],
}


def written(folder: Path, data: Any) -> Path:
    path = folder / "lead.json"
    text = data if isinstance(data, str) else json.dumps(data, indent=1)
    path.write_text(text, "utf-8")
    return path


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(scenario_schema())


def test_every_fake_of_the_schema_has_a_record() -> None:
    listed = scenario_schema()["$defs"]["text"]["properties"]["fake"]["enum"]
    assert set(listed) == set(FAKES)


def test_every_verb_of_the_schema_is_a_verb_of_the_desk() -> None:
    from deskhand.scenarios.desk import Desk

    of_desk = [verb for verb in verbs() if verb not in STRUCTURE]
    assert [verb for verb in of_desk if not callable(getattr(Desk, verb, None))] == []
    assert issubclass(Desk, PageVerbs)


def test_a_good_file_runs(tmp_path: Path, act: Any) -> None:
    made, screens = load_scenario_file(written(tmp_path, GOOD))
    assert (made.name, made.opens, screens) == ("a.fill", "a/form", {})
    plan = act(made.run)
    assert [a.verb for a in plan.actions if a.verb in ("type", "choose")] == ["type", "choose"]
    assert any(row.type == "mark" for row in plan.rows)


def changed(**change: Any) -> dict[str, Any]:
    return {**GOOD, **change}


def one_step(**step: Any) -> dict[str, Any]:
    return changed(steps=[GOOD["steps"][2], step])


BAD: dict[str, tuple[Any, list[str]]] = {
    "not json": ('{"format": }', ["lead.json:1:", "not valid JSON"]),
    "not an object": ("[]", ["lead.json:1:", "an object"]),
    "another format": (changed(format="x/2"), ["lead.json:2:", "'format'", "deskhand.scenario/1"]),
    "no name": (
        {k: v for k, v in GOOD.items() if k != "name"},
        ["lead.json:1:", "'name'", "missing"],
    ),
    "unknown member": (changed(step=[]), ["'step' is not known", "did you mean 'steps'"]),
    "no steps": (changed(steps=[]), ["'steps'", "[]"]),
    "unknown role": (changed(roles=["boss"]), ["'roles'", "'boss' is not known", "sales"]),
    "missing screen": (changed(screens=["no.screen.json"]), ["'no.screen.json' does not exist"]),
    "not a step": (changed(steps=["click"]), ["lead.json:7: step 1:", "is not a step"]),
    "no verb": (one_step(target="form.save"), ["step 2:", "'do' is missing"]),
    "misspelt verb": (
        one_step(do="clik", target="form.save"),
        ["lead.json:12: step 2: 'do': 'clik' is not a verb; did you mean 'click'? Verbs:"],
    ),
    "missing argument": (one_step(do="click"), ["step 2:", "'click' needs 'target'", "missing"]),
    "unknown argument": (
        one_step(do="click", taget="form.save", target="form.save"),
        ["step 2:", "'taget' is not known", "did you mean 'target'"],
    ),
    "wrong type": (one_step(do="read", words="many"), ["step 2: 'words': \"many\""]),
    "too small": (one_step(do="read", words=0), ["step 2: 'words': 0"]),
    "unknown way": (
        one_step(do="choose", option="Won", of="form.status", by="mose"),
        ["step 2: 'by'", "did you mean 'mouse'"],
    ),
    "unknown fake": (
        one_step(do="type", text={"fake": "nam"}),
        ["step 2: 'text' 'fake': 'nam' is not known", "did you mean 'name'", "company"],
    ),
    "empty text": (one_step(do="type", text=""), ["step 2: 'text'"]),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_refused_with_place_rule_and_remedy(case: str, tmp_path: Path) -> None:
    data, expected = BAD[case]
    with pytest.raises(DeskhandError) as refusal:
        load_scenario_file(written(tmp_path, data))
    for part in expected:
        assert part in str(refusal.value), str(refusal.value)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DeskhandError, match="does not exist"):
        load_scenario_file(tmp_path / "none.json")


def test_an_error_while_running_names_the_step(tmp_path: Path, act: Any) -> None:
    data = one_step(do="click", target="form.sav")
    made, _ = load_scenario_file(written(tmp_path, data))
    with pytest.raises(DeskhandError, match=r"lead.json:11: step 2 \(click\).*'form.sav'"):
        act(made.run)
