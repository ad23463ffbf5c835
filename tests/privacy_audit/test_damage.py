"""`deskhand audit` of profiles, ledgers and sessions that are not as they were written."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from deskhand.behavior_models.profile_release import sections_sha256
from deskhand.calibration.privacy_ledger import FILE
from tests.conftest import Deskhand


def _mode(data: dict[str, Any]) -> None:
    data["mode"] = "anonymous"


def _number(data: dict[str, Any]) -> None:
    data["sections"]["press"]["hold_s"]["value"]["median"] = 0.2


def _epsilon(data: dict[str, Any]) -> None:
    data["release"]["epsilon"] = 1.0


def _release(data: dict[str, Any]) -> None:
    data["release"]["release_id"] = "0" * 16


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_mode, "profile mode 'anonymous' is not known"),
        (_number, "its numbers are not those that were released"),
        (_epsilon, "epsilon is 1 in the profile and 3 in privacy-ledger.json"),
        (_release, "not in privacy-ledger.json"),
    ],
)
def test_a_changed_profile_is_invalid(
    change: Any, said: str, own: Path, deskhand_here: Deskhand
) -> None:
    data = json.loads(own.read_text())
    change(data)
    own.write_text(json.dumps(data))
    told = deskhand_here("audit", own)
    assert told.returncode == 3
    assert said in told.stderr


def test_a_changed_ledger_is_invalid_and_a_missing_one_is_told(
    own: Path, deskhand_here: Deskhand
) -> None:
    ledger = own.parent / FILE
    text = ledger.read_text()
    ledger.write_text(text.replace('"epsilon": 3.0', '"epsilon": 0.3'))
    told = deskhand_here("audit", own)
    assert told.returncode == 3
    assert "does not match its seal" in told.stderr
    ledger.unlink()
    told = deskhand_here("audit", own)
    assert told.returncode == 0
    assert "ledger: not measurable" in told.stdout
    told = deskhand_here("audit", own, "--ledger", own.parent / "elsewhere.json")
    assert told.returncode == 2


def test_a_number_that_no_fit_writes_fails(own: Path, deskhand_here: Deskhand) -> None:
    """Sealed anew by somebody who knows how: the numbers themselves tell."""
    data = json.loads(own.read_text())
    data["sections"]["strokes"][next(iter(data["sections"]["strokes"]))]["source"] = "Ann"
    data["release"]["sections_sha256"] = sections_sha256(data["sections"])
    own.write_text(json.dumps(data))
    told = deskhand_here("audit", own)
    assert told.returncode == 1
    assert "numbers: fail" in told.stdout


def test_too_few_people_for_the_promise_fail(own: Path, deskhand_here: Deskhand) -> None:
    data = json.loads(own.read_text())
    data["release"]["people"] = 40
    own.write_text(json.dumps(data))
    told = deskhand_here("audit", own)
    assert told.returncode == 1
    assert "people: fail" in told.stdout


def _cut(folder: Path) -> None:
    """Lose the end of a table, and the lists that would tell."""
    table = next(folder.rglob("events.parquet"))
    table.write_bytes(table.read_bytes()[:-200])
    for listed in (*folder.rglob("*.json"),):
        listed.unlink()


def _another(folder: Path) -> None:
    table = next(folder.rglob("events.parquet"))
    table.write_bytes(table.read_bytes() + b" ")


def _one_more(folder: Path) -> None:
    (folder / "notes.txt").write_text("mine")


def _no_manifest(folder: Path) -> None:
    (folder / "manifest.json").unlink()


def _torn_manifest(folder: Path) -> None:
    (folder / "manifest.json").write_text("[")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_cut, "it is damaged"),
        (_another, "1 of its files are not as manifest.json lists them, the first: "),
        (_one_more, "notes.txt: not in the list of files"),
        (_no_manifest, "manifest.json: missing"),
        (_torn_manifest, "manifest.json: not as it was written"),
    ],
)
@pytest.mark.parametrize("role", ["audited", "members", "others"])
def test_sessions_that_are_not_as_written_are_invalid(
    change: Any, said: str, role: str, captures: Path, tmp_path: Path, deskhand_here: Deskhand
) -> None:
    spoilt = tmp_path / "spoilt"
    shutil.copytree(captures / "five", spoilt)
    change(spoilt)
    places = dict.fromkeys(("audited", "members", "others"), captures / "five") | {role: spoilt}
    words = ("--members", places["members"], "--others", places["others"], "--stand-ins")
    told = deskhand_here("audit", places["audited"], *words)
    assert told.returncode == 3, told.stderr
    assert said in told.stderr
