"""Attacks on simulated people whose membership is known: leaky releases are caught, others are not.

People are of the published profile, and so are those of the honest release, so nobody is in it. Each
finding of it may pass its bound by chance once in a hundred times; all seeds are fixed.
"""

import numpy as np
import pyarrow as pa
import pytest

import deskhand
from deskhand.calibration.movements import Movements
from deskhand.evaluation.key_table import Keystrokes, typed_keys
from deskhand.evaluation.path_table import path_movements
from deskhand.evaluation.privacy.activity import POINTER_ACTIVITY, TYPING_ACTIVITY
from deskhand.evaluation.privacy.attacks import (
    ATTACKS,
    MEMBERSHIP,
    TWINS,
    attack_findings,
    known_people,
)
from deskhand.evaluation.privacy.finding import AUDITED, Trial, auc, mean_finding, ranked_finding
from deskhand.evaluation.privacy.leaky_releases import (
    BLOCK,
    cloned_keys,
    cloned_movements,
    replayed_keys,
    replayed_movements,
)
from deskhand.evaluation.privacy.samples import Samples
from deskhand.evaluation.privacy.twin_rate import twin_rates

PEOPLE, SESSIONS, KEYS, WAYS = 30, 8, 44, 60
TRIAL = Trial("typing", AUDITED, MEMBERSHIP)


def typists(seed: int, people: int = PEOPLE) -> Keystrokes:
    who = np.repeat(np.arange(people), SESSIONS).astype(str)
    made = deskhand.time_keys(
        [["?"] * KEYS] * len(who), person=who.tolist(), profile="literature", seed=seed
    )
    columns = {"user": made["person"].cast(pa.string())}
    columns["session"] = made["sequence"].cast(pa.string())
    for name in ("down", "up"):
        columns[f"t_{name}_s"] = pa.array(made[f"{name}_us"].to_numpy() / 1e6)
    return typed_keys(pa.table(columns))


def pointers(seed: int, people: int = PEOPLE) -> Movements:
    rng = np.random.default_rng(seed)
    who = np.repeat(np.arange(people), WAYS).astype(str)
    ends = rng.integers(50, 900, (4, len(who)))
    asked = {"person": who, **dict(zip(("x0", "y0", "x1", "y1"), ends, strict=True))}
    paths = deskhand.pointer_paths(asked, profile="literature", seed=seed)
    return path_movements(paths, sorted(set(who.tolist())))[0]


@pytest.fixture(scope="module")
def typing() -> list[Keystrokes]:
    return [typists(seed) for seed in (1, 2, 3)]


@pytest.fixture(scope="module")
def pointing() -> list[Movements]:
    return [pointers(seed) for seed in (1, 2, 3)]


def test_typing_that_nobody_is_in_passes_and_every_leak_is_caught(
    typing: list[Keystrokes],
) -> None:
    members, others, release = typing
    found = list(attack_findings(TYPING_ACTIVITY, members, others, release, seed=0))
    assert {one.attack for one in found} == set(ATTACKS)
    assert [one for one in found if not one.as_it_should_be] == []


def test_pointing_that_nobody_is_in_passes_and_every_leak_is_caught(
    pointing: list[Movements],
) -> None:
    members, others, release = pointing
    found = list(attack_findings(POINTER_ACTIVITY, members, others, release, seed=0))
    # Hands of the published profile are so alike that no verifier knows one by ten movements.
    assert {one.attack for one in found} == {*ATTACKS} - {TWINS}
    assert [one for one in found if not one.as_it_should_be] == []


@pytest.mark.parametrize("made", [cloned_keys, replayed_keys])
def test_leaky_typing_is_found(typing: list[Keystrokes], made: object) -> None:
    members, others, _ = typing
    assert callable(made)
    found = list(attack_findings(TYPING_ACTIVITY, members, others, made(members, 5), seed=0))
    told = {one.attack: one for one in found if one.release == AUDITED}
    assert told[MEMBERSHIP].leaks
    assert told[MEMBERSHIP].value > 0.95


@pytest.mark.parametrize("made", [cloned_movements, replayed_movements])
def test_leaky_pointing_is_found(pointing: list[Movements], made: object) -> None:
    members, others, _ = pointing
    assert callable(made)
    found = list(attack_findings(POINTER_ACTIVITY, members, others, made(members, 5), seed=0))
    assert next(one for one in found if one.attack == MEMBERSHIP).value > 0.95


def test_the_same_attack_gives_the_same_figures(typing: list[Keystrokes]) -> None:
    members, others, release = typing
    once, again = (
        list(attack_findings(TYPING_ACTIVITY, members, others, release, seed=4)) for _ in range(2)
    )
    assert once == again


def test_chance_passes_a_bound_no_oftener_than_stated() -> None:
    rng = np.random.default_rng(8)
    alarms = 0
    for seed in range(120):
        members, others = rng.standard_normal((2, 40))
        alarms += ranked_finding(TRIAL, members, others, seed).leaks
        one, other = (rng.random((2, 40)) < 0.3).astype(np.float64)
        alarms += mean_finding(TRIAL, one, other, seed=seed).leaks
    # 240 tries at one in a hundred each: seven or more come once in a hundred such tests.
    assert alarms <= 6


def test_a_difference_is_found() -> None:
    rng = np.random.default_rng(8)
    members, others = rng.standard_normal((2, 60))
    assert ranked_finding(TRIAL, members + 1.5, others, 0).leaks
    assert mean_finding(TRIAL, np.ones(60), np.zeros(60), seed=0).leaks
    assert not mean_finding(TRIAL, np.ones(60), np.zeros(60), np.ones(60), seed=0).leaks


def test_area_under_the_curve_is_that_of_all_pairs() -> None:
    rng = np.random.default_rng(3)
    members, others = rng.integers(0, 5, (2, 25)).astype(np.float64)
    pairs = members[:, np.newaxis] - others
    assert auc(members, others) == pytest.approx(((pairs > 0) + 0.5 * (pairs == 0)).mean())


def test_a_twin_is_as_likely_as_draws_of_a_pool_say() -> None:
    """Everybody far from everybody else but for one synthetic person who is the first member."""
    rng = np.random.default_rng(2)

    def people(count: int, first: int, off: float = 0.0) -> Samples:
        person = np.repeat(np.arange(first, first + count), 8)
        centres = off + rng.standard_normal((count, 3))
        rows = np.repeat(centres, 8, axis=0) + 0.1 * rng.standard_normal((8 * count, 3))
        return Samples(rows=rows, person=person)

    members, others, release = people(4, 0), people(20, 100), people(40, 1000, 50.0)
    rows = release.rows.copy()
    rows[:8] = members.rows[:8]
    twins, among_people, _ = twin_rates(
        members, others, Samples(rows=rows, person=release.person), seed=0
    )
    # A pool is ten of forty.
    assert twins[0] == pytest.approx(0.25, abs=1e-9)
    assert len(twins) == len(among_people) == 4
    assert TWINS in ATTACKS


def test_a_clone_keeps_intervals_and_no_long_stretch(typing: list[Keystrokes]) -> None:
    keys = typing[0]
    clone = cloned_keys(keys, 3)
    own = keys.person == 0
    hold = (keys.up_us - keys.down_us)[own]
    made = (clone.up_us - clone.down_us)[own]
    assert set(made.tolist()) <= set(hold.tolist())
    assert (np.diff(clone.down_us)[np.diff(clone.session) == 0] >= 0).all()
    stretch = 2 * BLOCK
    theirs = {tuple(hold[k : k + stretch]) for k in range(len(hold) - stretch)}
    assert not any(tuple(made[k : k + stretch]) in theirs for k in range(100))


def test_people_of_whom_little_is_known_are_left_out(
    typing: list[Keystrokes], pointing: list[Movements]
) -> None:
    keys, ways = typing[0], pointing[0]
    few = keys.take((keys.person > 0) | (keys.session == keys.session[0]))
    assert known_people(TYPING_ACTIVITY, few).tolist() == list(range(1, PEOPLE))
    assert len(known_people(POINTER_ACTIVITY, ways.take(np.arange(30)))) == 0
