"""Laws that hold for any network: a policy with small random layers has to keep them all."""

import json
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from deskhand.behavior_models import report_policy
from deskhand.behavior_models.report_policy import (
    CELLS,
    FREE,
    HORIZONTAL,
    LATTICE_PX,
    MOST_REPORTS,
    VERTICAL,
    ReportPolicy,
    Reports,
    interval_edges_ms,
    step_class,
)
from deskhand.errors import DeskhandError
from deskhand.keyed_draws import keys
from tests.behavior_models.tiny_policy import ending, first_states, tiny_policy

N = 300
POLICY = tiny_policy()
STATES = first_states(N)
KEYS = keys(1, "movement", range(N))
START = np.random.default_rng(3).integers(0, 2000, (2, N)).astype(np.float64)
X0, Y0 = START
MADE = POLICY.draw(STATES, X0, Y0, KEYS)
LAST = np.cumsum(MADE.count) - 1
FIRST = LAST - MADE.count + 1


def _movements(made: Reports) -> list[tuple[bytes, bytes, bytes]]:
    ends = np.cumsum(made.count).tolist()
    return [
        (made.t_us[low:high].tobytes(), made.x[low:high].tobytes(), made.y[low:high].tobytes())
        for low, high in pairwise([0, *ends])
    ]


def test_time_never_runs_back_and_keeps_to_the_clock() -> None:
    gaps = np.delete(np.diff(MADE.t_us, prepend=0), FIRST)
    assert (gaps >= 0).all()
    assert (gaps <= interval_edges_ms(1000)[-1] * 1000).all()
    for clock_us in (1000, 100, 5):
        made = tiny_policy(clock_us=clock_us).draw(STATES, X0, Y0, KEYS)
        assert (made.t_us % clock_us == 0).all()
        assert (made.t_us % (10 * clock_us) != 0).any()


def test_intervals_of_a_fine_clock_fall_into_the_classes_that_were_drawn() -> None:
    for clock_us in (1000, 100, 5, 1):
        edges_us = interval_edges_ms(clock_us).astype(np.float64) * 1000
        assert np.allclose(np.rint(edges_us / clock_us) * clock_us, edges_us, atol=0.02)
        assert (np.diff(edges_us) > 0).all()
        kind = np.repeat(np.arange(len(edges_us) - 1), 50)
        within = ((np.arange(len(kind)) % 50 + 0.5) / 50).astype(np.float32)
        gap_us = tiny_policy(clock_us=clock_us)._interval_us(kind, within)
        again = np.searchsorted(edges_us, gap_us + 0.5, side="right") - 1
        assert np.array_equal(again, kind)


def test_a_network_with_the_classes_of_another_clock_is_refused() -> None:
    with pytest.raises(DeskhandError, match=r"54 classes .* 100 us has 186: fit the profile again"):
        ReportPolicy.from_record({**POLICY.record, "clock_us": 100})


def test_movements_start_and_end_where_they_should() -> None:
    assert (MADE.count >= 2).all()
    assert (MADE.t_us[FIRST] == 0).all()
    for axis, made, rest in ((0, MADE.x, STATES.rest_x), (1, MADE.y, STATES.rest_y)):
        assert np.array_equal(made[FIRST], START[axis])
        assert np.array_equal(made[LAST], START[axis] + rest)


def test_reports_between_lie_on_whole_pixels() -> None:
    for made in (MADE.x, MADE.y):
        assert np.array_equal(made, np.rint(made))


def test_fractional_ends_are_met_within_a_float32() -> None:
    states = first_states(N, whole=False)
    made = POLICY.draw(states, X0, Y0, KEYS)
    last = np.cumsum(made.count) - 1
    # A hundredth of a px: some twenty roundings of numbers below 10 000 px.
    assert np.abs(made.x[last] - START[0] - states.rest_x).max() < 0.01
    assert np.abs(made.y[last] - START[1] - states.rest_y).max() < 0.01


@pytest.mark.parametrize("seats", [1, 7, 40, 1024])
def test_seats_and_order_and_company_change_nothing(
    seats: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_policy, "SEATS", seats)
    alone = _movements(MADE)
    order = np.random.default_rng(seats).permutation(N)
    # Few seats make one movement after the other: some of them will do.
    for chosen in (order[: 12 * seats], order[-7:], order[:1]):
        part = POLICY.draw(STATES.take(chosen), X0[chosen], Y0[chosen], KEYS[chosen])
        assert _movements(part) == [alone[place] for place in chosen.tolist()]


def test_drawing_leaves_the_states_as_they_were(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_policy, "SEATS", 64)
    states = first_states(N)
    POLICY.draw(states, X0, Y0, KEYS)
    assert np.array_equal(states.rest_x, STATES.rest_x)
    assert np.array_equal(states.traits, STATES.traits)
    assert not states.place.any()


def test_another_key_is_another_movement() -> None:
    others = _movements(POLICY.draw(STATES, X0, Y0, keys(2, "movement", range(N))))
    assert not set(others) & set(_movements(MADE))


def test_a_movement_without_end_is_cut_off_at_its_end_point() -> None:
    few = np.arange(5)
    made = ending(POLICY, -1e6).draw(STATES.take(few), X0[few], Y0[few], KEYS[few])
    assert made.count.tolist() == [MOST_REPORTS] * 5
    last = np.cumsum(made.count) - 1
    assert np.array_equal(made.x[last], START[0, few] + STATES.rest_x[few])


def test_a_movement_that_ends_at_once_has_two_reports() -> None:
    made = ending(POLICY, 1e6).draw(STATES, X0, Y0, KEYS)
    assert made.count.tolist() == [2] * N


def test_no_movements_have_no_reports() -> None:
    none = np.arange(0)
    made = POLICY.draw(STATES.take(none), X0[none], Y0[none], KEYS[none])
    assert [len(column) for column in made] == [0, 0, 0, 0]


def test_a_record_read_again_draws_the_same() -> None:
    once = ReportPolicy.from_record(json.loads(json.dumps(POLICY.record)))
    twice = ReportPolicy.from_record(json.loads(json.dumps(once.record)))
    assert once.record == twice.record == POLICY.record
    drawn = [_movements(policy.draw(STATES, X0, Y0, KEYS)) for policy in (once, twice)]
    assert drawn[0] == drawn[1]


def test_a_wider_spread_makes_wider_steps() -> None:
    narrow, wide = (
        replace(POLICY, step_spread=spread).draw(STATES, X0, Y0, KEYS) for spread in (0.0, 2.0)
    )
    far = []
    for made in (narrow, wide):
        step_x, last = np.diff(made.x, prepend=0), np.cumsum(made.count) - 1
        # The step that ends a movement is what was left, whatever the spread.
        inner = np.setdiff1d(np.arange(len(step_x)), [last, last - made.count + 1])
        far.append(np.abs(step_x[inner]).mean())
    assert far[0] < far[1]


def test_every_step_has_one_class() -> None:
    near = range(-LATTICE_PX, LATTICE_PX + 1)
    cells = [(x, y) for x in near for y in near]
    kind = step_class(*np.array(cells, np.float64).T)
    assert kind.tolist() == list(range(CELLS))
    others = np.array([(0, 3), (0, -9.5), (3, 0), (-0.5, 0), (3, 1), (0.5, 1), (1, -1.5)])
    wanted = [VERTICAL] * 2 + [HORIZONTAL] * 2 + [FREE] * 3
    assert step_class(*others.T).tolist() == wanted
