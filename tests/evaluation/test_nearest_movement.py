"""Copies of the fitted people's movements are found, strangers' are not taken for copies."""

from dataclasses import replace

import numpy as np
import pytest

from deskhand.errors import DeskhandError
from deskhand.evaluation.nearest_movement import nearest_movement
from tests.evaluation.made_hands import hands

FITTED, STRANGERS = hands(1), hands(2)


def test_new_movements_of_the_law_are_no_copies() -> None:
    found = nearest_movement(hands(3), STRANGERS, FITTED)
    # Two samples of 300 differ by .14 with a chance of about .5 % (Kolmogorov-Smirnov).
    assert found.ks < 0.14
    assert found.copies <= 0.01
    assert np.all(np.diff(found.made) >= 0)


def test_copies_are_found_wherever_they_were_moved_to() -> None:
    moved = replace(FITTED, x=FITTED.x + 300.0, y=FITTED.y - 20.0, person=FITTED.person + 50)
    found = nearest_movement(moved, STRANGERS, FITTED)
    assert found.copies == 1.0
    assert found.nearer > 0.9
    assert found.p_value < 1e-6


def test_some_copies_among_many_new_are_counted() -> None:
    made = hands(3)
    tenth = np.arange(30)
    copied = FITTED.take(tenth)
    new = made.take(np.arange(30, len(made)))
    mixture = replace(
        new,
        **{
            name: np.concatenate([getattr(copied, name), getattr(new, name)])
            for name in ("person", "count", "t_us", "x", "y", "dwell_us", "target")
        },
    )
    assert nearest_movement(mixture, STRANGERS, FITTED).copies == pytest.approx(0.1, abs=0.02)


def test_empty_sides_are_refused() -> None:
    with pytest.raises(DeskhandError, match="made: no movements"):
        nearest_movement(FITTED.take(np.empty(0, np.int64)), STRANGERS, FITTED)
