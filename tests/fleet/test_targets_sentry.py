"""Sentry: envelopes as its SDK reads them, and its limits."""

import json
from datetime import UTC, datetime

import pytest

from deskhand.fleet.tables import Outcome
from deskhand.fleet.targets.sentry import limited_s
from tests.fleet.filled_bodies import (
    IDENTIFIERS,
    RECORDS,
    SENT,
    START_US,
    batch_of,
    body_of,
    http,
    identified,
    iso,
)


def test_sentry_envelopes_are_read_by_its_sdk() -> None:
    from sentry_sdk.envelope import Envelope

    body = body_of(http("sentry"), batch_of(RECORDS))
    envelope = Envelope.deserialize(body)
    about = dict(envelope.headers)
    assert about["sent_at"] == iso(SENT.device_us)
    assert {n: about[n] for n in IDENTIFIERS} == {n: getattr(SENT, n) for n in IDENTIFIERS}
    (item,) = envelope.items
    assert item.type == "log"
    assert item.headers["item_count"] == len(RECORDS)
    assert item.headers["content_type"] == "application/vnd.sentry.items.log+json"
    logs = json.loads(item.get_bytes())["items"]
    assert len(logs) == len(RECORDS)
    for log, record in zip(logs, RECORDS, strict=True):
        assert log["timestamp"] == pytest.approx((START_US + record["t_us"]) / 1e6, abs=1e-6)
        assert log["body"] == record["type"]
        assert int(log["trace_id"], 16) == int(SENT.session_id[4:], 16)
        assert len(log["trace_id"]) == 32
        kinds = {"string": str, "integer": int, "boolean": bool}
        assert all(type(a["value"]) is kinds[a["type"]] for a in log["attributes"].values())
        told = {n.removeprefix("deskhand."): a["value"] for n, a in log["attributes"].items()}
        assert json.loads(told.pop("record")) == record
        assert identified(told, *IDENTIFIERS, "device_id") == {"seq": record["seq"]}


def test_sentry_limits_are_understood() -> None:
    target = http("sentry", "http://public@localhost:9000/base/42")
    request = target.request(SENT)
    assert request.path == "/base/api/42/envelope/"
    assert "sentry_key=public" in request.headers["X-Sentry-Auth"]
    assert http("sentry", "http://localhost", project="7").request(SENT).path == "/api/7/envelope/"

    def wait(limits: bytes, **more: bytes) -> float | None:
        headers = {b"x-sentry-rate-limits": limits, **{k.encode(): v for k, v in more.items()}}
        told = target.judge(429, headers, b"")
        assert (told.outcome, told.retry) == (Outcome.FAIL, True)
        return told.after_s

    assert wait(b"60:log_item:organization, 2700:error;transaction:key:quota") == 60
    assert wait(b"10:log_byte:key,30::organization") == 30
    assert wait(b"5:error:key") == 60  # of other categories: how long is not told
    assert wait(b"nonsense") == 60
    assert target.judge(429, {b"retry-after": b"3"}, b"").after_s == 3
    assert target.judge(413, {}, b"").split


@pytest.mark.parametrize(
    "limits",
    [
        "60:log_item:organization",
        "60:error;log_item:organization:quota, 2700:transaction:key",
        "10:log_byte:key,30::organization",
        "5::organization, 7:error:key",
    ],
)
def test_sentry_limits_are_those_that_its_sdk_reads(limits: str) -> None:
    from sentry_sdk.transport import _parse_rate_limits

    now = datetime(2026, 3, 2, tzinfo=UTC)
    waits = [
        (until - now).total_seconds()
        for category, until in _parse_rate_limits(limits, now=now)
        if category in (None, "log_item", "log_byte")
    ]
    assert limited_s({b"x-sentry-rate-limits": limits.encode()}) == pytest.approx(max(waits), abs=1)
