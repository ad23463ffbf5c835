"""Requests as bytes, and what the transport's faults make of them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from deskhand.errors import DeskhandError
from deskhand.fleet.bodies import Encoding
from deskhand.fleet.load.connection import Ending
from deskhand.fleet.load.tokens import Tokens
from deskhand.fleet.tables import Fault
from deskhand.fleet.target import Request, Sent

# Into how many pieces a slow sender cuts a request, and by how much a wrong length is too long. Assumed.
SLOW_PIECES = 8
MISSING_BYTES = 64
# Most batches have none of these; flags of an enumeration are too slow to be asked for each.
_BROKEN = int(Fault.TRUNCATE | Fault.CORRUPT_GZIP)
_LINE_ENDS = re.compile(r"[\r\n\0]")


def damaged(body: bytes, faults: int, encoding: Encoding) -> bytes:
    r"""Return a body that no service can accept, if its faults say so.

    Parameters
    ----------
    body : bytes
        As it would be sent, compressed.
    faults : int
        Of `Fault`; those of other layers are passed over.
    encoding : str
        What the body is coded as.

    Examples
    --------
    >>> damaged(b'{"a":1}\n{"b":2}\n', int(Fault.TRUNCATE), "none")
    b'{"a":1}\n{"'
    >>> damaged(b'{"a":1}', int(Fault.CORRUPT_GZIP), "none")
    b'["a":1}'
    """
    if not faults & _BROKEN:
        return body
    if faults & Fault.TRUNCATE:
        # Between two lines or objects it would only be a shorter batch.
        end = max(1, len(body) * 5 // 8)
        while encoding == "none" and end > 1 and b"\n" in body[end - 1 : end + 1]:
            end -= 1
        body = body[:end]
    if faults & Fault.CORRUPT_GZIP:
        # In gzip and zlib the checksum tells; a frame of zstd has none, so its first word is spoilt, and
        # so is the first letter of what is not compressed: of {, it makes [.
        place = len(body) // 2 if encoding in ("gzip", "deflate") else 0
        body = body[:place] + bytes([body[place] ^ 0x20]) + body[place + 1 :]
    return body


@dataclass(frozen=True, slots=True, kw_only=True)
class Wires:
    """Makes requests of bodies.

    Parameters
    ----------
    host : str
        As the header ``Host`` names it.
    version : str
        Of this program.
    content_type : str
    encoding : str
    headers : mapping of str to str
        Further ones.
    tokens : Tokens, optional
        Of devices.

    Raises
    ------
    DeskhandError
        When a header holds what would end a line.
    """

    host: str
    version: str
    content_type: str
    encoding: Encoding
    headers: Mapping[str, str] = field(default_factory=dict)
    tokens: Tokens | None = None
    _known: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, value in self.headers.items():
            _refuse_line_ends(name, value)
            if not name or not name.isascii() or any(letter in name for letter in ' ":\t'):
                raise DeskhandError(f"header {name!r}: a name has no spaces, colons or quotes.")

    def whole(self, request: Request, sent: Sent | None, body: bytes, missing: int = 0) -> bytes:
        """Return what is written for a batch; the length may be told longer than it is."""
        start = self._known.get(request.path)
        if start is None or request.headers:
            start = self._lines(request)
        if self.tokens is not None and sent is not None:
            start += b"Authorization: Bearer %s\r\n" % self.tokens(sent)
        return b"".join((start, b"Content-Length: %d\r\n\r\n" % (len(body) + missing), body))

    def faulty(
        self, request: Request, sent: Sent, body: bytes, faults: int
    ) -> tuple[Sequence[bytes], Ending]:
        """Return what is written for a batch in pieces, and what is done after that."""
        missing = MISSING_BYTES if faults & Fault.WRONG_LENGTH else 0
        whole = self.whole(request, sent, body, missing)
        ending = Ending.KEEP
        if missing:
            ending = Ending.CLOSE
        elif faults & Fault.RESET:
            ending = Ending.RESET
        if not faults & Fault.SLOW:
            return [whole], ending
        step = -(-len(whole) // SLOW_PIECES)
        return [whole[at : at + step] for at in range(0, len(whole), step)], ending

    def _lines(self, request: Request) -> bytes:
        if not request.path.isascii() or any(letter in request.path for letter in " \r\n"):
            raise DeskhandError(
                f"path {request.path!r}: write it as URLs are, with %20 and the like."
            )
        lines = {
            "Host": self.host,
            "User-Agent": f"deskhand-fleet/{self.version} (synthetic load)",
            "X-Synthetic": "true",
            "X-Synthetic-Load": "deskhand",
            "Accept": "*/*",
            "Content-Type": self.content_type,
        }
        if self.encoding != "none":
            lines["Content-Encoding"] = self.encoding
        lines |= dict(request.headers) | dict(self.headers)
        for name, value in lines.items():
            _refuse_line_ends(name, value)
        text = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        made = f"POST {request.path or '/'} HTTP/1.1\r\n{text}".encode("latin-1", "replace")
        # Paths with names of devices in them are many; those without are one.
        if not request.headers and len(self._known) < 1_000:
            self._known[request.path] = made
        return made


def _refuse_line_ends(name: str, value: str) -> None:
    if _LINE_ENDS.search(name) or _LINE_ENDS.search(value):
        raise DeskhandError(f"header {name!r}: neither name nor value may hold an end of line.")
