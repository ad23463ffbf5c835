"""Movements of bots: laws of the table, and what tells each family from people and from the others."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from deskhand.datasets.bots.families import FAMILIES
from deskhand.datasets.bots.paths import bot_paths
from deskhand.errors import DeskhandError
from deskhand.pointer_motor import pointer_paths

FAMILY = st.sampled_from(sorted(FAMILIES))
PLACE = st.integers(-2000, 4000)
WAY = st.tuples(st.sampled_from(["a", "b"]), PLACE, PLACE, PLACE, PLACE)


def asked(ways: list[tuple[str, int, int, int, int]]) -> dict[str, list[str] | list[int]]:
    columns = zip(*ways, strict=True)
    return dict(zip(("person", "x0", "y0", "x1", "y1"), map(list, columns), strict=True))


def many(count: int = 300) -> dict[str, list[str] | list[int]]:
    rng = np.random.default_rng(0)
    points = rng.integers(0, 1500, (count, 4)).tolist()
    return asked([(f"bot {row % 10}", *way) for row, way in enumerate(points)])


@settings(max_examples=60, deadline=None)
@given(FAMILY, st.lists(WAY, min_size=1, max_size=6), st.integers(0, 2**64 - 1))
def test_laws_of_the_table(
    family: str, ways: list[tuple[str, int, int, int, int]], seed: int
) -> None:
    paths = bot_paths(asked(ways), family=family, seed=seed)
    assert paths.schema.equals(pointer_paths(asked(ways), seed=1, fidelity="law").schema)
    assert paths.schema.metadata == {b"synthetic": b"true"}
    for number, (person, x0, y0, x1, y1) in enumerate(ways):
        rows = paths.filter(np.asarray(paths["movement"]) == number).to_pylist()
        *moves, down, up = rows
        assert [row["type"] for row in rows] == [
            *["pointermove"] * len(moves),
            "pointerdown",
            "pointerup",
        ]
        assert {row["person"] for row in rows} == {person}
        times = [row["t_us"] for row in rows]
        assert times == sorted(times)
        assert times[0] == 0
        assert (down["x"], down["y"]) == (up["x"], up["y"]) == (x1, y1)
        if (x0, y0) == (x1, y1):
            assert not moves
            continue
        assert (moves[-1]["x"], moves[-1]["y"]) == (x1, y1)
        assert family == "headless" or (moves[0]["x"], moves[0]["y"]) == (x0, y0)


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_a_movement_depends_on_its_own_request_alone(family: str) -> None:
    ways = [("a", 0, 0, 400, 300), ("b", 900, 20, 30, 700), ("a", 5, 5, 6, 900)]
    together = bot_paths(asked(ways), family=family, seed=7)
    for number, way in enumerate(ways):
        alone = bot_paths(asked([way]), family=family, seed=7)
        part = together.filter(np.asarray(together["movement"]) == number)
        assert part.drop(["movement"]).equals(alone.drop(["movement"]))


def moves_of(paths: pa.Table) -> tuple[NDArray[np.int64], ...]:
    rows = np.asarray(paths["type"]) == "pointermove"
    return tuple(np.asarray(paths[name])[rows] for name in ("movement", "t_us", "x", "y"))


def aside_px(family: str) -> NDArray[np.float64]:
    """Return how far from the straight line each report lies."""
    ways = many()
    movement, _, x, y = moves_of(bot_paths(ways, family=family, seed=7))
    x0, y0, x1, y1 = (np.array(ways[name], float)[movement] for name in ("x0", "y0", "x1", "y1"))
    area = (x1 - x0) * (y - y0) - (y1 - y0) * (x - x0)
    far: NDArray[np.float64] = np.abs(area) / np.hypot(x1 - x0, y1 - y0)
    return far


@pytest.mark.parametrize("family", ["linear", "minimum_jerk"])
def test_straight_families_are_straight(family: str) -> None:
    assert aside_px(family).max() <= 0.71  # the rounding to whole px


@pytest.mark.parametrize("family", ["bezier", "wind", "replayed", "jittered", "spline"])
def test_other_families_bend(family: str) -> None:
    assert np.quantile(aside_px(family), 0.9) > 1.0


def test_linear_speed_is_constant() -> None:
    way = asked([("a", 0, 0, 1500, 0)])
    _, t_us, x, _ = moves_of(bot_paths(way, family="linear", seed=7))
    share = t_us / (t_us[-1])
    # The last report may come up to a frame late.
    assert np.abs(x / 1500 - share).max() < 0.12
    speed = np.diff(x[:-1]) / np.diff(t_us[:-1])
    assert speed.std() < 0.01 * speed.mean()


def test_replayed_movements_are_one_shape() -> None:
    ways = [("a", 100 * k, 0, 100 * k + 600, 0) for k in range(5)]
    movement, t_us, x, _ = moves_of(bot_paths(asked(ways), family="replayed", seed=7))
    # Read off the recorder's clock at even shares of time, all five are the same curve.
    even = np.linspace(0, 0.9 * t_us.max(), 40)
    shapes = [np.interp(even, t_us[movement == k], x[movement == k] - 100 * k) for k in range(5)]
    assert np.ptp(shapes, axis=0).max() < 25.0
    other = moves_of(bot_paths(asked([("c", 0, 0, 600, 0)]), family="replayed", seed=7))
    assert np.abs(np.interp(even, other[1], other[2]) - shapes[0]).max() > 25.0


def test_the_recorder_is_that_of_people() -> None:
    """Intervals between reports that move are of people's clocks: no tell of its own."""
    ways = many(600)
    people = pointer_paths(ways, seed=7, fidelity="law", profile="mouse-web")
    quantiles = []
    for paths in (people, bot_paths(ways, family="bezier", seed=7)):
        movement, t_us, *_ = moves_of(paths)
        gap = np.diff(t_us)[np.diff(movement) == 0]
        quantiles.append(np.quantile(gap, [0.25, 0.5, 0.75]))
    # Ten recorders each, of a few classes: their typical interval is of the same size.
    assert np.all(np.abs(np.log(quantiles[0] / quantiles[1])) < np.log(2.6))


def test_without_a_point_the_centre_is_pressed() -> None:
    way = {"person": ["a"], "x0": [0], "y0": [0]}
    box = {"target_x": [300.0], "target_y": [200.0], "target_w": [80.0], "target_h": [20.0]}
    *_, up = bot_paths(way | box, family="bezier", seed=7).to_pylist()
    assert (up["x"], up["y"]) == (300.0, 200.0)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"family": "windmouse"}, "did you mean 'wind'"),
        ({"seed": -1}, "must be a whole number"),
        ({"recorder": "nobody"}, "nobody"),
        ({"requests": {"person": ["a"]}}, "no column"),
    ],
)
def test_bad_input(wrong: dict[str, object], said: str) -> None:
    given = {"requests": asked([("a", 0, 0, 9, 9)]), "family": "wind", "seed": 7} | wrong
    requests = given.pop("requests")
    with pytest.raises(DeskhandError, match=said):
        bot_paths(requests, **given)  # type: ignore[arg-type]
