"""When batches are sent: a stall is told from the intent on, waits are kept, rates and times are capped."""

import asyncio
import time
from pathlib import Path

from tests.fleet.load_runs import NEEDS_LOAD_CORE, run_plan
from tests.fleet.serving import OK, answering, read_request, server
from tests.fleet.tiny_plan import tiny_plan

pytestmark = NEEDS_LOAD_CORE


def test_a_stall_of_a_second_is_told_as_a_second(tmp_path: Path) -> None:
    plan = tiny_plan(tmp_path / "plan", list(range(0, 2000, 10)))
    began = []

    async def stalling(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await read_request(reader)
            began.append(time.monotonic())
            if 0.5 < began[-1] - began[0] < 1.6:
                await asyncio.sleep(max(0.0, began[0] + 1.6 - time.monotonic()))
            writer.write(OK)

    with server(stalling) as port:
        record, _ = run_plan(plan, tmp_path / "run", port, connections=1)
    assert record["latency"]["from_intent"]["p99_us"] >= 900_000
    # From the moment of sending only one batch was slow: what a closed loop would have told.
    assert record["latency"]["from_send"]["p90_us"] < 500_000


def test_what_the_service_asks_for_is_waited(tmp_path: Path) -> None:
    plan = tiny_plan(tmp_path / "plan", [0])
    at: list[float] = []

    def answer(_head: bytes, _body: bytes) -> bytes:
        at.append(time.monotonic())
        busy = b"HTTP/1.1 429 Busy\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n"
        return busy if len(at) == 1 else OK

    with server(answering(answer)) as port:
        record, history = run_plan(plan, tmp_path / "run", port)
    assert at[1] - at[0] >= 1.0
    assert record["counts"]["retries"] == 1
    assert history["attempt"].to_pylist() == [0, 1]


def test_the_rate_and_the_time_are_capped(tmp_path: Path) -> None:
    plan = tiny_plan(tmp_path / "plan", [0] * 300)
    with server(answering(lambda *_: OK)) as port:
        record, history = run_plan(plan, tmp_path / "run", port, max_rate_hz=100.0, max_seconds=1.0)
    sent = record["counts"]["sent"]
    assert 80 <= sent <= 105
    assert record["counts"]["unsent"] == 300 - sent
    assert history.num_rows == sent
    assert record["client"]["bottleneck"]
    assert any("--max-rate" in reason for reason in record["client"]["reasons"])
