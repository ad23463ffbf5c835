"""What a target adapter is: how a batch becomes a request, and what an answer means.

A body is a head that is unique and a tail that is the pool's. Where a schema allows, all that differs
from device to device stands in the head, so that the tail is compressed once and stitched to it;
where every event carries its own identifier or time, these have a fixed width and are filled in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from deskhand.fleet.tables import Outcome


class PoolBatch(NamedTuple):
    """A batch of the pool: its events as JSON records, in order."""

    pool_batch: int
    records: Sequence[bytes]  # {"seq":0,"t_us":0,"type":...}; of a faulty variant perhaps not valid
    seq: npt.NDArray[np.int32]
    t_us: npt.NDArray[np.int64]  # since the session's start


class Sent(NamedTuple):
    """What is unique about one batch that is sent."""

    run_id: str
    batch_id: str
    session_id: str
    device_id: str
    device: int
    position: int  # which batch of its session, from 0
    events: int
    first_seq: int
    last_seq: int
    start_us: int  # Unix time of the session's start, by the device's clock
    device_us: int  # Unix time at which the batch was made, by the device's clock

    @property
    def session_hex(self) -> str:
        """The 16 digits of the session's identifier, for those who want digits alone."""
        return self.session_id[-16:]

    @property
    def batch_uuid(self) -> str:
        """The 13 characters with which the UUIDs of a batch's events begin."""
        return f"{self.batch_id[-16:-8]}-{self.batch_id[-8:-4]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TextSlot:
    """Places of one width in a tail that take an attribute of `Sent`, such as ``session_id``."""

    name: str
    width: int
    offsets: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeSlot:
    """Places in a tail that take ``start_us + t_us``, one time a place.

    ``style`` is ``s``, ``ms``, ``us`` or ``ns`` (decimal digits, 10, 13, 16 or 19 of them) or ``iso``
    (``2026-03-02T08:00:00.123000+00:00``, 32 characters).
    """

    style: str
    offsets: npt.NDArray[np.int64]
    t_us: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """The tail of a body; without slots it is the same for every device."""

    tail: bytes
    texts: tuple[TextSlot, ...] = ()
    times: tuple[TimeSlot, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What an answer means."""

    outcome: Outcome
    retry: bool = False
    after_s: float | None = None  # as the service asked; no less than this is waited
    split: bool = False  # too large: send it in halves
    # Sequence numbers of the events that were taken, where the service tells of each; else None: all or none.
    taken: frozenset[int] | None = None
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Where and how a batch is posted; the same for all batches of a device."""

    path: str
    headers: Mapping[str, str] = field(default_factory=dict)


class HttpTarget(Protocol):
    """A service that takes batches by HTTP POST."""

    content_type: str
    reads_gzip: bool  # so that bodies are compressed when nothing else was asked for

    def prepare(self, devices: Sequence[str]) -> Sequence[tuple[Request, bytes]]:
        """Return requests with bodies to be sent before the run (buckets to be made, say)."""

    def request(self, sent: Sent) -> Request:
        """Return path and headers of a batch."""

    def head(self, sent: Sent) -> bytes:
        """Return the beginning of a body."""

    def template(self, batch: PoolBatch) -> Template:
        """Return the rest of a body."""

    def judge(self, status: int, headers: Mapping[bytes, bytes], body: bytes) -> Judgement:
        """Return what an answer means; header names are in lower case."""


class QueueTarget(Protocol):
    """A broker or a folder that takes whole messages."""

    async def open(self) -> None:
        """Connect."""

    async def send(self, sent: Sent, body: bytes) -> Judgement:
        """Hand over one message, and wait for its acknowledgement."""

    async def close(self) -> None:
        """Disconnect."""

    def head(self, sent: Sent) -> bytes:
        """Return the beginning of a body."""

    def template(self, batch: PoolBatch) -> Template:
        """Return the rest of a body."""
