"""Fixtures for pytest: sessions in memory and files in any format, each made once a test run.

Installed with deskhand (entry point ``pytest11``); nothing of deskhand is imported until a test asks.
"""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from deskhand.session import Session


class MadeOnce:
    """What tests of a run have asked for so far, by what they asked.

    Parameters
    ----------
    folder : pathlib.Path
        Where files are kept for the length of the run.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._sessions: dict[Any, list[Session]] = {}
        self._files: dict[Any, Path] = {}

    def sessions(
        self, scenario: Any, people: int | None, days: int, seed: int, arguments: dict[str, Any]
    ) -> "list[Session]":
        """Return sessions; ``people`` None stands for one person alone."""
        key = (scenario, people, days, seed, _frozen(arguments))
        if key not in self._sessions:
            from deskhand import api

            if people is None:
                made = [api.simulate(scenario, seed=seed, **arguments)]
            else:
                out = self._folder / f"sessions{len(self._sessions)}"
                api.generate(scenario, people=people, days=days, seed=seed, out=out, **arguments)
                made = list(api.read_sessions(out))
            self._sessions[key] = made
        return self._sessions[key]

    def file(
        self,
        scenario: Any,
        format: str,  # noqa: A002
        seed: int,
        size: int,
        arguments: dict[str, Any],
    ) -> Path:
        """Return a file or a folder that tests must not change."""
        key = (scenario, format, seed, size, _frozen(arguments))
        if key not in self._files:
            from deskhand.formats import open_writer

            folder = self._folder / f"file{len(self._files)}"
            folder.mkdir()
            people = None if size == 1 else size
            with open_writer(format, folder) as writer:
                for session in self.sessions(scenario, people, 1, seed, arguments):
                    writer.write(session)
            files = [path for path in folder.rglob("*") if path.is_file()]
            self._files[key] = files[0] if len(files) == 1 else folder
        return self._files[key]


def _frozen(arguments: dict[str, Any]) -> tuple[tuple[str, Any], ...]:
    return tuple(sorted(arguments.items()))


@pytest.fixture(scope="session")
def _deskhand_made(tmp_path_factory: pytest.TempPathFactory) -> MadeOnce:
    return MadeOnce(tmp_path_factory.mktemp("deskhand"))


@pytest.fixture(scope="session")
def deskhand_session(_deskhand_made: MadeOnce) -> "Callable[..., Session]":
    """Return a function that gives one session in memory.

    ``deskhand_session(scenario="crm.create_lead", *, seed=7, **arguments)`` takes what
    `deskhand.simulate` takes. The same arguments give the same object, so treat it as constant.
    """

    def make(scenario: Any = "crm.create_lead", *, seed: int = 7, **arguments: Any) -> "Session":
        return _deskhand_made.sessions(scenario, None, 1, seed, arguments)[0]

    return make


@pytest.fixture(scope="session")
def deskhand_sessions(_deskhand_made: MadeOnce) -> "Callable[..., list[Session]]":
    """Return a function that gives the sessions of several people.

    ``deskhand_sessions(scenario="crm.create_lead", *, people=5, days=1, seed=7, **arguments)`` takes
    what `deskhand.generate` takes.
    """

    def make(
        scenario: Any = "crm.create_lead",
        *,
        people: int = 5,
        days: int = 1,
        seed: int = 7,
        **arguments: Any,
    ) -> "list[Session]":
        return list(_deskhand_made.sessions(scenario, people, days, seed, arguments))

    return make


@pytest.fixture
def deskhand_file(_deskhand_made: MadeOnce, tmp_path: Path) -> Callable[..., Path]:
    """Return a function that gives a file in a capture format, or a folder where it needs several.

    ``deskhand_file(scenario="crm.create_lead", *, format="jsonl", seed=7, size=1, **arguments)``;
    ``size`` is the number of people, each with one session. The file is the test's own copy.
    """

    def make(
        scenario: Any = "crm.create_lead",
        *,
        format: str = "jsonl",  # noqa: A002
        seed: int = 7,
        size: int = 1,
        **arguments: Any,
    ) -> Path:
        made = _deskhand_made.file(scenario, format, seed, size, arguments)
        number = sum(1 for _ in tmp_path.glob("deskhand*"))
        ending = "".join(made.suffixes) if made.is_file() else ""
        copy = tmp_path / f"deskhand{number}{ending}"
        if made.is_dir():
            shutil.copytree(made, copy)
        else:
            shutil.copyfile(made, copy)
        return copy

    return make
