"""Shards made by processes of this machine, or by Dask on more than one; the bytes are the same.

A shard depends on its number alone and appears whole, so it does not matter who makes it, when, or
how often: what a lost worker was making is made again by another.
"""

import multiprocessing
import os
import shutil
import signal
import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

from deskhand.errors import DeskhandError
from deskhand.manifest import MAKING, versions
from deskhand.progress import Progress
from deskhand.workers import one_thread

Item = TypeVar("Item")
Made = TypeVar("Made")

# How often a shard is made again after its worker was lost or failed; assumed.
AGAIN = 3
# Seconds in which a scheduler must answer; assumed.
ANSWER_S = 20


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """Give a temporary folder that becomes `folder` at the end, or is gone after an error.

    Parameters
    ----------
    folder : pathlib.Path
        Where it is to appear. When it is there already, it was made by someone who was thought
        lost; it holds the same bytes and is kept.

    Yields
    ------
    pathlib.Path
        An empty folder beside it.

    Examples
    --------
    >>> import tempfile
    >>> place = Path(tempfile.mkdtemp())
    >>> for text in ("first", "second"):
    ...     with whole_folder(place / "shard-00000") as making:
    ...         _ = (making / "a.txt").write_text(text)
    >>> [path.name for path in place.iterdir()], (place / "shard-00000" / "a.txt").read_text()
    (['shard-00000'], 'first')
    """
    # Two machines may have processes of one number, so the name is drawn; it never lasts.
    making = folder.with_name(f"{MAKING}{uuid.uuid4().hex}-{folder.name}")
    making.mkdir(parents=True)
    try:
        yield making
        try:
            making.rename(folder)
        except OSError:
            if not folder.is_dir():
                raise
    finally:
        shutil.rmtree(making, ignore_errors=True)


def shards_over(
    cluster: str | None,
    workers: int,
    function: Callable[[Item], Made],
    items: Sequence[Item],
    progress: Progress | None = None,
    *,
    shared: Path | None = None,
    events: Callable[[Made], int] = lambda _: 0,
) -> list[Made]:
    """Call a function on every item, in this process, in several, or on a cluster.

    Parameters
    ----------
    cluster : str or None
        None for processes of this machine; ``local`` for a Dask cluster on it; else the address of
        a Dask scheduler, such as ``tcp://10.0.0.5:8786``.
    workers : int
        How many processes; of no concern to a scheduler, which has its own.
    function : callable
        Makes one shard, whole or not at all (`whole_folder`), and returns a small record. It and its
        items must pickle; it may be called again for an item whose worker was lost.
    items : sequence
        What to make.
    progress : callable, optional
        Told how many shards are done, of how many, and the events so far.
    shared : pathlib.Path, optional
        The folder that is written to. Every worker of a cluster must see it under this name. What
        lost workers had begun there is removed at the end.
    events : callable, optional
        How many events a record stands for.

    Returns
    -------
    list
        The records, in the order of the items, whoever made them.

    Raises
    ------
    DeskhandError
        When the function refuses, a worker is lost again and again, or the cluster cannot be used.
        No worker of ours is left behind.

    Examples
    --------
    >>> shards_over(None, 1, abs, [-3, 4])
    [3, 4]
    """
    if workers < 1:
        raise DeskhandError(f"workers is {workers}; it must be 1 or more.")
    if cluster is not None:
        made = _over_dask(cluster, workers, function, items, shared)
    elif workers == 1 or len(items) < 2:
        made = ((place, function(item)) for place, item in enumerate(items))
    else:
        made = _over_processes(workers, function, items)
    found: dict[int, Made] = {}
    total = 0
    for place, record in made:
        found[place] = record
        total += events(record)
        if progress is not None:
            progress(len(found), len(items), total)
    if shared is not None:
        for begun in shared.glob(f"{MAKING}*"):
            shutil.rmtree(begun, ignore_errors=True)
    return [found[place] for place in range(len(items))]


def _die_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        multiprocessing.connection.wait([parent.sentinel])
        os._exit(1)


def _start_worker() -> None:
    # Ctrl-C on the terminal reaches the owner alone, who then ends its workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_die_with_parent, daemon=True).start()


def _made(function: Callable[[Item], Made], item: Item) -> Made:
    with one_thread():
        return function(item)


def _over_processes(
    workers: int, function: Callable[[Item], Made], items: Sequence[Item]
) -> Iterator[tuple[int, Made]]:
    missing = dict(enumerate(items))
    lost = 0
    while missing:
        pool = ProcessPoolExecutor(
            min(workers, len(missing)),
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_start_worker,
        )
        try:
            waiting = {pool.submit(_made, function, item): at for at, item in missing.items()}
            for future in as_completed(waiting):
                record = future.result()
                del missing[waiting[future]]
                yield waiting[future], record
        except BrokenProcessPool:
            # One lost process takes the pool with it; what is finished stays.
            lost += 1
            if lost > AGAIN:
                raise DeskhandError(
                    f"worker processes were killed {lost} times before their shards were complete. "
                    "They may have lacked memory: give fewer workers. Finished shards are kept."
                ) from None
        finally:
            # Processes that are at work would first finish; nobody waits for them any more.
            for process in list((getattr(pool, "_processes", None) or {}).values()):
                process.kill()
            pool.shutdown(cancel_futures=True)


def _answered(function: Callable[[Item], Made], item: Item) -> tuple[str, Any]:
    # A refusal is the same on every worker, so it is an answer and no failure to be tried again.
    try:
        return "made", _made(function, item)
    except DeskhandError as error:
        return "refused", str(error)


def _over_dask(
    cluster: str,
    workers: int,
    function: Callable[[Item], Made],
    items: Sequence[Item],
    shared: Path | None,
) -> Iterator[tuple[int, Made]]:
    distributed = _distributed()
    with dask_client(cluster, workers, shared) as client:
        # Each call draws keys of its own: a scheduler must not answer with records of an older plan
        # whose files may be gone.
        key = f"deskhand-{uuid.uuid4().hex}"
        futures = {
            client.submit(
                _answered, function, item, key=f"{key}-{place}", pure=False, retries=AGAIN
            ): place
            for place, item in enumerate(items)
        }
        try:
            for future in distributed.as_completed(list(futures)):
                kind, content = future.result()
                if kind == "refused":
                    raise DeskhandError(content)
                yield futures[future], content
        except distributed.KilledWorker as error:
            raise DeskhandError(
                f"cluster {cluster!r}: workers were lost again and again over one shard ({error}). "
                "They may lack memory: give each more. Finished shards are kept."
            ) from None
        finally:
            client.cancel(list(futures), force=True)


@contextmanager
def dask_client(cluster: str, workers: int, shared: Path | None) -> Iterator[Any]:
    """Give a client of a cluster whose workers are like this process.

    Parameters
    ----------
    cluster : str
        ``local``, or the address of a scheduler.
    workers : int
        How many processes ``local`` has.
    shared : pathlib.Path or None
        A folder that all workers must see.

    Yields
    ------
    distributed.Client

    Raises
    ------
    DeskhandError
        When Dask is missing, nobody answers, or a worker has other versions or cannot see the folder.
    """
    distributed = _distributed()
    with ExitStack() as stack:
        if cluster == "local":
            address = stack.enter_context(
                distributed.LocalCluster(
                    n_workers=workers,
                    threads_per_worker=1,
                    host="127.0.0.1",
                    dashboard_address=None,
                )
            ).scheduler_address
        elif "://" in cluster:
            address = cluster
        else:
            raise DeskhandError(
                f"cluster {cluster!r}: write local, or a scheduler's address such as "
                "tcp://10.0.0.5:8786."
            )
        try:
            client = stack.enter_context(distributed.Client(address, timeout=ANSWER_S))
        except (OSError, ValueError) as error:
            raise DeskhandError(
                f"cluster {cluster!r}: no Dask scheduler answers there ({error}); start one with "
                "`dask scheduler`, and workers with `dask worker`."
            ) from error
        _refuse_unlike(client, cluster, shared)
        yield client


def of_all_workers(
    client: Any, cluster: str, function: Callable[..., Made], *arguments: Any
) -> dict[str, Made]:
    """Return what a function returns on each of Dask's workers, by their addresses.

    Parameters
    ----------
    client : distributed.Client
    cluster : str
        For the message.
    function : callable
    *arguments
        Of the function.

    Raises
    ------
    DeskhandError
        When a worker does not answer.
    """
    try:
        found: dict[str, Made] = client.run(function, *arguments)
    except OSError as error:
        raise DeskhandError(
            f"cluster {cluster!r}: a worker does not answer ({error}); wait until the scheduler has "
            "noticed that it is gone, or start it again."
        ) from error
    return found


def _distributed() -> Any:
    try:
        return import_module("distributed")
    except ImportError:
        raise DeskhandError(
            'a cluster needs Dask, which is missing: pip install "deskhand[dask]".'
        ) from None


def _refuse_unlike(client: Any, cluster: str, shared: Path | None) -> None:
    """Refuse a cluster whose workers would write other bytes, or write them elsewhere."""
    found = of_all_workers(client, cluster, versions)
    if not found:
        raise DeskhandError(
            f"cluster {cluster!r} has no workers; start some with `dask worker {cluster}`."
        )
    ours = versions()
    for worker, theirs in sorted(found.items()):
        unlike = [f"{k} {theirs.get(k)}, here {ours[k]}" for k in ours if theirs.get(k) != ours[k]]
        if unlike:
            raise DeskhandError(
                f"worker {worker} has {'; '.join(unlike)}: its bytes may be others. "
                "Install the same versions on all machines."
            )
    if shared is None:
        return
    mark = shared / f"{MAKING}{uuid.uuid4().hex}"
    mark.touch()
    try:
        blind = sorted(
            worker
            for worker, sees in of_all_workers(client, cluster, mark.exists).items()
            if not sees
        )
    finally:
        mark.unlink()
    if blind:
        raise DeskhandError(
            f"{shared} is not seen by worker {blind[0]}; give a folder that all machines share "
            "under one name."
        )
