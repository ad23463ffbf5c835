"""Loaders under PyTorch's own DataLoader, in worker processes, and stopped in the middle."""

import pickle
from typing import Any

import numpy as np
import pytest

from deskhand.errors import DeskhandError
from deskhand.ml import SyntheticSessions, Window

INSTALL = 'needs python -m pip install -e ".[dev]"'
torch = pytest.importorskip("torch", reason=INSTALL)
from torch.utils.data import DataLoader, IterableDataset  # noqa: E402


def movements(**given: Any) -> SyntheticSessions:
    return SyntheticSessions("movements", seed=7, **({"items": 5_000, "people": 20} | given))


def items(loader: Any) -> list[int]:
    return [int(number) for batch in loader for number in batch["item"]]


def test_it_is_an_iterable_data_set() -> None:
    assert isinstance(movements(), IterableDataset)


@pytest.mark.parametrize("workers", [0, 2])
def test_ready_batches(workers: int) -> None:
    loader = DataLoader(movements(batch=64), batch_size=None, num_workers=workers)
    batches = list(loader)
    assert sorted(number for one in batches for number in one["item"].tolist()) == list(
        range(5_000)
    )
    assert batches[0]["x"].dtype is torch.float32
    assert batches[0]["mask"].shape == batches[0]["t_us"].shape
    plain = {int(one["item"][0]): one for one in movements(batch=64)}
    for one in batches:
        alone = plain[int(one["item"][0])]
        assert all(np.array_equal(one[name].numpy(), alone[name]) for name in alone)


@pytest.mark.parametrize("workers", [0, 2])
def test_windows_are_collated(workers: int) -> None:
    given: dict[str, Any] = {"items": 300, "window": Window(events=32, stride=32)}
    loader = DataLoader(
        SyntheticSessions("keystrokes", seed=7, **given), batch_size=50, num_workers=workers
    )
    batches = list(loader)
    assert batches[0]["hold_us"].shape == (50, 32)
    whole = list(SyntheticSessions("keystrokes", seed=7, **given))
    pairs = sorted(
        pair for one in batches for pair in torch.stack([one["item"], one["window"]], 1).tolist()
    )
    assert pairs == sorted([one["item"], one["window"]] for one in whole)


def test_a_worker_beyond_the_blocks_is_empty() -> None:
    loader = DataLoader(movements(items=100, batch=10), batch_size=None, num_workers=2)
    assert sorted(items(loader)) == list(range(100))


def test_ranks_with_workers_share_an_epoch() -> None:
    world = 2
    seen = []
    for rank in range(world):
        data = movements(items=9_000, batch=100, rank=rank, world=world)
        seen += items(DataLoader(data, batch_size=None, num_workers=2))
    assert sorted(seen) == list(range(9_000))


def test_the_rank_of_torch_distributed_is_taken(tmp_path: Any) -> None:
    distributed = torch.distributed
    if not distributed.is_available():
        pytest.skip("this build of PyTorch has no torch.distributed")
    distributed.init_process_group(
        "gloo", init_method=f"file://{tmp_path}/meet", rank=0, world_size=1
    )
    try:
        data = movements(items=50, batch=50)
        # A spawned worker has no process group; it gets the rank with the data set.
        sent = pickle.loads(pickle.dumps(data))
        assert sent._rank == (0, 1)
        assert items(data) == list(range(50))
    finally:
        distributed.destroy_process_group()


# It calls what this PyTorch asks it not to.
@pytest.mark.filterwarnings("ignore:'set_vital' is deprecated")
@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize("given", [{"batch": 64}, {"batch": 64, "window": Window(events=40)}])
def test_resumed_in_the_middle(workers: int, given: dict[str, Any]) -> None:
    loaders = pytest.importorskip("torchdata.stateful_dataloader", reason=INSTALL)

    def loader() -> Any:
        return loaders.StatefulDataLoader(movements(**given), batch_size=None, num_workers=workers)

    whole = items(loader())
    first = loader()
    begun = iter(first)
    taken = [int(number) for _ in range(37) for number in next(begun)["item"]]
    state = first.state_dict()
    del begun
    second = loader()
    second.load_state_dict(state)
    assert taken + items(second) == whole


def test_a_state_of_other_workers_is_refused() -> None:
    left = movements(batch=10)
    next(iter(left))
    data = movements(batch=10)
    data.load_state_dict(left.state_dict())
    with pytest.raises(DeskhandError, match="resume with as many workers"):
        list(DataLoader(data, batch_size=None, num_workers=2))
