"""Blocks of pointer movements: drawn ways between points and targets, moved along by the motor models."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from deskhand.behavior_models.profile import Profile
from deskhand.datasets.loaders.draws import drawn_people, item_keys
from deskhand.datasets.loaders.sequences import Sequences
from deskhand.keyed_draws import Keys, normals, uniforms
from deskhand.pointer_motor import pointer_paths
from deskhand.pointer_rows import TYPES

SCREEN_PX = (1920, 1080)
# Starts and targets keep this far from the edges of the screen.
MARGIN_PX = 16
# Assumed: logs of median and spread of a way's length, and of a target's width and height; the
# spread covers buttons, fields and rows of the shipped pages.
WAY_LOG_PX, WAY_LOG_SD = np.log(300.0), 0.85
WIDTH_LOG_PX, WIDTH_LOG_SD = np.log(80.0), 0.75
HEIGHT_LOG_PX, HEIGHT_LOG_SD = np.log(28.0), 0.35
PERSON, X, Y, WAY, ANGLE, WIDTH, HEIGHT = range(7)


@dataclass(frozen=True, slots=True, kw_only=True)
class MovementBlocks:
    """Makes movements that end in a press, each of a person of the population.

    Parameters
    ----------
    seed : int
    people : range
        Numbers of the people.
    profile : str, pathlib.Path or Profile
    fidelity : str
        As `deskhand.pointer_paths` takes them.
    """

    seed: int
    people: range
    profile: "str | Path | Profile"
    fidelity: str
    size: int = 2048

    @property
    def names(self) -> Mapping[str, tuple[str, ...]]:
        """What the numbers of coded columns stand for."""
        return {"type": TYPES}

    def made(self, epoch: int, items: NDArray[np.int64]) -> Sequences:
        """Return some items of an epoch."""
        key = item_keys(self.seed, "movements", epoch, items)
        person = drawn_people(self.people, key, PERSON)
        ways = drawn_ways(key)
        asked = pa.table({"person": person.astype(str), **ways})
        paths = pointer_paths(asked, profile=self.profile, seed=self.seed, fidelity=self.fidelity)
        count = np.bincount(paths["movement"].to_numpy(), minlength=len(items)).astype(np.int64)
        last = np.cumsum(count) - 1
        kind = np.zeros(paths.num_rows, np.int8)
        kind[last - 1], kind[last] = 1, 2
        return Sequences(
            count=count,
            steps={
                "t_us": paths["t_us"].to_numpy(),
                "x": paths["x"].to_numpy().astype(np.float32),
                "y": paths["y"].to_numpy().astype(np.float32),
                "type": kind,
                "stroke": paths["stroke"].to_numpy(),
            },
            labels={
                "item": items,
                "person": person,
                "target": np.column_stack(
                    [ways[name] for name in ("target_x", "target_y", "target_w", "target_h")]
                ).astype(np.float32),
            },
        )


def drawn_ways(key: Keys) -> dict[str, NDArray[np.float64]]:
    """Return starts and targets on one screen, in whole px, as columns of `deskhand.pointer_paths`.

    Parameters
    ----------
    key : NDArray[np.uint64], shape (n,)
        One for each way.

    Examples
    --------
    >>> from deskhand.keyed_draws import keys
    >>> ways = drawn_ways(keys(7, "ways", range(1000)))
    >>> far_px = np.hypot(ways["target_x"] - ways["x0"], ways["target_y"] - ways["y0"])
    >>> bool(ways["x0"].min() >= 0), bool(200 < np.median(far_px) < 400)
    (True, True)
    """
    width, height = (
        np.rint(np.clip(np.exp(log_px + sd * normals(key, slot).astype(np.float64)), 12.0, most))
        for log_px, sd, slot, most in (
            (WIDTH_LOG_PX, WIDTH_LOG_SD, WIDTH, 600.0),
            (HEIGHT_LOG_PX, HEIGHT_LOG_SD, HEIGHT, 120.0),
        )
    )
    far = np.clip(np.exp(WAY_LOG_PX + WAY_LOG_SD * normals(key, WAY)), 20.0, 1500.0)
    angle = 2.0 * np.pi * uniforms(key, ANGLE)
    found: dict[str, NDArray[np.float64]] = {}
    for name, slot, side, extent, step in (
        ("x", X, SCREEN_PX[0], width, far * np.cos(angle)),
        ("y", Y, SCREEN_PX[1], height, far * np.sin(angle)),
    ):
        start = MARGIN_PX + uniforms(key, slot).astype(np.float64) * (side - 2 * MARGIN_PX)
        low, high = MARGIN_PX + 0.5 * extent, side - MARGIN_PX - 0.5 * extent
        # A way that would leave the screen is taken the other way, or to the edge.
        end = np.where((start + step < low) | (start + step > high), start - step, start + step)
        found[f"{name}0"] = np.rint(start)
        found[f"target_{name}"] = np.rint(np.clip(end, low, high))
    # A way is never so short that there is nothing to move along.
    near = np.hypot(found["target_x"] - found["x0"], found["target_y"] - found["y0"]) < 1.0
    found["target_x"] = np.where(near, found["target_x"] + MARGIN_PX, found["target_x"])
    found["target_w"], found["target_h"] = width, height
    return found
