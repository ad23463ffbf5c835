"""Planted faults are found by the view that looks for them; the same law twice is not."""

from dataclasses import replace

import numpy as np
import pytest

from deskhand.calibration.movements import Movements
from deskhand.errors import UnknownNameError
from deskhand.evaluation.pointer_views import VIEWS, pointer_views, telling
from tests.evaluation.made_hands import hands, minimum_jerk

pytestmark = pytest.mark.usefixtures("scikit_learn")

REAL = hands(1)


def axis_aligned(movements: Movements) -> Movements:
    """Round every third report's y to that of the report before."""
    y = movements.y.copy()
    y[2::3] = y[1::3][: len(y[2::3])]
    return replace(movements, y=y)


def test_the_same_law_twice_is_not_told_apart() -> None:
    found = pointer_views(REAL, hands(2), seed=0)
    assert tuple(found) == VIEWS
    # 300 movements a side of 20 people: the standard error of an area of .5 is about .024; beyond
    # .12, five of them, in one of five views has a chance below 1e-5 were rows independent.
    assert all(abs(test.auc - 0.5) < 0.12 for test in found.values())


def at_even_speed(movements: Movements) -> Movements:
    """Leave the places, and move the times so that the speed is even."""
    end = np.repeat(movements.duration_us, movements.count)
    t_us = np.rint(end * minimum_jerk(movements.t_us / end)).astype(np.int64)
    return replace(movements, t_us=t_us)


def on_coarse_clock(movements: Movements) -> Movements:
    return replace(movements, t_us=movements.t_us // 5_000 * 5_000)


@pytest.mark.parametrize(
    ("fault", "found_by", "blind"),
    [
        (hands(2, bow=0.3), "shape", None),
        (at_even_speed(hands(2)), "kinematic", "shape"),
        (at_even_speed(hands(2)), "kernels", "shape"),
        (on_coarse_clock(hands(2)), "raw", "shape"),
        (on_coarse_clock(hands(2)), "second", "shape"),
        (hands(2, sub_pixel=True), "raw", "shape"),
        (axis_aligned(hands(2)), "second", None),
    ],
    ids=["bow", "speed", "speed kernels", "clock", "clock second", "fractions", "axis"],
)
def test_a_planted_fault_is_found(fault: Movements, found_by: str, blind: str | None) -> None:
    views = [found_by, *([blind] if blind else [])]
    found = pointer_views(REAL, fault, seed=0, views=views)
    assert found[found_by].low > 0.6
    if blind:
        assert found[blind].auc < 0.65


def test_the_fault_is_named() -> None:
    top = telling(REAL, on_coarse_clock(hands(2)), top=5)
    assert any(name.startswith("gap_") for name, _ in top["raw"])
    assert any(name.startswith("gap") for name, _ in top["second"])


def test_an_unknown_view_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="'shpae' is not known; did you mean 'shape'"):
        pointer_views(REAL, REAL, seed=0, views=["shpae"])
