"""Laws of planned and rendered scrolls."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskhand.events import TYPE_CODE
from deskhand.generators.plan import SessionPlan, Wheeled
from deskhand.generators.wheel import plan_scroll, render_wheel
from deskhand.streams import Draws

MakePlan = Callable[..., SessionPlan]


@settings(max_examples=60, deadline=None)
@given(
    # Thousandths of a pixel: what rounds to no notch at all is no distance.
    distance=st.integers(-5_000_000, 5_000_000).map(lambda thousandths: thousandths / 1000),
    reading=st.booleans(),
    seed=st.integers(0, 2**32),
    start=st.integers(0, 3000),
    limit=st.integers(0, 3000),
)
def test_a_scroll_covers_its_distance_in_whole_notches_and_stays_on_the_page(
    make_plan: MakePlan, distance: float, reading: bool, seed: int, start: int, limit: int
) -> None:
    start = min(start, limit)
    plan = make_plan(0)
    notch_px = plan.persona.device.notch_px
    scroll = plan_scroll(plan.persona, Draws(seed, "hand"), distance, reading=reading)
    assert np.all(np.abs(scroll.delta_y) == notch_px)
    total = float(scroll.delta_y.sum())
    assert abs(distance) <= abs(total) <= abs(distance) + notch_px
    assert np.all(np.diff(scroll.t_us) > 0)
    plan.wheeled.append(Wheeled(0, 1000, scroll, 5.0, 6.0, None, float(start), float(limit)))
    block = render_wheel(plan)
    wheel = block.type == TYPE_CODE["wheel"]
    assert wheel.sum() == len(scroll.t_us)
    if len(block):
        assert block.t_us.max() <= 1000 + scroll.duration_us
        offsets = block.numbers["delta_y"][~wheel]
        # Every scroll row moves the page, and the last is where the notches lead within the page.
        assert np.all(np.diff(np.append(start, offsets)) != 0)
        end = offsets[-1] if len(offsets) else start
        assert end == min(max(start + total, 0), limit)


def test_readers_take_longer_than_seekers(make_plan: MakePlan) -> None:
    persona, draws = make_plan(0).persona, Draws(1, "hand")

    def typical_us(reading: bool) -> float:
        scrolls = [plan_scroll(persona, draws, 3000.0, reading=reading) for _ in range(100)]
        return float(np.median([scroll.duration_us for scroll in scrolls]))

    assert typical_us(reading=True) > 1.5 * typical_us(reading=False)


def test_notches_of_a_burst_come_at_the_persons_pace(make_plan: MakePlan) -> None:
    persona, draws = make_plan(0).persona, Draws(2, "hand")
    gaps_s = np.concatenate(
        [np.diff(plan_scroll(persona, draws, 2500.0, reading=False).t_us) for _ in range(200)]
    )
    within = gaps_s[gaps_s < 120_000] / 1e6
    assert np.median(within) == pytest.approx(persona.hand.scroll.notch_gap_s.median, rel=0.1)
