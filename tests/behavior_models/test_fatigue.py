"""Laws of practice and fatigue, and their inverses."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskhand.behavior_models.fatigue import (
    WorkingHand,
    error_factor,
    fit_practice,
    fit_time_rise,
    practice_factor,
    read_fatigue,
    time_factor,
    tiredness,
)
from deskhand.behavior_models.profile import load_profile
from deskhand.errors import DeskhandError

FATIGUE = read_fatigue(load_profile("office"))
SECONDS = st.floats(0, 40_000)


@given(before=st.floats(0, 1), work=SECONDS, more=SECONDS, rest=SECONDS)
def test_work_tires_and_breaks_refresh(
    before: float, work: float, more: float, rest: float
) -> None:
    tired = tiredness(FATIGUE, before, work)
    assert before - 1e-12 <= tired <= tiredness(FATIGUE, before, work + more) + 1e-12 <= 1 + 1e-9
    assert tiredness(FATIGUE, before, work, rest) <= tired
    # Work in two parts is the work in one.
    assert tiredness(FATIGUE, tired, more) == pytest.approx(
        tiredness(FATIGUE, before, work + more), abs=1e-9
    )
    assert 1.0 <= time_factor(FATIGUE, tired) <= 1.0 + FATIGUE.time_rise + 1e-9
    assert 1.0 <= error_factor(FATIGUE, tired) <= 1.0 + FATIGUE.error_rise + 1e-9


@given(trials=st.lists(st.floats(0, 1e6), min_size=2, max_size=30))
def test_practice_only_speeds_up(trials: list[float]) -> None:
    factor = practice_factor(FATIGUE, np.sort(np.array(trials)))
    assert np.all(np.diff(factor) <= 1e-12)
    assert np.all((factor > 0) & (factor <= 1))


def test_a_working_hand_recovers_in_a_break() -> None:
    hand = WorkingHand(FATIGUE)
    hour_us = 3_600_000_000
    assert hand.slowness(0) == 1.0
    late = hand.slowness(4 * hour_us)
    errors = hand.clumsiness(4 * hour_us)
    hand.recover(4 * hour_us, 5 * hour_us)
    assert 1.0 < hand.slowness(5 * hour_us) < late
    assert 1.0 < hand.clumsiness(5 * hour_us) < errors


def test_the_inverse_finds_the_power_of_practice() -> None:
    rng = np.random.default_rng(8)
    people, trials = 30, 200
    novice = replace(FATIGUE, practised_trials=1.0)
    trial = np.tile(np.arange(1.0, trials + 1), people)
    who = np.repeat(np.arange(people), trials)
    tempo = np.exp(0.2 * rng.standard_normal(people))[who]
    time_s = tempo * practice_factor(novice, trial - 1.0)
    time_s *= np.exp(0.35 * rng.standard_normal(len(who)))
    found = fit_practice(trial, time_s, who, "made")["practice_exponent"]["value"]
    # Four standard errors: ln of 1 to 200 has a standard deviation of .95.
    error = 4 * 0.35 / (0.95 * np.sqrt(people * trials))
    assert found == pytest.approx(FATIGUE.practice_exponent, abs=error)


def test_the_inverse_finds_the_rise_of_fatigue() -> None:
    rng = np.random.default_rng(9)
    people, trials = 60, 2000
    worked_s = rng.uniform(0, 4 * 3600, people * trials)
    who = np.repeat(np.arange(people), trials)
    tired = -np.expm1(-worked_s / 3600 / FATIGUE.rise_hours)
    time_s = (1.0 + FATIGUE.time_rise * tired) * np.exp(0.35 * rng.standard_normal(len(who)))
    found = fit_time_rise(worked_s, time_s, who, FATIGUE.rise_hours, "made")["time_rise"]["value"]
    # Four standard errors of the slope: tiredness has a standard deviation of .21.
    error = 4 * 0.35 / (0.21 * np.sqrt(people * trials))
    assert found == pytest.approx(FATIGUE.time_rise, abs=error)


def test_too_little_to_fit_is_refused() -> None:
    few = np.ones(10)
    with pytest.raises(DeskhandError, match="at least 50"):
        fit_practice(few, few, np.zeros(10, np.int64), "few")
    same = np.ones(100)
    with pytest.raises(DeskhandError, match="different times"):
        fit_time_rise(same, same, np.zeros(100, np.int64), 3.0, "same")
