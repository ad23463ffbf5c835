"""Typists of known law: lognormal holds and spacings, a clock, memory, and an effect of the space."""

import numpy as np
import pyarrow as pa

from deskhand.evaluation.key_table import Keystrokes, typed_keys

TEXT = "the rain in the north stood over an open moor. "


def typists(
    seed: int,
    *,
    people: int = 20,
    first_person: int = 0,
    keys: int = 480,
    hold_ms: float = 95.0,
    spacing_ms: float = 180.0,
    memory: float = 0.0,
    grid_ms: float = 1.0,
    space: float = 1.0,
    known: bool = True,
) -> Keystrokes:
    """Return keystrokes of several people, one session each.

    ``memory`` is the lag-1 correlation of ln spacing, ``grid_ms`` the period of the clock, ``space``
    how many times the spacing to a space is that to other keys.
    """
    rng = np.random.default_rng(seed)
    shape = people, keys
    names = np.resize(list(TEXT), shape)
    white = rng.standard_normal(shape)
    residual = white.copy()
    for k in range(1, keys):
        residual[:, k] = memory * residual[:, k - 1] + np.sqrt(1 - memory**2) * white[:, k]
    pace, held = (0.15 * rng.standard_normal((people, 1)) for _ in range(2))
    spacing = spacing_ms * np.exp(pace + 0.4 * residual) * np.where(names == " ", space, 1.0)
    hold = hold_ms * np.exp(held + 0.25 * rng.standard_normal(shape))
    down = np.cumsum(spacing, axis=1)
    down, up = (grid_ms * np.floor(side / grid_ms) for side in (down, down + hold))
    user = np.repeat([f"p{first_person + k:03}" for k in range(people)], keys)
    columns = {"user": user, "session": user, "t_down_s": down.ravel() / 1e3}
    columns["t_up_s"] = up.ravel() / 1e3
    if known:
        columns["key"] = names.ravel()
    everyone = [f"p{k:03}" for k in range(first_person + people)]
    return typed_keys(pa.table(columns), everyone)
