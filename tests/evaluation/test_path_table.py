"""The table of made paths is read as movements, whatever the order of its rows."""

import numpy as np
import pyarrow as pa
import pytest

from deskhand.errors import DeskhandError
from deskhand.evaluation.path_table import path_movements

MOVE, DOWN, UP = "pointermove", "pointerdown", "pointerup"
ROWS = [
    (0, "bob", 0, MOVE, 1.0),
    (0, "bob", 16_000, MOVE, 30.0),
    (0, "bob", 50_000, DOWN, 30.0),
    (0, "bob", 130_000, UP, 30.0),
    (1, "ann", 5, MOVE, 4.0),
    (2, "ann", 0, MOVE, 9.0),
    (2, "ann", 17_000, MOVE, 5.0),
    (2, "ann", 33_000, MOVE, 2.0),
]


def table(rows: list[tuple[int, str, int, str, float]]) -> pa.Table:
    names = ("movement", "person", "t_us", "type", "x")
    columns = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    return pa.table({**columns, "y": columns["x"]})


def test_moves_rests_and_holds_are_read() -> None:
    movements, hold_us = path_movements(table(ROWS), ["ann", "bob"])
    # A movement of a single report has no path, and is left out.
    assert movements.count.tolist() == [2, 3]
    assert movements.person.tolist() == [1, 0]
    assert movements.x.tolist() == [1.0, 30.0, 9.0, 5.0, 2.0]
    assert movements.t_us.tolist() == [0, 16_000, 0, 17_000, 33_000]
    assert movements.dwell_us.tolist() == [34_000, 0]
    assert hold_us.tolist() == [80_000, -1]


def test_movements_may_stand_in_any_order() -> None:
    turned = table(ROWS[4:] + ROWS[:4])
    movements, hold_us = path_movements(turned, ["ann", "bob"])
    expected, expected_hold_us = path_movements(table(ROWS), ["ann", "bob"])
    assert np.array_equal(movements.x, expected.x)
    assert np.array_equal(movements.person, expected.person)
    assert np.array_equal(hold_us, expected_hold_us)


@pytest.mark.parametrize(
    ("paths", "people", "said"),
    [
        (table(ROWS).drop(["type"]), ["ann", "bob"], "columns type are missing"),
        (table(ROWS), ["ann"], "names that are not among the people"),
    ],
)
def test_bad_tables_are_refused(paths: pa.Table, people: list[str], said: str) -> None:
    with pytest.raises(DeskhandError, match=said):
        path_movements(paths, people)
