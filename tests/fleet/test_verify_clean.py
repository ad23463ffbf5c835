"""Nothing is said of a store that is right."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from deskhand.fleet.tables import Expected, Fault, Outcome
from deskhand.fleet.verify.verify import verify
from tests.fleet.planned_world import LAYOUT, World, judged, planned_world, write_run


def test_the_world_holds_every_case(world: World) -> None:
    assert set(world.batches["expected"]) == set(map(int, Expected))
    assert set(world.history["outcome"]) == set(map(int, Outcome))
    faults = np.bitwise_or.reduce(world.batches["faults"])
    for fault in (Fault.MERGED, Fault.REUSED_ID, Fault.SPLIT, Fault.BAD_UTF8, Fault.MISSING_END):
        assert faults & fault


@pytest.mark.parametrize("with_batches", [True, False])
@pytest.mark.parametrize("blocks", [1, 7])
def test_nothing_is_said_of_a_clean_store(
    world: World, run: Path, with_batches: bool, blocks: int
) -> None:
    stored = world.stored if with_batches else world.stored.drop_columns(["batch_id"])
    cut = np.linspace(0, stored.num_rows, blocks + 1).astype(int)
    tables = [stored.slice(a, b - a) for a, b in pairwise(cut)]
    found = verify(world.plan.folder, tables, run=run, layout=LAYOUT, late_s=10)
    assert found.found == ()
    assert found.within_bounds
    assert found.stored == stored.num_rows
    assert found.events_unknown > 0
    assert found.by_batch is with_batches
    assert bool(found.notes) is not with_batches


def test_nothing_is_said_of_two_thousand_sessions(tmp_path: Path) -> None:
    world = planned_world(tmp_path / "plan", 1300)
    assert world.plan.record["sessions"] > 2000
    found = judged(world, write_run(world, tmp_path / "run"), world.stored)
    assert found.found == ()
    # Most are told to be right by their sums alone.
    assert found.groups_looked_into < found.groups / 20


def test_an_answer_that_came_late_is_not_held_against_the_store(
    world: World, tmp_path: Path
) -> None:
    """An attempt that nobody answered may have come through as late as the last one ended."""
    history = {name: column.copy() for name, column in world.history.items()}
    unknown = np.unique(history["batch"][history["outcome"] == Outcome.UNKNOWN])
    last = history["done_us"].copy()
    early = {name: column[np.isin(history["batch"], unknown)] for name, column in history.items()}
    early["done_us"] = np.zeros(len(early["batch"]), np.int64)
    early["outcome"] = np.full(len(early["batch"]), int(Outcome.UNKNOWN))
    joined = {name: np.concatenate([early[name], column]) for name, column in history.items()}
    assert last.min() >= 0
    found = judged(world, write_run(world, tmp_path / "run", joined), world.stored, late_s=1.5)
    assert found.found == ()
