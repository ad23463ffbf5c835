"""Batches that a service finds too large go in halves."""

import gzip
import json
from pathlib import Path

import pyarrow as pa

from deskhand.fleet.tables import Fault, Outcome
from tests.fleet.load_runs import NEEDS_LOAD_CORE, run_plan
from tests.fleet.serving import OK, answering, server
from tests.fleet.tiny_plan import EVENTS, tiny_plan

pytestmark = NEEDS_LOAD_CORE


def test_too_large_is_split_down_to_one(tmp_path: Path) -> None:
    plan = tiny_plan(tmp_path / "plan", [0])
    taken: list[tuple[str, int]] = []

    def answer(_head: bytes, body: bytes) -> bytes:
        batch = json.loads(gzip.decompress(body))
        if len(batch["events"]) > 1:
            return b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n"
        taken.extend((batch["batch_id"], event["seq"]) for event in batch["events"])
        return OK

    with server(answering(answer)) as port:
        record, history = run_plan(plan, tmp_path / "run", port)
    assert sorted(seq for _, seq in taken) == list(range(EVENTS))
    assert len({batch for batch, _ in taken}) == EVENTS
    assert record["statuses"] == {"200": EVENTS, "413": EVENTS - 1}
    kept = history.filter(pa.compute.equal(history["outcome"], int(Outcome.OK)))
    assert kept["first_seq"].to_pylist() == kept["last_seq"].to_pylist()
    assert len(set(history["part"].to_pylist())) == history.num_rows


def test_both_copies_of_a_batch_that_is_too_large_name_their_halves_alike(tmp_path: Path) -> None:
    plan = tiny_plan(tmp_path / "plan", [0], faults={0: Fault.DUPLICATE})
    named: dict[str, set[tuple[int, ...]]] = {}
    put_off: set[tuple[int, ...]] = set()

    def answer(_head: bytes, body: bytes) -> bytes:
        batch = json.loads(gzip.decompress(body))
        events = tuple(event["seq"] for event in batch["events"])
        named.setdefault(batch["batch_id"], set()).add(events)
        if events[0] == 0 and len(events) < EVENTS and events not in put_off:
            # One copy's first half is cut after its second half, the other's before.
            put_off.add(events)
            return b"HTTP/1.1 429 Later\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n"
        if len(events) > 1:
            return b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n"
        return OK

    with server(answering(answer)) as port:
        record, _ = run_plan(plan, tmp_path / "run", port)
    assert put_off
    assert record["statuses"]["200"] == 2 * EVENTS
    assert len(named) == 2 * EVENTS - 1
    assert all(len(events) == 1 for events in named.values())
