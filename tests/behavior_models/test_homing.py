"""Laws of the way between keyboard and mouse."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from deskhand.behavior_models.homing import push_on_return, read_homing
from deskhand.behavior_models.profile import load_profile

POPULATION = read_homing(load_profile("office"))
UNIFORM = st.floats(0, 1, exclude_max=True)


@given(
    whether=UNIFORM,
    direction=UNIFORM,
    noise=st.tuples(st.floats(-5, 5), st.floats(-5, 5)),
)
def test_a_push_is_short_and_takes_time(
    whether: float, direction: float, noise: tuple[float, float]
) -> None:
    push = push_on_return(POPULATION, whether, direction, noise)
    if whether >= POPULATION.push_share:
        assert push is None
    if push is not None:
        assert 0.5 < np.hypot(push.dx, push.dy) <= POPULATION.push_px.most + 0.75
        assert POPULATION.push_s.least <= push.duration_s <= POPULATION.push_s.most
