"""What holds for every registered format: its contract, its marker, its bytes, its recognition."""

from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from deskhand import api, registry
from deskhand.conversion import convert
from deskhand.errors import DeskhandError
from deskhand.events import EVENT_TYPES, EVENTS
from deskhand.exports.losses import Kept
from deskhand.formats import EXPORTS, load_format, recognised, written
from deskhand.session import Session
from deskhand.validation import validate_path
from tests.exports.desktop_session import desktop_session
from tests.run.unpacking import unpacked
from tests.two_monitors import LEFT, two_monitors

# `mapping` is what its file says; its own tests hold it to the same.
NAMES = [name for name in registry.names(EXPORTS) if name != "mapping"]
CANONICAL = ("arrow", "jsonl", "parquet")
SCENARIOS = ("auth.login", "crm.create_lead", "crm.update_opportunity", "tracker.create_issue")


@pytest.fixture(scope="module")
def sessions() -> list[Session]:
    made = [api.simulate(name, seed=11, person=k) for k, name in enumerate(SCENARIOS)]
    return [*made, desktop_session(), two_monitors(LEFT)]


@pytest.fixture(scope="module", params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def module(name: str) -> ModuleType:
    return load_format(name)[0]


@pytest.fixture(scope="module")
def folder(name: str, sessions: list[Session], tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("every") / name
    with written(out, name) as writer:
        for session in sessions:
            writer.write(session)
    return out


def _parts(folder: Path, name: str) -> list[Path]:
    return [folder] if name in CANONICAL else sorted((folder / name).iterdir())


def test_contract(module: ModuleType, name: str) -> None:
    assert module.SUMMARY
    assert module.LOSES
    assert set(module.KEEPS) <= set(EVENT_TYPES)
    for kept in module.KEEPS.values():
        assert isinstance(kept, Kept)
        assert set(kept.columns) <= set(EVENTS.names)
    assert name in CANONICAL or callable(module.findings)


def test_every_session_is_there_and_nothing_is_wrong(
    folder: Path, name: str, sessions: list[Session]
) -> None:
    report = validate_path(folder, sample=40)
    assert [str(finding) for finding in report.findings] == []
    if name not in CANONICAL:
        stems = {part.name.partition(".")[0] for part in _parts(folder, name)}
        assert stems >= {session.session_id for session in sessions}


def test_content_alone_tells_the_format(folder: Path, name: str) -> None:
    part = _parts(folder, name)[0]
    if part.is_file():
        part.rename(part.with_suffix(".unnamed"))
        part = part.with_suffix(".unnamed")
    assert list(recognised(part)) == [name]


def test_same_bytes_again(folder: Path, name: str, sessions: list[Session], tmp_path: Path) -> None:
    # In the other order and in another place: a session's file depends on the session alone.
    with written(tmp_path / "again", name) as writer:
        for session in reversed(sessions) if name not in CANONICAL else sessions:
            writer.write(session)
    again = {
        path.relative_to(tmp_path / "again").with_suffix("").as_posix(): path.read_bytes()
        for path in (tmp_path / "again").rglob("*")
        if path.is_file()
    }
    before = {
        path.relative_to(folder).with_suffix("").as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
    assert before == again


def test_every_file_says_that_it_is_synthetic(folder: Path, name: str) -> None:
    for part in _parts(folder, name):
        files = [part] if part.is_file() else [path for path in part.rglob("*") if path.is_file()]
        texts = (text.lower() for path in files for text in unpacked(path))
        assert any(b"synthetic" in text for text in texts), part


@pytest.mark.parametrize("own", [name for name in NAMES if name not in CANONICAL])
def test_no_identifier_leads_out_of_the_folder(
    own: str, sessions: list[Session], tmp_path: Path
) -> None:
    inner = tmp_path / "a" / "b"
    evil = replace(sessions[0], header={**sessions[0].header, "session_id": "../../../evil"})
    with (
        pytest.raises(DeskhandError, match="no file can have that name"),
        written(inner, own) as w,
    ):
        w.write(evil)
    assert [path.name for path in tmp_path.rglob("*")] == ["a"]


def test_what_is_read_back_can_be_written_again(
    folder: Path, module: ModuleType, sessions: list[Session], tmp_path: Path
) -> None:
    if not hasattr(module, "read"):
        with pytest.raises(ValueError, match=r"written and not read back|no sessions"):
            convert(folder, tmp_path / "tables")
        return
    done = convert(folder, tmp_path / "tables")
    assert done.sessions == len(sessions)
    assert api.validate(tmp_path / "tables").ok
    ids = {session.session_id for session in api.read_sessions(tmp_path / "tables")}
    assert ids == {session.session_id for session in sessions}
    assert all(s.header["synthetic"] for s in api.read_sessions(tmp_path / "tables"))
