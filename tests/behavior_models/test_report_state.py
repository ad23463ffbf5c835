"""Laws of a movement's state: what stays whole step after step, and how mirrors act on it."""

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from deskhand.behavior_models.report_state import (
    GAP_MS,
    HISTORY,
    TRAITS,
    Heading,
    ReportState,
    first_state,
    heading,
    interval_features,
    squeezed,
    step_features,
    step_scores,
    steps_of_scores,
    stretched,
)

Step = tuple[int, int, int]
STEPS = st.lists(
    st.tuples(st.integers(-3000, 3000), st.integers(-3000, 3000), st.integers(0, 300)),
    max_size=12,
)
REST = st.tuples(st.integers(-4000, 4000), st.integers(-4000, 4000))


def _column(value: float) -> np.ndarray:
    return np.array([value], np.float32)


def _walked(rest: tuple[float, float], steps: list[Step], time_ms: float = 500.0) -> ReportState:
    state = first_state(
        rest_x=_column(rest[0]),
        rest_y=_column(rest[1]),
        period_ms=_column(16.0),
        time_ms=_column(time_ms),
        log_detour=_column(-2.0),
        peak_share=_column(0.4),
        traits=np.linspace(-2, 2, TRAITS, dtype=np.float32)[:, np.newaxis],
        pressed=_column(1.0),
        log_width=_column(3.0),
        width_known=_column(1.0),
    )
    for step in steps:
        state = state.after(*map(_column, step))
    return state


@settings(deadline=None)
@given(REST, STEPS)
def test_after_keeps_account_of_the_way(rest: tuple[int, int], steps: list[Step]) -> None:
    state = _walked(rest, steps)
    x, y, gap_ms = np.array([(0, 0, 0), *steps]).T
    assert state.rest_x[0] + x.sum() == rest[0]
    assert state.rest_y[0] + y.sum() == rest[1]
    assert state.elapsed_ms[0] == gap_ms.sum()
    late = np.flatnonzero(gap_ms > GAP_MS)
    assert state.since_gap_ms[0] == gap_ms[late[-1] + 1 if len(late) else 0 :].sum()
    assert state.place[0] == len(steps)
    assert state.path_px[0] == pytest.approx(np.hypot(x, y).sum(), rel=1e-5)
    assert state.path_px[0] >= np.hypot(x.sum(), y.sum()) * (1 - 1e-5)
    assert state.fastest_px_ms[0] == pytest.approx(
        (np.hypot(x, y) / np.maximum(gap_ms, 1)).max(), rel=1e-5
    )
    across = (y.sum() * rest[0] - x.sum() * rest[1]) / max(np.hypot(*rest), 1.0)
    assert state.across_px[0] == pytest.approx(across, abs=0.05)
    latest = steps[: -HISTORY - 1 : -1]
    assert state.step_x[: len(latest), 0].tolist() == [step[0] for step in latest]
    assert state.gap_ms[len(latest) :, 0].tolist() == [16.0] * (HISTORY - len(latest))


@settings(deadline=None)
@given(
    st.tuples(st.floats(-1e6, 1e6, width=32), st.floats(-1e6, 1e6, width=32)),
    st.sampled_from([0, 1, 40]),
    st.sampled_from([(0, 0, 0), (0, 0, 300), (1, 0, 0), (-2_000_000, 2_000_000, 1), (3, -4, 16)]),
    st.sampled_from([1.0, 60.0, 4000.0]),
)
def test_features_are_numbers_in_extreme_states(
    rest: tuple[float, float], number: int, step: Step, time_ms: float
) -> None:
    state = _walked(rest, [step] * number, time_ms)
    way = heading(state)
    assert np.isfinite(interval_features(state)).all()
    for gap_ms in (0.0, 300.0):
        features, reach_px = step_features(state, way, _column(gap_ms))
        assert np.isfinite(features).all()
        assert reach_px[0] >= 0.0


def test_features_are_numbers_when_nothing_is_left() -> None:
    state = _walked((30, 40), [(30, 40, 16)])
    assert state.rest_x[0] == state.rest_y[0] == 0.0
    way = heading(state)
    assert np.isfinite(interval_features(state)).all()
    assert np.isfinite(step_features(state, way, _column(16.0))[0]).all()


@settings(deadline=None)
@given(REST.filter(any), STEPS, st.integers(0, 300))
@example((0, 1), [], 0)
def test_a_mirror_turns_features_or_leaves_them(
    rest: tuple[int, int], steps: list[Step], gap_ms: int
) -> None:
    plain = _walked(rest, steps)
    turned = _walked((rest[0], -rest[1]), [(x, -y, gap) for x, y, gap in steps])
    way, back = heading(plain), heading(turned)
    assert (way.x, -way.y, way.speed_px_ms) == (back.x, back.y, back.speed_px_ms)
    assert np.array_equal(interval_features(plain), interval_features(turned))
    # Which rows turn is a matter of the row, not of the movement.
    assert np.array_equal(
        step_features(plain, way, _column(gap_ms))[0] * np.where(_odd_rows(), -1, 1)[:, np.newaxis],
        step_features(turned, back, _column(gap_ms))[0],
    )


def _odd_rows() -> np.ndarray:
    """Return which features change their sign: far from the end, where few are 0, or on its last pixels."""
    steps = [(9, 5, 10), (11, -8, 12), (10, 4, 9), (12, 3, 11), (9, 2, 16), (7, 3, 9), (5, 4, 12)]
    odd = np.zeros(1, np.bool_)
    for x, y in (
        (301, 117),
        (sum(step[0] for step in steps) + 1, sum(step[1] for step in steps) + 2),
    ):
        here = _walked((x, y), steps)
        there = _walked((x, -y), [(to_x, -to_y, gap) for to_x, to_y, gap in steps])
        rows = [step_features(s, heading(s), _column(16))[0][:, 0] for s in (here, there)]
        odd = odd | ((rows[0] == -rows[1]) & (rows[0] != 0))
    assert 0 < odd.sum() < len(odd) / 2
    return odd


@given(st.floats(-1000, 1000, width=32))
def test_stretched_is_the_inverse_of_squeezed(value: float) -> None:
    assert stretched(squeezed(_column(value)))[0] == pytest.approx(value, rel=1e-4, abs=1e-6)
    assert squeezed(_column(-value))[0] == -squeezed(_column(value))[0]


@given(st.floats(-np.pi, np.pi), st.floats(0, 500), st.floats(-2000, 2000), st.floats(-2000, 2000))
def test_steps_of_scores_is_the_inverse_of_step_scores(
    angle: float, reach: float, x: float, y: float
) -> None:
    way = Heading(x=_column(np.cos(angle)), y=_column(np.sin(angle)), speed_px_ms=_column(1.0))
    scores = step_scores(way, _column(reach), _column(x), _column(y))
    found = steps_of_scores(way, _column(reach), *scores)
    size = np.hypot(x, y) + reach
    assert found[0][0] == pytest.approx(x, abs=1e-4 * size + 1e-4)
    assert found[1][0] == pytest.approx(y, abs=1e-4 * size + 1e-4)


def test_heading_is_a_direction_and_points_along_the_chord_at_first() -> None:
    way = heading(_walked((-30, 40), []))
    assert (way.x[0], way.y[0], way.speed_px_ms[0]) == pytest.approx((-0.6, 0.8, 0.0))
    way = heading(_walked((-30, 40), [(7, 1, 5), (2, -9, 8), (-4, 3, 1)]))
    assert np.hypot(way.x, way.y)[0] == pytest.approx(1.0, abs=1e-6)
    steady = heading(_walked((500, 0), [(8, 6, 10)] * HISTORY))
    assert (steady.x[0], steady.y[0], steady.speed_px_ms[0]) == pytest.approx((0.8, 0.6, 1.0))


def test_take_and_put_move_whole_movements() -> None:
    one, other = _walked((30, 40), [(1, 2, 3)]), _walked((-5, 8), [(9, 9, 9), (4, 4, 4)])
    both = replace(
        one,
        **{
            f.name: np.concatenate([getattr(one, f.name), getattr(other, f.name)], axis=-1)
            for f in fields(one)
        },
    )
    both.put(np.array([0]), both.take(np.array([1])))
    for f in fields(both):
        column = getattr(both, f.name)
        assert np.array_equal(column[..., 0], column[..., 1])
        assert np.array_equal(column[..., 1:], getattr(other, f.name))


def test_intervals_less_whole_periods_tell_how_late_the_latest_report_was() -> None:
    # Frames every 16.5 ms; the third report was written 2 ms late, the fourth in time again.
    state = _walked((300, 0), [(9, 0, 16), (9, 0, 17), (9, 0, 18), (9, 0, 15)])
    state = replace(state, period_ms=_column(16.5))
    due = [gap / 16.5 for gap in np.cumsum([15, 18, 17, 16]).tolist()]
    wanted = [value - round(value) for value in due]
    found = interval_features(state)[:, 0]
    first = next(i for i in range(len(found)) if found[i] == pytest.approx(wanted[0], abs=1e-5))
    assert found[first : first + 4] == pytest.approx(wanted, abs=1e-5)
