"""Movements out of the table of made paths, in the form that recordings are cut into."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from deskhand.calibration.movements import Movements
from deskhand.calibration.recording import TARGET
from deskhand.errors import DeskhandError

COLUMNS = ("movement", "person", "t_us", "type", "x", "y")
# A straight movement is reported this often, to stand for people in examples.
FRAME_US = 16_667


def path_movements(paths: pa.Table, people: Sequence[str]) -> tuple[Movements, NDArray[np.int64]]:
    """Return made paths as movements, with how long each press was held.

    Parameters
    ----------
    paths : pyarrow.Table
        Columns ``movement``, ``person``, ``t_us``, ``type``, ``x`` and ``y``: reports of type
        ``pointermove``, then the press and its release.
    people : sequence of str
        Names; a movement's person is a place in it.

    Returns
    -------
    movements : Movements
        One for each number in ``movement`` that has at least two moves, in rising order; no
        targets.
    hold_us : NDArray[np.int64], shape (m,)
        From press to release; -1 where one of them is missing.

    Raises
    ------
    DeskhandError
        When a column is missing or a person is not among the people.

    Examples
    --------
    >>> paths = pa.table(
    ...     {
    ...         "movement": [0] * 5,
    ...         "person": ["ann"] * 5,
    ...         "t_us": [0, 16000, 33000, 90000, 170000],
    ...         "type": ["pointermove"] * 3 + ["pointerdown", "pointerup"],
    ...         "x": [0.0, 40.0, 60.0, 60.0, 60.0],
    ...         "y": [0.0] * 5,
    ...     }
    ... )
    >>> movements, hold_us = path_movements(paths, ["ann"])
    >>> movements.count.tolist(), movements.dwell_us.tolist(), hold_us.tolist()
    ([3], [57000], [80000])
    """
    missing = [name for name in COLUMNS if name not in paths.column_names]
    if missing:
        raise DeskhandError(
            f"columns {', '.join(missing)} are missing; a table of paths has {', '.join(COLUMNS)}."
        )
    movement = paths["movement"].to_numpy()
    order = np.argsort(movement, kind="stable")
    movement = movement[order]
    t_us = paths["t_us"].to_numpy()[order].astype(np.int64)
    kind = paths["type"].cast(pa.string())
    moving, down, up = (
        pc.equal(kind, name).to_numpy(zero_copy_only=False)[order]
        for name in ("pointermove", "pointerdown", "pointerup")
    )
    person = pc.index_in(paths["person"].cast(pa.string()), pa.array(list(people), pa.string()))
    if person.null_count:
        raise DeskhandError("column 'person' holds names that are not among the people given.")
    size = int(movement.max(initial=-1)) + 1
    count = np.bincount(movement[moving], minlength=size).astype(np.int64)
    keep = moving & (count >= 2)[movement]
    count = count[count >= 2]
    kept = np.unique(movement[keep])
    first = np.cumsum(count) - count
    last = first + count - 1
    time = t_us[keep]
    down_us, up_us = np.full(size, -1, np.int64), np.full(size, -1, np.int64)
    down_us[movement[down][::-1]] = t_us[down][::-1]
    up_us[movement[up]] = t_us[up]
    down_us, up_us = down_us[kept], up_us[kept]
    return (
        Movements(
            person=person.to_numpy()[order][keep][first].astype(np.int32),
            count=count,
            t_us=time - np.repeat(time[first], count),
            x=paths["x"].to_numpy()[order][keep].astype(np.float64),
            y=paths["y"].to_numpy()[order][keep].astype(np.float64),
            dwell_us=np.where(down_us < 0, 0, down_us - time[last]),
            target=np.full((len(count), 4), np.nan),
        ),
        np.where((down_us < 0) | (up_us < 0), -1, up_us - down_us),
    )


def movement_requests(movements: Movements) -> pa.Table:
    """Return requests for movements by as many people between the same points, into the targets.

    Parameters
    ----------
    movements : Movements
        m of them.

    Examples
    --------
    >>> movement_requests(straight_movements([(0, 0, 100, 50)])).to_pylist()
    [{'person': '0', 'x0': 0.0, 'y0': 0.0, 'x1': 100.0, 'y1': 50.0}]
    """
    known = (movements.target[:, 2:] > 0).all(1) & np.isfinite(movements.target).all(1)
    ends = {
        "x0": movements.x[movements.first],
        "y0": movements.y[movements.first],
        "x1": movements.x[movements.last],
        "y1": movements.y[movements.last],
    }
    targets = {
        name: pa.array(movements.target[:, k], mask=~known)
        for k, name in enumerate(TARGET if known.any() else ())
    }
    return pa.table({"person": movements.person.astype(str), **ends, **targets})


def straight_movements(points: Sequence[tuple[float, float, float, float]]) -> Movements:
    """Return straight movements at even speed, each of 20 reports, each by a person of its own.

    Parameters
    ----------
    points : sequence of (x0, y0, x1, y1)
        In px.
    """
    ends = np.asarray(points, np.float64)
    share = np.linspace(0.0, 1.0, 20)
    x, y = ((1 - share) * ends[:, [k]] + share * ends[:, [k + 2]] for k in (0, 1))
    return Movements(
        person=np.arange(len(ends), dtype=np.int32),
        count=np.full(len(ends), 20),
        t_us=np.tile(FRAME_US * np.arange(20), len(ends)),
        x=x.ravel(),
        y=y.ravel(),
        dwell_us=np.zeros(len(ends), np.int64),
        target=np.full((len(ends), 4), np.nan),
    )
