"""A run: its shards made by one or more processes, resumable, and one manifest at the end."""

import shutil
from collections import Counter
from collections.abc import Generator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from deskhand.arguments import Arguments, check_workers
from deskhand.croissant import CROISSANT_FILE
from deskhand.errors import DeskhandError
from deskhand.loading import SCREENS_FOLDER, picture_path, screen_path
from deskhand.manifest import (
    MANIFEST_FILE,
    RUN_FILE,
    SHARD_FILE,
    cannot_write,
    describe_file,
    forget_manifest,
    sum_counts,
    versions,
    write_record,
    write_whole,
)
from deskhand.progress import Progress
from deskhand.recipe import Recipe, screen_bytes
from deskhand.run_croissant import run_croissant
from deskhand.run_folder import clear_making, open_folder
from deskhand.shard import (
    Shard,
    calendar_of,
    finished_shard,
    make_shards,
    plan_shards,
    shards_at_once,
)
from deskhand.workers import Order, made_by_workers, one_thread

RUN_FORMAT = "deskhand.run/1"
MANIFEST_FORMAT = "deskhand.manifest/1"


def run(
    arguments: Arguments,
    recipe: Recipe,
    out: Path,
    *,
    workers: int = 1,
    resume: bool = False,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Make all shards of a run that are missing, then its manifest.

    Parameters
    ----------
    arguments : Arguments
        What to make.
    recipe : Recipe
        What to make it from.
    out : pathlib.Path
        The output folder: absent or empty, or, with ``resume``, one that a run was begun in.
    workers : int
        How many processes make shards; 1 means this process alone. The bytes do not depend on it.
    resume : bool
        Keep the shards that are there and whole.
    progress : callable, optional
        Called with the number of finished shards, of all shards and of events so far.

    Returns
    -------
    dict
        The manifest, as it is written to ``manifest.json``.

    Raises
    ------
    DeskhandError
        When the folder cannot be used, or when a shard cannot be made. Finished shards are kept.
    """
    check_workers(workers)
    if workers > 1 and not recipe.source:
        raise DeskhandError(
            f"scenario {recipe.scenario.name!r} is not at the top of an importable module, so other "
            "processes cannot load it; put it there or use workers=1."
        )
    begun = _as_begun(arguments, recipe)
    fresh, made_folder = not (out / RUN_FILE).exists(), not out.exists()
    open_folder(out, begun, RUN_FILE, resume=resume)
    try:
        return _run(arguments, recipe, out, begun, workers, resume, progress)
    except BaseException as error:
        if fresh and not any(out.glob("shard=*")):
            _forget(out, made_folder=made_folder)
        if isinstance(error, OSError):
            raise cannot_write(error, f"output folder {out}") from error
        raise


def _run(
    arguments: Arguments,
    recipe: Recipe,
    out: Path,
    begun: dict[str, Any],
    workers: int,
    resume: bool,
    progress: Progress | None,
) -> dict[str, Any]:
    clear_making(out)
    # Removed first and written last, so that a manifest always speaks of what is there.
    forget_manifest(out)
    write_record(out / RUN_FILE, begun)
    _write_screens(recipe, out)
    shards = plan_shards(arguments)
    records: dict[Shard, dict[str, Any]] = {}
    if resume:
        found = ((shard, finished_shard(shard, out)) for shard in shards)
        records = {shard: record for shard, record in found if record is not None}
    todo = [shard for shard in shards if shard not in records]
    events = sum_counts(_counts(record) for record in records.values()).get("events", 0)
    if progress is not None:
        progress(len(records), len(shards), events)
    # Closed at once on an interrupt, so that no worker outlives it.
    with closing(_made(arguments, recipe, out, todo, workers)) as made:
        for record in made:
            records[Shard(record["team"], record["day"])] = record
            events += _counts(record)["events"]
            if progress is not None:
                progress(len(records), len(shards), events)
    return _finish(out, begun, [records[shard] for shard in shards])


def _as_begun(arguments: Arguments, recipe: Recipe) -> dict[str, Any]:
    return {
        "format": RUN_FORMAT,
        "synthetic": True,
        "provenance_id": recipe.provenance_id(arguments.seed),
        "arguments": arguments.as_record(),
        **recipe.as_record(),
        "calendar": calendar_of(arguments, recipe).as_record(),
        "versions": versions(),
    }


def _forget(out: Path, *, made_folder: bool) -> None:
    # Nothing was finished, so the folder is left as it was found.
    clear_making(out)
    (out / RUN_FILE).unlink(missing_ok=True)
    shutil.rmtree(out / SCREENS_FOLDER, ignore_errors=True)
    if made_folder:
        with suppress(OSError):
            out.rmdir()


def _write_screens(recipe: Recipe, out: Path) -> None:
    for name, screen in sorted(recipe.own_screens.items()):
        path = out / screen_path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, screen_bytes(screen))
        picture = screen.picture()
        if picture is not None:
            write_whole(out / picture_path(name), picture)


def _made(
    arguments: Arguments, recipe: Recipe, out: Path, todo: Sequence[Shard], workers: int
) -> Generator[dict[str, Any]]:
    if workers == 1 or len(todo) < 2:
        with one_thread():
            at_once = max(1, shards_at_once(arguments, len(todo), 1))
            for first in range(0, len(todo), at_once):
                yield from make_shards(arguments, recipe, todo[first : first + at_once], out)
        return
    order = Order(
        arguments,
        recipe.source,
        recipe.profile_source,
        tuple(recipe.own_screens),
        out.absolute(),
        recipe.safeguards,
    )
    try:
        yield from made_by_workers(order, todo, workers)
    finally:
        # Workers that were killed leave what they were making.
        clear_making(out)


def _counts(record: dict[str, Any]) -> dict[str, int]:
    sessions = record["sessions"]
    return sum_counts([{"sessions": len(sessions), "events": 0}, *(s["counts"] for s in sessions)])


def _finish(out: Path, begun: dict[str, Any], records: Sequence[dict[str, Any]]) -> dict[str, Any]:
    files = {RUN_FILE: describe_file(out / RUN_FILE)}
    screens: dict[str, str] = dict(begun["own_screens"])
    for name in begun["own_screens"]:
        for path in (screen_path(name), picture_path(name)):
            if (out / path).is_file():
                files[path] = describe_file(out / path)
    for record in records:
        folder = Shard(record["team"], record["day"]).folder
        screens.update(record["screens"])
        for name, described in record["files"].items():
            files[f"{folder}/{name}"] = described
        files[f"{folder}/{SHARD_FILE}"] = describe_file(out / folder / SHARD_FILE)
    if "parquet" in begun["arguments"]["formats"]:
        write_record(out / CROISSANT_FILE, run_croissant(begun, files))
        files[CROISSANT_FILE] = describe_file(out / CROISSANT_FILE)
    people = {session["person"] for record in records for session in record["sessions"]}
    manifest = {
        **{key: value for key, value in begun.items() if key != "own_screens"},
        "format": MANIFEST_FORMAT,
        "screens": screens,
        "counts": {"shards": len(records), "people": len(people)}
        | sum_counts(_counts(record) for record in records),
        "days_off": dict(
            sorted(Counter(why for r in records for why in r["off"].values()).items())
        ),
        "files": files,
    }
    write_record(out / MANIFEST_FILE, manifest)
    return manifest
