"""Laws of the wheel, and an inverse that finds the bursts that were put in."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskhand.behavior_models.personal_spread import read_spread
from deskhand.behavior_models.profile import load_profile
from deskhand.behavior_models.scrolling import (
    SHORTEST_GAP_S,
    fit_wheel,
    notch_times_s,
    own_scroll,
    read_scroll,
)
from deskhand.errors import DeskhandError

POPULATION = read_scroll(load_profile("office"))


@settings(deadline=None)
@given(
    person=st.floats(-3, 3),
    notches=st.integers(1, 60),
    reading=st.booleans(),
    seed=st.integers(0, 2**32),
)
def test_notches_follow_each_other(person: float, notches: int, reading: bool, seed: int) -> None:
    noise = np.random.default_rng(seed).standard_normal((2, notches))
    times_s = notch_times_s(
        own_scroll(POPULATION, person), reading=reading, noise=(noise[0], noise[1])
    )
    assert len(times_s) == notches
    assert times_s[0] == 0.0
    assert np.all(np.diff(times_s) >= SHORTEST_GAP_S - 1e-12)


def test_the_inverse_finds_bursts_pauses_and_gaps() -> None:
    rng = np.random.default_rng(5)
    people, scrolls = 40, 60
    gap_s, direction, person = [], [], []
    for who in range(people):
        scroll = own_scroll(POPULATION, rng.standard_normal())
        for number in range(scrolls):
            noise = rng.standard_normal((2, 30))
            times_s = notch_times_s(scroll, reading=number % 2 == 0, noise=(noise[0], noise[1]))
            # Scrolls stand so far apart that nothing between them counts.
            gap_s.append(np.append(60.0, np.diff(times_s)))
            direction.append(np.full(30, 1 if rng.random() < 0.6 else -1))
            person.append(np.full(30, who))
    found = fit_wheel(
        np.concatenate(gap_s), np.concatenate(direction), np.concatenate(person), "made"
    )
    # Four standard errors of a median over 40 people, and a tenth for bursts that a scroll cuts.
    for name in ("notch_gap_s", "seeking_pause_s", "reading_pause_s"):
        true = getattr(POPULATION, name)
        error = 4 * 1.2533 * true.between_sd / np.sqrt(people) + 0.1
        fitted = read_spread(found[name]["value"])
        assert np.log(fitted.median / true.median) == pytest.approx(0, abs=error), name
    # Within one scroll nothing turns back, and from scroll to scroll a minute passes.
    assert found["reversal_share"]["value"] == 0.0


def test_a_batched_log_says_nothing_of_intervals() -> None:
    rng = np.random.default_rng(1)
    gap_s = np.tile(np.repeat([0.05, 0.5, 0.05, 2.0], 30), 4)
    person = np.repeat(np.arange(4), 120)
    direction = np.ones(480, np.int64)
    order = np.concatenate([120 * p + rng.permutation(120) for p in range(4)])
    full = fit_wheel(gap_s[order], direction, person, "made")
    batched = fit_wheel(gap_s[order], direction, person, "made", batched=True)
    assert set(full) - set(batched) == {"notch_gap_s"}


def test_no_notches_are_refused() -> None:
    with pytest.raises(DeskhandError, match="no notch"):
        fit_wheel(np.empty(0), np.empty(0, np.int64), np.empty(0, np.int64), "none")
