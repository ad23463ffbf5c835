"""Bad files of safeguards: one clear message each, and nothing is written."""

from pathlib import Path
from typing import Any

import pytest

import deskhand
from deskhand.errors import DeskhandError
from deskhand.json_schema import validator
from tests.run.conftest import command
from tests.safeguards.files import written

BAD: list[tuple[dict[str, Any], str]] = [
    ({"exclud": ["chat"]}, "did you mean 'exclude'"),
    ({"format": "deskhand.safeguards/9"}, "deskhand.safeguards/1"),
    ({"exclude": "chat"}, "exclude: 'chat' is not of type 'array'"),
    ({"exclude": [""]}, "exclude/0"),
    ({"exclude": ["a"] * 2}, "non-unique"),
    ({"exclude": ["chatt"]}, "did you mean 'chat'"),
    ({"allow": ["crn"]}, "did you mean 'crm'"),
    ({"private_windows": {"share": 0.5, "apps": ["newz"]}}, "did you mean 'news'"),
    ({"private_windows": {"share": 1.5}}, "private_windows/share"),
    ({"allow": ["crm"], "exclude": ["crm"]}, "is in 'allow' and in 'exclude'"),
    ({"mask": ["lead.nam"]}, "Nearest: lead.name"),
    ({"block": ["lead.emial"]}, "Nearest: lead.email"),
    ({"mask": ["lead.name"], "block": ["lead.name"]}, "is in 'mask' and in 'block'"),
    ({"secrets": {"builtin": ["ibann"]}}, "did you mean 'iban'"),
    ({"secrets": {"patterns": {"badge": "B-("}}}, "is no regular expression"),
    ({"secrets": {"patterns": {"badge": "x*"}}}, "is found in an empty text"),
    ({"secrets": {"patterns": {"card": "x"}}}, "choose another name"),
    ({"secrets": {"patterns": {"Big Name": "x"}}}, "does not match"),
    ({"secrets": {"patterns": {"long": "x" * 501}}}, "secrets/patterns/long"),
    ({"pauses": [{"from_s": 9, "to_s": 3}]}, "ends after it begins"),
    ({"pauses": [{"from_s": 1, "to_s": 5}, {"from_s": 4, "to_s": 6}]}, "make one of them"),
    ({"pauses": [{"from_s": -1, "to_s": 6}]}, "pauses"),
    ({"pauses": [{"per_day": 2, "median_min": 5}] * 2}, "per_day is given 2 times"),
    ({"pauses": {"per_day": 0, "median_min": 5}}, "pauses"),
]


@pytest.mark.parametrize(("members", "said"), BAD, ids=[said for _, said in BAD])
def test_a_bad_file_is_refused(members: dict[str, Any], said: str, tmp_path: Path) -> None:
    path = written(tmp_path, **members)
    with pytest.raises(DeskhandError, match=r"office\.json") as refusal:
        deskhand.simulate("crm.create_lead", seed=7, safeguards=path)
    assert said in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("text", ["", "[]", "{", '"x"', "\xff", "[" * 100_000])
def test_what_is_no_object_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "office.json"
    path.write_text(text, "latin-1")
    with pytest.raises(DeskhandError, match=r"office\.json"):
        deskhand.simulate("crm.create_lead", seed=7, safeguards=path)
    with pytest.raises(DeskhandError, match="does not exist"):
        deskhand.simulate("crm.create_lead", seed=7, safeguards=tmp_path / "no.json")


def test_the_schema_is_one() -> None:
    checker = validator("safeguards")
    checker.check_schema(checker.schema)


def test_the_commands_refuse_and_write_nothing(tmp_path: Path) -> None:
    import subprocess

    path = written(tmp_path, exclude=["chatt"])
    words = ("generate", "crm.create_lead", "--people", 1, "--out", tmp_path / "out")
    done = subprocess.run(
        command(*words, "--safeguards", path), check=False, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert "did you mean 'chat'" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("members", "said"),
    [({"mask": ["lead.nam"]}, "lead.name"), ({"exclude": ["crn"]}, "did you mean 'crm'")],
)
def test_a_conversion_refuses_what_is_nowhere(
    members: dict[str, Any], said: str, tmp_path: Path
) -> None:
    from deskhand.conversion import convert

    deskhand.simulate("crm.create_lead", seed=7).write(tmp_path / "in", "jsonl")
    with pytest.raises(DeskhandError, match=said):
        convert(tmp_path / "in", tmp_path / "out", safeguards=written(tmp_path, **members))
    assert not (tmp_path / "out").exists()
