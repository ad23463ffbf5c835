"""Rows of the table of movements: reports, and the press and release that end each of them."""

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

MOVE, DOWN, UP = range(3)
TYPES = ("pointermove", "pointerdown", "pointerup")
SCHEMA = pa.schema(
    [
        pa.field("movement", pa.int32(), nullable=False),
        pa.field("person", pa.string(), nullable=False),
        pa.field("t_us", pa.int64(), nullable=False),
        pa.field("type", pa.string(), nullable=False),
        pa.field("x", pa.float64(), nullable=False),
        pa.field("y", pa.float64(), nullable=False),
        pa.field("stroke", pa.int8(), nullable=False),
    ],
    metadata={"synthetic": "true"},
)


class MadeReports(NamedTuple):
    """Reports of one block's movements, flat; ``stroke`` is the submovement under way."""

    count: NDArray[np.int64]  # type: ignore[assignment]  # shadows tuple.count, which nobody calls
    t_us: NDArray[np.int64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    stroke: NDArray[np.int8]


def path_rows(
    offset: int,
    person: NDArray[np.int64],
    names: list[str],
    end: NDArray[np.float64],
    moving: NDArray[np.intp],
    made: MadeReports,
    dwell_us: NDArray[np.int64],
    hold_us: NDArray[np.int64],
) -> pa.RecordBatch:
    """Return the rows of n movements, each with its press and release.

    Parameters
    ----------
    offset : int
        Number of the first movement.
    person : NDArray[np.int64], shape (n,)
        Place of each movement's person in ``names``.
    names : list of str
    end : NDArray[np.float64], shape (n, 2)
        Where the presses land, in px.
    moving : NDArray[np.intp], shape (m,)
        The movements that have reports; the others are a press alone.
    made : MadeReports
        Reports of those m movements.
    dwell_us, hold_us : NDArray[np.int64], shape (n,)
        From the last report to the press, and from press to release.

    Returns
    -------
    pyarrow.RecordBatch
        Of `SCHEMA`.
    """
    n = len(person)
    moves = np.zeros(n, np.int64)
    moves[moving] = made.count
    total = moves + 2
    up = np.cumsum(total) - 1
    down = up - 1
    rows = int(total.sum())
    # A press and a release repeat the movement's last report.
    source = np.arange(rows) - np.repeat(2 * np.arange(n), total)
    source[down] = source[up] = np.maximum(np.cumsum(moves) - 1, 0)
    t_us, stroke, x, y = (
        column.take(source) if len(column) else np.zeros(rows, column.dtype)
        for column in (made.t_us, made.stroke, made.x, made.y)
    )
    still = moves == 0
    # A press without a movement is the first report.
    t_us[down] = np.where(still, 0, t_us[down] + dwell_us)
    t_us[up] = t_us[down] + hold_us
    stroke[down[still]] = stroke[up[still]] = 0
    x[down], y[down] = x[up], y[up] = end.T
    letters = np.full(rows, len(TYPES[MOVE]), np.int32)
    letters[down], letters[up] = len(TYPES[DOWN]), len(TYPES[UP])
    press = pa.scalar(TYPES[DOWN] + TYPES[UP])
    types = pc.binary_join_element_wise(pc.binary_repeat(TYPES[MOVE], moves), press, "")
    who = pa.array(names).take(pa.array(person))
    name_letters = pc.binary_length(who).to_numpy()
    return pa.record_batch(
        [
            pa.array(np.repeat(np.arange(offset, offset + n, dtype=np.int32), total)),
            _cut(pc.binary_repeat(who, total), np.repeat(name_letters, total)),
            pa.array(t_us),
            _cut(types, letters),
            pa.array(x),
            pa.array(y),
            pa.array(stroke),
        ],
        schema=SCHEMA,
    )


def _cut(words: pa.StringArray, letters: NDArray[np.int32]) -> pa.StringArray:
    """Return the bytes of all words in a row, cut anew into words of so many bytes."""
    ends = np.zeros(len(letters) + 1, np.int32)
    np.cumsum(letters, out=ends[1:])
    return pa.StringArray.from_buffers(len(letters), pa.py_buffer(ends), words.buffers()[2])
