"""From rows of the answer key to what is unique about each batch on the wire."""

from collections.abc import Iterator, Mapping
from itertools import repeat
from typing import Any

import numpy as np
import numpy.typing as npt

from deskhand.fleet.identifiers import identifiers
from deskhand.fleet.target import Sent

Columns = Mapping[str, npt.NDArray[Any]]


def sent_batches(
    *,
    seed: int,
    run_id: str,
    start_unix_us: int,
    pool: Columns,
    sessions: Columns,
    batches: Columns,
) -> Iterator[Sent]:
    """Yield what is unique about batches, in their order.

    Parameters
    ----------
    seed, run_id, start_unix_us
        Of the plan.
    pool : mapping of str to ndarray
        Columns of the pool's batches, by their number.
    sessions : mapping of str to ndarray
        Columns of one shard's sessions, in order of their numbers.
    batches : mapping of str to ndarray
        Columns of batches of that shard, any number of them.

    Examples
    --------
    >>> one = {"events": np.array([3]), "first_seq": np.array([0]), "last_seq": np.array([2])}
    >>> zero = np.zeros(1, np.int64)
    >>> key = {name: zero for name in ("session", "alias", "device_start_us")}
    >>> rows = {name: zero for name in ("batch", "session", "device", "pool_batch", "position")}
    >>> (sent,) = sent_batches(
    ...     seed=7,
    ...     run_id="syn_0",
    ...     start_unix_us=5,
    ...     pool=one,
    ...     sessions=key,
    ...     batches=rows | {"device_us": zero + 9},
    ... )
    >>> sent.last_seq, sent.start_us, sent.device_us
    (2, 5, 14)
    """
    row = np.searchsorted(sessions["session"], batches["session"])
    of = batches["pool_batch"]
    columns = (
        _texts(identifiers(seed, "batch", batches["batch"])),
        _texts(identifiers(seed, "session", sessions["alias"][row])),
        _texts(identifiers(seed, "device", batches["device"])),
        batches["device"].tolist(),
        batches["position"].tolist(),
        pool["events"][of].tolist(),
        pool["first_seq"][of].tolist(),
        pool["last_seq"][of].tolist(),
        (start_unix_us + sessions["device_start_us"][row]).tolist(),
        (start_unix_us + batches["device_us"]).tolist(),
    )
    # Without a call of Python for each, as Sent's own constructor would be.
    return map(tuple.__new__, repeat(Sent), zip(repeat(run_id), *columns, strict=False))


def _texts(names: npt.NDArray[np.bytes_]) -> list[str]:
    texts: list[str] = names.astype(f"U{names.itemsize}").tolist()
    return texts
