"""A short fit: it learns, its seed decides it, and what it returns is a policy that draws."""

from typing import Any

import numpy as np
import pytest

from deskhand.behavior_models.density_network import outputs
from deskhand.behavior_models.report_policy import (
    MOST_REPORTS,
    ReportPolicy,
    _standard,
    interval_edges_ms,
)
from deskhand.behavior_models.report_state import heading, interval_features, step_features
from deskhand.calibration import pytorch
from deskhand.calibration.movements import Movements
from deskhand.calibration.policy_rows import PolicyRows, conditions, policy_rows
from deskhand.calibration.policy_training import batch_of, train_policy
from deskhand.calibration.pytorch import torch_or_none
from deskhand.errors import DeskhandError
from deskhand.keyed_draws import keys
from tests.behavior_models.tiny_policy import first_states, tiny_policy

needs_torch = pytest.mark.skipif(
    torch_or_none() is None, reason='needs PyTorch: python -m pip install -e ".[test,fit]"'
)
N = 80
STEPS = 60


def _rows() -> PolicyRows:
    """Return the rows of movements that a tiny policy made."""
    first = first_states(N, seed=6)
    made = tiny_policy(2).draw(first, np.zeros(N), np.zeros(N), keys(5, "made", range(N)))
    movements = Movements(
        person=np.arange(N, dtype=np.int32),
        count=made.count,
        t_us=made.t_us,
        x=made.x.astype(np.float64),
        y=made.y.astype(np.float64),
        dwell_us=np.zeros(N, np.int64),
        target=np.full((N, 4), np.nan),
    )
    period_ms = first.gap_ms[0].astype(np.float64)
    return policy_rows(movements, conditions(movements), first.traits.astype(np.float64), period_ms)


ROWS, EDGES_MS = _rows(), interval_edges_ms(1000)


def _loss(policy: ReportPolicy) -> tuple[float, float]:
    """Return minus the mean log likelihood of intervals and of ends, in the policy's arithmetic."""
    state = ROWS.state
    inputs = _standard(interval_features(state), policy.interval_mean, policy.interval_sd)
    logits = outputs(policy.interval_layers, inputs).astype(np.float64)
    interval = batch_of(ROWS, EDGES_MS, np.random.default_rng(0)).interval
    log_total = np.logaddexp.reduce(logits, axis=0)
    features, _ = step_features(state, heading(state), ROWS.gap_ms)
    out = outputs(policy.step_layers, _standard(features, policy.step_mean, policy.step_sd))
    odds = out[0].astype(np.float64) * np.where(ROWS.ends, -1, 1)
    of_interval = (log_total - logits[interval, np.arange(len(ROWS))]).mean()
    return float(of_interval), float(np.logaddexp(0, odds).mean())


@needs_torch
def test_steps_lower_the_loss_of_the_network_that_runs() -> None:
    told: list[float] = []
    start = train_policy(ROWS, seed=1, clock_us=1000, steps=1)
    end = train_policy(ROWS, seed=1, clock_us=1000, steps=STEPS, progress=told.append)
    before, after = _loss(start), _loss(end)
    assert after[0] < before[0] - 0.3
    assert after[1] < before[1] - 0.1
    assert told == sorted(told)
    assert 0 < told[0] < told[-1] <= 1
    made = end.draw(first_states(20), np.zeros(20), np.zeros(20), keys(1, "new", range(20)))
    assert (made.count <= MOST_REPORTS).all()
    assert np.isfinite(made.x).all()


@needs_torch
def test_the_seed_decides_the_fit() -> None:
    import torch

    records: list[dict[str, Any]] = []
    for seed in (1, 1, 2):
        # What others drew or set before must not matter, and is left as it was.
        torch.manual_seed(len(records))
        threads = torch.get_num_threads()
        records.append(train_policy(ROWS, seed=seed, clock_us=1000, steps=5).record)
        assert torch.get_num_threads() == threads
    assert records[0] == records[1]
    assert records[0] != records[2]


def test_batches_hide_and_blur_but_keep_what_happened() -> None:
    batch = batch_of(ROWS, EDGES_MS, np.random.default_rng(3))
    assert np.isfinite(batch.interval_inputs).all()
    assert np.isfinite(batch.step_inputs).all()
    assert np.array_equal(batch.ends, ROWS.ends)
    # Intervals of whole ms up to 32 are classes of their own.
    short = ROWS.gap_ms <= 32
    assert np.array_equal(batch.interval[short], np.rint(ROWS.gap_ms[short]))
    other = batch_of(ROWS, EDGES_MS, np.random.default_rng(4))
    assert not np.array_equal(batch.interval_inputs, other.interval_inputs)
    assert np.array_equal(batch.interval, other.interval)


def test_without_pytorch_the_command_that_installs_it_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pytorch, "torch_or_none", lambda: None)
    with pytest.raises(DeskhandError, match=r"python -m pip install .deskhand\[fit\]"):
        train_policy(ROWS, seed=1, clock_us=1000)
