"""Movements outside the times a policy was fitted to are drawn again, and no other movement is."""

from itertools import pairwise

import numpy as np
import pytest

from deskhand.behavior_models.profile import Profile, entry
from deskhand.behavior_models.report_policy import Reports
from deskhand.behavior_models.report_traits import draw_report_traits
from deskhand.generators import learned_reports as module
from deskhand.generators.learned_reports import (
    LONGEST_US,
    REDRAWS,
    SHORTEST_US,
    learned_reports,
    policy_of,
)
from deskhand.keyed_draws import keys
from tests.behavior_models.tiny_policy import ending, tiny_population

N = 200
PROFILE = tiny_population()
TRAITS = draw_report_traits(PROFILE, keys(1, "person", range(7)))
PERSON = np.arange(N) % 7
START, END = np.random.default_rng(4).integers(0, 1500, (2, N, 2)).astype(np.float64)
WIDTH_PX = np.where(np.arange(N) % 2, 40.0, 0.0)
KEYS = keys(2, "movement", range(N))

Movement = tuple[list[int], list[float], list[float]]


def _drawn(chosen: np.ndarray, profile: Profile = PROFILE) -> list[Movement]:
    rows = START[chosen], END[chosen], WIDTH_PX[chosen], KEYS[chosen]
    return _movements(learned_reports(profile, TRAITS, PERSON[chosen], *rows))


def _movements(made: Reports) -> list[Movement]:
    bounds = [0, *np.cumsum(made.count).tolist()]
    return [
        (made.t_us[low:high].tolist(), made.x[low:high].tolist(), made.y[low:high].tolist())
        for low, high in pairwise(bounds)
    ]


def _odd(movement: Movement) -> bool:
    return not SHORTEST_US <= movement[0][-1] <= LONGEST_US


def test_odd_movements_are_drawn_again_and_no_others(monkeypatch: pytest.MonkeyPatch) -> None:
    attempts = []
    for redraws in range(REDRAWS + 1):
        monkeypatch.setattr(module, "REDRAWS", redraws)
        attempts.append(_drawn(np.arange(N)))
    odd = [sum(map(_odd, made)) for made in attempts]
    assert odd[0] > odd[-1]
    for before, after in pairwise(attempts):
        for one, other in zip(before, after, strict=True):
            assert (one != other) == _odd(one)


def test_a_movement_drawn_again_does_not_know_of_the_others() -> None:
    whole = _drawn(np.arange(N))
    order = np.random.default_rng(1).permutation(N)
    for chosen in (order, order[:31], order[:1]):
        assert _drawn(chosen) == [whole[place] for place in chosen.tolist()]


def test_a_policy_that_knows_no_time_still_arrives() -> None:
    record = ending(policy_of(PROFILE), 1e6).record
    hasty = Profile(
        name="hasty",
        mode="derived",
        remark="",
        sections={**PROFILE.sections, "report_policy": {"network": entry(record, "made")}},
    )
    for (t_us, x, y), start, end in zip(_drawn(np.arange(N), hasty), START, END, strict=True):
        assert len(t_us) == 2
        assert ([x[0], y[0]], [x[1], y[1]]) == (start.tolist(), end.tolist())
