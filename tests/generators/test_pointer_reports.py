"""Reports of the law's hand: ends, clocks, and independence of other rows."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from deskhand.behavior_models.hand_traits import draw_hands
from deskhand.behavior_models.profile import load_profile, parse_profile
from deskhand.generators import pointer_reports
from deskhand.generators.pointer_reports import StrokeReports, law_reports
from deskhand.generators.recorder import draw_recorders
from deskhand.keyed_draws import keys
from tests.generators.example_recorder import example_profile

PEOPLE = keys(7, "person", range(40))
HANDS = draw_hands(load_profile("office"), PEOPLE)
RECORDERS = draw_recorders(parse_profile(example_profile(), "example"), PEOPLE)


def _points(n: int, seed: int = 1) -> NDArray[np.float64]:
    """Return columns x0, y0, x1, y1 and width."""
    rng = np.random.default_rng(seed)
    points = np.rint(rng.uniform(0, 1500, (n, 5)))
    points[:, 4] = rng.choice([0.0, 12.0, 150.0], n)
    points[:, 2] += points[:, 2] == points[:, 0]
    return points


def _made(points: NDArray[np.float64], rows: NDArray[np.intp], seed: int = 5) -> StrokeReports:
    person = rows % len(PEOPLE)
    key = keys(seed, "movement", rows.tolist())
    x0, y0, x1, y1, width_px = points[rows].T
    hands, recorders = HANDS.take(person), RECORDERS.take(person)
    return law_reports(hands, recorders, x0, y0, x1, y1, width_px, width_px, key)


def _movement(made: StrokeReports, place: int) -> bytes:
    last = int(made.count[: place + 1].sum())
    part = slice(last - int(made.count[place]), last)
    columns = (made.t_us[part], made.x[part], made.y[part], made.stroke[part])
    return b"".join(column.tobytes() for column in columns)


@settings(max_examples=20, deadline=None)
@given(
    points=st.lists(
        st.tuples(
            *[st.integers(-3000, 3000)] * 4, st.sampled_from([0.0, 1.0, 30.0, 4000.0])
        ).filter(lambda p: p[:2] != p[2:4]),
        min_size=1,
        max_size=12,
    ),
    seed=st.integers(0, 2**32),
)
def test_first_and_last_reports_are_the_ends(
    points: list[tuple[int, int, int, int, float]], seed: int
) -> None:
    given_points = np.array(points, np.float64)
    made = _made(given_points, np.arange(len(points)), seed)
    last = np.cumsum(made.count) - 1
    first = last - made.count + 1
    assert np.all(made.count >= 2)
    assert np.all(made.t_us[first] == 0)
    assert np.array_equal(np.stack([made.x[first], made.y[first]], 1), given_points[:, :2])
    assert np.array_equal(np.stack([made.x[last], made.y[last]], 1), given_points[:, 2:4])
    assert np.array_equal(made.x, np.rint(made.x))
    step = np.diff(made.t_us)
    step[last[:-1]] = 1
    assert np.all(step > 0)
    assert np.all((made.stroke >= 0) & (made.stroke < np.repeat(made.stroke_count, made.count)))


def test_a_movement_knows_nothing_of_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    points = _points(400)
    rows = np.arange(400)
    whole = _made(points, rows)
    order = np.random.default_rng(2).permutation(400)
    shuffled = _made(points, order)
    for place, row in enumerate(order[:80].tolist()):
        assert _movement(shuffled, place) == _movement(whole, row)
    for row in (0, 17, 399):
        assert _movement(_made(points, rows[[row]]), 0) == _movement(whole, row)
    monkeypatch.setattr(pointer_reports, "BLOCK", 37)
    split = _made(points, rows)
    assert split.t_us.tobytes() == whole.t_us.tobytes()
    assert split.x.tobytes() == whole.x.tobytes()


def test_times_go_by_the_smaller_side_and_strokes_by_the_width_on_the_way() -> None:
    n = 2000
    row, key = np.zeros(n, np.intp), keys(5, "movement", range(n))
    still, far, small, large = (np.full(n, value) for value in (0.0, 600.0, 10.0, 160.0))

    def made(width_px: NDArray[np.float64], size_px: NDArray[np.float64]) -> StrokeReports:
        hands, recorders = HANDS.take(row), RECORDERS.take(row)
        return law_reports(hands, recorders, still, still, far, far, width_px, size_px, key)

    def time_us(reports: StrokeReports) -> float:
        return float(reports.t_us[np.cumsum(reports.count) - 1].mean())

    wide, narrow, easy = made(large, small), made(small, small), made(large, large)
    # Another width changes the path alone, but for reports that fall on the same px.
    assert time_us(wide) == pytest.approx(time_us(narrow), rel=0.03)
    assert np.all(narrow.stroke_count >= wide.stroke_count)
    assert narrow.stroke_count.sum() > wide.stroke_count.sum()
    assert time_us(wide) > 1.3 * time_us(easy)


def test_reports_without_a_change_of_place_are_left_out_but_by_some_recorders() -> None:
    points = _points(2000)
    rows = np.arange(2000)
    made = _made(points, rows)
    still = (np.diff(made.x) == 0) & (np.diff(made.y) == 0)
    still[np.cumsum(made.count)[:-1] - 1] = False
    movement = np.repeat(rows, made.count)
    repeats = RECORDERS.repeats[movement[1:][still] % len(PEOPLE)]
    assert still.any()
    assert repeats.all()


def test_nothing_asked_nothing_made() -> None:
    made = _made(_points(1), np.arange(0))
    assert len(made.count) == len(made.t_us) == 0
