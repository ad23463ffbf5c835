"""Captures that are odd or damaged, in several formats: clear refusals, and nothing of a person in them."""

import shutil
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

import deskhand
from deskhand.calibration.privacy_ledger import FILE
from deskhand.cli import main
from deskhand.exports.captured import CAPTURE
from deskhand.formats import written
from deskhand.session import Session
from tests.captured_sessions import CANARY, captured, with_column

PEOPLE = 100


def with_events(session: Session, **columns: object) -> Session:
    events = session.events
    for name, values in columns.items():
        events = with_column(events, name, values)
    return replace(session, events=events)


def kept(session: Session, keep: Callable[[str], bool]) -> Session:
    types = session.events["type"].cast(pa.string()).to_pylist()
    events = session.events.filter(pa.array([keep(one) for one in types]))
    return replace(session, events=events, header={**session.header, "event_count": len(events)})


def places(value: float) -> Callable[[Session], Session]:
    return lambda one: with_events(one, screen_x=value, screen_y=value)


def going_back(session: Session) -> Session:
    t_us = session.events["t_us"].to_numpy().copy()
    t_us[len(t_us) // 2 :] -= 1_000_000
    return with_events(session, t_us=t_us)


@pytest.fixture(scope="module")
def sessions() -> list[Session]:
    from deskhand import api

    made = [api.simulate("auth.login", seed=seed) for seed in range(4)]
    return [captured(made[n % len(made)], n) for n in range(PEOPLE)]


@pytest.fixture(scope="module")
def others(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("others") / "run"
    deskhand.generate("auth.login", people=2, seed=5, out=out)
    return out


def write(folder: Path, sessions: Iterable[Session], text: str = "parquet") -> Path:
    with written(folder, text) as writer:
        for session in sessions:
            writer.write(session)
    return folder


class Said:
    """How each of the three commands ended on captures, and what it said."""

    def __init__(self, folder: Path, others: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.out, self.others, self.capsys = folder / "written", others, capsys
        self.out.mkdir()

    def __call__(self, which: str, captures: Path, *words: str) -> tuple[int, str]:
        out = self.out
        if which == "fit":
            asked = ["fit", captures, "--epsilon", "3", "--out", out / "mine.json"]
        elif which == "compare":
            asked = ["compare", self.others, captures, "--no-joint", "--out", out / "report"]
        elif which == "compared":
            asked = ["compare", captures, self.others, "--no-joint", "--out", out / "report"]
        else:
            asked = ["audit", "literature", "--members", captures, "--others", self.others]
            asked += ["--stand-ins", "--html", out / "page.html", "--json", out / "page.json"]
        status = main([*map(str, asked), *words])
        told = self.capsys.readouterr()
        files = [path for path in out.rglob("*") if path.is_file()]
        for text in (told.out, told.err, *(path.read_text("utf-8", "replace") for path in files)):
            assert CANARY not in text
            assert "Traceback" not in text
            assert "Warning" not in text
        if status == 2 and told.err:
            assert told.err.startswith("deskhand: ")
            assert told.err.count("\n") == 1
            # A count of people and a promise stand there, whatever comes of them.
            promised = {FILE} if "ledger" in told.err else set()
            assert {path.name for path in files} == promised
        shutil.rmtree(out)
        out.mkdir()
        return status, told.out + told.err


@pytest.fixture
def said(tmp_path: Path, others: Path, capsys: pytest.CaptureFixture[str]) -> Said:
    return Said(tmp_path, others, capsys)


ODD: dict[str, tuple[Callable[[list[Session]], list[Session]], dict[str, tuple[int, str]]]] = {
    "five people": (
        lambda them: them[:5],
        {
            "fit": (2, "fewer than 100 people"),
            "compare": (2, "not measurable"),
            "audit": (2, "of at least 20 each"),
        },
    ),
    "one person with nine tenths": (
        lambda them: (
            [replace(o, header={**o.header, "persona": CANARY}) for o in them[:90]] + them[90:]
        ),
        {"fit": (2, "fewer than 100 people")},
    ),
    "no releases": (
        lambda them: [
            kept(one, lambda kind: kind not in ("keyup", "pointerup")) for one in them[:5]
        ],
        {"compare": (2, "The reference breaks")},
    ),
    "no events": (
        lambda them: [kept(one, lambda _: False) for one in them],
        {
            "fit": (2, "nothing can be fitted"),
            "compare": (2, "holds no session that can be compared (100 without events)"),
        },
    ),
    "constant times": (
        lambda them: [with_events(one, t_us=0) for one in them],
        {"fit": (2, "nothing can be fitted")},
    ),
    "constant places": (
        lambda them: [places(7.0)(one) for one in them[:5]],
        {"compare": (2, "not measurable")},
    ),
    "a clock that goes back": (
        lambda them: [going_back(one) for one in them],
        {"fit": (2, "clock goes back"), "compare": (2, "100 clock goes back")},
    ),
    "no number": (
        lambda them: [places(np.nan)(one) for one in them],
        {
            "fit": (2, "no finite numbers"),
            "compare": (2, "100 have places that are no finite numbers"),
            "audit": (2, "no finite numbers"),
        },
    ),
    "infinite": (
        lambda them: [*them[:-1], places(np.inf)(them[-1])],
        {"fit": (2, "no finite numbers"), "audit": (2, "no finite numbers")},
    ),
    "mixed devices": (
        lambda them: [
            replace(
                one, header={**one.header, "device": f"{CANARY} {n % 3}"} if n % 2 else one.header
            )
            for n, one in enumerate(them[:5])
        ],
        {"compare": (2, "differ in devices"), "compared": (3, "others beside")},
    ),
    "synthetic": (
        lambda _: [deskhand.simulate("auth.login", seed=1)],
        {"fit": (2, "says that it is synthetic")},
    ),
}


IN_JSON = ("no releases", "a clock that goes back", "no number", "infinite")


@pytest.mark.parametrize(
    ("name", "text"), [*((n, "parquet") for n in ODD), *((n, "jsonl") for n in IN_JSON)]
)
def test_odd_captures(name: str, text: str, sessions: list[Session], said: Said) -> None:
    change, wanted = ODD[name]
    folder = write(said.out.parent / "captures", change(sessions), text)
    for which, (status, told) in wanted.items():
        if text == "jsonl" and name in ("no number", "infinite"):
            # JSON has no such numbers; of damage an audit makes a status of its own.
            status, told = 3 if which == "audit" else 2, "cannot be read"
        ended, heard = said(which, folder)
        assert told in heard, (which, heard)
        assert ended == status, (which, heard)


def test_captures_are_not_audited_themselves(
    sessions: list[Session], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    header = {"profile_mode": CAPTURE}
    captures = [replace(one, header={**one.header, **header}) for one in sessions[:2]]
    folder = write(tmp_path / "captures", captures)
    assert main(["audit", str(folder)]) == 2
    told = capsys.readouterr().err
    assert "Audited is what was made" in told
    assert CANARY not in told


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("audit literature --person role", "--person speaks of captures"),
        ("audit literature --stand-ins", "--stand-ins speaks of captures"),
        ("audit literature --html .", "is a folder; give the file"),
        ("audit literature --html no/such/page.html", "there is no folder no/such"),
        ("compare RUN published --reference-format rrweb", "leave it out"),
        ("compare RUN RUN --out FILE", "is a file; give a folder"),
        ("compare RUN RUN --out FILE/report", "cannot be written to"),
        ("compare RUN RUN --format posthog", "written and not read back"),
        ("fit RUN --out no/such/mine.json", "no folder no/such"),
        ("fit RUN --out FILE", "is there already"),
        ("verify-synthetic no/such", "not found"),
        ("verify-synthetic RUN --key FILE", "no public key in PEM"),
    ],
)
def test_options_that_cannot_be(
    words: str,
    told: str,
    others: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if "--key" in words:
        reason = 'needs python -m pip install -e ".[test,sign]"'
        pytest.importorskip("cryptography", reason=reason)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "FILE").write_text("mine")
    given = [str(others) if word == "RUN" else word for word in words.split()]
    assert main(given) == 2
    said = capsys.readouterr()
    assert told in said.err
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert [path.name for path in tmp_path.iterdir()] == ["FILE"]
    assert (tmp_path / "FILE").read_text() == "mine"
