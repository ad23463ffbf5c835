"""The plan of a movement before it starts: its time, its detour and when it will be fastest.

Fitts' law and its scatter in the form in which a policy can follow it: given distance, target width
(where known) and person, a joint draw from a mixture of normal distributions of normal scores. The
plan is a hint to the hand, not a promise: what the hand does scatters around it.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.density_network import drawn_class
from deskhand.behavior_models.profile import Entries, Profile, entry
from deskhand.behavior_models.quantile_table import (
    quantile_table,
    score_of_value,
    value_of_score,
)
from deskhand.keyed_draws import Keys, normals, uniforms

Floats = NDArray[np.float64]

SECTION = "movement_plan"
PARTS = ("log_time_ms", "log_detour", "peak_share")
# The marginal distributions are tabled at these normal scores.
SCORES = np.linspace(-2.6, 2.6, 53)
COMPONENTS = 8
ROUNDS = 60
# Keeps every component wider than a point.
RIDGE = 0.02
SLOT_COMPONENT, SLOT_PARTS, SLOT_SCATTER = 0, 1, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class MovementPlan:
    """Plans of n movements, shape (n,) each."""

    time_ms: NDArray[np.float32]
    log_detour: NDArray[np.float32]
    peak_share: NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mixture:
    """Conditions first, then `PARTS`; k components, d conditions."""

    weight: Floats
    mean: Floats
    covariance: Floats


def draw_plans(
    profile: Profile,
    distance_px: Floats,
    log_width: Floats,
    width_known: NDArray[np.bool_],
    tempo: Floats,
    detour: Floats,
    keys: Keys,
) -> MovementPlan:
    """Draw the plans of movements.

    Parameters
    ----------
    profile : Profile
        Its section ``movement_plan``.
    distance_px : NDArray[np.float64], shape (n,)
    log_width : NDArray[np.float64], shape (n,)
        ln of the target's extent along the path in px; read where ``width_known``.
    width_known : NDArray[np.bool_], shape (n,)
    tempo, detour : NDArray[np.float64], shape (n,)
        The person's standardised traits.
    keys : NDArray[np.uint64], shape (n,)
        One key a movement.
    """
    marginals, free, sized, scatter, correction = _plan_law(profile)
    log_distance = np.log(np.maximum(distance_px, 1.0))
    scores = _conditional(free, np.stack([log_distance, tempo, detour]), keys)
    if sized is not None and width_known.any():
        known = _conditional(sized, np.stack([log_distance, tempo, detour, log_width]), keys)
        scores = np.where(width_known, known, scores)
    log_time, log_detour, peak = (
        value_of_score(z, table, SCORES) + spread * normals(keys, SLOT_SCATTER + part)
        for part, (z, table, spread) in enumerate(zip(scores, marginals, scatter, strict=True))
    )
    shift, by_distance, by_bits = (
        np.where(width_known, sized, free) for free, sized in zip(*correction, strict=True)
    )
    bits = np.where(width_known, np.log2(distance_px / np.exp(log_width) + 1.0), 0.0)
    log_time = log_time + shift + by_distance * log_distance + by_bits * bits
    return MovementPlan(
        time_ms=np.exp(np.clip(log_time, np.log(60.0), np.log(4000.0))).astype(np.float32),
        log_detour=log_detour.astype(np.float32),
        peak_share=np.clip(peak, 0.01, 0.99).astype(np.float32),
    )


def fit_movement_plan(
    distance_px: Floats,
    log_width: Floats,
    width_known: NDArray[np.bool_],
    tempo: Floats,
    detour: Floats,
    parts: Floats,
    source: str,
) -> Entries:
    """Return the profile entries of observed movements; the inverse of `draw_plans`.

    Parameters
    ----------
    distance_px, log_width, width_known, tempo, detour
        As in `draw_plans`.
    parts : NDArray[np.float64], shape (3, n)
        What was observed of `PARTS`.
    source : str
        Where the movements come from.
    """
    tables = np.stack([quantile_table(part, SCORES) for part in parts])
    log_distance = np.log(distance_px)
    scores = [
        score_of_value(part, table, SCORES) for part, table in zip(parts, tables, strict=True)
    ]
    columns = np.stack([log_distance, tempo, detour, *scores], axis=1)
    mixtures = {"mixture": _fitted(columns)}
    # Targets of known size are rare in some data sets; too few would be learned by heart.
    if np.count_nonzero(width_known) >= 40 * COMPONENTS:
        sized = np.insert(columns, 3, log_width, axis=1)[width_known]
        mixtures["mixture_sized"] = _fitted(sized)
    entries = {
        "marginals": entry(
            [[float(f"{q:.5g}") for q in table] for table in tables.tolist()],
            f"{source}: quantiles of {', '.join(PARTS)} at {len(SCORES)} normal scores",
        ),
        "scatter": entry([0.1, 0.25, 0.06], "assumed: spread of the hint around what is done"),
        "time_correction": entry(
            [[0.0, 0.0, 0.0], [0.0, 0.0, 0.0]],
            "none; shift of ln time and its slopes by ln distance and by Fitts' index of difficulty, "
            "without and with a known width",
        ),
    }
    for name, mixture in mixtures.items():
        record = {
            part: np.vectorize(lambda v: float(f"{v:.4g}"))(getattr(mixture, part)).tolist()
            for part in ("weight", "mean", "covariance")
        }
        conditions = "ln distance, tempo, detour" + (", ln width" if "sized" in name else "")
        entries[name] = entry(
            record,
            f"{source}: mixture of {COMPONENTS} normals of {conditions} and the normal scores",
        )
    return entries


def _plan_law(profile: Profile) -> tuple[Any, _Mixture, _Mixture | None, list[float], Any]:
    section = profile.sections[SECTION]
    marginals = np.array(profile[SECTION, "marginals"])
    scatter = profile[SECTION, "scatter"]
    correction = profile[SECTION, "time_correction"]
    sized = _mixture(section["mixture_sized"]["value"]) if "mixture_sized" in section else None
    return marginals, _mixture(section["mixture"]["value"]), sized, scatter, correction


def _mixture(record: dict[str, Any]) -> _Mixture:
    return _Mixture(**{name: np.array(value) for name, value in record.items()})


def _conditional(mixture: _Mixture, given: Floats, keys: Keys) -> Floats:
    """Return draws of the parts given the conditions, shape (3, n).

    Sums run over components and conditions one after the other, never through a matrix product, so
    that a movement's plan does not depend on how many are drawn.
    """
    d = len(given)
    k, size = len(mixture.weight), mixture.mean.shape[1]
    logits = np.empty((k, given.shape[1]), np.float32)
    means, roots = [], []
    for number in range(k):
        mean, cov = mixture.mean[number], mixture.covariance[number]
        root = np.linalg.cholesky(cov[:d, :d])
        away = [row - middle for row, middle in zip(given, mean[:d].tolist(), strict=True)]
        whitened: list[Floats] = []
        for i in range(d):
            left = away[i].copy()
            for j in range(i):
                left -= root[i, j] * whitened[j]
            whitened.append(left / root[i, i])
        far = sum(row * row for row in whitened)
        constant = np.log(mixture.weight[number]) - np.log(np.diag(root)).sum()
        logits[number] = constant - 0.5 * far
        gain = np.linalg.solve(cov[:d, :d], cov[:d, d:]).T
        means.append(
            [mean[d + i] + sum(gain[i, j] * away[j] for j in range(d)) for i in range(size - d)]
        )
        roots.append(np.linalg.cholesky(cov[d:, d:] - gain @ cov[:d, d:]))
    chosen = drawn_class(logits, uniforms(keys, SLOT_COMPONENT))
    place = np.arange(given.shape[1])
    root_of = np.stack(roots)[chosen]
    z = [normals(keys, SLOT_PARTS + i) for i in range(size - d)]
    return np.stack(
        [
            np.stack([component[i] for component in means])[chosen, place]
            + sum(root_of[:, i, j] * z[j] for j in range(i + 1))
            for i in range(size - d)
        ]
    )


def _fitted(columns: Floats) -> _Mixture:
    """Return a mixture fitted by expectation and maximisation from fixed starting points."""
    n, d = columns.shape
    # Start along the first condition, distance, where the components differ most.
    order = np.argsort(columns[:, 0], kind="stable")
    mean = np.stack([columns[part].mean(axis=0) for part in np.array_split(order, COMPONENTS)])
    covariance = np.tile(np.cov(columns.T) + RIDGE * np.eye(d), (COMPONENTS, 1, 1))
    weight = np.full(COMPONENTS, 1.0 / COMPONENTS)
    for _ in range(ROUNDS):
        log_part = np.empty((n, COMPONENTS))
        for number in range(COMPONENTS):
            root = np.linalg.cholesky(covariance[number])
            white = np.linalg.solve(root, (columns - mean[number]).T)
            constant = np.log(weight[number]) - np.log(np.diag(root)).sum()
            log_part[:, number] = constant - 0.5 * (white * white).sum(axis=0)
        share = np.exp(log_part - log_part.max(axis=1, keepdims=True))
        share /= share.sum(axis=1, keepdims=True)
        total = share.sum(axis=0) + 1e-6
        weight = total / total.sum()
        for number in range(COMPONENTS):
            mean[number] = share[:, number] @ columns / total[number]
            away = columns - mean[number]
            scatter = (share[:, number, np.newaxis] * away).T @ away / total[number]
            covariance[number] = scatter + RIDGE * np.eye(d)
    return _Mixture(weight=weight, mean=mean, covariance=covariance)
