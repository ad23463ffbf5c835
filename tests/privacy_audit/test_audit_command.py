"""`deskhand audit`: what it says of profiles and sessions, how it ends, and that nobody is named."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from deskhand import api
from deskhand.behavior_models.profile import Profile, load_profile
from deskhand.behavior_models.profile_text import profile_json
from deskhand.evaluation.canary_audit import canary_audit
from deskhand.evaluation.privacy.attacks import ATTACKS
from deskhand.evaluation.privacy.finding import Finding
from deskhand.json_schema import worst
from deskhand.privacy_audit.report import audit
from tests.conftest import Deskhand
from tests.privacy_audit.conftest import DELTA, EPSILON


def test_the_private_profile_passes_and_says_what_it_promises(
    private: Path, deskhand_here: Deskhand, tmp_path: Path
) -> None:
    told = deskhand_here(
        "audit", private, "--html", tmp_path / "a.html", "--json", tmp_path / "a.json"
    )
    assert (told.returncode, told.stderr) == (0, "")
    record = json.loads((tmp_path / "a.json").read_text())
    assert worst("privacy_audit", record, "deskhand.privacy_audit") is None
    promise = record["subject"]["promise"]
    assert promise == {
        "epsilon": EPSILON,
        "delta": DELTA,
        "people": 150,
        "clipped_share": 0.1,
        "unit": "person",
        "trust_model": "central",
        "ledger": {
            "releases": 1,
            "epsilon": pytest.approx(EPSILON),
            "budget": pytest.approx(EPSILON),
        },
    }
    assert [one["verdict"] for one in record["checks"]] == ["pass"] * 3
    assert [one["as_it_should_be"] for one in record["canary"]] == [True] * 4
    items = {one["item"] for one in record["statements"]}
    assert {"unit of privacy", "trust model", "composition", "side channels"} <= items
    page = (tmp_path / "a.html").read_text()
    assert not re.search(r"<script|https?://|<link|<img|@import", page)
    heads = re.findall(r"<h2>(.*?)</h2>", page)
    assert heads == ["What is promised", "What was tested", "Controls", "Limits"]
    shown = re.sub(r"<[^>]+>", " ", page)
    for tile in ("Epsilon 3 ", "Delta 1e-06 ", "People 150 ", "Cut 10% ", "Ledger 3 of 3 "):
        assert tile in re.sub(r" +", " ", shown)
    assert str(tmp_path) not in page + told.stdout


def test_captures_are_attacked_and_nobody_is_named(
    private: Path, captures: Path, deskhand_here: Deskhand, tmp_path: Path
) -> None:
    sides = ("--members", captures / "members", "--others", captures / "others", "--stand-ins")
    files = ("--html", tmp_path / "a.html", "--json", tmp_path / "a.json")
    told = deskhand_here("audit", private, *sides, *files)
    assert told.returncode == 0, told.stdout + told.stderr
    record = json.loads((tmp_path / "a.json").read_text())
    assert worst("privacy_audit", record, "deskhand.privacy_audit") is None
    assert all(one["as_it_should_be"] for one in record["attacks"])
    assert {one["release"] for one in record["attacks"]} == {"audited", "clones", "replays"}
    written = told.stdout + told.stderr + "".join(p.read_text() for p in tmp_path.iterdir())
    for side in ("members", "others"):
        for session in api.read_sessions(captures / side):
            assert session.session_id not in written
            assert str(session.header["persona"]) not in written
    assert str(captures) not in written


def test_sessions_are_audited_as_what_is_released(
    captures: Path, deskhand_here: Deskhand, tmp_path: Path
) -> None:
    """The members' own sessions, given out as synthetic: as leaky as can be."""
    sides = ("--members", captures / "members", "--others", captures / "others", "--stand-ins")
    told = deskhand_here("audit", captures / "members", *sides, "--json", tmp_path / "a.json")
    assert told.returncode == 1
    assert "Fail: people are given away by 5 of 5 attacks." in told.stdout
    record = json.loads((tmp_path / "a.json").read_text())
    leaks = {
        one["attack"] for one in record["attacks"] if one["release"] == "audited" and one["leaks"]
    }
    assert {"membership inference", "nearest records", "linkability"} <= leaks


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["literature"], 0, "No human is in it"),
        (["office"], 2, "Not measurable"),
        (["transcription"], 2, "Of typing it also holds the weights of a network"),
        (
            ["office", "--members", "five", "--others", "others", "--stand-ins"],
            2,
            "typing, what is audited has nothing of it",
        ),
        (["nobody"], 2, "no profile and no sessions"),
        (["literature", "--members", "five"], 2, "belong together"),
        (["literature", "--members", "none", "--others", "five"], 2, "none: not found"),
        (["literature", "--members", "five", "--others", "five"], 2, "synthetic"),
        (
            ["literature", "--members", "five", "--others", "five", "--stand-ins"],
            2,
            "5 people are among --members and among --others",
        ),
        (
            ["literature", "--members", "five", "--others", "others", "--stand-ins"],
            2,
            "not measurable: typing, enough is known of 4 people who were fitted, 24 who were not",
        ),
        (["literature", "--ledger", "ledger.json"], 2, "--ledger belongs to mode 'dp-fit'"),
        (["literature", "--html", "no/such.html"], 2, "there is no folder no"),
    ],
)
def test_how_it_ends(
    words: list[str],
    status: int,
    said: str,
    captures: Path,
    deskhand_here: Deskhand,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(captures)
    told = deskhand_here("audit", *words)
    assert told.returncode == status
    assert said in told.stdout + told.stderr


def test_a_control_that_is_missed_makes_the_report_void(
    private: Path, deskhand_here: Deskhand, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A canary test of so few runs shows nothing, and says so."""

    def blind(epsilon: float, delta: float, *, runs: int, seed: int) -> Any:
        return canary_audit(epsilon, delta, runs=runs // 20_000, seed=seed)

    monkeypatch.setattr("deskhand.privacy_audit.report.canary_audit", blind)
    told = deskhand_here("audit", private)
    assert told.returncode == 4
    assert "Void: a control was not caught: " in told.stdout


@pytest.mark.parametrize(
    ("release", "void"), [("clones", True), ("replays", True), ("audited", False)]
)
def test_every_control_of_every_attack_is_judged(release: str, void: bool) -> None:
    """A figure no better than its control: right for what is audited, and blindness for a leak."""
    report = audit("literature")
    for attack in ATTACKS:
        blind = Finding(
            activity="typing",
            attack=attack,
            release=release,
            value=0.5,
            control=0.5,
            low=-0.1,
            high=0.1,
        )
        assert replace(report, findings=(blind,)).status == (4 if void else 0)


def test_a_fit_without_privacy_is_no_pass_by_itself(
    tmp_path: Path, deskhand_here: Deskhand
) -> None:
    plain: Profile = replace(load_profile("office"), name="plain", mode="fit-no-dp")
    path = tmp_path / "plain.json"
    path.write_text(profile_json(plain))
    told = deskhand_here("audit", path)
    assert told.returncode == 2
    assert "without noise" in told.stdout
