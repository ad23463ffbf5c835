"""Answers of services are understood, and none breaks the client."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from deskhand.fleet.tables import Outcome
from deskhand.fleet.targets import TARGETS
from deskhand.fleet.targets.answers import plain_judgement, retry_after_s
from tests.fleet.filled_bodies import http


def test_statuses_mean_what_http_says() -> None:
    def of(status: int) -> tuple[str, bool, bool]:
        told = plain_judgement(status, {}, b"")
        return told.outcome.name, told.retry, told.split

    assert {of(s) for s in (200, 201, 202, 204)} == {("OK", False, False)}
    assert {of(s) for s in (408, 425, 429)} == {("FAIL", True, False)}
    assert {of(s) for s in (500, 502, 503, 504, 599)} == {("UNKNOWN", True, False)}
    assert of(413) == ("FAIL", False, True)
    others = (301, 302, 307, 308, 400, 401, 403, 404, 409, 410, 415, 422, 431)
    assert {of(s) for s in others} == {("FAIL", False, False)}


@given(st.binary(max_size=60), st.binary(max_size=60))
def test_no_header_of_a_service_breaks_the_client(after: bytes, date: bytes) -> None:
    told = retry_after_s({b"retry-after": after, b"date": date})
    assert told is None or told >= 0


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["ok", "drop", ""]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "results",
                    "result",
                    "0-0-1",
                    "partialSuccess",
                    "rejectedLogRecords",
                    "quota_limited",
                ]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)


# The first body of a target waits for its imports.
@settings(deadline=None)
@given(
    st.sampled_from([name for name in sorted(TARGETS) if name not in ("nats", "redis", "files")]),
    st.integers(100, 999),
    st.dictionaries(
        st.sampled_from([b"retry-after", b"date", b"x-sentry-rate-limits"]),
        st.binary(max_size=40) | st.from_regex(rb"[0-9]{1,4}:[a-z_;]{0,9}:?[a-z,:]{0,9}"),
    ),
    st.binary(max_size=200) | _JSON.map(lambda told: json.dumps(told).encode()),
)
def test_no_answer_of_a_service_breaks_the_client(
    name: str, status: int, headers: dict[bytes, bytes], body: bytes
) -> None:
    told = http(name).judge(status, headers, body)
    assert told.after_s is None or 0 <= told.after_s < float("inf")
    assert len(told.error) < 400
    assert (told.outcome == Outcome.OK) <= (not told.retry and not told.split)


def test_retry_after_as_seconds_and_as_a_date() -> None:
    date = b"Sun, 06 Nov 1994 08:49:37 GMT"
    assert retry_after_s({b"retry-after": b" 120 "}) == 120
    assert retry_after_s({b"retry-after": b"Sun, 06 Nov 1994 08:50:07 GMT", b"date": date}) == 30
    # Already over, by its own clock and by this one's.
    assert retry_after_s({b"retry-after": date, b"date": b"Sun, 06 Nov 1994 09:49:37 GMT"}) == 0
    assert retry_after_s({b"retry-after": date}) == 0
    assert plain_judgement(429, {b"retry-after": b"7"}, b"").after_s == 7
    assert plain_judgement(404, {b"retry-after": b"7"}, b"").after_s is None


def test_reasons_are_short_and_one_line() -> None:
    told = plain_judgement(400, {}, b"no\n  such\tbatch " + b"x" * 10_000_000)
    assert told.outcome == Outcome.FAIL
    assert told.error.startswith("400: no such batch xxx")
    assert len(told.error) < 200
