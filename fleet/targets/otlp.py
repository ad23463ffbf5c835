"""OpenTelemetry logs over HTTP, as JSON: a log record an event, whose body is the event's own record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import orjson

from deskhand.fleet.tables import Outcome
from deskhand.fleet.target import Judgement, PoolBatch, Request, Sent, Template
from deskhand.fleet.targets.answers import REASON_CHARACTERS, plain_judgement
from deskhand.fleet.targets.http import PlainHttp, path_under, posted_to
from deskhand.fleet.targets.tails import Piece, Time, decimals, kinds, quoted, tail

PATH = "/v1/logs"
# opentelemetry.io/docs/specs/otlp, OTLP/HTTP response: these and no others are sent again.
RETRYABLE = frozenset({429, 502, 503, 504})


@dataclass(frozen=True, slots=True, kw_only=True)
class Otlp(PlainHttp):
    """Posts ExportLogsServiceRequests; the resource says which session, batch and device.

    Parameters
    ----------
    url : str, optional
        The endpoint, with or without ``/v1/logs``.
    provenance_id : str, optional
        What the bodies say they come from.

    Examples
    --------
    >>> Otlp().judge(500, {}, b"").retry, Otlp().judge(503, {}, b"").retry
    (False, True)
    """

    def request(self, sent: Sent) -> Request:  # noqa: ARG002
        """Return where a batch goes."""
        return posted_to(path_under(self.url, PATH))

    def head(self, sent: Sent) -> bytes:
        """Return the resource, whose attributes hold for every record."""
        return (
            '{"resourceLogs":[{"resource":{"attributes":['
            '{"key":"service.name","value":{"stringValue":"deskhand"}},'
            f'{{"key":"service.instance.id","value":{{"stringValue":"{sent.device_id}"}}}},'
            f'{{"key":"session.id","value":{{"stringValue":"{sent.session_id}"}}}},'
            f'{{"key":"deskhand.batch_id","value":{{"stringValue":"{sent.batch_id}"}}}},'
            f'{{"key":"deskhand.run_id","value":{{"stringValue":"{sent.run_id}"}}}},'
            f'{{"key":"deskhand.provenance_id","value":{{"stringValue":{self.provenance}}}}},'
            '{"key":"deskhand.synthetic","value":{"boolValue":true}}]},'
            '"scopeLogs":[{"scope":{"name":"deskhand.fleet","version":"1"},"logRecords":['
        ).encode()

    def template(self, batch: PoolBatch) -> Template:
        """Return the log records."""
        record: Sequence[Piece] = (
            b'{"timeUnixNano":"',
            Time("ns"),
            b'","observedTimeUnixNano":"',
            Time("ns"),
            b'","severityNumber":9,"severityText":"INFO","eventName":"deskhand.',
            kinds(batch.records),
            b'","attributes":[{"key":"deskhand.seq","value":{"intValue":"',
            decimals(batch.seq),
            b'"}}],"body":{"stringValue":"',
            quoted(batch.records),
            b'"}}',
        )
        return tail(batch, record, last=b"]}]}]}")

    def judge(self, status: int, headers: Mapping[bytes, bytes], body: bytes) -> Judgement:
        """Return what an answer means; records that were rejected are counted, but not named."""
        told = plain_judgement(status, headers, body)
        if told.outcome == Outcome.OK:
            refused = _refused(body)
            # Nobody knows which ones, and the specification forbids to send them again.
            return Judgement(outcome=Outcome.UNKNOWN, error=refused) if refused else told
        if told.retry and status not in RETRYABLE:
            return Judgement(outcome=told.outcome, error=told.error)
        return told


def _refused(body: bytes) -> str:
    """Return how many records a partial success left out, as a reason; nothing when there is none.

    Examples
    --------
    >>> _refused(b'{"partialSuccess":{"rejectedLogRecords":"2","errorMessage":"too old"}}')
    'partial success, 2 rejected: too old'
    >>> _refused(b'{"partialSuccess":{"errorMessage":"deprecated"}}'), _refused(b"not JSON")
    ('', '')
    """
    try:
        partial = orjson.loads(body)["partialSuccess"]
        count = int(partial.get("rejectedLogRecords") or 0)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
        return ""
    message = str(partial.get("errorMessage") or "")[:REASON_CHARACTERS]
    return f"partial success, {count} rejected: {message}" if count > 0 else ""
