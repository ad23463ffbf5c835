"""Batches that were too large and went in halves are judged by their halves."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from deskhand.fleet.identifiers import identifiers
from deskhand.fleet.tables import PART_SHIFT, Outcome
from deskhand.fleet.verify.verdicts import Verdict
from deskhand.fleet.verify.verify import verify
from tests.fleet.planned_world import World, counts, write_run
from tests.fleet.planted_wrongness import Planting


def in_halves(world: World, outcomes: tuple[Outcome, Outcome], status: int) -> tuple[Any, int, int]:
    """Return a history in which one batch was too large and went in halves, the batch, and the cut."""
    sure = Planting(world, np.random.default_rng(1))
    batch = sure.batch(sure.surely_stored())
    history = {
        name: column[world.history["batch"] != batch] for name, column in world.history.items()
    }
    seq = world.stored["seq"].to_numpy()[world.batch == batch]
    cut = int(seq[len(seq) // 2])
    whole = (0, int(seq[0]), int(seq[-1]), 413, int(Outcome.FAIL))
    left = (1, int(seq[0]), cut - 1, 200 if outcomes[0] == Outcome.OK else status, int(outcomes[0]))
    right = (2, cut, int(seq[-1]), 200 if outcomes[1] == Outcome.OK else status, int(outcomes[1]))
    rows = np.array([whole, left, right])
    names = ("part", "first_seq", "last_seq", "status", "outcome")
    for name, column in history.items():
        more = (
            rows[:, names.index(name)] if name in names else np.full(3, batch * (name == "batch"))
        )
        history[name] = np.concatenate([column, more])
    return history, batch, cut


@pytest.mark.parametrize("with_batches", [True, False])
@pytest.mark.parametrize(
    ("second", "status", "stored_half", "verdict"),
    [
        (Outcome.OK, 200, True, None),
        (Outcome.OK, 200, False, Verdict.LOST),
        (Outcome.UNKNOWN, 0, True, None),
        (Outcome.UNKNOWN, 0, False, None),
        (Outcome.FAIL, 503, False, None),
        (Outcome.FAIL, 503, True, Verdict.PHANTOM),
        (Outcome.FAIL, 413, False, Verdict.WRONGLY_REJECTED),
    ],
)
def test_halves_are_judged_each_by_its_own_answer(
    world: World,
    tmp_path: Path,
    second: Outcome,
    status: int,
    stored_half: bool,
    verdict: Verdict | None,
    with_batches: bool,
) -> None:
    history, batch, cut = in_halves(world, (Outcome.OK, second), status)
    upper = (world.batch == batch) & (world.stored["seq"].to_numpy() >= cut)
    kept = ~upper if not stored_half else np.ones(len(upper), np.bool_)
    stored = world.stored.filter(pa.array(kept))
    if with_batches:
        # To the service a half is a batch of its own, whose number has its part's above.
        own = identifiers(world.plan.seed, "batch", batch | (2 << PART_SHIFT))[0].decode()
        names = np.where(upper[kept], own, np.array(stored["batch_id"].to_pylist()))
        stored = stored.set_column(1, "batch_id", pa.array(names.tolist()))
    else:
        stored = stored.drop_columns(["batch_id"])
    run = write_run(world, tmp_path / "run", history)
    found = verify(world.plan.folder, [stored], run=run)
    assert counts(found) == ({} if verdict is None else {str(verdict): int(upper.sum())})


@pytest.mark.parametrize("with_batches", [True, False])
def test_halves_that_are_both_gone_are_lost(
    world: World, tmp_path: Path, with_batches: bool
) -> None:
    history, batch, _ = in_halves(world, (Outcome.OK, Outcome.OK), 200)
    gone = world.batch == batch
    stored = world.stored.filter(pa.array(~gone))
    if not with_batches:
        stored = stored.drop_columns(["batch_id"])
    found = verify(world.plan.folder, [stored], run=write_run(world, tmp_path / "run", history))
    assert counts(found) == {"LOST": int(gone.sum())}
