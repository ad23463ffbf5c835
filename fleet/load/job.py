"""One copy of a batch, or a part of one, on its way."""

from deskhand.fleet.tables import Fault
from deskhand.fleet.target import Sent

# Part p has the halves 2p + 1 and 2p + 2, whichever answer comes first: both copies of a batch name the
# same events by the same number. Runs of events that a service did not take are numbered from here on.
RUNS_FROM, PARTS = 1 << 14, 1 << 15
# Times of these tell of the client.
_OURS = int(Fault.WRONG_LENGTH | Fault.RESET | Fault.SLOW)


class Job:
    """A batch that is to be sent, and how its latest attempt went; one object from plan to history.

    Parameters
    ----------
    at_us : int
        When it is due since the run's start, in real time.
    batch, pool_batch : int
        Its number, and whose events it has.
    copies : int
        How many of it are sent.
    faults : int
        Of `Fault`.
    sent : Sent
        What is unique about it.
    """

    __slots__ = (
        *("at_us", "attempt", "batch", "copies", "copy", "faults", "lag_us", "part", "pool_batch"),
        *("runs", "sent", "sent_us", "size_bytes"),
    )

    def __init__(
        self, at_us: int, batch: int, pool_batch: int, copies: int, faults: int, sent: Sent
    ) -> None:
        self.at_us, self.batch, self.pool_batch = at_us, batch, pool_batch
        self.copies, self.faults, self.sent = copies, faults, sent
        self.lag_us = self.copy = self.attempt = self.part = 0
        self.runs: list[int] | None = None  # the next run's number; shared by all parts
        self.sent_us = self.size_bytes = 0  # of the latest attempt

    @property
    def ours(self) -> bool:
        """Whether the client itself made it slow, or broke it off."""
        return bool(self.faults & _OURS)

    def other(self, copy: int) -> "Job":
        """Return another copy of the batch."""
        made = Job(self.at_us, self.batch, self.pool_batch, self.copies, self.faults, self.sent)
        made.lag_us, made.copy = self.lag_us, copy
        return made

    def cut(self, part: int, sent: Sent) -> "Job":
        """Return a job for some of the events alone."""
        if self.runs is None:
            self.runs = [RUNS_FROM]
        made = self.other(self.copy)
        made.part, made.sent, made.runs = part, sent, self.runs
        made.sent_us = self.sent_us
        return made

    def number_runs(self, count: int) -> int | None:
        """Return the first number of so many further parts; None when there are not so many left."""
        if self.runs is None:
            self.runs = [RUNS_FROM]
        first = self.runs[0]
        if first + count > PARTS:
            return None
        self.runs[0] += count
        return first
