"""Processes of this machine that send a plan, and how the one that started them talks to each."""

import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from typing import Any

from deskhand.fleet.load.settings import STOP_S, LoadSettings


class Worker:
    """One process that sends, seen from the one that started it.

    Parameters
    ----------
    pipe : multiprocessing.connection.Connection
        What is said on it stands with `deskhand.fleet.load.worker.work`.
    ahead_s : float
        By how much its monotonic clock is ahead of ours: 0 on this machine.
    within_s : float
        How far off that may be.
    """

    def __init__(self, pipe: Connection, ahead_s: float = 0.0, within_s: float = 0.0) -> None:
        self.pipe, self.ahead_s, self.within_s = pipe, ahead_s, within_s
        self.ready = self.over = self._stopped = False
        self.result: dict[str, Any] | None = None
        self.error = ""

    def start(self, at_s: float) -> None:
        """Say when time 0 is, by our monotonic clock."""
        self._say("start", at_s + self.ahead_s)

    def stop(self) -> None:
        """Say that it is to stop, once."""
        if not self._stopped:
            self._stopped = True
            self._say("stop")

    def _say(self, *message: Any) -> None:
        # One that is gone is noticed when its end of the pipe is read.
        with suppress(OSError):
            self.pipe.send(message)


@contextmanager
def workers_here(settings: LoadSettings) -> Iterator[list[Worker]]:
    """Start processes of this machine, and see to it that none is left.

    Parameters
    ----------
    settings : LoadSettings

    Yields
    ------
    list of Worker
    """
    # It needs packages that not everybody has.
    from deskhand.fleet.load.worker import work

    context = multiprocessing.get_context("spawn")
    workers, processes = [], []
    try:
        for which in range(settings.workers):
            ours, theirs = context.Pipe()
            process = context.Process(target=work, args=(settings, which, theirs), daemon=True)
            process.start()
            theirs.close()
            workers.append(Worker(ours))
            processes.append(process)
        yield workers
    finally:
        for worker, process in zip(workers, processes, strict=True):
            worker.pipe.close()
            process.join(STOP_S)
            if process.is_alive():
                process.kill()
                process.join()
