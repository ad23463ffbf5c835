"""A second adversary, blind to the first one's features: single reports, gap sequences, the lattice.

It looks at movements as they were recorded, report by report: the first and the last reports, how
long gaps are and what follows what, which whole-px steps are made, and how often a step lies exactly
along an axis of the screen.
"""

import numpy as np
from numpy.typing import NDArray

from deskhand.calibration.movements import Movements
from deskhand.evaluation.motion_grid import Floats, heading_frame
from deskhand.evaluation.two_sample import TwoSample, two_sample_test

EDGE_STEPS = 8
# Gaps are sorted into these kinds (ms, upper edges), and counted; neighbours by the coarse kinds.
GAPS_MS = (0.5, 3, 6, 7, 8, 9, 11, 13, 14, 15, 16, 17, 18, 19, 21, 25, 31, 36, 47, 53, 70, 100, 200)
NEIGHBOURS_MS = (6.5, 9.5, 14.5, 15.5, 16.5, 17.5, 19.5, 31.5, 60.5)
LATTICE_PX = 2
# Steps are sorted by size (px, upper edges); the share along an axis is taken for each size.
SIZES_PX = (2.5, 8.5, 19.5, 49.5)


def report_features(movements: Movements) -> Floats:
    """Return what single reports give away.

    Parameters
    ----------
    movements : Movements
        m of them, as recorded or made: neither resampled nor rounded.

    Returns
    -------
    NDArray[np.float64], shape (m, k)
        Columns `REPORT_FEATURES`.

    Examples
    --------
    >>> from deskhand.evaluation.path_table import straight_movements
    >>> row = report_features(straight_movements([(0, 0, 760, 0)]))[0]
    >>> float(row[REPORT_FEATURES.index("axis_19.5")]), row.size == len(REPORT_FEATURES)
    (nan, True)
    >>> float(row[REPORT_FEATURES.index("axis_49.5")])
    1.0
    """
    m, count = len(movements), movements.count
    whose = np.repeat(np.arange(m), count)
    within = whose[1:] == whose[:-1]
    step_of = whose[1:][within]
    steps = count - 1
    gap_ms = 1e-3 * np.diff(movements.t_us)[within]
    dx, dy = (np.diff(axis)[within] for axis in (movements.x, movements.y))
    along, across, chord_px = heading_frame(movements)
    da, db = (np.diff(axis)[within] for axis in (along, across))
    size_px = np.hypot(dx, dy)
    first = np.cumsum(steps) - steps
    edge = np.arange(EDGE_STEPS)
    columns: list[Floats] = []
    for place in (first[:, np.newaxis] + edge, (first + steps - 1)[:, np.newaxis] - edge):
        known = (place >= first[:, np.newaxis]) & (place < (first + steps)[:, np.newaxis])
        at = np.clip(place, 0, len(step_of) - 1)
        columns += [np.where(known, values[at], np.nan) for values in (gap_ms, dx, dy, da, db)]
    per = np.maximum(steps, 1)[:, np.newaxis]
    kind = np.digitize(gap_ms, GAPS_MS)
    columns.append(_counts(step_of, kind, len(GAPS_MS) + 1, m) / per)
    wide = len(NEIGHBOURS_MS) + 1
    coarse = np.digitize(gap_ms, NEIGHBOURS_MS)
    follows = step_of[1:] == step_of[:-1]
    pair = (coarse[:-1] * wide + coarse[1:])[follows]
    columns.append(_counts(step_of[1:][follows], pair, wide * wide, m) / per)
    lattice = (np.abs(dx) <= LATTICE_PX) & (np.abs(dy) <= LATTICE_PX)
    side = 2 * LATTICE_PX + 1
    cell = (np.rint(dx) + LATTICE_PX) * side + np.rint(dy) + LATTICE_PX
    columns.append(_counts(step_of[lattice], cell[lattice].astype(np.int64), side**2, m) / per)
    size = np.digitize(size_px, SIZES_PX)
    in_size = _counts(step_of, size, len(SIZES_PX) + 1, m)
    for aligned in (np.minimum(np.abs(dx), np.abs(dy)) == 0, np.abs(dx) == np.abs(dy)):
        hit = _counts(step_of[aligned], size[aligned], len(SIZES_PX) + 1, m)
        columns.append(np.where(in_size > 0, hit / np.maximum(in_size, 1), np.nan))
    # Parts of one motion between whole pixels: fractions of a px, repeats of a step, small runs.
    repeats = follows & (np.diff(dx) == 0) & (np.diff(dy) == 0)
    small = size_px <= SIZES_PX[0]
    both_small = follows & small[1:] & small[:-1]
    slow = gap_ms > NEIGHBOURS_MS[-1]
    columns.append(
        np.column_stack(
            [
                np.bincount(step_of, (dx != np.rint(dx)) | (dy != np.rint(dy)), m) / per[:, 0],
                np.bincount(step_of[1:], repeats, m) / per[:, 0],
                np.bincount(step_of[1:], both_small, m) / per[:, 0],
                np.bincount(step_of, np.where(slow, size_px, 0.0), m) / per[:, 0],
                np.log(np.maximum(chord_px, 1.0)),
                steps,
            ]
        )
    )
    return np.hstack(columns)


REPORT_FEATURES = (
    *(
        f"{end}_{name}_{k}"
        for end in ("first", "last")
        for name in ("gap", "dx", "dy", "along", "across")
        for k in range(EDGE_STEPS)
    ),
    *(f"gap_below_{edge:g}" for edge in (*GAPS_MS, np.inf)),
    *(f"gaps_{a:g}_{b:g}" for a in (*NEIGHBOURS_MS, np.inf) for b in (*NEIGHBOURS_MS, np.inf)),
    *(
        f"step_{dx}_{dy}"
        for dx in range(-LATTICE_PX, LATTICE_PX + 1)
        for dy in range(-LATTICE_PX, LATTICE_PX + 1)
    ),
    *(f"{name}_{edge:g}" for name in ("axis", "diagonal") for edge in (*SIZES_PX, np.inf)),
    *("fractions", "repeated_steps", "small_runs", "step_after_gap", "log_chord", "steps"),
)


def second_adversary(real: Movements, made: Movements, *, seed: int) -> TwoSample:
    """Return how well the second adversary, trained afresh, tells movements apart.

    Parameters
    ----------
    real, made : Movements
        Both sides; see `deskhand.evaluation.two_sample.two_sample_test` for the people.
    seed : int
        Of folds and trees.
    """
    return two_sample_test(
        report_features(real),
        report_features(made),
        real.person,
        made.person,
        seed=seed,
    )


def _counts(
    row: NDArray[np.integer], column: NDArray[np.integer], columns: int, rows: int
) -> Floats:
    flat = np.bincount(row * columns + column, minlength=rows * columns)
    return flat.reshape(rows, columns).astype(np.float64)
