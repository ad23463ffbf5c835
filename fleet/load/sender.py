"""Attempts: what is sent, what the answer meant, and what is sent again."""

import asyncio
from collections import deque
from collections.abc import Callable
from functools import partial
from time import monotonic_ns

import numpy as np

from deskhand.fleet.bodies import Bodies, Encoding
from deskhand.fleet.identifiers import identifiers
from deskhand.fleet.load.connection import Answer, Connection, Pool, said
from deskhand.fleet.load.due import Due
from deskhand.fleet.load.history import History
from deskhand.fleet.load.retry import Backoff
from deskhand.fleet.load.wire import Wires, damaged
from deskhand.fleet.tables import PART_SHIFT, Fault, Outcome
from deskhand.fleet.target import HttpTarget, Judgement, QueueTarget

# Part p has the halves 2p + 1 and 2p + 2, whichever answer comes first: both copies of a batch name the
# same events by the same number. Runs of events that a service did not take are numbered from here on.
RUNS_FROM, PARTS = 1 << 14, 1 << 15
_DAMAGE = int(Fault.TRUNCATE | Fault.CORRUPT_GZIP | Fault.WRONG_LENGTH)
# Times of these tell of the client.
_AGAIN = ~int(Fault.RESET)
_OURS = int(Fault.WRONG_LENGTH | Fault.RESET | Fault.SLOW)


class Job:
    """One copy of a batch, or a part of one, on its way."""

    __slots__ = ("attempt", "copy", "due", "faults", "lag_us", "part", "runs", "sent")

    def __init__(self, due: Due, copy: int, lag_us: int) -> None:
        self.due, self.copy, self.lag_us = due, copy, lag_us
        self.sent = due.sent
        self.faults = due.faults
        self.attempt = self.part = 0
        self.runs = [RUNS_FROM]  # the next run's number; shared by all parts

    def cut(
        self, seed: int, part: int, sequence: np.ndarray[tuple[int], np.dtype[np.int32]]
    ) -> "Job":
        """Return a job for some of the events alone, shape (n,) by their sequence numbers."""
        made = Job(self.due, self.copy, self.lag_us)
        made.runs, made.part = self.runs, part
        made.faults = self.faults
        number = self.due.batch | (made.part << PART_SHIFT)
        made.sent = self.due.sent._replace(
            batch_id=identifiers(seed, "batch", number)[0].decode(),
            events=len(sequence),
            first_seq=int(sequence[0]),
            last_seq=int(sequence[-1]),
        )
        return made


class Sender:
    """Sends batches, and again where the service's answer says so.

    Parameters
    ----------
    loop : asyncio.AbstractEventLoop
    target : HttpTarget or QueueTarget
    bodies : Bodies
    wires : Wires, optional
        Of a service by HTTP.
    history : History
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
        target: HttpTarget | QueueTarget,
        bodies: Bodies,
        wires: Wires | None,
        history: History,
        *,
        encoding: Encoding,
        seed: int,
        attempts: int,
        last_us: int,
        retried: Callable[[], None],
    ) -> None:
        self._loop, self._target, self._bodies, self._wires = loop, target, bodies, wires
        self._history, self._encoding = history, encoding
        self._seed, self._attempts, self._last_us = seed, attempts, last_us
        self._retried = retried
        self._backoff = Backoff(seed)
        self._waiting: deque[Job] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._free = 0  # of a queue: how many messages may be handed over besides
        self._timeout_s = 0.0
        self._pool: Pool | None = None
        self._outstanding = 0
        self.in_flight = 0
        self.start_us = 0
        self.stopped = False
        self.idle = asyncio.Event()
        self.idle.set()

    def over_http(self, pool: Pool) -> None:
        """Send by connections."""
        self._pool = pool

    def over_queue(self, limit: int, timeout_s: float) -> None:
        """Send as messages, no more than `limit` at once without an acknowledgement."""
        self._free, self._timeout_s = limit, timeout_s

    def send(self, due: Due, lag_us: int) -> None:
        """Send a batch, as many times as it is planned to be."""
        for copy in range(due.copies):
            self._outstanding += 1
            self._begin(Job(due, copy, lag_us))
        self.idle.clear()

    def pump(self) -> None:
        """Send what waits, as far as there are free connections."""
        while self._waiting and not self.stopped:
            if self._pool is None:
                if not self._free:
                    return
                self._free -= 1
                self._hand_over(self._waiting.popleft())
                continue
            connection = self._pool.take()
            if connection is None:
                self._pool.grow(len(self._waiting))
                return
            self._write(connection, self._waiting.popleft())

    def refused(self, error: str) -> None:
        """Take note that no connection could be opened: the batch that waited longest failed."""
        if self._waiting and not self.stopped:
            job, now_us = self._waiting.popleft(), self._now_us()
            judgement = Judgement(outcome=Outcome.FAIL, retry=True, error=error)
            self.in_flight += 1
            self._settle(job, now_us, 0, 0, judgement)

    async def stop(self) -> None:
        """Begin nothing more."""
        self.stopped = True
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _now_us(self) -> int:
        return monotonic_ns() // 1000 - self.start_us

    def _begin(self, job: Job) -> None:
        self._waiting.append(job)
        self.pump()

    def _body(self, job: Job) -> bytes:
        make = self._bodies.part if job.part else self._bodies.body
        return damaged(make(job.due.pool_batch, job.sent), job.faults, self._encoding)

    def _write(self, connection: Connection, job: Job) -> None:
        target, wires = self._target, self._wires
        assert wires is not None
        assert not hasattr(target, "send")
        # A batch is reset once, and then sent again as it should be.
        faults = job.faults & _AGAIN if job.attempt else job.faults
        wire = wires.wire(target.request(job.sent), job.sent, self._body(job), faults)
        self.in_flight += 1
        sent_us = self._now_us()
        connection.exchange(
            wire.pieces, wire.ending, partial(self._answered, job, sent_us, wire.size_bytes)
        )

    def _answered(self, job: Job, sent_us: int, size_bytes: int, answer: Answer) -> None:
        if answer.error:
            again = not job.faults & Fault.WRONG_LENGTH
            judgement = Judgement(outcome=Outcome.UNKNOWN, retry=again, error=answer.error)
        else:
            assert not hasattr(self._target, "send")
            judgement = self._target.judge(answer.status, answer.headers, answer.body)
        self._settle(job, sent_us, size_bytes, answer.status, judgement)

    def _hand_over(self, job: Job) -> None:
        self.in_flight += 1
        task = self._loop.create_task(self._message(job))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _message(self, job: Job) -> None:
        target = self._target
        assert hasattr(target, "send")
        body = self._body(job)
        sent_us = self._now_us()
        try:
            async with asyncio.timeout(self._timeout_s):
                judgement = await target.send(job.sent, body)
        except asyncio.CancelledError:
            judgement = Judgement(outcome=Outcome.UNKNOWN, error="stopped before the answer")
        except TimeoutError:
            error = f"no answer within {self._timeout_s:g} s"
            judgement = Judgement(outcome=Outcome.UNKNOWN, retry=True, error=error)
        except Exception as error:
            judgement = Judgement(outcome=Outcome.UNKNOWN, retry=True, error=said(error))
        self._free += 1
        self._settle(job, sent_us, len(body), 0, judgement)
        self.pump()

    def _settle(
        self, job: Job, sent_us: int, size_bytes: int, status: int, judgement: Judgement
    ) -> None:
        """Write an attempt down, and go on from what it came to."""
        self.in_flight -= 1
        pieces = self._taken(job, judgement)
        outcome = Outcome.FAIL if pieces else judgement.outcome
        self._note(job, sent_us, size_bytes, status, outcome, judgement.error)
        again: list[Job] = []
        for piece, taken in pieces:
            got = Outcome.OK if taken else Outcome.FAIL
            self._note(piece, sent_us, 0, status, got, "" if taken else judgement.error)
            if not taken and judgement.retry:
                again.append(piece)
        if pieces:
            pass
        elif judgement.split and self._divisible(job):
            sequence = self._sequence(job)
            middle = len(sequence) // 2
            for side, half in enumerate((sequence[:middle], sequence[middle:]), 1):
                self._outstanding += 1
                self._begin(job.cut(self._seed, 2 * job.part + side, half))
        elif judgement.retry and judgement.outcome != Outcome.OK:
            again.append(job)
        for piece in again:
            self._later(piece, judgement.after_s)
        self._outstanding -= 1
        if not self._outstanding:
            self.idle.set()

    def _divisible(self, job: Job) -> bool:
        return job.sent.events > 1 and not job.faults & _DAMAGE and 2 * job.part + 2 < RUNS_FROM

    def _sequence(self, job: Job) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
        sequence = self._bodies.sequence(job.due.pool_batch)
        inside = (sequence >= job.sent.first_seq) & (sequence <= job.sent.last_seq)
        found: np.ndarray[tuple[int], np.dtype[np.int32]] = sequence[inside]
        return found

    def _taken(self, job: Job, judgement: Judgement) -> list[tuple[Job, bool]]:
        """Return runs of events that were taken or not, where the service tells of each."""
        if judgement.taken is None:
            return []
        sequence = self._sequence(job)
        taken = np.isin(sequence, list(judgement.taken))
        if taken.all() or not taken.any():
            return []
        places = np.flatnonzero(np.diff(taken)) + 1
        runs = np.split(sequence, places)
        number = job.runs[0]
        if number + len(runs) > PARTS:
            return []
        job.runs[0] += len(runs)
        first = bool(taken[0])
        return [
            (job.cut(self._seed, number + place, run), first ^ bool(place % 2))
            for place, run in enumerate(runs)
        ]

    def _later(self, job: Job, asked_s: float | None) -> None:
        if job.attempt + 1 >= self._attempts or self.stopped:
            return
        due = job.due
        wait_s = self._backoff.wait_s(due.batch, job.copy, job.part, job.attempt, asked_s)
        if self._now_us() + wait_s * 1e6 > self._last_us:
            return
        job.attempt += 1
        self._outstanding += 1
        self._loop.call_later(wait_s, self._again, job)

    def _again(self, job: Job) -> None:
        if not self.stopped:
            self._retried()
            self._begin(job)

    def _note(
        self, job: Job, sent_us: int, size_bytes: int, status: int, outcome: Outcome, error: str
    ) -> None:
        due, sent = job.due, job.sent
        # The lag is the client's, and told once: an attempt that is repeated is late on purpose.
        first = not job.attempt and not job.part
        self._history.add(
            due.batch,
            due.at_us,
            sent_us,
            self._now_us(),
            job.lag_us if first else -1,
            sent.first_seq,
            sent.last_seq,
            size_bytes,
            sent.device,
            job.attempt,
            job.part,
            status,
            error,
            job.copy,
            int(outcome),
            1 if job.faults & _OURS else 0,
        )
