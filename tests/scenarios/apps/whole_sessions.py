"""What the tests of the applications ask of simulated sessions, down to their files and replays."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
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


def planted(task: Scenario, plant: Callable[..., Mapping[str, Any]]) -> Scenario:
    """Return the task with records changed on the way in."""
    return replace(task, run=lambda desk, **given: task.run(desk, **plant(**given)))


def with_records(task: Scenario, **records: Any) -> Scenario:
    """Return a scenario that works with given records instead of drawn ones."""
    return planted(task, lambda **drawn: {**drawn, **records})


def marks(sessions: Iterable[Session]) -> set[str]:
    """Return all states that pages came to, such as ``crm/leads#page:found-1``."""
    references = {row for one in sessions for row in one.events["reference"].to_pylist()}
    return {reference for reference in references if reference is not None and "#" in reference}


def entered(session: Session, state: str) -> bool:
    """Return whether a page came to a state, named as ``app/screen#layer:state``."""
    return state in session.events["reference"].to_pylist()


def ways(session: Session) -> list[str]:
    """Return the states that its pages came to, in order, as ``layer:state``."""
    rows = session.events["reference"].to_pylist()
    return [row.partition("#")[2] for row in rows if row is not None and "#" in row]


def came_to(sessions: Iterable[Session], state: str) -> int:
    """Return in how many sessions a page came to a state."""
    return sum(state in ways(session) for session in sessions)


def share(sessions: Iterable[Session], happened: Callable[[Session], bool]) -> float:
    """Return in which share of sessions something happened."""
    seen = [happened(session) for session in sessions]
    return sum(seen) / len(seen)


def written(session: Session) -> str:
    """Return everything in a session's tables as one text, single keys pieced together as well."""
    tables = (session.events, session.actions, session.elements, session.screenshots)
    rows = session.events.select(["type", "key"]).to_pylist()
    struck = [row["key"] for row in rows if row["type"] == "keydown" and row["key"]]
    keys = "".join(key for key in struck if len(key) == 1)
    return "\n".join([*(str(table.to_pylist()) for table in tables), keys])


def table_faults(sessions: Iterable[Session], folder: Path) -> list[str]:
    """Write sessions to Parquet and return what the validation finds."""
    written_ones = list(sessions)
    with parquet.open_writer(folder) as writer:
        for session in written_ones:
            writer.write(session)
    report = validate_path(folder)
    assert report.sessions == len(written_ones) > 0
    return [] if report.ok else list(report.lines())


def replay_faults(session: Session, folder: Path, chromium: str, node_modules: Path) -> list[str]:
    """Write a session as rrweb, check it, play it in Chromium, and return what goes wrong."""
    with rrweb.open_writer(folder) as writer:
        writer.write(session)
    (path,) = (folder / "rrweb").glob("*.json")
    report = validate_path(path)
    if not report.ok:
        return list(report.lines())
    return replay(path, chromium=chromium, node_modules=node_modules).problems()
