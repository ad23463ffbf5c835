"""A timer of the event loop that is exact to some microseconds; the loop's own are of a millisecond.

Sources
-------
timerfd_create(2), Linux; where there is none, the loop's own timers have to do.
"""

import asyncio
import ctypes
import os
import sys
import time
from collections.abc import Callable
from typing import Any

# The time that the system takes is of two 64-bit numbers.
_libc: Any = ctypes.CDLL(None) if sys.platform == "linux" and sys.maxsize > 1 << 32 else None
_LOOP_TIMER_US = 1_000  # a shorter one of the loop would ring at once


class Alarm:
    """Rings once, some time after it was set.

    Parameters
    ----------
    loop : asyncio.AbstractEventLoop
    ring : callable

    Examples
    --------
    >>> async def rings() -> bool:
    ...     rang = asyncio.Event()
    ...     alarm = Alarm(asyncio.get_running_loop(), rang.set)
    ...     alarm.set(200)
    ...     await rang.wait()
    ...     alarm.close()
    ...     return rang.is_set()
    >>> asyncio.run(rings())
    True
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, ring: Callable[[], None]) -> None:
        self._loop, self._ring = loop, ring
        self._handle: asyncio.Handle | None = None
        self._file = _timer_file()
        if self._file >= 0:
            loop.add_reader(self._file, self._rang)

    def set(self, wait_us: int) -> None:
        """Ring after so many microseconds alone; after 0, when the loop has seen to all else.

        Not to be set again before it rang.
        """
        if not wait_us:
            self._handle = self._loop.call_soon(self._ring)
        elif self._file >= 0:
            # An interval of zero: once.
            seconds, rest_us = divmod(wait_us, 1_000_000)
            once = (ctypes.c_long * 4)(0, 0, seconds, rest_us * 1_000)
            _libc.timerfd_settime(self._file, 0, once, None)
        else:
            self._handle = self._loop.call_later(max(wait_us, _LOOP_TIMER_US) / 1e6, self._ring)

    def close(self) -> None:
        """Ring no more."""
        if self._handle is not None:
            self._handle.cancel()
        if self._file >= 0:
            self._loop.remove_reader(self._file)
            os.close(self._file)
            self._file = -1

    def _rang(self) -> None:
        os.read(self._file, 8)
        self._ring()


def _timer_file() -> int:
    if _libc is None or not hasattr(_libc, "timerfd_create"):
        return -1
    # Both flags have the numbers of those of open(2); -1 when there are no more files.
    made: int = _libc.timerfd_create(time.CLOCK_MONOTONIC, os.O_NONBLOCK | os.O_CLOEXEC)
    return made
