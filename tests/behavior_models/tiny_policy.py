"""A policy with small random layers, and first states for it: fast, and as lawful as a fitted one."""

from typing import Any

import numpy as np

from deskhand.behavior_models.density_network import Layer
from deskhand.behavior_models.report_policy import INTERVALS, OUTPUTS, ReportPolicy
from deskhand.behavior_models.report_state import (
    TRAITS,
    ReportState,
    first_state,
    heading,
    interval_features,
    step_features,
)

WIDTH = 8
END_LOG_ODDS = -3.0


def tiny_policy(seed: int = 1, *, clock_us: int = 1000) -> ReportPolicy:
    """Return a policy whose movements have some twenty reports."""
    rng = np.random.default_rng(seed)
    state = first_states(500, seed=seed)
    way = heading(state)
    inputs, inner = interval_features(state, way), step_features(state, way, state.gap_ms[0])[0]

    def layer(outputs: int, inputs: int) -> Layer:
        weight = rng.normal(0, inputs**-0.5, (outputs, inputs)).astype(np.float32)
        return Layer.of(weight, rng.normal(0, 0.3, outputs).astype(np.float32))

    scales: dict[str, Any] = {
        f"{name}_{kind}": value[:, np.newaxis]
        for name, part in (("input", inputs), ("step", inner))
        for kind, value in (("mean", part.mean(axis=1)), ("sd", part.std(axis=1) + np.float32(1)))
    }
    return ReportPolicy(
        trunk=layer(WIDTH, len(inputs)),
        interval_hidden=layer(WIDTH, WIDTH),
        interval_out=layer(INTERVALS, WIDTH),
        step_hidden=layer(WIDTH, WIDTH + len(inner)),
        step_out=layer(OUTPUTS, WIDTH),
        clock_us=clock_us,
        step_spread=1.0,
        end_log_odds=END_LOG_ODDS,
        **scales,
    )


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
