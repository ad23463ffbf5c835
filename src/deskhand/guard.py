"""A guard before a production service: requests that say that they are synthetic are refused.

Pure Python, for ASGI and for WSGI. It looks at headers, and into as much of a body as it may keep in
memory; what is larger is passed on as it comes. It keeps test data out that says what it is, not an
attacker who takes the marks off.
"""

import io
import json
import zlib
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping, Sequence
from typing import Any

from deskhand.errors import DeskhandError
from deskhand.marks.json_marks import said_by_body
from deskhand.marks.verdict import Verdict

UNPROCESSABLE, LEGAL = 422, 451
STATUSES: Mapping[int, str] = {
    400: "Bad Request",
    403: "Forbidden",
    409: "Conflict",
    UNPROCESSABLE: "Unprocessable Content",
    LEGAL: "Unavailable For Legal Reasons",
}
MOST_BYTES = 1 << 20
HEADERS = ("x-synthetic", "x-synthetic-load", "deskhand-synthetic")
_REFUSED = frozenset((Verdict.SYNTHETIC, Verdict.PARTLY, Verdict.DERIVED))
_NO = frozenset(("", "0", "false", "no"))
_POLICY_VIOLATION = 1008

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


def refused_by_headers(headers: Mapping[str, str], names: Sequence[str] = HEADERS) -> str | None:
    """Return the header by which a request says that it is synthetic, None for none.

    Parameters
    ----------
    headers : mapping of str to str
        With names in small letters.
    names : sequence of str
        Those that say so.

    Examples
    --------
    >>> refused_by_headers({"x-synthetic": "true"}), refused_by_headers({"x-synthetic": "false"})
    ('x-synthetic', None)
    """
    said = (name for name in names if headers.get(name, "").strip().lower() not in _NO)
    return next(said, None)


def plain(body: bytes, encoding: str, most: int) -> bytes:
    """Return as much of a body as is looked into, without its compression.

    Parameters
    ----------
    body : bytes
        Its beginning; what is cut off is passed over.
    encoding : str
        The header ``Content-Encoding``; gzip is known by its first bytes, too.
    most : int
        Bytes that may come of it.

    Examples
    --------
    >>> import gzip
    >>> plain(gzip.compress(b"abcdef"), "", 3)
    b'abc'
    """
    words = [word.strip().lower() for word in encoding.split(",")]
    # Several codings lie one in the other, the last outermost.
    for word in reversed(words):
        if word == "zstd" or body.startswith(b"\x28\xb5\x2f\xfd"):
            body = _plain_zstd(body, most)
        elif word in ("gzip", "x-gzip") or body.startswith(b"\x1f\x8b"):
            body = _inflated(body, 31, most)
        elif word == "deflate":
            body = _inflated(body, 15, most) or _inflated(body, -15, most)
    return body[:most]


def _inflated(body: bytes, window: int, most: int) -> bytes:
    """Return what zlib makes of a body, member by member, as far as it is whole."""
    found = b""
    while body and len(found) < most:
        unpacker = zlib.decompressobj(window)
        try:
            found += unpacker.decompress(body, most - len(found))
        except zlib.error:
            break
        body = unpacker.unused_data
    return found


def _plain_zstd(body: bytes, most: int) -> bytes:
    try:
        import zstandard
    except ImportError:
        # Nothing in the standard library reads it before Python 3.14.
        return body
    try:
        with zstandard.ZstdDecompressor().stream_reader(io.BytesIO(body)) as reader:
            return bytes(reader.read(most))
    except zstandard.ZstdError:
        return b""


class _Rules:
    """What is refused, and the answer."""

    def __init__(self, status: int, most_bytes: int, headers: Sequence[str]) -> None:
        if status not in STATUSES:
            known = ", ".join(map(str, STATUSES))
            raise DeskhandError(
                f"status={status!r}: must be one of {known}; {UNPROCESSABLE} says that the request is understood and not taken."
            )
        if isinstance(most_bytes, bool) or not isinstance(most_bytes, int) or most_bytes < 0:
            raise DeskhandError(
                f"most_bytes={most_bytes!r}: must be a whole number from 0; 0 looks at headers alone."
            )
        self.status, self.most_bytes = status, most_bytes
        self.headers = tuple(name.lower() for name in headers)

    def of_headers(self, headers: Mapping[str, str]) -> str | None:
        found = refused_by_headers(headers, self.headers)
        return None if found is None else f"the header {found}"

    def of_body(self, body: bytes, encoding: str) -> str | None:
        verdict = said_by_body(plain(body, encoding, self.most_bytes)) if body else Verdict.NONE
        return f"the body, which is {verdict}" if verdict in _REFUSED else None

    def answer(self, why: str) -> bytes:
        return json.dumps({"error": f"synthetic data is not taken here; told by {why}."}).encode()


class SyntheticGuard:
    """Middleware of an ASGI application that answers marked requests itself.

    Parameters
    ----------
    app : callable
        The application.
    status : int
        Of the answer: 422, 451, 400, 403 or 409.
    most_bytes : int
        So much of a body is kept and looked into, both as it came and unpacked; 0 for headers alone. The
        application begins when a body has ended or is larger; what is larger streams on.
    headers : sequence of str
        Headers that say that a request is synthetic, unless their value is false, no or 0.

    Raises
    ------
    DeskhandError
        When an argument cannot be used.

    Examples
    --------
    >>> async def app(scope, receive, send): ...
    >>> guarded = SyntheticGuard(app, status=451)
    """

    def __init__(
        self,
        app: Callable[[Scope, Receive, Send], Awaitable[None]],
        *,
        status: int = UNPROCESSABLE,
        most_bytes: int = MOST_BYTES,
        headers: Sequence[str] = HEADERS,
    ) -> None:
        self._app = app
        self._rules = _Rules(status, most_bytes, headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take one connection."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in scope["headers"]}
        why = self._rules.of_headers(headers)
        if scope["type"] == "websocket":
            if why is None:
                await self._app(scope, receive, send)
            else:
                await receive()
                await send({"type": "websocket.close", "code": _POLICY_VIOLATION, "reason": why})
            return
        kept: list[Message] = []
        if why is None and self._rules.most_bytes:
            size, more = 0, True
            while more and size <= self._rules.most_bytes:
                message = await receive()
                kept.append(message)
                more = message["type"] == "http.request" and message.get("more_body", False)
                size += len(message.get("body", b""))
            body = b"".join(message.get("body", b"") for message in kept)
            why = self._rules.of_body(body, headers.get("content-encoding", ""))
        if why is None:
            await self._app(scope, _replayed(kept, receive), send)
            return
        body = self._rules.answer(why)
        told = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": self._rules.status, "headers": told})
        await send({"type": "http.response.body", "body": body})


def _replayed(kept: list[Message], receive: Receive) -> Receive:
    async def again() -> Message:
        return kept.pop(0) if kept else await receive()

    return again


class SyntheticGuardWSGI:
    """Middleware of a WSGI application that answers marked requests itself.

    Parameters
    ----------
    app, status, most_bytes, headers
        As those of `SyntheticGuard`.

    Raises
    ------
    DeskhandError
        When an argument cannot be used.
    """

    def __init__(
        self,
        app: Callable[..., Iterable[bytes]],
        *,
        status: int = UNPROCESSABLE,
        most_bytes: int = MOST_BYTES,
        headers: Sequence[str] = HEADERS,
    ) -> None:
        self._app = app
        self._rules = _Rules(status, most_bytes, headers)

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Take one request."""
        headers = {
            name[5:].replace("_", "-").lower(): str(value)
            for name, value in environ.items()
            if name.startswith("HTTP_")
        }
        why = self._rules.of_headers(headers)
        if why is None and self._rules.most_bytes:
            kept = _kept(environ, self._rules.most_bytes)
            why = self._rules.of_body(kept, headers.get("content-encoding", ""))
        if why is None:
            return self._app(environ, start_response)
        body = self._rules.answer(why)
        told = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
        start_response(f"{self._rules.status} {STATUSES[self._rules.status]}", told)
        return [body]


def _kept(environ: dict[str, Any], most: int) -> bytes:
    """Return the beginning of a body, and put it back for the application."""
    given, source = str(environ.get("CONTENT_LENGTH") or ""), environ["wsgi.input"]
    length = int(given) if given.isdecimal() else None
    if length is None and not environ.get("wsgi.input_terminated"):
        # By its specification such a request has no body, and a read might never return.
        return b""
    kept: bytes = source.read(most if length is None else min(length, most))
    rest = None if length is None else length - len(kept)
    environ["wsgi.input"] = io.BufferedReader(_Again(kept, source, rest))
    return kept


class _Again(io.RawIOBase):
    """What was read already, then the rest, and nothing of what comes after it on the connection."""

    def __init__(self, kept: bytes, source: Any, rest: int | None) -> None:
        self._kept, self._source, self._rest = kept, source, rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        part = self._kept[: len(buffer)]
        self._kept = self._kept[len(part) :]
        if not part and self._rest != 0:
            most = len(buffer)
            part = self._source.read(most if self._rest is None else min(most, self._rest))
            if self._rest is not None:
                self._rest -= len(part)
        buffer[: len(part)] = part
        return len(part)
