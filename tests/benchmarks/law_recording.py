"""Recordings of pointer and keys for benchmarks, of people made by the law, as tidy tables."""

import numpy as np
import pyarrow as pa

from deskhand.keyboard_motor import time_keys
from deskhand.pointer_motor import pointer_paths


def pointer_table(people: int, movements: int) -> pa.Table:
    """Return a tidy table of people made by the law, each movement a second after the last."""
    rng = np.random.default_rng(5)
    n = people * movements
    person = np.repeat([f"p{k}" for k in range(people)], movements)
    ends = {name: rng.integers(50, 900, n) for name in ("x0", "y0", "x1", "y1")}
    paths = pointer_paths({"person": person, **ends}, profile="literature", seed=3, fidelity="law")
    movement, t_us = paths["movement"].to_numpy(), paths["t_us"].to_numpy()
    last_us = t_us[np.append(np.flatnonzero(np.diff(movement)), len(movement) - 1)] + 1_000_000
    start_us = np.cumsum(last_us) - last_us
    words = {"pointermove": "move", "pointerdown": "down", "pointerup": "up"}
    return pa.table(
        {
            "user": paths["person"],
            "t_s": (t_us + start_us[movement]) / 1e6,
            "event": [words[kind] for kind in paths["type"].to_pylist()],
            "x": paths["x"],
            "y": paths["y"],
        }
    )


def key_table(people: int, sessions: int, keys: int) -> pa.Table:
    """Return a tidy table of typists made by the law."""
    who = np.repeat(np.arange(people), sessions)
    timed = time_keys(
        [["?"] * keys] * len(who), person=[f"p{k:03}" for k in who], profile="literature", seed=3
    )
    return pa.table(
        {
            "user": timed["person"].cast(pa.string()),
            "session": timed["sequence"].cast(pa.string()),
            "t_down_s": timed["down_us"].to_numpy() / 1e6,
            "t_up_s": timed["up_us"].to_numpy() / 1e6,
            "key": timed["key"].cast(pa.string()),
        }
    )
