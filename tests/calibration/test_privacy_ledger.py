"""The ledger: what was promised on some data is counted, and a change of it shows."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deskhand.calibration.gaussian_privacy import composed, epsilon_of, mu_of
from deskhand.calibration.privacy_ledger import FILE, PrivacyLedger, Release
from deskhand.errors import DeskhandError

FILES = [b"a" * 32, b"b" * 32]


def reserved(folder: Path, epsilon: float = 1.0, **other: Any) -> Release:
    given: dict[str, Any] = {"data": "captures", "digests": FILES, "delta": 1e-6, "budget": None}
    given |= {"epsilon": epsilon, "mu": mu_of(epsilon, 1e-6), **other}
    return PrivacyLedger(folder / FILE).reserve(**given)


def test_the_first_release_is_written_down(tmp_path: Path) -> None:
    release = reserved(tmp_path)
    ledger = PrivacyLedger(tmp_path / FILE)
    assert ledger.releases == [release]
    assert release.budget == release.epsilon == 1.0
    text = (tmp_path / FILE).read_text()
    # A hash with a key: nobody with a file can look it up.
    assert all(digest.hex() not in text for digest in FILES)
    assert list(tmp_path.iterdir()) == [tmp_path / FILE]


@pytest.mark.parametrize(
    "other",
    [
        {},
        {"epsilon": 0.1, "mu": mu_of(0.1, 1e-6)},
        {"data": "other name, same files"},
        {"digests": [b"c" * 32]},
        {"digests": FILES[::-1]},
    ],
)
def test_a_second_release_of_the_same_data_is_refused(
    tmp_path: Path, other: dict[str, Any]
) -> None:
    reserved(tmp_path)
    before = (tmp_path / FILE).read_bytes()
    with pytest.raises(DeskhandError, match="above the budget of 1 of these data"):
        reserved(tmp_path, **other)
    assert (tmp_path / FILE).read_bytes() == before


def test_other_people_have_a_budget_of_their_own(tmp_path: Path) -> None:
    reserved(tmp_path)
    reserved(tmp_path, 3.0, data="others", digests=[b"c" * 32])
    assert len(PrivacyLedger(tmp_path / FILE).releases) == 2


def test_a_budget_is_spent_release_by_release(tmp_path: Path) -> None:
    total = epsilon_of(composed([mu_of(1.0, 1e-6)] * 3), 1e-6)
    assert 1.0 < total < 3.0
    for _ in range(3):
        reserved(tmp_path, budget=2.0)
    with pytest.raises(DeskhandError, match="above the budget of 2"):
        reserved(tmp_path)
    with pytest.raises(DeskhandError, match="was set to 2 with their first release"):
        reserved(tmp_path, budget=9.0)


def test_a_first_release_above_its_budget_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DeskhandError, match="comes to 3, above the budget of 2"):
        reserved(tmp_path, 3.0, budget=2.0)
    assert not (tmp_path / FILE).exists()


def less_spent(record: Any) -> None:
    record["releases"][0]["mu"] /= 2.0


def more_allowed(record: Any) -> None:
    record["releases"][0]["budget"] = 50.0


def first_removed(record: Any) -> None:
    del record["releases"][0]


def other_salt(record: Any) -> None:
    record["salt"] = "00" * 16


def other_format(record: Any) -> None:
    record["format"] = "deskhand.ledger/9"


def no_seal(record: Any) -> None:
    del record["releases"][1]["seal"]


def one_more_field(record: Any) -> None:
    record["releases"][1]["note"] = "hello"


@pytest.mark.parametrize(
    "change",
    [
        less_spent,
        more_allowed,
        first_removed,
        other_salt,
        other_format,
        no_seal,
        one_more_field,
    ],
)
def test_a_change_shows(tmp_path: Path, change: Callable[[Any], None]) -> None:
    reserved(tmp_path)
    reserved(tmp_path, data="others", digests=[b"c" * 32])
    path = tmp_path / FILE
    record = json.loads(path.read_text())
    change(record)
    path.write_text(json.dumps(record))
    with pytest.raises(DeskhandError, match="not a ledger as it was written"):
        PrivacyLedger(path)


@pytest.mark.parametrize("content", ["", "[]", "null", "{", '{"format": 1}'])
def test_what_is_no_ledger(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE).write_text(content)
    with pytest.raises(DeskhandError, match="not a ledger as it was written"):
        PrivacyLedger(tmp_path / FILE)


def test_a_private_profile_that_is_not_in_the_ledger(tmp_path: Path) -> None:
    profile = {
        "format": "deskhand.profile/1",
        "mode": "dp-fit",
        "release": {"release_id": "12ab", "ledger": FILE},
    }
    (tmp_path / "mine.json").write_text(json.dumps(profile))
    with pytest.raises(DeskhandError, match=r"mine\.json: a private profile that is not in"):
        PrivacyLedger(tmp_path / FILE)
