"""A day of one's own: roles and tasks from a file, and what is refused in it."""

import json
from pathlib import Path
from typing import Any

import pytest

import deskhand
from deskhand.cli import main
from deskhand.errors import DeskhandError, UnknownNameError
from deskhand.goals import missed

CLINIC: dict[str, Any] = {
    "format": "deskhand.day/1",
    "name": "clinic_day",
    "summary": "A short day at a clinic.",
    "hours": 1.5,
    "lunch": False,
    "roles": {
        "nurse": {"tasks": {"crm.create_lead": 3, "note.json": 1}, "meetings_h": 0.5},
        "clerk": {"tasks": {"tracker.create_issue": 1, "crm.update_opportunity": 2}},
    },
}
NOTE: dict[str, Any] = {
    "format": "deskhand.scenario/1",
    "name": "clinic.note",
    "app": "crm",
    "opens": "crm/lead-form",
    "steps": [{"do": "type", "text": "Call back.", "into": "lead.notes"}],
}


@pytest.fixture
def clinic(tmp_path: Path) -> Path:
    (tmp_path / "note.json").write_text(json.dumps(NOTE))
    path = tmp_path / "clinic.json"
    path.write_text(json.dumps(CLINIC, indent=1))
    return path


def test_people_do_the_tasks_of_their_role(clinic: Path) -> None:
    found: dict[str, set[str]] = {}
    for person in range(6):
        session = deskhand.simulate(clinic, seed=2, person=person, people=6, team_size=6)
        tasks = set(session.actions["scenario"].to_pylist())
        found.setdefault(str(session.header["role"]), set()).update(tasks)
        assert session.header["scenario"] == "clinic_day"
        assert missed(session) == []
    between = {"auth.login", "auth.unlock", "chat.answer"}
    assert found["nurse"] - between == {"crm.create_lead", "clinic.note"}
    assert found["clerk"] - between == {"tracker.create_issue", "crm.update_opportunity"}


def test_a_run_of_it_is_the_same_for_any_number_of_workers(clinic: Path, tmp_path: Path) -> None:
    for workers in (1, 2):
        arguments = f"--people 4 --team-size 2 --seed 7 --workers {workers}".split()
        assert main(["generate", str(clinic), *arguments, "--out", f"{tmp_path}/{workers}"]) == 0
    one, two = (
        json.loads((tmp_path / str(workers) / "manifest.json").read_text()) for workers in (1, 2)
    )
    assert one["files"] == two["files"]


def test_a_role_that_the_day_has_not_is_refused(clinic: Path) -> None:
    session = deskhand.simulate(clinic, seed=2, role="clerk")
    assert session.header["role"] == "clerk"
    with pytest.raises(UnknownNameError, match="did you mean 'nurse'"):
        deskhand.simulate(clinic, seed=2, role="nurs")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"roles": {}}, "roles"),
        ({"hours": 30}, "hours: 30 is greater than the maximum of 14"),
        ({"pace": 2}, "'pace' was unexpected"),
        ({"roles": {"nurse": {"tasks": {"crm.creat_lead": 1}}}}, "did you mean 'crm.create_lead'"),
        ({"roles": {"nurse": {"tasks": {"no.json": 1}}}}, "is not beside this file"),
        ({"roles": {"nurse": {"tasks": {"workday": 1}}}}, "is a day itself"),
        ({"roles": {"nurse": {"tasks": {"crm.create_lead": 0}}}}, "less than or equal"),
        ({"roles": {"Head Nurse": {"tasks": {"crm.create_lead": 1}}}}, "does not match"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(
    clinic: Path, change: dict[str, Any], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    clinic.write_text(json.dumps(CLINIC | change, indent=1))
    with pytest.raises(DeskhandError, match=rf"clinic\.json:\d+: .*{told}"):
        deskhand.simulate(clinic, seed=2)
    assert main(["generate", str(clinic), *["--people", "1", "--seed", "7", "--out"], "out"]) == 2
    assert told in capsys.readouterr().err
