"""PostHog's older ways in: events at ``/batch/``, and session recordings at ``/s/``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import orjson

from deskhand.exports.posthog import LIBRARY, SNAPSHOT, TOKEN
from deskhand.exports.rrweb import vocabulary as rr
from deskhand.fleet.tables import Outcome
from deskhand.fleet.target import Judgement, PoolBatch, Request, Sent, Template
from deskhand.fleet.targets.answers import plain_judgement
from deskhand.fleet.targets.http import PlainHttp, path_under, posted_to
from deskhand.fleet.targets.tails import (
    Piece,
    Text,
    Time,
    event_uuids,
    iso,
    kinds,
    members,
    tail,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Posthog(PlainHttp):
    """Posts events named ``deskhand_`` and their type; their properties are the record's members.

    Parameters
    ----------
    url : str, optional
        The capture service.
    provenance_id : str, optional
        What the bodies say they come from.
    token : str, optional
        The project's key.

    Examples
    --------
    >>> sent = Sent("syn_r", "syn_b", "syn_s", "syn_d", 0, 0, 1, 0, 0, 0, 0)
    >>> Posthog(url="http://localhost:8000/proxy").request(sent).path
    '/proxy/batch/'
    """

    token: str = TOKEN

    def request(self, sent: Sent) -> Request:  # noqa: ARG002
        """Return where a batch goes."""
        return posted_to(path_under(self.url, "/batch/"))

    def head(self, sent: Sent) -> bytes:
        """Return what holds for the whole batch."""
        return (
            f'{{"api_key":"{self.token}","historical_migration":false,"synthetic":true,'
            f'"provenance_id":{self.provenance},'
            f'"sent_at":"{iso(sent.device_us)}","batch":['
        ).encode()

    def template(self, batch: PoolBatch) -> Template:
        """Return the events."""
        return tail(batch, event_pieces(batch), last=b"]}")

    def judge(self, status: int, headers: Mapping[bytes, bytes], body: bytes) -> Judgement:
        """Return what an answer means; a project over its quota is answered with 200."""
        return _judged(status, headers, body)


def event_pieces(batch: PoolBatch, more: bytes = b"") -> Sequence[Piece]:
    """Return how an event of the capture interface is written.

    Parameters
    ----------
    batch : PoolBatch
        Its events.
    more : bytes
        Members of every event, each with a comma behind it.
    """
    return (
        b'{"event":"deskhand_',
        kinds(batch.records),
        b'","uuid":"',
        *event_uuids(batch.seq),
        b'","distinct_id":"',
        Text("device_id"),
        b'","timestamp":"',
        Time("iso"),
        b'",',
        more,
        b'"properties":{"synthetic":true,"$process_person_profile":false,"run_id":"',
        Text("run_id"),
        b'","batch_id":"',
        Text("batch_id"),
        b'","session_id":"',
        Text("session_id"),
        b'",',
        members(batch.records),
        b"}",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PosthogReplay(PlainHttp):
    """Posts a ``$snapshot`` whose rrweb events are custom ones that carry the records.

    Of the properties PostHog keeps the session, the window and the rrweb events, so these carry
    what identifies the batch too.

    Parameters
    ----------
    url : str, optional
        The capture service.
    provenance_id : str, optional
        What the bodies say they come from.
    token : str, optional
        The project's key.

    Examples
    --------
    >>> sent = Sent("syn_r", "syn_b", "syn_s", "syn_d", 0, 0, 1, 0, 0, 0, 0)
    >>> PosthogReplay().request(sent).path
    '/s/'
    """

    token: str = TOKEN

    def request(self, sent: Sent) -> Request:  # noqa: ARG002
        """Return where a batch goes."""
        return posted_to(path_under(self.url, "/s/"))

    def head(self, sent: Sent) -> bytes:
        """Return the properties."""
        session = session_uuid(sent)
        properties = {
            "$session_id": session,
            "$window_id": session,
            **LIBRARY,
            "$snapshot_host": "localhost",
            "distinct_id": sent.device_id,
            "token": self.token,
            "synthetic": True,
            "provenance_id": self.provenance_id,
        }
        told = orjson.dumps({"event": SNAPSHOT, "properties": properties})
        return told.removesuffix(b"}}") + b',"$snapshot_data":['

    def template(self, batch: PoolBatch) -> Template:
        """Return the rrweb events, and how long they are."""
        event: Sequence[Piece] = (
            b'{"type":%d,"data":{"tag":"deskhand","payload":{"synthetic":true,"run_id":"'
            % rr.CUSTOM,
            Text("run_id"),
            b'","batch_id":"',
            Text("batch_id"),
            b'","session_id":"',
            Text("session_id"),
            b'",',
            members(batch.records),
            b'},"timestamp":',
            Time("ms"),
            b"}",
        )
        # posthog-js adds up the events' JSON, without what stands between them.
        size = len(tail(batch, event, between=b"", last=b"").tail)
        return tail(batch, event, last=b'],"$snapshot_bytes":%d}}' % size)

    def judge(self, status: int, headers: Mapping[bytes, bytes], body: bytes) -> Judgement:
        """Return what an answer means; a project over its quota is answered with 200."""
        return _judged(status, headers, body)


def session_uuid(sent: Sent) -> str:
    """Return a session's UUID of version 7: its start in milliseconds, and the digits of its identifier.

    Examples
    --------
    >>> sent = Sent("r", "b", "syn_0123456789abcdef", "d", 0, 0, 1, 0, 0, 1_772_438_400_123_456, 0)
    >>> session_uuid(sent)
    '019cad8f-ac7b-7012-8345-6789abcdef00'
    """
    ms, digits = f"{sent.start_us // 1000:012x}", sent.session_hex
    return f"{ms[:8]}-{ms[8:]}-7{digits[:3]}-8{digits[3:6]}-{digits[6:]}00"


def _judged(status: int, headers: Mapping[bytes, bytes], body: bytes) -> Judgement:
    told = plain_judgement(status, headers, body)
    if told.outcome == Outcome.OK and b"quota_limited" in body:
        try:
            limited = orjson.loads(body)["quota_limited"]
        except (ValueError, TypeError, KeyError):
            return told
        if limited:
            return Judgement(outcome=Outcome.FAIL, error=f"quota_limited: {limited}"[:120])
    return told
