"""A line of JSON an event, as services with an events API and loaders of k6 take them."""

from collections.abc import Sequence
from dataclasses import dataclass

from deskhand.fleet.target import PoolBatch, Request, Sent, Template
from deskhand.fleet.targets.http import PlainHttp, path_of, posted_to
from deskhand.fleet.targets.tails import Piece, Text, Time, members, tail


@dataclass(frozen=True, slots=True, kw_only=True)
class Ndjson(PlainHttp):
    r"""Posts lines that stand alone: every one says which session, batch and device it is of.

    Parameters
    ----------
    url : str, optional
        Where the lines go; without a path, to ``/events``.
    provenance_id : str, optional
        What the bodies say they come from.

    Examples
    --------
    >>> import numpy as np
    >>> one = PoolBatch(0, [b'{"seq":0}'], np.zeros(1, np.int32), np.zeros(1, np.int64))
    >>> Ndjson().template(one).tail[-36:]
    b'"time_us":0000000000000000,"seq":0}\n'
    """

    content_type = "application/x-ndjson"

    def request(self, sent: Sent) -> Request:  # noqa: ARG002
        """Return where a batch goes."""
        return posted_to(path_of(self.url) or "/events")

    def head(self, sent: Sent) -> bytes:  # noqa: ARG002
        """Return nothing: there is no line for the whole batch."""
        return b""

    def template(self, batch: PoolBatch) -> Template:
        """Return the lines."""
        line: Sequence[Piece] = (
            f'{{"synthetic":true,"provenance_id":{self.provenance},"run_id":"'.encode(),
            Text("run_id"),
            b'","batch_id":"',
            Text("batch_id"),
            b'","session_id":"',
            Text("session_id"),
            b'","device_id":"',
            Text("device_id"),
            b'","time_us":',
            Time("us"),
            b",",
            members(batch.records),
        )
        return tail(batch, line, between=b"\n", last=b"\n")
