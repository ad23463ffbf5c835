"""What an answer of an HTTP service means, unless its protocol says otherwise."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from deskhand.fleet.tables import Outcome
from deskhand.fleet.target import Judgement

# RFC 9110 and 6585: these pass, so the same request may be sent again.
PASSING = frozenset({408, 425, 429})
# So much of a refusal is kept as its reason.
REASON_CHARACTERS = 120
_SECONDS = re.compile(r"\d{1,9}(\.\d{1,9})?")


def retry_after_s(headers: Mapping[bytes, bytes]) -> float | None:
    """Return how long a service asks to be left alone.

    Parameters
    ----------
    headers : mapping
        Names in lower case. Of ``retry-after`` both forms of RFC 9110, 10.2.3 are read: seconds, and
        a date, which is compared with the answer's own ``date``, or with this machine's clock.

    Returns
    -------
    float or None
        Seconds; never negative. None when it does not ask, or cannot be understood.

    Examples
    --------
    >>> retry_after_s({b"retry-after": b"2"})
    2.0
    >>> at, until = b"Mon, 02 Mar 2026 08:00:00 GMT", b"Mon, 02 Mar 2026 08:01:30 GMT"
    >>> (
    ...     retry_after_s({b"retry-after": until, b"date": at}),
    ...     retry_after_s({b"retry-after": b"soon"}),
    ... )
    (90.0, None)
    """
    given = headers.get(b"retry-after")
    if given is None:
        return None
    text = given.decode("latin-1").strip()
    if _SECONDS.fullmatch(text):
        return float(text)
    until = _date(given)
    if until is None:
        return None
    now = _date(headers.get(b"date", b"")) or datetime.now(UTC)
    return max(0.0, (until - now).total_seconds())


def _date(given: bytes) -> datetime | None:
    try:
        found = parsedate_to_datetime(given.decode("latin-1"))
    except (ValueError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def reason(status: int, body: bytes) -> str:
    """Return a refusal in a line.

    Examples
    --------
    >>> reason(400, b'{"error": "no batch"}'), reason(301, b"")
    ('400: {"error": "no batch"}', '301')
    """
    # A long answer is not read to its end.
    text = " ".join(body[: 4 * REASON_CHARACTERS].decode("utf-8", "replace").split())
    return f"{status}: {text[:REASON_CHARACTERS]}" if text else str(status)


def plain_judgement(status: int, headers: Mapping[bytes, bytes], body: bytes) -> Judgement:
    """Return what an answer means by HTTP alone.

    Parameters
    ----------
    status : int
        Of the answer; an answer that never came is not judged here.
    headers : mapping
        Names in lower case.
    body : bytes
        Of the answer; kept as the reason of a refusal.

    Returns
    -------
    Judgement
        2xx is taken; 408, 425, 429 and 5xx may be sent again; 413 is too large; all else is refused, and
        redirects are not followed. A 5xx leaves open whether the batch was kept: a gateway gives one
        when the service behind it took the batch and said nothing.

    Examples
    --------
    >>> plain_judgement(200, {}, b"").outcome.name, plain_judgement(404, {}, b"").outcome.name
    ('OK', 'FAIL')
    >>> later = plain_judgement(503, {b"retry-after": b"3"}, b"")
    >>> later.outcome.name, later.retry, later.after_s
    ('UNKNOWN', True, 3.0)
    """
    if 200 <= status < 300:
        return Judgement(outcome=Outcome.OK)
    told = reason(status, body)
    if status == 413:
        return Judgement(outcome=Outcome.FAIL, split=True, error=told)
    if status in PASSING or status >= 500:
        # 503 too: nothing in RFC 9110 says that what was sent was not acted upon.
        outcome = Outcome.UNKNOWN if status >= 500 else Outcome.FAIL
        after_s = retry_after_s(headers)
        return Judgement(outcome=outcome, retry=True, after_s=after_s, error=told)
    return Judgement(outcome=Outcome.FAIL, error=told)
