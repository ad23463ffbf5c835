"""Burstiness, memory and Fano factors of made sequences whose values are known."""

import numpy as np
import pytest

from deskhand.evaluation.day_figures import day_figures
from deskhand.evaluation.rhythm import burstiness, fano_factor, gaps_s, log_memory


def times_us(gaps: np.ndarray) -> np.ndarray:
    return np.cumsum(np.rint(1e6 * gaps)).astype(np.int64)


def test_gaps_leave_out_absences_and_rows_at_one_time() -> None:
    given = np.array([0, 1_000_000, 1_000_000, 40_000_000, 41_500_000])
    assert gaps_s(given, 30.0).tolist() == [1.0, 1.5]


@pytest.mark.parametrize("log_sd", [0.5, 1.0, 1.5])
def test_burstiness_of_log_normal_gaps(log_sd: float) -> None:
    rng = np.random.default_rng(3)
    found = burstiness(rng.lognormal(0.0, log_sd, 200_000))
    ratio = np.sqrt(np.exp(log_sd**2) - 1.0)
    assert found == pytest.approx((ratio - 1) / (ratio + 1), abs=0.03)


def test_memory_is_the_correlation_that_was_put_in() -> None:
    rng = np.random.default_rng(3)
    state, logs = 0.0, []
    for noise in rng.standard_normal(20_000):
        state = 0.6 * state + 0.8 * noise
        logs.append(state)
    gaps = np.exp(np.array(logs))
    # Five standard errors of a correlation of this size.
    assert log_memory(gaps) == pytest.approx(0.6, abs=5 * 0.8**2 / np.sqrt(20_000))
    assert log_memory(rng.permutation(gaps)) == pytest.approx(0.0, abs=5 / np.sqrt(20_000))


def test_a_changing_pace_scatters_counts_more_than_chance() -> None:
    rng = np.random.default_rng(3)
    pace = np.repeat(rng.lognormal(0.0, 1.0, 200), 50)
    changing = times_us(rng.exponential(size=len(pace)) * pace)
    chance = times_us(rng.exponential(size=len(pace)))
    assert fano_factor(changing, 60.0) > 5.0
    assert fano_factor(chance, 60.0) == pytest.approx(1.0, abs=0.5)
    assert np.isnan(fano_factor(chance[:3], 600.0))


def test_figures_of_a_morning() -> None:
    import deskhand

    session = deskhand.simulate("morning", seed=5)
    figures = day_figures(session.events)
    assert 0.0 < figures.active_h < figures.there_h < figures.length_h < 6.0
    assert len(figures.dwell_s) == len(figures.apps) - 1
    assert figures.dwell_s.min() > 0
    assert all(one != two for one, two in zip(figures.apps, figures.apps[1:], strict=False))
    assert 0.2 < figures.returns <= 1.0
    assert figures.keys == len(figures.key_us)
