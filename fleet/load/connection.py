"""HTTP/1.1 connections; every answer is bounded.

One exchange at a time on a connection, on the event loop's protocols rather than its streams, since
these cost several times as much for each request.
"""

import asyncio
import os
import socket
import ssl
import struct
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import Any, Protocol

import httptools

from deskhand.fleet.target import Judgement

# What an answer may come to; a service that ingests answers with a line or two. Assumed.
ANSWER_BYTES = 1 << 20
HEADER_BYTES = 64 << 10
# Between pieces of a slow sender's body; assumed.
PAUSE_S = 0.05
# Until a connection with all of its body sent is reset: the bytes have left this machine. Assumed.
RESET_AFTER_S = 0.005
_RESETS = struct.pack("ii", 1, 0)  # SO_LINGER: on, zero seconds


class Answer:
    """What came back.

    Parameters
    ----------
    status : int
    headers : mapping of bytes to bytes
        Names in lower case.
    body : bytes
    error : str
        Why there was no whole answer.
    """

    __slots__ = ("body", "error", "headers", "judgement", "status")

    def __init__(
        self, status: int, headers: Mapping[bytes, bytes], body: bytes, error: str = ""
    ) -> None:
        self.status, self.headers, self.body, self.error = status, headers, body, error
        # What it means, once that is known and holds for all answers of the same bytes.
        self.judgement: Judgement | None = None


class Ending(Enum):
    """What the client does once its request is written."""

    KEEP = 0  # reads the answer
    CLOSE = 1
    RESET = 2


Done = Callable[[Any, Answer], None]


class Owner(Protocol):
    """Who keeps connections."""

    loop: asyncio.AbstractEventLoop

    @property
    def known(self) -> Mapping[bytes, Answer]:
        """Answers that were read, by their bytes."""

    def learn(self, data: bytes, answer: Answer) -> None:
        """Take note of what a whole answer was read as."""

    def free(self, connection: "Connection") -> None:
        """Take back a connection."""

    def lost(self, connection: "Connection") -> None:
        """Forget a connection."""


class Connection(asyncio.Protocol):
    """One connection."""

    def __init__(self, owner: Owner) -> None:
        self._owner = owner
        self._transport: Any = None
        self._job: Any = None  # whose answer is awaited
        self._done: Done
        self._ending = Ending.KEEP
        self._left: Sequence[bytes] = ()  # pieces of the request that are not written yet
        self.since_ns = 0  # when the latest request began
        self._parser = httptools.HttpResponseParser(self)
        self._answer: Answer | None = None  # handed over; the connection is not yet
        self._clear()

    def _clear(self) -> None:
        self._headers: dict[bytes, bytes] = {}
        self._body: list[bytes] = []
        self._received = 0
        self._in_headers = True
        self._status = 0
        self._stray = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = transport

    def exchange(self, request: bytes, job: Any, done: Done, now_ns: int) -> None:
        """Send a request.

        Parameters
        ----------
        request : bytes
        job : object
            What is told of with the answer; not None.
        done : callable
            Called once, with the job and its answer.
        now_ns : int
            By the monotonic clock.
        """
        self._job, self._done, self.since_ns = job, done, now_ns
        self._transport.write(request)

    def exchange_oddly(
        self, pieces: Sequence[bytes], ending: Ending, job: Any, done: Done, now_ns: int
    ) -> None:
        """Send a request in pieces with pauses between them, and perhaps break it off; else as `exchange`."""
        self._ending, self._left = ending, pieces[1:]
        if ending is not Ending.KEEP:
            # The answer is never read, even when it is fast.
            self._transport.pause_reading()
        self.exchange(pieces[0], job, done, now_ns)
        self._go_on_later(job)

    def _go_on_later(self, job: Any) -> None:
        if self._left:
            self._owner.loop.call_later(PAUSE_S, self._go_on, job)
        elif self._ending is not Ending.KEEP:
            self._owner.loop.call_later(RESET_AFTER_S, self._end, job)

    def _go_on(self, job: Any) -> None:
        if self._job is not job or self._transport.is_closing():
            return
        self._transport.write(self._left[0])
        self._left = self._left[1:]
        self._go_on_later(job)

    def _end(self, job: Any) -> None:
        if self._job is not job:
            return
        if self._transport.get_write_buffer_size():
            self._owner.loop.call_later(RESET_AFTER_S, self._end, job)
            return
        if self._ending is Ending.RESET:
            plain = self._transport.get_extra_info("socket")
            if plain is not None:
                plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESETS)
            self.fail("reset before the answer, as planned")
        else:
            self.fail("closed before the announced length, as planned")

    def data_received(self, data: bytes) -> None:
        """Read on; most answers are the same bytes again, and need no reading."""
        if self._job is None:
            # Nobody asked: whatever follows would be taken for the answer to the next request.
            self.drop()
        elif self._received or (answer := self._owner.known.get(data)) is None or self._writing():
            self._read(data)
        else:
            self._tell(answer)
            self._owner.free(self)

    def _writing(self) -> bool:
        return bool(self._left or self._transport.get_write_buffer_size())

    def _tell(self, answer: Answer) -> None:
        job, self._job = self._job, None
        self._done(job, answer)

    def _read(self, data: bytes) -> None:
        in_one_piece = not self._received
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
            answer, self._answer = self._answer, None
            if self._stray:
                self.drop()
            elif answer is not None:
                # Not before all that came is read: what follows an answer is nobody's.
                if in_one_piece:
                    self._owner.learn(data, answer)
                self._owner.free(self)
            elif self._in_headers and self._received > HEADER_BYTES:
                self.fail(f"headers of the answer exceed {HEADER_BYTES} bytes")

    def on_message_begin(self) -> None:
        """Note an answer that nobody asked for."""
        self._stray = self._job is None

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
        self._answered(kept=self._parser.should_keep_alive() and not self._writing())

    def _answered(self, *, kept: bool) -> None:
        answer = Answer(self._status, self._headers, b"".join(self._body))
        self._clear()
        # First the time is taken; what waits is sent after that.
        self._tell(answer)
        if kept:
            self._answer = answer
        else:
            self.drop()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell who waits for an answer."""
        until_closed = not self._in_headers and not (
            self._headers.keys() & {b"content-length", b"transfer-encoding"}
        )
        if self._job is not None and exc is None and until_closed:
            self._answered(kept=False)
            return
        self.fail(f"connection lost: {said(exc)}" if exc else "connection closed without an answer")

    def fail(self, error: str) -> None:
        """Give up on this connection, and on the answer if one is awaited."""
        job, self._job = self._job, None
        status = self._status
        self.drop()
        if job is not None:
            self._done(job, Answer(status if status >= 200 else 0, {}, b"", error))

    def drop(self) -> None:
        """Close without ceremony."""
        self._owner.lost(self)
        if self._transport is not None:
            self._transport.abort()

    @property
    def waits(self) -> bool:
        """Whether an answer is awaited."""
        return self._job is not None

    @property
    def usable(self) -> bool:
        """Whether a request can be written."""
        return not self._transport.is_closing()


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
