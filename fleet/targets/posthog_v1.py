"""PostHog's newer way in, ``/i/v1/analytics/events``, which tells of every event what became of it.

Headers, body and answers as in PostHog's rust/capture/src/v1 of 2026.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from deskhand.exports.posthog import TOKEN
from deskhand.fleet.tables import Outcome
from deskhand.fleet.target import Judgement, PoolBatch, Request, Sent, Template
from deskhand.fleet.targets.answers import REASON_CHARACTERS, plain_judgement, retry_after_s
from deskhand.fleet.targets.http import PlainHttp, path_under
from deskhand.fleet.targets.posthog import event_pieces
from deskhand.fleet.targets.tails import iso, seq_of, tail

PATH = "/i/v1/analytics/events"
# A warning means: kept, but without a person.
TAKEN = frozenset({"ok", "warning"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PosthogV1(PlainHttp):
    """Posts the same events as ``posthog``, and reads the result of each.

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
    >>> answer = b'{"results":{"0-0-0-0-05":{"result":"ok"},"0-0-0-0-06":{"result":"retry"}}}'
    >>> told = PosthogV1().judge(200, {b"retry-after": b"1"}, answer)
    >>> told.outcome.name, told.retry, told.after_s, sorted(told.taken)
    ('FAIL', True, 1.0, [5])
    """

    token: str = TOKEN

    def request(self, sent: Sent) -> Request:
        """Return where a batch goes, and the headers without which it is refused."""
        return Request(
            path=path_under(self.url, PATH),
            headers={
                "Authorization": f"Bearer {self.token}",
                "PostHog-Sdk-Info": "deskhand/1.0.0",
                "PostHog-Attempt": "1",
                "PostHog-Request-Id": f"{sent.batch_uuid}-8000-8000-000000000000",
                "PostHog-Request-Timestamp": iso(sent.device_us),
            },
        )

    def head(self, sent: Sent) -> bytes:
        """Return what holds for the whole batch."""
        return (
            f'{{"created_at":"{iso(sent.device_us)}","synthetic":true,'
            f'"provenance_id":{self.provenance},"batch":['
        ).encode()

    def template(self, batch: PoolBatch) -> Template:
        """Return the events; their times stay as they were sent."""
        options = b'"options":{"disable_skew_correction":true,"process_person_profile":false},'
        return tail(batch, event_pieces(batch, options), last=b"]}")

    def judge(self, status: int, headers: Mapping[bytes, bytes], body: bytes) -> Judgement:
        """Return what an answer means, by event."""
        told = plain_judgement(status, headers, body)
        if told.outcome != Outcome.OK:
            return told
        try:
            results = {
                seq_of(uuid): str(result["result"])[:20]
                for uuid, result in orjson.loads(body)["results"].items()
            }
        except (ValueError, TypeError, KeyError, AttributeError):
            return Judgement(outcome=Outcome.UNKNOWN, error=f"{status}: no results of the events")
        taken = frozenset(seq for seq, result in results.items() if result in TAKEN)
        if len(taken) == len(results):
            return told
        counts = Counter(sorted(results.values()))
        told_by_word = ", ".join(f"{count} {word}" for word, count in counts.items())
        return Judgement(
            outcome=Outcome.FAIL,
            retry="retry" in counts,
            after_s=retry_after_s(headers),
            taken=taken,
            error=f"of {len(results)} events: {told_by_word}"[:REASON_CHARACTERS],
        )
