"""A policy with small random layers, first states and a population for it: fast, and as lawful as a fitted one."""

from dataclasses import replace
from typing import Any

import numpy as np

from deskhand.behavior_models.density_network import Layer
from deskhand.behavior_models.movement_plan import fit_movement_plan
from deskhand.behavior_models.profile import Profile, entry, load_profile
from deskhand.behavior_models.report_policy import OUTPUTS, ReportPolicy, interval_edges_ms
from deskhand.behavior_models.report_state import (
    TRAITS,
    ReportState,
    first_state,
    heading,
    interval_features,
    step_features,
)
from deskhand.behavior_models.report_traits import fit_report_traits
from tests.generators.example_recorder import example_profile

WIDTH = 8
END_LOG_ODDS = -3.0


def tiny_policy(seed: int = 1, *, clock_us: int = 1000) -> ReportPolicy:
    """Return a policy whose movements have some twenty reports."""
    rng = np.random.default_rng(seed)
    state = first_states(500, seed=seed)
    features = {
        "interval": interval_features(state),
        "step": step_features(state, heading(state), state.gap_ms[0])[0],
    }

    def layer(outputs: int, inputs: int) -> Layer:
        weight = rng.normal(0, inputs**-0.5, (outputs, inputs)).astype(np.float32)
        return Layer.of(weight, rng.normal(0, 0.3, outputs).astype(np.float32))

    scales: dict[str, Any] = {
        f"{name}_{kind}": value[:, np.newaxis]
        for name, part in features.items()
        for kind, value in (("mean", part.mean(axis=1)), ("sd", part.std(axis=1) + np.float32(1)))
    }
    classes = len(interval_edges_ms(clock_us)) - 1
    policy = ReportPolicy(
        interval_layers=(layer(WIDTH, len(features["interval"])), layer(classes, WIDTH)),
        step_layers=(layer(WIDTH, len(features["step"])), layer(OUTPUTS, WIDTH)),
        clock_us=clock_us,
        step_spread=1.0,
        **scales,
    )
    return ending(policy, END_LOG_ODDS)


def ending(policy: ReportPolicy, log_odds: float) -> ReportPolicy:
    """Return a policy whose log odds of ending are so much higher."""
    *hidden, last = policy.step_layers
    bias = last.bias.copy()
    bias[0] += log_odds
    return replace(policy, step_layers=(*hidden, replace(last, bias=bias)))


def first_states(n: int, seed: int = 1, *, whole: bool = True) -> ReportState:
    """Return the states of n movements at their first reports."""
    rng = np.random.default_rng([seed, n])

    def some(low: float, high: float) -> np.ndarray:
        return rng.uniform(low, high, n).astype(np.float32)

    rest = rng.uniform(-900, 900, (2, n)).astype(np.float32)
    known = rng.random(n) < 0.5
    return first_state(
        rest_x=np.rint(rest[0]) if whole else rest[0],
        rest_y=np.rint(rest[1]) if whole else rest[1],
        period_ms=some(4, 17),
        time_ms=some(150, 1500),
        log_detour=some(-5, 0),
        peak_share=some(0.1, 0.8),
        traits=rng.normal(0, 1, (TRAITS, n)).astype(np.float32),
        pressed=np.ones(n, np.float32),
        log_width=np.where(known, some(2, 5), 0).astype(np.float32),
        width_known=known.astype(np.float32),
    )


def tiny_population(seed: int = 1) -> Profile:
    """Return a population with both tiers: the law of the office, a small random network."""
    rng = np.random.default_rng(seed)
    n = 400
    parts = np.stack([rng.normal(6.3, 0.4, n), rng.normal(-2, 0.8, n), rng.uniform(0.1, 0.7, n)])
    tempo, detour = rng.normal(0, 1, (2, n))
    distance_px = rng.uniform(30, 1200, n)
    plan = fit_movement_plan(
        distance_px, np.zeros(n), np.zeros(n, np.bool_), tempo, detour, parts, "made"
    )
    middle = np.array([2.5, -4, -2, 0, 0, -4, -5, -6])
    people = rng.normal(0, 0.3, (TRAITS, 60)) + middle[:, np.newaxis]
    sections: dict[str, Any] = {
        **load_profile("office").sections,
        **example_profile()["sections"],
        "report_traits": fit_report_traits(people, "made"),
        "movement_plan": plan,
        "report_policy": {"network": entry(tiny_policy(seed).record, "made")},
    }
    return Profile(name="made", mode="derived", remark="for tests", sections=sections)
