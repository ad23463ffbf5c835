"""What every application's tasks have to hold, over many seeds and down to a replay."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import deskhand
from deskhand.exports import parquet, rrweb
from deskhand.goals import missed
from deskhand.scenarios.scenario import Scenario, infeasible
from deskhand.session import Session
from deskhand.validation import validate_path
from tests.replay.replayer import replay

SEEDS = range(20)


def sessions_of(task: Scenario) -> list[Session]:
    """Return a session of the task for each seed, all of whose goals were reached."""
    sessions = [deskhand.simulate(task, seed=seed) for seed in SEEDS]
    for seed, session in zip(SEEDS, sessions, strict=True):
        assert session.goals, seed
        assert missed(session) == [], seed
    return sessions


def check_infeasible(task: Scenario) -> None:
    """Check that the variant that cannot be done misses its goal with every seed."""
    for seed in SEEDS:
        assert missed(deskhand.simulate(infeasible(task), seed=seed)), seed


def check_tables(sessions: Iterable[Session], folder: Path) -> None:
    """Check the tables of some sessions as files."""
    with parquet.open_writer(folder) as writer:
        for session in sessions:
            writer.write(session)
    report = validate_path(folder)
    assert report.ok, list(report.lines())


def planted(task: Scenario, plant: Callable[..., Mapping[str, Any]]) -> Scenario:
    """Return the task with records changed on the way in."""
    return replace(task, run=lambda desk, **given: task.run(desk, **plant(**given)))


def said(session: Session) -> str:
    """Return everything that a session's tables say."""
    return repr([session.events.to_pylist(), session.actions.to_pylist()])


def share(sessions: Iterable[Session], happened: Callable[[Session], bool]) -> float:
    """Return in which share of sessions something happened."""
    seen = [happened(session) for session in sessions]
    return sum(seen) / len(seen)


def entered(session: Session, state: str) -> bool:
    """Return whether a page came to a state, named as ``app/screen#layer:state``."""
    return state in session.events["reference"].to_pylist()


def check_replay(session: Session, folder: Path, chromium: str, node_modules: Path) -> None:
    """Check a session's rrweb recording, and that the Replayer shows what it says."""
    with rrweb.open_writer(folder) as writer:
        writer.write(session)
    (path,) = (folder / "rrweb").glob("*.json")
    report = validate_path(path)
    assert report.ok, list(report.lines())
    result = replay(path, chromium=chromium, node_modules=node_modules, folder=folder)
    assert result.problems() == []
