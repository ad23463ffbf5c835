"""Ratios to the floor: 1 for the same population, however many people; far above for another one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskhand.evaluation.realism.measure import Distance, Measure, measured
from deskhand.evaluation.realism.person_blocks import apart


def values(
    seed: int, people: int = 40, *, shift: float = 0.0, between: float = 0.3, kind: Distance = "w1"
) -> Measure:
    rng = np.random.default_rng(seed)
    person = np.repeat(np.arange(people), 40)
    value = shift + between * rng.standard_normal(people)[person]
    value = value + 0.5 * rng.standard_normal(len(person))
    if kind in ("js", "tv", "missing", "invented"):
        value = np.rint(2 * value)
    if kind == "clock w1":
        value = value % 24
    return measured("keys", "x", person, np.exp(value) if kind == "log w1" else value, kind, "ms")


@pytest.mark.parametrize("kind", ["w1", "log w1", "clock w1", "js", "tv", "share"])
def test_people_of_one_population_are_as_far_apart_as_people(kind: Distance) -> None:
    ratios = [
        apart(values(k, kind=kind), values(k + 100, kind=kind), {}, seed=k).ratio for k in range(12)
    ]
    # The mean of twelve ratios, each of a spread of about .4.
    assert np.mean(ratios) == pytest.approx(1.0, abs=0.4)
    # 1.5 is passed wrongly by few.
    assert np.mean(np.array(ratios) > 3.0) == 0.0


@pytest.mark.parametrize("kind", ["w1", "log w1", "clock w1", "js", "tv"])
def test_another_population_is_far(kind: Distance) -> None:
    found = apart(values(1, shift=1.5, kind=kind), values(2, kind=kind), {}, seed=0)
    assert found.ratio > 3.0
    assert found.low > 1.5


def test_people_who_are_all_alike_are_seen_by_the_share_alone() -> None:
    alike = apart(values(1, between=0.0, kind="share"), values(2, kind="share"), {}, seed=0)
    assert alike.ratio > 2.0
    assert alike.value < 0.05 < alike.reference


def test_the_side_with_more_people_is_not_nearer_for_it() -> None:
    few, many = (apart(values(1, people), values(2, 40), {}, seed=0) for people in (25, 400))
    assert 0.4 < many.ratio / few.ratio < 2.5


def test_kinds_that_never_come_and_kinds_that_nobody_shows() -> None:
    person = np.repeat(np.arange(30), 20)
    two = measured("workflow", "x", person, np.tile([1, 2], 300), "missing")
    one = measured("workflow", "x", person, np.full(600, 1), "missing")
    assert apart(one, two, {}, seed=0).distance == pytest.approx(0.5)
    assert apart(two, one, {}, seed=0).distance == 0.0


@pytest.mark.parametrize(("mine", "theirs"), [(19, 40), (40, 19), (5, 5)])
def test_few_people_are_not_measurable(mine: int, theirs: int) -> None:
    found = apart(values(1, mine), values(2, theirs), {}, seed=0)
    assert np.isnan(found.ratio)
    assert "20 are needed" in found.why


def test_constant_values_are_alike_or_far() -> None:
    person = np.repeat(np.arange(30), 10)
    same, other = (measured("keys", "x", person, np.full(300, v)) for v in (1.0, 2.0))
    assert apart(same, same, {}, seed=0).ratio == 0.0
    assert apart(other, same, {}, seed=0).ratio > 3.0


def test_what_one_person_alone_does_fails_nobody() -> None:
    person = np.arange(30)
    never, once = (measured("events", "x", person, v) for v in (np.zeros(30), np.eye(30)[0]))
    assert apart(once, never, {}, seed=0).ratio <= 3.0


def test_values_that_are_no_numbers_are_left_out() -> None:
    found = measured("keys", "x", np.arange(4), np.array([1.0, np.nan, np.inf, -1.0]), "log w1")
    assert found.value.tolist() == [1.0]


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1000))
def test_the_same_seed_gives_the_same(seed: int) -> None:
    one, two = (apart(values(1, 24), values(2, 24), {"c": values(3, 24)}, seed=seed) for _ in "ab")
    assert one == two
