"""Lessons: every exercise comes to be right, what went wrong is set again, and the league is seen."""

from collections import Counter
from pathlib import Path

import pytest

import deskhand
from deskhand.goals import missed
from deskhand.scenarios.app_screens import screen
from deskhand.scenarios.apps.lesson.records import (
    FEWEST,
    KINDS,
    LEAST_WORDS,
    LESSON,
    MOST,
    ODD_WORD,
    SHARES,
    UNITS,
    WEEK,
    WORD_ORDER,
)
from deskhand.scenarios.apps.lesson.tasks import TAB, look_at_league, practise
from deskhand.scenarios.scenario import Scenario, infeasible
from deskhand.session import Session
from tests.scenarios.apps.whole_sessions import came_to, replay_faults, table_faults, ways

TASKS = (practise, look_at_league)
SEEDS = range(20)

by_task = pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)


@pytest.fixture(scope="module")
def done() -> dict[str, dict[int, Session]]:
    return {t.name: {seed: deskhand.simulate(t, seed=seed) for seed in SEEDS} for t in TASKS}


@by_task
def test_every_goal_is_reached(task: Scenario, done: dict[str, dict[int, Session]]) -> None:
    assert {seed: missed(s) for seed, s in done[task.name].items() if missed(s)} == {}
    assert all(session.goals for session in done[task.name].values())


@by_task
def test_what_is_not_there_is_not_done(task: Scenario) -> None:
    for seed in SEEDS:
        assert missed(deskhand.simulate(infeasible(task), seed=seed)), seed


@by_task
def test_tables_are_valid(
    task: Scenario, done: dict[str, dict[int, Session]], tmp_path: Path
) -> None:
    assert table_faults(done[task.name].values(), tmp_path) == []


def test_what_goes_wrong_is_set_again(done: dict[str, dict[int, Session]]) -> None:
    lessons = done["lesson.practise"].values()
    count: Counter[str] = Counter()
    for session in lessons:
        states = Counter(ways(session))
        (goal,) = session.goals
        # One more exercise for each wrong answer, and no right one too many.
        assert states["page:right"] == goal.ends[0].times
        shown = sum(states[f"page:{kind}"] for kind in KINDS)
        assert shown == states["page:right"] + states["page:wrong"]
        count += states
    share = count["page:wrong"] / (count["page:right"] + count["page:wrong"])
    # 12 % of those that can go wrong, which the pairs cannot; four standard deviations wide.
    assert 0.05 < share < 0.17
    for state in ("bank-6", "odd-5", "typed", "choice", "pairs", "missed-1"):
        assert came_to(lessons, f"page:{state}") > 0, state


def test_lessons_are_made_as_said() -> None:
    exercises = [e for seed in (1, 7) for lesson in LESSON.pool(seed) for e in lesson.exercises]
    for kind, share in zip(KINDS, SHARES, strict=True):
        # Some 2,800 exercises: five standard deviations are below 5 %.
        found = sum(e.kind == kind for e in exercises) / len(exercises)
        assert abs(found - share) < 0.05
    for lesson in LESSON.pool(7):
        assert FEWEST <= len(lesson.exercises) <= MOST
    for exercise in exercises:
        assert all(text.isascii() and "|" not in text for text in exercise.texts.values())
        words = exercise.answer.lower().split()
        if exercise.kind == "bank":
            assert LEAST_WORDS <= len(words) <= len(WORD_ORDER)
            laid = [exercise.texts[f"word{place}"] for place in WORD_ORDER[: len(words)]]
            assert laid == words
            assert exercise.texts[f"word{ODD_WORD}"] not in words
        if exercise.kind == "choice":
            assert exercise.texts[f"choice{exercise.right}"] == exercise.answer


def test_pages_offer_what_records_ask_for() -> None:
    home = screen("lesson/home").elements
    assert [home[f"home.unit.{n}"].name for n in range(1, 6)] == [f"Practise {u}" for u in UNITS]
    league = screen("lesson/league").elements
    assert set(WEEK.pool(7)) == set(TAB)
    assert {league[f"league.{state}"].name for state in TAB.values()} == set(TAB)


@by_task
def test_sessions_replay(task: Scenario, chromium: str, node_modules: Path, tmp_path: Path) -> None:
    assert replay_faults(deskhand.simulate(task, seed=5), tmp_path, chromium, node_modules) == []
