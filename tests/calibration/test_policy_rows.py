"""Rows of a fit: by hand, and the same states that sampling walks through."""

from dataclasses import fields, replace

import numpy as np
import pytest

from deskhand.behavior_models.report_state import (
    DETOUR_FLOOR,
    HISTORY,
    TRAITS,
    ReportState,
    first_state,
    heading,
    interval_features,
    step_features,
)
from deskhand.calibration.movements import Movements
from deskhand.calibration.policy_rows import conditions, mirrored, policy_rows
from deskhand.keyed_draws import keys
from tests.behavior_models.tiny_policy import first_states, tiny_policy

NO_TARGET = [np.nan] * 4


def _movements(*paths: list[tuple[int, int, int]], target: list[list[float]]) -> Movements:
    """Return movements of reports (x, y, ms), each of another person."""
    x, y, t_ms = np.concatenate([np.array(path) for path in paths]).T
    return Movements(
        person=np.arange(len(paths), dtype=np.int32),
        count=np.array([len(path) for path in paths]),
        t_us=t_ms * 1000,
        x=x.astype(np.float64),
        y=y.astype(np.float64),
        dwell_us=np.array([50_000, -1, 0][: len(paths)]),
        target=np.array(target),
    )


# A right angle with a late frame in it, and a line back that stands still once.
HAND_MADE = _movements(
    [(0, 0, 0), (30, 0, 10), (30, 40, 50), (30, 80, 60)],
    [(100, 50, 0), (70, 50, 20), (70, 50, 30), (40, 50, 40)],
    target=[[30, 85, 10, 20], NO_TARGET],
)
KNOWN = conditions(HAND_MADE)
SCORES = np.arange(2 * TRAITS, dtype=np.float64).reshape(TRAITS, 2)
PERIOD_MS = np.array([10.0, 16.0])
ROWS = policy_rows(HAND_MADE, KNOWN, SCORES, PERIOD_MS)


def test_conditions_by_hand() -> None:
    distance = np.hypot(30, 80)
    assert KNOWN.distance_px == pytest.approx([distance, 60])
    assert KNOWN.width_known.tolist() == [True, False]
    # Along a steep path a box of 10 x 20 is as wide as its height over the sine.
    assert KNOWN.log_width == pytest.approx([np.log(20 * distance / 80), 0])
    log_time, log_detour, peak = KNOWN.parts
    assert log_time == pytest.approx(np.log([60, 40]))
    assert log_detour == pytest.approx(np.log([110 / distance - 1 + DETOUR_FLOOR, DETOUR_FLOOR]))
    # Speeds over three steps, px a ms: 30/10, 70/50, 110/60, 80/50; and 30/20, 30/30, 60/40, 30/20.
    assert peak == pytest.approx([0.0, 0.0])


def test_the_peak_is_where_three_steps_are_fastest() -> None:
    path = [(0, 0, 0), (2, 0, 10), (6, 0, 20), (36, 0, 30), (66, 0, 40), (76, 0, 50), (78, 0, 60)]
    found = conditions(_movements(path, target=[NO_TARGET]))
    # 4 + 30 + 30, 30 + 30 + 10: the step that ends at 40 ms.
    assert found.parts[2] == pytest.approx([40 / 60])


@pytest.mark.parametrize(
    ("target", "known"),
    [
        ([30, 80, 10, 10], True),
        ([30, 91, 10, 20], True),
        ([30, 92, 10, 20], False),
        ([37, 80, 10, 10], False),
        ([30, 80, 0, 10], False),
        ([30, 80, 10, -1], False),
        ([30, 80, np.nan, 10], False),
    ],
)
def test_a_width_is_known_where_the_end_lies_in_the_target(
    target: list[float], known: bool
) -> None:
    found = conditions(_movements([(0, 0, 0), (30, 80, 90)], target=[target]))
    assert found.width_known.tolist() == [known]
    assert np.isfinite(found.log_width).all()


def test_rows_by_hand() -> None:
    assert len(ROWS) == 6
    assert ROWS.gap_ms.tolist() == [10, 40, 10, 20, 10, 10]
    assert ROWS.step_x.tolist() == [30, 0, 0, -30, 0, -30]
    assert ROWS.step_y.tolist() == [0, 40, 40, 0, 0, 0]
    assert ROWS.ends.tolist() == [False, False, True] * 2
    s = ROWS.state
    assert s.place.tolist() == [0, 1, 2] * 2
    assert s.rest_x.tolist() == [30, 0, 0, -60, -30, -30]
    assert s.rest_y.tolist() == [80, 80, 40, 0, 0, 0]
    assert s.elapsed_ms.tolist() == [0, 10, 50, 0, 20, 30]
    assert s.since_gap_ms.tolist() == [0, 10, 0, 0, 20, 30]
    assert s.path_px.tolist() == [0, 30, 70, 0, 30, 30]
    assert s.fastest_px_ms == pytest.approx(np.array([0, 3, 3, 0, 1.5, 1.5]))
    assert s.pressed.tolist() == [1, 1, 1, 0, 0, 0]
    assert s.width_known.tolist() == [1, 1, 1, 0, 0, 0]
    assert s.step_y[:3, 2].tolist() == [40, 0, 0]
    assert s.step_x[:3, 2].tolist() == [0, 30, 0]
    assert s.gap_ms[:4, 2].tolist() == [40, 10, 10, 10]
    assert s.gap_ms[:4, 4].tolist() == [20, 16, 16, 16]
    assert s.traits[:, 2].tolist() == list(range(0, 2 * TRAITS, 2))
    assert s.traits[:, 3].tolist() == list(range(1, 2 * TRAITS, 2))
    chord = np.hypot(30, 80)
    assert s.across_px[:3] == pytest.approx([0, -30 * 80 / chord, (40 * 30 - 30 * 80) / chord])


def test_states_of_rows_are_those_that_sampling_walks_through() -> None:
    n = 40
    first = first_states(n, seed=4)
    zero = np.zeros(n)
    made = tiny_policy().draw(first, zero, zero, keys(1, "walk", range(n)))
    movements = Movements(
        person=np.arange(n, dtype=np.int32),
        count=made.count,
        t_us=made.t_us,
        x=made.x.astype(np.float64),
        y=made.y.astype(np.float64),
        dwell_us=np.zeros(n, np.int64),
        target=np.full((n, 4), np.nan),
    )
    known = conditions(movements)
    rows = policy_rows(
        movements, known, first.traits.astype(np.float64), first.gap_ms[0].astype(np.float64)
    )
    state = first_state(
        rest_x=first.rest_x,
        rest_y=first.rest_y,
        period_ms=first.gap_ms[0],
        time_ms=np.exp(known.parts[0]).astype(np.float32),
        log_detour=known.parts[1].astype(np.float32),
        peak_share=known.parts[2].astype(np.float32),
        traits=first.traits,
        pressed=first.pressed,
        log_width=np.zeros(n, np.float32),
        width_known=np.zeros(n, np.float32),
    )
    # Row by row: the k-th rows of all movements still under way.
    seen = 0
    who = np.arange(n)
    for number in range(int(made.count.max()) - 1):
        here = np.flatnonzero(rows.state.place == number)
        seen += len(here)
        still = (made.count - 1)[who] > number
        who, state = who[still], state.take(np.flatnonzero(still))
        _assert_same(rows.state.take(here), state)
        state = state.after(rows.step_x[here], rows.step_y[here], rows.gap_ms[here])
        assert np.array_equal(rows.ends[here], (made.count - 2)[who] == number)
    assert seen == len(rows) == made.count.sum() - n


def _assert_same(found: ReportState, walked: ReportState) -> None:
    for f in fields(ReportState):
        here, there = getattr(found, f.name), getattr(walked, f.name)
        # Sums of float32 against sums of float64 rounded once.
        assert here == pytest.approx(there, rel=1e-4, abs=0.02), f.name
        assert here.dtype == there.dtype == np.float32


def test_rows_of_a_movement_do_not_know_of_the_others() -> None:
    for number in (0, 1):
        alone = HAND_MADE.take(np.array([number]))
        alone = replace(alone, person=np.zeros(1, np.int32))
        known = conditions(alone)
        assert np.array_equal(known.parts[:, 0], KNOWN.parts[:, number])
        rows = policy_rows(alone, known, SCORES[:, [number]], PERIOD_MS[[number]])
        part = ROWS.take(np.arange(3) + 3 * number)
        for f in fields(ReportState):
            here, there = getattr(rows.state, f.name), getattr(part.state, f.name)
            assert here == pytest.approx(there, abs=1e-5), f.name


def test_mirrored_rows_are_the_rows_of_the_mirrored_movements() -> None:
    turned = replace(HAND_MADE, y=-HAND_MADE.y, target=HAND_MADE.target * [1, -1, 1, 1])
    wanted = policy_rows(turned, conditions(turned), SCORES, PERIOD_MS)
    found = mirrored(ROWS, np.full(len(ROWS), -1, np.float32))
    assert np.array_equal(found.step_y, wanted.step_y)
    for features in (
        [interval_features(rows.state) for rows in (found, wanted)],
        [step_features(r.state, heading(r.state), r.gap_ms)[0] for r in (found, wanted)],
    ):
        assert features[0] == pytest.approx(features[1], abs=1e-5)
    kept = mirrored(ROWS, np.ones(len(ROWS), np.float32))
    assert np.array_equal(kept.state.step_y, ROWS.state.step_y)
    assert len(kept.state.step_y) == HISTORY
