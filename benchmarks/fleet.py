"""What the load core of the fleet can do, beside its peers, in one run on one machine.

    python benchmarks/fleet.py [--requests 120000] [--seconds 8] [--locust PYTHON]

Prints how much faster stitched bodies are than orjson and gzip level 1; requests a second and CPU time a
request of `deskhand fleet run`, of wrk with bodies that differ, compressed beforehand (if it is installed), and of Locust's
FastHttpUser (in the environment of --locust), each on core 1 against the same sink on core 0; the share
of sends within 2 ms of their intent at 80 % of that rate; and two workers against one. A machine with
two cores cannot hold a sink and two workers: the last figure tells of its own cores as well.
"""

import argparse
import gzip
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import orjson
import pyarrow.parquet as pq

from deskhand.fleet.description import described
from deskhand.fleet.gzip_stitch import GzipStitch
from deskhand.fleet.load.run import run
from deskhand.fleet.load.settings import LoadSettings
from deskhand.fleet.plan import make_plan
from deskhand.fleet.plan_files import Plan
from deskhand.fleet.whole_bodies import WholeBodies

SINK_CORE, CLIENT_CORE = 0, 1
CONNECTIONS = 64
# Sends that keep to their times must not wait for a connection.
PACED_CONNECTIONS = 256
STITCH_BAR, LOCUST_BAR, WRK_BAR, ON_TIME_BAR, TWO_BAR = 100, 10, 1, 0.999, 1.7
ON_TIME_US = 2_000
DESCRIPTION: dict[str, Any] = {
    "seed": 7,
    "date": "2026-03-02",
    "duration_s": 86_400,
    "compression": 86_400,
    "target": "json",
    "sessions": {"scenarios": {"auth.login": 3, "crm.create_lead": 1}, "pool": 16},
    "arrivals": {"per_device_day": 1.5, "curve": "even"},
    "client": {"max_events": 200, "max_bytes": 65_536, "max_age_s": 30},
}
# Reads a request's length and then counts bytes: it must cost less than any client.
SINK = """
import asyncio, os, sys, uvloop
class Sink(asyncio.BufferedProtocol):
    room = bytearray(1 << 20)
    left = 0
    def connection_made(self, transport):
        self.transport = transport
    def get_buffer(self, _):
        return memoryview(self.room)
    def buffer_updated(self, count):
        if not self.left:
            end = self.room.find(b"\\r\\n\\r\\n", 0, count)
            at = self.room.find(b"ength: ", 0, end) + 7
            self.left = int(self.room[at : self.room.find(b"\\r", at)]) + end + 4
        self.left -= count
        if not self.left:
            self.transport.write(b"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\n{}")
async def main():
    server = await asyncio.get_running_loop().create_server(Sink, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
os.sched_setaffinity(0, {int(sys.argv[1])})
uvloop.run(main())
"""
WRK = """
local bodies = {}
for line in io.lines(os.getenv("BODIES")) do
  bodies[#bodies + 1] = line:gsub("..", function(digits) return string.char(tonumber(digits, 16)) end)
end
local at = 0
request = function()
  at = at % #bodies + 1
  return wrk.format("POST", "/batches", {["Content-Type"] = "application/json", ["Content-Encoding"] = "gzip"}, bodies[at])
end
"""
LOCUST = """
import itertools, os
from locust import FastHttpUser, constant, task
HEADERS = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
lines = open(os.environ["BODIES"]).read().splitlines()
bodies = itertools.cycle([bytes.fromhex(line) for line in lines])
class User(FastHttpUser):
    wait_time = constant(0)
    concurrency = 1
    @task
    def send(self):
        self.client.post("/batches", next(bodies), headers=HEADERS)
"""


class Speed(NamedTuple):
    """What a client came to."""

    requests: int
    seconds: float
    cpu_s: float  # start-up included, except for the fleet's own workers

    @property
    def rate_hz(self) -> float:
        return self.requests / self.seconds

    def line(self, name: str) -> str:
        return f"{name:<34}{self.rate_hz:>10,.0f} requests/s {1e6 * self.cpu_s / self.requests:>8.1f} us CPU each"


def stitch_ratio(plan: Plan) -> float:
    """Return how much faster a stitched body is than one that is serialised and compressed."""
    records = max((batch.records for batch in plan.pool_batch_list()), key=len)
    tail = b",".join(records) + b"]}"
    stitch = GzipStitch(tail)
    heads = [b'{"batch_id":"syn_%016x","events":[' % number for number in range(20_000)]
    began = time.process_time()
    for head in heads:
        stitch.body(head)
    stitched_s = (time.process_time() - began) / len(heads)
    events = [orjson.loads(record) for record in records]
    began, count = time.process_time(), 200
    for number in range(count):
        gzip.compress(orjson.dumps({"batch_id": f"syn_{number:016x}", "events": events}), 1)
    whole_s = (time.process_time() - began) / count
    print(
        f"stitched {1e6 * stitched_s:.2f} us, orjson and gzip level 1 {1e6 * whole_s:.0f} us, {len(records)} events"
    )
    return whole_s / stitched_s


def sink() -> tuple["subprocess.Popen[str]", int]:
    process = subprocess.Popen(
        [sys.executable, "-c", SINK, str(SINK_CORE)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    return process, int(process.stdout.readline())


def fleet(
    plan: Plan,
    port: int,
    speed: float,
    *,
    cores: set[int],
    workers: int = 1,
    connections: int = CONNECTIONS,
) -> dict[str, Any]:
    """Run a plan on some cores; workers are spawned, and take over the cores of this process."""
    before = os.sched_getaffinity(0)
    with tempfile.TemporaryDirectory() as folder:
        os.sched_setaffinity(0, cores)
        try:
            record = run(
                LoadSettings(
                    plan=plan.folder,
                    target=f"http://127.0.0.1:{port}/batches",
                    adapter="json",
                    out=Path(folder) / "r",
                    encoding="gzip",
                    speed=speed,
                    workers=workers,
                    connections=connections,
                    timeout_s=60,
                )
            )
        finally:
            os.sched_setaffinity(0, before)
        files = sorted((Path(folder) / "r" / "history").glob("part-*.parquet"))
        times = [
            pq.read_table(file, columns=["sent_us", "done_us", "intended_us"]) for file in files
        ]
    sent, done, intended = (
        np.concatenate([table[name].to_numpy() for table in times])
        for name in ("sent_us", "done_us", "intended_us")
    )
    record["busy_s"] = (done.max() - sent.min()) / 1e6
    record["on_time"] = float(np.mean(sent - intended <= ON_TIME_US))
    return record


def fleet_speed(record: dict[str, Any]) -> Speed:
    cpu_s = sum(record["client"]["cpu_share"]) * record["seconds"]
    return Speed(record["counts"]["ok"], record["busy_s"], cpu_s)


def measured(command: list[str], bodies: Path) -> tuple[str, float]:
    """Run a client on its core; return what it printed and the CPU time it took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        ["taskset", "-c", str(CLIENT_CORE), *command],
        env=os.environ | {"BODIES": str(bodies)},
        capture_output=True,
        text=True,
        check=True,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return done.stdout, cpu_s


def wrk(port: int, bodies: Path, seconds: int) -> Speed:
    script = bodies.with_suffix(".lua")
    script.write_text(WRK)
    told, cpu_s = measured(
        [
            "wrk",
            "-t1",
            f"-c{CONNECTIONS}",
            f"-d{seconds}s",
            "-s",
            str(script),
            f"http://127.0.0.1:{port}",
        ],
        bodies,
    )
    found = re.search(r"(\d+) requests in ([\d.]+)s", told)
    assert found is not None, told
    return Speed(int(found[1]), float(found[2]), cpu_s)


def locust(python: str, port: int, bodies: Path, seconds: int) -> Speed:
    script, report = bodies.with_name("locustfile.py"), bodies.with_name("locust")
    script.write_text(LOCUST)
    _, cpu_s = measured(
        [
            python,
            "-m",
            "locust",
            "-f",
            str(script),
            "--headless",
            "-u",
            str(CONNECTIONS),
            "-r",
            "64",
            "-t",
            f"{seconds}s",
            "-H",
            f"http://127.0.0.1:{port}",
            "--json-file",
            str(report),
            "--only-summary",
        ],
        bodies,
    )
    (row,) = json.loads(report.with_suffix(".json").read_text())
    return Speed(row["num_requests"], row["last_request_timestamp"] - row["start_time"], cpu_s)


def cpu_s(process: int) -> float:
    """Return the CPU time of a process."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def verdict(name: str, value: float, bar: float) -> None:
    print(f"{name:<34}{value:>10.4g} (asked for: {bar:g}) {'ok' if value >= bar else 'MISSED'}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--requests", type=int, default=120_000)
    parser.add_argument("--seconds", type=int, default=8)
    parser.add_argument("--locust", metavar="PYTHON")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        small = described(DESCRIPTION | {"devices": 100})
        make_plan(small, Path(folder) / "small")
        each = Plan.load(Path(folder) / "small").record["batches"] / 100
        make_plan(
            described(DESCRIPTION | {"devices": max(round(given.requests / each), 1)}),
            Path(folder) / "p",
        )
        plan = Plan.load(Path(folder) / "p")
        verdict("stitch against gzip-1", stitch_ratio(plan), STITCH_BAR)
        bodies = Path(folder) / "bodies"
        with bodies.open("wb") as file:
            for number, batch in enumerate(WholeBodies(plan.folder).part()):
                if number == 5_000:
                    break
                file.write(gzip.compress(batch.body, 6, mtime=0).hex().encode() + b"\n")
        process, port = sink()
        try:
            print(
                f"bodies of {bodies.stat().st_size / 2 / min(plan.record['batches'], 5_000):,.0f} bytes"
            )
            compare(plan, port, process.pid, bodies, given)
        finally:
            process.kill()
            process.wait()


def compare(plan: Plan, port: int, sink_pid: int, bodies: Path, given: argparse.Namespace) -> None:
    # So fast that all is due at once: what then comes out is what the core can do.
    before_s = cpu_s(sink_pid)
    one = fleet_speed(fleet(plan, port, 100.0, cores={CLIENT_CORE}))
    share = (cpu_s(sink_pid) - before_s) / one.seconds
    print(one.line("deskhand fleet run") + f" (sink {share:.0%} busy)")
    if shutil.which("wrk"):
        peer = wrk(port, bodies, given.seconds)
        print(peer.line("wrk"))
        verdict("against wrk", one.rate_hz / peer.rate_hz, WRK_BAR)
    else:
        print("wrk: skipped, it is not installed (apt-get install wrk)")
    if given.locust:
        peer = locust(given.locust, port, bodies, given.seconds)
        print(peer.line("Locust FastHttpUser"))
        verdict("against Locust", one.rate_hz / peer.rate_hz, LOCUST_BAR)
    else:
        print("Locust: skipped, name a Python that has it with --locust")
    # The arrivals are even, so the plan's mean rate is its rate.
    speed = 0.8 * one.rate_hz / (plan.record["batches"] * plan.record["compression"] / 86_400)
    paced = fleet(plan, port, speed, cores={CLIENT_CORE}, connections=PACED_CONNECTIONS)
    print(
        f"paced at {0.8 * one.rate_hz:,.0f} requests/s: lag p99 {paced['client']['lag_p99_us']} us"
    )
    verdict("sends within 2 ms of intent", paced["on_time"], ON_TIME_BAR)
    everywhere = os.sched_getaffinity(0)
    two = fleet_speed(fleet(plan, port, 100.0, workers=2, cores=everywhere))
    alone = fleet_speed(fleet(plan, port, 100.0, workers=1, cores=everywhere))
    print(f"(sink and workers on {len(everywhere)} cores)")
    verdict("two workers against one", two.rate_hz / alone.rate_hz, TWO_BAR)


if __name__ == "__main__":
    main()
