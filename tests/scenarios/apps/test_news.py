"""News: its tasks reach their goals, take all their branches, keep secrets and replay."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

import deskhand
from deskhand.goals import missed
from deskhand.scenarios.apps.news import tasks
from deskhand.scenarios.apps.news.records import STORIES, VOICES, readings
from deskhand.scenarios.apps.news.tasks import follow_link, read_thread, scan_front
from deskhand.scenarios.desk import Desk
from deskhand.scenarios.scenario import Scenario, Steps
from deskhand.session import Session
from tests.scenarios.apps.whole_sessions import (
    Trials,
    marks,
    replay_faults,
    table_faults,
    try_all,
    written,
)

TASKS = (scan_front, read_thread, follow_link)
SEEDS = range(20)
CANARY = "Zqxv Kwyj"
# Few readers write; this seed has one.
WRITES = 6

Done = Mapping[str, list[Session]]


@pytest.fixture(scope="module")
def trials() -> Trials:
    return try_all(TASKS, SEEDS)


@pytest.fixture(scope="module")
def done(trials: Trials) -> Done:
    return trials.done


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_goals_are_reached(task: Scenario, done: Done) -> None:
    for seed, session in zip(SEEDS, done[task.name], strict=True):
        assert session.goals
        assert missed(session) == [], seed


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_what_cannot_be_done_is_given_up(task: Scenario, trials: Trials) -> None:
    for seed, session in zip(SEEDS, trials.given_up[task.name], strict=True):
        assert missed(session) != [], seed


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_tables_are_valid(task: Scenario, done: Done, tmp_path: Path) -> None:
    assert table_faults(done[task.name], tmp_path) == []


def test_readers_scroll_far_and_type_little(done: Done) -> None:
    for session in done["news.scan_front"]:
        kinds = session.events["type"].cast("string").to_pylist()
        assert kinds.count("wheel") > 20 * kinds.count("key.down")


def test_threads_are_folded_and_links_closed(done: Done) -> None:
    seen = marks([session for sessions in done.values() for session in sessions])
    assert {"news/thread#page:collapsed", "news/article#page:read"} <= seen
    assert {f"news/thread#like.{place}:up" for place in VOICES.values()} <= seen
    verbs = [
        set(session.actions["verb"].cast("string").to_pylist())
        for session in done["news.follow_link"]
    ]
    assert 0 < sum("navigate" in each for each in verbs) < len(SEEDS)


def _writes(desk: Desk) -> Steps:
    yield from read_thread.run(desk, replace(readings(7)[0], comment=f"{CANARY} {CANARY}"))


def test_what_readers_write_is_in_no_table() -> None:
    session = deskhand.simulate(replace(read_thread, run=_writes, needs=()), seed=WRITES)
    assert "news/thread#page:commented" in marks([session])
    assert missed(session) == []
    told = written(session)
    assert "news/front" in told
    for part in (CANARY, *CANARY.split()):
        assert part not in told


def test_records_hold_what_the_pages_offer() -> None:
    assert {reading.story for reading in readings(7)} == set(STORIES)
    assert {reading.voice for reading in readings(7)} == set(VOICES)
    assert tasks.FIRST_PAGE + tasks.SECOND_PAGE == 32


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_sessions_replay(
    task: Scenario, done: Done, tmp_path: Path, chromium: str, node_modules: Path
) -> None:
    assert replay_faults(done[task.name][1], tmp_path, chromium, node_modules) == []
