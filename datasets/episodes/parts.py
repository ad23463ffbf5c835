"""A part of a set of episodes: the unit of parallel work and of resuming, whole or not there."""

import io
import tarfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from deskhand.cluster import whole_folder
from deskhand.datasets.episodes.choice import Choice
from deskhand.datasets.episodes.episode import Episode
from deskhand.datasets.episodes.pictures import NONE, Pictures
from deskhand.datasets.episodes.recording import Look, album_of, recorded
from deskhand.datasets.episodes.tables import episode_row, picture_name, schemas, step_rows
from deskhand.datasets.episodes.vocabularies import AGENTNET
from deskhand.errors import DeskhandError
from deskhand.manifest import cannot_write, describe_files, differences, read_record, write_record

PARQUET, WEBDATASET = FORMATS = ("parquet", "webdataset")
PART_FILE = "part.json"
# Some fifty megabytes of pictures at half the size of the screen.
EPISODES_A_PART = 50
# Rows of a step hold a picture; Hugging Face's viewer wants groups of rows below 300 MB.
STEPS_A_GROUP = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is asked for; it pickles, and says the same to every process.

    Parameters
    ----------
    choice : Choice
        What episodes are drawn from.
    count : int
        How many.
    scale : float
        Pixels of a picture for each of the screen.
    pictures : Pictures
        How they are kept.
    vocabularies : tuple of str
        In which words steps are told.
    format : str
        ``parquet`` or ``webdataset``.
    exact : bool
        Whether Chromium paints the pages.
    chromium : str or None
        Which one.
    out : pathlib.Path
        The folder that parts are written to.
    """

    choice: Choice
    count: int
    scale: float
    pictures: Pictures
    vocabularies: tuple[str, ...]
    format: str
    exact: bool
    chromium: str | None
    out: Path

    def parts(self) -> range:
        """Return the numbers of the parts."""
        return range(-(-self.count // EPISODES_A_PART))

    def folder(self, part: int) -> Path:
        """Return the folder of a part."""
        return self.out / "data" / f"part-{part:05d}"

    def episodes(self, numbers: Sequence[int]) -> Iterator[Episode]:
        """Yield episodes by their numbers."""
        with ExitStack() as stack:
            look = Look(
                scale=self.scale, encoding=self.pictures.encoding, vocabularies=self.vocabularies
            )
            if self.exact and self.pictures.encoding != NONE:
                # Chromium and what drives it are loaded only when they are asked for.
                from deskhand.exact_pages import exact_painter

                paint, _ = stack.enter_context(exact_painter(self.chromium))
                look = replace(look, paint=paint)
            album = album_of(look)
            for number in numbers:
                yield recorded(self.choice.session(number), number, look, album)


def make_part(order: Order, part: int) -> dict[str, Any]:
    """Make one part; its folder appears whole or not at all.

    Parameters
    ----------
    order : Order
        What is asked for.
    part : int
        Which part, from 0.

    Returns
    -------
    dict
        Its record, which is also written into its folder: counts, and the sha256 of each file.

    Raises
    ------
    DeskhandError
        When a file cannot be written.
    """
    first = part * EPISODES_A_PART
    numbers = range(first, min(first + EPISODES_A_PART, order.count))
    folder = order.folder(part)
    counts: Counter[str] = Counter()
    try:
        with whole_folder(folder) as making:
            write = _write_shard if order.format == WEBDATASET else _write_tables
            write(order, part, _counted(order.episodes(numbers), counts), making)
            record = {"part": part, "counts": dict(sorted(counts.items()))}
            record["files"] = describe_files(making)
            write_record(making / PART_FILE, record)
    except OSError as error:
        raise cannot_write(error, f"part {part} of {order.out}", "Finished parts") from error
    return record


def finished_part(order: Order, part: int) -> dict[str, Any] | None:
    """Return the record of a part that is there and whole, else None."""
    folder = order.folder(part)
    try:
        record: dict[str, Any] = read_record(folder / PART_FILE)
        return None if differences(folder, record["files"], without=[PART_FILE]) else record
    except (DeskhandError, KeyError, TypeError, OSError):
        return None


def _counted(episodes: Iterator[Episode], counts: Counter[str]) -> Iterator[Episode]:
    """Yield episodes, and count them and what their steps are."""
    for episode in episodes:
        counts["episodes"] += 1
        counts["feasible"] += episode.feasible
        counts["success"] += episode.success
        counts[f"register {episode.register}"] += 1
        for step in episode:
            counts["steps"] += 1
            counts["pictures"] += step.picture is not None
            counts[f"kind {step.kind}"] += 1
            if step.verb is not None:
                counts[f"verb {step.verb}"] += 1
            counts["with a drop-down"] += step.way is not None
            counts["shortcuts"] += step.shortcut
            counts["slips"] += step.error_of is not None
            counts["corrections"] += step.correction_of is not None
            if step.way is not None:
                counts[f"way {step.way}"] += 1
        yield episode


def _write_tables(order: Order, part: int, episodes: Iterator[Episode], folder: Path) -> None:
    below = order.folder(part).relative_to(order.out).as_posix()
    made = schemas(order.pictures, order.vocabularies)
    rows: list[dict[str, Any]] = []
    pictures = folder / "pictures"
    if order.pictures.beside:
        pictures.mkdir()
    how = {"compression": "zstd", "compression_level": 1}
    with pq.ParquetWriter(folder / "steps.parquet", made["steps"], **how) as writer:
        waiting: list[dict[str, Any]] = []
        for episode in episodes:
            rows.append(episode_row(episode))
            for step, row in zip(episode.steps, step_rows(episode), strict=True):
                if step.picture is not None:
                    name = picture_name(episode, step, order.pictures)
                    row["picture"] = {"bytes": step.picture, "path": name}
                    if order.pictures.beside:
                        (pictures / name).write_bytes(step.picture)
                        # As seen from the folder of the whole set.
                        row["picture"] = f"{below}/pictures/{name}"
                waiting.append(row)
            if len(waiting) >= STEPS_A_GROUP:
                writer.write_table(pa.Table.from_pylist(waiting, schema=made["steps"]))
                waiting = []
        if waiting:
            writer.write_table(pa.Table.from_pylist(waiting, schema=made["steps"]))
    table = pa.Table.from_pylist(rows, schema=made["episodes"])
    pq.write_table(table, folder / "episodes.parquet", **how)


def _write_shard(order: Order, _part: int, episodes: Iterator[Episode], folder: Path) -> None:
    """Write a tar file as the package webdataset reads it: files of one key are one sample, a step."""
    with tarfile.open(folder / "steps.tar", "w", format=tarfile.USTAR_FORMAT) as shard:
        for episode in episodes:
            told = episode_row(episode)
            for name in ("instructions", "final_state", "missed"):
                told.pop(name)
            for step, row in zip(episode.steps, step_rows(episode), strict=True):
                key = f"{episode.number:06d}-{step.number:03d}"
                row["tree"] = orjson.Fragment(step.tree)
                for words, calls in step.calls.items():
                    row[words] = calls if words == AGENTNET else list(calls)
                if step.picture is not None:
                    _add(shard, f"{key}.{order.pictures.ending}", step.picture)
                _add(shard, f"{key}.json", orjson.dumps(row | {"episode": told}))


def _add(shard: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mtime, entry.mode = len(content), 0, 0o644
    shard.addfile(entry, io.BytesIO(content))
