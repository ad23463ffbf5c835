"""Private moments: no vector is longer than promised, and people are found again under the noise."""

from dataclasses import replace
from math import isnan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from deskhand.calibration.gaussian_privacy import mu_of
from deskhand.calibration.person_statistics import STATISTICS, PeopleStatistics
from deskhand.calibration.private_moments import Vectors, plain_moments, private_moments
from tests.calibration.made_people import LABELS, MOTOR, SIZE, UNIT, made_people

ALL = Vectors(statistics=STATISTICS, labels=LABELS)


@settings(max_examples=60, deadline=None)
@given(
    arrays(np.float64, (2, 3, SIZE), elements=st.floats(allow_nan=True, allow_infinity=True)),
    st.booleans(),
)
def test_no_vector_is_longer_than_promised(halves: np.ndarray, works: bool) -> None:
    people = PeopleStatistics(
        halves=halves,
        app_time=np.full((3, 3), works / 3.0),
        app_changes=np.full((3, 3, 3), works / 9.0),
        labels=LABELS,
    )
    rows = ALL.of(people, range(SIZE), UNIT)
    assert np.isfinite(rows).all()
    assert (np.sqrt((rows * rows).sum(axis=1)) <= ALL.length).all()


@pytest.mark.parametrize(("off", "moved"), [(0.0, False), (2.5, True)])
def test_people_are_found_again(off: float, moved: bool) -> None:
    # 500 people, epsilon 1, nine statistics and seven spreads: five of their standard errors, so
    # that noise from the operating system fails it once in a hundred thousand.
    people = made_people(500, 1, off=off)
    found = private_moments(people, UNIT, mu=mu_of(1.0, 1e-6), chosen=MOTOR, with_work=False)
    assert found.recentred or not moved
    truth = plain_moments(people, UNIT, chosen=MOTOR, with_work=False)
    noise = np.array(found.noise_sd)
    assert (abs(np.array(found.middle) - truth.middle) < 5.0 * noise + 0.02).all()
    both = ~np.isnan(found.sd)
    assert (abs(np.array(found.sd)[both] / np.array(truth.sd)[both] - 1.0) < 0.45).all()
    assert abs(found.people - 500) < 500 * 0.5


def test_many_people_need_little_noise() -> None:
    people = made_people(20_000, 2, off=0.4)
    chosen = list(range(SIZE))
    found = private_moments(people, UNIT, mu=mu_of(3.0, 1e-6), chosen=chosen, with_work=True)
    assert found.middle == pytest.approx((0.4,) * SIZE, abs=0.05)
    assert [sd for sd in found.sd if not isnan(sd)] == pytest.approx([1.0] * 8, abs=0.05)
    assert found.app_time == pytest.approx((4 / 7, 2 / 7, 1 / 7), abs=0.03)
    assert found.people == pytest.approx(20_000, rel=0.01)
    assert np.array(found.app_changes).sum() == pytest.approx(1.0)


def test_what_nobody_shows_is_not_told() -> None:
    people = made_people(2_000, 3)
    halves = people.halves.copy()
    keys = [place for place, one in enumerate(STATISTICS) if one.measure == "hold"]
    halves[0][:, keys] = np.nan
    people = replace(people, halves=halves)
    found = private_moments(people, UNIT, mu=mu_of(1.0, 1e-6), chosen=MOTOR, with_work=False)
    assert all(isnan(found.middle[MOTOR.index(place)]) for place in keys)
    assert sum(map(isnan, found.middle)) == len(keys)


def test_two_releases_of_the_same_people_differ() -> None:
    people = made_people(300, 4)
    told = [
        private_moments(people, UNIT, mu=mu_of(3.0, 1e-6), chosen=MOTOR, with_work=False).middle
        for _ in range(2)
    ]
    assert told[0] != told[1]


def test_without_noise_the_spread_has_no_chance_in_it() -> None:
    people = made_people(4_000, 5, sd=0.5, chance=0.5)
    found = plain_moments(people, UNIT, chosen=MOTOR, with_work=True)
    fitted = [sd for sd in found.sd if not isnan(sd)]
    # Standard error of a standard deviation of 4,000: 1.1 %, with the chance of halves 2 %.
    assert fitted == pytest.approx([0.5] * len(fitted), rel=0.08)
