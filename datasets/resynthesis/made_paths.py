"""Paths that a performer makes, read at any share of their times."""

from typing import NamedTuple

import numpy as np
import pyarrow as pa

from deskhand.datasets.resynthesis.performer import Floats, Performer
from deskhand.datasets.resynthesis.session_rows import Rows


class MadePaths(NamedTuple):
    """Paths that were asked for, flat, with the times of their presses."""

    first: Rows
    reports: Rows
    t_us: Floats
    place: Floats
    duration_us: Floats
    dwell_us: Floats
    hold_us: Floats
    strokes: Rows

    @classmethod
    def of(cls, start: Floats, end: Floats, target: Floats, performer: Performer) -> "MadePaths":
        """Return the paths between points, shape (k, 2), into boxes, shape (k, 4), NaN where none."""
        if not len(start):
            none = np.empty(0)
            rows = np.empty(0, np.intp)
            return cls(rows, rows, none, np.empty((0, 2)), none, none, none, rows)
        columns = dict(zip(("x0", "y0", "x1", "y1"), (*start.T, *end.T), strict=True))
        boxes = dict(zip(("target_x", "target_y", "target_w", "target_h"), target.T, strict=True))
        made = performer.paths(
            pa.table(
                {
                    "person": pa.array(["one"] * len(start)),
                    **columns,
                    **{name: pa.array(box, from_pandas=True) for name, box in boxes.items()},
                }
            )
        )
        kind = np.array(made["type"].to_pylist())
        t_us, movement = (np.asarray(made[name]).astype(np.int64) for name in ("t_us", "movement"))
        place = np.stack([np.asarray(made[axis]) for axis in "xy"], axis=1)
        moves = kind == "pointermove"
        count = np.bincount(movement[moves], minlength=len(start))
        last = np.cumsum(count) - 1
        first = last - count + 1
        down_us, up_us = t_us[kind == "pointerdown"], t_us[kind == "pointerup"]
        some = count > 0
        ends_us = np.zeros(len(start))
        ends_us[some] = t_us[moves][last[some]]
        return cls(
            first,
            count,
            t_us[moves].astype(np.float64),
            place[moves],
            ends_us,
            down_us - ends_us,
            (up_us - down_us).astype(np.float64),
            np.asarray(made["stroke"]).astype(np.intp)[kind == "pointerdown"] + 1,
        )

    def at(self, row: Rows, share: Floats) -> Floats:
        """Return places at shares of the paths' times."""
        # Paths behind one another on one axis, each one long.
        owner = np.repeat(np.arange(len(self.reports)), self.reports)
        length = np.maximum(self.duration_us, 1.0)[owner]
        axis = 2.0 * owner + self.t_us / length
        wanted = 2.0 * row + share
        return np.stack([np.interp(wanted, axis, values) for values in self.place.T], axis=1)
