"""Ways for other tools to go: those of recorded movements, or any rows of points."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from peers.environment import PEERS, PeerError, drawn, install

from deskhand.calibration.movements import Movements
from deskhand.errors import DeskhandError
from deskhand.evaluation.pointer_laws import fitts_line

Floats = NDArray[np.float64]


def ways_of(movements: Movements) -> Floats:
    """Return start, end and the target's smaller side, 0 where not known, shape (m, 5)."""
    ends = movements.x, movements.y
    columns = [axis[place] for place in (movements.first, movements.last) for axis in ends]
    return np.column_stack([*columns, np.nan_to_num(movements.target[:, 2:].min(1))])


def given_s(ways: Floats, fitted: Movements) -> Floats:
    """Return movement times by Fitts' law on distance, as the people fitted on keep it."""
    times_s = 1e-6 * fitted.duration_us
    intercept, slope, _, _ = fitts_line(np.log2(fitted.distance_px + 1.0), times_s)
    distance_px = np.hypot(ways[:, 2] - ways[:, 0], ways[:, 3] - ways[:, 1])
    law_s: Floats = intercept + slope * np.log2(distance_px + 1.0)
    return law_s


def write_paths(out: Path, folder: Path, rows: Path, fitted: Movements) -> None:
    """Write a Parquet table (movement, t_us, x, y) of each tool's paths along some ways.

    Parameters
    ----------
    out : pathlib.Path
        Folder of the tables.
    folder : pathlib.Path
        Where the tools are installed.
    rows : pathlib.Path
        JSON: rows of x0, y0, x1, y1 and the target's width (0 is not known), in px.
    fitted : Movements
        Of people whose Fitts' law times the tools that have no times.
    """
    try:
        ways = np.array(json.loads(rows.read_text()), np.float64).reshape(-1, 5)
    except (OSError, ValueError) as error:
        raise DeskhandError(
            f"{rows}: {error}; it must be JSON, rows of x0, y0, x1, y1 and the target's width in px "
            "(0 is not known)."
        ) from error
    out.mkdir(parents=True, exist_ok=True)
    for peer in PEERS:
        try:
            install(peer, folder)
            nobody = np.zeros(len(ways), np.int32)
            made, _ = drawn(peer, folder, ways, nobody, given_s(ways, fitted), seed=0)
        except PeerError as error:
            print(f"{peer.name}: not written, {error}")
            continue
        number = np.repeat(np.arange(len(made), dtype=np.int32), made.count)
        columns = {"movement": number, "t_us": made.t_us, "x": made.x, "y": made.y}
        pq.write_table(pa.table(columns), out / f"{peer.name}.parquet")
