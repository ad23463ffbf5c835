"""Laws of two-finger scrolling, its inverse, and the difference between wheel and fingers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskhand.behavior_models.personal_spread import read_spread
from deskhand.behavior_models.profile import load_profile
from deskhand.behavior_models.touchpad_scroll import (
    FRAME_S,
    WHEEL_SCORE,
    fit_touchpad,
    notch_px,
    own_touchpad,
    read_touchpad,
    scroll_frames,
    swipe_offsets_px,
)
from deskhand.errors import DeskhandError

POPULATION = read_touchpad(load_profile("office"))


@settings(deadline=None)
@given(
    person=st.tuples(*[st.floats(-3, 3)] * 3),
    distance=st.floats(-6000, 6000),
    seed=st.integers(0, 2**32),
)
def test_a_scroll_covers_its_distance_frame_by_frame(
    person: tuple[float, float, float], distance: float, seed: int
) -> None:
    noise = np.random.default_rng(seed).standard_normal((4, 60))
    times_s, delta_px = scroll_frames(own_touchpad(POPULATION, person), distance, noise)
    assert delta_px.sum() == np.rint(abs(distance)) * np.sign(distance)
    assert np.all(np.sign(delta_px) == np.sign(distance))
    assert np.all(np.diff(times_s) > 0.99 * FRAME_S)
    assert np.all(delta_px == np.rint(delta_px))


@given(
    distance=st.floats(1, 3000),
    contact=st.floats(0.02, 0.5),
    decay=st.floats(0.02, 0.5),
    times=st.lists(st.floats(0, 5), min_size=2, max_size=20),
)
def test_a_swipe_moves_on_until_it_rests(
    distance: float, contact: float, decay: float, times: list[float]
) -> None:
    since = np.sort(np.array(times))
    law = [np.full(len(since), value) for value in (distance, contact, decay)]
    moved = swipe_offsets_px(since, *law)
    assert np.all(np.diff(moved) >= -1e-9 * distance)
    assert np.all((moved >= 0) & (moved <= distance * (1 + 1e-12)))


def _steps(people: int, seed: int) -> tuple[list[np.ndarray], np.ndarray]:
    rng = np.random.default_rng(seed)
    columns: list[list[np.ndarray]] = [[], [], [], []]
    decays, burst = [], 0
    for who in range(people):
        own = own_touchpad(POPULATION, tuple(rng.standard_normal(3)))
        decays.append(own.decay_s.median)
        start = 0.0
        for _ in range(40):
            noise = rng.standard_normal((4, 60))
            times_s, delta_px = scroll_frames(own, 60.0 + 900.0 * rng.random(), noise)
            cut = np.cumsum(np.diff(times_s, prepend=times_s[0]) > 0.1)
            values = (times_s + start, delta_px, burst + cut, np.full(len(times_s), who))
            for column, value in zip(columns, values, strict=True):
                column.append(value)
            start += times_s[-1] + 10.0
            burst += int(cut[-1]) + 1
    return [np.concatenate(column) for column in columns], np.array(decays)


def test_the_inverse_finds_the_decay() -> None:
    (t_s, step_px, burst, person), decays = _steps(40, 3)
    found = fit_touchpad(t_s, step_px, burst.astype(np.int64), person.astype(np.int64), "made")
    fitted = read_spread(found["decay_s"]["value"])
    # Whole pixels make slow tails straighter than they are: a tenth, and four standard errors.
    error = 4 * 1.2533 * np.log(decays).std() / np.sqrt(len(decays)) + 0.1
    assert np.log(fitted.median / np.median(decays)) == pytest.approx(0, abs=error)
    assert 0.5 < fitted.between_sd / np.log(decays).std() < 1.6


def test_wheels_and_fingers_are_told_apart() -> None:
    rng = np.random.default_rng(4)
    for _ in range(200):
        notch = rng.uniform(45, 130)
        wheel = notch * rng.integers(1, 9, 40) + rng.uniform(-1, 1, 40)
        # Every tenth scroll stops at the end of the page.
        wheel[::10] = rng.uniform(20, 800, 4)
        found, score = notch_px(wheel)
        assert score > WHEEL_SCORE
        assert min(abs(found - notch), abs(found - notch / 2)) < 1.0
        # 521 notches are tried: chance reaches .35 on 40 scrolls in fewer than 1 of 1,000 sets.
        assert notch_px(rng.lognormal(5, 1, 40))[1] < WHEEL_SCORE


def test_no_steps_are_refused() -> None:
    with pytest.raises(DeskhandError, match="no step"):
        fit_touchpad(np.empty(0), np.empty(0), np.empty(0, np.int64), np.empty(0, np.int64), "")
