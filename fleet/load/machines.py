"""Workers of a run on several machines: started by Dask, each with a connection to the run itself.

Dask's workers only start the processes, so that what they do besides makes no send late. A process
whose connection ends stops by itself; nothing that was sent is ever sent again by another, as it would
be with tasks of Dask.
"""

import secrets
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from multiprocessing import AuthenticationError
from multiprocessing.connection import Connection, Listener
from pathlib import Path
from queue import Empty, SimpleQueue
from subprocess import PIPE, Popen
from threading import Event, Thread
from typing import Any
from urllib.parse import urlsplit

from deskhand.cluster import dask_client, of_all_workers
from deskhand.errors import DeskhandError
from deskhand.fleet.load.join import CONNECT_S, JOINED, end_when_silent
from deskhand.fleet.load.settings import LoadSettings
from deskhand.fleet.load.workers import Worker

# The clocks of two machines are compared so often, and the quickest answer counts; assumed.
_ASKED = 16


@contextmanager
def workers_of_cluster(settings: LoadSettings, cluster: str) -> Iterator[list[Worker]]:
    """Start processes on the machines of a Dask cluster.

    Parameters
    ----------
    settings : LoadSettings
        Its ``workers`` are those of each of Dask's workers; ``local`` has so many workers of one.
    cluster : str
        ``local``, or the address of a scheduler.

    Yields
    ------
    list of Worker

    Raises
    ------
    DeskhandError
        When the cluster cannot be used, or its machines cannot reach this one.
    """
    settings = _absolute(settings)
    each = 1 if cluster == "local" else settings.workers
    # Dask has done its part when the processes have joined.
    with dask_client(cluster, settings.workers, settings.out) as client:
        here = "127.0.0.1" if cluster == "local" else _address_towards(cluster)
        pipes = _joined(client, cluster, here, each)
    try:
        workers = [_compared(pipe) for pipe in pipes]
        settings = replace(settings, workers=len(workers))
        for which, worker in enumerate(workers):
            worker.pipe.send(("work", settings, which))
        yield workers
    finally:
        for pipe in pipes:
            pipe.close()


def _joined(client: Any, cluster: str, here: str, each: int) -> list[Connection]:
    """Start processes on all of Dask's workers; return a connection to each of them."""
    key = secrets.token_bytes(32)
    joined: SimpleQueue[Connection] = SimpleQueue()
    ended = Event()
    with closing(Listener((here, 0), backlog=1024, authkey=key)) as listener:
        port = listener.address[1]
        accepting = Thread(target=_accept, args=(listener, joined, ended), daemon=True)
        accepting.start()
        try:
            said = of_all_workers(client, cluster, _launch, here, port, key.hex(), each)
        finally:
            # The thread waits in the system, which only a connection ends.
            ended.set()
            socket.create_connection((here, port), CONNECT_S).close()
            accepting.join(CONNECT_S)
    pipes = []
    with suppress(Empty):
        while True:
            pipes.append(joined.get_nowait())
    wrong = [
        f"{name} ({text or 'it ended at once'})"
        for name, texts in sorted(said.items())
        for text in texts
        if text != JOINED
    ]
    if wrong or len(pipes) < each * len(said):
        for pipe in pipes:
            pipe.close()
        raise DeskhandError(
            f"cluster {cluster!r}: processes could not join the run, of worker "
            f"{', '.join(wrong) or 'unknown'}. Run from a machine that all workers reach at any port, "
            "and name the scheduler by the address that they know."
        )
    return pipes


def _accept(listener: Listener, joined: SimpleQueue[Connection], ended: Event) -> None:
    while not ended.is_set():
        # One that only looks whether it can reach us, or does not know the key, is none of ours.
        with suppress(AuthenticationError, EOFError, OSError):
            joined.put(listener.accept())


def _launch(host: str, port: int, key: str, count: int) -> list[str]:
    """Start processes on the machine of one of Dask's workers; return what each says at first."""
    command = [sys.executable, "-m", "deskhand.fleet.load.join", host, str(port)]
    processes = [Popen(command, stdin=PIPE, stdout=PIPE, text=True) for _ in range(count)]
    for process in processes:
        assert process.stdin is not None
        # One that ended at once is told by its silence.
        with suppress(OSError):
            process.stdin.write(f"{key}\n")
            process.stdin.close()
    # Waited for, so that the system forgets them when they end.
    Thread(target=lambda: [process.wait() for process in processes], daemon=True).start()
    return [process.stdout.readline().strip() if process.stdout else "" for process in processes]


def _compared(pipe: Connection) -> Worker:
    """Return a worker with how far its clock is ahead of ours."""
    end_when_silent(pipe)
    within_s, ahead_s = float("inf"), 0.0
    for _ in range(_ASKED):
        asked_s = time.monotonic()
        pipe.send(("clock",))
        theirs_s = pipe.recv()
        half_s = (time.monotonic() - asked_s) / 2
        if half_s < within_s:
            within_s, ahead_s = half_s, theirs_s - asked_s - half_s
    return Worker(pipe, ahead_s, within_s)


def _absolute(settings: LoadSettings) -> LoadSettings:
    """Return settings whose paths mean the same in every folder."""
    files = settings.adapter.partition(":")[0] == "files"
    return replace(
        settings,
        plan=settings.plan.resolve(),
        out=settings.out.resolve(),
        target=str(Path(settings.target).resolve()) if files else settings.target,
        token_file=settings.token_file and settings.token_file.resolve(),
        ca=settings.ca and settings.ca.resolve(),
    )


def _address_towards(scheduler: str) -> str:
    """Return the address of this machine in the network in which a scheduler is."""
    parts = urlsplit(scheduler)
    # Nothing is sent: the system only says which way it would go.
    family, _, _, _, place = socket.getaddrinfo(parts.hostname, parts.port, type=socket.SOCK_DGRAM)[
        0
    ]
    with socket.socket(family, socket.SOCK_DGRAM) as way:
        way.connect(place)
        return str(way.getsockname()[0])
