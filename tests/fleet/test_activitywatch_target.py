"""The adapter of ActivityWatch against a real aw-server: what it keeps, and that it keeps doubles."""

import json
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pytest

from deskhand.fleet.bodies import filled
from deskhand.fleet.checksum import checksum, row_hashes
from deskhand.fleet.tables import Outcome
from deskhand.fleet.target import HttpTarget, Judgement, PoolBatch, Request, Sent
from deskhand.fleet.targets import load_target
from deskhand.fleet.targets.activitywatch import bucket
from tests.servers import aw_server

START_US = 1_772_438_400_123_456
RECORDS: tuple[Mapping[str, Any], ...] = tuple(
    {
        "seq": n,
        "t_us": 7_001 * n,
        "type": "input" if n % 3 else "pointermove",
        **({"value": f'n{n} é "😀"', "masked": False} if n % 3 else {"screen_x": n / 3}),
    }
    for n in range(200)
)
DEVICES = ("syn_00000000000000d1", "syn_00000000000000d2")


def batch_of(first: int, end: int) -> PoolBatch:
    records = RECORDS[first:end]
    return PoolBatch(
        0,
        [json.dumps(r, separators=(",", ":"), ensure_ascii=False).encode() for r in records],
        np.array([r["seq"] for r in records], np.int32),
        np.array([r["t_us"] for r in records], np.int64),
    )


def sent_of(device: int, position: int, batch: PoolBatch) -> Sent:
    return Sent(
        run_id="syn_0000000000000abc",
        batch_id=f"syn_{device * 100 + position:016x}",
        session_id=f"syn_{device:016x}",
        device_id=DEVICES[device],
        device=device,
        position=position,
        events=len(batch.records),
        first_seq=int(batch.seq[0]),
        last_seq=int(batch.seq[-1]),
        start_us=START_US,
        device_us=START_US,
    )


class Server:
    """A running aw-server, and the adapter's requests to it."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.target = cast(HttpTarget, load_target("activitywatch", self.root))
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def get(self, path: str) -> Any:
        with self._opener.open(self.root + path, timeout=30) as answer:
            return json.loads(answer.read())

    def post(self, request: Request, body: bytes) -> Judgement:
        headers = {"Content-Type": self.target.content_type, **request.headers}
        asked = urllib.request.Request(self.root + request.path, body, headers)
        try:
            with self._opener.open(asked, timeout=30) as answer:
                return self.target.judge(answer.status, {}, answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return self.target.judge(error.code, {}, error.read())

    def send(self, sent: Sent, batch: PoolBatch) -> Judgement:
        body = self.target.head(sent) + filled(self.target.template(batch), sent)
        return self.post(self.target.request(sent), body)

    def stored(self, device: int) -> list[dict[str, Any]]:
        path = f"/api/0/buckets/{bucket(DEVICES[device])}/events?limit=-1"
        return cast(list[dict[str, Any]], self.get(path))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with aw_server(tmp_path_factory.mktemp("aw")) as root:
        yield Server(root)


def records_of(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted((e["data"] for e in events), key=lambda data: data["seq"])


def sum_of(records: list[dict[str, Any]]) -> int:
    return checksum(row_hashes(pa.Table.from_pylist(records)))


def test_it_keeps_what_was_sent_and_doubles_what_is_sent_again(server: Server) -> None:
    made = [server.post(request, body) for request, body in server.target.prepare(DEVICES)]
    assert {told.outcome for told in made} == {Outcome.OK}
    # A second run finds its buckets there.
    again = [server.post(request, body) for request, body in server.target.prepare(DEVICES)]
    assert {told.outcome for told in again} == {Outcome.OK}
    buckets = server.get("/api/0/buckets/")
    assert {b["type"] for b in buckets.values()} == {"deskhand.synthetic"}
    assert set(buckets) == {bucket(device) for device in DEVICES}

    cuts = [(0, 80), (80, 81), (81, 200)]
    for device in range(2):
        for position, (first, end) in enumerate(cuts):
            batch = batch_of(first, end)
            assert server.send(sent_of(device, position, batch), batch).outcome == Outcome.OK
    for device in range(2):
        events = server.stored(device)
        found = records_of(events)
        names = ("synthetic", "provenance_id", "run_id", "batch_id", "session_id", "device_id")
        fields = [{k: v for k, v in data.items() if k not in names} for data in found]
        assert fields == list(RECORDS)
        assert sum_of(found) == sum_of([dict(r) for r in RECORDS])
        assert {data["synthetic"] for data in found} == {True}
        assert {data["session_id"] for data in found} == {f"syn_{device:016x}"}
        of_batch = Counter(data["batch_id"] for data in found)
        assert of_batch == {f"syn_{device * 100 + n:016x}": b - a for n, (a, b) in enumerate(cuts)}
        # aw-server keeps milliseconds.
        for event in events:
            us = datetime.fromisoformat(event["timestamp"]).timestamp() * 1e6
            assert us == pytest.approx(START_US + event["data"]["t_us"], abs=1_000)

    batch = batch_of(0, 80)
    assert server.send(sent_of(0, 0, batch), batch).outcome == Outcome.OK
    found = records_of(server.stored(0))
    times = Counter(data["seq"] for data in found)
    assert times == Counter({**dict.fromkeys(range(80), 2), **dict.fromkeys(range(80, 200), 1)})
    assert sum_of(found) != sum_of([dict(r) for r in RECORDS])
    assert len(server.stored(1)) == 200


def test_a_device_without_a_bucket_is_refused(server: Server) -> None:
    batch = batch_of(0, 2)
    unknown = sent_of(0, 0, batch)._replace(device_id="syn_00000000000000ff")
    told = server.send(unknown, batch)
    assert (told.outcome, told.retry) == (Outcome.FAIL, False)
    assert told.error.startswith("404")


def test_what_is_no_json_is_refused(server: Server) -> None:
    broken = PoolBatch(0, [b'{"seq":0,"x":"\xff"}'], np.zeros(1, np.int32), np.zeros(1, np.int64))
    sent = sent_of(1, 9, broken)
    before = len(server.stored(1))
    told = server.send(sent, broken)
    assert told.outcome != Outcome.OK
    assert len(server.stored(1)) == before
