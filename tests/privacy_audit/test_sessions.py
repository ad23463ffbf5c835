"""`deskhand audit` of sessions in the place of a profile, and of what is none."""

from dataclasses import replace
from pathlib import Path

import pytest

from deskhand import api
from deskhand.calibration.privacy_ledger import FILE
from deskhand.datasets.resynthesis.lineage import Lineage, marked
from deskhand.formats import written
from deskhand.session import Session
from tests.privacy_audit.conftest import Deskhand


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
