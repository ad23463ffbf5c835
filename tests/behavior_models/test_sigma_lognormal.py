"""Laws of pointer paths in continuous time, before any device sees them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from deskhand.behavior_models.hand_traits import draw_hand
from deskhand.behavior_models.motor_noise import draw_sines, noise_at
from deskhand.behavior_models.profile import load_profile
from deskhand.behavior_models.sigma_lognormal import PathRequests, Paths, pointer_paths
from deskhand.behavior_models.submovements import draw_strokes, stroke_numbers
from deskhand.keyed_draws import keys

HAND = draw_hand(load_profile("office"), np.random.default_rng(3))
PERIOD_S = 0.002


def _requests(
    x1: NDArray[np.float64],
    y1: NDArray[np.float64],
    duration_s: NDArray[np.float64],
    width_px: float,
    seed: int = 5,
) -> PathRequests:
    count = np.ceil(duration_s / PERIOD_S).astype(np.int64)
    first = np.cumsum(count) - count
    time_s = (np.arange(count.sum()) - np.repeat(first, count) + 1) * PERIOD_S
    return PathRequests(
        x0=np.full(len(x1), 900.0),
        y0=np.full(len(x1), 500.0),
        x1=x1,
        y1=y1,
        width_px=np.full(len(x1), width_px),
        duration_s=duration_s,
        aimed=np.ones(len(x1), np.bool_),
        count=count,
        time_s=np.minimum(time_s, np.repeat(duration_s, count)).astype(np.float32),
        keys=keys(seed, "movement", range(len(x1))),
    )


def _many(n: int, seed: int = 5) -> tuple[PathRequests, Paths]:
    rng = np.random.default_rng(seed)
    angle, distance = rng.uniform(0, 2 * np.pi, n), rng.uniform(200, 900, n)
    requests = _requests(
        900 + distance * np.cos(angle),
        500 + distance * np.sin(angle),
        rng.uniform(0.4, 0.9, n),
        0.0,
        seed,
    )
    return requests, pointer_paths(HAND, requests)


@settings(max_examples=50, deadline=None)
@given(
    ends=st.lists(
        st.tuples(st.floats(0, 1900), st.floats(0, 1000), st.floats(0.01, 3.0)),
        min_size=1,
        max_size=9,
    ),
    width_px=st.sampled_from([0.0, 5.0, 300.0]),
    seed=st.integers(0, 2**32),
)
def test_every_path_ends_in_its_end_point(
    ends: list[tuple[float, float, float]], width_px: float, seed: int
) -> None:
    x1, y1, duration_s = (np.array(column) for column in zip(*ends, strict=True))
    requests = _requests(x1, y1, duration_s, width_px, seed)
    paths = pointer_paths(HAND, requests)
    last = np.cumsum(requests.count) - 1
    assert paths.x[last] == pytest.approx(x1, abs=0.01)
    assert paths.y[last] == pytest.approx(y1, abs=0.01)
    assert np.isfinite(paths.x).all()
    assert ((paths.stroke_count >= 1) & (paths.stroke_count <= 5)).all()


def test_strokes_sum_to_the_movement_and_end_within_its_time() -> None:
    rng = np.random.default_rng(8)
    n = 2000
    distance, duration_s = rng.uniform(1, 1500, n), rng.uniform(0.02, 3.0, n)
    aimed = rng.random(n) < 0.9
    width = rng.choice([0.0, 20.0, 200.0], n)
    key = keys(8, "movement", range(n))
    strokes = draw_strokes(HAND.strokes, distance, width, duration_s, aimed, stroke_numbers(key))
    assert strokes.along.sum(axis=0) == pytest.approx(np.ones(n))
    assert strokes.across.sum(axis=0) == pytest.approx(np.zeros(n), abs=1e-9)
    assert np.all(strokes.end_s - strokes.start_s > 0)
    late = np.where(strokes.active, strokes.end_s - duration_s, 0.0)
    assert late.max() <= 1e-9
    assert np.all(strokes.along[~strokes.active] == 0)
    assert np.all(strokes.count[~aimed] == 1)


def test_paths_are_curved_and_detour_as_peoples_do() -> None:
    requests, paths = _many(1500)
    ratio, deviation, peak = [], [], []
    for last, n in zip(np.cumsum(requests.count), requests.count, strict=True):
        x, y = paths.x[last - n : last].astype(float), paths.y[last - n : last].astype(float)
        x, y = np.append(900.0, x[3::5]), np.append(500.0, y[3::5])
        step = np.hypot(np.diff(x), np.diff(y))
        dx, dy = x[-1] - x[0], y[-1] - y[0]
        chord = np.hypot(dx, dy)
        ratio.append(step.sum() / chord)
        deviation.append(np.abs((y - y[0]) * dx - (x - x[0]) * dy).max() / chord**2)
        peak.append(step.argmax() / len(step))
    # SapiMouse medians: path over chord 1.11, deviation over chord .10, time of the peak .29.
    assert 1.05 < np.median(ratio) < 1.20
    assert 0.06 < np.median(deviation) < 0.14
    assert 0.20 < np.median(peak) < 0.42


def test_the_same_stream_gives_the_same_bytes() -> None:
    first, second = _many(50)[1], _many(50)[1]
    assert first.x.tobytes() == second.x.tobytes()
    assert first.x.tobytes() != _many(50, seed=6)[1].x.tobytes()


def test_noise_has_the_traits_size_and_band() -> None:
    n, size, period_s = 4000, 500, 0.002
    sines = draw_sines(HAND.strokes, keys(1, "noise", range(n)))
    time_s = np.tile(np.arange(size, dtype=np.float32) * np.float32(period_s), n)
    drift, tremor_px = noise_at(sines, np.full(n, size), time_s)
    # 4,000 sums of four pairs of normal amplitudes: the deviation's own error is below 1 %.
    assert drift.std() == pytest.approx(1.0, rel=0.04)
    assert tremor_px.std() == pytest.approx(HAND.strokes.tremor_px / np.sqrt(2), rel=0.04)
    power = (np.abs(np.fft.rfft(tremor_px[0].reshape(n, size), axis=1)) ** 2).mean(axis=0)
    hz = np.fft.rfftfreq(size, period_s)
    inside = (hz > 9.5 - 2 * HAND.strokes.tremor_bandwidth_hz) & (hz < 9.5 + 7)
    assert power[inside].sum() > 0.8 * power.sum()


def test_drift_keeps_its_correlation_time() -> None:
    n, tau = 20_000, HAND.strokes.drift_tau_s
    sines = draw_sines(HAND.strokes, keys(2, "noise", range(n)))
    times = np.tile(np.array([0.0, tau], np.float32), n)
    (first, later), _ = (
        part.T for part in noise_at(sines, np.full(n, 2), times)[0].reshape(2, n, 2)
    )
    # exp(-1) of an unsmoothed process; smoothing adds some.
    assert 0.3 < np.corrcoef(first, later)[0, 1] < 0.55
