"""Fitting the learned hand: the likelihood of recorded reports, maximised with PyTorch.

PyTorch is needed here alone; the fitted network runs in numpy.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from math import log, pi
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.density_network import LIMIT, STEP, Layer
from deskhand.behavior_models.report_policy import (
    COMPONENTS,
    CORRELATION_LIMIT,
    LOG_SPREAD,
    OUTPUTS,
    STEP_CLASSES,
    VERTICAL,
    ReportPolicy,
    interval_edges_ms,
    step_class,
)
from deskhand.behavior_models.report_state import (
    heading,
    interval_features,
    step_features,
    step_scores,
)
from deskhand.calibration.policy_rows import PolicyRows, mirrored
from deskhand.calibration.pytorch import torch_on_one_thread

Floats = NDArray[np.float32]

INTERVAL_HIDDEN, STEP_HIDDEN = (48, 48), (112, 112)
BATCH = 2048
LEARNING_RATE, WEIGHT_DECAY = 3e-3, 1e-4
# Passes over the data: as many as give each network the same number of steps, within bounds.
WANTED_STEPS, FEWEST_PASSES, MOST_PASSES = 8000, 16, 60
# Noise that keeps the network from taking hints for promises and people for themselves: on inputs,
# on the plan (ln time, ln detour, share of the peak), on the person's traits, and the share of
# movements whose known width is hidden.
INPUT_NOISE, PLAN_NOISE = 0.10, (0.10, 0.25, 0.06)
TRAIT_NOISE = np.array([0.1] + 7 * [0.4], np.float32)[:, np.newaxis]
HIDDEN_WIDTHS = 0.3
ROWS_FOR_SCALES = 50_000

Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What the network sees of some rows, and what it should say, shape (n, ...)."""

    interval_inputs: Floats
    step_inputs: Floats
    interval: NDArray[np.int64]
    kind: NDArray[np.int64]
    along: Floats
    aside: Floats
    ends: Floats


def batch_of(rows: PolicyRows, edges_ms: Floats, rng: np.random.Generator) -> Batch:
    """Return the inputs and outcomes of rows with fresh noise, mirrored at random."""
    n = len(rows)
    rows = mirrored(rows, np.where(rng.random(n) < 0.5, -1, 1).astype(np.float32))
    noise = (
        rng.standard_normal((3, n), np.float32) * np.array(PLAN_NOISE, np.float32)[:, np.newaxis]
    )
    s = rows.state
    shown = s.width_known * (rng.random(n) > HIDDEN_WIDTHS)
    state = replace(
        s,
        time_ms=s.time_ms * np.exp(noise[0]),
        log_detour=s.log_detour + noise[1],
        peak_share=s.peak_share + noise[2],
        traits=s.traits + TRAIT_NOISE * rng.standard_normal(s.traits.shape, np.float32),
        width_known=shown.astype(np.float32),
        log_width=(s.log_width * shown).astype(np.float32),
    )
    way = heading(state)
    features, reach_px = step_features(state, way, rows.gap_ms)
    # A whole pixel stands for the places that round to it.
    blur = rng.random((2, n), np.float32) - np.float32(0.5)
    along, aside = step_scores(
        way,
        reach_px,
        rows.step_x + np.where(rows.step_x != 0, blur[0], 0),
        rows.step_y + np.where(rows.step_y != 0, blur[1], 0),
    )
    interval = np.searchsorted(edges_ms, rows.gap_ms + 1e-3, side="right") - 1
    return Batch(
        interval_inputs=np.ascontiguousarray(interval_features(state).T),
        step_inputs=np.ascontiguousarray(features.T),
        interval=np.clip(interval, 0, len(edges_ms) - 2),
        kind=step_class(rows.step_x, rows.step_y),
        along=along,
        aside=aside,
        ends=rows.ends.astype(np.float32),
    )


def train_policy(
    rows: PolicyRows,
    *,
    seed: int,
    clock_us: int,
    steps: int | None = None,
    progress: Progress | None = None,
) -> ReportPolicy:
    """Return a policy fitted to reports.

    Parameters
    ----------
    rows : PolicyRows
    seed : int
        The same seed, versions and platform give the same policy.
    clock_us : int
        Grid of the recorder's clock.
    steps : int, optional
        Steps of the optimiser; as many as the rows bear unless given.
    progress : callable, optional
        Told the finished share now and then.

    Raises
    ------
    DeskhandError
        When PyTorch is not installed.
    """
    with torch_on_one_thread() as torch:
        rng = np.random.default_rng([seed, 1])
        return _trained(torch, rows, rng, seed, clock_us, steps, progress)


def _trained(
    torch: Any,
    rows: PolicyRows,
    rng: np.random.Generator,
    seed: int,
    clock_us: int,
    steps: int | None,
    progress: Progress | None,
) -> ReportPolicy:
    n, edges_ms = len(rows), interval_edges_ms(clock_us)
    some = rows.take(rng.choice(n, min(n, ROWS_FOR_SCALES), replace=False))
    sample = batch_of(some, edges_ms, rng)
    scales = {
        f"{name}_{kind}": value[:, np.newaxis]
        for name, part in (("interval", sample.interval_inputs), ("step", sample.step_inputs))
        for kind, value in (
            ("mean", part.mean(axis=0)),
            ("sd", part.std(axis=0) + np.float32(1e-2)),
        )
    }
    generator = torch.Generator().manual_seed(seed % 2**63)
    sizes = {
        "interval": (len(scales["interval_mean"]), *INTERVAL_HIDDEN, len(edges_ms) - 1),
        "step": (len(scales["step_mean"]), *STEP_HIDDEN, OUTPUTS),
    }
    net = _network(torch, sizes, generator)
    batch_size = min(BATCH, n)
    steps_a_pass = n // batch_size
    if steps is None:
        most, fewest = MOST_PASSES * steps_a_pass, FEWEST_PASSES * steps_a_pass
        steps = int(np.clip(WANTED_STEPS, fewest, most))
    adam = torch.optim.AdamW(net.parameters(), lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        adam, LEARNING_RATE, total_steps=steps + 1, pct_start=0.15
    )
    order = rng.permutation(n)
    for number in range(steps):
        part = number % steps_a_pass
        if not part:
            order = rng.permutation(n)
        chosen = order[part * batch_size : (part + 1) * batch_size]
        batch = batch_of(rows.take(chosen), edges_ms, rng)
        loss = _loss(torch, net, batch, scales, generator)
        adam.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        adam.step()
        schedule.step()
        if progress is not None and not number % 50:
            progress((number + 1) / steps)
    layers: dict[str, Any] = {
        f"{name}_layers": tuple(
            Layer.of(layer.weight.detach().numpy(), layer.bias.detach().numpy()) for layer in part
        )
        for name, part in net.items()
    }
    return ReportPolicy(clock_us=clock_us, step_spread=1.0, **scales, **layers)


def _network(torch: Any, sizes: Mapping[str, tuple[int, ...]], generator: Any) -> Any:
    net = torch.nn.ModuleDict(
        {
            name: torch.nn.ModuleList(torch.nn.Linear(*pair) for pair in pairwise(widths))
            for name, widths in sizes.items()
        }
    )
    for part in net.parameters():
        bound = part.shape[-1] ** -0.5 if part.dim() > 1 else 0.0
        torch.nn.init.uniform_(part, -bound, bound, generator=generator)
    return net


def _loss(torch: Any, net: Any, batch: Batch, scales: Any, generator: Any) -> Any:
    functional = torch.nn.functional

    def standard(values: Floats, name: str) -> Any:
        mean, sd = scales[f"{name}_mean"][:, 0], scales[f"{name}_sd"][:, 0]
        limit = LIMIT * STEP
        return torch.from_numpy(np.clip((values - mean) / sd, -limit, limit))

    def said(name: str, inputs: Floats) -> Any:
        values = standard(inputs, name)
        values = values + INPUT_NOISE * torch.randn(values.shape, generator=generator)
        *hidden, last = net[name]
        for layer in hidden:
            values = functional.hardswish(layer(values))
        return last(values)

    interval = said("interval", batch.interval_inputs)
    out = said("step", batch.step_inputs)
    ends, kind = torch.from_numpy(batch.ends), torch.from_numpy(batch.kind)
    goes_on = 1.0 - ends
    free = (kind >= VERTICAL).float() * goes_on
    interval_loss = functional.cross_entropy(
        interval, torch.from_numpy(batch.interval), reduction="none"
    )
    end_loss = functional.binary_cross_entropy_with_logits(out[:, 0], ends, reduction="none")
    cell_loss = functional.cross_entropy(out[:, 1 : 1 + STEP_CLASSES], kind, reduction="none")
    density = _log_density(torch, out[:, 1 + STEP_CLASSES :], batch)
    loss = interval_loss + 2.0 * end_loss + cell_loss * goes_on - density * free
    return loss.mean()


def _log_density(torch: Any, out: Any, batch: Batch) -> Any:
    weight, along, aside, log_along, log_aside, bend = out.split(COMPONENTS, dim=1)
    log_along, log_aside = log_along.clamp(*LOG_SPREAD), log_aside.clamp(*LOG_SPREAD)
    correlation = CORRELATION_LIMIT * torch.nn.functional.softsign(bend)
    a = (torch.from_numpy(batch.along)[:, None] - along) * torch.exp(-log_along)
    b = (torch.from_numpy(batch.aside)[:, None] - aside) * torch.exp(-log_aside)
    rest = 1.0 - correlation * correlation
    log_part = torch.log_softmax(weight, 1) - log_along - log_aside - 0.5 * torch.log(rest)
    log_part = log_part - 0.5 * (a * a - 2.0 * correlation * a * b + b * b) / rest
    return torch.logsumexp(log_part, 1) - log(2.0 * pi)
