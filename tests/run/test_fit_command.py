"""`deskhand fit`: people in, a population out; what is refused, and that nobody is named."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

import deskhand as package
from deskhand import api, capture_people
from deskhand.behavior_models.profile import load_profile
from deskhand.calibration.fitted_profile import WRITTEN, public_sections
from deskhand.calibration.privacy_ledger import FILE, PrivacyLedger
from deskhand.formats import written
from tests.conftest import Deskhand

PEOPLE = 100
GOOD = {"--stand-ins": "", "--epsilon": "3", "--out": "mine.json"}


@pytest.fixture(scope="module")
def captures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("captures") / "run"
    api.generate("crm.create_lead", people=PEOPLE, seed=11, out=out)
    return out


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("few") / "run"
    api.generate("crm.create_lead", people=5, seed=11, out=out)
    return out


@pytest.fixture(scope="module")
def fitted(captures: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a profile fitted with differential privacy."""
    from deskhand.cli import main

    out = tmp_path_factory.mktemp("fitted") / "mine.json"
    assert main(["fit", str(captures), "--stand-ins", "--epsilon", "3", "--out", str(out)]) == 0
    return out


def test_the_profile_says_what_was_promised_and_nothing_of_anybody(
    fitted: Path, captures: Path
) -> None:
    profile = load_profile(fitted)
    assert (profile.name, profile.mode) == ("mine", "dp-fit")
    release = dict(profile.release or {})
    assert (release["epsilon"], release["delta"], release["stand_ins"]) == (3.0, 1e-6, True)
    assert 50 < release["people"] < 160
    base = public_sections()
    for section, entries in profile.sections.items():
        for name, given in entries.items():
            if given != base.get(section, {}).get(name):
                assert name in WRITTEN[section]
                # A hundred people: the hand alone.
                assert section in ("keystrokes", "pointer", "press")
                assert given["source"] == "dp-fit of captured people, epsilon 3, delta 1e-06"
    assert sorted(path.name for path in fitted.parent.iterdir()) == ["mine.json", FILE]
    written = fitted.read_text() + (fitted.parent / FILE).read_text()
    people = {session.header["persona"] for session in api.read_sessions(captures)}
    sessions = {session.session_id for session in api.read_sessions(captures)}
    assert len(people) == PEOPLE
    assert not any(name in written for name in people | sessions)
    assert str(captures) not in written


def test_the_profile_works_wherever_one_is_taken(fitted: Path, tmp_path: Path) -> None:
    manifest = api.generate(
        "crm.create_lead", people=2, seed=1, out=tmp_path / "run", profile=fitted
    )
    assert manifest["profile"]["mode"] == "dp-fit"
    assert manifest["profile"]["release"]["epsilon"] == 3.0
    modes = {s.header["profile_mode"] for s in api.read_sessions(tmp_path / "run")}
    assert modes == {"dp-fit"}
    asked = {"person": ["ann"], "x0": [100], "y0": [100], "x1": [700], "y1": [300]}
    assert package.pointer_paths(asked, seed=7, profile=fitted).num_rows > 10
    typed = package.type_text("hello", seed=7, profile=fitted)
    keys = {"person": ["ann"] * 3, "sequence": [0] * 3, "key": ["a", "b", "c"]}
    assert typed.num_rows >= 5
    assert package.time_keys(keys, seed=7, profile=fitted).num_rows == 3


def test_a_second_release_and_a_changed_profile_are_refused(
    fitted: Path, captures: Path, deskhand: Deskhand, tmp_path: Path
) -> None:
    words = ["fit", captures, "--stand-ins", "--epsilon", 3]
    done = deskhand(*words, "--out", fitted.parent / "again.json")
    assert done.returncode == 2
    assert "above the budget of 3 of these data" in done.stderr
    assert not (fitted.parent / "again.json").exists()
    data = json.loads(fitted.read_text())
    data["sections"]["press"]["hold_s"]["value"]["median"] *= 2.0
    changed = tmp_path / "changed.json"
    changed.write_text(json.dumps(data))
    made = deskhand(
        *("generate", "crm.create_lead", "--people", 1, "--profile", changed),
        *("--out", tmp_path / "run"),
    )
    assert made.returncode == 2
    assert "not those that were released" in made.stderr


BAD: list[tuple[dict[str, str | None], str]] = [
    ({"--epsilon": "0"}, "epsilon=0.0"),
    ({"--epsilon": "-1"}, "epsilon=-1.0"),
    ({"--epsilon": "inf"}, "epsilon=inf"),
    ({"--epsilon": "nan"}, "epsilon=nan"),
    ({"--epsilon": "2"}, "fewer than 500 people need epsilon 3"),
    ({"--epsilon": None}, "epsilon=1"),
    ({"--delta": "0.5"}, "delta=0.5: too large"),
    ({"--delta": "0"}, "delta=0.0"),
    ({"--budget": "1"}, "above the budget of 1"),
    ({"--budget": "0"}, "budget=0.0"),
    ({"--engine": "opendb"}, "did you mean 'opendp'"),
    ({"--data-name": " "}, "data name"),
    ({"--stand-ins": None}, "says that it is synthetic"),
    ({"--mode": "dp_fit", "--epsilon": None, "--i-understand": ""}, "did you mean 'dp-fit'"),
    ({"--mode": "published", "--epsilon": None, "--i-understand": ""}, "from the literature"),
    ({"--mode": "fit-no-dp"}, "--epsilon belongs to --mode dp-fit"),
    ({"--mode": "fit-no-dp", "--epsilon": None}, "--i-understand"),
    ({"--base": "offic"}, "did you mean 'office'"),
    ({"--base": "./plain.json"}, "shipped profile './plain.json' is not known"),
    ({"--against": "crm.creat_lead"}, "did you mean 'crm.create_lead'"),
    ({"--person": "persna"}, "one group"),
    ({"--person": "("}, "no regular expression"),
    ({"--person": "role"}, "fewer than 100 people"),
    ({"--labels": "none.json"}, "cannot be read"),
    ({"--fidelity": "learned"}, "not fitted with differential privacy"),
    ({"--fidelity": "learnt"}, "did you mean 'learned'"),
    ({"--fewest": "3"}, "fewest=3"),
    ({"--seed": "3"}, "noise has no seed"),
    ({"--most": "10"}, "most=10"),
    ({"--out": "no/such/mine.json"}, "no folder"),
    ({"--format": "rweb"}, "did you mean 'rrweb'"),
]

COUNTED = (
    "fewer than 500 people need epsilon 3",
    "epsilon=1",
    "delta=0.5: too large",
)


@pytest.mark.parametrize(("change", "told"), BAD, ids=lambda v: str(v)[:30])
def test_refusals(
    change: dict[str, str | None],
    told: str,
    captures: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from deskhand.cli import main

    monkeypatch.chdir(tmp_path)
    given = {option: value for option, value in (GOOD | change).items() if value is not None}
    words = [word for pair in given.items() for word in pair if word]
    assert main(["fit", str(captures), *words]) == 2
    said = capsys.readouterr()
    assert told in said.err
    assert said.out == ""
    # Where the number of people decides they were counted, and the count is written down.
    counted = [FILE] if "People were counted" in said.err else []
    assert bool(counted) == (told in COUNTED)
    assert [path.name for path in tmp_path.iterdir()] == counted
    for ledger in counted:
        (count,) = PrivacyLedger(tmp_path / ledger).releases
        assert f"which took epsilon {count.epsilon:.2g} of them" in said.err


def test_other_refusals(
    few: Path, captures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from deskhand.cli import main

    out = ["--out", str(tmp_path / "mine.json"), "--stand-ins"]
    plain = ["--mode", "fit-no-dp", "--i-understand"]
    refused: list[tuple[list[str], str]] = [
        ([str(few), "--epsilon", "3"], "fewer than 100 people"),
        ([str(few), *plain], "fewer than 20 people"),
        ([str(tmp_path / "nowhere")], "not found"),
        ([], "at least one"),
        ([str(captures / "manifest.json")], "no known format"),
    ]
    for words, told in refused:
        assert main(["fit", *words, *out]) == 2
        assert told in capsys.readouterr().err
    # That there are too few people is seen before they are counted.
    assert list(tmp_path.iterdir()) == []


def test_without_privacy_it_says_so(
    captures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from deskhand.cli import main

    out = tmp_path / "plain.json"
    plain = ["--mode", "fit-no-dp", "--i-understand", "--stand-ins"]
    assert main(["fit", str(captures), "--out", str(out), *plain]) == 0
    assert "without differential privacy" in capsys.readouterr().err
    manifest = api.generate("crm.create_lead", people=1, seed=1, out=tmp_path / "run", profile=out)
    assert manifest["profile"]["mode"] == "fit-no-dp"
    assert "may give people away" in manifest["profile"]["release"]["promise"]
    assert list(tmp_path.glob(FILE)) == []


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ({"profile_mode": "derived", "synthetic": False}, "derived from another one"),
        ({"persona": "unknown"}, "does not say whose it is"),
    ],
)
def test_captures_that_are_nobodys_own(
    few: Path, header: dict[str, Any], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = next(iter(api.read_sessions(few)))
    other = replace(session, header={**session.header, **header})
    monkeypatch.setattr(capture_people, "unshown_sessions", lambda *_, **__: iter([other]))
    with pytest.raises(package.DeskhandError, match=told):
        list(capture_people.captured_people([few], stand_ins=True))


def of_files(captures: Path, folder: Path, place: Callable[[int], str]) -> None:
    for number, session in enumerate(api.read_sessions(captures)):
        path = folder / place(number)
        path.parent.mkdir(parents=True, exist_ok=True)
        session.write(path, format="jsonl")


def test_sessions_of_one_person_in_several_files_are_one_person(few: Path, tmp_path: Path) -> None:
    of_files(few, tmp_path, lambda number: f"person-{number % 2}/{number}")
    pattern = r"(person-\d)/"
    who = [
        name
        for name, _ in capture_people.captured_people([tmp_path], person=pattern, stand_ins=True)
    ]
    assert sorted(set(who)) == ["person-0", "person-1"]
    assert len(who) == 5
    by_column: list[Any] = [
        name for name, _ in capture_people.captured_people([few], person="role", stand_ins=True)
    ]
    assert 1 <= len(set(by_column)) < 6


def test_captures_without_releases_have_no_holds(
    captures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from deskhand.cli import main

    def pressed(session: package.Session) -> package.Session:
        types = session.events["type"].cast(pa.string())
        gone = pc.is_in(types, pa.array(["keyup", "pointerup", "pointercancel"]))
        events = session.events.filter(pc.invert(gone))
        return replace(
            session, events=events, header={**session.header, "event_count": len(events)}
        )

    with written(tmp_path / "pressed", "parquet") as writer:
        for session in api.read_sessions(captures):
            writer.write(pressed(session))
    words = ["--stand-ins", "--epsilon", "3", "--out", str(tmp_path / "mine.json")]
    assert main(["fit", str(tmp_path / "pressed"), *words]) == 0
    assert "fitted: spacings of keys; all else is that of" in capsys.readouterr().err
    assert load_profile(tmp_path / "mine.json").sections["press"] == public_sections()["press"]
