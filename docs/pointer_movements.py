"""Movements that the pictures of docs/models/pointer.md show: deskhand's, and others' on the same ways."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

import deskhand

Floats = NDArray[np.float64]
LEARNED, LAW, JERK = "learned", "law", "minimum jerk"
FRAME_S = 1 / 60

# Start, centre of the target, its size, in px: a page's worth of ways, invented.
WAYS = np.array(
    [
        [80, 560, 300, 130, 120, 32],
        [300, 130, 820, 180, 90, 40],
        [820, 180, 560, 420, 60, 24],
        [560, 420, 1010, 560, 140, 36],
        [1010, 560, 960, 300, 24, 24],
        [960, 300, 120, 260, 100, 60],
        [120, 260, 410, 600, 60, 28],
        [410, 600, 620, 60, 80, 30],
    ],
    np.float64,
)
# One button, to which the hand goes many times.
BUTTON = np.array([60, 190, 560, 90, 90, 28], np.float64)
TIMES = 14


class Movement(NamedTuple):
    """Reports of one movement, in seconds and px."""

    t_s: Floats
    x: Floats
    y: Floats


def with_ends(ways: Floats) -> Floats:
    """Return ways with invented end points in their boxes, the same for whoever goes them."""
    off = np.clip(0.2 * np.random.default_rng(7).standard_normal((len(ways), 2)), -0.4, 0.4)
    return np.hstack([ways, np.rint(ways[:, 2:4] + off * ways[:, 4:6])])


def requests_of(ways: Floats, people: Sequence[str]) -> dict[str, object]:
    """Return requests for ways from points into targets, to end points where they are given."""
    names = ("x0", "y0", "target_x", "target_y", "target_w", "target_h", "x1", "y1")
    return {"person": list(people), **dict(zip(names, ways.T, strict=False))}


ONCE, AGAIN = with_ends(WAYS), with_ends(np.tile(BUTTON, (TIMES, 1)))


def movements_of(table: pa.Table) -> list[Movement]:
    """Return the moves of a table of movements; presses are left out."""
    if "type" in table.column_names:
        table = table.filter(pc.equal(table["type"], "pointermove"))
    number, t_us, x, y = (table[name].to_numpy() for name in ("movement", "t_us", "x", "y"))
    cuts = np.flatnonzero(np.diff(number)) + 1
    columns = (np.split(column, cuts) for column in (t_us * 1e-6, x, y))
    return [Movement(*parts) for parts in zip(*columns, strict=True)]


def drawn(ways: Floats, people: Sequence[str], profile: str, tier: str) -> list[Movement]:
    """Return deskhand's movements along some ways."""
    table = deskhand.pointer_paths(
        requests_of(ways, people), profile=profile, seed=7, fidelity=tier
    )
    return movements_of(table)


def minimum_jerk(movements: Sequence[Movement]) -> list[Movement]:
    """Return the same ways and times by the smoothest curve (Flash & Hogan 1985)."""
    made = []
    for t_s, x, y in movements:
        t = np.append(np.arange(0.0, t_s[-1], FRAME_S), t_s[-1])
        share = t / t[-1]
        share = share**3 * (10.0 - 15.0 * share + 6.0 * share**2)
        made.append(Movement(t, x[0] + (x[-1] - x[0]) * share, y[0] + (y[-1] - y[0]) * share))
    return made


def peers_of(folder: Path | None) -> dict[str, list[Movement]]:
    """Return the peers' movements: one Parquet file a peer with movement, t_us, x, y."""
    files = sorted(folder.glob("*.parquet")) if folder else []
    return {path.stem: movements_of(pq.read_table(path)) for path in files}
