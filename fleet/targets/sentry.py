"""Sentry's envelopes of structured logs: a log an event, with the event's own record as an attribute."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from deskhand.fleet.target import Judgement, PoolBatch, Request, Sent, Template
from deskhand.fleet.targets.answers import plain_judgement, retry_after_s
from deskhand.fleet.targets.http import PlainHttp
from deskhand.fleet.targets.tails import Piece, Text, Time, decimals, iso, kinds, quoted, tail

# develop.sentry.dev, rate limiting: so long waits a client that is not told how long.
UNTOLD_S = 60.0
CATEGORIES = frozenset({"log_item", "log_byte"})
_LIMIT = re.compile(r"(?P<seconds>\d{1,9}(?:\.\d{1,9})?):(?P<categories>[\w;]*)(?::[^,]*)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentry(PlainHttp):
    """Posts envelopes with one item of type ``log``.

    Parameters
    ----------
    url : str, optional
        Where Relay is, or a DSN such as ``http://key@localhost:9000/42``.
    provenance_id : str, optional
        What the bodies say they come from.
    project, key : str, optional
        The project's number and public key, where the address is no DSN.

    Examples
    --------
    >>> sent = Sent("syn_r", "syn_b", "syn_s", "syn_d", 0, 0, 1, 0, 0, 0, 0)
    >>> Sentry(url="http://abc@localhost:9000/in/42").request(sent).path
    '/in/api/42/envelope/'
    """

    content_type = "application/x-sentry-envelope"
    project: str = "1"
    key: str = "0" * 32

    def request(self, sent: Sent) -> Request:  # noqa: ARG002
        """Return where a batch goes, and with whose key."""
        parts = urlsplit(self.url or "")
        prefix, project, key = parts.path.rstrip("/"), self.project, self.key
        if parts.username:
            key = parts.username
            prefix, _, project = prefix.rpartition("/")
        auth = f"Sentry sentry_version=7, sentry_client=deskhand/1, sentry_key={key}"
        path = f"{prefix}/api/{project}/envelope/"
        return Request(path=path, headers={"X-Sentry-Auth": auth})

    def head(self, sent: Sent) -> bytes:
        """Return the envelope's header."""
        return (
            f'{{"sent_at":"{iso(sent.device_us)}","sdk":{{"name":"deskhand","version":"1"}},'
            f'"synthetic":true,"provenance_id":{self.provenance},"run_id":"{sent.run_id}","batch_id":"{sent.batch_id}",'
            f'"session_id":"{sent.session_id}","device_id":"{sent.device_id}"}}\n'
        ).encode()

    def template(self, batch: PoolBatch) -> Template:
        """Return the item: without a length it goes to the end of its line."""
        log: Sequence[Piece] = (
            # Microseconds of a second, as a number in JSON may say them.
            b'{"timestamp":',
            Time("us"),
            b'e-6,"trace_id":"0000000000000000',
            Text("session_hex", 16),
            b'","level":"info","severity_number":9,"body":"',
            kinds(batch.records),
            b'","attributes":{"deskhand.synthetic":{"value":true,"type":"boolean"},',
            b'"deskhand.run_id":{"value":"',
            Text("run_id"),
            b'","type":"string"},"deskhand.session_id":{"value":"',
            Text("session_id"),
            b'","type":"string"},"deskhand.batch_id":{"value":"',
            Text("batch_id"),
            b'","type":"string"},"deskhand.device_id":{"value":"',
            Text("device_id"),
            b'","type":"string"},"deskhand.seq":{"value":',
            decimals(batch.seq),
            b',"type":"integer"},"deskhand.record":{"value":"',
            quoted(batch.records),
            b'","type":"string"}}}',
        )
        item = (
            b'{"type":"log","item_count":%d,'
            b'"content_type":"application/vnd.sentry.items.log+json"}\n{"items":['
        )
        return tail(batch, log, first=item % len(batch.records), last=b"]}\n")

    def judge(self, status: int, headers: Mapping[bytes, bytes], body: bytes) -> Judgement:
        """Return what an answer means; how long a limit lasts stands in a header of Sentry's own."""
        told = plain_judgement(status, headers, body)
        if status != 429:
            return told
        after_s = limited_s(headers)
        return Judgement(outcome=told.outcome, retry=True, after_s=after_s, error=told.error)


def limited_s(headers: Mapping[bytes, bytes]) -> float:
    """Return for how long logs are not wanted.

    Parameters
    ----------
    headers : mapping
        ``x-sentry-rate-limits`` holds groups of seconds, categories and scope; no category means all.
        ``retry-after`` counts where it is missing.

    Examples
    --------
    >>> limited_s(
    ...     {b"x-sentry-rate-limits": b"60:error;log_item:organization, 2700:transaction:key"}
    ... )
    60.0
    >>> limited_s({b"x-sentry-rate-limits": b"5::organization"}), limited_s({b"retry-after": b"7"})
    (5.0, 7.0)
    """
    given = headers.get(b"x-sentry-rate-limits")
    if given is None:
        told = retry_after_s(headers)
        return UNTOLD_S if told is None else told
    waits = []
    for group in given.decode("latin-1").split(","):
        limit = _LIMIT.fullmatch(group.strip())
        if limit is None:
            continue
        categories = set(limit["categories"].split(";")) - {""}
        if not categories or categories & CATEGORIES:
            waits.append(float(limit["seconds"]))
    return max(waits, default=UNTOLD_S)
