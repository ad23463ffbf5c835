"""Each view sees what it is meant to see, and not what it is meant to be blind to."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.signal import find_peaks

from deskhand.calibration.movements import Movements
from deskhand.evaluation.motion_grid import PEAK_HEIGHT, PEAK_RISE, moved_reports, velocity_peaks
from deskhand.evaluation.pointer_features import KINEMATIC, REPORTS, SHAPE, pointer_features
from deskhand.evaluation.random_kernels import kernel_features
from deskhand.evaluation.second_adversary import REPORT_FEATURES, report_features
from tests.evaluation.made_hands import hands

NAMES = (*SHAPE, *KINEMATIC, *REPORTS)
Floats = npt.NDArray[np.float64]


def feature(movements: Movements, name: str) -> Floats:
    found: Floats = pointer_features(movements)["raw"][:, NAMES.index(name)]
    return found


def with_repeats(movements: Movements) -> Movements:
    """Report every place twice, the second time 4 ms later."""
    return replace(
        movements,
        count=2 * movements.count,
        t_us=np.repeat(movements.t_us, 2) + np.tile([0, 4000], len(movements.t_us)),
        x=np.repeat(movements.x, 2),
        y=np.repeat(movements.y, 2),
    )


def test_views_hold_one_another() -> None:
    views = pointer_features(hands(1))
    shape, kinematic, raw = (views[name] for name in ("shape", "kinematic", "raw"))
    assert raw.shape[1] == len(NAMES)
    assert np.array_equal(raw[:, : len(SHAPE)], shape)
    assert np.array_equal(raw[:, : kinematic.shape[1]], kinematic)
    assert np.isfinite(raw).all()
    assert report_features(hands(1)).shape[1] == len(REPORT_FEATURES)


def test_the_shape_knows_no_time() -> None:
    movements = hands(2)
    slow = replace(movements, t_us=3 * movements.t_us)
    views, later = pointer_features(movements), pointer_features(slow)
    assert np.allclose(views["shape"], later["shape"])
    assert not np.allclose(views["kinematic"], later["kinematic"])


def test_the_hand_is_seen_without_the_recorders_habits() -> None:
    movements = hands(3)
    repeated = with_repeats(movements)
    views, other = pointer_features(movements), pointer_features(repeated)
    assert np.allclose(views["kinematic"], other["kinematic"])
    assert np.allclose(kernel_features(movements, seed=1), kernel_features(repeated, seed=1))
    assert feature(repeated, "still_reports").min() > 0.4
    assert feature(movements, "whole_px").min() == 1.0
    assert feature(hands(3, sub_pixel=True), "whole_px").max() < 1.0


def test_a_row_depends_on_its_movement_alone() -> None:
    movements = hands(4)
    chosen = np.array([40, 7, 250])
    for features in (
        lambda m: pointer_features(m)["raw"],
        lambda m: kernel_features(m, seed=1),
        report_features,
    ):
        assert np.allclose(
            features(movements)[chosen], features(movements.take(chosen)), equal_nan=True, atol=1e-5
        )


def test_known_movements_have_known_features() -> None:
    movements = hands(5, bow=0.0, sub_pixel=True)
    assert feature(movements, "path_ratio") == pytest.approx(1.0, abs=0.02)
    assert feature(movements, "peak_time").mean() == pytest.approx(0.5, abs=0.03)
    # A minimum-jerk movement peaks at 15/8 of its mean velocity; smoothing takes a little off.
    assert np.median(feature(movements, "peak_ratio")) == pytest.approx(1.875, abs=0.15)
    assert feature(movements, "peaks").mean() == pytest.approx(1.0, abs=0.1)
    assert feature(movements, "gap_50") == pytest.approx(16.0, abs=1.0)


def test_of_reports_at_one_time_the_last_is_kept() -> None:
    movements = Movements(
        person=np.zeros(1, np.int32),
        count=np.array([5]),
        t_us=np.array([0, 10, 10, 20, 30]),
        x=np.array([0.0, 1.0, 2.0, 2.2, 3.0]),
        y=np.zeros(5),
        dwell_us=np.zeros(1, np.int64),
        target=np.full((1, 4), np.nan),
    )
    kept = moved_reports(movements)
    assert kept.x.tolist() == [0.0, 2.0, 3.0]
    assert kept.t_us.tolist() == [0, 10, 30]


# No two are equal: which of two equal peaks counts is a matter of taste.
@given(arrays(np.int64, st.integers(3, 40), elements=st.integers(0, 40), unique=True))
def test_velocity_peaks_are_those_of_prominence(drawn: npt.NDArray[np.int64]) -> None:
    # Whole multiples of 1.7 never meet a threshold exactly, where rounding would decide.
    assert (100 * PEAK_HEIGHT, 100 * PEAK_RISE) == (10, 5)
    speed = np.append(1.7 * drawn, 100.0)
    edged = np.concatenate([[0.0], speed, [0.0]])
    expected, _ = find_peaks(edged, height=10, prominence=5)
    heights = np.sort(edged[expected])[::-1]
    count, second, apart = velocity_peaks(speed[np.newaxis])
    assert count[0] == len(expected)
    assert second[0] == pytest.approx(heights[1] / 100 if len(heights) > 1 else 0.0)
    assert (apart[0] > 0) == (len(expected) > 1)
