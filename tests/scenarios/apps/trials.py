"""What a trial of an application's task shows: its marks, its texts, its tables, its replay."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

import deskhand
from deskhand.exports import parquet, rrweb
from deskhand.scenarios.scenario import Scenario, infeasible
from deskhand.session import Session
from deskhand.validation import validate_path
from tests.replay.replayer import replay


@dataclass(frozen=True, slots=True, kw_only=True)
class Trials:
    """Sessions of tasks, by the task's name: done, and given up as they cannot be done."""

    done: Mapping[str, list[Session]]
    given_up: Mapping[str, list[Session]]


def try_all(tasks: Sequence[Scenario], seeds: Iterable[int]) -> Trials:
    """Simulate tasks and their infeasible variants, one session a seed."""
    done: dict[str, list[Session]] = {task.name: [] for task in tasks}
    given_up: dict[str, list[Session]] = {task.name: [] for task in tasks}
    # The records of a seed are made once for all tasks.
    for seed in seeds:
        for task in tasks:
            done[task.name].append(deskhand.simulate(task, seed=seed))
            given_up[task.name].append(deskhand.simulate(infeasible(task), seed=seed))
    return Trials(done=done, given_up=given_up)


def marks(sessions: list[Session]) -> set[str]:
    """Return all states that pages came to, such as ``crm/leads#page:found-1``."""
    found: set[str] = set()
    for session in sessions:
        references = session.events["reference"].filter(
            pc.equal(session.events["type"].cast(pa.string()), "mark")
        )
        found.update(references.cast(pa.string()).to_pylist())
    return found


def everything(session: Session) -> str:
    """Return all that a session's tables say, with the keys in a row at the end."""
    tables = (session.events, session.actions, session.elements, session.screenshots)
    keys = session.events["key"].cast(pa.string()).to_pylist()
    return "".join(str(table.to_pydict()) for table in tables) + "".join(filter(None, keys))


def faults(sessions: list[Session], folder: Path) -> list[str]:
    """Write sessions as Parquet tables and return what is wrong with these."""
    with parquet.open_writer(folder) as writer:
        for session in sessions:
            writer.write(session)
    report = validate_path(folder)
    assert report.sessions == len(sessions)
    return [str(finding) for finding in report.findings]


def replay_problems(session: Session, folder: Path, chromium: str, node_modules: Path) -> list[str]:
    """Write a session as an rrweb recording, check it, play it, and return what went wrong."""
    with rrweb.open_writer(folder) as writer:
        writer.write(session)
    path = next((folder / "rrweb").glob("*.json"))
    findings = [str(finding) for finding in validate_path(path).findings]
    return findings + replay(path, chromium=chromium, node_modules=node_modules).problems()
