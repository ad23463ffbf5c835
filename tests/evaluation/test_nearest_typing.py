"""Copies of the fitted people's typing are found, strangers' are not taken for copies."""

from dataclasses import replace

import numpy as np
import pytest

from deskhand.errors import DeskhandError
from deskhand.evaluation.nearest_typing import nearest_typing
from tests.evaluation.made_typists import typists

FITTED, STRANGERS = typists(1, people=30), typists(2, people=30)


def test_new_typing_of_the_law_is_no_copy() -> None:
    found = nearest_typing(typists(3, people=30), STRANGERS, FITTED)
    # 1,440 stretches a side, of 30 people: people's paces differ by chance.
    assert found.ks < 0.15
    assert found.copies <= 0.01
    assert np.all(np.diff(found.made) >= 0)


def test_copies_are_found_under_another_name_and_at_another_time() -> None:
    copied = replace(
        FITTED,
        person=FITTED.person[::-1].copy(),
        down_us=FITTED.down_us + 40_000,
        up_us=FITTED.up_us + 40_000,
    )
    found = nearest_typing(copied, STRANGERS, FITTED)
    assert found.nearer > 0.5
    assert np.median(found.made) < 0.7 * np.median(found.strangers)


def test_too_short_sessions_are_refused() -> None:
    few = FITTED.take(np.arange(len(FITTED)) < 5)
    with pytest.raises(DeskhandError, match="no session has the 10 keys"):
        nearest_typing(few, STRANGERS, FITTED)
