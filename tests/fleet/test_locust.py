"""Plans for other load tools: whole bodies, lines for k6, and a real Locust against a real server."""

import base64
import csv
import json
import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from deskhand.cli_fleet.bodies import bodies
from deskhand.errors import DeskhandError
from deskhand.fleet import tables
from deskhand.fleet.bodies import filled
from deskhand.fleet.description import load_description
from deskhand.fleet.identifiers import numbers
from deskhand.fleet.tables import Expected, Fault
from deskhand.fleet.target import Sent, Template, TextSlot, TimeSlot
from deskhand.fleet.whole_bodies import WholeBodies

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "fleet" / "locustfile.py"
INSTALL = (
    "needs Locust in an environment of its own: python3 -m venv locust && locust/bin/pip install "
    "locust -e . && export DESKHAND_LOCUST=$PWD/locust/bin/python"
)
START_UNIX_US = 1_772_409_600_000_000
SEED = 7
# Per shard; batch k of a shard carries this.
ODD: dict[int, tuple[int, Expected, int]] = {
    3: (int(Fault.DUPLICATE), Expected.ACCEPT, 2),
    5: (int(Fault.TRUNCATE), Expected.REJECT, 1),
    7: (int(Fault.OVERFLOW), Expected.UNSENT, 1),
    9: (int(Fault.BAD_UTF8), Expected.REJECT, 1),
}
DEVICES, POSITIONS = 20, 3


def _write(path: Path, schema: pa.Schema, **columns: Any) -> None:
    missing = [field for field in schema if field.name not in columns]
    rows = len(next(iter(columns.values())))
    for field in missing:
        empty = bytes(32) if pa.types.is_fixed_size_binary(field.type) else 0
        columns[field.name] = [str(empty) if field.type == pa.string() else empty] * rows
    path.parent.mkdir(parents=True, exist_ok=True)
    arrays = [pa.array(columns[field.name], field.type) for field in schema]
    pq.write_table(pa.Table.from_arrays(arrays, schema=schema), path)


def made_plan(folder: Path) -> Path:
    """Write a plan of two shards; pool batch 3 is a variant of batch 0 that is no UTF-8."""
    records = [
        (b, 2 * b + k, b'{"seq":%d,"type":"keydown"}' % (2 * b + k))
        for b in range(3)
        for k in (0, 1)
    ]
    records += [(3, 0, b'{"seq":0,"type":"\xff"}')]
    of, seq, record = zip(*records, strict=True)
    _write(
        folder / "pool" / "events.parquet",
        tables.POOL_EVENTS,
        pool_batch=of,
        seq=seq,
        record=record,
    )
    _write(
        folder / "pool" / "batches.parquet",
        tables.POOL_BATCHES,
        pool_batch=[0, 1, 2, 3],
        events=[2, 2, 2, 1],
        first_seq=[0, 2, 4, 0],
        last_seq=[1, 3, 5, 0],
        expected=[*[int(Expected.ACCEPT)] * 3, int(Expected.REJECT)],
    )
    shards = []
    for shard in range(2):
        name = f"shard-{shard:05d}"
        base = shard << tables.SHARD_SHIFT
        device = np.arange(DEVICES) + shard * tables.SHARD_DEVICES
        _write(
            folder / name / "sessions.parquet",
            tables.KEY_SESSIONS,
            session=base + np.arange(DEVICES),
            alias=base + np.arange(DEVICES),
            device=device,
            device_start_us=np.arange(DEVICES) * 1_000,
        )
        rows = DEVICES * POSITIONS
        who, at = np.arange(rows) % DEVICES, np.arange(rows) // DEVICES
        odd = [ODD.get(k, (0, Expected.ACCEPT, 1)) for k in range(rows)]
        _write(
            folder / name / "batches.parquet",
            tables.KEY_BATCHES,
            batch=base + np.arange(rows),
            session=base + who,
            device=device[who],
            pool_batch=[
                3 if o[0] == Fault.BAD_UTF8 else int(p) for o, p in zip(odd, at, strict=True)
            ],
            position=at,
            intended_us=np.arange(rows),
            device_us=np.arange(rows) * 7,
            copies=[o[2] for o in odd],
            faults=[o[0] for o in odd],
            expected=[int(o[1]) for o in odd],
        )
        shards.append({"name": name, "devices": DEVICES, "sessions": DEVICES, "batches": rows})
    plan = {
        "format": tables.FORMAT,
        "seed": SEED,
        "run_id": "syn_0123456789abcdef",
        "start_unix_us": START_UNIX_US,
        "compression": 1.0,
        "target": "json",
        "provenance_id": "prov_1",
        "shards": shards,
        "files": {},
    }
    (folder / "plan.json").write_text(json.dumps(plan))
    return folder


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_plan(tmp_path_factory.mktemp("plan"))


def wanted() -> Counter[int]:
    """Return how often each batch is sent: twice, when planned, and never, when another tool cannot."""
    sends = {k: ODD.get(k, (0, Expected.ACCEPT, 1)) for k in range(DEVICES * POSITIONS)}
    left_out = {5, 7}
    return Counter(
        {
            (shard << tables.SHARD_SHIFT) + k: copies
            for shard in range(2)
            for k, (_, _, copies) in sends.items()
            if k not in left_out
        }
    )


def sent_batches(bodies: list[bytes]) -> Counter[int]:
    """Return the batches whose identifiers stand in bodies, read without the code that wrote them."""
    found = [body.split(b'"batch_id":"')[1].split(b'"')[0] for body in bodies]
    return Counter(numbers(SEED, "batch", np.array(found)).tolist())


def test_bodies_carry_what_is_theirs(plan: Path) -> None:
    made = list(WholeBodies(plan).part())
    assert sent_batches([batch.body for batch in made]) == wanted()
    assert Counter(batch.batch for batch in made) == wanted()
    second = next(b for b in made if b.batch == (1 << 32) + DEVICES + 4)
    record = json.loads(second.body)
    assert [event["seq"] for event in record.pop("events")] == [2, 3]
    ids = {w: record.pop(f"{w}_id").encode() for w in ("batch", "session", "device")}
    found = {what: int(numbers(SEED, what, np.array([text]))[0]) for what, text in ids.items()}
    assert found == {"batch": second.batch, "session": (1 << 32) + 4, "device": 65_540}
    assert record == {
        "synthetic": True,
        "run_id": "syn_0123456789abcdef",
        "position": 1,
        "start_us": START_UNIX_US + 4_000,
        "device_us": START_UNIX_US + 24 * 7,
        "first_seq": 2,
        "last_seq": 3,
        "provenance_id": "prov_1",
    }


@pytest.mark.parametrize("workers", [2, 3])
def test_parts_divide_the_plan_by_devices(plan: Path, workers: int) -> None:
    parts = [list(WholeBodies(plan).part(k, workers)) for k in range(workers)]
    assert sum((Counter(b.batch for b in part) for part in parts), Counter()) == wanted()
    devices = [
        {json.loads(b.body.decode("utf-8", "replace"))["device_id"] for b in part} for part in parts
    ]
    assert sum(map(len, devices)) == 2 * DEVICES


def test_places_are_filled_in_every_style() -> None:
    sent = Sent("r", "b", "syn_00", "d", 0, 0, 1, 0, 0, START_UNIX_US, 0)
    styles = {"s": 10, "ms": 13, "us": 16, "ns": 19, "iso": 32}
    tail, times = b"", []
    for style, width in styles.items():
        places = np.array([len(tail), len(tail) + width + 1])
        times.append(TimeSlot(style=style, offsets=places, t_us=np.array([0, 1_500_000])))
        tail += b"?" * width + b" " + b"?" * width + b" "
    text = TextSlot(name="session_id", width=6, offsets=np.array([len(tail), len(tail) + 7]))
    done = filled(Template(tail=tail + b"?????? ??????", texts=(text,), times=tuple(times)), sent)
    assert done.decode().split() == [
        *("1772409600", "1772409601"),
        *("1772409600000", "1772409601500"),
        *("1772409600000000", "1772409601500000"),
        *("1772409600000000000", "1772409601500000000"),
        *("2026-03-02T00:00:00.000000+00:00", "2026-03-02T00:00:01.500000+00:00"),
        *("syn_00", "syn_00"),
    ]


def test_lines_for_k6(plan: Path, tmp_path: Path) -> None:
    out = tmp_path / "bodies.ndjson"
    bodies(plan, out=out, path="/in")
    lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    raw = [
        base64.b64decode(line["body"]) if line.get("base64") else line["body"].encode()
        for line in lines
    ]
    assert raw == [batch.body for batch in WholeBodies(plan).part()]
    assert {line["path"] for line in lines} == {"/in"}
    assert {line["headers"]["Content-Type"] for line in lines} == {"application/json"}
    assert sum("base64" in line for line in lines) == 2
    bodies(plan, out=out, limit=5)
    assert len(out.read_text().splitlines()) == 5
    assert [path.name for path in tmp_path.iterdir()] == ["bodies.ndjson"]
    with pytest.raises(DeskhandError, match="1 or more"):
        bodies(plan, out=out, limit=0)


@pytest.mark.parametrize(
    ("change", "told"),
    [({"format": "x"}, "not a plan"), ({"target": "files:kept"}, "no service by HTTP")],
)
def test_other_plans_are_refused(
    plan: Path, tmp_path: Path, change: dict[str, str], told: str
) -> None:
    record = json.loads((plan / "plan.json").read_text()) | change
    (tmp_path / "plan.json").write_text(json.dumps(record))
    with pytest.raises(DeskhandError, match=told):
        WholeBodies(tmp_path)


def test_the_office_is_a_fleet_description() -> None:
    assert load_description(EXAMPLE.parent / "office.json").devices == 2000


class Sink(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    taken: list[tuple[str, str, bytes]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.taken.append((self.path, self.headers["User-Agent"], body))
        try:
            body.decode("utf-8")
            self.send_response(200)
        except UnicodeDecodeError:
            self.send_response(400)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing."""


@pytest.fixture
def sink() -> Iterator[tuple[str, list[tuple[str, str, bytes]]]]:
    taken: list[tuple[str, str, bytes]] = []
    handler = type("OwnSink", (Sink,), {"taken": taken})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}", taken
        server.shutdown()


@pytest.fixture(scope="module")
def locust() -> str:
    python = os.environ.get("DESKHAND_LOCUST", sys.executable)
    found = subprocess.run([python, "-c", "import locust"], capture_output=True, check=False)
    if found.returncode:
        pytest.skip(INSTALL)
    return python


@pytest.mark.parametrize("processes", [1, 2])
def test_locust_sends_each_batch_once(
    locust: str,
    plan: Path,
    sink: tuple[str, list[tuple[str, str, bytes]]],
    tmp_path: Path,
    processes: int,
) -> None:
    host, taken = sink
    command = [locust, "-m", "locust", "-f", str(EXAMPLE), "--headless", "--host", host]
    command += [
        "-u",
        "40",
        "-r",
        "40",
        "-t",
        "6s",
        "--csv",
        str(tmp_path / "stats"),
        "--only-summary",
    ]
    if processes > 1:
        command += ["--processes", str(processes), "--master-bind-host", "127.0.0.1"]
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    environment |= {"DESKHAND_PLAN": str(plan), "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert sent_batches([body for _, _, body in taken]) == wanted()
    assert {path for path, _, _ in taken} == {"/batch"}
    assert all("synthetic load" in agent for _, agent, _ in taken)
    with (tmp_path / "stats_stats.csv").open() as file:
        total = list(csv.DictReader(file))[-1]
    # The two bodies that are no UTF-8 are refused, as they should be, and are no failures.
    assert (total["Request Count"], total["Failure Count"]) == (str(sum(wanted().values())), "0")


def test_users_refuse_to_start_without_a_plan_or_locust(locust: str, tmp_path: Path) -> None:
    environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "DESKHAND_PLAN")}
    command = [
        locust,
        "-m",
        "locust",
        "-f",
        str(EXAMPLE),
        "--headless",
        "--host",
        "http://127.0.0.1:1",
    ]
    done = subprocess.run(
        [*command, "-u", "1", "-t", "2s"],
        env=environment | {"PYTHONPATH": str(ROOT / "src")},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "no plan: set the class attribute plan" in done.stderr
