"""Adapters of HTTP services: what is filled in stays valid, carries the records, and answers are understood."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskhand.errors import DeskhandError, UnknownNameError
from deskhand.fleet.bodies import filled as fast_filled
from deskhand.fleet.description import EXAMPLE, described
from deskhand.fleet.faults.content import EXPECTED
from deskhand.fleet.plan_files import pool_batch_list
from deskhand.fleet.session_pool import make_pool
from deskhand.fleet.tables import Expected, Outcome
from deskhand.fleet.target import HttpTarget, Judgement, PoolBatch, QueueTarget, Sent, Template
from deskhand.fleet.targets import TARGETS, load_target
from deskhand.fleet.targets.answers import plain_judgement, retry_after_s
from deskhand.fleet.targets.sentry import limited_s
from deskhand.fleet.targets.tails import WIDTHS
from deskhand.json_schema import worst

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
        assert told.pop("provenance_id") == ""
        assert told == record


IDENTIFIERS = ("run_id", "batch_id", "session_id")


def identified(told: dict[str, Any], *names: str) -> dict[str, Any]:
    """Return what is left of an event when what identifies it was taken out, and was right."""
    assert told.pop("synthetic") is True
    for name in names or IDENTIFIERS:
        assert told.pop(name) == getattr(SENT, name)
    return told


def uuids_of(batch_id: str) -> list[str]:
    return [f"{batch_id[4:12]}-{batch_id[12:16]}-8000-8000-{r['seq']:012x}" for r in RECORDS]


@pytest.mark.parametrize("name", ["posthog", "posthog-v1"])
def test_posthog_events_have_the_records_as_properties(name: str) -> None:
    told = json.loads(body_of(http(name), batch_of(RECORDS)))
    assert told["synthetic"] is True
    assert told["created_at" if name == "posthog-v1" else "sent_at"] == iso(SENT.device_us)
    events = told["batch"]
    assert [identified(e["properties"]) for e in events] == [
        {"$process_person_profile": False, **r} for r in RECORDS
    ]
    assert [e["timestamp"] for e in events] == [iso(START_US + r["t_us"]) for r in RECORDS]
    assert [e["event"] for e in events] == [f"deskhand_{r['type']}" for r in RECORDS]
    assert {e["distinct_id"] for e in events} == {SENT.device_id}
    # The same when the batch is sent again, others in another batch.
    assert [e["uuid"] for e in events] == uuids_of(SENT.batch_id)
    assert all(UUID(e["uuid"]).version == 8 for e in events)
    other = SENT._replace(batch_id="syn_0123456789abc000")
    again = json.loads(body_of(http(name), batch_of(RECORDS), other))["batch"]
    assert [e["uuid"] for e in again] == uuids_of(other.batch_id)


def test_posthog_v1_requests_have_the_headers_that_it_demands() -> None:
    told = http("posthog-v1", token="phc_mine").request(SENT)
    assert told.path == "/i/v1/analytics/events"
    assert told.headers["Authorization"] == "Bearer phc_mine"
    assert UUID(told.headers["PostHog-Request-Id"])
    assert datetime.fromisoformat(told.headers["PostHog-Request-Timestamp"])
    assert {"PostHog-Sdk-Info", "PostHog-Attempt"} <= set(told.headers)


def test_posthog_v1_results_are_read_by_event() -> None:
    target = http("posthog-v1")

    def of(*results: str) -> Judgement:
        told = dict(zip(uuids_of(SENT.batch_id), ({"result": r} for r in results), strict=False))
        return target.judge(200, {b"retry-after": b"1"}, json.dumps({"results": told}).encode())

    assert of("ok", "warning", "ok", "ok") == Judgement(outcome=Outcome.OK)
    some = of("ok", "retry", "drop", "warning")
    assert (some.outcome, some.retry, some.after_s) == (Outcome.FAIL, True, 1.0)
    assert some.taken == frozenset({5, 8})
    assert some.error == "of 4 events: 1 drop, 1 ok, 1 retry, 1 warning"
    gone = of("drop", "drop", "drop", "drop")
    assert (gone.outcome, gone.retry, gone.taken) == (Outcome.FAIL, False, frozenset())
    # An answer without results says nothing about what was kept.
    for body in (b"", b"{}", b"[]", b'{"results":[]}', b'{"results":{"x":{"result":"ok"}}}'):
        assert target.judge(200, {}, body).outcome == Outcome.UNKNOWN
    odd = b'{"results":{"0-0-1":{"result":["ok"]}}}'
    assert target.judge(200, {}, odd).taken == frozenset()
    assert target.judge(401, {}, b"").outcome == Outcome.FAIL


def test_posthog_recordings_are_what_the_export_writes() -> None:
    told = json.loads(body_of(http("posthog-replay"), batch_of(RECORDS)))
    assert worst("posthog", told) is None
    properties = told["properties"]
    data = properties["$snapshot_data"]
    assert [e["timestamp"] for e in data] == [(START_US + r["t_us"]) // 1000 for r in RECORDS]
    assert {(e["type"], e["data"]["tag"]) for e in data} == {(5, "deskhand")}
    # PostHog keeps of the properties only these, so the events tell the rest.
    assert [identified(e["data"]["payload"]) for e in data] == list(RECORDS)
    session = UUID(properties["$session_id"])
    assert session.version == 7
    assert session.int >> 80 == START_US // 1000
    assert properties["distinct_id"] == SENT.device_id
    template = http("posthog-replay").template(batch_of(RECORDS)).tail
    assert properties["$snapshot_bytes"] == len(template.partition(b'],"$snap')[0]) - len(data) + 1
    later = SENT._replace(position=4, device_us=SENT.device_us + 5)
    again = json.loads(body_of(http("posthog-replay"), batch_of(RECORDS), later))
    assert again["properties"]["$session_id"] == properties["$session_id"]


def test_posthog_says_with_200_that_a_quota_is_used_up() -> None:
    for name in ("posthog", "posthog-replay"):
        told = http(name).judge(200, {}, b'{"status":1,"quota_limited":["recordings"]}')
        assert (told.outcome, told.retry) == (Outcome.FAIL, False)
        assert http(name).judge(200, {}, b'{"status":1}').outcome == Outcome.OK
        assert http(name).judge(200, {}, b'{"quota_limited":[]}').outcome == Outcome.OK


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


def test_snowplow_payloads_satisfy_their_schema() -> None:
    told = json.loads(body_of(http("snowplow"), batch_of(RECORDS)))
    assert worst("payload_data", told, "deskhand.exports.snowplow") is None
    events = told["data"]
    assert [e["eid"] for e in events] == uuids_of(SENT.batch_id)
    assert [int(e["dtm"]) for e in events] == [(START_US + r["t_us"]) // 1000 for r in RECORDS]
    assert {(e["e"], e["uid"]) for e in events} == {("ue", SENT.device_id)}
    inner = [json.loads(e["ue_pr"]) for e in events]
    assert {e["schema"] for e in inner} == {
        "iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0"
    }
    assert {e["data"]["schema"] for e in inner} == {"iglu:deskhand/event/jsonschema/1-0-0"}
    assert [identified(e["data"]["data"]) for e in inner] == list(RECORDS)
    path = "/com.snowplowanalytics.snowplow/tp2"
    assert http("snowplow", "http://localhost:1/").request(SENT).path == path


def test_otlp_logs_are_parsed_strictly() -> None:
    pytest.importorskip(
        "opentelemetry.proto", reason='needs opentelemetry-proto: pip install "deskhand[otlp]"'
    )
    from google.protobuf import json_format
    from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

    body = body_of(http("otlp"), batch_of(RECORDS))
    told = json_format.Parse(body, ExportLogsServiceRequest())
    (resource,) = told.resource_logs
    about = {a.key: a.value for a in resource.resource.attributes}
    assert about["session.id"].string_value == SENT.session_id
    assert about["deskhand.batch_id"].string_value == SENT.batch_id
    assert about["service.instance.id"].string_value == SENT.device_id
    assert about["deskhand.synthetic"].bool_value
    (scope,) = resource.scope_logs
    records = scope.log_records
    assert [json.loads(r.body.string_value) for r in records] == list(RECORDS)
    assert [r.time_unix_nano for r in records] == [(START_US + r["t_us"]) * 1000 for r in RECORDS]
    assert [r.event_name for r in records] == [f"deskhand.{r['type']}" for r in RECORDS]
    assert [r.attributes[0].value.int_value for r in records] == [r["seq"] for r in RECORDS]


def test_otlp_sends_again_only_what_its_specification_says() -> None:
    target = http("otlp")
    again = {s for s in range(400, 600) if target.judge(s, {}, b"").retry}
    assert again == {429, 502, 503, 504}
    assert target.judge(500, {}, b"").outcome == Outcome.UNKNOWN
    assert target.judge(503, {b"retry-after": b"4"}, b"").after_s == 4
    some = target.judge(200, {}, b'{"partialSuccess":{"rejectedLogRecords":3}}')
    assert (some.outcome, some.retry) == (Outcome.UNKNOWN, False)
    for body in (
        b"{}",
        b"",
        b"9",
        b'{"partialSuccess":{"rejectedLogRecords":1e999}}',
        b'{"partialSuccess":{}}',
        b'{"partialSuccess":null}',
        b"[]",
    ):
        assert target.judge(200, {}, body).outcome == Outcome.OK
    assert http("otlp", "http://h/in/v1/logs").request(SENT).path == "/in/v1/logs"


def test_activitywatch_events_hold_the_records() -> None:
    target = http("activitywatch", "http://localhost:5600")
    events = json.loads(body_of(target, batch_of(RECORDS)))
    assert [e["timestamp"] for e in events] == [iso(START_US + r["t_us"]) for r in RECORDS]
    assert {e["duration"] for e in events} == {0}
    assert {e["data"].pop("provenance_id") for e in events} == {""}
    assert [identified(e["data"], *IDENTIFIERS, "device_id") for e in events] == list(RECORDS)
    ((request, made),) = target.prepare([SENT.device_id])
    assert target.request(SENT).path == f"{request.path}/events"
    assert "synthetic" in request.path
    assert "synthetic" in json.loads(made)["type"]
    assert target.judge(304, {}, b"").outcome == Outcome.OK  # a bucket of an earlier run


@given(
    st.lists(
        st.tuples(st.integers(0, 2**31 - 1), st.integers(0, 10**12), st.text(max_size=30)),
        min_size=1,
        max_size=5,
        unique_by=lambda row: row[0],
    ),
    st.sampled_from(sorted(TARGETS)),
)
def test_any_text_in_any_number_of_events_survives(
    rows: list[tuple[int, int, str]], name: str
) -> None:
    records = tuple({"seq": s, "t_us": t, "type": "input", "value": v} for s, t, v in rows)
    body = body_of(load_target(name), batch_of(records)).decode("utf-8")
    told = body.split("\n") if name in ("ndjson", "sentry") else [body]
    found = [r for text in told if text for r in records_in(json.loads(text))]
    assert [(r["seq"], r["t_us"], r["value"]) for r in found] == rows


@pytest.fixture(scope="module")
def planned() -> list[tuple[PoolBatch, Expected]]:
    """Return batches of real sessions, some with a fault in their content, and what is expected."""
    content = [(kind.name or "").lower() for kind in EXPECTED]
    description = described(
        {
            **EXAMPLE,
            "sessions": {"scenarios": {"auth.login": 1}, "pool": 4},
            "faults": {"content": dict.fromkeys(content, 0.12)},
        }
    )
    pool = make_pool(description)
    expected = [Expected(n) for n in pool.batches["expected"].to_pylist()]
    return list(zip(pool_batch_list(pool.events), expected, strict=True))


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_bodies_of_real_sessions_carry_every_record(
    name: str, planned: list[tuple[PoolBatch, Expected]]
) -> None:
    target = load_target(name)
    kinds = {expected for _, expected in planned}
    assert kinds == {Expected.ACCEPT, Expected.REJECT}
    for batch, expected in planned:
        if expected == Expected.REJECT:
            continue
        body = body_of(target, batch).decode("utf-8")
        told = body.split("\n") if name in ("ndjson", "sentry") else [body]
        found = [r for text in told if text for r in records_in(json.loads(text))]
        wanted = [json.loads(record) for record in batch.records]
        labels = {"synthetic", "provenance_id", *IDENTIFIERS, "device_id", "time_us"}
        labels |= {"$process_person_profile"}
        assert [{k: v for k, v in r.items() if k not in labels} for r in found] == wanted


def records_in(told: Any) -> Iterator[dict[str, Any]]:
    """Yield the records in a document, wherever it has them, and be it as JSON in a text."""
    if isinstance(told, dict):
        if "t_us" in told:
            yield told
        else:
            for value in told.values():
                yield from records_in(value)
    elif isinstance(told, list):
        for value in told:
            yield from records_in(value)
    elif isinstance(told, str) and told.startswith("{"):
        yield from records_in(json.loads(told))


def test_paths_follow_the_address() -> None:
    assert http("json").request(SENT).path == "/batch"
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
    with pytest.raises(UnicodeDecodeError):
        body.decode()


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_every_body_says_that_it_is_synthetic_and_where_it_comes_from(name: str) -> None:
    body = body_of(load_target(name, provenance_id='syn_prov_7"'), batch_of(RECORDS))
    assert b"synthetic" in body
    assert rb'"syn_prov_7\""' in body
    # Whatever it is, it is one of what the service reads.
    for line in body.split(b"\n") if name in ("ndjson", "sentry") else [body]:
        assert json.loads(line or b"{}") is not None


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_the_fast_way_of_filling_agrees_with_the_plain_one(name: str) -> None:
    template = load_target(name).template(batch_of(RECORDS))
    assert fast_filled(template, SENT) == filled(template, SENT)
    # Where the service is does not show, so a plan may be made without an address.
    assert load_target(name, "http://127.0.0.1:1").template(batch_of(RECORDS)).tail == template.tail


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
