"""Windows of movements as rows of numbers: people's, synthetic people's and bots', cut and measured alike."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from deskhand.calibration.movements import (
    FEWEST_REPORTS,
    LARGEST_GAP_US,
    LONGEST_US,
    SHORTEST_PX,
    SHORTEST_US,
    Movements,
)
from deskhand.datasets.bots.paths import bot_paths
from deskhand.datasets.loaders.movement_blocks import drawn_ways
from deskhand.evaluation.path_table import path_movements
from deskhand.evaluation.pointer_features import pointer_features
from deskhand.keyed_draws import keys
from deskhand.pointer_motor import pointer_paths

Floats = NDArray[np.float64]
WINDOW = 10
# Of each feature: its middle, its scatter and its tails over the window's movements.
TAILS = (0.1, 0.9)


class Windows:
    """w windows of movements of one person each.

    Parameters
    ----------
    rows : NDArray[np.float64], shape (w, k)
    person : NDArray[np.int32], shape (w,)
    """

    def __init__(self, rows: Floats, person: NDArray[np.int32]) -> None:
        self.rows, self.person = rows, person

    def __len__(self) -> int:
        return len(self.rows)

    def of(self, people: NDArray[np.integer]) -> "Windows":
        """Return those of some people."""
        chosen = np.isin(self.person, people)
        return Windows(self.rows[chosen], self.person[chosen])


def windows_of(movements: Movements, size: int = WINDOW) -> Windows:
    """Return windows of movements that follow one another, person by person.

    The features are those of shape and of kinematics on an even grid of 100 Hz: not of single
    reports, whose clock tells the recorder and not the hand.
    """
    features = pointer_features(movements)["kinematic"]
    order = np.argsort(movements.person, kind="stable")
    person = movements.person[order]
    held = np.bincount(person)
    start = np.repeat(np.cumsum(held) - held, held // size)
    place = np.arange(len(start)) - np.repeat(np.cumsum(held // size) - held // size, held // size)
    cut = features[order][(start + size * place)[:, np.newaxis] + np.arange(size)]
    rows = np.concatenate(
        [np.median(cut, axis=1), cut.std(axis=1), *np.quantile(cut, TAILS, axis=1)], axis=1
    )
    return Windows(rows, person[start + size * place])


def as_recorded(movements: Movements) -> Movements:
    """Return the movements that a recording would be cut into, by the same bounds."""
    gap_us = np.diff(movements.t_us, prepend=0)
    gap_us[movements.first] = 0
    ok = movements.count >= FEWEST_REPORTS
    ok &= (movements.duration_us >= SHORTEST_US) & (movements.duration_us <= LONGEST_US)
    ok &= movements.distance_px >= SHORTEST_PX
    ok &= np.maximum.reduceat(gap_us, movements.first) <= LARGEST_GAP_US
    return movements.take(ok)


def invented_requests(people: int, movements: int, seed: int) -> pa.Table:
    """Return ways between invented points, so many for each of so many people."""
    total = people * movements
    person = np.repeat(np.arange(people), movements).astype(str)
    return pa.table({"person": person, **drawn_ways(keys(seed, "bench.ways", range(total)))})


def synthetic_windows(
    requests: pa.Table, profile: str, fidelity: str, seed: int, size: int = WINDOW
) -> Windows:
    """Return windows of synthetic people's movements."""
    paths = pointer_paths(requests, profile=profile, seed=seed, fidelity=fidelity)
    return windows_of(as_recorded(path_movements(paths, _people(requests))[0]), size)


def bot_windows(
    requests: pa.Table, family: str, recorder: str, seed: int, size: int = WINDOW
) -> Windows:
    """Return windows of a family's movements, reported by a profile's recorders."""
    paths = bot_paths(requests, family=family, seed=seed, recorder=recorder)
    return windows_of(as_recorded(path_movements(paths, _people(requests))[0]), size)


def _people(requests: pa.Table) -> list[str]:
    return sorted(set(requests["person"].to_pylist()))
