"""Scenarios of a fleet that stand in files: what they hold makes the plan, and not where they lie."""

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from deskhand.cli import main
from deskhand.errors import DeskhandError
from deskhand.fleet.plan import make_plan
from deskhand.manifest import read_record

NOTE: Mapping[str, Any] = {
    "format": "deskhand.scenario/1",
    "name": "crm.short_note",
    "app": "crm",
    "opens": "crm/lead-form",
    "steps": [
        {"do": "type", "text": {"table": "people.csv", "column": "name"}, "into": "lead.name"},
        {"do": "click", "target": "lead.save", "to": "saved"},
    ],
}
PEOPLE = "name\nAnn Bell\nCid Dorn\n"


def write_fleet(folder: Path, file: str = "note.json", **changes: Any) -> Path:
    """Write a scenario with its table, and a fleet that plays it and a registered one."""
    (folder / file).parent.mkdir(parents=True, exist_ok=True)
    (folder / file).write_text(json.dumps({**NOTE, **changes}))
    (folder / file).with_name("people.csv").write_text(PEOPLE)
    sessions = {"scenarios": {file: 2, "auth.login": 1}, "pool": 4}
    path = folder / "fleet.json"
    path.write_text(json.dumps({"seed": 7, "devices": 20, "sessions": sessions}))
    return path


def hashes_below(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_plan_is_the_same_wherever_its_scenarios_lie(tmp_path: Path) -> None:
    made = make_plan(write_fleet(tmp_path / "here"), tmp_path / "one")
    again = make_plan(write_fleet(tmp_path / "there", "own/jotting.json"), tmp_path / "two")
    assert made == again
    assert hashes_below(tmp_path / "one") == hashes_below(tmp_path / "two")
    assert set(made["scenarios"]) == {"auth.login", "crm.short_note"}
    assert made["description"]["sessions"]["scenarios"] == {"auth.login": 1, "crm.short_note": 2}


def test_paths_are_relative_to_the_description(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_fleet(tmp_path / "fleets")
    monkeypatch.chdir(tmp_path)
    assert main(["fleet", "plan", "fleets/fleet.json", "--out", "plan"]) == 0
    assert "crm.short_note" in read_record(tmp_path / "plan" / "plan.json")["scenarios"]


def another_step(folder: Path) -> None:
    write_fleet(folder, steps=[*NOTE["steps"], {"do": "read", "words": 4}])


def another_table(folder: Path) -> None:
    (folder / "people.csv").write_text(PEOPLE.replace("Ann", "Eva"))


@pytest.mark.parametrize("change", [another_step, another_table])
def test_a_plan_does_not_go_on_with_a_scenario_that_has_changed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], change: Any
) -> None:
    description = write_fleet(tmp_path)
    made = make_plan(description, tmp_path / "plan")
    before = hashes_below(tmp_path / "plan")
    assert make_plan(description, tmp_path / "plan", resume=True) == made
    change(tmp_path)
    words = ["fleet", "plan", str(description), "--out", str(tmp_path / "plan"), "--resume"]
    assert main(words) == 2
    told = capsys.readouterr().err
    assert "was begun differently: scenarios crm.short_note scenario sha256 was" in told
    assert "auth.login" not in told
    assert hashes_below(tmp_path / "plan") == before
    other = make_plan(description, tmp_path / "other")
    assert other["run_id"] != made["run_id"]
    changed = {n for n in other["scenarios"] if other["scenarios"][n] != made["scenarios"][n]}
    assert changed == {"crm.short_note"}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"name": "auth.login"}, "are both named 'auth.login'"),
        ({"steps": [{"do": "clik", "target": "lead.save"}]}, "clik"),
        ({"opens": "crm/none"}, "crm/none"),
    ],
)
def test_scenarios_that_cannot_be_played_leave_no_folder(
    tmp_path: Path, changes: dict[str, Any], told: str
) -> None:
    description = write_fleet(tmp_path / "fleets", **changes)
    with pytest.raises(DeskhandError, match=told):
        make_plan(description, tmp_path / "plan")
    assert not (tmp_path / "plan").exists()


def test_a_file_that_is_not_there_is_named_with_its_folder(tmp_path: Path) -> None:
    description = write_fleet(tmp_path)
    (tmp_path / "note.json").unlink()
    with pytest.raises(DeskhandError, match=rf"{tmp_path.name}/note.json' does not exist"):
        make_plan(description, tmp_path / "plan")
