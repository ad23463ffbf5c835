"""Parts of a data set: some sessions of one split, simulated, labelled and written whole.

A part is the unit of parallel work and of resuming. Its files depend on the plan alone.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from deskhand.arguments import Arguments, Only, parse_start
from deskhand.cluster import whole_folder
from deskhand.datasets.bot_families import acted
from deskhand.datasets.labels.labelled import labelled
from deskhand.datasets.recipes import recipe_of
from deskhand.datasets.splits import Planned, split_seed
from deskhand.datasets.tables import TABLES
from deskhand.errors import DeskhandError
from deskhand.manifest import cannot_write, describe_files, differences, read_record, write_record
from deskhand.scenarios.local_time import parse_time_zone
from deskhand.session import Session
from deskhand.shard import Shard, sessions_of

BUILDING = ".building"
PART_FILE = "part.json"
FORMAT = "deskhand.dataset-part/1"
# Sessions of a part: enough for files of some hundred thousand events, few enough to lose little. A
# day has some hundred times the events of a task.
PART_WEIGHT, DAY_WEIGHT = 64, 32
MOST_PARTS = 1000
ROW_GROUP = 262_144
_DELTA = ("t_us", "seq", "action_id", "start_us", "end_us", "press_us")
_STATISTICS = ("session_id", "t_us", "seq", "type", "action_id", "persona", "scenario")


class Part(NamedTuple):
    """What a worker needs to make one part; small and picklable."""

    out: Path
    seed: int
    start: str
    time_zone: str
    split: str
    number: int
    sessions: tuple[Planned, ...]

    @property
    def folder(self) -> Path:
        """Where it is built."""
        return self.out / BUILDING / f"{self.split}-{self.number:05d}"


def cut_into_parts(
    out: Path, seed: int, start: str, time_zone: str, splits: dict[str, list[Planned]]
) -> list[Part]:
    """Return the parts of a data set; how many there are depends on its sessions alone."""
    total = sum(_weight(one) for sessions in splits.values() for one in sessions)
    full = max(PART_WEIGHT, -(-total // MOST_PARTS))
    return [
        Part(out, seed, start, time_zone, split, number, tuple(chosen))
        for split, sessions in splits.items()
        for number, chosen in enumerate(_chunks(sessions, full))
    ]


def _weight(one: Planned) -> int:
    scenario = recipe_of(one.cell.scenario, one.cell.profile, one.cell.fidelity).scenario
    return DAY_WEIGHT if scenario.arrival_spread_s else 1


def _chunks(sessions: Sequence[Planned], full: int) -> Iterator[list[Planned]]:
    chosen: list[Planned] = []
    weight = 0
    for one in sessions:
        if chosen and weight + _weight(one) > full:
            yield chosen
            chosen, weight = [], 0
        chosen.append(one)
        weight += _weight(one)
    if chosen:
        yield chosen


def session_of(part: Part, one: Planned) -> Session:
    """Simulate one session; the person works alone, on an ordinary weekday.

    Raises
    ------
    DeskhandError
        When it cannot be simulated.
    """
    cell = one.cell
    recipe = recipe_of(cell.scenario, cell.profile, cell.fidelity)
    arguments = Arguments(
        people=one.person + 1,
        days=one.day + 1,
        seed=split_seed(part.seed, part.split),
        only=Only(person=one.person, day=one.day),
        start=parse_start(part.start),
        time_zone=parse_time_zone(part.time_zone),
        calendar="weekdays",
        role=cell.role,
        condition=cell.condition,
        fidelity=cell.fidelity,
        # Whoever shares a team shares its messages and meetings, and splits share nothing.
        team_size=1,
    )
    try:
        (session,) = sessions_of(arguments, recipe, Shard(one.person, one.day))
        return acted(session, one.family)
    except DeskhandError as error:
        told = f"{recipe.scenario.name}, {cell.condition}, {one.family}"
        raise DeskhandError(f"a session of the data set ({told}): {error}") from error


def make_part(part: Part) -> dict[str, Any]:
    """Make a part unless it is there already; its folder appears whole or not at all.

    Returns
    -------
    dict
        Its record: counts, and the hashes of its files.

    Raises
    ------
    DeskhandError
        When a session cannot be simulated or a file not be written.
    """
    found = finished(part)
    if found is not None:
        return found
    try:
        with whole_folder(part.folder) as making:
            counts = _write(part, making)
            record = {
                "format": FORMAT,
                "split": part.split,
                "part": part.number,
                "counts": counts,
                "files": describe_files(making),
            }
            write_record(making / PART_FILE, record)
    except OSError as error:
        what = f"part {part.number} of {part.split} in {part.out}"
        raise cannot_write(error, what, "Finished parts") from error
    return record


def finished(part: Part) -> dict[str, Any] | None:
    """Return the record of a part that is there and whole, else None, with what is left of it gone."""
    try:
        record: dict[str, Any] = read_record(part.folder / PART_FILE)
        if record["format"] == FORMAT and not differences(
            part.folder, record["files"], without=[PART_FILE]
        ):
            return record
    except (DeskhandError, KeyError, TypeError, OSError):
        pass
    # The folder would stand in the way of a whole one.
    for path in sorted(part.folder.glob("*")):
        path.unlink()
    if part.folder.is_dir():
        part.folder.rmdir()
    return None


def _options(schema: pa.Schema) -> dict[str, Any]:
    words = [field.name for field in schema if pa.types.is_string(field.type)]
    floats = [f.name for f in schema if pa.types.is_float32(f.type) and f.name != "poll_hz"]
    return {
        "compression": "zstd",
        "compression_level": 1,
        "use_dictionary": words,
        "column_encoding": {
            **{name: "DELTA_BINARY_PACKED" for name in schema.names if name in _DELTA},
            **dict.fromkeys(floats, "BYTE_STREAM_SPLIT"),
        },
        "write_statistics": [name for name in schema.names if name in _STATISTICS],
    }


def _write(part: Part, folder: Path) -> dict[str, int]:
    writers = {
        name: pq.ParquetWriter(folder / f"{name}.parquet", schema, **_options(schema))
        for name, schema in TABLES.items()
    }
    waiting: dict[str, list[pa.Table]] = {name: [] for name in TABLES}
    counts = dict.fromkeys(TABLES, 0)

    def flush(name: str) -> None:
        if waiting[name]:
            table = pa.concat_tables(waiting[name]).combine_chunks()
            writers[name].write_table(table, row_group_size=ROW_GROUP)
            waiting[name] = []

    try:
        for one in part.sessions:
            for name, table in labelled(session_of(part, one), one.family).items():
                # A row group ends with a session, unless one alone is longer.
                if sum(map(len, waiting[name])) + len(table) > ROW_GROUP:
                    flush(name)
                waiting[name].append(table)
                counts[name] += len(table)
        for name in TABLES:
            flush(name)
    finally:
        for writer in writers.values():
            writer.close()
    return counts
