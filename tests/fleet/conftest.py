"""The world that the tests of verification share."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from deskhand.fleet.tables import Fault
from tests.fleet.planned_world import World, planned_world, write_run


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return planned_world(tmp_path_factory.mktemp("verify") / "plan", 60)


@pytest.fixture(scope="session")
def run(world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_run(world, tmp_path_factory.mktemp("run") / "run")


@pytest.fixture(scope="session")
def readable(world: World) -> pa.Table:
    """Return what is stored by services that keep text that is UTF-8 alone."""
    variants = world.plan.pool_columns["variant"][world.batches["pool_batch"]]
    odd = np.isin(variants, [int(Fault.NAN), int(Fault.BAD_UTF8), int(Fault.LONE_SURROGATE)])
    return world.stored.filter(pa.array(~odd[world.batch]))
