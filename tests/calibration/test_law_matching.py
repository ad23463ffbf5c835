"""The law is found again from movements of its own making."""

import numpy as np
import pytest

from deskhand.behavior_models.fitts import fit_movement_time
from deskhand.behavior_models.hand_traits import draw_hands
from deskhand.behavior_models.profile import Entries, Profile, entry, load_profile, parse_profile
from deskhand.calibration import law_matching
from deskhand.calibration.law_matching import fit_law
from deskhand.calibration.movements import Movements
from deskhand.calibration.simulated_moments import Moments, features
from deskhand.calibration.stroke_parameters import MATCHED, start_strokes
from deskhand.errors import DeskhandError
from deskhand.generators.pointer_reports import law_reports
from deskhand.generators.recorder import draw_recorders
from deskhand.keyed_draws import keys
from tests.generators.example_recorder import example_profile

RECORDER = parse_profile(example_profile(), "example").sections["recorder"]
OFFICE = load_profile("office").sections
# Unlike the values at which the search starts.
CHANGED = {"turn_scale_rad": 0.12, "primary_time_s": 0.12, "wander_share": 0.4, "tremor_px": 0.6}
PEOPLE, MOVEMENTS = 30, 1500


def _changed() -> Entries:
    return start_strokes() | {name: entry(value, "made up") for name, value in CHANGED.items()}


def _off(strokes: Entries) -> float:
    """Return how far movements under some strokes are from others under the changed ones."""
    recorded, made = _made(8), _made(9, strokes)
    rows = features(recorded.count, recorded.t_us, recorded.x, recorded.y)
    none = np.zeros(MOVEMENTS)
    moments = Moments.of(rows, recorded.distance_px, none)
    rows = features(made.count, made.t_us, made.x, made.y)
    residual = moments.residual(rows, made.distance_px, none)
    return float(residual @ residual)


def _made(seed: int, given: Entries | None = None) -> Movements:
    """Return movements under given or the changed strokes, two thirds at known targets."""
    strokes = _changed() if given is None else given
    sections = {"pointer": OFFICE["pointer"], "strokes": strokes, "recorder": RECORDER}
    profile = Profile(name="made", mode="published", remark="", sections=sections)
    rng = np.random.default_rng(seed)
    person = np.sort(rng.integers(0, PEOPLE, MOVEMENTS))
    who = keys(seed, "person", range(PEOPLE))
    angle, distance = rng.uniform(0, 2 * np.pi, MOVEMENTS), rng.uniform(60, 1000, MOVEMENTS)
    x1, y1 = np.rint(2000 + distance * np.cos(angle)), np.rint(2000 + distance * np.sin(angle))
    size = np.where(rng.random(MOVEMENTS) < 0.67, rng.uniform(15, 200, MOVEMENTS), np.nan)
    start = np.full(MOVEMENTS, 2000.0)
    bend = np.maximum(np.abs(np.cos(angle)), np.abs(np.sin(angle)))
    width_px = np.nan_to_num(size / bend)
    made = law_reports(
        draw_hands(profile, who).take(person),
        draw_recorders(profile, who).take(person),
        start,
        start,
        x1,
        y1,
        width_px,
        np.nan_to_num(size),
        keys(seed, "movement", range(MOVEMENTS)),
    )
    return Movements(
        person=person.astype(np.int32),
        count=made.count,
        t_us=made.t_us,
        x=made.x,
        y=made.y,
        dwell_us=np.zeros(MOVEMENTS, np.int64),
        target=np.column_stack([x1, y1, size, size]),
    )


def test_times_and_strokes_are_found_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(law_matching, "STAGES", ((0.0, 1.0, 700, 3),))
    movements = _made(3)
    found = fit_law(movements, recorder=RECORDER, seed=5, source="made up")
    pointer, known = found["pointer"], OFFICE["pointer"]
    for name in ("fitts_slope_s_per_bit", "movement_time_within_log_sd"):
        # 1,000 movements at targets leave about 6 % in the slope.
        assert pointer[name]["value"] == pytest.approx(known[name]["value"], rel=0.2)
    assert set(found["strokes"]) == set(OFFICE["strokes"])
    for name in ("turn_scale_rad", "tremor_px"):
        start, got = MATCHED[name].start, found["strokes"][name]["value"]
        assert abs(got - CHANGED[name]) < 0.85 * abs(start - CHANGED[name]), name
    # Other parameters make up for each other; what movements look like is found again.
    assert _off(found["strokes"]) < 0.5 * _off(start_strokes())


def test_the_same_seed_finds_the_same_law(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(law_matching, "STAGES", ((0.0, 1.0, 200, 1),))
    monkeypatch.setattr(law_matching, "COPIED", 3000)
    movements = _made(3)
    first, second = (
        fit_law(movements, recorder=RECORDER, seed=5, source="made up") for _ in range(2)
    )
    assert first == second


def test_moments_are_nearer_to_their_own_kind() -> None:
    first, second = _made(1), _made(2)
    rows = features(first.count, first.t_us, first.x, first.y)
    none = np.zeros(MOVEMENTS)
    moments = Moments.of(rows, first.distance_px, none)
    alike = features(second.count, second.t_us, second.x, second.y)
    other = features(second.count, 2 * second.t_us, second.x, second.y)
    near = moments.residual(alike, second.distance_px, none)
    far = moments.residual(other, second.distance_px, none)
    assert near @ near < 0.2 * (far @ far)


def test_movement_times_are_found_again_with_their_scatter() -> None:
    rng = np.random.default_rng(4)
    n = 20_000
    person = rng.integers(0, 80, n)
    width, distance = rng.uniform(10, 200, n), rng.uniform(30, 1200, n)
    tempo = rng.normal(0, 0.2, 80)[person]
    noise = tempo + rng.normal(0, 0.3, n) - 0.5 * (0.2**2 + 0.3**2)
    time_s = (0.3 + 0.15 * np.log2(distance / width + 1)) * np.exp(noise)
    found = fit_movement_time(person, distance, width, time_s, "made up")
    # 80 people: their spread is known to 8 %, their mean tempo and so the slope to 2 %.
    assert found["fitts_slope_s_per_bit"]["value"] == pytest.approx(0.15, rel=0.1)
    assert found["fitts_intercept_s"]["value"] == pytest.approx(0.3, rel=0.15)
    assert found["movement_time_within_log_sd"]["value"] == pytest.approx(0.3, rel=0.03)
    assert found["movement_time_between_log_sd"]["value"] == pytest.approx(0.2, rel=0.25)


def test_without_sizes_the_law_of_fitts_is_left_alone_and_one_distance_is_refused() -> None:
    rng = np.random.default_rng(5)
    distance, time_s = rng.uniform(30, 900, 50), rng.uniform(0.3, 0.9, 50)
    found = fit_movement_time(np.zeros(50, np.int64), distance, np.zeros(50), time_s, "x")
    assert "fitts_slope_s_per_bit" not in found
    assert found["movement_time_between_log_sd"]["value"] == 0.0
    with pytest.raises(DeskhandError, match="at least three movements"):
        fit_movement_time(np.zeros(9, np.int64), np.full(9, 5.0), np.zeros(9), np.ones(9), "x")
