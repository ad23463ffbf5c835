"""Runs against services on real sockets: the same bytes from any workers, rude answers, faults of transport."""

import gzip
import json
import socket
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from deskhand.fleet.description import described
from deskhand.fleet.identifiers import identifiers
from deskhand.fleet.load.run import run
from deskhand.fleet.load.settings import LoadSettings
from deskhand.fleet.plan import make_plan
from deskhand.fleet.plan_files import Plan
from deskhand.fleet.tables import HISTORY, Expected, Fault, Outcome
from deskhand.fleet.targets import load_target

for needed in ("uvloop", "httptools", "hdrh", "zstandard"):
    pytest.importorskip(needed, reason='pip install "deskhand[fleet]"')

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
DESCRIPTION: dict[str, Any] = {
    "seed": 7,
    "devices": 12,
    "date": "2026-03-02",
    "duration_s": 86_400,
    "compression": 43_200,
    "target": "json",
    "sessions": {"scenarios": {"auth.login": 1}, "pool": 3},
    "arrivals": {"per_device_day": 1.5, "curve": "office"},
    "client": {"max_events": 200, "max_bytes": 65_536, "max_age_s": 30},
}


class Asked(NamedTuple):
    """A request as it came."""

    head: bytes
    body: bytes
    at_s: float


Handler = Callable[[socket.socket, Asked, int], bool]
"""Answers the n-th request; False ends the connection."""


class Service:
    """A service in threads, which reads requests and leaves the answers to the test."""

    def __init__(self, handler: Handler) -> None:
        self.asked: list[Asked] = []
        self._handler = handler
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/batches"

    def close(self) -> None:
        # A thread that waits in accept would keep the listener open.
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        # The client may break off, which some tests are about.
        with suppress(OSError), connection:
            self._talk(connection)

    def _talk(self, connection: socket.socket) -> None:
        held = b""
        while True:
            while b"\r\n\r\n" not in held:
                more = connection.recv(65_536)
                if not more:
                    return
                held += more
            head, _, held = held.partition(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
            while len(held) < length:
                more = connection.recv(65_536)
                if not more:
                    break
                held += more
            asked = Asked(head, held[:length], time.monotonic())
            held = held[length:]
            with self._lock:
                number = len(self.asked)
                self.asked.append(asked)
            if not self._handler(connection, asked, number):
                return


@contextmanager
def service(handler: Handler) -> Iterator[Service]:
    made = Service(handler)
    try:
        yield made
    finally:
        made.close()


def always(answer: bytes, *, keep: bool = True) -> Handler:
    def handler(connection: socket.socket, _asked: Asked, _number: int) -> bool:
        connection.sendall(answer)
        return keep

    return handler


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    out = tmp_path_factory.mktemp("plan") / "p"
    make_plan(described(DESCRIPTION), out)
    return Plan.load(out)


def settings(plan: Plan, out: Path, target: str, **options: Any) -> LoadSettings:
    given: dict[str, Any] = {"plan": plan.folder, "adapter": "json", "connections": 8}
    return LoadSettings(out=out, target=target, **given | {"timeout_s": 3.0} | options)


def history(out: Path) -> pa.Table:
    parts = [pq.read_table(path) for path in sorted((out / "history").glob("part-*.parquet"))]
    return pa.concat_tables(parts) if parts else HISTORY.empty_table()


def key(plan: Plan) -> pa.Table:
    return pa.concat_tables([plan.batches(shard) for shard in plan.shards])


def identifiers_of(asked: list[Asked]) -> list[str]:
    return [json.loads(zlib.decompress(one.body, 47))["batch_id"] for one in asked]


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "zstd", "none"])
def test_two_workers_send_the_same_bytes_as_one(plan: Plan, tmp_path: Path, encoding: Any) -> None:
    bodies = []
    for workers in (1, 2):
        with service(always(OK)) as good:
            run(
                settings(
                    plan, tmp_path / str(workers), good.url, workers=workers, encoding=encoding
                )
            )
        bodies.append(sorted(asked.body for asked in good.asked))
    assert bodies[0] == bodies[1]
    assert len(set(bodies[0])) == len(key(plan))
    if encoding == "gzip":
        assert all(json.loads(gzip.decompress(body))["synthetic"] for body in bodies[0])


def test_what_is_sent_has_the_digest_of_the_answer_key(plan: Plan, tmp_path: Path) -> None:
    with service(always(OK)) as good:
        run(settings(plan, tmp_path / "r", good.url, encoding="none"))
    target = load_target("json")
    tails = [target.template(batch).tail for batch in plan.pool_batch_list()]
    sent = {json.loads(asked.body)["batch_id"]: asked.body for asked in good.asked}
    rows = key(plan)
    names = identifiers(plan.seed, "batch", rows["batch"].to_numpy())
    assert len(sent) == len(rows) > 20
    for name, row in zip(names.tolist(), rows.to_pylist(), strict=True):
        tail = tails[row["pool_batch"]]
        head = sent[name.decode()].removesuffix(tail)
        assert plan.record["provenance_id"].encode() in head
        assert sha256(head + sha256(tail).digest()).digest() == row["digest"]


def ends_well(record: dict[str, Any]) -> None:
    counts = record["counts"]
    assert counts["sent"] == counts["ok"] + counts["fail"] + counts["unknown"]
    assert sum(record["statuses"].values()) == counts["sent"]


HUGE = b"HTTP/1.1 200 OK\r\n" + b"X-A: " + b"a" * 200_000 + b"\r\n\r\n"
RUDE: dict[str, tuple[bytes, bool, str]] = {
    "redirect": (
        b"HTTP/1.1 302 Found\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n",
        True,
        "fail",
    ),
    "refusal": (b"HTTP/1.1 400 Bad\r\nContent-Length: 2\r\n\r\nno", True, "fail"),
    "huge headers": (HUGE, False, "unknown"),
    "no http": (b"hello there, who are you?\r\n\r\n", False, "unknown"),
    "short body": (b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort", False, "unknown"),
    "nothing": (b"", False, "unknown"),
    "switching": (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n",
        False,
        "unknown",
    ),
    "continue first": (b"HTTP/1.1 100 Continue\r\n\r\n" + OK, True, "ok"),
    "until closed": (b"HTTP/1.1 200 OK\r\n\r\ndone", False, "ok"),
    "http/1.0": (b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}", False, "ok"),
    "two answers": (OK + OK, True, "ok"),
    "server error": (b"HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n", True, "unknown"),
}


@pytest.mark.parametrize("what", RUDE)
def test_rude_services_are_counted(plan: Plan, tmp_path: Path, what: str) -> None:
    answer, keep, outcome = RUDE[what]
    with service(always(answer, keep=keep)) as rude:
        record = run(settings(plan, tmp_path / "r", rude.url, attempts=1))
    ends_well(record)
    assert record["counts"][outcome] == record["counts"]["sent"] == len(key(plan))
    assert all(asked.head.startswith(b"POST /batches ") for asked in rude.asked)


def test_answers_without_end_are_cut(plan: Plan, tmp_path: Path) -> None:
    def endless(connection: socket.socket, _asked: Asked, _number: int) -> bool:
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            connection.sendall(b"10000\r\n" + b"a" * 65_536 + b"\r\n")

    def trickle(connection: socket.socket, _asked: Asked, _number: int) -> bool:
        while True:
            connection.sendall(b"H")
            time.sleep(0.05)

    for name, handler in (("endless", endless), ("trickle", trickle)):
        with service(handler) as rude:
            record = run(
                settings(plan, tmp_path / name, rude.url, attempts=1, timeout_s=0.5, connections=64)
            )
        ends_well(record)
        assert record["counts"]["unknown"] == len(key(plan))
        assert record["seconds"] < 15


@pytest.mark.parametrize("date", [False, True])
def test_retries_wait_as_long_as_they_are_asked_to(plan: Plan, tmp_path: Path, date: bool) -> None:
    refused: dict[str, float] = {}
    again: list[float] = []
    lock = threading.Lock()
    after = b"Date: Mon, 02 Mar 2026 08:00:00 GMT\r\nRetry-After: Mon, 02 Mar 2026 08:00:01 GMT"
    busy = b"HTTP/1.1 429 Busy\r\n%b\r\nContent-Length: 0\r\n\r\n" % (
        after if date else b"Retry-After: 1"
    )

    def first_busy(connection: socket.socket, asked: Asked, _number: int) -> bool:
        (name,) = identifiers_of([asked])
        with lock:
            known = refused.get(name)
            refused.setdefault(name, asked.at_s)
            if known is not None:
                again.append(asked.at_s - known)
        connection.sendall(busy if known is None else OK)
        return True

    with service(first_busy) as picky:
        record = run(settings(plan, tmp_path / "r", picky.url, attempts=3))
    batches = len(key(plan))
    assert (record["counts"]["ok"], record["counts"]["retries"]) == (batches, batches)
    assert min(again) >= 0.99


FAULTS = ["duplicate", "truncate", "corrupt_gzip", "wrong_length", "reset", "slow"]


@pytest.mark.parametrize("fault", FAULTS)
def test_faults_of_transport_reach_the_service(tmp_path: Path, fault: str) -> None:
    rate = 0.25 if fault not in ("duplicate", "slow") else 0.5
    made = DESCRIPTION | {"faults": {"transport": {fault: rate}}}
    make_plan(described(made), tmp_path / "p")
    plan = Plan.load(tmp_path / "p")
    flag = int(Fault[fault.upper()])
    wanted = key(plan)
    struck = {
        batch
        for batch, faults in zip(
            wanted["batch"].to_pylist(), wanted["faults"].to_pylist(), strict=True
        )
        if faults & flag
    }
    assert struck

    def whole_or_refused(connection: socket.socket, asked: Asked, _number: int) -> bool:
        length = int(asked.head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
        try:
            json.loads(gzip.decompress(asked.body))
        except (OSError, EOFError, ValueError, zlib.error):
            connection.sendall(b"HTTP/1.1 400 Bad\r\nContent-Length: 0\r\n\r\n")
        else:
            time.sleep(0.02)
            connection.sendall(OK)
        return len(asked.body) == length

    with service(whole_or_refused) as strict:
        record = run(settings(plan, tmp_path / "r", strict.url))
    ends_well(record)
    rows = history(tmp_path / "r")
    outcomes: dict[int, list[int]] = {}
    for batch, outcome in zip(rows["batch"].to_pylist(), rows["outcome"].to_pylist(), strict=True):
        outcomes.setdefault(batch, []).append(outcome)
    for batch, found in outcomes.items():
        if batch not in struck or fault == "slow":
            assert found == [Outcome.OK]
        elif fault == "duplicate":
            assert found == [Outcome.OK, Outcome.OK]
        elif fault == "reset":
            assert sorted(found) == [Outcome.OK, Outcome.UNKNOWN]
        elif fault == "wrong_length":
            assert Outcome.OK not in found
        else:
            assert set(found) == {Outcome.FAIL}
    assert set(wanted["batch"].to_pylist()) == set(outcomes)
    assert Expected.UNSENT not in wanted["expected"].to_pylist()


def test_few_open_files_are_no_crash(plan: Plan, tmp_path: Path) -> None:
    with service(always(OK)) as good:
        done = subprocess.run(
            [
                "bash",
                "-c",
                'ulimit -n 80; exec "$@"',
                "-",
                *command(plan, tmp_path / "r", good.url),
                "--connections",
                "500",
                "--no-self-check",
            ],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    record = json.loads((tmp_path / "r" / "run.json").read_text())
    assert record["counts"]["ok"] == len(key(plan))


def command(plan: Plan, out: Path, url: str) -> list[str]:
    given = ["--target", url, "--out", str(out)]
    return [sys.executable, "-m", "deskhand", "fleet", "run", str(plan.folder), *given]
