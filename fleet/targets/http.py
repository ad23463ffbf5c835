"""What HTTP targets have in common."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

import orjson

from deskhand.fleet.target import Judgement, Request
from deskhand.fleet.targets.answers import plain_judgement


@cache
def path_of(url: str | None) -> str:
    """Return path and query of an address, without a slash at the end of a bare path.

    Examples
    --------
    >>> path_of("http://localhost:8080"), path_of("http://h/in/?name=a"), path_of("http://h/in/")
    ('', '/in/?name=a', '/in')
    """
    parts = urlsplit(url or "")
    return f"{parts.path}?{parts.query}" if parts.query else parts.path.rstrip("/")


@cache
def path_under(url: str | None, own: str) -> str:
    """Return the path of a protocol at an address, which may say it itself.

    Parameters
    ----------
    url : str, optional
        The address; its query does not count.
    own : str
        What the protocol prescribes.

    Examples
    --------
    >>> (
    ...     path_under("http://h/collect", "/v1/logs"),
    ...     path_under("http://h/collect/v1/logs", "/v1/logs"),
    ... )
    ('/collect/v1/logs', '/collect/v1/logs')
    """
    given = urlsplit(url or "").path.rstrip("/")
    return f"{given.removesuffix(own.rstrip('/'))}{own}"


@cache
def json_text(text: str) -> str:
    """Return a text as JSON, made once for all batches.

    Examples
    --------
    >>> json_text("syn_p")
    '"syn_p"'
    """
    return orjson.dumps(text).decode()


@cache
def posted_to(path: str) -> Request:
    """Return a request without headers of its own, made once for all batches.

    Examples
    --------
    >>> posted_to("/batch") is posted_to("/batch")
    True
    """
    return Request(path=path)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainHttp:
    """A service that needs no preparation and answers as HTTP says.

    Parameters
    ----------
    url : str, optional
        Where it is; only the path counts here.
    provenance_id : str, optional
        What the bodies say they come from: the plan's.
    """

    content_type = "application/json"
    reads_gzip = True
    url: str | None = None
    provenance_id: str = ""

    @property
    def provenance(self) -> str:
        """The provenance as JSON text."""
        return json_text(self.provenance_id)

    def prepare(self, devices: Sequence[str]) -> Sequence[tuple[Request, bytes]]:  # noqa: ARG002
        """Return no requests."""
        return ()

    def judge(self, status: int, headers: Mapping[bytes, bytes], body: bytes) -> Judgement:
        """Return what an answer means by HTTP alone."""
        return plain_judgement(status, headers, body)
