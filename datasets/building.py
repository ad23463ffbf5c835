"""Building a data set: its parts, the check that nothing leaks, then its files, whole or not at all."""

import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from deskhand.arguments import check_workers
from deskhand.cluster import shards_over
from deskhand.datasets.description import AXES, QUOTA, Description, described, load_description
from deskhand.datasets.description import FORMAT as DESCRIPTION_FORMAT
from deskhand.datasets.leakage import leaks
from deskhand.datasets.mixing import members
from deskhand.datasets.parts import BUILDING, PART_FILE, Part, cut_into_parts, make_part
from deskhand.datasets.publishing import RECORD_FILE, publish
from deskhand.datasets.recipes import check_cells, recipe_records
from deskhand.datasets.splits import Planned, planned
from deskhand.datasets.tables import TABLES
from deskhand.errors import DeskhandError
from deskhand.manifest import (
    MANIFEST_FILE,
    UNLISTED,
    cannot_write,
    differences,
    forget_manifest,
    read_record,
    record_sha256,
    versions,
    write_record,
)
from deskhand.progress import Progress
from deskhand.run_folder import clear_making, open_folder
from deskhand.streams import name


class LeakError(DeskhandError):
    """Splits share something; the message says what."""


def build_dataset(
    description: str | Path | Mapping[str, Any] | Description,
    out: str | Path,
    *,
    workers: int = 1,
    resume: bool = False,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Build a labelled data set: tables of events, actions, elements and sessions, in splits.

    Parameters
    ----------
    description : str, pathlib.Path, mapping or Description
        The path of a JSON file (``deskhand dataset --example`` prints one), or what it holds.
    out : str or pathlib.Path
        The folder: absent or empty, or with ``resume`` one in which the same was begun.
    workers : int
        Processes; the bytes do not depend on them.
    resume : bool
        Keep the parts that are there and whole.
    progress : callable, optional
        Called with the number of finished parts, of all parts and of events so far.

    Returns
    -------
    dict
        The manifest.

    Raises
    ------
    LeakError
        When splits share a persona, a seed, events, or what is held out.
    DeskhandError
        When the description or the folder cannot be used. Finished parts are kept.

    Examples
    --------
    >>> import tempfile
    >>> asked = {
    ...     "format": "deskhand.dataset/1",
    ...     "size": {"sessions": 3},
    ...     "mix": {"scenario": ["auth.unlock"]},
    ... }
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     manifest = build_dataset(asked, folder)
    >>> manifest["counts"]["sessions"], sorted(manifest["splits"])
    (3, ['test', 'train', 'validation'])
    """
    check_workers(workers)
    if isinstance(description, str | Path):
        description = load_description(Path(description))
    elif not isinstance(description, Description):
        description = described(description)
    out = Path(out)
    splits = planned(description, members(description))
    sessions = [one for found in splits.values() for one in found]
    names = check_cells(one.cell for one in sessions)
    begun = _begun(description, sessions, names)
    parts = cut_into_parts(out, description.seed, description.start, description.time_zone, splits)
    fresh, made_folder = not (out / RECORD_FILE).exists(), not out.exists()
    open_folder(out, begun, RECORD_FILE, resume=resume)
    done = _complete(out)
    if done is not None:
        return done
    try:
        clear_making(out)
        forget_manifest(out)
        write_record(out / RECORD_FILE, begun)
        (out / BUILDING).mkdir(exist_ok=True)
        clear_making(out / BUILDING)
        records = shards_over(
            None, workers, make_part, parts, progress, events=lambda r: int(r["counts"]["events"])
        )
        held_out = {
            axis: [names.get(value, value) for value in values]
            for axis, values in description.hold_out.items()
        }
        _refuse_leaks(parts, held_out)
        return publish(out, begun, description, parts, records, held_out)
    except BaseException as error:
        clear_making(out / BUILDING)
        # What was finished may be on its way to its place.
        if fresh and (out / BUILDING).is_dir() and not any(out.glob(f"{BUILDING}/*/{PART_FILE}")):
            _forget(out, made_folder=made_folder)
        if isinstance(error, OSError):
            raise cannot_write(error, f"data set {out}", "Finished parts") from error
        raise


def _begun(
    description: Description, sessions: Sequence[Planned], names: Mapping[str, str]
) -> dict[str, Any]:
    """Return what a data set is made from, as `dataset.json` holds it: without paths."""
    cells = {one.cell for one in sessions}
    mix = {
        axis: {names.get(str(v), "drawn" if v is None else str(v)): w for v, w in weights.items()}
        for axis, weights in description.mix.items()
    }
    asked = {
        axis: getattr(description, axis)
        for axis in (
            "sessions",
            "per_person",
            "seed",
            "name",
            "license",
            "mixing",
            "start",
            "time_zone",
        )
    }
    recipes = recipe_records(cells)
    made_by = record_sha256([asked, recipes, versions()["deskhand"]])
    return {
        "format": DESCRIPTION_FORMAT,
        "synthetic": True,
        "provenance_id": name("syn_prov", description.seed, "dataset", made_by),
        "asked": {
            **asked,
            "mix": mix if description.mixing != QUOTA else None,
            "cells": [
                {axis: names.get(str(v), v) for axis, v in zip(AXES, cell, strict=True)}
                | {"count": count, "share": share}
                for cell, count, share in description.cells
            ],
            "bots": dict(description.bots),
            "splits": dict(description.splits),
            "hold_out": {
                axis: [names.get(value, value) for value in values]
                for axis, values in description.hold_out.items()
            },
        },
        "recipes": recipes,
        "versions": versions(),
    }


def _complete(out: Path) -> dict[str, Any] | None:
    """Return the manifest of a data set that is finished and as its manifest says."""
    if not (out / MANIFEST_FILE).is_file() or (out / BUILDING).exists():
        return None
    manifest: dict[str, Any] = read_record(out / MANIFEST_FILE)
    return None if differences(out, manifest["files"], without=UNLISTED) else manifest


def _refuse_leaks(parts: Sequence[Part], held_out: Mapping[str, Sequence[str]]) -> None:
    files: dict[str, dict[str, list[Path]]] = {}
    for part in parts:
        for table in TABLES:
            found = files.setdefault(part.split, {}).setdefault(table, [])
            found.append(part.folder / f"{table}.parquet")
    lines = leaks(files, held_out)
    if lines:
        raise LeakError("the splits are not apart:\n" + "\n".join(f"  {line}" for line in lines))


def _forget(out: Path, *, made_folder: bool) -> None:
    # Nothing was finished, so the folder is left as it was found.
    clear_making(out)
    shutil.rmtree(out / BUILDING, ignore_errors=True)
    (out / RECORD_FILE).unlink(missing_ok=True)
    if made_folder:
        with suppress(OSError):
            out.rmdir()
