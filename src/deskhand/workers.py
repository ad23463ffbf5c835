"""Worker processes that make shards: started lean, told a few shards at a time, gone with their owner."""

import os
import signal
import sys
import threading
import traceback
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import connection, get_context, parent_process
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from deskhand.arguments import Arguments
from deskhand.errors import DeskhandError
from deskhand.safeguards import Safeguards

# Shards are the unit of parallel work; a library that starts threads of its own in every worker
# only makes them wait for one another.
ONE_THREAD = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)


class Order(NamedTuple):
    """What a worker needs to make any shard of a run; small and picklable."""

    arguments: Arguments
    source: str
    profile_source: str
    own_screens: tuple[str, ...]
    out: Path
    safeguards: Safeguards | None = None


@contextmanager
def one_thread() -> Iterator[None]:
    """Keep pyarrow to one thread for a while."""
    import pyarrow as pa

    cpu, io = pa.cpu_count(), pa.io_thread_count()
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    try:
        yield
    finally:
        pa.set_cpu_count(cpu)
        pa.set_io_thread_count(io)


def _die_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        # The owner was killed: nobody waits for this shard, and a resumed run may make it by now.
        os._exit(1)


def work(order: Order, pipe: Any) -> None:
    """Make the groups of shards that come down the pipe until None comes.

    Each shard is answered with its record, each group with a last word.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_die_with_parent, daemon=True).start()
    try:
        from deskhand.loading import screen_path
        from deskhand.recipe import load_recipe
        from deskhand.screen import Screen
        from deskhand.shard import Shard, make_shards

        # The run has its own copies, with their pictures.
        own = {name: order.out / screen_path(name) for name in order.own_screens}
        screens = {name: Screen.load(path) for name, path in own.items()}
        recipe = load_recipe(
            order.source,
            order.profile_source,
            screens,
            order.arguments.fidelity,
            order.safeguards,
        )
        with one_thread():
            while (group := pipe.recv()) is not None:
                shards = [Shard(*shard) for shard in group]
                for record in make_shards(order.arguments, recipe, shards, order.out):
                    pipe.send(("made", record))
                pipe.send(("done", None))
    except DeskhandError as error:
        pipe.send(("refused", str(error)))
    except Exception:
        pipe.send(("broken", traceback.format_exc()))


@contextmanager
def _interrupts_held() -> Iterator[None]:
    # A child inherits the mask, so that Ctrl-C on the terminal reaches the owner alone, also while
    # the child is still importing.
    mask = getattr(signal, "pthread_sigmask", None)
    if mask is None:
        yield
        return
    before = mask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        mask(signal.SIG_SETMASK, before)


@contextmanager
def _without_main() -> Iterator[None]:
    # A child would import the program that started it, which nothing here needs: a script that
    # calls `generate` at its top would be run again, and the command line is no worker's business.
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


@contextmanager
def _single_threaded_children() -> Iterator[None]:
    before = {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ.update(dict.fromkeys(ONE_THREAD, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def made_by_workers(
    order: Order, shards: Sequence[tuple[int, int]], workers: int
) -> Generator[dict[str, Any]]:
    """Make shards in worker processes.

    Parameters
    ----------
    order : Order
        What every worker needs.
    shards : sequence of (team, day)
        What to make.
    workers : int
        How many processes at most.

    Yields
    ------
    dict
        The record of each shard, in the order in which they are finished.

    Raises
    ------
    DeskhandError
        When a worker refuses or is killed. All workers are gone when this generator ends.
    """
    # Not at the top: a worker starts lean.
    from deskhand.shard import shards_at_once

    context = get_context("spawn")
    waiting: list[tuple[int, int]] = [(team, day) for team, day in reversed(shards)]
    workers = min(workers, len(waiting))

    def tell_next(pipe: Any) -> None:
        count = shards_at_once(order.arguments, len(waiting), workers)
        _tell(pipe, [waiting.pop() for _ in range(count)])

    # Keyed by the owner's end of each pipe, whose class depends on the system.
    processes: dict[Any, BaseProcess] = {}
    try:
        with _interrupts_held(), _single_threaded_children(), _without_main():
            for _ in range(workers):
                here, there = context.Pipe()
                started = context.Process(target=work, args=(order, there), daemon=True)
                started.start()
                there.close()
                processes[here] = started
        for pipe in processes:
            tell_next(pipe)
        busy = set(processes)
        while busy:
            for pipe in connection.wait(list(busy)):
                record = _answer(pipe, processes[pipe])
                if record is not None:
                    yield record
                elif waiting:
                    tell_next(pipe)
                else:
                    _tell(pipe, None)
                    busy.discard(pipe)
    finally:
        for process in processes.values():
            process.kill()
        for pipe, ended in processes.items():
            ended.join()
            pipe.close()


def _tell(pipe: Any, group: Sequence[tuple[int, int]] | None) -> None:
    # A worker that is dead already is noticed when its answer is awaited.
    with suppress(BrokenPipeError, ConnectionResetError):
        pipe.send(group)


def _answer(pipe: Any, process: BaseProcess) -> dict[str, Any] | None:
    """Return the record of a shard, or None when all of a group are made."""
    try:
        kind, content = pipe.recv()
    except (EOFError, OSError):
        process.join()
        raise DeskhandError(
            f"a worker process ended with status {process.exitcode} before its shard was complete. "
            "One that was killed (-9) may have lacked memory: give the same command with --resume "
            "and fewer workers. Finished shards are kept."
        ) from None
    if kind == "refused":
        raise DeskhandError(content)
    if kind == "broken":
        raise RuntimeError(f"a worker process failed:\n{content}")
    record: dict[str, Any] | None = content
    return record
