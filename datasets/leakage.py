"""Whether splits share anything: a persona, a seed, a session, its events, or what was held out.

Only the files are read, so a folder is checked as it is, whoever has moved or added what.
"""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from deskhand.datasets.tables import TABLES
from deskhand.errors import DeskhandError
from deskhand.manifest import read_record
from deskhand.scenarios.scenario import INFEASIBLE

SPLITS_FILE = "splits.json"
Files = Mapping[str, Mapping[str, Sequence[Path]]]
"""Files of each table by split."""
# Rows of events looked at together.
BATCH = 1 << 18
# What tells one recording from another; who and which it is called makes no difference.
CONTENT = (
    "t_us",
    "type",
    "target",
    "screen_x",
    "screen_y",
    "button",
    "key",
    "value",
    "value_length",
)
# Shown of what is shared.
SHOWN = 3
_OF_SESSIONS = (
    "session_id",
    "persona",
    "seed",
    "scenario",
    "role",
    "condition",
    "generator_family",
)
_HELD_OUT = {
    "scenario": "scenario",
    "role": "role",
    "condition": "condition",
    "bots": "generator_family",
}


def found_files(folder: Path) -> dict[str, dict[str, list[Path]]]:
    """Return the files of a data set's tables by split.

    Raises
    ------
    DeskhandError
        When there is no data set in the folder.
    """
    found: dict[str, dict[str, list[Path]]] = {}
    for table in TABLES:
        for part in sorted((folder / table).glob("split=*/*.parquet")):
            split = part.parent.name.partition("=")[2]
            found.setdefault(split, {}).setdefault(table, []).append(part)
    if not found:
        raise DeskhandError(
            f"{folder}: holds no data set: there is no events/split=*/*.parquet in it; give the "
            "folder that `deskhand dataset` wrote."
        )
    return found


def check_dataset(folder: str | Path) -> list[str]:
    """Return one line for each thing that leaks between the splits of a data set's folder.

    Parameters
    ----------
    folder : str or pathlib.Path
        A data set, also one that was changed since it was built.

    Raises
    ------
    DeskhandError
        When there is no data set in it, or one of its files cannot be read.
    """
    folder = Path(folder)
    held_out: Mapping[str, Sequence[str]] = {}
    if (folder / SPLITS_FILE).is_file():
        record = read_record(folder / SPLITS_FILE)
        held_out = record.get("hold_out", {}) if isinstance(record, dict) else {}
    return leaks(found_files(folder), held_out)


def leaks(files: Files, held_out: Mapping[str, Sequence[str]]) -> list[str]:
    """Return one line for each thing that leaks.

    Parameters
    ----------
    files : mapping
        The tables' files by split.
    held_out : mapping of str to sequence of str
        Values that may be in one split alone: scenario, role, condition, bots.
    """
    sessions = {split: _sessions(tables.get("sessions", ())) for split, tables in files.items()}
    lines: list[str] = []
    for column, what in (("persona", "persona"), ("seed", "seed"), ("session_id", "session")):
        lines += _shared(what, {s: set(rows[column].to_pylist()) for s, rows in sessions.items()})
    for axis, values in held_out.items():
        for value in values:
            inside = {
                split: {v for v in rows[_HELD_OUT[axis]].to_pylist() if _same(axis, v, value)}
                for split, rows in sessions.items()
            }
            lines += _shared(f"held-out {axis}", inside)
    lines += _elsewhere(files, sessions)
    prints: dict[str, set[str]] = {}
    of_print: dict[str, str] = {}
    for split, tables in files.items():
        prints[split] = set()
        for session_id, mark in _fingerprints(tables.get("events", ())):
            prints[split].add(mark)
            of_print.setdefault(mark, session_id)
    named = {split: {of_print[mark] for mark in marks} for split, marks in prints.items()}
    lines += _shared("the events of session", named)
    return lines


def _same(axis: str, value: str, held: str) -> bool:
    # An impossible variant shows the scenario's pages just as well.
    return value == held or (axis == "scenario" and value.removesuffix(INFEASIBLE) == held)


def _shared(what: str, by_split: Mapping[str, set[Any]]) -> list[str]:
    splits = sorted(by_split)
    lines = []
    for at, one in enumerate(splits):
        for other in splits[at + 1 :]:
            both = sorted(by_split[one] & by_split[other])
            if both:
                more = f" and {len(both) - SHOWN} more" if len(both) > SHOWN else ""
                shown = ", ".join(map(str, both[:SHOWN]))
                lines.append(f"{what} {shown}{more}: in {one} and in {other}")
    return lines


def _read(path: Path, columns: Sequence[str]) -> pa.Table:
    try:
        with pq.ParquetFile(path) as file:
            return file.read(columns=list(columns))
    except (pa.ArrowException, OSError, KeyError) as error:
        raise DeskhandError(f"{path}: cannot be read as a part of a data set ({error}).") from error


def _sessions(paths: Sequence[Path]) -> pa.Table:
    tables = [_read(path, _OF_SESSIONS).select(_OF_SESSIONS) for path in paths]
    empty = pa.schema([TABLES["sessions"].field(name) for name in _OF_SESSIONS]).empty_table()
    return pa.concat_tables([empty, *tables], promote_options="permissive")


def _elsewhere(files: Files, sessions: Mapping[str, pa.Table]) -> list[str]:
    """Return what is in a split without its session being there."""
    lines = []
    for split, tables in files.items():
        own = set(sessions[split]["session_id"].to_pylist())
        for table in ("events", "actions", "elements"):
            there: set[str] = set()
            for path in tables.get(table, ()):
                there |= set(_read(path, ["session_id"])["session_id"].unique().to_pylist())
            strange = sorted(there - own)
            if strange:
                more = f" and {len(strange) - SHOWN} more" if len(strange) > SHOWN else ""
                shown = ", ".join(strange[:SHOWN])
                lines.append(f"{table} of {shown}{more}: in {split}, and its session is not")
    return lines


def _fingerprints(paths: Sequence[Path]) -> Iterator[tuple[str, str]]:
    """Yield each session's identifier and a hash of what happens in it."""
    for path in paths:
        open_id: str | None = None
        digest = blake2b(digest_size=16)
        try:
            with pq.ParquetFile(path) as file:
                for batch in file.iter_batches(BATCH, columns=["session_id", *CONTENT]):
                    for session_id, rows in _by_session(batch):
                        if session_id != open_id:
                            if open_id is not None:
                                yield open_id, digest.hexdigest()
                            open_id, digest = session_id, blake2b(digest_size=16)
                        _add(digest, rows)
        except (pa.ArrowException, OSError, KeyError) as error:
            raise DeskhandError(
                f"{path}: cannot be read as a part of a data set ({error})."
            ) from error
        if open_id is not None:
            yield open_id, digest.hexdigest()


def _by_session(batch: pa.RecordBatch) -> Iterator[tuple[str, pa.RecordBatch]]:
    codes = batch.column("session_id").dictionary_encode()
    numbers = codes.indices.to_numpy()
    if not len(numbers):
        return
    begins = np.flatnonzero(np.append(True, numbers[1:] != numbers[:-1]))
    edges = [*begins.tolist(), len(numbers)]
    for low, high in pairwise(edges):
        yield batch.column("session_id")[low].as_py(), batch.slice(low, high - low)


def _add(digest: "blake2b", rows: pa.RecordBatch) -> None:
    for name in CONTENT:
        column = rows.column(name)
        if pa.types.is_string(column.type) or pa.types.is_dictionary(column.type):
            words = pc.fill_null(column.cast(pa.string()), "\0")
            offsets = np.frombuffer(words.buffers()[1], np.int32)[words.offset :][: len(words) + 1]
            # The lengths before the letters, so that no word runs into the next.
            digest.update(np.diff(offsets).tobytes())
            digest.update(memoryview(words.buffers()[2])[int(offsets[0]) : int(offsets[-1])])
        else:
            digest.update(column.is_null().to_numpy(zero_copy_only=False).tobytes())
            digest.update(pc.fill_null(column, 0).to_numpy(zero_copy_only=False).tobytes())
