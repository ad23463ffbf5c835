"""Laws of the way between keyboard and mouse, and its inverse."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskhand.behavior_models.homing import (
    fit_homing,
    homing_times_us,
    own_homing,
    push_on_return,
    read_homing,
)
from deskhand.behavior_models.personal_spread import read_spread
from deskhand.behavior_models.profile import load_profile
from deskhand.errors import DeskhandError
from deskhand.keyed_draws import keys, mixed

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


def test_the_inverse_finds_time_and_push() -> None:
    people, ways = 100, 80
    who = np.repeat(np.arange(people), ways)
    person_key = keys(7, "who", range(people))[who]
    key = mixed(person_key, np.tile(np.arange(ways), people))
    time_s = homing_times_us(POPULATION, person_key, key) * 1e-6
    rng = np.random.default_rng(7)
    push_px, push_s = np.zeros(len(who)), np.zeros(len(who))
    own = {person: own_homing(POPULATION, 0.0) for person in range(people)}
    for place, person in enumerate(who.tolist()):
        u, z = rng.random(2), rng.standard_normal(2)
        push = push_on_return(own[person], u[0], u[1], (z[0], z[1]))
        if push is not None:
            push_px[place], push_s[place] = np.hypot(push.dx, push.dy), push.duration_s
    found = fit_homing(time_s, push_px, push_s, who, "made")
    fitted, true = read_spread(found["time_s"]["value"]), POPULATION.time_s
    # Four standard errors of a median over 100 people; of a share over 8,000 ways.
    error = 4 * 1.2533 * np.hypot(true.between_sd, 0.03) / np.sqrt(people)
    assert np.log(fitted.median / true.median) == pytest.approx(0, abs=error)
    share = POPULATION.push_share
    error = 4 * np.sqrt(share * (1 - share) / len(who)) + 0.01
    assert found["push_share"]["value"] == pytest.approx(share, abs=error)
    # Reaches are whole px around 3: a median is off by half of one.
    reach = read_spread(found["push_px"]["value"]).median
    assert reach == pytest.approx(POPULATION.push_px.median, abs=0.5)


def test_few_pushes_leave_the_push_out() -> None:
    who = np.repeat(np.arange(4), 10)
    none = np.zeros(40)
    found = fit_homing(np.full(40, 0.4) + 0.01 * np.arange(40), none, none, who, "made")
    assert set(found) == {"time_s"}


def test_one_person_is_no_population() -> None:
    none = np.zeros(20)
    with pytest.raises(DeskhandError, match="at least 3"):
        fit_homing(np.full(20, 0.4), none, none, np.zeros(20, np.int64), "one")
