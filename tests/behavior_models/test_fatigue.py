"""Laws of practice and fatigue."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskhand.behavior_models.fatigue import (
    WorkingHand,
    error_factor,
    practice_factor,
    read_fatigue,
    time_factor,
    tiredness,
)
from deskhand.behavior_models.profile import load_profile

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
