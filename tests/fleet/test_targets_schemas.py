"""Bodies of the other services satisfy their schemas and carry the records."""

import json

import pytest

from deskhand.fleet.tables import Outcome
from deskhand.fleet.target import Sent
from deskhand.json_schema import worst
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
    uuids_of,
)


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


def test_paths_follow_the_address() -> None:
    assert http("json").request(SENT).path == "/batch"
    assert http("json", "http://localhost:1/in/x?a=b").request(SENT).path == "/in/x?a=b"
    assert http("ndjson", "http://localhost:1/v0/events?name=a").request(SENT).path == (
        "/v0/events?name=a"
    )
