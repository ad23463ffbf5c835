"""Adapters of HTTP services: what is filled in stays valid, carries the records, and answers are understood."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskhand.errors import DeskhandError, UnknownNameError
from deskhand.fleet.tables import Outcome
from deskhand.fleet.target import HttpTarget, PoolBatch, QueueTarget, Sent, Template
from deskhand.fleet.targets import TARGETS, load_target
from deskhand.fleet.targets.answers import plain_judgement, retry_after_s
from deskhand.fleet.targets.tails import WIDTHS

START_US = 1_772_438_400_123_456  # 2026-03-02 08:00:00.123456 UTC
SENT = Sent(
    run_id="syn_0000000000000abc",
    batch_id="syn_0123456789abcdef",
    session_id="syn_fedcba9876543210",
    device_id="syn_00000000000000d1",
    device=7,
    position=3,
    events=4,
    first_seq=5,
    last_seq=8,
    start_us=START_US,
    device_us=START_US + 9_000_000,
)
RECORDS: tuple[Mapping[str, Any], ...] = (
    {"seq": 5, "t_us": 0, "type": "pointermove", "screen_x": 1.5, "screen_y": -3},
    {"seq": 6, "t_us": 1, "type": "input", "value": 'é "quoted" \\ \n \u2028 😀', "masked": False},
    {"seq": 7, "t_us": 999_999, "type": "keydown", "key": "a"},
    {"seq": 8, "t_us": 86_400_000_000, "type": "session.end"},
)


def batch_of(records: tuple[Mapping[str, Any], ...]) -> PoolBatch:
    return PoolBatch(
        0,
        [json.dumps(r, separators=(",", ":"), ensure_ascii=False).encode() for r in records],
        np.array([r["seq"] for r in records], np.int32),
        np.array([r["t_us"] for r in records], np.int64),
    )


def iso(us: int) -> str:
    whole = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=us)
    return whole.isoformat(timespec="microseconds")


def written(us: int, style: str) -> bytes:
    if style == "iso":
        return iso(us).encode()
    per = {"s": 1_000_000, "ms": 1000, "us": 1}
    return str(us * 1000 if style == "ns" else us // per[style]).encode()


def filled(template: Template, sent: Sent) -> bytes:
    """Fill a tail slowly and plainly, and see that no two places meet and each was blank."""
    body = bytearray(template.tail)
    places = [
        (int(at), getattr(sent, slot.name).encode(), slot.width)
        for slot in template.texts
        for at in slot.offsets
    ] + [
        (int(at), written(sent.start_us + int(t_us), slot.style), WIDTHS[slot.style])
        for slot in template.times
        for at, t_us in zip(slot.offsets, slot.t_us, strict=True)
    ]
    end = 0
    for at, text, width in sorted(places):
        assert len(text) == width
        assert at >= end
        end = at + width
        assert template.tail[at:end] == b"0" * width
        body[at:end] = text
    return bytes(body)


def http(name: str, url: str | None = None, **options: Any) -> HttpTarget:
    target = load_target(name, url, **options)
    assert not hasattr(target, "send")
    return target


def body_of(target: HttpTarget | QueueTarget, batch: PoolBatch, sent: Sent = SENT) -> bytes:
    return target.head(sent) + filled(target.template(batch), sent)


def test_json_carries_identifiers_and_records() -> None:
    told = json.loads(body_of(http("json", provenance_id="p1"), batch_of(RECORDS)))
    assert told.pop("events") == list(RECORDS)
    wanted = {f: getattr(SENT, f) for f in Sent._fields if f not in ("device", "events")}
    assert told == {"synthetic": True, "provenance_id": "p1", **wanted}


def test_ndjson_lines_stand_alone() -> None:
    lines = body_of(http("ndjson"), batch_of(RECORDS)).decode().split("\n")
    assert lines.pop() == ""
    assert len(lines) == len(RECORDS)
    for line, record in zip(lines, RECORDS, strict=True):
        told = json.loads(line)
        assert told.pop("time_us") == START_US + record["t_us"]
        about = {n: told.pop(n) for n in ("run_id", "batch_id", "session_id", "device_id")}
        assert about == {name: getattr(SENT, name) for name in about}
        assert told.pop("synthetic") is True
        assert told == record


def test_paths_follow_the_address() -> None:
    assert http("json").request(SENT).path == "/batches"
    assert http("json", "http://localhost:1/in/x?a=b").request(SENT).path == "/in/x?a=b"
    assert http("ndjson", "http://localhost:1/v0/events?name=a").request(SENT).path == (
        "/v0/events?name=a"
    )


def test_unknown_targets_and_options_are_refused() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'ndjson'"):
        load_target("ndjsn")
    with pytest.raises(DeskhandError, match="does not take these options: colour"):
        load_target("json", colour="red")


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_a_batch_of_faulty_records_still_makes_a_body(name: str) -> None:
    bad = (b'{"seq":0,"t_us":0,"type":"input","value":"\xff\xfe"}', b'{"seq":1,"t_us":9,"x":NaN}')
    batch = PoolBatch(0, bad, np.arange(2, dtype=np.int32), np.array([0, 9], np.int64))
    body = body_of(load_target(name), batch)
    assert b"\xff\xfe" in body
    assert b"NaN" in body
    with pytest.raises(ValueError, match="invalid start byte"):
        body.decode()


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
