"""ActivityWatch's REST interface: a bucket a device, and an event in it an event."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import orjson

from deskhand.fleet.tables import Outcome
from deskhand.fleet.target import Judgement, PoolBatch, Request, Sent, Template
from deskhand.fleet.targets.answers import plain_judgement
from deskhand.fleet.targets.http import PlainHttp, path_under
from deskhand.fleet.targets.tails import Piece, Text, Time, members, tail


def bucket(device_id: str) -> str:
    """Return the name of a device's bucket.

    Examples
    --------
    >>> bucket("syn_00000000000000d1")
    'deskhand-synthetic_syn_00000000000000d1'
    """
    return f"deskhand-synthetic_{device_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityWatch(PlainHttp):
    """Posts lists of events; aw-server keeps one that is sent twice two times.

    Parameters
    ----------
    url : str, optional
        The server.
    provenance_id : str, optional
        What the bodies say they come from.

    Examples
    --------
    >>> sent = Sent("syn_r", "syn_b", "syn_s", "syn_d", 0, 0, 1, 0, 0, 0, 0)
    >>> ActivityWatch().request(sent).path
    '/api/0/buckets/deskhand-synthetic_syn_d/events'
    """

    reads_gzip = False

    def prepare(self, devices: Sequence[str]) -> Sequence[tuple[Request, bytes]]:
        """Return requests that make the buckets."""
        return [
            (
                Request(path=path_under(self.url, f"/api/0/buckets/{bucket(device)}")),
                orjson.dumps(
                    {"client": "deskhand", "type": "deskhand.synthetic", "hostname": device}
                ),
            )
            for device in devices
        ]

    def request(self, sent: Sent) -> Request:
        """Return the bucket of a batch's device."""
        path = f"/api/0/buckets/{bucket(sent.device_id)}/events"
        return Request(path=path_under(self.url, path))

    def head(self, sent: Sent) -> bytes:  # noqa: ARG002
        """Return the bracket of the list, which has no room for more."""
        return b"["

    def template(self, batch: PoolBatch) -> Template:
        """Return the events."""
        event: Sequence[Piece] = (
            b'{"timestamp":"',
            Time("iso"),
            b'","duration":0,"data":{"synthetic":true,"provenance_id":',
            self.provenance.encode(),
            b',"run_id":"',
            Text("run_id"),
            b'","batch_id":"',
            Text("batch_id"),
            b'","session_id":"',
            Text("session_id"),
            b'","device_id":"',
            Text("device_id"),
            b'",',
            members(batch.records),
            b"}",
        )
        return tail(batch, event, last=b"]")

    def judge(self, status: int, headers: Mapping[bytes, bytes], body: bytes) -> Judgement:
        """Return what an answer means; a bucket that is there already is answered with 304."""
        if status == 304:
            return Judgement(outcome=Outcome.OK)
        return plain_judgement(status, headers, body)
