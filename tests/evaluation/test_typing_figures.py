"""Figures of typing: known laws give known figures."""

import numpy as np
import pyarrow as pa
import pytest

from deskhand.evaluation.figures_beside import figures_beside
from deskhand.evaluation.key_table import Keystrokes, typed_keys
from deskhand.evaluation.typing_figures import typing_figures
from tests.evaluation.made_typists import typists


def pressed(names: str | list[str], down_ms: list[float], up_ms: list[float]) -> Keystrokes:
    columns = {"user": ["ann"] * len(names), "session": ["1"] * len(names), "key": list(names)}
    times = {"t_down_s": np.array(down_ms) / 1e3, "t_up_s": np.array(up_ms) / 1e3}
    return typed_keys(pa.table(columns | times))


def test_laws_come_back() -> None:
    figures = typing_figures(typists(1, people=200, memory=0.5))
    # 96,000 keys of 200 people; the people's spread of .15 leaves 1.1 % on medians of the lot.
    assert figures["hold, median"] == pytest.approx(95.0, rel=0.05)
    assert figures["down-down of people, median"] == pytest.approx(180, rel=0.06)
    assert figures["ln down-down, lag 1"] == pytest.approx(0.5, abs=0.08)
    assert figures["ln hold, lag 1"] == pytest.approx(0.0, abs=0.02)
    assert figures["SD of ln hold between people"] == pytest.approx(0.15, abs=0.035)
    assert figures["correlation of people's ln hold, ln down-down"] == pytest.approx(0, abs=0.25)
    assert figures["backspaces / 100 characters"] == 0.0
    slow = typing_figures(typists(2, people=60, space=1.5))
    ratio = slow["to space: down-down / person's median"]
    ratio /= slow["word start: down-down / person's median"]
    assert ratio == pytest.approx(1.5, rel=0.05)


def test_rollover_and_order_of_releases() -> None:
    found = typing_figures(pressed("abcd", [0, 100, 200, 300], [150, 140, 320, 310]))
    assert found["rollover"] == pytest.approx(2 / 3)
    assert found["releases out of order"] == pytest.approx(2 / 3)
    assert found["overlap, median"] == pytest.approx(35.0)
    assert found["three keys down"] == 0.0
    assert typing_figures(pressed("abc", [0, 10, 20], [90, 95, 99]))["three keys down"] == 1.0


def test_bursts_of_backspaces() -> None:
    names = ["a", "b", "Backspace", "c", "Backspace", "Backspace", "d", "e", "f", "g"]
    times = [200.0 * k for k in range(len(names))]
    found = typing_figures(pressed(names, times, [t + 80 for t in times]))
    assert found["backspaces / 100 characters"] == pytest.approx(300 / 7)
    assert found["bursts of backspaces / 100 characters"] == pytest.approx(200 / 7)
    assert (found["bursts of 1"], found["bursts of 2"], found["bursts of 3"]) == (0.5, 0.5, 0.0)
    assert found["mean length of bursts"] == 1.5


def test_shift_is_timed_about_its_key_and_counts_for_no_other_figure() -> None:
    names = ["Shift", "A", "b"] * 40
    start = np.repeat(1000.0 * np.arange(40), 3)
    down = start + np.tile([0.0, 180.0, 400.0], 40)
    up = start + np.tile([260.0, 290.0, 480.0], 40)
    found = typing_figures(pressed(names, down.tolist(), up.tolist()))
    assert found["hold of Shift, median"] == 260.0
    assert found["Shift down to its key's down, median"] == 180.0
    assert found["key's up after Shift's, median"] == 30.0
    assert found["Shift released before its key's release"] == 1.0
    assert found["Shift released before its key's press"] == 0.0
    assert found["hold, p99"] == 110.0


def test_unknown_keys_give_the_figures_of_timing() -> None:
    figures = typing_figures(typists(2, people=3, known=False))
    assert "rollover" in figures
    assert not [name for name in figures if "space" in name]
    assert typing_figures(typists(2, people=1).of_people([])) == {}


def test_beside_people_a_like_law_is_within_the_floor_and_another_is_not() -> None:
    people = typists(3, people=60)
    like = {row.name: row for row in figures_beside(typists(4, people=60), people)}
    other = {row.name: row for row in figures_beside(typists(4, people=60, hold_ms=130), people)}
    # The floor is of halves, the difference of wholes: above 3 in 1 of 10,000.
    for name in ("hold, median", "rollover", "down-down, median"):
        assert like[name].floor > 0
        assert like[name].ratio < 3
    assert other["hold, median"].ratio > 5
    assert figures_beside(people, people.of_people([0]))[0].floor != 0
