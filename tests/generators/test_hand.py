"""What a planner may rely on: end points inside boxes and screens, whole pixels, sane times."""

from dataclasses import replace
from math import hypot
from statistics import median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskhand.behavior_models.drag import time_factor
from deskhand.behavior_models.persona import draw_persona
from deskhand.behavior_models.profile import load_profile
from deskhand.generators.hand import Aim, Hand
from deskhand.streams import Draws

PERSONA = draw_persona(load_profile("office"), 7, 0, 1)
BOX = st.tuples(st.floats(0, 1800), st.floats(0, 1000), st.floats(1, 900), st.floats(1, 400))


@settings(max_examples=100, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    boxes=st.lists(BOX, min_size=1, max_size=8),
    scale=st.sampled_from([1.0, 1.25, 1.5, 2.0]),
)
def test_an_aim_ends_on_a_physical_pixel_inside_the_box_and_the_screen(
    seed: int, boxes: list[tuple[float, float, float, float]], scale: float
) -> None:
    persona = replace(PERSONA, device=replace(PERSONA.device, screen_scale=scale))
    hand = Hand(persona, Draws(seed, "hand"))
    for box in boxes:
        before = (hand.x, hand.y)
        aim = hand.aim(box)
        assert (aim.x, aim.y) == (hand.x, hand.y)
        assert aim.x * scale == pytest.approx(round(aim.x * scale), abs=1e-6)
        assert aim.y * scale == pytest.approx(round(aim.y * scale), abs=1e-6)
        assert 0 <= aim.x <= 1919
        assert 0 <= aim.y <= 1079
        if box[0] + box[2] < 1919 and box[1] + box[3] < 1079 and min(box[2:]) >= 2:
            assert box[0] <= aim.x <= box[0] + box[2]
            assert box[1] <= aim.y <= box[1] + box[3]
        assert (aim.duration_us == 0) == (before == (aim.x, aim.y))


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 2**32), rest_us=st.integers(0, 60_000_000))
def test_an_idle_hand_keeps_to_its_rest_and_to_the_screen(seed: int, rest_us: int) -> None:
    hand = Hand(PERSONA, Draws(seed, "hand"))
    end_us = 0
    for start_us, duration_us, dx, dy in hand.idle(rest_us):
        assert end_us + 1_000_000 <= start_us
        end_us = start_us + duration_us
        assert hypot(dx, dy) <= 151
        aim = hand.drift(dx, dy, duration_us * 1e-6)
        assert 0 <= aim.x <= 1919
        assert 0 <= aim.y <= 1079
    assert end_us <= rest_us


def test_some_approaches_rest_on_the_way() -> None:
    hand = Hand(PERSONA, Draws(6, "hand"))
    far, near = (1500.0, 800.0, 40.0, 40.0), (100.0, 100.0, 40.0, 40.0)
    rests = []
    for i in range(3000):
        box = far if i % 2 else near
        rests.append(hand.rest_before(box) is not None)
        hand.aim(box)
    # Four standard errors; the person's share is what the hand was drawn with.
    share = PERSONA.hand.hover.share
    assert sum(rests) / 3000 == pytest.approx(share, abs=4 * (share * (1 - share) / 3000) ** 0.5)


def test_clicks_scatter_around_the_centre_as_the_profile_says() -> None:
    hand = Hand(PERSONA, Draws(3, "hand"))
    offsets = []
    for i in range(4000):
        aim = hand.aim((200.0 + 900 * (i % 2), 300.0, 400.0, 200.0))
        offsets.append((aim.x - 400.0 - 900 * (i % 2)) / 400.0)
    offsets.sort()
    # The survey's quartiles are +-.18 and its 5 % points +-.43; its clicks outside are left out.
    assert offsets[1000] == pytest.approx(-0.18, abs=0.02)
    assert offsets[3000] == pytest.approx(0.18, abs=0.02)
    assert offsets[200] == pytest.approx(-0.41, abs=0.03)


def test_dwell_hold_and_double_click_have_the_profiles_medians_over_people() -> None:
    profile = load_profile("office")
    dwell, hold, gap = [], [], []
    for person in range(200):
        hand = Hand(draw_persona(profile, 5, 0, person), Draws(5, "hand", person))
        for _ in range(30):
            dwell.append(hand.dwell_us() / 1e6)
            hold.append(hand.double_hold_us() / 1e6)
            gap.append(hand.double_gap_us() / 1e6)
            assert gap[-1] > hold[-1]
    # 200 people with a spread of .7, .25 and .17 put the median within 5 to 12 %.
    press = profile.sections["press"]
    assert median(dwell) == pytest.approx(press["dwell_s"]["value"]["median"], rel=0.15)
    assert median(hold) == pytest.approx(press["double_hold_s"]["value"]["median"], rel=0.06)
    assert median(gap) == pytest.approx(press["double_gap_s"]["value"]["median"], rel=0.06)


def test_a_drag_takes_its_own_time() -> None:
    aims: list[Aim] = []
    drags: list[Aim] = []
    hand = Hand(PERSONA, Draws(4, "hand"))
    for i in range(2000):
        box = (100.0 + 1000 * (i % 2), 300.0, 40.0, 40.0)
        (aims if i % 4 < 2 else drags).append((hand.aim if i % 4 < 2 else hand.drag)(box))
    ratio = median(d.duration_us for d in drags) / median(a.duration_us for a in aims)
    assert ratio == pytest.approx(time_factor(PERSONA.hand.drag, 1000.0), rel=0.08)


@pytest.mark.parametrize(("down_px", "lane_px"), [(150.0, 150.0), (600.0, 150.0), (600.0, 60.0)])
def test_the_way_down_a_list_takes_the_longer_the_longer_and_narrower_it_is(
    down_px: float, lane_px: float
) -> None:
    n = 1500
    top = (500.0, 100.0, lane_px, 22.0)
    row = (500.0, 100.0 + down_px, lane_px, 22.0)
    # The same draws, so that the aim itself is the same in both.
    more = []
    for number in range(n):
        aims = []
        for descends in (True, False):
            hand = Hand(PERSONA, Draws(number, "hand"))
            hand.aim(top)
            hand.slowness = 1.5
            start = hand.y
            aim = hand.steer(row, lane_px) if descends else hand.aim(row)
            aims.append((aim.duration_us * 1e-6, abs(aim.y - start)))
        (steered, way), (aimed, same) = aims
        assert way == same
        more.append((steered - aimed) / (1.5 * way / lane_px))
    steering = PERSONA.hand.steering
    # Four standard errors of the mean of a lognormal factor.
    error = 4 * steering.log_sd / n**0.5
    assert sum(more) / n == pytest.approx(steering.slope_s, rel=error)


def test_a_list_whose_row_is_under_the_pointer_is_not_gone_down() -> None:
    hand = Hand(PERSONA, Draws(1, "hand"))
    box = (300.0, 300.0, 200.0, 100.0)
    hand.aim(box)
    aims = [hand.steer((hand.x - 100, hand.y - 11, 200.0, 22.0), 200.0) for _ in range(3)]
    assert all(aim.duration_us == 0 for aim in aims)
