"""Where a speed profile is cut: one stroke a hill, numbers that belong to a movement alone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskhand.behavior_models.submovement_parsing import VALLEY_SHARE, submovement_numbers

REPORTS = st.lists(
    st.tuples(st.integers(-60, 60), st.integers(-60, 60), st.integers(0, 60)), max_size=25
)


def _flat(movements: list[list[tuple[int, int, int]]]) -> tuple[np.ndarray, ...]:
    """Return movements of steps as flat columns, each from (0, 0, 0)."""
    paths = [np.cumsum([(0, 0, 0), *steps], axis=0) for steps in movements]
    count = np.array([len(path) for path in paths])
    x, y, t_ms = np.concatenate(paths).T
    return count, t_ms * 1000, x.astype(np.float64), y.astype(np.float64)


def _numbers(steps: list[tuple[int, int, int]]) -> list[int]:
    numbers: list[int] = submovement_numbers(*_flat([steps])).tolist()
    return numbers


@pytest.mark.parametrize("hills", [1, 2, 5])
def test_one_stroke_for_each_hill_of_speed(hills: int) -> None:
    hill = [(length, 0, 16) for length in (2, 10, 30, 10, 2)]
    assert max(_numbers(hill * hills)) == hills - 1


@pytest.mark.parametrize(
    ("valley", "strokes"), [(VALLEY_SHARE - 0.02, 2), (VALLEY_SHARE + 0.02, 1)]
)
def test_a_valley_above_the_share_is_no_cut(valley: float, strokes: int) -> None:
    low = round(100 * valley)
    steps = [(length, 0, 16) for length in (50, 100, low, 80, 40)]
    assert max(_numbers(steps)) == strokes - 1


def test_rest_at_the_end_is_no_stroke() -> None:
    assert max(_numbers([(10, 0, 16), (30, 0, 16), (10, 0, 16), (1, 0, 16)])) == 0
    assert _numbers([]) == [0]


def test_the_number_stops_at_127() -> None:
    assert max(_numbers([(30, 0, 16), (1, 0, 16)] * 150)) == 127


@given(st.lists(REPORTS, min_size=1, max_size=6))
def test_numbers_rise_by_one_and_belong_to_the_movement_alone(
    movements: list[list[tuple[int, int, int]]],
) -> None:
    count, *columns = _flat(movements)
    together = np.split(submovement_numbers(count, *columns), np.cumsum(count)[:-1])
    for steps, numbers in zip(movements, together, strict=True):
        assert numbers.tolist() == _numbers(steps)
        assert numbers[0] == 0
        assert set(np.diff(numbers).tolist()) <= {0, 1}
