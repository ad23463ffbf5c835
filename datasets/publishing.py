"""From finished parts to a data set: its documents and manifest, and all of it in its place."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from deskhand.croissant import CROISSANT_FILE
from deskhand.datasets.card import card
from deskhand.datasets.croissant import croissant
from deskhand.datasets.description import Description
from deskhand.datasets.features import features
from deskhand.datasets.leakage import SPLITS_FILE
from deskhand.datasets.parts import BUILDING, Part
from deskhand.datasets.splits import split_seed
from deskhand.datasets.tables import TABLES, part_path
from deskhand.manifest import (
    MANIFEST_FILE,
    describe_file,
    describe_files,
    sum_counts,
    versions,
    write_record,
    write_whole,
)

MANIFEST_FORMAT = "deskhand.dataset-manifest/1"
RECORD_FILE = "dataset.json"
CARD_FILE, FEATURES_FILE = "README.md", "features.json"


def publish(
    out: Path,
    begun: Mapping[str, Any],
    description: Description,
    parts: Sequence[Part],
    records: Sequence[Mapping[str, Any]],
    held_out: Mapping[str, Sequence[str]],
) -> dict[str, Any]:
    """Write what goes with the tables, then move all of it to its place, the manifest last.

    Parameters
    ----------
    out : pathlib.Path
        The data set's folder, in which its parts were built.
    begun : mapping
        What it is made from.
    description : Description
        What was asked for.
    parts : sequence of Part
        All of them.
    records : sequence of mapping
        What was said of each when it was made.
    held_out : mapping
        Values that are in test alone, by their names.

    Returns
    -------
    dict
        The manifest.
    """
    tables = {
        part_path(table, part.split, part.number): part.folder / f"{table}.parquet"
        for table in TABLES
        for part in parts
    }
    hashes = {
        part_path(table, part.split, part.number): record["files"][f"{table}.parquet"]
        for table in TABLES
        for part, record in zip(parts, records, strict=True)
    }
    told = _told(parts, records)
    documents = out / BUILDING / "documents"
    documents.mkdir(exist_ok=True)
    write_record(documents / SPLITS_FILE, _splits(description, parts, told, held_out))
    write_whole(documents / CARD_FILE, card(description, told, begun).encode())
    write_record(documents / FEATURES_FILE, features())
    write_record(documents / CROISSANT_FILE, croissant(description, hashes, begun))
    files = {**hashes, **describe_files(documents), RECORD_FILE: describe_file(out / RECORD_FILE)}
    manifest = {
        "format": MANIFEST_FORMAT,
        "synthetic": True,
        "provenance_id": begun["provenance_id"],
        "name": description.name,
        "license": description.license,
        "seed": description.seed,
        "recipes": begun["recipes"],
        "versions": versions(),
        "counts": sum_counts(told.values()),
        "splits": told,
        "files": files,
    }
    for table in TABLES:
        shutil.rmtree(out / table, ignore_errors=True)
    for name_, path in tables.items():
        (out / name_).parent.mkdir(parents=True, exist_ok=True)
        path.replace(out / name_)
    for path in sorted(documents.iterdir()):
        path.replace(out / path.name)
    write_record(out / MANIFEST_FILE, manifest)
    shutil.rmtree(out / BUILDING)
    return manifest


def _told(parts: Sequence[Part], records: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, int]]:
    """Return the counts of each split."""
    of_split: dict[str, list[dict[str, int]]] = {}
    people: dict[str, set[int]] = {}
    for part, record in zip(parts, records, strict=True):
        of_split.setdefault(part.split, []).append({"parts": 1, **record["counts"]})
        people.setdefault(part.split, set()).update(one.person for one in part.sessions)
    return {
        split: {"people": len(people[split]), **sum_counts(counts)}
        for split, counts in of_split.items()
    }


def _splits(
    description: Description,
    parts: Sequence[Part],
    told: Mapping[str, Mapping[str, int]],
    held_out: Mapping[str, Sequence[str]],
) -> dict[str, Any]:
    """Return who and what is in which split."""
    personas: dict[str, str] = {}
    seen: dict[str, tuple[set[str], set[str]]] = {split: (set(), set()) for split in told}
    for part in parts:
        with pq.ParquetFile(part.folder / "sessions.parquet") as file:
            rows = file.read(["persona", "scenario", "generator_family"])
        personas.update(dict.fromkeys(rows["persona"].to_pylist(), part.split))
        scenarios, families = seen[part.split]
        scenarios.update(rows["scenario"].to_pylist())
        families.update(rows["generator_family"].to_pylist())
    return {
        "format": "deskhand.dataset-splits/1",
        "splits": {
            split: {
                "seed": split_seed(description.seed, split),
                "people": counts["people"],
                "sessions": counts["sessions"],
                "scenarios": sorted(seen[split][0]),
                "families": sorted(seen[split][1]),
            }
            for split, counts in told.items()
        },
        "hold_out": {axis: list(values) for axis, values in held_out.items()},
        "personas": personas,
    }
