"""A million devices for a day, against a service that stores: planned, run, verified, in one command.

    python benchmarks/fleet_million.py [--devices 1000000] [--keep FOLDER]

Each step is a command of `deskhand fleet` in processes of its own, as a load tester gives them. Prints
for each its time, the peak memory of each process, rates and counts, and whether they are as asked for;
the exit status is 1 when one is not, 2 when something is missing.

The service is NATS JetStream (nats-server, on this machine), which keeps batches in files: with so small
a batch the reference collector takes some 4,000 a second on the same two cores, JetStream some 20,000,
so that a million devices fit in minutes. Its acknowledgement means that a message is in its file, not
that the disk has it (it syncs every two minutes). What it takes is measured first, with a plan of its
own that is due at once; the day is then compressed so that its busiest part comes to 70 % of that.

A session is short, to be as light as a heartbeat: eight keys at a locked screen. Last, some messages are
deleted from the stream, and exactly their events must be LOST.
"""

import argparse
import asyncio
import json
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from process_peaks import Ran, peak_mb, ran

from deskhand.fleet.plan_files import Plan
from deskhand.fleet.tables import Expected
from deskhand.fleet.verify.bodies import Kept, read_bodies
from deskhand.streams import stream

SEED = 7
PLAN_S, PLAN_MB, DEVICES_MB, TWO_BAR = 120.0, 2_048.0, 150.0, 1.7
# Of what the store takes, at the busiest part of the day; parts of it are as long as these.
LOAD, PART_S = 0.7, 900
PROBE_DEVICES, PROBE_SPEED = 100_000, 1e6
# A day is never pressed into less, so that a small fleet's run has a length as well.
SHORTEST_S = 5.0
CONNECTIONS = 256
TAKEN = 15  # messages, of some twenty events each
STREAM = "DESKHAND"
UNLOCK: dict[str, Any] = {
    "format": "deskhand.scenario/1",
    "name": "auth.unlock",
    "app": "auth",
    "opens": "auth/login",
    "summary": "Six digits and Enter at a locked screen.",
    "modelled_on": "nobody was observed; an example",
    "sensitive": [],
    "steps": [{"do": "press", "keys": keys} for keys in ("Enter", *"271828", "Enter")],
}
# Weights of zones are assumed: they set how flat the day is.
FLEET: dict[str, Any] = {
    "seed": SEED,
    "date": "2026-03-02",
    "duration_s": 86_400,
    "compression": 1,
    "target": "nats",
    "sessions": {"scenarios": {"unlock.json": 1}, "pool": 64},
    "time_zones": {
        "America/Los_Angeles": 2,
        "America/New_York": 3,
        "Europe/Berlin": 5,
        "Asia/Kolkata": 4,
        "Asia/Tokyo": 4,
        "Australia/Sydney": 1,
    },
    "arrivals": {"per_device_day": 1.0, "curve": "office"},
    "buffer": {"offline_per_day": 0.05, "spread_s": 300},
    "faults": {
        "clock": {"offset_share": 0.05, "drift_share": 0.2},
        "transport": {"duplicate": 0.01, "reorder": 0.01},
        "session": {"merged": 0.001},
    },
}

missed: list[str] = []


def asked(name: str, value: str, met: bool, rule: str) -> None:
    """Print a figure beside what is asked for, and remember it when it misses that."""
    if not met:
        missed.append(name)
    print(f"  {name:<26}{value:>16}  {rule}: {'ok' if met else 'MISSED'}", flush=True)


def told(name: str, done: Ran) -> None:
    each = ", ".join(f"{process} {mb:,.0f}" for process, mb in done.peaks_mb.items())
    print(f"{name}: {done.seconds:.1f} s; peak memory in MB: {each}", flush=True)


def need(done: Ran, *statuses: int) -> None:
    """End when a command ended otherwise than it may."""
    if done.status not in statuses:
        print(f"{done.told}a command ended with status {done.status}.", file=sys.stderr)
        raise SystemExit(2)


@contextmanager
def nats_server(folder: Path) -> Iterator[tuple[int, str]]:
    """Give the process and the address of a server that keeps its streams in a folder."""
    program = shutil.which("nats-server")
    if program is None:
        print("nats-server is not installed; apt-get install nats-server.", file=sys.stderr)
        raise SystemExit(2)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [program, "-js", "-a", "127.0.0.1", "-p", str(port), "-sd", str(folder)]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            for _ in range(500):
                try:
                    socket.create_connection(("127.0.0.1", port), timeout=1).close()
                    break
                except OSError:
                    time.sleep(0.02)
            yield server.pid, f"nats://127.0.0.1:{port}"
        finally:
            server.terminate()


def planned(folder: Path, name: str, devices: int, workers: int = 2) -> Ran:
    """Plan a fleet of so many devices as the folder `name`."""
    (folder / "unlock.json").write_bytes(orjson.dumps(UNLOCK))
    (folder / f"{name}.json").write_bytes(orjson.dumps(FLEET | {"devices": devices}))
    done = ran(["fleet", "plan", f"{name}.json", "--out", name, "--workers", str(workers)], folder)
    need(done, 0)
    return done


def run(folder: Path, name: str, out: str, url: str, speed: float) -> tuple[Ran, dict[str, Any]]:
    """Send a plan at so many seconds of it in one; the client's being late is no failure here."""
    words = ["fleet", "run", name, "--target", url, "--out", out, "--speed", f"{speed:.6g}"]
    words += ["--encoding", "gzip", "--connections", str(CONNECTIONS)]
    done = ran(words, folder)
    need(done, 0, 3)
    return done, json.loads((folder / out / "run.json").read_bytes())


def busiest_hz(plan: Plan) -> float:
    """Return the batches a second of the plan in its busiest part."""
    counts: Any = np.zeros(1, np.int64)
    for shard in plan.shards:
        rows = plan.batches(shard)
        due = rows["expected"].to_numpy() != Expected.UNSENT
        part = rows["intended_us"].to_numpy()[due] // (PART_S * 1_000_000)
        here = np.bincount(part, rows["copies"].to_numpy()[due])
        counts = np.pad(counts, (0, max(len(here) - len(counts), 0)))
        counts = counts + np.pad(here, (0, len(counts) - len(here)))
    return float(counts.max()) / PART_S


def device_mb(plan: Plan) -> dict[str, float]:
    """Return what the arrays of all devices come to, by column."""
    table = pa.concat_tables(map(plan.devices, plan.shards))
    return {name: table[name].nbytes / 2**20 for name in table.column_names}


def intents(plan: Plan, history: Path) -> tuple[int, int]:
    """Return how many sends are intended, and how many of them have a row of their own."""
    wanted = []
    for shard in plan.shards:
        rows = plan.batches(shard)
        copies = np.where(rows["expected"].to_numpy() == Expected.UNSENT, 0, rows["copies"])
        batch = np.repeat(rows["batch"].to_numpy(), copies)
        nth = np.arange(len(batch)) - np.repeat(np.cumsum(copies) - copies, copies)
        wanted.append(batch * 256 + nth)
    intended = np.concatenate(wanted)
    rows = pq.read_table(history, columns=["batch", "copy", "attempt", "part"])
    first = (rows["attempt"].to_numpy() == 0) & (rows["part"].to_numpy() == 0)
    tried = rows["batch"].to_numpy()[first] * 256 + rows["copy"].to_numpy()[first]
    return len(intended), int(np.isin(intended, tried).sum())


async def take_out(url: str) -> set[tuple[str, int]]:
    """Delete some messages from the stream; return session and seq of their events."""
    import nats

    client = await nats.connect(url)
    try:
        context = client.jetstream()
        state = (await context.stream_info(STREAM)).state
        places = stream(SEED, "benchmark.taken").choice(state.messages, TAKEN, replace=False)
        gone: set[tuple[str, int]] = set()
        for number in (state.first_seq + places).tolist():
            message = await context.get_msg(STREAM, number)
            (table,) = read_bodies([Kept(message.data or b"", None, None, 0, None)])
            records = map(json.loads, table["record"].to_pylist())
            gone |= {
                (session, record["seq"])
                for session, record in zip(table["session_id"].to_pylist(), records, strict=True)
            }
            await context.delete_msg(STREAM, number)
    finally:
        await client.close()
    return gone


def verified(folder: Path, url: str) -> tuple[Ran, dict[str, Any]]:
    words = ["fleet", "verify", "plan", "--run", "run", "--stored", f"{url}/{STREAM}", "--json"]
    done = ran([*words, "--examples", "100000"], folder)
    need(done, 0, 1)
    return done, json.loads(done.said)


def steps(folder: Path, devices: int) -> None:
    done = planned(folder, "plan", devices)
    plan = Plan.load(folder / "plan")
    count = {name: plan.record[name] for name in ("sessions", "batches", "events")}
    told("plan", done)
    print("  " + ", ".join(f"{n:,} {name}" for name, n in ({"devices": devices} | count).items()))
    asked("seconds", f"{done.seconds:.1f}", done.seconds < PLAN_S, f"below {PLAN_S:g}")
    asked("MB in all", f"{done.peak_mb:,.0f}", done.peak_mb < PLAN_MB, f"below {PLAN_MB:,g}")
    alone = planned(folder, "alone", devices, workers=1)
    same = (folder / "alone" / "plan.json").read_bytes() == (
        folder / "plan" / "plan.json"
    ).read_bytes()
    asked("bytes of one process", "the same" if same else "others", same, "the same")
    if len(plan.shards) > 1:
        times = alone.seconds / done.seconds
        rule = f"{TWO_BAR:g} or more"
        asked("times as quick as one process", f"{times:.2f}", times >= TWO_BAR, rule)
    shutil.rmtree(folder / "alone")
    arrays = device_mb(plan)
    print("  arrays of devices in MB: " + ", ".join(f"{n} {mb:.3g}" for n, mb in arrays.items()))
    state = sum(arrays.values())
    asked("MB of device state", f"{state:.3g}", state < DEVICES_MB, f"below {DEVICES_MB:g}")

    planned(folder, "probe", min(devices, PROBE_DEVICES))
    with nats_server(folder / "probe-store") as (_, url):
        done, record = run(folder, "probe", "probe-run", url, PROBE_SPEED)
    taken_hz = record["counts"]["ok"] / record["seconds"]
    told("probe", done)
    print(f"  the store takes {taken_hz:,.0f} batches/s when all are due at once")

    with nats_server(folder / "store") as (server, url):
        speed = min(LOAD * taken_hz / busiest_hz(plan), 86_400 / SHORTEST_S)
        done, record = run(folder, "plan", "run", url, speed)
        told(f"run of a day in {86_400 / speed:,.0f} s", done)
        tell_run(record, plan, folder / "run" / "history")
        print(f"  nats-server: peak memory {peak_mb(server):,.0f} MB")

        done, found = verified(folder, url)
        told("verify", done)
        print(f"  {found['stored']:,} events, {found['stored'] / done.seconds:,.0f} a second")
        wrong = {name: n for name, n in found["counts"].items() if n}
        asked("verdicts, clean", str(wrong or "none"), found["ok"], "none")

        gone = asyncio.run(take_out(url))
        done, found = verified(folder, url)
        told(f"verify without {len(gone)} events of {TAKEN} messages", done)
        wrong = {name: n for name, n in found["counts"].items() if n}
        lost = found["found"].get("LOST", {"examples": []})["examples"]
        exact = {(one["session_id"], one["seq"]) for one in lost} == gone
        exact &= wrong == {"LOST": len(gone)}
        asked("verdicts, events taken", str(wrong), exact, f"exactly these {len(gone)} LOST")


def tell_run(record: dict[str, Any], plan: Plan, history: Path) -> None:
    counts, latency = record["counts"], record["latency"]["from_intent"]
    busiest = max(row["sent"] for row in record["timeline"])
    print(f"  {counts['ok'] / record['seconds']:,.0f} batches/s, {busiest:,} in the busiest second")
    print("  " + ", ".join(f"{name} {count:,}" for name, count in counts.items()))
    print(
        f"  from intent p50 {latency['p50_us']:,} us, p99 {latency['p99_us']:,} us; client "
        f"{max(record['client']['cpu_share']):.0%} of its core, lag p99 {record['lag']['p99_us']:,} us"
    )
    for reason in record["client"]["reasons"]:
        print(f"  {reason}")
    intended, rows = intents(plan, history)
    # What a run did not send it must own up to: so many are `unsent`, beyond those a buffer dropped.
    asked("intents with a row", f"{rows:,}", rows == intended, f"all {intended:,}")
    asked(
        "intended, in run.json", f"{counts['intended']:,}", counts["intended"] == intended, "same"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--devices", type=int, default=1_000_000)
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="a new folder that stays")
    given = parser.parse_args()
    # So that a run that is stopped leaves no server behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if given.devices < 1:
        parser.error(f"--devices {given.devices}: must be 1 or more.")
    if given.keep is None:
        with tempfile.TemporaryDirectory() as folder:
            steps(Path(folder), given.devices)
    else:
        try:
            given.keep.mkdir(parents=True)
        except FileExistsError:
            parser.error(f"--keep {given.keep}: is there already; name a new folder.")
        steps(given.keep, given.devices)
    if missed:
        print(f"MISSED: {', '.join(missed)}")
        raise SystemExit(1)
    print("all is as asked for.")


if __name__ == "__main__":
    main()
