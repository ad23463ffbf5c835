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


def test_the_inverse_finds_the_calm_and_the_jitter() -> None:
    rng = np.random.default_rng(3)
    people, k = 80, 100
    rows: list[tuple[float, ...]] = []
    for person in range(people):
        idle = own_idle(POPULATION, rng.standard_normal())
        noise, uniform = rng.standard_normal((k, 3)), rng.random((k, 3))
        for (still, reach, lasts), u in zip(noise.tolist(), uniform.tolist(), strict=True):
            motion = idle_motion(idle, (reach, lasts), (u[0], u[1], u[2]))
            size_px = np.hypot(motion.dx, motion.dy)
            rows.append((idle.still_s.value(still), size_px, motion.duration_us * 1e-6, person))
    still_s, reach_px, lasts_s, who = np.array(rows).T
    found = fit_idle(still_s, reach_px, lasts_s, who.astype(np.int64), "made")
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
