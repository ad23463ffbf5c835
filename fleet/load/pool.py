"""Connections that are kept and shared by all devices."""

import asyncio
import errno
from collections.abc import Callable
from time import monotonic_ns

from deskhand.fleet.load.connection import Answer, Connection, said
from deskhand.fleet.load.settings import Address

_SWEEP_S = 0.1
# So many answers are known by their bytes, if they are not longer than this; assumed. A service that
# tells the time puts another second into each; one that answers with numbers, another number.
_KNOWN, _KNOWN_BYTES = 256, 4_096


class Pool:
    """Connections to one service.

    Parameters
    ----------
    loop : asyncio.AbstractEventLoop
    address : Address
    limit : int
        How many connections there may be.
    timeout_s : float
        For connecting, and for a request with its answer.
    ready : callable
        Called when a connection has become free.
    refused : callable
        Called with the error when one could not be opened.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        address: Address,
        *,
        limit: int,
        timeout_s: float,
        ready: Callable[[], None],
        refused: Callable[[str], None],
    ) -> None:
        self.loop = loop
        self.timeout_s = timeout_s
        self.limited = ""  # why fewer connections are open than wanted
        self._address = address
        self.limit = limit
        self._ready, self._refused = ready, refused
        self._idle: list[Connection] = []
        self._told = False  # that a connection is free
        self._open: set[Connection] = set()
        self._connecting: set[asyncio.Task[None]] = set()
        self._sweeper = loop.call_later(_SWEEP_S, self._sweep)
        self.known: dict[bytes, Answer] = {}  # answers that were read, by their bytes

    def learn(self, data: bytes, answer: Answer) -> None:
        """Take note of what a whole answer was read as; the same bytes are not read again."""
        if len(data) <= _KNOWN_BYTES:
            if len(self.known) == _KNOWN:
                self.known.clear()
            self.known[data] = answer

    def take(self) -> Connection | None:
        """Return a free connection, if there is one."""
        while self._idle:
            connection = self._idle.pop()
            if connection.usable:
                return connection
            self._open.discard(connection)
        return None

    def grow(self, wanted: int) -> None:
        """Open further connections, so that `wanted` are on their way."""
        coming = len(self._connecting)
        for _ in range(min(self.limit - len(self._open), wanted) - coming):
            task = self.loop.create_task(self._connect())
            self._connecting.add(task)
            task.add_done_callback(self._connecting.discard)

    def free(self, connection: Connection) -> None:
        """Take back a connection; what waits is sent when all answers that have come in are read.

        Writes that follow one another wake the service once; writes between reads, each time anew.
        """
        self._idle.append(connection)
        if not self._told:
            self._told = True
            self.loop.call_soon(self._tell)

    def _tell(self) -> None:
        self._told = False
        self._ready()

    def lost(self, connection: Connection) -> None:
        """Forget a connection."""
        if connection in self._open:
            self._open.discard(connection)
            self.loop.call_soon(self._ready)

    async def close(self) -> None:
        """Close all."""
        self._sweeper.cancel()
        for task in list(self._connecting):
            task.cancel()
        for connection in list(self._open):
            connection.fail("stopped before the answer")
        await asyncio.gather(*self._connecting, return_exceptions=True)

    async def _connect(self) -> None:
        error = ""
        address = self._address
        for place in address.places:
            try:
                async with asyncio.timeout(self.timeout_s):
                    _, connection = await self.loop.create_connection(
                        lambda: Connection(self),
                        place,
                        address.port,
                        ssl=address.tls,
                        server_hostname=address.host if address.tls else None,
                    )
            except TimeoutError:
                error = f"no connection within {self.timeout_s:g} s"
            except OSError as found:
                if found.errno in (errno.EMFILE, errno.ENFILE) and self._open:
                    self.limit = len(self._open)
                    self.limited = f"only {self.limit} connections could be opened: {said(found)}"
                    return
                error = f"no connection: {said(found)}"
            else:
                self._open.add(connection)
                self._idle.append(connection)
                self._ready()
                return
        self._refused(error)

    def _sweep(self) -> None:
        late_ns = monotonic_ns() - round(self.timeout_s * 1e9)
        for connection in list(self._open):
            if connection.waits and connection.since_ns < late_ns:
                connection.fail(f"no answer within {self.timeout_s:g} s")
        self._sweeper = self.loop.call_later(_SWEEP_S, self._sweep)
