"""Snowplow's tracker protocol by POST: a self-describing event an event."""

from collections.abc import Sequence
from dataclasses import dataclass

from deskhand.exports.snowplow.tracker import iglu
from deskhand.fleet.target import PoolBatch, Request, Sent, Template
from deskhand.fleet.targets.http import PlainHttp, path_under, posted_to
from deskhand.fleet.targets.tails import (
    Piece,
    Text,
    Time,
    event_uuids,
    members,
    quoted,
    tail,
)

PATH = "/com.snowplowanalytics.snowplow/tp2"
# The event's own schema; a service that validates needs it in its registry.
EVENT = "iglu:deskhand/event/jsonschema/1-0-0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Snowplow(PlainHttp):
    """Posts payload_data; every event says in its own data which session and batch it is of.

    Parameters
    ----------
    url : str, optional
        The collector.
    provenance_id : str, optional
        What the bodies say they come from.

    Notes
    -----
    `most_bytes` is the tracker's default ``maxPostBytes``: a plan for this target closes batches below it,
    and an event that is larger goes alone.

    Examples
    --------
    >>> Snowplow.most_bytes
    40000
    """

    content_type = "application/json; charset=UTF-8"
    most_bytes = 40_000

    def request(self, sent: Sent) -> Request:  # noqa: ARG002
        """Return where a batch goes."""
        return posted_to(path_under(self.url, PATH))

    def head(self, sent: Sent) -> bytes:  # noqa: ARG002
        """Return the wrapper: it has no room for what identifies a batch."""
        return b'{"schema":"%b","data":[' % iglu("payload_data").encode()

    def template(self, batch: PoolBatch) -> Template:
        """Return the events."""
        wrapper = f'{{"schema":"{iglu("unstruct_event")}","data":{{"schema":"{EVENT}","data":'
        event: Sequence[Piece] = (
            b'{"e":"ue","tv":"deskhand-fleet-1","aid":"deskhand-synthetic","p":"pc","tna":',
            self.provenance.encode(),
            b',"dtm":"',
            Time("ms"),
            b'","eid":"',
            *event_uuids(batch.seq),
            b'","uid":"',
            Text("device_id"),
            b'","ue_pr":"',
            quoted([wrapper.encode() + b'{"synthetic":true,"run_id":"'])[0],
            Text("run_id"),
            quoted([b'","session_id":"'])[0],
            Text("session_id"),
            quoted([b'","batch_id":"'])[0],
            Text("batch_id"),
            quoted([b'",'])[0],
            quoted(members(batch.records)),
            b'}}"}',
        )
        return tail(batch, event, last=b"]}")
