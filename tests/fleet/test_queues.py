"""Brokers and folders as targets, against real servers: what they hold is what was sent."""

import asyncio
import json
import shutil
import signal
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from deskhand.errors import DeskhandError, UnknownNameError
from deskhand.fleet.bodies import filled
from deskhand.fleet.tables import Outcome
from deskhand.fleet.target import Judgement, PoolBatch, QueueTarget, Sent
from deskhand.fleet.targets import load_target
from tests.servers import free_port, program, serving

BATCH = PoolBatch(
    0,
    [b'{"seq":0,"t_us":0,"type":"keydown"}', b'{"seq":1,"t_us":9,"type":"keyup"}'],
    np.arange(2, dtype=np.int32),
    np.array([0, 9], np.int64),
)


def sent_of(number: int) -> Sent:
    start_us = 1_772_438_400_000_000
    names = (f"syn_{number:016x}", f"syn_{number // 10:016x}", f"syn_{number // 20:016x}")
    return Sent("syn_0000000000000001", *names, number // 20, number, 2, 0, 1, start_us, start_us)


def queue(name: str, url: str | None = None, **options: Any) -> QueueTarget:
    target = load_target(name, url, **options)
    assert hasattr(target, "send")
    return cast(QueueTarget, target)


def body_of(target: QueueTarget, sent: Sent) -> bytes:
    return target.head(sent) + filled(target.template(BATCH), sent)


async def send_all(target: QueueTarget, numbers: range) -> list[Judgement]:
    sents = [sent_of(number) for number in numbers]
    return await asyncio.gather(*(target.send(sent, body_of(target, sent)) for sent in sents))


class Broker:
    """A server that can be killed and started again on the same port with the same data."""

    def __init__(self, command: list[str], port: int, url: str) -> None:
        self.url, self._command, self._port = url, command, port

    def run(self) -> AbstractContextManager[None]:
        """Return a context in which it runs."""
        return serving(self._command, self._port, ending=signal.SIGKILL)


@pytest.fixture
def nats_server(tmp_path: Path) -> Broker:
    pytest.importorskip("nats", reason='needs nats-py: pip install "deskhand[queues]"')
    port = free_port()
    command = [program("nats-server"), "-js", "-a", "127.0.0.1", "-p", str(port)]
    command += ["-sd", str(tmp_path)]
    return Broker(command, port, f"nats://127.0.0.1:{port}")


@pytest.fixture
def redis_server(tmp_path: Path) -> Broker:
    pytest.importorskip("redis", reason='needs redis-py: pip install "deskhand[queues]"')
    port = free_port()
    command = [program("redis-server"), "--bind", "127.0.0.1", "--port", str(port)]
    command += ["--dir", str(tmp_path)]
    always = ["--save", "", "--appendonly", "yes", "--appendfsync", "always"]
    return Broker(command + always, port, f"redis://127.0.0.1:{port}/0")


def run(job: Callable[[], Awaitable[None]]) -> None:
    async def bounded() -> None:
        await asyncio.wait_for(job(), 60)

    asyncio.run(bounded())


async def stream_of(server: Broker) -> list[Any]:
    """Return all messages of the stream."""
    import nats

    client = await nats.connect(server.url)
    stream = client.jetstream()
    state = (await stream.stream_info("DESKHAND")).state
    found = [await stream.get_msg("DESKHAND", seq) for seq in range(1, state.last_seq + 1)]
    await client.close()
    return found


def test_jetstream_holds_what_was_sent_once(nats_server: Broker) -> None:
    async def job() -> None:
        # Workers open at the same time, and the stream is made once.
        workers = [queue("nats", nats_server.url, provenance_id="p") for _ in range(3)]
        await asyncio.gather(*(worker.open() for worker in workers))
        halves = await asyncio.gather(
            send_all(workers[0], range(30)), send_all(workers[1], range(30, 60))
        )
        assert {told.outcome for half in halves for told in half} == {Outcome.OK}
        # Sent again by another worker: acknowledged, but not kept twice.
        again = await send_all(workers[2], range(10))
        assert {told.outcome for told in again} == {Outcome.OK}
        kept = await stream_of(nats_server)
        assert len(kept) == 60
        found = {m.headers["Deskhand-Batch-Id"]: m for m in kept}
        for number in range(60):
            sent = sent_of(number)
            message = found[sent.batch_id]
            assert message.data == body_of(workers[0], sent)
            assert message.headers["Deskhand-Synthetic"] == "true"
            told = json.loads(message.data)
            assert (told["session_id"], told["provenance_id"]) == (sent.session_id, "p")
        # Halves of one batch are two messages.
        sent = sent_of(99)
        for half in (sent._replace(last_seq=0, events=1), sent._replace(first_seq=1, events=1)):
            assert (await workers[0].send(half, b"half")).outcome == Outcome.OK
        assert len(await stream_of(nats_server)) == 62
        for worker in workers:
            await worker.close()

    with nats_server.run():
        run(job)


def test_jetstream_refuses_what_is_too_large(nats_server: Broker) -> None:
    async def job() -> None:
        target = queue("nats", nats_server.url)
        await target.open()
        told = await target.send(sent_of(0), b"x" * (2 << 20))
        assert (told.outcome, told.split) == (Outcome.FAIL, True)
        assert await stream_of(nats_server) == []
        await target.close()

    with nats_server.run():
        run(job)


def test_a_stream_that_is_taken_away_is_a_failure_that_may_pass(nats_server: Broker) -> None:
    async def job() -> None:
        import nats

        target = queue("nats", nats_server.url)
        await target.open()
        client = await nats.connect(nats_server.url)
        await client.jetstream().delete_stream("DESKHAND")
        (told,) = await send_all(target, range(1))
        assert (told.outcome, told.retry) == (Outcome.FAIL, True)
        await client.close()
        await target.close()

    with nats_server.run():
        run(job)


def test_a_killed_nats_server_loses_nothing_that_it_acknowledged(nats_server: Broker) -> None:
    async def job() -> None:
        target = queue("nats", nats_server.url)
        with nats_server.run():
            await target.open()
            before = await send_all(target, range(20))
        away = await send_all(target, range(20, 25))
        assert {told.outcome for told in before} == {Outcome.OK}
        assert {(told.outcome, told.retry) for told in away} == {(Outcome.UNKNOWN, True)}
        with nats_server.run():
            again = await send_all(target, range(20, 25))
            for _ in range(20):
                if {told.outcome for told in again} == {Outcome.OK}:
                    break
                again = await send_all(target, range(20, 25))
            assert {told.outcome for told in again} == {Outcome.OK}
            kept = [m.headers["Deskhand-Batch-Id"] for m in await stream_of(nats_server)]
            # What was unknown was sent again under the same identifier: kept once.
            assert sorted(kept) == [sent_of(number).batch_id for number in range(25)]
            await target.close()

    run(job)


def test_redis_holds_what_was_sent_and_doubles(redis_server: Broker) -> None:
    async def job() -> None:
        from redis.asyncio import Redis

        target = queue("redis", redis_server.url, body="ndjson")
        await target.open()
        told = await send_all(target, range(150)) + await send_all(target, range(5))
        assert {judged.outcome for judged in told} == {Outcome.OK}
        client = Redis.from_url(redis_server.url)
        rows: list[Any] = await client.xrange("deskhand:batches") or []
        await client.aclose()
        kept = [row[b"batch_id"].decode() for _, row in rows]
        once = [sent_of(number).batch_id for number in range(150)]
        assert sorted(kept) == sorted(once + once[:5])
        for _, row in rows:
            number = int(row[b"batch_id"][4:], 16)
            assert row[b"body"] == body_of(target, sent_of(number))
            assert row[b"session_id"].decode() == sent_of(number).session_id
            assert row[b"synthetic"] == b"1"
        await target.close()

    with redis_server.run():
        run(job)


def test_redis_without_memory_or_with_another_key_fails(redis_server: Broker) -> None:
    async def job() -> None:
        from redis.asyncio import Redis

        target = queue("redis", redis_server.url, stream="s")
        await target.open()
        client = Redis.from_url(redis_server.url)
        await client.set("s", "no stream")
        (told,) = await send_all(target, range(1))
        assert (told.outcome, told.retry) == (Outcome.FAIL, False)
        assert "WRONGTYPE" in told.error
        await client.delete("s")
        await client.config_set("maxmemory", "1")
        (told,) = await send_all(target, range(1))
        assert (told.outcome, told.retry) == (Outcome.FAIL, True)
        await client.config_set("maxmemory", "0")
        assert await client.exists("s") == 0
        await client.aclose()
        await target.close()

    with redis_server.run():
        run(job)


def test_a_killed_redis_server_leaves_no_hidden_retry(redis_server: Broker) -> None:
    async def job() -> None:
        target = queue("redis", redis_server.url)
        with redis_server.run():
            await target.open()
            assert {told.outcome for told in await send_all(target, range(20))} == {Outcome.OK}
        away = await send_all(target, range(20, 25))
        assert {(told.outcome, told.retry) for told in away} == {(Outcome.UNKNOWN, True)}
        with redis_server.run():
            told = await send_all(target, range(20, 25))
            assert {judged.outcome for judged in told} <= {Outcome.OK, Outcome.UNKNOWN}
            unsure = [n for n, j in zip(range(20, 25), told, strict=True) if j.outcome]
            for number in unsure:
                (once_more,) = await send_all(target, range(number, number + 1))
                assert once_more.outcome == Outcome.OK
            from redis.asyncio import Redis

            client = Redis.from_url(redis_server.url)
            assert await client.xlen("deskhand:batches") == 25
            await client.aclose()
            await target.close()

    run(job)


@pytest.mark.parametrize("name", ["nats", "redis"])
def test_no_broker_is_told_at_once(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module = "nats" if name == "nats" else "redis"
    pytest.importorskip(
        module, reason='needs the brokers\' clients: pip install "deskhand[queues]"'
    )
    monkeypatch.setattr("deskhand.fleet.targets.nats_jetstream.OPEN_S", 0.5)
    target = queue(name, f"{name}://127.0.0.1:{free_port()}")

    async def job() -> None:
        with pytest.raises(DeskhandError, match=r"does not answer .*; start it"):
            await target.open()
        with pytest.raises(DeskhandError, match="not open"):
            await target.send(sent_of(0), b"")

    run(job)


def test_files_are_bodies_that_appear_whole(tmp_path: Path) -> None:
    out = tmp_path / "a" / "b"
    target = queue(f"files:{out}", provenance_id="p")

    async def job() -> None:
        await target.open()
        told = await send_all(target, range(40)) + await send_all(target, range(3))
        assert {judged.outcome for judged in told} == {Outcome.OK}
        sent = sent_of(77)
        for half in (sent._replace(last_seq=0), sent._replace(first_seq=1)):
            await target.send(half, b"\x1f\x8b half")
        await target.close()

    run(job)
    files = [path for path in out.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} == {".json", ".gz"}
    bodies = {path.name: path.read_bytes() for path in files if path.suffix == ".json"}
    assert bodies == {
        f"{sent_of(n).batch_id}-0-1.json": body_of(target, sent_of(n)) for n in range(40)
    }
    assert len(files) == 42


def test_a_folder_that_cannot_take_files_fails(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")

    async def job() -> None:
        with pytest.raises(DeskhandError, match="give another"):
            await queue(f"files:{tmp_path / 'file'}").open()
        with pytest.raises(DeskhandError, match="files:FOLDER"):
            await queue("files").open()
        target = queue(f"files:{tmp_path / 'out'}")
        await target.open()
        shutil.rmtree(tmp_path / "out")
        (told,) = await send_all(target, range(1))
        assert (told.outcome, told.retry) == (Outcome.FAIL, False)
        assert "file: No such file" in told.error

    run(job)
    with pytest.raises(UnknownNameError, match="body 'xml'"):
        load_target("files", str(tmp_path), body="xml")
