"""When batches go out: at their times, whatever became of those before."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from time import monotonic_ns

from deskhand.fleet.load.alarm import Alarm
from deskhand.fleet.load.background import background
from deskhand.fleet.load.due import Columns
from deskhand.fleet.load.job import Job

# Batches that are made ready at once, and that lie ready at least: more would hold up the sending.
_SLICE, _AHEAD = 128, 1_024
# After so long a time of sending, answers are read.
_BURST_US = 500
# What is due within so short a time goes out together; the longest sleep, and that for want of batches.
# Assumed, as all numbers here.
_TOGETHER_US, _LONGEST_US, _EMPTY_US = 200, 50_000, 1_000
# How far a capped rate may catch up after a pause of the event loop.
_CATCH_UP_US = 20_000
_BLOCKS_AHEAD = 2


class Pacer:
    """Hands over batches when they are due.

    Parameters
    ----------
    loop : asyncio.AbstractEventLoop
    blocks : iterator of Columns
        In order of time; read in a thread.
    ready : callable
        Makes rows of a block ready to be sent.
    send : callable
        Called with a batch and its lag in microseconds.
    rate_hz : float, optional
        Never faster than this.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        blocks: Iterator[Columns],
        *,
        ready: Callable[[Columns], Iterator[Job]],
        send: Callable[[Job, int], None],
        rate_hz: float | None = None,
    ) -> None:
        self._loop, self._blocks = loop, blocks
        self._make, self._send = ready, send
        self._gap_us = 1e6 / rate_hz if rate_hz else 0.0
        self._free_us = 0.0  # when the capped rate allows the next one
        self._due: deque[Job] = deque()
        self._queue: asyncio.Queue[Columns | None] = asyncio.Queue(_BLOCKS_AHEAD)
        self._block: Columns | None = None
        self._place = 0
        self._start_us = 0
        self._alarm = Alarm(loop, self._tick)
        self._reader = background()
        self._feeder = loop.create_task(self._feed())
        self._ended = False  # all of the plan has been made ready
        self.finished = False  # all of it has been handed over
        self.held_back = False  # by the capped rate

    async def fill(self) -> None:
        """Wait until the first batches lie ready."""
        while self._queue.empty() and not self._feeder.done():
            await asyncio.sleep(0.001)
        self._refill()
        if self._feeder.done():
            self._feeder.result()

    def start(self, start_us: int) -> None:
        """Begin; `start_us` is time 0 by the monotonic clock."""
        self._start_us = start_us
        self._tick()

    async def stop(self) -> None:
        """Hand over nothing more."""
        self._alarm.close()
        self._feeder.cancel()
        await asyncio.gather(self._feeder, return_exceptions=True)
        self._reader.shutdown(wait=False)
        self.finished = True

    def took(self) -> None:
        """Count a send that was not handed over here against the capped rate."""
        self._free_us += self._gap_us

    async def _feed(self) -> None:
        while True:
            block = await self._loop.run_in_executor(self._reader, next, self._blocks, None)
            await self._queue.put(block)
            if block is None:
                return

    def _refill(self) -> None:
        if len(self._due) >= _AHEAD or self._ended:
            return
        if self._block is None:
            if self._queue.empty():
                return
            self._block, self._place = self._queue.get_nowait(), 0
            if self._block is None:
                self._ended = True
                return
        first, self._place = self._place, self._place + _SLICE
        rows = {name: column[first : self._place] for name, column in self._block.items()}
        self._due.extend(self._make(rows))
        if self._place >= len(self._block["batch"]):
            self._block = None

    def _tick(self) -> None:
        due, now_us = self._due, monotonic_ns() // 1000 - self._start_us
        until_us = now_us + _BURST_US
        while due and due[0].at_us <= now_us < until_us:
            if self._gap_us:
                if self._free_us > now_us:
                    self.held_back = True
                    break
                self._free_us = max(self._free_us, now_us - _CATCH_UP_US)
                self._free_us += self._gap_us * due[0].copies
            batch = due.popleft()
            self._send(batch, max(0, now_us - batch.at_us))
            now_us = monotonic_ns() // 1000 - self._start_us
            if len(due) < _SLICE:
                self._refill()
        self._refill()
        if not due and self._ended:
            self.finished = True
            return
        if due:
            wait_us = round(max(due[0].at_us, self._free_us if self._gap_us else 0)) - now_us
            # Not long, so that a block that has come in meanwhile is seen.
            self._alarm.set(min(max(wait_us, _TOGETHER_US), _LONGEST_US) if wait_us > 0 else 0)
        else:
            self._alarm.set(_EMPTY_US)
