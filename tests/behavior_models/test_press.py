"""Laws of presses: order, bounds, and an inverse that finds what was put in."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskhand.behavior_models.personal_spread import fit_spread, lognormal_shape, read_spread
from deskhand.behavior_models.press import (
    LONGEST_DWELL_S,
    RELEASE_S,
    double_gap_s,
    dwells_us,
    fit_double_click,
    fit_dwell,
    fit_hold,
    holds_us,
    own_press,
    re_aim_px,
    read_press,
)
from deskhand.behavior_models.profile import load_profile
from deskhand.errors import DeskhandError
from deskhand.keyed_draws import keys, mixed
from tests.behavior_models.double_clicks import double_clicks

POPULATION = read_press(load_profile("office"))
NOISE = st.floats(-5, 5)
PEOPLE, CLICKS = 120, 150
WHO = np.repeat(np.arange(PEOPLE), CLICKS)
PERSON_KEY = keys(3, "who", range(PEOPLE))[WHO]
KEY = mixed(PERSON_KEY, np.tile(np.arange(CLICKS), PEOPLE))


@given(person=st.tuples(NOISE, NOISE, NOISE), first=NOISE, noise=NOISE)
def test_a_second_press_follows_the_first_release(
    person: tuple[float, float, float], first: float, noise: float
) -> None:
    press = own_press(POPULATION, person)
    hold_s = press.double_hold_s.value(first)
    assert double_gap_s(press, hold_s, first, noise) >= hold_s + RELEASE_S
    assert 0 <= press.dwell_s.value(noise) <= LONGEST_DWELL_S
    assert press.hold_s.value(noise) >= press.hold_s.least


@given(low=NOISE, high=NOISE, person=NOISE)
def test_more_noise_is_never_less_time(low: float, high: float, person: float) -> None:
    own = POPULATION.dwell_s.own(person)
    assert own.value(min(low, high)) <= own.value(max(low, high)) + 1e-12


@given(person=NOISE, noise=NOISE)
def test_one_and_many_agree(person: float, noise: float) -> None:
    for spread in (POPULATION.dwell_s, POPULATION.hold_s):
        many = spread.values([person], [noise])[0]
        assert many == pytest.approx(spread.own(person).value(noise), rel=1e-9, abs=1e-12)


@given(u=st.tuples(*[st.floats(1e-6, 1 - 1e-6)] * 3))
def test_a_re_aim_is_a_few_pixels_or_none(u: tuple[float, float, float]) -> None:
    dx, dy = re_aim_px(POPULATION, *u)
    assert (dx or dy) if u[0] < POPULATION.re_aim_share else (dx, dy) == (0.0, 0.0)
    assert np.hypot(dx, dy) <= 4.3


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32), keep=st.integers(1, 50))
def test_a_click_does_not_know_of_the_others(seed: int, keep: int) -> None:
    order = np.random.default_rng(seed).permutation(PEOPLE * CLICKS)[:keep]
    for law in (dwells_us, holds_us):
        whole = law(POPULATION, PERSON_KEY, KEY)
        assert np.array_equal(law(POPULATION, PERSON_KEY[order], KEY[order]), whole[order])


def test_the_inverse_finds_the_dwell_and_the_hold() -> None:
    # Tolerances are four standard errors of a median over 120 people: fails once in 10,000 seeds.
    dwell = fit_dwell(dwells_us(POPULATION, PERSON_KEY, KEY) * 1e-6, WHO, "made")["dwell_s"]
    found, true = read_spread(dwell["value"]), POPULATION.dwell_s
    error = 4 * 1.2533 * true.between_sd / np.sqrt(PEOPLE)
    assert found.median**0.35 == pytest.approx(true.median**0.35, abs=error)
    assert found.between_sd == pytest.approx(true.between_sd, rel=4 / np.sqrt(2 * PEOPLE))
    assert found.shape[3:-3] == pytest.approx(true.shape[3:-3], abs=0.02)
    hold = fit_hold(holds_us(POPULATION, PERSON_KEY, KEY) * 1e-6, WHO, "made")["hold_s"]
    held, real = read_spread(hold["value"]), POPULATION.hold_s
    error = 4 * 1.2533 * real.between_sd / np.sqrt(PEOPLE)
    assert np.log(held.median / real.median) == pytest.approx(0, abs=error)
    assert held.shape[1:-1] == pytest.approx(real.shape[1:-1], abs=0.06)
    assert dwell["source"].startswith("made")


def test_the_inverse_finds_the_double_click() -> None:
    made = double_clicks(POPULATION, PEOPLE, CLICKS, 3)
    moved_px = np.hypot(made.dx, made.dy)
    found = fit_double_click(*made[:3], moved_px, WHO, "made")
    true = POPULATION
    # Four standard errors each; a gap cut off by a long hold takes a little of the correlation.
    gap_s = read_spread(found["double_gap_s"]["value"]).median
    error = 4 * 1.2533 * true.double_gap_s.between_sd / np.sqrt(PEOPLE)
    assert np.log(gap_s / true.double_gap_s.median) == pytest.approx(0, abs=error)
    tie = found["double_gap_correlation"]["value"]
    assert tie == pytest.approx(true.double_gap_correlation, abs=0.1)
    share = found["re_aim_share"]["value"]
    spread = np.sqrt(true.re_aim_share / (PEOPLE * CLICKS))
    assert share == pytest.approx(true.re_aim_share, abs=4 * spread + 0.001)


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ({"between_sd": 0.1, "within_sd": 0.2}, "give median"),
        ({"median": 0.1, "between_sd": 0.1, "within_sd": 0.1, "mode": 2}, "give median"),
        ({"median": -1.0, "between_sd": 0.1, "within_sd": 0.2}, "must be positive"),
        ({"median": 0.1, "between_sd": 0.1, "shape": [0.0, 1.0]}, "ascending"),
        ({"median": 0.1, "between_sd": 0.1, "shape": list(lognormal_shape(-1.0))}, "ascending"),
    ],
)
def test_a_senseless_spread_is_refused(value: dict[str, object], says: str) -> None:
    with pytest.raises(DeskhandError, match=says):
        read_spread(value)


@pytest.mark.parametrize("people", [1, 2])
def test_one_person_or_two_show_no_spread_between_people(people: int) -> None:
    with pytest.raises(DeskhandError, match="at least 3"):
        fit_spread(np.full(50, 0.1), np.arange(50) % people)
