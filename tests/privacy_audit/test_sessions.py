"""`deskhand audit` of sessions in the place of a profile, and of what is none."""

from dataclasses import replace
from pathlib import Path

import pytest

from deskhand import api
from deskhand.calibration.privacy_ledger import FILE
from deskhand.datasets.resynthesis.lineage import Lineage, marked
from deskhand.formats import written
from deskhand.session import Session
from tests.conftest import Deskhand


def test_what_holds_no_sessions_and_no_profile(tmp_path: Path, deskhand_here: Deskhand) -> None:
    (tmp_path / "empty").mkdir()
    told = deskhand_here("audit", tmp_path / "empty")
    assert (told.returncode, "an empty folder" in told.stderr) == (2, True)
    (tmp_path / "text.md").write_text("# Hello")
    told = deskhand_here("audit", tmp_path / "text.md")
    assert (told.returncode, "text.md" in told.stderr) == (3, True)


def test_private_sessions_without_their_promise(
    private: Path, tmp_path: Path, deskhand_here: Deskhand
) -> None:
    run = tmp_path / "run"
    api.generate("crm.create_lead", people=1, seed=1, out=run, profile=private)
    told = deskhand_here("audit", run, "--ledger", private.parent / FILE)
    assert (told.returncode, "epsilon 3 of a budget of 3" in told.stdout) == (0, True)
    alone = next(run.glob("shard=*"))
    told = deskhand_here("audit", alone)
    assert told.returncode == 2
    assert "no manifest.json says under which promise" in told.stderr


@pytest.fixture
def person(captures: Path) -> Session:
    """Return a session that says it is of a person."""
    session = next(api.read_sessions(captures / "five"))
    marks = {"synthetic": False, "provenance_id": "cap_session_1", "profile_mode": "capture"}
    return replace(session, header={**session.header, **marks})


def test_derived_sessions_fail_whatever_was_varied(
    person: Session, tmp_path: Path, deskhand_here: Deskhand
) -> None:
    lineage = Lineage(made_from="cap_session_1", steps=("jitter:1.0",), seed=7)
    varied = tmp_path / "varied"
    varied.mkdir()
    with written(varied, "parquet") as writer:
        writer.write(marked(person, lineage, persona=f"der_person_{7:016x}"))
    told = deskhand_here("audit", varied)
    assert told.returncode == 1
    assert "personal data of those people" in told.stdout
    assert told.stdout.splitlines()[-1] == (
        "Fail: what is derived from captures is personal data of the people in them."
    )


def test_of_several_modes_the_one_that_promises_least_decides(
    captures: Path, tmp_path: Path, deskhand_here: Deskhand
) -> None:
    with written(tmp_path, "parquet") as writer:
        for session, mode in zip(
            api.read_sessions(captures / "five"),
            ("published", "fit-no-dp", "research"),
            strict=False,
        ):
            writer.write(replace(session, header={**session.header, "profile_mode": mode}))
    told = deskhand_here("audit", tmp_path)
    assert (told.returncode, told.stdout.splitlines()[0]) == (2, f"{tmp_path.name} (fit-no-dp)")


def test_captures_are_nothing_to_audit(
    person: Session, tmp_path: Path, deskhand_here: Deskhand
) -> None:
    with written(tmp_path, "parquet") as writer:
        writer.write(person)
    told = deskhand_here("audit", tmp_path)
    assert told.returncode == 2
    assert "captures of people, which are personal data as they are" in told.stderr
