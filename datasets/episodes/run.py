"""Episodes one after the other in memory, or a folder of them made by several processes."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, Unpack

from deskhand.arguments import check_workers
from deskhand.cluster import shards_over
from deskhand.datasets.episodes.asked import Asked, ordered
from deskhand.datasets.episodes.card import shares, write_card
from deskhand.datasets.episodes.emphasis import found_shares
from deskhand.datasets.episodes.episode import Episode
from deskhand.datasets.episodes.parts import PARQUET, Order, finished_part, make_part
from deskhand.datasets.episodes.pictures import NONE
from deskhand.manifest import (
    MANIFEST_FILE,
    RUN_FILE,
    cannot_write,
    describe_files,
    forget_manifest,
    sum_counts,
    versions,
    write_record,
)
from deskhand.progress import Progress
from deskhand.run_folder import clear_making, open_folder

FORMAT = "deskhand.episodes/1"


def episodes(
    scenarios: str | Sequence[str] = (), *, count: int, **asked: Unpack[Asked]
) -> Iterator[Episode]:
    """Yield episodes for training agents that use computers.

    Parameters
    ----------
    scenarios : str or sequence of str
        Single tasks, taken in turn: registered names, paths of ``.json`` files, ``module:function``.
        All registered ones when none are given.
    count : int
        How many. An episode depends on its number, not on how many there are.
    seed : int
        From 0, which it is by default, to 2**64 - 1.
    infeasible : float
        The share of episodes whose task cannot be done, from 0 to 1; 0.1 by default.
    emphasis : str or sequence of str, optional
        What is to be raised: drop-downs, shortcuts, drags, scrolls, corrections; or which share of
        all steps each is to have, such as ``drags=0.05``. Scenarios are then no longer taken in turn.
    scale : float
        Pixels of a picture for each of the screen, from 0.1 to 1, by default 0.5; 1/2, 1/3 ...
        are quickest.
    pictures : str
        ``jpeg`` (the default), ``png``, ``webp`` (both without loss) or ``none``.
    vocabulary : str or sequence of str
        ``agentnet``, ``anthropic``, ``openai``; all by default.
    exact : bool
        Whether Chromium paints the pages; otherwise they are composed.
    chromium : str, optional
        The Chromium of exact pictures.

    Yields
    ------
    Episode
        Iterating over one gives its steps.

    Raises
    ------
    DeskhandError
        When an argument cannot be used, or what pictures need is not installed.

    Examples
    --------
    >>> from deskhand import ml
    >>> for episode in ml.episodes("auth.unlock", count=2, seed=7, pictures="none"):
    ...     print(episode.feasible, [step.kind for step in episode])
    True ['click', 'type', 'click', 'answer']
    True ['click', 'type', 'key', 'answer']
    """
    return ordered(scenarios, count, **asked).episodes(range(count))


def write_episodes(
    scenarios: str | Sequence[str] = (),
    *,
    count: int,
    out: str | Path,
    format: str = PARQUET,  # noqa: A002
    workers: int = 1,
    resume: bool = False,
    progress: Progress | None = None,
    **asked: Unpack[Asked],
) -> dict[str, Any]:
    """Write episodes into a folder: Parquet tables, or tar files for the package webdataset.

    Parameters
    ----------
    scenarios, count, asked
        As in `episodes`; ``pictures`` may be ``jpeg:files`` and so on, too, for files beside the
        tables.
    out : str or pathlib.Path
        The output folder: absent or empty, unless ``resume``.
    format : str
        ``parquet`` or ``webdataset``.
    workers : int
        How many processes; the bytes do not depend on it.
    resume : bool
        Complete what was begun in ``out``.
    progress : callable, optional
        Called with the number of finished parts, of all, and of steps so far.

    Returns
    -------
    dict
        The manifest: what was asked for, counts and shares, and the sha256 of each file.

    Raises
    ------
    DeskhandError
        When an argument or the folder cannot be used.
    """
    order = ordered(scenarios, count, format=format, out=Path(out), **asked)
    check_workers(workers)
    begun = _begun(order)
    made_folder = not order.out.exists()
    open_folder(order.out, begun, RUN_FILE, resume=resume)
    try:
        return _made(order, begun, workers, progress)
    except BaseException as error:
        if not any(order.out.glob("data/part-*")):
            _forget(order.out, made_folder=made_folder)
        if isinstance(error, OSError):
            raise cannot_write(error, f"output folder {out}", "Finished parts") from error
        raise


def _begun(order: Order) -> dict[str, Any]:
    choice, recipes = order.choice, order.choice.recipes()
    used = {} if order.pictures.encoding == NONE else {"pillow": version("pillow")}
    return {
        "format": FORMAT,
        "synthetic": True,
        "arguments": {
            "count": order.count,
            "seed": choice.seed,
            "infeasible": choice.infeasible,
            "emphasis": [str(each) for each in choice.emphasis],
            "scale": order.scale,
            "pictures": str(order.pictures),
            "vocabularies": list(order.vocabularies),
            "format": order.format,
            "exact": order.exact,
        },
        # By what they hold: a file may lie elsewhere when the run is taken up again.
        "scenarios": {r.scenario.name: r.scenario_sha256 for r in recipes.values()},
        "profiles": {r.profile.name: r.as_record()["profile"] for r in recipes.values()},
        "versions": versions() | used,
    }


def _made(
    order: Order, begun: dict[str, Any], workers: int, progress: Progress | None
) -> dict[str, Any]:
    out = order.out
    clear_making(out)
    # Removed first and written last, so that a manifest always speaks of what is there.
    forget_manifest(out)
    write_record(out / RUN_FILE, begun)
    (out / "data").mkdir(exist_ok=True)
    clear_making(out / "data")
    found = {part: finished_part(order, part) for part in order.parts()}
    finished = {part: record for part, record in found.items() if record is not None}
    todo = [part for part in order.parts() if part not in finished]
    for part in todo:
        # One that is not whole any more would be taken for another's work.
        shutil.rmtree(order.folder(part), ignore_errors=True)
    steps = sum(record["counts"]["steps"] for record in finished.values())

    def tell(done: int, _total: int, more: int) -> None:
        if progress is not None:
            progress(len(finished) + done, len(order.parts()), steps + more)

    made = shards_over(
        None,
        workers,
        partial(make_part, order),
        todo,
        tell,
        shared=out / "data",
        events=lambda record: int(record["counts"]["steps"]),
    )
    records = finished | {record["part"]: record for record in made}
    counts = sum_counts(records[part]["counts"] for part in order.parts())
    write_card(order, counts)
    manifest = {
        **begun,
        "counts": counts,
        "shares": {name: round(share, 4) for name, _, share in shares(counts)},
        "emphasis": found_shares(order.choice.emphasis, counts),
        "files": describe_files(out, without=[MANIFEST_FILE]),
    }
    write_record(out / MANIFEST_FILE, manifest)
    return manifest


def _forget(out: Path, *, made_folder: bool) -> None:
    """Leave the folder as it was found: nothing was finished."""
    clear_making(out)
    (out / RUN_FILE).unlink(missing_ok=True)
    with suppress(OSError):
        clear_making(out / "data")
        (out / "data").rmdir()
        if made_folder:
            out.rmdir()
