"""Whose blocks are whose: the workers of a DataLoader on the ranks of a distributed run."""

import sys
from typing import NamedTuple

from deskhand.errors import DeskhandError


class Share(NamedTuple):
    """One process's share of the blocks: every ``of``-th, from ``number`` on."""

    number: int
    of: int


class Rank(NamedTuple):
    """One of the processes of a distributed run."""

    number: int
    world: int


def given_rank(rank: int | None, world: int | None) -> Rank | None:
    """Return the rank that was given, or None where none was.

    Raises
    ------
    DeskhandError
        When one of the two is missing, or the rank is not below the world.

    Examples
    --------
    >>> given_rank(1, 4)
    Rank(number=1, world=4)
    """
    if rank is None and world is None:
        return None
    if rank is None or world is None:
        raise DeskhandError(
            f"rank={rank!r} and world={world!r}: give both, or none to take those of "
            "torch.distributed."
        )
    if not 0 <= rank < world:
        raise DeskhandError(f"rank={rank!r}: must be from 0 to {world - 1}, below world={world!r}.")
    return Rank(rank, world)


def running_rank() -> Rank:
    """Return the rank that torch.distributed runs as, or the only one of one."""
    torch = sys.modules.get("torch")
    if torch is not None and torch.distributed.is_available():
        distributed = torch.distributed
        if distributed.is_initialized():
            return Rank(distributed.get_rank(), distributed.get_world_size())
    return Rank(0, 1)


def own_share(rank: Rank) -> Share:
    """Return the share of this process: its DataLoader worker's part of its rank's.

    Examples
    --------
    >>> own_share(Rank(1, 4))
    Share(number=1, of=4)
    """
    torch = sys.modules.get("torch")
    worker = None if torch is None else torch.utils.data.get_worker_info()
    if worker is None:
        return Share(rank.number, rank.world)
    return Share(rank.number * worker.num_workers + worker.id, rank.world * worker.num_workers)
