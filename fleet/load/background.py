"""A thread for what must not make sends late: reading the plan, writing the history."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

# The lowest priority of all: it runs while the sending thread waits.
_LOWEST = 19


def background() -> ThreadPoolExecutor:
    """Return an executor of one thread that gives way to all others.

    Where a thread cannot have a priority of its own, it has that of its process.

    Examples
    --------
    >>> with background() as executor:
    ...     executor.submit(sum, (1, 2)).result()
    3
    """
    return ThreadPoolExecutor(1, initializer=_give_way)


def _give_way() -> None:
    with suppress(AttributeError, OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _LOWEST)
