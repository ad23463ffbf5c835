"""Second monitors: who has one, where it lies, and that it moves nothing else of a person."""

from dataclasses import replace

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from deskhand.behavior_models.persona import ROLES, draw_persona
from deskhand.behavior_models.profile import load_profile
from deskhand.behavior_models.second_monitor import (
    LEFT_SHARE,
    SHARE,
    SHARE_OF,
    draw_second_monitor,
)
from deskhand.monitors import Monitor, bounds, nearest, on_a_monitor, parsed, written

MAIN = Monitor(0, 0, 1920, 1080)
OFFICE = load_profile("office")


@given(seed=st.integers(0, 2**32), role=st.sampled_from((*ROLES, "nurse")))
def test_monitors_touch_and_do_not_overlap(seed: int, role: str) -> None:
    second = draw_second_monitor(MAIN[2:], role, np.random.default_rng(seed), 2)
    assert second is not None
    assert second.left == MAIN.right or second.right == MAIN.left
    assert second.bottom == MAIN.bottom
    assert draw_second_monitor(MAIN[2:], role, np.random.default_rng(seed), 1) is None
    drawn = draw_second_monitor(MAIN[2:], role, np.random.default_rng(seed))
    assert drawn in (None, second)
    assert parsed(written((MAIN, second))) == (MAIN, second)


def test_shares_are_those_that_are_stated() -> None:
    n = 4000
    for role in ("manager", "nurse", "engineer"):
        rng = np.random.default_rng(5)
        drawn = [draw_second_monitor(MAIN[2:], role, rng) for _ in range(n)]
        two = [second for second in drawn if second is not None]
        share = SHARE_OF.get(role, SHARE)
        # Four standard deviations: a false alarm in 16,000 for each.
        assert abs(len(two) / n - share) < 4 * np.sqrt(share * (1 - share) / n)
        left = sum(second.left < 0 for second in two) / len(two)
        assert abs(left - LEFT_SHARE) < 4 * np.sqrt(LEFT_SHARE * (1 - LEFT_SHARE) / len(two))


def test_nothing_else_of_a_person_moves() -> None:
    for person in range(20):
        one, two = (
            draw_persona(OFFICE, 3, 0, person, monitors=dict.fromkeys(ROLES, count))
            for count in (1, 2)
        )
        assert one.device.second is None
        assert two.device.second is not None
        assert replace(two, device=replace(two.device, second=None)) == one
        assert draw_persona(OFFICE, 3, 0, person) in (one, two)


@given(
    x=st.floats(-4000, 4000), y=st.floats(-2000, 3000),
    second=st.sampled_from((Monitor(1920, 216, 1536, 864), Monitor(-1440, 180, 1440, 900))),
)  # fmt: skip
@example(x=-0.5, y=180.0, second=Monitor(-1440, 180, 1440, 900))
@example(x=1919.5, y=300.0, second=Monitor(1920, 216, 1536, 864))
def test_the_nearest_monitor_is_the_one_under_the_pointer(
    x: float, y: float, second: Monitor
) -> None:
    monitors = (MAIN, second)
    at = nearest(monitors, x, y)
    if on_a_monitor(monitors, np.array([x]), np.array([y]))[0]:
        assert on_a_monitor([at], np.array([x]), np.array([y]))[0]
    whole = bounds(monitors)
    assert whole.left <= at.left
    assert at.right <= whole.right
