"""Features of a movement are its own."""

import numpy as np
import pytest

from deskhand.calibration.path_features import path_features

MOVEMENTS = 200


def test_a_movements_features_do_not_depend_on_its_neighbours() -> None:
    rng = np.random.default_rng(1)
    count = rng.integers(20, 60, MOVEMENTS)
    step_us = rng.integers(15_000, 18_000, count.sum())
    first = np.cumsum(count) - count
    step_us[first] = 0
    movement = np.repeat(np.arange(MOVEMENTS), count)
    t_us = np.cumsum(step_us)
    t_us -= t_us[first][movement]
    x, y = np.rint(np.cumsum(rng.uniform(0, 20, len(t_us)))), np.rint(rng.normal(0, 9, len(t_us)))
    whole = path_features(count, t_us, x, y)
    chosen = rng.permutation(MOVEMENTS)[:30]
    rows = np.concatenate([np.flatnonzero(movement == place) for place in chosen])
    alone = path_features(count[chosen], t_us[rows], x[rows], y[rows])
    # Stretches of the time axis lie elsewhere, which costs some digits.
    assert alone == pytest.approx(whole[chosen], abs=1e-8)
