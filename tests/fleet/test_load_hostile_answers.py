"""Hostile answers and targets that are gone are counted, and nothing hangs."""

import asyncio
import threading
import time
from pathlib import Path

import pytest

from tests.fleet.load_runs import NEEDS_LOAD_CORE, intents_of, run_plan
from tests.fleet.serving import OK, Handler, read_request, server
from tests.fleet.tiny_plan import tiny_plan

pytestmark = NEEDS_LOAD_CORE


async def _endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        writer.write(b"10000\r\n" + bytes(65_536) + b"\r\n")
        await writer.drain()


async def _huge_headers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"X-More: " + b"a" * 60_000 + b"\r\n")
        await writer.drain()


async def _short(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nok")
    await writer.drain()


async def _silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    del writer
    await read_request(reader)
    await asyncio.sleep(60)


async def _never_reads(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    del reader, writer
    await asyncio.sleep(60)


async def _dripping(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n")
    while True:
        writer.write(b".")
        await asyncio.sleep(0.05)


async def _nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
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
    plan = tiny_plan(tmp_path / "plan", [0, 5])
    with server(handler) as port:
        began = time.monotonic()
        record, history = run_plan(plan, tmp_path / "run", port, timeout_s=0.5, attempts=2)
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


def test_a_target_that_is_not_there_is_counted(tmp_path: Path) -> None:
    plan = tiny_plan(tmp_path / "plan", [0, 5])
    with server(_silent) as port:
        pass
    record, history = run_plan(plan, tmp_path / "run", port, attempts=2)
    assert record["errors"] == {"no connection: Connection refused": 4}
    assert record["counts"]["fail"] == 4
    assert history["bytes_sent"].to_pylist() == [0] * 4


def test_a_target_that_vanishes_is_counted(tmp_path: Path) -> None:
    plan = tiny_plan(tmp_path / "plan", list(range(0, 600, 5)))
    count = [0]
    gone = threading.Event()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await read_request(reader)
            count[0] += 1
            if count[0] > 40:
                gone.set()
            if gone.is_set():
                writer.transport.abort()
                return
            writer.write(OK)

    with server(handle) as port:
        record, history = run_plan(plan, tmp_path / "run", port, attempts=2)
    assert record["counts"]["ok"] == 40
    assert record["counts"]["unsent"] == 0
    assert len(intents_of(history)) == 120
