"""PostHog: events, recordings and the answers of each of its endpoints."""

import json
from datetime import datetime
from uuid import UUID

import pytest

from deskhand.fleet.tables import Outcome
from deskhand.fleet.target import Judgement
from deskhand.json_schema import worst
from tests.fleet.filled_bodies import (
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
