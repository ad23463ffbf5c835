"""A data set of pointer movements split by person: some people are fitted on, the others scored."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from deskhand.calibration.clicks import cut_holds
from deskhand.calibration.movements import Movements, cut_movements
from deskhand.calibration.recording import DOWN, REQUIRED, TARGET, read_recording
from deskhand.errors import DeskhandError

SETS = {
    "mouse-game": ("sapimouse.parquet", "SapiMouse (Antal, Fejer & Buza 2021), a browser game"),
    "mouse-web": ("web.parquet", "a web survey, Hochschule Bonn-Rhein-Sieg, with element boxes"),
}
# Which people are fitted on does not change with the seed of a score.
SPLIT_SEED = 0


class Sides(NamedTuple):
    """A data set, split by person; holds are those of the people scored.

    Where a recorder keeps no presses, a movement ends in the release, and its rest holds the press.
    """

    rows: pa.Table
    fitted: Movements
    scored: Movements
    hold_us: NDArray[np.int64]
    hold_person: NDArray[np.int32]
    ends_in_release: bool


def table_of(folder: Path, profile: str) -> Path:
    """Return the path of a set's table, or say what is expected."""
    path = folder / SETS[profile][0]
    if not path.is_file():
        path = folder / "pointer" / SETS[profile][0]
    if not path.is_file():
        needed = "\n".join(f"  {name}: {text}" for name, text in SETS.values())
        raise DeskhandError(
            f"{folder}: no {path.name}, nor in its folder pointer. --data takes a folder with public research data, which are not "
            f"part of deskhand, as tidy Parquet tables:\n{needed}\nOne row an event, with the "
            f"columns {', '.join(REQUIRED)} (event: move, drag, down, up or scroll; seconds and px) "
            f"and, where known, session, button, {', '.join(TARGET)}."
        )
    return path


def sides_of(path: Path) -> Sides:
    """Return a data set with its people split in two halves."""
    recording = read_recording(path)
    movements = cut_movements(recording)
    people = [recording.people[person] for person in np.unique(movements.person)]
    order = sorted(people)
    np.random.default_rng(SPLIT_SEED).shuffle(order)
    names = order[: len(order) // 2]
    first = np.isin(movements.person, [recording.people.index(name) for name in names])
    holds = cut_holds(recording)
    strangers = holds.single & np.isin(holds.person, np.unique(movements.person[~first]))
    rows = pq.read_table(path)
    user = pc.is_in(rows["user"].cast(pa.string()), pa.array(names, pa.string()))
    return Sides(
        rows=rows.filter(user),
        fitted=movements.take(first),
        scored=movements.take(~first),
        hold_us=np.rint(1e6 * holds.hold_s[strangers]).astype(np.int64),
        hold_person=holds.person[strangers],
        ends_in_release=not (recording.event == DOWN).any(),
    )


def parts(size: int, most: int, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return which movements stand for people and which are made anew: others where there are enough."""
    order = np.random.default_rng(seed).permutation(size)
    if size >= 2 * most:
        return order[:most], order[most : 2 * most]
    return order[:most], order[:most]
