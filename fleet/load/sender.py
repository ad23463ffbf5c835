"""Attempts: what the answer meant, and what is sent again."""

import asyncio
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from time import monotonic_ns

import numpy as np
import numpy.typing as npt

from deskhand.fleet.bodies import Bodies, Encoding
from deskhand.fleet.identifiers import identifiers
from deskhand.fleet.load.history import History
from deskhand.fleet.load.job import RUNS_FROM, Job
from deskhand.fleet.load.retry import Backoff
from deskhand.fleet.load.wire import damaged
from deskhand.fleet.tables import PART_SHIFT, Fault, Outcome
from deskhand.fleet.target import Judgement

# Most batches have none of these; flags of an enumeration are too slow to be asked for each.
_DAMAGE = int(Fault.TRUNCATE | Fault.CORRUPT_GZIP | Fault.WRONG_LENGTH)
_OK = Outcome.OK


class Sender(ABC):
    """Sends batches, and again where the service's answer says so.

    Parameters
    ----------
    loop : asyncio.AbstractEventLoop
    bodies : Bodies
    history : History
    encoding : str
        Of the bodies.
    seed : int
        The plan's.
    attempts : int
        How often a batch is tried at most.
    last_us : int
        No attempt begins after this time of the run.
    retried : callable
        Called before an attempt that is not a batch's first.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        bodies: Bodies,
        history: History,
        *,
        encoding: Encoding,
        seed: int,
        attempts: int,
        last_us: int,
        retried: Callable[[], None],
    ) -> None:
        self._loop, self._bodies, self._history, self._encoding = loop, bodies, history, encoding
        self._seed, self._attempts, self._last_us = seed, attempts, last_us
        self._retried = retried
        self._backoff = Backoff(seed)
        self._waiting: deque[Job] = deque()
        self._outstanding = 0
        self.in_flight = 0
        self.start_us = 0
        self.stopped = False

    @property
    def idle(self) -> bool:
        """Whether nothing is on its way, waits, or is to be sent again."""
        return not self._outstanding

    @abstractmethod
    def pump(self) -> None:
        """Send what waits, as far as there is room."""

    async def stop(self) -> None:
        """Begin nothing more."""
        self.stopped = True

    def send(self, job: Job, lag_us: int) -> None:
        """Send a batch, as many times as it is planned to be."""
        job.lag_us = lag_us
        self._outstanding += job.copies
        self._waiting.append(job)
        for copy in range(1, job.copies):
            self._waiting.append(job.other(copy))
        self.pump()

    def refused(self, error: str) -> None:
        """Take note that there was no way to send: the batch that waited longest failed."""
        if self._waiting and not self.stopped:
            job = self._waiting.popleft()
            job.sent_us, job.size_bytes = self._now_us(), 0
            self.in_flight += 1
            self._settle(job, 0, Judgement(outcome=Outcome.FAIL, retry=True, error=error))

    def _now_us(self) -> int:
        return monotonic_ns() // 1000 - self.start_us

    def _begin(self, job: Job) -> None:
        self._waiting.append(job)
        self.pump()

    def _body(self, job: Job) -> bytes:
        make = self._bodies.part if job.part else self._bodies.body
        body = make(job.pool_batch, job.sent)
        return damaged(body, job.faults, self._encoding) if job.faults else body

    def _settle(self, job: Job, status: int, judgement: Judgement) -> None:
        """Write an attempt down, and go on from what it came to."""
        done_us = monotonic_ns() // 1000 - self.start_us
        self.in_flight -= 1
        if judgement.outcome is _OK and judgement.taken is None:
            self._history.add(job, done_us, status, _OK, judgement.error)
        else:
            self._go_on(job, done_us, status, judgement)
        self._outstanding -= 1

    def _go_on(self, job: Job, done_us: int, status: int, judgement: Judgement) -> None:
        error = judgement.error
        runs = self._runs(job, judgement)
        outcome = Outcome.FAIL if runs else judgement.outcome
        self._history.add(job, done_us, status, outcome, error)
        again = []
        for run, taken in runs:
            if taken:
                self._history.add(run, done_us, status, Outcome.OK, "")
                continue
            self._history.add(run, done_us, status, Outcome.FAIL, error)
            again.append(run)
        if runs:
            pass
        elif judgement.split and self._divisible(job):
            sequence = self._sequence(job)
            middle = len(sequence) // 2
            for side, half in enumerate((sequence[:middle], sequence[middle:]), 1):
                self._outstanding += 1
                self._begin(self._cut(job, 2 * job.part + side, half))
        elif judgement.outcome != Outcome.OK:
            again.append(job)
        if judgement.retry:
            for repeated in again:
                self._later(repeated, judgement.after_s)

    def _divisible(self, job: Job) -> bool:
        return job.sent.events > 1 and not job.faults & _DAMAGE and 2 * job.part + 2 < RUNS_FROM

    def _sequence(self, job: Job) -> npt.NDArray[np.int32]:
        sequence = self._bodies.sequence(job.pool_batch)
        inside = (sequence >= job.sent.first_seq) & (sequence <= job.sent.last_seq)
        found: npt.NDArray[np.int32] = sequence[inside]
        return found

    def _cut(self, job: Job, part: int, sequence: npt.NDArray[np.int32]) -> Job:
        """Return a job for some of the events alone, shape (n,) by their sequence numbers."""
        name = identifiers(self._seed, "batch", job.batch | (part << PART_SHIFT))[0].decode()
        sent = job.sent._replace(
            batch_id=name,
            events=len(sequence),
            first_seq=int(sequence[0]),
            last_seq=int(sequence[-1]),
        )
        return job.cut(part, sent)

    def _runs(self, job: Job, judgement: Judgement) -> list[tuple[Job, bool]]:
        """Return runs of events that were taken or not, where the service tells of each."""
        if judgement.taken is None:
            return []
        sequence = self._sequence(job)
        taken = np.isin(sequence, list(judgement.taken))
        if taken.all() or not taken.any():
            return []
        places = np.flatnonzero(np.diff(taken)) + 1
        runs = np.split(sequence, places)
        number = job.number_runs(len(runs))
        if number is None:
            return []
        first = bool(taken[0])
        return [
            (self._cut(job, number + place, run), first ^ bool(place % 2))
            for place, run in enumerate(runs)
        ]

    def _later(self, job: Job, asked_s: float | None) -> None:
        if job.attempt + 1 >= self._attempts or self.stopped:
            return
        wait_s = self._backoff.wait_s(job.batch, job.copy, job.part, job.attempt, asked_s)
        if self._now_us() + wait_s * 1e6 > self._last_us:
            return
        job.attempt += 1
        self._outstanding += 1
        self._loop.call_later(wait_s, self._again, job)

    def _again(self, job: Job) -> None:
        if not self.stopped:
            self._retried()
            self._begin(job)
