"""Fleets in which every fault of a layer strikes, and how often it may."""

from typing import Any

import numpy as np
import orjson
from hypothesis import strategies as st

from deskhand.fleet.devices import make_devices
from deskhand.fleet.faults.clock import ClockFaults, device_clocks
from deskhand.fleet.faults.transport import TransportFaults, transported
from deskhand.fleet.target import PoolBatch

DAY_US = 86_400_000_000
# Statistical tests have fixed seeds; their bounds would be missed by one seed in a million.
SIGMAS = 4.9
SEEDS = st.integers(0, 2**64 - 1)


def assert_rate(hit: np.ndarray, rate: float) -> None:
    sigma = np.sqrt(rate * (1 - rate) * len(hit))
    assert abs(int(hit.sum()) - rate * len(hit)) <= SIGMAS * sigma


def names(devices: int, sessions: int, batches: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return device, session and position of batches, in this order."""
    grid = np.indices((devices, sessions, batches), np.int32).reshape(3, -1)
    return grid[0], grid[1], grid[2]


def clocks(faults: ClockFaults, seed: int, first: int, count: int) -> dict[str, np.ndarray]:
    devices = make_devices(seed, first, count, {"UTC": 1})
    return devices | device_clocks(faults, seed, devices["device"])


EVERY_CLOCK = ClockFaults(
    offset_share=0.3, drift_share=0.4, step_share=0.5, dst_share=0.6, reset_share=0.7
)


EVERY_TRANSPORT = TransportFaults(
    duplicate=0.1,
    reorder=0.2,
    truncate=0.05,
    corrupt_gzip=0.1,
    wrong_length=0.15,
    reset=0.2,
    slow=0.3,
)


def transport(
    faults: TransportFaults, seed: int, name: Any, unsent: np.ndarray | None = None
) -> Any:
    sent_us = name[2].astype(np.int64) * 1_000_000 + name[1].astype(np.int64) * DAY_US
    never = np.zeros(len(sent_us), bool) if unsent is None else unsent
    device, which, position = name
    return transported(faults, seed, device, which, position, sent_us, never), sent_us


def pool_batch(events: int) -> PoolBatch:
    records = [
        orjson.dumps(
            {
                "seq": i,
                "t_us": i * 10,
                "type": "input" if i % 2 else "pointermove",
                **({"value": "a", "delta_x": 0.5} if i % 2 else {"screen_x": 1.5}),
                "masked": False,
            }
        )
        for i in range(events)
    ]
    return PoolBatch(3, records, np.arange(events, dtype=np.int32), np.arange(events) * 10)
