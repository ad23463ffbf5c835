"""The ledger: what was promised on some data is counted, and a change of it shows."""

import json
import multiprocessing
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deskhand.calibration.gaussian_privacy import composed, epsilon_of, mu_of
from deskhand.calibration.ledger_lock import ledger_lock
from deskhand.calibration.privacy_gates import parts_of
from deskhand.calibration.privacy_ledger import COUNT, FILE, PROFILE, Claim, PrivacyLedger, Release
from deskhand.errors import DeskhandError

FILES = [b"a" * 32, b"b" * 32]


def asked(epsilon: float, **other: Any) -> Claim:
    given: dict[str, Any] = {"data": "captures", "digests": FILES, "delta": 1e-6, **other}
    return Claim(epsilon=epsilon, **given)


def reserved(folder: Path, epsilon: float = 1.0, **other: Any) -> Release:
    """Promise as a fit does: people are counted first."""
    ledger = PrivacyLedger(folder / FILE)
    ledger.reserve_count(asked(epsilon, **other))
    return ledger.reserve(asked(epsilon, **other))


def test_the_first_release_is_written_down(tmp_path: Path) -> None:
    release = reserved(tmp_path)
    ledger = PrivacyLedger(tmp_path / FILE)
    count, profile = ledger.releases
    assert (count.what, profile.what, profile) == (COUNT, PROFILE, release)
    assert composed([count.mu, profile.mu]) == pytest.approx(mu_of(1.0, 1e-6))
    assert release.budget == release.epsilon == 1.0
    text = (tmp_path / FILE).read_text()
    # A hash with a key: nobody with a file can look it up.
    assert all(digest.hex() not in text for digest in FILES)
    assert list(tmp_path.iterdir()) == [tmp_path / FILE]


@pytest.mark.parametrize(
    "other",
    [
        {},
        {"epsilon": 0.1},
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
    kinds = [one.what for one in PrivacyLedger(tmp_path / FILE).releases]
    assert kinds == [COUNT, PROFILE, COUNT, PROFILE]


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


def test_a_count_that_came_to_nothing_is_counted_and_leaves_room(tmp_path: Path) -> None:
    """Too few people: more are captured later, and fitted for the same claim."""
    ledger = PrivacyLedger(tmp_path / FILE)
    count = ledger.reserve_count(asked(3.0))
    assert (count.what, count.budget, count.mu) == (
        COUNT,
        None,
        parts_of(mu_of(3.0, 1e-6)).counting,
    )
    release = reserved(tmp_path, 3.0)
    total = epsilon_of(composed([count.mu, mu_of(3.0, 1e-6)]), 1e-6)
    assert release.budget == pytest.approx(total)
    assert 3.0 < total < 3.0 + count.epsilon
    with pytest.raises(DeskhandError, match="with the 3 before comes to"):
        reserved(tmp_path, 0.5)


def test_counts_alone_do_not_go_on_for_ever(tmp_path: Path) -> None:
    """Nobody set a budget: refused fits may count until that has come to a whole claim."""
    ledger = PrivacyLedger(tmp_path / FILE)

    def spent() -> float:
        mus = [one.mu for one in ledger.releases]
        return epsilon_of(composed(mus), 1e-6) if mus else 0.0

    while spent() <= 1.0:
        ledger.reserve_count(asked(1.0))
    assert spent() < 1.1
    with pytest.raises(DeskhandError, match=r"counted these people \d+ times.*--budget"):
        ledger.reserve_count(asked(1.0))
    assert reserved(tmp_path, budget=3.0).budget == 3.0


def test_a_budget_given_with_a_count_holds(tmp_path: Path) -> None:
    PrivacyLedger(tmp_path / FILE).reserve_count(asked(3.0, budget=3.0))
    with pytest.raises(DeskhandError, match="with the 1 before comes to 3"):
        reserved(tmp_path, 3.0)
    assert reserved(tmp_path, 2.5).budget == 3.0


ROUNDS = 20


def _compete(folder: Path, barrier: Any, outcome: Any) -> None:
    """Promise on the same data as another process at the same instant, round by round."""
    for number in range(ROUNDS):
        place = folder / str(number)
        barrier.wait()
        try:
            reserved(place)
        except DeskhandError as error:
            outcome.put((number, "above the budget" in str(error)))


def test_of_two_processes_at_one_instant_one_is_refused(tmp_path: Path) -> None:
    for number in range(ROUNDS):
        (tmp_path / str(number)).mkdir()
    fresh = multiprocessing.get_context("spawn")
    barrier, outcome = fresh.Barrier(2), fresh.Queue()
    both = [fresh.Process(target=_compete, args=(tmp_path, barrier, outcome)) for _ in range(2)]
    for one in both:
        one.start()
    refused = [outcome.get(timeout=60) for _ in range(ROUNDS)]
    for one in both:
        one.join()
    assert sorted(refused) == [(number, True) for number in range(ROUNDS)]
    assert outcome.empty()
    for number in range(ROUNDS):
        releases = PrivacyLedger(tmp_path / str(number) / FILE).releases
        assert [one.what for one in releases].count(PROFILE) == 1
        assert [path.name for path in (tmp_path / str(number)).iterdir()] == [FILE]


def test_a_lock_that_a_killed_process_left_is_told(tmp_path: Path) -> None:
    ledger = tmp_path / FILE
    lock = tmp_path / f"{FILE}.lock"
    with ledger_lock(ledger):
        assert lock.read_text() == str(os.getpid())
        told = rf"lock: another fit holds the ledger \(process {os.getpid()}\).*remove this file"
        with pytest.raises(DeskhandError, match=told), ledger_lock(ledger, patience_s=0.05):
            pass
        assert lock.exists()
    assert not lock.exists()
    with pytest.raises(DeskhandError, match="cannot be written to"):
        reserved(tmp_path / "no folder")


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
