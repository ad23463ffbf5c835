"""The load core against real servers, well behaved and hostile ones."""

import asyncio
import gzip
import json
import os
import shutil
import signal
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from deskhand.cli import main
from deskhand.errors import DeskhandError
from deskhand.fleet.identifiers import identifiers
from deskhand.fleet.load.due import blocks
from deskhand.fleet.load.run import run
from deskhand.fleet.load.settings import LoadSettings
from deskhand.fleet.plan_files import Plan
from deskhand.fleet.tables import (
    DEVICES,
    FORMAT,
    HISTORY,
    KEY_BATCHES,
    KEY_SESSIONS,
    POOL_BATCHES,
    POOL_EVENTS,
    POOL_SESSIONS,
    Expected,
    Fault,
    Outcome,
)
from deskhand.manifest import canonical_bytes, read_record

for package in ("uvloop", "httptools", "hdrh"):
    pytest.importorskip(package, reason='the load core needs pip install "deskhand[fleet]"')

SEED = 7
EVENTS = 5  # of the one batch in the pool
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def _table(schema: pa.Schema, **columns: Any) -> pa.Table:
    rows = len(columns[schema.names[0]])
    filled = {name: columns.get(name, np.zeros(rows)) for name in schema.names}
    return pa.table(
        {
            name: pa.array(value if isinstance(value, list) else np.asarray(value)).cast(
                schema.field(name).type
            )
            for name, value in filled.items()
        },
        schema=schema,
    )


def _plan(
    folder: Path,
    intended_ms: list[int],
    *,
    faults: dict[int, Fault] | None = None,
    unsent: tuple[int, ...] = (),
    shards: int = 1,
) -> Path:
    """Write a plan whose batches are dealt out to shards and devices in turn."""
    records = [b'{"seq":%d,"t_us":%d,"type":"keydown"}' % (seq, seq) for seq in range(EVENTS)]
    tables = {
        "pool/sessions.parquet": _table(POOL_SESSIONS, pool_session=[0], scenario=["x"]),
        "pool/batches.parquet": _table(
            POOL_BATCHES, pool_batch=[0], last_seq=[EVENTS - 1], events=[EVENTS]
        ),
        "pool/events.parquet": _table(
            POOL_EVENTS,
            pool_batch=np.zeros(EVENTS, np.int32),
            seq=np.arange(EVENTS),
            record=records,
        ),
    }
    names = []
    for shard in range(shards):
        rows = np.arange(shard, len(intended_ms), shards)
        name = f"shard-{shard:05d}"
        names.append({"name": name})
        place = np.arange(len(rows))
        device = shard * 65_536 + place % 3
        flags = [int((faults or {}).get(row, 0)) for row in rows.tolist()]
        number = (shard << 32) + place
        tables[f"{name}/devices.parquet"] = _table(
            DEVICES, device=np.unique(device), faults=np.zeros(len(np.unique(device)))
        )
        tables[f"{name}/sessions.parquet"] = _table(
            KEY_SESSIONS, session=number, alias=number, device=device
        )
        tables[f"{name}/batches.parquet"] = _table(
            KEY_BATCHES,
            batch=number,
            session=number,
            device=device,
            intended_us=np.array(intended_ms)[rows] * 1000,
            copies=np.where(np.array(flags) & int(Fault.DUPLICATE), 2, 1),
            faults=flags,
            expected=[int(Expected.UNSENT) if row in unsent else 0 for row in rows.tolist()],
            digest=[bytes(32)] * len(rows),
        )
    for path, table in tables.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(table, folder / path)
    record = {
        "format": FORMAT,
        "seed": SEED,
        "run_id": "syn_0123456789abcdef",
        "start_unix_us": 1_772_409_600_000_000,
        "compression": 1.0,
        "target": "json",
        "shards": names,
        "provenance_id": "syn_p",
        "files": dict.fromkeys(tables, ""),
    }
    (folder / "plan.json").write_bytes(canonical_bytes(record))
    return folder


@contextmanager
def _server(handler: Handler, tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """Serve in a thread of its own; gives the port."""
    loop = asyncio.new_event_loop()
    started: Any = threading.Event()
    state: dict[str, Any] = {}

    async def serve() -> None:
        stop = state["stop"] = asyncio.Event()

        async def guarded(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                await handler(reader, writer)
            except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                pass
            finally:
                writer.close()

        server = await asyncio.start_server(guarded, "127.0.0.1", 0, ssl=tls, limit=1 << 20)
        state["server"] = server
        state["port"] = server.sockets[0].getsockname()[1]
        started.set()
        await stop.wait()
        server.close()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
        await asyncio.sleep(0.02)

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    started.wait(5)
    try:
        yield state["port"]
    finally:
        loop.call_soon_threadsafe(state["stop"].set)
        thread.join(5)
        loop.close()


async def _request(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
    return head, await reader.readexactly(length)


def _answering(
    answer: Callable[[bytes, bytes], bytes], seen: list[tuple[bytes, bytes]] | None = None
) -> Handler:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            head, body = await _request(reader)
            if seen is not None:
                seen.append((head, body))
            writer.write(answer(head, body))
            await writer.drain()

    return handle


def _run(plan: Path, out: Path, port: int, **settings: Any) -> tuple[dict[str, Any], pa.Table]:
    record = run(
        LoadSettings(
            plan=plan,
            target=settings.pop("target", f"http://127.0.0.1:{port}/in"),
            adapter="json",
            out=out,
            **settings,
        )
    )
    schema = Path(__file__).parents[2] / "fleet" / "report" / "run.schema.json"
    jsonschema.validate(record | {"deskhand": "x"}, json.loads(schema.read_bytes()))
    assert read_record(out / "run.json") == json.loads(json.dumps(record))
    return record, _history(out)


def _history(out: Path) -> pa.Table:
    files = sorted((out / "history").glob("part-*.parquet"))
    tables = [pq.read_table(file, partitioning=None) for file in files]
    assert all(table.schema.equals(HISTORY) for table in tables)
    return pa.concat_tables(tables).unify_dictionaries() if tables else HISTORY.empty_table()


def _intents(history: pa.Table) -> list[tuple[int, int, int]]:
    columns = (history[name].to_pylist() for name in ("batch", "copy", "intended_us"))
    return sorted(set(zip(*columns, strict=True)))


def test_every_intent_is_in_the_history_whatever_the_number_of_workers(tmp_path: Path) -> None:
    intended_ms = list(range(0, 300, 2))
    plan = _plan(
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
        with _server(_answering(lambda *_: OK, seen)) as port:
            record, history = _run(plan, tmp_path / str(workers), port, workers=workers)
        assert _intents(history) == wanted
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
    plan = _plan(tmp_path / "plan", [0])
    seen: list[tuple[bytes, bytes]] = []
    with _server(_answering(lambda *_: OK, seen)) as port:
        _run(
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
    plan = Plan.load(_plan(tmp_path / "plan", times, shards=5))
    found = np.concatenate([block["intended_us"] for block in blocks(plan)])
    assert found.tolist() == [time_ms * 1000 for time_ms in times]


def test_a_stall_of_a_second_is_told_as_a_second(tmp_path: Path) -> None:
    plan = _plan(tmp_path / "plan", list(range(0, 2000, 10)))
    began = []

    async def stalling(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await _request(reader)
            began.append(time.monotonic())
            if 0.5 < began[-1] - began[0] < 1.6:
                await asyncio.sleep(max(0.0, began[0] + 1.6 - time.monotonic()))
            writer.write(OK)

    with _server(stalling) as port:
        record, _ = _run(plan, tmp_path / "run", port, connections=1)
    assert record["latency"]["from_intent"]["p99_us"] >= 900_000
    # From the moment of sending only one batch was slow: what a closed loop would have told.
    assert record["latency"]["from_send"]["p90_us"] < 500_000


def test_too_large_is_split_down_to_one(tmp_path: Path) -> None:
    plan = _plan(tmp_path / "plan", [0])
    taken: list[tuple[str, int]] = []

    def answer(_head: bytes, body: bytes) -> bytes:
        batch = json.loads(gzip.decompress(body))
        if len(batch["events"]) > 1:
            return b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n"
        taken.extend((batch["batch_id"], event["seq"]) for event in batch["events"])
        return OK

    with _server(_answering(answer)) as port:
        record, history = _run(plan, tmp_path / "run", port)
    assert sorted(seq for _, seq in taken) == list(range(EVENTS))
    assert len({batch for batch, _ in taken}) == EVENTS
    assert record["statuses"] == {"200": EVENTS, "413": EVENTS - 1}
    kept = history.filter(pa.compute.equal(history["outcome"], int(Outcome.OK)))
    assert kept["first_seq"].to_pylist() == kept["last_seq"].to_pylist()
    assert len(set(history["part"].to_pylist())) == history.num_rows


def test_both_copies_of_a_batch_that_is_too_large_name_their_halves_alike(tmp_path: Path) -> None:
    plan = _plan(tmp_path / "plan", [0], faults={0: Fault.DUPLICATE})
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

    with _server(_answering(answer)) as port:
        record, _ = _run(plan, tmp_path / "run", port)
    assert put_off
    assert record["statuses"]["200"] == 2 * EVENTS
    assert len(named) == 2 * EVENTS - 1
    assert all(len(events) == 1 for events in named.values())


def test_what_the_service_asks_for_is_waited(tmp_path: Path) -> None:
    plan = _plan(tmp_path / "plan", [0])
    at: list[float] = []

    def answer(_head: bytes, _body: bytes) -> bytes:
        at.append(time.monotonic())
        busy = b"HTTP/1.1 429 Busy\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n"
        return busy if len(at) == 1 else OK

    with _server(_answering(answer)) as port:
        record, history = _run(plan, tmp_path / "run", port)
    assert at[1] - at[0] >= 1.0
    assert record["counts"]["retries"] == 1
    assert history["attempt"].to_pylist() == [0, 1]


def test_faults_of_the_way_are_acted_out(tmp_path: Path) -> None:
    faults = {
        0: Fault.TRUNCATE,
        1: Fault.CORRUPT_GZIP,
        2: Fault.WRONG_LENGTH,
        3: Fault.RESET,
        4: Fault.SLOW,
    }
    plan = _plan(tmp_path / "plan", [0] * 5, faults=faults)
    whole: list[int] = []
    names = {identifiers(SEED, "batch", row)[0].decode(): row for row in range(5)}

    def answer(_head: bytes, body: bytes) -> bytes:
        try:
            whole.append(names[json.loads(gzip.decompress(body))["batch_id"]])
        except Exception:
            return b"HTTP/1.1 400 Bad\r\nContent-Length: 0\r\n\r\n"
        return OK

    with _server(_answering(answer)) as port:
        _, history = _run(plan, tmp_path / "run", port)
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
def test_a_corrupt_body_cannot_be_read_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    from deskhand.fleet.bodies import compressor
    from deskhand.fleet.load.wire import damaged

    zstandard = pytest.importorskip("zstandard", reason='pip install "deskhand[fleet]"')
    import zlib

    decode: dict[str, Callable[[bytes], bytes]] = {
        "gzip": gzip.decompress,
        "deflate": zlib.decompress,
        "zstd": zstandard.decompress,
        "none": bytes,
    }
    plain = b'{"events":[{"seq":0},{"seq":1}]}' * 1
    body = compressor(encoding)(plain)  # type: ignore[arg-type]
    assert json.loads(decode[encoding](body))
    for fault in (Fault.CORRUPT_GZIP, Fault.TRUNCATE):
        with pytest.raises(Exception, match=r".+"):
            json.loads(decode[encoding](damaged(body, int(fault), encoding)))  # type: ignore[arg-type]
    del tmp_path


def test_answers_of_known_bytes_mean_what_they_meant_and_others_are_read(tmp_path: Path) -> None:
    plan = _plan(tmp_path / "plan", list(range(0, 400, 4)))
    limited = b"HTTP/1.1 400 Bad\r\nContent-Length: 2\r\n\r\nno"
    refused: list[str] = []
    count = 0

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal count
        while True:
            _, body = await _request(reader)
            count += 1
            if count % 3 == 0:
                refused.append(json.loads(body)["batch_id"])
            answer = limited if count % 3 == 0 else OK
            # Some come in two pieces, of which the second looks like nothing that was read before.
            cut = len(answer) - 1 if count % 4 == 0 else len(answer)
            writer.write(answer[:cut])
            await writer.drain()
            if cut < len(answer):
                await asyncio.sleep(0.005)
                writer.write(answer[cut:])
                await writer.drain()

    with _server(handle) as port:
        record, history = _run(plan, tmp_path / "run", port, encoding="none", connections=2)
    failed = history.filter(pa.compute.equal(history["outcome"], int(Outcome.FAIL)))
    names = identifiers(SEED, "batch", failed["batch"].to_numpy()).astype("U20").tolist()
    assert sorted(names) == sorted(refused)
    assert len(refused) == 33
    assert record["errors"] == {"400: no": 33}


def test_a_slow_sender_that_is_answered_early_sends_no_second_request_into_the_first(
    tmp_path: Path,
) -> None:
    plan = _plan(tmp_path / "plan", [0, 120, 140], faults={0: Fault.SLOW})
    whole: list[bytes] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            if len(head) and not whole:
                whole.append(b"")
                writer.write(OK)
                await writer.drain()
            whole.append(await reader.readexactly(length))
            writer.write(OK)
            await writer.drain()

    with _server(handle) as port:
        _, history = _run(plan, tmp_path / "run", port, encoding="none", connections=1)
    assert history["outcome"].to_pylist() == [int(Outcome.OK)] * 3
    assert [json.loads(body)["synthetic"] for body in whole[1:]] == [True, True]


async def _endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await _request(reader)
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        writer.write(b"10000\r\n" + bytes(65_536) + b"\r\n")
        await writer.drain()


async def _huge_headers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await _request(reader)
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"X-More: " + b"a" * 60_000 + b"\r\n")
        await writer.drain()


async def _short(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await _request(reader)
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nok")
    await writer.drain()


async def _silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    del writer
    await _request(reader)
    await asyncio.sleep(60)


async def _never_reads(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    del reader, writer
    await asyncio.sleep(60)


async def _dripping(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await _request(reader)
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n")
    while True:
        writer.write(b".")
        await asyncio.sleep(0.05)


async def _nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await _request(reader)
    writer.write(b"SSH-2.0-OpenSSH_9.2\r\n" * 20)
    await writer.drain()


@pytest.mark.parametrize(
    ("handler", "told"),
    [
        (_endless, "answer exceeds"),
        (_huge_headers, "headers of the answer exceed"),
        (_short, "connection closed without an answer"),
        (_silent, "no answer within"),
        (_never_reads, "no answer within"),
        (_dripping, "no answer within"),
        (_nonsense, "answer is not HTTP"),
    ],
)
def test_hostile_answers_are_counted(tmp_path: Path, handler: Handler, told: str) -> None:
    plan = _plan(tmp_path / "plan", [0, 5])
    with _server(handler) as port:
        began = time.monotonic()
        record, history = _run(plan, tmp_path / "run", port, timeout_s=0.5, attempts=2)
        assert time.monotonic() - began < 15
    assert record["counts"] == {
        "intended": 2,
        "sent": 4,
        "ok": 0,
        "fail": 0,
        "unknown": 4,
        "retries": 2,
        "unsent": 0,
    }
    assert list(record["errors"].values()) == [4]
    assert told in next(iter(record["errors"]))
    assert history.num_rows == 4


def test_answers_to_come_are_passed_over_and_ends_of_connections_end_answers(
    tmp_path: Path,
) -> None:
    plan = _plan(tmp_path / "plan", [0, 5, 10])

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _request(reader)
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        await asyncio.sleep(0.02)
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nuntil the end")

    with _server(handle) as port:
        record, _ = _run(plan, tmp_path / "run", port)
    assert record["statuses"] == {"200": 3}
    assert record["counts"]["ok"] == 3


def test_redirects_are_not_followed(tmp_path: Path) -> None:
    plan = _plan(tmp_path / "plan", [0])
    elsewhere: list[tuple[bytes, bytes]] = []
    with _server(_answering(lambda *_: OK, elsewhere)) as other:
        answer = b"HTTP/1.1 307 Go\r\nLocation: http://127.0.0.1:%d/\r\nContent-Length: 0\r\n\r\n"
        with _server(_answering(lambda *_: answer % other)) as port:
            record, _ = _run(plan, tmp_path / "run", port)
    assert record["counts"]["fail"] == 1
    assert record["statuses"] == {"307": 1}
    assert not elsewhere


def test_a_target_that_is_not_there_is_counted(tmp_path: Path) -> None:
    plan = _plan(tmp_path / "plan", [0, 5])
    with _server(_silent) as port:
        pass
    record, history = _run(plan, tmp_path / "run", port, attempts=2)
    assert record["errors"] == {"no connection: Connection refused": 4}
    assert record["counts"]["fail"] == 4
    assert history["bytes_sent"].to_pylist() == [0] * 4


def test_a_target_that_vanishes_is_counted(tmp_path: Path) -> None:
    plan = _plan(tmp_path / "plan", list(range(0, 600, 5)))
    count = [0]
    gone = threading.Event()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await _request(reader)
            count[0] += 1
            if count[0] > 40:
                gone.set()
            if gone.is_set():
                writer.transport.abort()
                return
            writer.write(OK)

    with _server(handle) as port:
        record, history = _run(plan, tmp_path / "run", port, attempts=2)
    assert record["counts"]["ok"] == 40
    assert record["counts"]["unsent"] == 0
    assert len(_intents(history)) == 120


def _certificate(folder: Path) -> ssl.SSLContext:
    made = subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"),
            *("-keyout", "key.pem", "-out", "cert.pem"),
        ],
        cwd=folder,
        capture_output=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


@pytest.mark.skipif(shutil.which("openssl") is None, reason="the certificate is made by openssl")
def test_tls_is_checked(tmp_path: Path) -> None:
    plan = _plan(tmp_path / "plan", [0])
    with _server(_answering(lambda *_: OK), _certificate(tmp_path)) as port:
        target = f"https://localhost:{port}/in"
        trusted, _ = _run(plan, tmp_path / "a", port, target=target, ca=tmp_path / "cert.pem")
        refused, _ = _run(plan, tmp_path / "b", port, target=target, attempts=1)
        insecure, _ = _run(plan, tmp_path / "c", port, target=target, insecure=True)
    assert trusted["counts"]["ok"] == insecure["counts"]["ok"] == 1
    assert refused["counts"]["fail"] == 1
    assert "TLS" in next(iter(refused["errors"]))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"target": "http://192.0.2.1/in"}, "--i-own-this-target"),
        ({"target": "https://192.0.2.1/", "own_this_target": True, "insecure": True}, "insecure"),
        ({"target": "ftp://127.0.0.1/"}, "write an address"),
        ({"target": "http://me:secret@127.0.0.1/"}, "no name or password"),
        ({"target": "http://127.0.0.1:99999/"}, "not an address"),
        ({"speed": 0.0}, "speed"),
        ({"max_rate_hz": -1.0}, "max_rate_hz"),
        ({"workers": 0}, "workers"),
        ({"headers": {"X": "a\r\nHost: b"}}, "end of line"),
    ],
)
def test_what_cannot_be_run_is_refused(
    tmp_path: Path, change: dict[str, Any], message: str
) -> None:
    plan = _plan(tmp_path / "plan", [0])
    with pytest.raises(DeskhandError, match=message):
        _run(plan, tmp_path / "run", 9, **change)


def test_the_rate_and_the_time_are_capped(tmp_path: Path) -> None:
    plan = _plan(tmp_path / "plan", [0] * 300)
    with _server(_answering(lambda *_: OK)) as port:
        record, history = _run(plan, tmp_path / "run", port, max_rate_hz=100.0, max_seconds=1.0)
    sent = record["counts"]["sent"]
    assert 80 <= sent <= 105
    assert record["counts"]["unsent"] == 300 - sent
    assert history.num_rows == sent
    assert record["client"]["bottleneck"]
    assert any("--max-rate" in reason for reason in record["client"]["reasons"])


def test_thresholds_and_the_self_check_set_the_exit_status(tmp_path: Path) -> None:
    plan = _plan(tmp_path / "plan", list(range(0, 300, 10)))
    with _server(_answering(lambda *_: OK)) as port:
        words = ["fleet", "run", str(plan), "--target", f"http://127.0.0.1:{port}/in"]
        words += ["--no-self-check"]
        good = main([*words, "--out", str(tmp_path / "a"), "--fail-if", "errors<1%"])
        bad = main([*words, "--out", str(tmp_path / "b"), "--fail-if", "rate>=1000000/s"])
        odd = main([*words, "--out", str(tmp_path / "c"), "--fail-if", "speed<1"])
        late = main([*words[:-1], "--out", str(tmp_path / "d"), "--max-rate", "20"])
    assert (good, bad, odd, late) == (0, 1, 2, 3)
    assert not (tmp_path / "c").exists()
    assert "<html" in (tmp_path / "a" / "report.html").read_text()[:200]


def test_ctrl_c_leaves_a_part_of_a_report(tmp_path: Path) -> None:
    plan = _plan(tmp_path / "plan", list(range(0, 60_000, 20)))
    taken: list[tuple[bytes, bytes]] = []
    with _server(_answering(lambda *_: OK, taken)) as port:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "deskhand", "fleet", "run", str(plan)),
                *("--target", f"http://127.0.0.1:{port}/in", "--out", str(tmp_path / "run")),
                *("--workers", "2"),
            ],
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        try:
            waits_until_s = time.monotonic() + 60
            while len(taken) < 20 and time.monotonic() < waits_until_s:
                time.sleep(0.05)
            process.send_signal(signal.SIGINT)
            _, said = process.communicate(timeout=30)
        finally:
            process.kill()
    assert process.returncode == 130, said
    record = read_record(tmp_path / "run" / "run.json")
    history = _history(tmp_path / "run")
    assert record["interrupted"]
    assert record["counts"]["sent"] == history.num_rows > 10
    assert record["counts"]["unsent"] == 3000 - history.num_rows


def test_of_a_lost_worker_nothing_is_known(tmp_path: Path) -> None:
    plan = _plan(tmp_path / "plan", list(range(0, 60_000, 20)))
    taken: list[tuple[bytes, bytes]] = []
    with _server(_answering(lambda *_: OK, taken)) as port:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "deskhand", "fleet", "run", str(plan)),
                *("--target", f"http://127.0.0.1:{port}/in", "--out", str(tmp_path / "run")),
            ],
            stderr=subprocess.PIPE,
        )
        until = time.monotonic() + 20
        while len(taken) < 50 and time.monotonic() < until:
            time.sleep(0.05)
        for child in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split():
            if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes():
                os.kill(int(child), signal.SIGKILL)
        _, said = process.communicate(timeout=30)
    assert process.returncode == 2, said
    assert b"worker was lost" in said
    record = read_record(tmp_path / "run" / "run.json")
    history = _history(tmp_path / "run")
    assert record["interrupted"]
    assert record["counts"]["unknown"] >= 50
    names = {identifiers(SEED, "batch", row)[0].decode() for row in history["batch"].to_pylist()}
    assert {json.loads(gzip.decompress(body))["batch_id"] for _, body in taken} <= names


def test_fewer_descriptors_than_connections(tmp_path: Path) -> None:
    plan = _plan(tmp_path / "plan", [0] * 300)

    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await _request(reader)
            await asyncio.sleep(0.01)
            writer.write(OK)

    with _server(slow) as port:
        command = (
            f"ulimit -n 60; exec {sys.executable} -m deskhand fleet run {plan} --no-self-check "
            f"--target http://127.0.0.1:{port}/in --out {tmp_path / 'run'} --connections 100"
        )
        done = subprocess.run(["bash", "-c", command], capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    counts = read_record(tmp_path / "run" / "run.json")["counts"]
    assert (counts["ok"], counts["unsent"]) == (300, 0)


def test_messages_go_the_same_way_as_requests(tmp_path: Path) -> None:
    plan = _plan(tmp_path / "plan", list(range(0, 100, 5)), faults={3: Fault.DUPLICATE})
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
