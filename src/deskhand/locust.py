"""A Locust user that sends a plan's batches: for teams whose load tests are Locust's already.

``from deskhand.locust import DeskhandUser`` needs Locust (``pip install locust``). It is imported at
that moment and no earlier, since it replaces sockets and threads of the whole process by its own.
Locust's users wait for their answers, so a service that stalls slows them down: latencies from the
intended time of sending come from `deskhand fleet run`.
"""

import os
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version
from pathlib import Path
from threading import Lock
from typing import Any, ClassVar

from deskhand.errors import DeskhandError
from deskhand.fleet.tables import Expected
from deskhand.fleet.whole_bodies import WholeBatch, WholeBodies

AGENT = f"deskhand/{version('deskhand')} (synthetic load)"


class Cursor:
    """One walk over a plan's batches, shared by all users of a process.

    Examples
    --------
    >>> one = WholeBatch(0, "/batch", {}, b"{}", Expected.ACCEPT)
    >>> cursor = Cursor(iter([one]))
    >>> cursor.next() is one, cursor.next()
    (True, None)
    """

    def __init__(self, batches: Iterator[WholeBatch]) -> None:
        self._batches = batches
        self._lock = Lock()

    def next(self) -> WholeBatch | None:
        """Return the next batch, or None when all were given out."""
        with self._lock:
            return next(self._batches, None)


@cache
def _cursor(plan: Path, path: str, worker: int, workers: int) -> Cursor:
    return Cursor(WholeBodies(plan, path=path).part(worker, workers))


def _worker(environment: Any) -> tuple[int, int]:
    """Return which worker of how many this process is; Locust does not tell a worker the latter."""
    from locust.runners import WorkerRunner

    if not isinstance(environment.runner, WorkerRunner):
        return 0, 1
    which = environment.runner.worker_index
    given = os.environ.get("DESKHAND_WORKERS") or environment.parsed_options.processes or 0
    if not 0 <= which < int(given):
        raise DeskhandError(
            f"this is Locust's worker {which}, counted from 0, of {given or 'an unknown number'}; "
            "set DESKHAND_WORKERS to the number of workers, and start the master anew when one "
            "was lost, so that no batch is sent twice."
        )
    return which, int(given)


@cache
def _user() -> type:
    try:
        from locust import FastHttpUser, task
        from locust.exception import StopUser
    except ModuleNotFoundError as error:
        raise DeskhandError("DeskhandUser needs Locust: pip install locust.") from error

    class DeskhandUser(FastHttpUser):  # type: ignore[misc]
        """Sends the batches of a plan, each once, however many users and workers there are.

        Its class attributes are ``plan``, a folder that `deskhand fleet plan` wrote (the
        environment's DESKHAND_PLAN when not set), and ``path``, where batches are posted below
        Locust's ``--host`` (the target's own path when not set). A batch that the service should refuse counts as a success when it is
        refused. When all batches are sent, users stop.
        """

        abstract = True
        plan: ClassVar[str | Path | None] = None
        path: ClassVar[str] = ""

        def on_start(self) -> None:
            """Find this process's part of the plan."""
            plan = self.plan or os.environ.get("DESKHAND_PLAN")
            if plan is None:
                raise DeskhandError(
                    "no plan: set the class attribute plan or the environment's DESKHAND_PLAN to "
                    "a folder that `deskhand fleet plan` wrote."
                )
            self._cursor = _cursor(Path(plan), self.path, *_worker(self.environment))

        @task  # type: ignore[untyped-decorator]
        def send_batch(self) -> None:
            """Send the next batch of the plan."""
            batch = self._cursor.next()
            if batch is None:
                raise StopUser
            headers = {**batch.headers, "User-Agent": AGENT}
            with self.client.post(
                batch.path, data=batch.body, headers=headers, catch_response=True
            ) as answer:
                refused = 400 <= answer.status_code < 500 and answer.status_code != 429
                if batch.expected == Expected.REJECT and refused:
                    answer.success()
                elif batch.expected == Expected.REJECT and answer.ok:
                    answer.failure("accepted what should be refused")

    return DeskhandUser


def __getattr__(name: str) -> Any:
    if name == "DeskhandUser":
        return _user()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
