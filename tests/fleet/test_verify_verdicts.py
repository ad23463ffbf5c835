"""Of a wrong store exactly what was planted in it is said."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deskhand.fleet.description import EXAMPLE, described
from deskhand.fleet.identifiers import identifiers
from deskhand.fleet.plan import make_plan
from deskhand.fleet.plan_files import Plan
from deskhand.fleet.tables import Expected, Fault, Outcome
from deskhand.fleet.verify.verify import verify
from tests.fleet.planned_world import World, counts, events_of, judged, made_world, write_run
from tests.fleet.planted_wrongness import PLANTS, Planting, planted


@pytest.mark.parametrize("with_batches", [True, False])
@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.__name__)
def test_every_kind_of_wrongness_is_found_and_nothing_else(
    world: World, tmp_path: Path, plant: Callable[[Planting], None], with_batches: bool
) -> None:
    planting, stored, run = planted(world, tmp_path / "run", [plant] * 3, 5)
    if not with_batches:
        stored = stored.drop_columns(["batch_id"])
    assert counts(judged(world, run, stored)) == planting.must


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    plants=st.lists(st.sampled_from(PLANTS), max_size=12),
    seed=st.integers(0, 2**32),
    with_batches=st.booleans(),
)
def test_any_set_of_wrongness_is_found_exactly(
    world: World,
    tmp_path: Path,
    plants: list[Callable[[Planting], None]],
    seed: int,
    with_batches: bool,
) -> None:
    planting, stored, run = planted(world, tmp_path / "run", plants, seed)
    if not with_batches:
        stored = stored.drop_columns(["batch_id"])
    found = judged(world, run, stored)
    assert counts(found) == planting.must
    assert found.ok is not bool(plants)
    for one in found.found:
        assert 0 < len(one.examples) <= 5


def test_without_a_run_all_that_is_valid_must_be_there_once(world: World) -> None:
    accept = np.flatnonzero(world.batches["expected"] == Expected.ACCEPT)
    stored = events_of(world.plan, world.batches, accept)
    assert verify(world.plan.folder, [stored]).found == ()
    assert counts(verify(world.plan.folder, [stored.slice(2)])) == {"LOST": 2}
    twice = pa.concat_tables([stored, stored.slice(0, 5)])
    assert counts(verify(world.plan.folder, [twice])) == {"DUPLICATED": 5}


def test_an_empty_store_has_lost_everything(world: World, run: Path) -> None:
    found = judged(world, run, world.stored.slice(0, 0))
    assert counts(found) == {"LOST": found.events_ok}
    assert counts(verify(world.plan.folder, [], run=run)) == {"LOST": found.events_ok}


def test_faults_are_told_with_what_they_struck(world: World, run: Path) -> None:
    duplicates = (world.batches["faults"] & Fault.DUPLICATE) != 0
    certain = world.batches["expected"] == Expected.ACCEPT
    last = np.full(len(duplicates), -1)
    last[world.history["batch"]] = world.history["outcome"]
    batch = int(np.flatnonzero(duplicates & certain & (last == Outcome.OK))[0])
    kept = pa.array(world.batch != batch)
    (lost,) = judged(world, run, world.stored.filter(kept)).found
    assert lost.batches == 1
    assert lost.by_fault["DUPLICATE"] == lost.events == int((world.batch == batch).sum())
    assert lost.examples[0].batch_id == identifiers(world.plan.seed, "batch", batch)[0].decode()
    assert "DUPLICATE" in lost.examples[0].faults


def test_who_was_asked_to_come_later_was_not_refused(world: World, tmp_path: Path) -> None:
    sure = Planting(world, np.random.default_rng(4))
    batch = sure.batch(sure.surely_stored())
    of = sure.history["batch"] == batch
    stored = world.stored.filter(pa.array(world.batch != batch))
    for status, wrong in ((429, {}), (503, {}), (413, {"WRONGLY_REJECTED": len(sure.rows(batch))})):
        sure.history["outcome"][of], sure.history["status"][of] = int(Outcome.FAIL), status
        run = write_run(world, tmp_path / str(status), sure.history)
        assert counts(verify(world.plan.folder, [stored], run=run)) == wrong


def test_an_event_in_another_session_is_lost_there_and_made_up_here(
    world: World, run: Path
) -> None:
    sure = Planting(world, np.random.default_rng(6))
    row, other = (int(sure.rows(sure.batch(sure.surely_stored()))[0]) for _ in range(2))
    names = world.stored["session_id"].to_pylist()
    names[row] = names[other]
    stored = world.stored.set_column(2, "session_id", pa.array(names))
    assert counts(judged(world, run, stored)) == {"LOST": 1, "PHANTOM": 1}


def test_what_another_plan_sent_is_none_of_ours(world: World, run: Path, tmp_path: Path) -> None:
    other = described({**EXAMPLE, "seed": 8, "devices": 3})
    make_plan(other, tmp_path / "other")
    foreign = made_world(Plan.load(tmp_path / "other")).stored
    found = judged(world, run, pa.concat_tables([world.stored, foreign]))
    assert counts(found) == {"PHANTOM": foreign.num_rows}
