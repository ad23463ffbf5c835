"""What is planned is sent, each batch as it was meant and faults as they were planned."""

import gzip
import json
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from deskhand.fleet.bodies import Encoding, compressor
from deskhand.fleet.identifiers import identifiers
from deskhand.fleet.load.due import blocks
from deskhand.fleet.load.run import run
from deskhand.fleet.load.settings import LoadSettings
from deskhand.fleet.plan_files import Plan
from deskhand.fleet.tables import Fault, Outcome
from tests.fleet.load_runs import NEEDS_LOAD_CORE, intents_of, run_plan
from tests.fleet.serving import OK, answering, server
from tests.fleet.tiny_plan import EVENTS, SEED, tiny_plan

pytestmark = NEEDS_LOAD_CORE


def test_every_intent_is_in_the_history_whatever_the_number_of_workers(tmp_path: Path) -> None:
    intended_ms = list(range(0, 300, 2))
    plan = tiny_plan(
        tmp_path / "plan",
        intended_ms,
        shards=2,
        faults={4: Fault.DUPLICATE, 90: Fault.DUPLICATE},
        unsent=(7,),
    )
    wanted = sorted(
        ((row % 2 << 32) + row // 2, copy, at_ms * 1000)
        for row, at_ms in enumerate(intended_ms)
        for copy in range(2 if row in (4, 90) else 1)
        if row != 7
    )
    found = []
    for workers in (1, 2):
        seen: list[tuple[bytes, bytes]] = []
        with server(answering(lambda *_: OK, seen)) as port:
            record, history = run_plan(plan, tmp_path / str(workers), port, workers=workers)
        assert intents_of(history) == wanted
        assert record["counts"] == {
            "intended": 151,
            "sent": 151,
            "ok": 151,
            "fail": 0,
            "unknown": 0,
            "retries": 0,
            "unsent": 1,
        }
        assert sum(row["ok"] for row in record["timeline"]) == 151
        found.append(sorted(gzip.decompress(body) for _, body in seen))
    assert found[0] == found[1]
    assert len(set(found[0])) == 149


def test_what_is_sent_says_what_it_is(tmp_path: Path) -> None:
    plan = tiny_plan(tmp_path / "plan", [0])
    seen: list[tuple[bytes, bytes]] = []
    with server(answering(lambda *_: OK, seen)) as port:
        run_plan(
            plan,
            tmp_path / "run",
            port,
            headers={"X-Team": "a b"},
            token="dev-{device_id}",
        )
    ((head, body),) = seen
    device = identifiers(SEED, "device", 0)[0].decode()
    assert head.startswith(b"POST /in HTTP/1.1\r\n")
    for line in (
        "X-Synthetic: true",
        "X-Synthetic-Load: deskhand",
        "(synthetic load)",
        "Content-Encoding: gzip",
        "X-Team: a b",
        f"Authorization: Bearer dev-{device}",
    ):
        assert line.encode() in head
    batch = json.loads(gzip.decompress(body))
    assert batch["batch_id"] == identifiers(SEED, "batch", 0)[0].decode()
    assert [event["seq"] for event in batch["events"]] == list(range(EVENTS))


def test_blocks_of_many_shards_come_in_order_of_time(tmp_path: Path) -> None:
    times = sorted(np.random.default_rng(1).integers(0, 10_000, 5_000).tolist())
    plan = Plan.load(tiny_plan(tmp_path / "plan", times, shards=5))
    found = np.concatenate([block["intended_us"] for block in blocks(plan)])
    assert found.tolist() == [time_ms * 1000 for time_ms in times]


def test_faults_of_the_way_are_acted_out(tmp_path: Path) -> None:
    faults = {
        0: Fault.TRUNCATE,
        1: Fault.CORRUPT_GZIP,
        2: Fault.WRONG_LENGTH,
        3: Fault.RESET,
        4: Fault.SLOW,
    }
    plan = tiny_plan(tmp_path / "plan", [0] * 5, faults=faults)
    whole: list[int] = []
    names = {identifiers(SEED, "batch", row)[0].decode(): row for row in range(5)}

    def answer(_head: bytes, body: bytes) -> bytes:
        try:
            whole.append(names[json.loads(gzip.decompress(body))["batch_id"]])
        except Exception:
            return b"HTTP/1.1 400 Bad\r\nContent-Length: 0\r\n\r\n"
        return OK

    with server(answering(answer)) as port:
        _, history = run_plan(plan, tmp_path / "run", port)
    rows: dict[int, list[int]] = {}
    for batch, outcome in zip(
        history["batch"].to_pylist(), history["outcome"].to_pylist(), strict=True
    ):
        rows.setdefault(batch, []).append(outcome)
    ok, fail, unknown = map(int, Outcome)
    assert rows == {0: [fail], 1: [fail], 2: [unknown], 3: [unknown, ok], 4: [ok]}
    assert {3, 4} <= set(whole) <= {3, 4}
    slow = history.filter(pa.compute.equal(history["batch"], 4))
    assert slow["done_us"][0].as_py() - slow["sent_us"][0].as_py() > 200_000


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "zstd", "none"])
def test_a_corrupt_body_cannot_be_read_in_any_encoding(encoding: Encoding) -> None:
    zstandard = pytest.importorskip("zstandard", reason='pip install "deskhand[fleet]"')

    decode: dict[str, Callable[[bytes], bytes]] = {
        "gzip": gzip.decompress,
        "deflate": zlib.decompress,
        "zstd": zstandard.decompress,
        "none": bytes,
    }
    # Known only where the extra is.
    from deskhand.fleet.load.wire import damaged

    plain = b'{"events":[{"seq":0},{"seq":1}]}'
    body = compressor(encoding)(plain)
    assert json.loads(decode[encoding](body))
    for fault in (Fault.CORRUPT_GZIP, Fault.TRUNCATE):
        with pytest.raises(Exception, match=r".+"):
            json.loads(decode[encoding](damaged(body, int(fault), encoding)))


def test_messages_go_the_same_way_as_requests(tmp_path: Path) -> None:
    plan = tiny_plan(tmp_path / "plan", list(range(0, 100, 5)), faults={3: Fault.DUPLICATE})
    record = run(
        LoadSettings(
            plan=plan,
            target=str(tmp_path / "kept"),
            adapter="files",
            out=tmp_path / "run",
            workers=2,
        )
    )
    assert record["counts"]["ok"] == record["counts"]["intended"] == 21
    bodies = [path.read_bytes() for path in (tmp_path / "kept").rglob("*.json")]
    assert {json.loads(body)["batch_id"] for body in bodies} == {
        identifiers(SEED, "batch", row)[0].decode() for row in range(20)
    }
