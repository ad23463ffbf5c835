"""Every file of every format is found to be synthetic, alone and packed, or derived where a person is in it."""

import bz2
import gzip
import lzma
import shutil
import sqlite3
import tarfile
import zipfile
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import deskhand
from deskhand import registry
from deskhand.datasets.resynthesis.lineage import Lineage, marked
from deskhand.formats import EXPORTS, written
from deskhand.marks.judging import judge, judge_file
from deskhand.marks.verdict import Verdict
from deskhand.session import Session
from tests.captured_sessions import captured

LARKSPUR = Path(__file__).parents[2] / "examples" / "own_schema" / "larkspur.json"
ARGUED = (
    "agentnet:bare",
    "computer_use:openai",
    "evemu:keys",
    "libinput:keys",
    "otlp:protobuf",
    "research:sapimouse",
    "research:aalto",
    f"mapping:{LARKSPUR}",
)
FORMATS = [*(name for name in registry.names(EXPORTS) if name != "mapping"), *ARGUED]
NEEDS = {"agentnet": ("PIL", "screens"), "otlp:protobuf": ("opentelemetry.proto", "otlp")}


def made(session: Session, text: str, folder: Path) -> Path:
    if text in NEEDS:
        package, extra = NEEDS[text]
        pytest.importorskip(package, reason=f'needs python -m pip install -e ".[test,{extra}]"')
    folder.mkdir()
    with written(folder, text) as writer:
        writer.write(session)
    return folder


@pytest.mark.parametrize("text", FORMATS, ids=lambda text: text.partition("/")[0])
def test_every_file_is_found(text: str, session: Session, tmp_path: Path) -> None:
    folder = made(session, text, tmp_path / "made")
    found = {one.path.relative_to(folder).as_posix(): one.verdict for one in judge(folder)}
    # Of the canonical tables only this one has no rows.
    assert {name for name, verdict in found.items() if verdict != Verdict.SYNTHETIC} <= {
        "screenshots.jsonl"
    }
    assert deskhand.is_synthetic(folder)


@pytest.mark.parametrize("text", FORMATS, ids=lambda text: text.partition("/")[0])
def test_every_file_is_found_in_an_archive(text: str, session: Session, tmp_path: Path) -> None:
    folder = made(session, text, tmp_path / "made")
    with tarfile.open(tmp_path / "a.tar.gz", "w:gz") as tar:
        tar.add(folder, "a")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for path in folder.rglob("*"):
            archive.write(path, path.relative_to(folder))
    for name in ("a.tar.gz", "a.zip"):
        assert deskhand.is_synthetic(tmp_path / name), judge(tmp_path / name)


@pytest.mark.parametrize("text", FORMATS, ids=lambda text: text.partition("/")[0])
def test_what_was_made_from_a_capture_is_derived(
    text: str, session: Session, tmp_path: Path
) -> None:
    lineage = Lineage(made_from="cap_1", steps=("jitter:1.0",), seed=7)
    person = Session(
        header={**session.header, "synthetic": False, "provenance_id": "cap_rrweb"},
        events=session.events,
        actions=session.actions.slice(0, 0),
        elements=session.elements,
        screenshots=session.screenshots,
        screens=session.screens,
    )
    folder = made(marked(person, lineage, persona=f"der_person_{7:016x}"), text, tmp_path / "made")
    found = Counter(one.verdict for one in judge(folder))
    assert found[Verdict.SYNTHETIC] == found[Verdict.PARTLY] == 0, judge(folder)
    assert found[Verdict.DERIVED] > 0, judge(folder)
    assert not deskhand.is_synthetic(folder)


@pytest.mark.parametrize("text", FORMATS, ids=lambda text: text.partition("/")[0])
def test_what_a_person_did_is_not_synthetic(text: str, session: Session, tmp_path: Path) -> None:
    folder = made(captured(session, 7, named=False), text, tmp_path / "made")
    found = {one.verdict for one in judge(folder)}
    assert found <= {Verdict.NOT, Verdict.NONE, Verdict.EMPTY}, judge(folder)


@pytest.mark.parametrize(
    ("ending", "pack"), [("gz", gzip.compress), ("bz2", bz2.compress), ("xz", lzma.compress)]
)
@pytest.mark.parametrize("text", ["rrweb", "parquet", "posthog", "otlp"])
def test_compressed_files(
    ending: str, pack: Any, text: str, session: Session, tmp_path: Path
) -> None:
    folder = made(session, text, tmp_path / "made")
    for path in (path for path in folder.rglob("*") if path.is_file()):
        packed = tmp_path / f"{path.name}.{ending}"
        packed.write_bytes(pack(path.read_bytes()))
        assert judge_file(packed).verdict == Verdict.SYNTHETIC
        packed.write_bytes(packed.read_bytes()[:-20])
        assert judge_file(packed).verdict in (Verdict.NONE, Verdict.SYNTHETIC)


def test_zstandard(session: Session, tmp_path: Path) -> None:
    zstandard = pytest.importorskip(
        "zstandard", reason='needs python -m pip install -e ".[test,fleet]"'
    )
    folder = made(session, "rrweb", tmp_path / "made")
    (path,) = (path for path in folder.rglob("*") if path.is_file())
    packed = tmp_path / "one.zst"
    packed.write_bytes(zstandard.compress(path.read_bytes()))
    assert judge_file(packed).verdict == Verdict.SYNTHETIC


def test_a_recording_that_stands_alone_is_bound_to_its_record(
    session: Session, tmp_path: Path
) -> None:
    folder = made(session, "agentnet:bare", tmp_path / "made")
    (events,) = folder.rglob("events.jsonl")
    assert judge_file(events).marks == ("listed in metadata.json",)
    # What somebody else recorded does not become synthetic by lying there.
    lines = events.read_bytes().splitlines(keepends=True)
    events.write_bytes(b"".join(lines[1:]))
    assert judge_file(events).verdict == Verdict.NONE


def test_a_table_of_research_is_bound_to_its_record(session: Session, tmp_path: Path) -> None:
    folder = made(session, "research", tmp_path / "made")
    (table,) = folder.rglob("*.csv")
    other = table.with_name("other.csv")
    other.write_bytes(table.read_bytes())
    assert judge_file(other).verdict == Verdict.NONE
    shutil.copy(f"{table}.synthetic.json", f"{other}.synthetic.json")
    assert judge_file(other).marks == ("record beside it",)
    other.write_bytes(table.read_bytes() + b"1,1,NoButton,Move,1,1\r\n")
    assert judge_file(other).verdict == Verdict.NONE


def test_a_film(session: Session, tmp_path: Path) -> None:
    for package in ("av", "PIL"):
        pytest.importorskip(package, reason='needs python -m pip install -e ".[test,video]"')
    folder = made(session, "agentnet:mp4", tmp_path / "made")
    (film,) = folder.rglob("*.mp4")
    assert judge_file(film).marks == ("comment: synthetic",)
    assert deskhand.is_synthetic(folder)


def test_a_database_of_tables(tmp_path: Path) -> None:
    path = tmp_path / "own.db"
    with closing(sqlite3.connect(path)) as base:
        base.execute("CREATE TABLE events (x REAL, synthetic INTEGER)")
        base.executemany("INSERT INTO events VALUES (?, ?)", [(1.0, 1), (2.0, 1)])
        base.commit()
        assert judge_file(path).verdict == Verdict.SYNTHETIC
        base.execute("INSERT INTO events VALUES (3.0, NULL)")
        base.commit()
    assert judge_file(path).verdict == Verdict.PARTLY
    assert [entry.name for entry in tmp_path.iterdir()] == ["own.db"]


def test_archives_in_archives_have_an_end(tmp_path: Path) -> None:
    content = b'{"synthetic": true, "provenance_id": "syn_prov_0123456789abcdef"}'
    path = tmp_path / "packed.gz"
    verdicts = []
    for _ in range(7):
        content = gzip.compress(content)
        path.write_bytes(content)
        verdicts.append(judge_file(path).verdict)
    assert verdicts == [Verdict.SYNTHETIC] * 5 + [Verdict.NONE] * 2
