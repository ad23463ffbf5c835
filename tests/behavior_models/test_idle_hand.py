"""Laws of the resting hand, and an inverse that finds what was put in."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskhand.behavior_models.idle_hand import (
    JITTER_PX,
    SHIFT_PX,
    SHORTEST_STILL_S,
    fit_idle,
    idle_motion,
    idle_motions,
    own_idle,
    read_idle,
)
from deskhand.behavior_models.personal_spread import read_spread
from deskhand.behavior_models.profile import load_profile
from deskhand.errors import DeskhandError

POPULATION = read_idle(load_profile("office"))
UNIFORM = st.floats(0, 1, exclude_max=True)


@given(
    person=st.floats(-3, 3),
    noise=st.tuples(*[st.floats(-5, 5)] * 2),
    uniform=st.tuples(UNIFORM, UNIFORM, UNIFORM),
)
def test_a_motion_is_jitter_or_shift(
    person: float, noise: tuple[float, float], uniform: tuple[float, float, float]
) -> None:
    idle = own_idle(POPULATION, person)
    motion = idle_motion(idle, noise, uniform)
    reach = np.hypot(motion.dx, motion.dy)
    if uniform[0] < idle.jitter_share:
        assert 0.9 <= reach <= JITTER_PX + 0.75
    else:
        assert JITTER_PX - 0.75 <= reach <= SHIFT_PX + 0.75
    assert motion.duration_us >= 17_000
    assert idle.still_s.value(noise[0]) >= SHORTEST_STILL_S


def test_one_and_many_agree() -> None:
    rng = np.random.default_rng(2)
    noise, uniform = rng.standard_normal((3, 5, 30)), rng.random((3, 5, 30))
    rest_us = rng.integers(1_000_000, 120_000_000, 5)
    idle = own_idle(POPULATION, 0.5)
    many = idle_motions(idle, rest_us, noise, uniform)
    for row in range(5):
        at_us = 0
        for k in range(30):
            one = idle_motion(
                idle,
                (noise[1, row, k], noise[2, row, k]),
                (uniform[0, row, k], uniform[1, row, k], uniform[2, row, k]),
            )
            start_us = at_us + round(idle.still_s.value(noise[0, row, k]) * 1e6)
            at_us = start_us + one.duration_us
            if at_us >= rest_us[row]:
                assert (many.start_us[row, k:] == -1).all()
                break
            assert many.start_us[row, k] == pytest.approx(start_us, abs=k + 1)
            assert (many.dx[row, k], many.dy[row, k]) == (one.dx, one.dy)


def test_the_inverse_finds_the_calm_and_the_jitter() -> None:
    rng = np.random.default_rng(3)
    people, k = 80, 100
    still_s, reach, lasts, who = [], [], [], []
    for person in range(people):
        idle = own_idle(POPULATION, rng.standard_normal())
        noise, uniform = rng.standard_normal((3, 1, k)), rng.random((3, 1, k))
        made = idle_motions(idle, np.array([10**12]), noise, uniform)
        starts, ends = made.start_us[0], made.start_us[0] + made.duration_us[0]
        still_s.append((starts - np.append(0, ends[:-1])) * 1e-6)
        reach.append(np.hypot(made.dx, made.dy)[0])
        lasts.append(made.duration_us[0] * 1e-6)
        who.append(np.full(k, person))
    found = fit_idle(
        np.concatenate(still_s),
        np.concatenate(reach),
        np.concatenate(lasts),
        np.concatenate(who),
        "made",
    )
    # Four standard errors of a share and of medians over 80 people; rounding to px takes a little.
    share = POPULATION.jitter_share
    error = 4 * np.sqrt(share * (1 - share) / (people * k)) + 0.01
    assert found["jitter_share"]["value"] == pytest.approx(share, abs=error)
    assert found["jitter_px"]["value"] == pytest.approx(list(POPULATION.jitter_px), abs=0.07)
    for name in ("still_s", "shift_px"):
        fitted, true = read_spread(found[name]["value"]), getattr(POPULATION, name)
        error = 4 * 1.2533 * np.hypot(true.between_sd, 0.12) / np.sqrt(people)
        assert np.log(fitted.median / true.median) == pytest.approx(0, abs=error), name


def test_too_few_motions_are_refused() -> None:
    few = np.full(5, 2.0)
    with pytest.raises(DeskhandError, match="at least 30"):
        fit_idle(few, few, few, np.zeros(5, np.int64), "few")
