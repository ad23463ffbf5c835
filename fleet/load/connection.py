"""HTTP/1.1 connections that are kept and shared by all devices; every answer is bounded.

One exchange at a time on a connection, on the event loop's protocols rather than its streams, since
these cost several times as much for each request.
"""

import asyncio
import errno
import os
import socket
import ssl
import struct
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from time import monotonic
from typing import Any, NamedTuple

import httptools

from deskhand.fleet.load.settings import Address

# What an answer may come to; a service that ingests answers with a line or two. Assumed.
ANSWER_BYTES = 1 << 20
HEADER_BYTES = 64 << 10
# Between pieces of a slow sender's body; assumed.
PAUSE_S = 0.05
# Until a connection with all of its body sent is reset: the bytes have left this machine. Assumed.
RESET_AFTER_S = 0.005
_SWEEP_S = 0.1
_RESETS = struct.pack("ii", 1, 0)  # SO_LINGER: on, zero seconds


class Answer(NamedTuple):
    """What came back; with an error there was no whole answer."""

    status: int
    headers: Mapping[bytes, bytes]
    body: bytes
    error: str


class Ending(Enum):
    """What the client does once its request is written."""

    KEEP = 0  # reads the answer
    CLOSE = 1
    RESET = 2


Done = Callable[[Answer], None]


class Connection(asyncio.Protocol):
    """One connection."""

    def __init__(self, pool: "Pool") -> None:
        self._pool = pool
        self._transport: Any = None
        self._done: Done | None = None
        self._ending = Ending.KEEP
        self.deadline = 0.0
        self._parser = httptools.HttpResponseParser(self)
        self._clear()

    def _clear(self) -> None:
        self._headers: dict[bytes, bytes] = {}
        self._body: list[bytes] = []
        self._received = 0
        self._in_headers = True
        self._status = 0
        self._answered = self._stray = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = transport

    def exchange(self, pieces: Sequence[bytes], ending: Ending, done: Done) -> None:
        """Send a request; pieces after the first follow with pauses.

        Parameters
        ----------
        pieces : sequence of bytes
        ending : Ending
        done : callable
            Called once, with the answer.
        """
        self._done, self._ending = done, ending
        self.deadline = monotonic() + self._pool.timeout_s
        if ending is not Ending.KEEP:
            # The answer is never read, even when it is fast.
            self._transport.pause_reading()
        self._transport.write(pieces[0])
        if len(pieces) > 1:
            self._pool.loop.call_later(PAUSE_S, self._go_on, pieces[1:], done)
        elif ending is not Ending.KEEP:
            self._pool.loop.call_later(RESET_AFTER_S, self._end, done)

    def _go_on(self, pieces: Sequence[bytes], done: Done) -> None:
        if self._done is not done or self._transport.is_closing():
            return
        self._transport.write(pieces[0])
        if len(pieces) > 1:
            self._pool.loop.call_later(PAUSE_S, self._go_on, pieces[1:], done)
        elif self._ending is not Ending.KEEP:
            self._pool.loop.call_later(RESET_AFTER_S, self._end, done)

    def _end(self, done: Done) -> None:
        if self._done is not done:
            return
        if self._transport.get_write_buffer_size():
            self._pool.loop.call_later(RESET_AFTER_S, self._end, done)
            return
        if self._ending is Ending.RESET:
            plain = self._transport.get_extra_info("socket")
            if plain is not None:
                plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESETS)
            self.fail("reset before the answer, as planned")
        else:
            self.fail("closed before the announced length, as planned")

    def data_received(self, data: bytes) -> None:
        """Read on."""
        if self._done is None:
            # Nobody asked: whatever follows would be taken for the answer to the next request.
            self.drop()
            return
        self._received += len(data)
        if self._received > ANSWER_BYTES:
            self.fail(f"answer exceeds {ANSWER_BYTES} bytes")
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self.fail("answer switches protocols")
        except httptools.HttpParserError as error:
            self.fail(f"answer is not HTTP: {error}")
        else:
            if self._stray:
                self.drop()
            elif self._answered:
                # Not before all that came is read: what follows an answer is nobody's.
                self._answered = False
                self._pool.free(self)
            elif self._in_headers and self._received > HEADER_BYTES:
                self.fail(f"headers of the answer exceed {HEADER_BYTES} bytes")

    def on_message_begin(self) -> None:
        """Note an answer that nobody asked for."""
        self._stray = self._done is None

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header."""
        self._headers[name.lower()] = value

    def on_headers_complete(self) -> None:
        """Keep the status."""
        self._status = self._parser.get_status_code()
        self._in_headers = False

    def on_body(self, body: bytes) -> None:
        """Keep a piece of the body."""
        self._body.append(body)

    def on_message_complete(self) -> None:
        """Hand over the answer; those that tell of an answer to come are passed over."""
        if self._stray:
            return
        if self._status < 200:
            self._in_headers = True
            self._headers = {}
            return
        kept = self._parser.should_keep_alive() and not self._transport.get_write_buffer_size()
        self._answer(kept=kept)

    def _answer(self, *, kept: bool) -> None:
        done, self._done = self._done, None
        answer = Answer(self._status, self._headers, b"".join(self._body), "")
        self._clear()
        # First the time is taken; what waits is sent after that.
        if done is not None:
            done(answer)
        if kept:
            self._answered = True
        else:
            self.drop()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell who waits for an answer."""
        until_closed = not self._in_headers and not (
            self._headers.keys() & {b"content-length", b"transfer-encoding"}
        )
        if self._done is not None and exc is None and until_closed:
            self._answer(kept=False)
            return
        self.fail(f"connection lost: {said(exc)}" if exc else "connection closed without an answer")

    def fail(self, error: str) -> None:
        """Give up on this connection, and on the answer if one is awaited."""
        done, self._done = self._done, None
        status = self._status
        self.drop()
        if done is not None:
            done(Answer(status if status >= 200 else 0, {}, b"", error))

    def drop(self) -> None:
        """Close without ceremony."""
        self._pool.lost(self)
        if self._transport is not None:
            self._transport.abort()

    @property
    def waits(self) -> bool:
        """Whether an answer is awaited."""
        return self._done is not None

    @property
    def usable(self) -> bool:
        """Whether a request can be written."""
        return not self._transport.is_closing()


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
        room = self.limit - len(self._open) - len(self._connecting)
        for _ in range(min(room, wanted - len(self._connecting))):
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
        now = monotonic()
        for connection in list(self._open):
            if connection.deadline and now > connection.deadline:
                if connection.waits:
                    connection.fail(f"no answer within {self.timeout_s:g} s")
                else:
                    connection.deadline = 0.0
        self._sweeper = self.loop.call_later(_SWEEP_S, self._sweep)


def said(error: BaseException) -> str:
    """Return an error of the system in its own words, without what differs from try to try.

    Examples
    --------
    >>> said(ConnectionRefusedError(111, "Connect call failed ('127.0.0.1', 80)"))
    'Connection refused'
    """
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"TLS: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return f"TLS: {error.reason or error}"
    if isinstance(error, OSError) and error.errno:
        return os.strerror(error.errno)
    return str(error) or type(error).__name__
