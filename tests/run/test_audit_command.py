"""`deskhand audit`: what it says of profiles and sessions, how it ends, and that nobody is named."""

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from deskhand import api, cli
from deskhand.behavior_models.profile import Profile, load_profile
from deskhand.behavior_models.profile_release import sections_sha256
from deskhand.behavior_models.profile_text import profile_json
from deskhand.calibration.fitted_profile import fitted_profile, public_centres
from deskhand.calibration.gaussian_privacy import mu_of
from deskhand.calibration.person_statistics import STATISTICS
from deskhand.calibration.privacy_ledger import FILE, PrivacyLedger
from deskhand.calibration.private_moments import private_moments
from deskhand.datasets.resynthesis.lineage import Lineage, marked
from deskhand.evaluation.canary_audit import canary_audit
from deskhand.evaluation.privacy.attacks import ATTACKS
from deskhand.evaluation.privacy.finding import Finding
from deskhand.formats import written
from deskhand.json_schema import worst
from deskhand.privacy_audit.report import audit
from deskhand.session import Session
from tests.calibration.made_people import made_people

EPSILON, DELTA = 3.0, 1e-6


class Told(NamedTuple):
    """How a command ended, and what it said."""

    status: int
    out: str
    err: str


Deskhand = Callable[..., Told]


@pytest.fixture
def deskhand(capsys: pytest.CaptureFixture[str]) -> Deskhand:
    """Run the command line in this process."""

    def run(*words: object) -> Told:
        capsys.readouterr()
        status = cli.main([*map(str, words)])
        return Told(status, *capsys.readouterr())

    return run


def private_profile(folder: Path, mode: str = "dp-fit") -> Path:
    """Write a private profile of made people, and its ledger."""
    public = public_centres()
    people = made_people(150, 4)
    sd, middle = (np.array(part) for part in (public.centres.sd, public.centres.middle))
    moments = private_moments(
        replace(people, halves=people.halves * sd + middle),
        public.centres,
        mu=mu_of(EPSILON, DELTA),
        chosen=[place for place, one in enumerate(STATISTICS) if one.motor],
        with_work=False,
    )
    asked: dict[str, Any] = {
        "data": "captures",
        "digests": [b"1"],
        "epsilon": EPSILON,
        "delta": DELTA,
        "mu": mu_of(EPSILON, DELTA),
        "budget": None,
    }
    ledger = PrivacyLedger(folder / FILE)
    ledger.reserve_count(**asked)
    release = ledger.reserve(**asked)
    made = fitted_profile(
        moments, name="mine", mode=mode, remark="Made.", source="dp-fit", public=public
    )
    promise = {
        "epsilon": EPSILON,
        "delta": DELTA,
        # The gate of a hundred people is not to hang on noise here.
        "people": 150,
        "clipped_share": 0.1,
        "release_id": release.release_id,
        "ledger": FILE,
        "sections_sha256": sections_sha256(made.sections),
    }
    path = folder / "mine.json"
    path.write_text(profile_json(replace(made, release=promise)))
    return path


@pytest.fixture(scope="module")
def private(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return private_profile(tmp_path_factory.mktemp("private"))


@pytest.fixture
def own(private: Path, tmp_path: Path) -> Path:
    """Return a copy of the private profile that may be spoilt."""
    for file in (private, private.parent / FILE):
        shutil.copy(file, tmp_path / file.name)
    return tmp_path / private.name


@pytest.fixture(scope="module")
def captures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("captures")
    for name, people, seed in (("members", 25, 3), ("others", 24, 11), ("five", 5, 21)):
        api.generate(
            "crm.create_lead",
            people=people,
            days=4 if people > 5 else 1,
            seed=seed,
            out=folder / name,
        )
    return folder


def test_the_private_profile_passes_and_says_what_it_promises(
    private: Path, deskhand: Deskhand, tmp_path: Path
) -> None:
    told = deskhand("audit", private, "--html", tmp_path / "a.html", "--json", tmp_path / "a.json")
    assert (told.status, told.err) == (0, "")
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
    assert str(tmp_path) not in page + told.out


def test_captures_are_attacked_and_nobody_is_named(
    private: Path, captures: Path, deskhand: Deskhand, tmp_path: Path
) -> None:
    sides = ("--members", captures / "members", "--others", captures / "others", "--stand-ins")
    files = ("--html", tmp_path / "a.html", "--json", tmp_path / "a.json")
    told = deskhand("audit", private, *sides, *files)
    assert told.status == 0, told.out + told.err
    record = json.loads((tmp_path / "a.json").read_text())
    assert worst("privacy_audit", record, "deskhand.privacy_audit") is None
    assert all(one["as_it_should_be"] for one in record["attacks"])
    assert {one["release"] for one in record["attacks"]} == {"audited", "clones", "replays"}
    written = told.out + told.err + "".join(p.read_text() for p in tmp_path.iterdir())
    for side in ("members", "others"):
        for session in api.read_sessions(captures / side):
            assert session.session_id not in written
            assert str(session.header["persona"]) not in written
    assert str(captures) not in written


def test_sessions_are_audited_as_what_is_released(
    captures: Path, deskhand: Deskhand, tmp_path: Path
) -> None:
    """The members' own sessions, given out as synthetic: as leaky as can be."""
    sides = ("--members", captures / "members", "--others", captures / "others", "--stand-ins")
    told = deskhand("audit", captures / "members", *sides, "--json", tmp_path / "a.json")
    assert told.status == 1
    assert "Fail: people are given away by 5 of 5 attacks." in told.out
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
    deskhand: Deskhand,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(captures)
    told = deskhand("audit", *words)
    assert told.status == status
    assert said in told.out + told.err


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
    change: Any, said: str, own: Path, deskhand: Deskhand
) -> None:
    data = json.loads(own.read_text())
    change(data)
    own.write_text(json.dumps(data))
    told = deskhand("audit", own)
    assert told.status == 3
    assert said in told.err


def test_a_changed_ledger_is_invalid_and_a_missing_one_is_told(
    own: Path, deskhand: Deskhand
) -> None:
    ledger = own.parent / FILE
    text = ledger.read_text()
    ledger.write_text(text.replace('"epsilon": 3.0', '"epsilon": 0.3'))
    told = deskhand("audit", own)
    assert told.status == 3
    assert "does not match its seal" in told.err
    ledger.unlink()
    told = deskhand("audit", own)
    assert told.status == 0
    assert "ledger: not measurable" in told.out
    told = deskhand("audit", own, "--ledger", own.parent / "elsewhere.json")
    assert told.status == 2


def test_a_number_that_no_fit_writes_fails(own: Path, deskhand: Deskhand) -> None:
    """Sealed anew by somebody who knows how: the numbers themselves tell."""
    data = json.loads(own.read_text())
    data["sections"]["strokes"][next(iter(data["sections"]["strokes"]))]["source"] = "Ann"
    data["release"]["sections_sha256"] = sections_sha256(data["sections"])
    own.write_text(json.dumps(data))
    told = deskhand("audit", own)
    assert told.status == 1
    assert "numbers: fail" in told.out


def test_too_few_people_for_the_promise_fail(own: Path, deskhand: Deskhand) -> None:
    data = json.loads(own.read_text())
    data["release"]["people"] = 40
    own.write_text(json.dumps(data))
    told = deskhand("audit", own)
    assert told.status == 1
    assert "people: fail" in told.out


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
    change: Any, said: str, role: str, captures: Path, tmp_path: Path, deskhand: Deskhand
) -> None:
    spoilt = tmp_path / "spoilt"
    shutil.copytree(captures / "five", spoilt)
    change(spoilt)
    places = dict.fromkeys(("audited", "members", "others"), captures / "five") | {role: spoilt}
    words = ("--members", places["members"], "--others", places["others"], "--stand-ins")
    told = deskhand("audit", places["audited"], *words)
    assert told.status == 3, told.err
    assert said in told.err


def test_what_holds_no_sessions_and_no_profile(tmp_path: Path, deskhand: Deskhand) -> None:
    (tmp_path / "empty").mkdir()
    told = deskhand("audit", tmp_path / "empty")
    assert (told.status, "an empty folder" in told.err) == (2, True)
    (tmp_path / "text.md").write_text("# Hello")
    told = deskhand("audit", tmp_path / "text.md")
    assert (told.status, "text.md" in told.err) == (3, True)


def test_private_sessions_without_their_promise(
    private: Path, tmp_path: Path, deskhand: Deskhand
) -> None:
    run = tmp_path / "run"
    api.generate("crm.create_lead", people=1, seed=1, out=run, profile=private)
    told = deskhand("audit", run, "--ledger", private.parent / FILE)
    assert (told.status, "epsilon 3 of a budget of 3" in told.out) == (0, True)
    alone = next(run.glob("shard=*"))
    told = deskhand("audit", alone)
    assert told.status == 2
    assert "no manifest.json says under which promise" in told.err


@pytest.fixture
def person(captures: Path) -> Session:
    """Return a session that says it is of a person."""
    session = next(api.read_sessions(captures / "five"))
    marks = {"synthetic": False, "provenance_id": "cap_session_1", "profile_mode": "capture"}
    return replace(session, header={**session.header, **marks})


def test_derived_sessions_fail_whatever_was_varied(
    person: Session, tmp_path: Path, deskhand: Deskhand
) -> None:
    lineage = Lineage(made_from="cap_session_1", steps=("jitter:1.0",), seed=7)
    varied = tmp_path / "varied"
    varied.mkdir()
    with written(varied, "parquet") as writer:
        writer.write(marked(person, lineage, persona=f"der_person_{7:016x}"))
    told = deskhand("audit", varied)
    assert told.status == 1
    assert "personal data of those people" in told.out
    assert told.out.splitlines()[-1] == (
        "Fail: what is derived from captures is personal data of the people in them."
    )


def test_of_several_modes_the_one_that_promises_least_decides(
    captures: Path, tmp_path: Path, deskhand: Deskhand
) -> None:
    with written(tmp_path, "parquet") as writer:
        for session, mode in zip(
            api.read_sessions(captures / "five"),
            ("published", "fit-no-dp", "research"),
            strict=False,
        ):
            writer.write(replace(session, header={**session.header, "profile_mode": mode}))
    told = deskhand("audit", tmp_path)
    assert (told.status, told.out.splitlines()[0]) == (2, f"{tmp_path.name} (fit-no-dp)")


def test_captures_are_nothing_to_audit(person: Session, tmp_path: Path, deskhand: Deskhand) -> None:
    with written(tmp_path, "parquet") as writer:
        writer.write(person)
    told = deskhand("audit", tmp_path)
    assert told.status == 2
    assert "captures of people, which are personal data as they are" in told.err


def test_a_control_that_is_missed_makes_the_report_void(
    private: Path, deskhand: Deskhand, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A canary test of so few runs shows nothing, and says so."""

    def blind(epsilon: float, delta: float, *, runs: int, seed: int) -> Any:
        return canary_audit(epsilon, delta, runs=runs // 20_000, seed=seed)

    monkeypatch.setattr("deskhand.privacy_audit.report.canary_audit", blind)
    told = deskhand("audit", private)
    assert told.status == 4
    assert "Void: a control was not caught: " in told.out


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


def test_a_fit_without_privacy_is_no_pass_by_itself(tmp_path: Path, deskhand: Deskhand) -> None:
    plain: Profile = replace(load_profile("office"), name="plain", mode="fit-no-dp")
    path = tmp_path / "plain.json"
    path.write_text(profile_json(plain))
    told = deskhand("audit", path)
    assert told.status == 2
    assert "without noise" in told.out
