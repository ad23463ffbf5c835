"""Captures that cannot be read, in every format that is read back: what stands in them is told by nobody."""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import deskhand
from deskhand.calibration.privacy_ledger import FILE
from deskhand.capture_people import capture_digests
from deskhand.capture_reading import unshown_sessions
from deskhand.cli import main
from deskhand.errors import DeskhandError
from deskhand.formats import written

CANARY = "Quillfeather"
TABLES = ("parquet", "jsonl", "arrow", "research:balabit")
RECORDINGS = ("rrweb", "activitywatch", "openadapt", "agentnet:bare", "evemu:keys", "libinput:keys")
FORMATS = TABLES + RECORDINGS
NOBODY = 65_534
NOT_DATA = (".synthetic.json", ".png")


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with one session in each format."""
    folder = tmp_path_factory.mktemp("good")
    session = deskhand.simulate("auth.login", seed=7)
    for text in FORMATS:
        with written(folder / text.partition(":")[0], text) as writer:
            writer.write(session)
    return folder


def _files(capture: Path) -> list[Path]:
    found = [capture] if capture.is_file() else sorted(capture.rglob("*"))
    return [path for path in found if path.is_file() and not path.name.endswith(NOT_DATA)]


def cut(capture: Path) -> None:
    """Cut off the end of every file, and write a name there."""
    for path in _files(capture):
        content = path.read_bytes()
        path.write_bytes(content[: len(content) * 2 // 3] + CANARY.encode())


def named(capture: Path) -> None:
    """Write a name into the middle of every file, where something else belongs."""
    for path in _files(capture):
        if path.suffix == ".db":
            with closing(sqlite3.connect(path)) as base:
                base.execute("UPDATE action_event SET timestamp = ?", (CANARY,))
                base.commit()
            continue
        content = path.read_bytes()
        middle = content.find(b"\n", len(content) // 2) + 1 or len(content) // 2
        path.write_bytes(content[:middle] + CANARY.encode() + content[middle:])


def damaged(good: Path, text: str, damage: Callable[[Path], None], folder: Path) -> Path:
    name = text.partition(":")[0]
    # The name of a file may be that of a person, too.
    capture = folder / CANARY.lower() / name if (good / name).is_dir() else folder / f"{CANARY}.txt"
    if (good / name).is_dir():
        shutil.copytree(good / name, capture)
    else:
        capture.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(good / name, capture)
    damage(capture)
    return capture


@pytest.mark.parametrize("damage", [cut, named])
@pytest.mark.parametrize("text", FORMATS)
def test_what_stands_in_a_damaged_capture_is_not_told(
    text: str,
    damage: Callable[[Path], None],
    good: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = tmp_path / "captures"
    damaged(good, text, damage, folder)
    out = tmp_path / "out"
    whose = ["--person", r"([^/]+)$"]
    commands = (
        ["fit", folder, "--epsilon", "3", "--stand-ins", "--out", tmp_path / "mine.json", *whose],
        ["compare", folder, good / "parquet", "--no-joint", "--out", out, *whose],
        ["audit", "literature", "--members", folder, "--others", good / "parquet", *whose,
         "--stand-ins", "--html", tmp_path / "page.html"],
    )  # fmt: skip
    before = sorted(tmp_path.iterdir())
    for words in commands:
        # Some readers pass over what they do not know: then too few people are left.
        status = main([*map(str, words)])
        told = capsys.readouterr()
        assert status == (3 if words[0] == "audit" and "cannot be read" in told.err else 2)
        assert CANARY.lower() not in (told.out + told.err).lower()
        if words[0] != "compare" or not out.exists():
            assert told.err.startswith("deskhand: ")
            assert told.err.count("\n") == 1
            (tmp_path / FILE).unlink(missing_ok=True)
            assert sorted(tmp_path.iterdir()) == before
        shutil.rmtree(out, ignore_errors=True)


def test_one_of_many_is_told_by_its_place(
    good: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("ann", CANARY, "zoe"):
        shutil.copytree(good / "parquet", tmp_path / "captures" / name)
    (tmp_path / "captures" / CANARY / "events.parquet").write_bytes(b"PAR1")
    words = ["--person", "^([^/]+)", "--stand-ins", "--out", tmp_path / "mine.json"]
    assert main(["fit", str(tmp_path / "captures"), *map(str, words)]) == 2
    told = capsys.readouterr().err
    # Capitals come first.
    assert "number 1 of 3 in it" in told
    assert CANARY not in told


def test_a_newer_schema_is_told_as_such(good: Path, tmp_path: Path) -> None:
    shutil.copytree(good / "parquet", tmp_path / "new")
    for path in (tmp_path / "new").iterdir():
        table = pq.read_table(path)
        table = table.append_column(CANARY, pa.array([1] * len(table)))
        metadata = {**(table.schema.metadata or {}), b"deskhand.schema_version": b"2"}
        pq.write_table(table.replace_schema_metadata(metadata), path)
    with pytest.raises(DeskhandError, match=r"schema version 2.*newer deskhand"):
        list(deskhand.read_sessions(tmp_path / "new"))
    with pytest.raises(DeskhandError, match="newer schema") as told:
        list(unshown_sessions(tmp_path / "new"))
    assert CANARY not in str(told.value)


def test_a_reader_that_fails_shows_nothing(good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from deskhand.exports import parquet

    def fails(*_: object) -> None:
        raise KeyError(CANARY)

    monkeypatch.setattr(parquet, "read", fails)
    with pytest.raises(DeskhandError, match="KeyError in it") as told:
        list(unshown_sessions(good / "parquet"))
    assert CANARY not in str(told.value)
    assert told.value.__cause__ is None


def test_folders_that_hold_captures_of_several_formats(good: Path, tmp_path: Path) -> None:
    from deskhand.capture_people import named_sessions

    for number, capture in enumerate(sorted(good.iterdir())):
        (shutil.copy if capture.is_file() else shutil.copytree)(capture, tmp_path / f"of-{number}")
    for person in ("^([^/]+)", "session_id"):
        assert len(list(named_sessions([tmp_path], person=person))) == len(FORMATS)


def test_an_empty_folder_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty").mkdir()
    words = ["--stand-ins", "--out", str(tmp_path / "mine.json")]
    assert main(["fit", str(tmp_path / "empty"), *words]) == 2
    assert "an empty folder" in capsys.readouterr().err


@contextmanager
def nobody() -> Iterator[None]:
    """Be nobody for a while, where the tests run as root, who may read everything."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


def test_a_file_that_may_not_be_read(good: Path) -> None:
    # pytest's own folders are closed to all but their owner.
    with TemporaryDirectory() as name:
        top = Path(name)
        top.chmod(0o755)
        shutil.copytree(good / "parquet", top / "closed")
        # What reading imports is there before nobody reads.
        assert list(unshown_sessions(top / "closed"))
        assert capture_digests([top])
        (top / "closed" / "events.parquet").chmod(0)
        with nobody():
            with pytest.raises(DeskhandError, match="cannot be read"):
                list(unshown_sessions(top / "closed"))
            with pytest.raises(DeskhandError, match="not all of it can be read") as told:
                capture_digests([top])
        assert "events" not in str(told.value)
