"""Labels of applications: a public list, or a small file of one's own."""

import json
from pathlib import Path

import pytest

from deskhand.app_labels import LONGEST, MOST, read_labels, registered_apps
from deskhand.errors import DeskhandError


def test_without_a_file_applications_have_their_own_names() -> None:
    assert set(read_labels(None)) == set(registered_apps())
    assert read_labels(None)["crm"] == "crm"


def test_a_file_names_what_captures_call_otherwise(tmp_path: Path) -> None:
    path = tmp_path / "apps.json"
    path.write_text('{"Salesforce": "crm", "SAP GUI": "crm", "Outlook": "mail"}')
    assert set(read_labels(path).values()) == {"crm", "mail"}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{", "cannot be read as JSON"),
        ("[]", "give a JSON object"),
        ("{}", "give a JSON object"),
        ('{"a": 1}', "give a JSON object"),
        ('{"a": ""}', "of 1 to 40 letters"),
        (json.dumps({"a": "x" * (LONGEST + 1)}), "of 1 to 40 letters"),
        (json.dumps({str(n): str(n) for n in range(MOST + 1)}), "give at most 60"),
    ],
)
def test_files_that_are_none(content: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "apps.json"
    path.write_text(content)
    with pytest.raises(DeskhandError, match=told):
        read_labels(path)
