"""Learned paths in planned times: exact bounds, rests that stay, and no movement that knows another."""

from dataclasses import fields, replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskhand.behavior_models.hand_traits import draw_hand
from deskhand.behavior_models.report_policy import Reports
from deskhand.behavior_models.sigma_lognormal import PathRequests, Paths
from deskhand.behavior_models.sigma_lognormal import pointer_paths as law_paths
from deskhand.generators.learned_pointer import (
    SHORTEST_PX,
    _between,
    _Knots,
    _knots,
    _stretched,
    pointer_paths,
)
from deskhand.keyed_draws import keys
from deskhand.streams import stream
from tests.behavior_models.tiny_policy import tiny_population

N = 90
HAND = draw_hand(tiny_population(), stream(7, "hand"))
PERIOD_US = 16_000


def _requests(n: int = N) -> PathRequests:
    rng = np.random.default_rng(n)
    duration_s = rng.uniform(0.1, 2.5, n)
    count = np.maximum((duration_s / 0.008).astype(np.int64), 2)
    first = np.cumsum(count) - count
    share = (np.arange(count.sum()) - np.repeat(first, count)) / np.repeat(count - 1, count)
    x0, y0, x1, y1 = rng.integers(0, 1900, (4, n)).astype(np.float64)
    near = np.arange(n) % 7 == 0
    x1[near], y1[near] = x0[near] + 9.0, y0[near] - 4.0
    return PathRequests(
        x0=x0,
        y0=y0,
        x1=x1,
        y1=y1,
        width_px=rng.choice([0.0, 20.0, 90.0], n),
        duration_s=duration_s,
        aimed=np.arange(n) % 5 > 0,
        count=count,
        time_s=(share * np.repeat(duration_s, count)).astype(np.float32),
        keys=keys(7, "movement", range(n)),
    )


def _rows(requests: PathRequests, chosen: np.ndarray) -> PathRequests:
    parts = np.split(requests.time_s, np.cumsum(requests.count)[:-1])
    columns = {f.name: getattr(requests, f.name) for f in fields(requests) if f.name != "time_s"}
    return PathRequests(
        **{name: column[chosen] for name, column in columns.items()},
        time_s=np.concatenate([parts[row] for row in chosen]),
    )


def _movements(requests: PathRequests, paths: Paths) -> list[tuple[list[float], ...]]:
    ends = np.cumsum(requests.count)[:-1]
    columns = (np.split(column, ends) for column in (paths.x, paths.y, paths.stroke))
    return [tuple(c.tolist() for c in row) for row in zip(*columns, strict=True)]


def test_a_movement_depends_on_its_own_request_alone() -> None:
    requests = _requests()
    whole = _movements(requests, pointer_paths(HAND, requests))
    order = np.random.default_rng(3).permutation(N)
    for chosen in (order, order[:40], order[40:], order[:1]):
        part = _rows(requests, chosen)
        assert _movements(part, pointer_paths(HAND, part)) == [whole[row] for row in chosen]


def test_every_movement_goes_from_its_start_to_its_end() -> None:
    requests = _requests()
    paths = pointer_paths(HAND, requests)
    last = np.cumsum(requests.count) - 1
    first = last - requests.count + 1
    for axis, start, end in ((paths.x, "x0", "x1"), (paths.y, "y0", "y1")):
        assert axis[last] == pytest.approx(getattr(requests, end), abs=1e-3)
        learned = _learned(requests)
        assert axis[first][learned] == pytest.approx(getattr(requests, start)[learned], abs=1e-3)
    assert (paths.stroke_count >= 1).all()
    assert (paths.stroke < np.repeat(paths.stroke_count, requests.count)).all()


def _learned(requests: PathRequests) -> np.ndarray:
    distance = np.hypot(requests.x1 - requests.x0, requests.y1 - requests.y0)
    learned: np.ndarray = requests.aimed & (distance >= SHORTEST_PX)
    return learned


def test_short_ways_and_drifts_go_by_the_law() -> None:
    requests = _requests()
    made, law = (
        _movements(requests, model(HAND, requests)) for model in (pointer_paths, law_paths)
    )
    learned = _learned(requests)
    assert 0 < learned.sum() < N
    for one, other, drawn in zip(made, law, learned.tolist(), strict=True):
        assert (one == other) == (not drawn)


def test_another_person_moves_otherwise() -> None:
    requests = _requests()
    there = _movements(requests, pointer_paths(HAND, requests))
    other = _movements(requests, pointer_paths(replace(HAND, key=HAND.key ^ 1), requests))
    moved = np.array([one != two for one, two in zip(there, other, strict=True)])
    learned = _learned(requests)
    assert not moved[~learned].any()
    # The small network of this test does not always heed a person's traits.
    assert moved[learned].mean() > 0.5


def _reports(gaps_ms: list[int], steps: list[int]) -> Reports:
    t_us = np.cumsum([0, *gaps_ms]) * 1000
    x = np.cumsum([0, *steps]).astype(np.float32)
    return Reports(count=np.array([len(x)]), t_us=t_us, x=x, y=np.zeros_like(x))


def _at_ms(knots: _Knots, times_ms: list[float]) -> list[float]:
    time_s = (np.array(times_ms) * 1e-3).astype(np.float32)
    x, y, _ = _between(knots, np.array([len(time_s)]), time_s)
    assert not y.any()
    return [round(v, 3) for v in x.tolist()]


def test_a_rest_stays_a_rest() -> None:
    reports = _reports([16, 16, 200, 16, 16], [4, 3, 4, 3, 2])
    knots = _knots(reports, np.zeros(6, np.int8), PERIOD_US)
    assert knots.t_us.tolist() == [0, 16_000, 32_000, 216_000, 232_000, 248_000, 264_000]
    assert _at_ms(knots, [32, 60, 120, 200, 216, 232]) == [7.0, 7.0, 7.0, 7.0, 7.0, 11.0]


def test_a_late_frame_is_no_rest() -> None:
    reports = _reports([16, 16, 40, 16, 16], [30, 32, 80, 30, 20])
    knots = _knots(reports, np.zeros(6, np.int8), PERIOD_US)
    assert knots.t_us.tolist() == reports.t_us.tolist()
    # Half of the way at half of the time.
    assert _at_ms(knots, [52]) == [pytest.approx(102.0, abs=4.0)]


@settings(max_examples=80, deadline=None)
@given(
    movements=st.lists(
        st.lists(st.tuples(st.integers(0, 400), st.integers(-80, 80)), min_size=1, max_size=20),
        min_size=1,
        max_size=5,
    ),
    duration_us=st.integers(1_000, 3_000_000),
)
def test_nothing_goes_beyond_the_places_that_were_reported(
    movements: list[list[tuple[int, int]]], duration_us: int
) -> None:
    parts = [_reports(*map(list, zip(*movement, strict=True))) for movement in movements]
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    reports = Reports(*columns)
    n = len(parts)
    duration = np.full(n, duration_us)
    knots = _stretched(_knots(reports, np.zeros(len(reports.x), np.int8), PERIOD_US), duration)
    last = np.cumsum(knots.count) - 1
    assert (knots.t_us[last] == duration).all()
    samples = np.linspace(0, duration_us, 50)
    time_s = np.tile(samples * 1e-6, n).astype(np.float32)
    x, _, _ = _between(knots, np.full(n, len(samples)), time_s)
    for row, (low, high) in enumerate(pairwise([0, *(last + 1).tolist()])):
        assert (np.diff(knots.t_us[low:high]) > 0).all()
        assert knots.x[low:high].min() - 1e-3 <= x[row * 50 : row * 50 + 50].min()
        assert knots.x[low:high].max() + 1e-3 >= x[row * 50 : row * 50 + 50].max()
        assert x[row * 50 + 49] == pytest.approx(knots.x[high - 1], abs=1e-3)
