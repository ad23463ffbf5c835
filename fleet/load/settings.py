"""How a plan is run: where to, how fast, and within which bounds."""

import ipaddress
import resource
import socket
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

from deskhand.errors import DeskhandError
from deskhand.fleet.bodies import Encoding, compressor

# Nothing is sent without an end; assumed.
MAX_SECONDS = 3_600.0
# How long a stop may take; assumed.
STOP_S = 2.0
# Files that a worker itself holds open: pipes, the event loop, its history, libraries. Assumed.
_OWN_FILES = 40
_PORTS = {"http": 80, "https": 443}


class Address(NamedTuple):
    """Where connections go: resolved once, so that a name cannot come to mean another machine."""

    host: str
    port: int
    places: Sequence[str]  # addresses to be tried in turn
    tls: ssl.SSLContext | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadSettings:
    """How a plan is run.

    Parameters
    ----------
    plan : pathlib.Path
        Its folder.
    target : str
        Address of the service, or what the adapter of a queue takes.
    adapter : str
        Its kind, one of `deskhand.fleet.targets.TARGETS`.
    out : pathlib.Path
        A folder that is new or empty.
    workers, connections : int
        Processes, and connections of each.
    encoding : str
        ``gzip``, ``deflate``, ``zstd`` or ``none``; when not given, ``gzip`` where the service
        reads it, and none by queue.
    speed : float
        Times the compression of the plan.
    max_rate_hz : float, optional
        Attempts a second, over all workers.
    max_seconds : float
        Nothing is sent after so many seconds.
    warm_up_s : float
        Latencies leave out what was due before.
    headers : mapping of str to str
    token : str, optional
        Bearer token of a device, with ``{device_id}`` in it.
    token_file : pathlib.Path, optional
        Instead of ``token``: a line a device.
    ca : pathlib.Path, optional
        Certificates to trust instead of the system's.
    insecure : bool
        Trust any certificate; only on this machine.
    attempts : int
        How often a batch is tried at most.
    timeout_s : float
        For connecting, and for a request with its answer.
    own_this_target : bool
        Needed for anything but this machine.
    """

    plan: Path
    target: str
    adapter: str
    out: Path
    workers: int = 1
    connections: int = 64
    encoding: Encoding | None = None
    speed: float = 1.0
    max_rate_hz: float | None = None
    max_seconds: float = MAX_SECONDS
    warm_up_s: float = 0.0
    headers: Mapping[str, str] = field(default_factory=dict)
    token: str | None = None
    token_file: Path | None = None
    ca: Path | None = None
    insecure: bool = False
    attempts: int = 5
    timeout_s: float = 10.0
    own_this_target: bool = False

    def __post_init__(self) -> None:
        compressor(self.encoding or "none")
        for name in ("workers", "connections", "attempts"):
            if getattr(self, name) < 1:
                raise DeskhandError(f"{name} is {getattr(self, name)}; it must be 1 or more.")
        for name in ("speed", "max_rate_hz", "max_seconds", "timeout_s"):
            value = getattr(self, name)
            if value is not None and not 0 < value < float("inf"):
                raise DeskhandError(f"{name} is {value}; it must be more than 0, and finite.")
        if self.token is not None and self.token_file is not None:
            raise DeskhandError("token and token_file: both are given; leave one out.")
        if not 0 <= self.warm_up_s < float("inf"):
            raise DeskhandError(f"warm_up_s is {self.warm_up_s}; it must be 0 or more.")


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise DeskhandError(f"target {url!r}: not an address ({error}).") from error
    return parts


def address_of(settings: LoadSettings) -> Address:
    """Return where connections go.

    Raises
    ------
    DeskhandError
        When the target is no HTTP address, cannot be resolved, or is another machine and nobody said
        that it may be loaded.
    """
    parts = _parts(settings.target)
    if parts.scheme not in _PORTS or not parts.hostname:
        raise DeskhandError(
            f"target {settings.target!r}: write an address such as http://127.0.0.1:8080/batches."
        )
    if parts.username or parts.password:
        raise DeskhandError("target: no name or password in the address; use --header or --token.")
    port = parts.port or _PORTS[parts.scheme]
    places, local = _resolved(parts.hostname, port)
    refuse_foreign(settings, local)
    return Address(parts.hostname, port, places, _tls(settings, parts.scheme))


def refuse_foreign(settings: LoadSettings, local: bool) -> None:
    """Refuse another machine, unless its owner said so.

    Raises
    ------
    DeskhandError
        With what to do.
    """
    if not local and not settings.own_this_target:
        raise DeskhandError(
            f"target {settings.target}: not on this machine; load is sent to others only with "
            "--i-own-this-target."
        )
    if settings.insecure and not local:
        raise DeskhandError("--insecure: only for a target on this machine; name its --ca.")


def is_local(adapter: str, url: str) -> bool:
    """Return whether an address of a queue, or a folder, is on this machine.

    Examples
    --------
    >>> is_local("nats", "nats://127.0.0.1:4222"), is_local("files", "bodies")
    (True, True)
    >>> is_local("redis", "redis://192.0.2.7"), is_local("nats", "192.0.2.7:4222")
    (False, False)
    """
    if adapter.partition(":")[0] == "files":
        return True
    parts = _parts(url if "://" in url else f"//{url}")
    if not parts.hostname:
        raise DeskhandError(
            f"target {url!r}: names no host; write nats://127.0.0.1:4222 or the like."
        )
    return _resolved(parts.hostname, parts.port or 0)[1]


def _resolved(host: str, port: int) -> tuple[list[str], bool]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise DeskhandError(f"target host {host!r}: cannot be resolved ({error}).") from error
    places = sorted({str(place[4][0]) for place in found}, key=lambda text: (":" in text, text))
    local = all(ipaddress.ip_address(text.split("%")[0]).is_loopback for text in places)
    return places, local


def affordable(connections: int, others: int) -> int:
    """Return how many connections a process may open, so that its files can be opened as well.

    Parameters
    ----------
    connections : int
        That are wanted.
    others : int
        Files that it will hold open besides.

    Examples
    --------
    >>> affordable(8, 4)
    8
    """
    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if allowed != most:
        # The most is what the system allows; less than that is only a default.
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        allowed = most
    if allowed == resource.RLIM_INFINITY:
        return connections
    return max(1, min(connections, allowed - others - _OWN_FILES))


def _tls(settings: LoadSettings, scheme: str) -> ssl.SSLContext | None:
    if scheme != "https":
        return None
    try:
        context = ssl.create_default_context(cafile=settings.ca)
    except OSError as error:
        raise DeskhandError(f"{settings.ca}: holds no certificates ({error}).") from error
    if settings.insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
