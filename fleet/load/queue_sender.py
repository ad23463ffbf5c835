"""Attempts by a queue: a message, and its acknowledgement."""

import asyncio
from typing import Any

from deskhand.fleet.load.connection import said
from deskhand.fleet.load.job import Job
from deskhand.fleet.load.sender import Sender
from deskhand.fleet.tables import Outcome
from deskhand.fleet.target import Judgement, QueueTarget


class QueueSender(Sender):
    """Sends messages.

    Parameters
    ----------
    target : QueueTarget
    limit : int
        How many there are at once without an acknowledgement.
    timeout_s : float
        For a message and its acknowledgement.
    **more
        As of `Sender`.
    """

    def __init__(self, target: QueueTarget, limit: int, timeout_s: float, **more: Any) -> None:
        super().__init__(**more)
        self._target, self._free, self._timeout_s = target, limit, timeout_s
        self._tasks: set[asyncio.Task[None]] = set()

    def pump(self) -> None:
        """Send what waits, as far as messages may be handed over besides."""
        while self._waiting and self._free and not self.stopped:
            self._free -= 1
            self.in_flight += 1
            task = self._loop.create_task(self._message(self._waiting.popleft()))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        """Begin nothing more, and wait for nothing."""
        await super().stop()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _message(self, job: Job) -> None:
        body = self._body(job)
        job.sent_us, job.size_bytes = self._now_us(), len(body)
        try:
            async with asyncio.timeout(self._timeout_s):
                judgement = await self._target.send(job.sent, body)
        except asyncio.CancelledError:
            judgement = Judgement(outcome=Outcome.UNKNOWN, error="stopped before the answer")
        except TimeoutError:
            error = f"no answer within {self._timeout_s:g} s"
            judgement = Judgement(outcome=Outcome.UNKNOWN, retry=True, error=error)
        except Exception as error:
            judgement = Judgement(outcome=Outcome.UNKNOWN, retry=True, error=said(error))
        self._free += 1
        self._settle(job, 0, judgement)
        self.pump()
