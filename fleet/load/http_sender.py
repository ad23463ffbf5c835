"""Attempts by HTTP: a request on a free connection, and its answer."""

from time import monotonic_ns
from typing import Any

from deskhand.fleet.load.connection import Answer, Connection
from deskhand.fleet.load.job import Job
from deskhand.fleet.load.pool import Pool
from deskhand.fleet.load.sender import Sender
from deskhand.fleet.load.wire import Wires
from deskhand.fleet.tables import Fault, Outcome
from deskhand.fleet.target import HttpTarget, Judgement

_RESET = int(Fault.RESET)
_WRONG_LENGTH = int(Fault.WRONG_LENGTH)
_ODD = int(Fault.WRONG_LENGTH | Fault.RESET | Fault.SLOW)


class HttpSender(Sender):
    """Sends by connections.

    Parameters
    ----------
    target : HttpTarget
    wires : Wires
    **more
        As of `Sender`.
    """

    pool: Pool

    def __init__(self, target: HttpTarget, wires: Wires, **more: Any) -> None:
        super().__init__(**more)
        self._target, self._wires = target, wires

    def pump(self) -> None:
        """Send what waits, as far as there are free connections."""
        waiting, pool = self._waiting, self.pool
        while waiting and not self.stopped:
            connection = pool.take()
            if connection is None:
                pool.grow(len(waiting))
                return
            self._write(connection, waiting.popleft())

    def _write(self, connection: Connection, job: Job) -> None:
        sent, wires, body = job.sent, self._wires, self._body(job)
        request = self._target.request(sent)
        self.in_flight += 1
        if job.faults & _ODD:
            # A batch is reset once, and then sent again as it should be.
            faults = job.faults & ~_RESET if job.attempt else job.faults
            pieces, ending = wires.faulty(request, sent, body, faults)
            job.size_bytes = sum(map(len, pieces))
            now_ns = monotonic_ns()
            job.sent_us = now_ns // 1000 - self.start_us
            connection.exchange_oddly(pieces, ending, job, self._answered, now_ns)
            return
        whole = wires.whole(request, sent, body)
        job.size_bytes = len(whole)
        now_ns = monotonic_ns()
        job.sent_us = now_ns // 1000 - self.start_us
        connection.exchange(whole, job, self._answered, now_ns)

    def _answered(self, job: Job, answer: Answer) -> None:
        judgement = answer.judgement
        if judgement is None:
            judgement = self._judged(job, answer)
        self._settle(job, answer.status, judgement)

    def _judged(self, job: Job, answer: Answer) -> Judgement:
        if answer.error:
            again = not job.faults & _WRONG_LENGTH
            return Judgement(outcome=Outcome.UNKNOWN, retry=again, error=answer.error)
        judgement = self._target.judge(answer.status, answer.headers, answer.body)
        # How long to wait may be told as a date, which comes nearer.
        if judgement.after_s is None:
            answer.judgement = judgement
        return judgement
