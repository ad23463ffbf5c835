"""Traits of people's reports: population in, population out; statistics by hand."""

import numpy as np
import pytest
from scipy import stats

from deskhand.behavior_models.profile import Profile
from deskhand.behavior_models.report_state import TRAITS
from deskhand.behavior_models.report_traits import (
    JOINT,
    NAMES,
    PRIOR_MOVEMENTS,
    SECTION,
    TRAIT_LIMIT,
    draw_report_traits,
    fit_report_traits,
    person_statistics,
)
from deskhand.keyed_draws import keys

P = 1500
QUANTILES = [0.1, 0.25, 0.5, 0.75, 0.9]


def _population() -> np.ndarray:
    rng = np.random.default_rng(4)
    rate = rng.choice([1000, 125, 60], P, p=[0.1, 0.5, 0.4])
    mixing = np.diag([0.5, 0.6, 0.2, 0.4, 0.7, 0.6])
    mixing[[1, 2, 3, 3, 4, 5], [0, 1, 0, 2, 0, 4]] = [0.3, 0.05, 0.1, -0.1, -0.2, -0.4]
    middle = np.array([-4.0, -1.5, 0.0, 0.1, -4.4, -5.0])[:, np.newaxis]
    joint = mixing @ rng.normal(0, 1, (6, P)) + middle
    repeating = rng.random(P) < 0.3
    repeats = np.where(repeating, rng.normal(-3.5, 0.4, P), -7.0)
    return np.stack([np.log(1000 / rate) + rng.normal(0, 0.02, P), *joint, repeats])


PEOPLE = _population()
ENTRIES = fit_report_traits(PEOPLE, "made")
PROFILE = Profile(name="made", mode="derived", remark="", sections={SECTION: ENTRIES})
KEYS = keys(2, "who", range(4000))
DRAWN = draw_report_traits(PROFILE, KEYS)
MEAN, SD = (np.array(ENTRIES[name]["value"])[:, np.newaxis] for name in ("mean", "sd"))


def test_the_traits_are_those_of_the_state() -> None:
    assert len(NAMES) == TRAITS == len(DRAWN.scores)


def test_quantiles_and_correlations_of_people_come_back() -> None:
    found = DRAWN.scores * SD + MEAN
    away = np.quantile(found[JOINT], QUANTILES, axis=1) - np.quantile(
        PEOPLE[JOINT], QUANTILES, axis=1
    )
    # .12 standard deviations: about three standard errors of a quantile of 1500 people.
    assert np.abs(away / SD[JOINT, 0]).max() < 0.12
    assert np.corrcoef(found[JOINT]) == pytest.approx(np.corrcoef(PEOPLE[JOINT]), abs=0.08)


def test_display_rates_and_repeats_come_back_at_their_shares() -> None:
    for low, high, share in ((0.9, 1.1, 0.1), (7.0, 9.0, 0.5), (15.0, 18.0, 0.4)):
        period_ms = np.exp(PEOPLE[0])
        near = ((period_ms > low) & (period_ms < high)).sum()
        drawn = ((DRAWN.period_ms > low) & (DRAWN.period_ms < high)).sum()
        # Exact test of the drawn count against the fitted share; false alarm in 1 of 1000 seeds.
        assert stats.binomtest(int(drawn), len(KEYS), near / P).pvalue > 1e-3
        assert near / P == pytest.approx(share, abs=0.05)
    often = DRAWN.scores[7] * SD[7] + MEAN[7] > -5.0
    repeating = float((PEOPLE[7] > -5.0).mean())
    assert stats.binomtest(int(often.sum()), len(KEYS), repeating).pvalue > 1e-3


def test_scores_are_standardised_and_bounded() -> None:
    assert DRAWN.scores.mean(axis=1) == pytest.approx(np.zeros(TRAITS), abs=0.08)
    assert DRAWN.scores.std(axis=1) == pytest.approx(np.ones(TRAITS), abs=0.08)
    assert np.abs(DRAWN.scores).max() <= TRAIT_LIMIT


def test_a_person_depends_on_their_key_alone() -> None:
    order = np.random.default_rng(1).permutation(len(KEYS))
    for chosen in (order, order[:7], order[:1]):
        part = draw_report_traits(PROFILE, KEYS[chosen])
        assert part.period_ms.tobytes() == DRAWN.period_ms[chosen].tobytes()
        assert part.scores.tobytes() == np.ascontiguousarray(DRAWN.scores[:, chosen]).tobytes()


def test_a_population_of_one_kind_can_be_fitted() -> None:
    alike = np.tile(PEOPLE[:, :1], 20)
    entries = fit_report_traits(alike, "made")
    profile = Profile(name="alike", mode="derived", remark="", sections={SECTION: entries})
    drawn = draw_report_traits(profile, KEYS)
    assert np.isfinite(drawn.scores).all()
    assert np.abs(np.log(drawn.period_ms) - alike[0, 0]).max() < 0.1


def test_statistics_of_hand_made_movements() -> None:
    # Two movements a person: ann steady at 10 ms, bob with one late frame and one repeated place.
    step = np.array([0.0, 10, 10, 10, 10, 10])
    late = np.array([0.0, 10, 10, 0, 10, 20])
    ann_ms, bob_ms = np.array([0, 10, 10, 10, 10, 10]), np.array([0, 10, 10, 10, 40, 10])
    x = np.concatenate([np.cumsum(s) for s in (step, step, late, late)])
    t_us = np.concatenate([np.cumsum(s) for s in (ann_ms, ann_ms, bob_ms, bob_ms)]) * 1000
    who, count = np.array([0, 0, 1, 1]), np.full(4, 6)
    found = person_statistics(who, count, t_us, x, np.zeros(24), np.ones(4, np.bool_))
    # The first interval of a movement is not counted: four of each are left.
    assert found[0] == pytest.approx([np.log(10)] * 2)
    assert found[1] == pytest.approx(np.log([0.5 / 13, 2.5 / 13]))
    assert found[2] == pytest.approx(np.log([0.5 / 13, 2.5 / 13]))
    # Bob's late frame of 40 ms is no single missed one; nobody reports early.
    assert found[5:7] == pytest.approx(np.full((2, 2), np.log(0.5 / 13)))
    assert found[7] == pytest.approx(np.log([0.5 / 58, 2.5 / 58]))
    # All distances are equal, so tempo is the shrunk distance from the mean of ln time.
    gap = np.log(80 / 50) / 2
    assert found[3] == pytest.approx(np.array([-gap, gap]) * 2 / (2 + PRIOR_MOVEMENTS))
    assert found[4] == pytest.approx([0.0, 0.0], abs=1e-9)


def _rates(periods_ms: list[float], repeats: list[float]) -> tuple[dict[float, float], list[float]]:
    people = PEOPLE[:, : len(periods_ms)].copy()
    people[0], people[7] = np.log(periods_ms), repeats
    entries = fit_report_traits(people, "made")
    shares = {rate: share for rate, share, *_ in entries["classes"]["value"]}
    return shares, entries["repeats"]["value"]


@pytest.mark.parametrize(
    ("periods_ms", "shares"),
    [
        ([8.0] * 7 + [16.667] * 3, {125: 0.7, 60: 0.3}),
        # 144 Hz lies next to 125, 50 Hz next to 60.
        ([8.0] * 6 + [16.667] * 3 + [6.944], {125: 0.7, 60: 0.3}),
        ([8.0] * 6 + [16.667] * 2 + [20.0, 20.0], {125: 0.6, 50: 0.4}),
        ([8.0] * 8 + [1.0, 100.0], {125: 1.0}),
    ],
)
def test_a_rate_of_fewer_than_three_people_is_counted_with_the_nearest(
    periods_ms: list[float], shares: dict[float, float]
) -> None:
    found, _ = _rates(periods_ms, [-7.0] * 10)
    assert found == pytest.approx(shares)


@pytest.mark.parametrize(
    ("few", "share", "often"), [(2, 0.0, None), (3, 0.3, -3.0), (7, 0.7, -3.0), (8, 1.0, -3.8)]
)
def test_repeats_of_fewer_than_three_people_are_of_one_kind(
    few: int, share: float, often: float | None
) -> None:
    _, (found, never, mean, _) = _rates([8.0] * 10, [-3.0] * few + [-7.0] * (10 - few))
    assert found == pytest.approx(share)
    # Those eight are counted together with the two who do not repeat.
    assert often is None or mean == pytest.approx(often)
    assert share == 1.0 or never == pytest.approx(-7.0)
