"""Answers mean what HTTP says, however they come."""

import asyncio
import json
from pathlib import Path

import pyarrow as pa

from deskhand.fleet.identifiers import identifiers
from deskhand.fleet.tables import Fault, Outcome
from tests.fleet.load_runs import NEEDS_LOAD_CORE, run_plan
from tests.fleet.serving import OK, answering, read_request, server
from tests.fleet.tiny_plan import SEED, tiny_plan

pytestmark = NEEDS_LOAD_CORE


def test_answers_of_known_bytes_mean_what_they_meant_and_others_are_read(tmp_path: Path) -> None:
    plan = tiny_plan(tmp_path / "plan", list(range(0, 400, 4)))
    limited = b"HTTP/1.1 400 Bad\r\nContent-Length: 2\r\n\r\nno"
    refused: list[str] = []
    count = 0

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal count
        while True:
            _, body = await read_request(reader)
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

    with server(handle) as port:
        record, history = run_plan(plan, tmp_path / "run", port, encoding="none", connections=2)
    failed = history.filter(pa.compute.equal(history["outcome"], int(Outcome.FAIL)))
    names = identifiers(SEED, "batch", failed["batch"].to_numpy()).astype("U20").tolist()
    assert sorted(names) == sorted(refused)
    assert len(refused) == 33
    assert record["errors"] == {"400: no": 33}


def test_a_slow_sender_that_is_answered_early_sends_no_second_request_into_the_first(
    tmp_path: Path,
) -> None:
    plan = tiny_plan(tmp_path / "plan", [0, 120, 140], faults={0: Fault.SLOW})
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

    with server(handle) as port:
        _, history = run_plan(plan, tmp_path / "run", port, encoding="none", connections=1)
    assert history["outcome"].to_pylist() == [int(Outcome.OK)] * 3
    assert [json.loads(body)["synthetic"] for body in whole[1:]] == [True, True]


def test_answers_to_come_are_passed_over_and_ends_of_connections_end_answers(
    tmp_path: Path,
) -> None:
    plan = tiny_plan(tmp_path / "plan", [0, 5, 10])

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        await asyncio.sleep(0.02)
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nuntil the end")

    with server(handle) as port:
        record, _ = run_plan(plan, tmp_path / "run", port)
    assert record["statuses"] == {"200": 3}
    assert record["counts"]["ok"] == 3


def test_redirects_are_not_followed(tmp_path: Path) -> None:
    plan = tiny_plan(tmp_path / "plan", [0])
    elsewhere: list[tuple[bytes, bytes]] = []
    with server(answering(lambda *_: OK, elsewhere)) as other:
        answer = b"HTTP/1.1 307 Go\r\nLocation: http://127.0.0.1:%d/\r\nContent-Length: 0\r\n\r\n"
        with server(answering(lambda *_: answer % other)) as port:
            record, _ = run_plan(plan, tmp_path / "run", port)
    assert record["counts"]["fail"] == 1
    assert record["statuses"] == {"307": 1}
    assert not elsewhere
