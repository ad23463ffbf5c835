"""Plans: what is put into a fit comes out of a draw, row by row, by key alone."""

from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from deskhand.behavior_models.movement_plan import (
    SECTION,
    MovementPlan,
    draw_plans,
    fit_movement_plan,
)
from deskhand.behavior_models.profile import Profile, entry
from deskhand.keyed_draws import keys

Floats = NDArray[np.float64]
Given = tuple[Floats, Floats, NDArray[np.bool_], Floats, Floats]

N = 6000
QUANTILES = np.array([0.05, 0.25, 0.5, 0.75, 0.95])


def _conditions(seed: int, n: int = N) -> Given:
    rng = np.random.default_rng(seed)
    distance_px = np.exp(rng.normal(5.5, 0.8, n)) + 20
    known = rng.random(n) < 0.4
    log_width = np.where(known, rng.uniform(2, 5, n), 0.0)
    tempo, detour = rng.normal(0, 1, (2, n))
    return distance_px, log_width, known, tempo, detour


def _parts(given: Given, seed: int) -> np.ndarray:
    """Return parts by a law: Fitts where the width is known, distance alone where it is not."""
    distance_px, log_width, known, tempo, detour = given
    noise = np.random.default_rng(seed).normal(0, 1, (3, len(tempo)))
    bits = np.log2(distance_px / np.exp(log_width) + 1)
    log_time = np.where(known, 5.6 + 0.22 * bits, 4.9 + 0.25 * np.log(distance_px))
    log_time += 0.15 * tempo + 0.25 * noise[0]
    log_detour = -2.5 + 0.5 * detour + 0.4 * noise[0] + 0.6 * noise[1]
    return np.stack([log_time, log_detour, 0.35 + 0.1 * noise[2] - 0.05 * noise[0]])


GIVEN = _conditions(1)
ENTRIES = fit_movement_plan(*GIVEN, _parts(GIVEN, 2), "made")


def _profile(**changed: Any) -> Profile:
    return Profile(name="made", mode="derived", remark="", sections={SECTION: ENTRIES | changed})


def _chosen(given: Given, rows: NDArray[np.intp]) -> Given:
    distance_px, log_width, known, tempo, detour = given
    return distance_px[rows], log_width[rows], known[rows], tempo[rows], detour[rows]


def _drawn(profile: Profile, given: Given, purpose: str = "plan") -> np.ndarray:
    plan = draw_plans(profile, *given, keys(3, purpose, range(len(given[0]))))
    return np.stack([np.log(plan.time_ms), plan.log_detour, plan.peak_share])


# The hint's own scatter is left out where the law is compared.
BARE = _profile(scatter=entry([0.0, 0.0, 0.0], "made"))
OTHERS = _conditions(7)
FOUND = _drawn(BARE, OTHERS)


def test_quantiles_come_back() -> None:
    true = _parts(OTHERS, 8)
    away = np.quantile(FOUND, QUANTILES, axis=1) - np.quantile(true, QUANTILES, axis=1)
    # In standard deviations; the sampling error of a difference of such quantiles is about .04, the
    # rest is what a mixture of normals of normal scores misses of a law in bits.
    assert np.abs(away / true.std(axis=1)).max() < 0.18


def test_correlations_come_back() -> None:
    true = _parts(OTHERS, 8)
    conditions = np.stack([np.log(OTHERS[0]), *OTHERS[3:]])
    found, wanted = (np.corrcoef(np.concatenate([part, conditions])) for part in (FOUND, true))
    assert found == pytest.approx(wanted, abs=0.08)


@pytest.mark.parametrize("sized", [False, True])
def test_fitts_slope_comes_back(sized: bool) -> None:
    chosen = OTHERS[2] == sized
    bits = np.log2(OTHERS[0] / np.exp(OTHERS[1]) + 1)[chosen]
    true = stats.linregress(bits, _parts(OTHERS, 8)[0, chosen])
    found = stats.linregress(bits, FOUND[0, chosen])
    assert found.slope == pytest.approx(true.slope, rel=0.1)
    assert found.rvalue**2 == pytest.approx(true.rvalue**2, abs=0.08)


def test_scatter_adds_its_variance() -> None:
    added = _drawn(_profile(), OTHERS) - FOUND
    assert added.std(axis=1) == pytest.approx([0.1, 0.25, 0.06], rel=0.05)
    assert added.mean(axis=1) == pytest.approx([0, 0, 0], abs=0.02)


def test_the_time_correction_is_a_plane_in_distance_and_difficulty() -> None:
    correction = entry([[0.1, 0.01, 0.5], [-0.2, 0.03, -0.04]], "made")
    profile = _profile(time_correction=correction, scatter=entry([0.0, 0.0, 0.0], "made"))
    moved = _drawn(profile, OTHERS)[0] - FOUND[0]
    log_distance, bits = np.log(OTHERS[0]), np.log2(OTHERS[0] / np.exp(OTHERS[1]) + 1)
    sized = -0.2 + 0.03 * log_distance - 0.04 * bits
    plane = np.where(OTHERS[2], sized, 0.1 + 0.01 * log_distance)
    assert moved == pytest.approx(plane, abs=1e-4)


def test_a_plan_depends_on_its_own_row_alone() -> None:
    key = keys(3, "plan", range(N))
    whole = draw_plans(_profile(), *OTHERS, key)
    order = np.random.default_rng(1).permutation(N)
    for chosen in (
        order,
        order[:777],
        order[:1],
        order[OTHERS[2][order]],
        order[~OTHERS[2][order]],
    ):
        part = draw_plans(_profile(), *_chosen(OTHERS, chosen), key[chosen])
        for f in fields(MovementPlan):
            assert getattr(part, f.name).tobytes() == getattr(whole, f.name)[chosen].tobytes()


def test_plans_stay_within_bounds_for_any_distance() -> None:
    distance_px = np.array([0.01, 1.0, 20.0, 1e4, 1e6])
    n = len(distance_px)
    for known in (np.zeros(n, np.bool_), np.ones(n, np.bool_)):
        for trait in (-3.5, 3.5):
            same = np.full(n, trait)
            given = (distance_px, np.where(known, 0.7, 0.0), known, same, same)
            plan = draw_plans(_profile(), *given, keys(1, "far", range(n)))
            assert (plan.time_ms >= 59.9).all()
            assert (plan.time_ms <= 4000.1).all()
            assert np.isfinite(plan.log_detour).all()
            assert ((plan.peak_share > 0) & (plan.peak_share < 1)).all()


def test_few_known_widths_are_not_learned_by_heart() -> None:
    rare = np.zeros(N, np.bool_)
    rare[:100] = True
    entries = fit_movement_plan(
        GIVEN[0], np.where(rare, 3.0, 0.0), rare, GIVEN[3], GIVEN[4], _parts(GIVEN, 2), "made"
    )
    assert "mixture_sized" not in entries
    assert "mixture_sized" in ENTRIES
    profile = Profile(name="rare", mode="derived", remark="", sections={SECTION: entries})
    assert np.isfinite(_drawn(profile, OTHERS)).all()
