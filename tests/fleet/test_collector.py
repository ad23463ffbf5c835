"""The reference collector over real sockets: what it keeps, what it refuses, and each planted bug."""

import gzip
import json
import resource
import signal
import sqlite3
import threading
import zlib
from collections import Counter
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pyarrow.parquet as pq
import pytest

from deskhand.cli import main
from deskhand.errors import DeskhandError
from deskhand.fleet.collector.intake import json_batch, unpacked
from deskhand.fleet.collector.planted_bugs import falls, parse_bugs, strikes
from deskhand.fleet.collector.serve import parse_failures
from deskhand.fleet.collector.store import Entry, ParquetStore, SqliteStore, Store
from tests.fleet.collector_process import running_collector, start

NEEDS = 'needs uvicorn: python -m pip install -e ".[test,fleet]"'
pytest.importorskip("uvicorn", reason=NEEDS)
zstandard = pytest.importorskip("zstandard", reason=NEEDS)


def batch(name: str, events: int = 3, **more: Any) -> dict[str, Any]:
    rows = [{"seq": seq, "t_us": seq * 10, "type": "keydown"} for seq in range(events)]
    return {"batch_id": name, "session_id": f"s-{name}", "device_id": "d", "events": rows, **more}


def post(url: str, body: bytes, path: str = "/batch", **headers: str) -> tuple[int, Any]:
    where = urlsplit(url)
    connection = HTTPConnection(where.hostname or "", where.port, timeout=20)
    try:
        connection.request("POST", path, body, {k.replace("_", "-"): v for k, v in headers.items()})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def rows_of(store: Path, columns: str = "batch_id, session_id, seq, record") -> list[Any]:
    base = sqlite3.connect(f"file:{store}?mode=ro", uri=True)
    try:
        return base.execute(f"SELECT {columns} FROM events ORDER BY row").fetchall()
    finally:
        base.close()


CODINGS: dict[str, Callable[[bytes], bytes]] = {
    "identity": lambda body: body,
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "zstd": lambda body: (
        zstandard.ZstdCompressor().compress(body[:20])
        + zstandard.ZstdCompressor().compress(body[20:])
    ),
}


def test_batches_are_kept_once_in_every_coding(tmp_path: Path) -> None:
    store = tmp_path / "kept.db"
    with running_collector(store) as url:
        for name, pack in CODINGS.items():
            body = pack(json.dumps(batch(name)).encode())
            assert post(url, body, Content_Encoding=name) == (200, {"stored": 3})
            assert post(url, body, Content_Encoding=name) == (200, {"duplicate": True})
        lines = b"".join(
            json.dumps({"batch_id": "n", "session_id": "s", "time_us": 5, **event}).encode() + b"\n"
            for event in batch("n")["events"]
        )
        assert post(url, lines, "/ndjson") == (200, {"stored": 3})
    rows = rows_of(store)
    assert Counter(row[0] for row in rows) == dict.fromkeys([*CODINGS, "n"], 3)
    assert [json.loads(row[3]) for row in rows[:3]] == batch("identity")["events"]
    assert [json.loads(row[3]) for row in rows[-3:]] == batch("n")["events"]


def test_parquet_knows_batches_without_events_and_never_writes_over(tmp_path: Path) -> None:
    store = tmp_path / "kept"
    empty = json.dumps(batch("empty", events=0)).encode()
    with running_collector(store) as url:
        assert post(url, empty) == (200, {"stored": 0})
        post(url, json.dumps(batch("a")).encode())
        post(url, json.dumps(batch("b")).encode())
    first = sorted(store.glob("events-*.parquet"))
    first[0].unlink()
    with running_collector(store) as url:
        assert post(url, empty) == (200, {"duplicate": True})
        post(url, json.dumps(batch("c")).encode())
    found = [pq.read_table(part)["batch_id"][0].as_py() for part in store.glob("events-*.parquet")]
    assert sorted(found) == ["b", "c"]


def test_a_body_of_very_many_small_members_is_unpacked() -> None:
    assert unpacked(gzip.compress(b"", mtime=0) * 100_000 + gzip.compress(GOOD), "gzip") == GOOD


GOOD = json.dumps(batch("good")).encode()


@pytest.mark.parametrize(
    ("body", "coding", "status"),
    [
        (b"", "identity", 400),
        (b"[", "identity", 400),
        (b"[]", "identity", 422),
        (GOOD.replace(b'"t_us": 10', b'"t_us": NaN'), "identity", 400),
        (GOOD.replace(b"keydown", b"key\xffdown"), "identity", 400),
        (GOOD.replace(b"keydown", b"key\\ud800down"), "identity", 400),
        (GOOD.replace(b'"batch_id": "good", ', b""), "identity", 422),
        (GOOD.replace(b'"seq": 1', b'"seq": 1.5'), "identity", 422),
        (GOOD.replace(b'"seq": 1', b'"seq": 18446744073709551615'), "identity", 422),
        (GOOD.replace(b'{"b', b'{"device_us": 18446744073709551615, "b'), "identity", 422),
        (gzip.compress(GOOD)[:-9], "gzip", 400),
        (gzip.compress(GOOD)[:30] + b"\0\0\0" + gzip.compress(GOOD)[33:], "gzip", 400),
        (GOOD, "gzip", 400),
        (zstandard.ZstdCompressor().compress(GOOD)[:-3], "zstd", 400),
        (GOOD, "br", 415),
        (gzip.compress(b"0" * (65 << 20)), "gzip", 413),
        (zstandard.ZstdCompressor().compress(b"0" * (65 << 20)), "zstd", 413),
        (b" " * (17 << 20), "identity", 413),
    ],
)
def test_what_is_no_batch_is_refused_and_nothing_of_it_is_kept(
    body: bytes, coding: str, status: int, one_collector: tuple[str, Path]
) -> None:
    url, store = one_collector
    found, answer = post(url, body, Content_Encoding=coding)
    assert found == status
    assert answer["error"]
    assert rows_of(store) == []


@pytest.fixture(scope="module")
def one_collector(tmp_path_factory: pytest.TempPathFactory) -> Any:
    store = tmp_path_factory.mktemp("collector") / "kept.db"
    with running_collector(store) as url:
        yield url, store


def test_odd_but_valid_batches_are_kept(tmp_path: Path) -> None:
    odd = [
        {"seq": 0, "type": "gesture.pinch", "value": "before\x00after", "detail": -(2**63)},
        {"seq": -5, "type": "x", "value": "\U0001f600" * 70_000, "delta_x": 1e308},
    ]
    with running_collector(tmp_path / "kept.db") as url:
        body = json.dumps({**batch("odd"), "events": odd}).encode()
        assert post(url, body)[0] == 200
    assert [json.loads(row[3]) for row in rows_of(tmp_path / "kept.db")] == odd


def test_parquet_holds_the_same(tmp_path: Path) -> None:
    store = tmp_path / "kept"
    for _ in range(2):
        # Started again, it still knows what it has.
        with running_collector(store) as url:
            for number in range(5):
                post(url, json.dumps(batch(f"b{number}")).encode())
            post(url, b"{")
    parts = [pq.read_table(part) for part in sorted(store.glob("events-*.parquet"))]
    names = Counter(name for part in parts for name in part["batch_id"].to_pylist())
    assert names == {f"b{number}": 3 for number in range(5)}
    assert json.loads(parts[0]["record"][0].as_py()) == batch("b0")["events"][0]
    assert sum(pq.read_table(part).num_rows for part in store.glob("quarantine-*.parquet")) == 2


def test_a_body_that_is_too_large_is_put_aside_as_it_came(tmp_path: Path) -> None:
    store = tmp_path / "kept.db"
    with running_collector(store) as url:
        assert post(url, b"large " * (3 << 20))[0] == 413
    base = sqlite3.connect(store)
    (body,) = base.execute("SELECT body FROM quarantine").fetchone()
    base.close()
    assert body == (b"large " * (1 << 20))[: 1 << 20]


@pytest.mark.parametrize("name", ["kept.db", "kept"])
def test_after_a_full_disk_a_batch_that_comes_again_is_kept(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    store: Store = SqliteStore(path) if path.suffix else ParquetStore(path)
    content = json.dumps(batch("large", 20_000)).encode()
    entry = Entry("large", json_batch(content), 1)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
        with pytest.raises((OSError, sqlite3.Error)):
            store.add([entry], False)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert store.add([entry, entry], False) == [True, False]
    store.close()
    rows = (
        len(rows_of(path))
        if path.suffix
        else sum(pq.read_table(part).num_rows for part in path.glob("events-*.parquet"))
    )
    assert rows == 20_000


def _send_until_dead(url: str, first: int, kept: list[str]) -> None:
    for number in range(first, first + 100_000):
        try:
            if post(url, json.dumps(batch(f"b{number}")).encode())[0] == 200:
                kept.append(f"b{number}")
        except (OSError, HTTPException):
            return


def _crash(store: Path, times: int, *arguments: str) -> list[str]:
    kept: list[str] = []
    for crash in range(times):
        running = start(store, *arguments)
        senders = [
            threading.Thread(
                target=_send_until_dead,
                args=(running.url, (crash * 4 + sender) * 100_000, kept),
            )
            for sender in range(4)
        ]
        for sender in senders:
            sender.start()
        while len(kept) < 40 * (crash + 1):
            threading.Event().wait(0.02)
        running.kill()
        for sender in senders:
            sender.join()
    return kept


def test_ten_crashes_lose_nothing_that_was_answered(tmp_path: Path) -> None:
    kept = _crash(tmp_path / "kept.db", 10)
    found = Counter(row[0] for row in rows_of(tmp_path / "kept.db"))
    assert len(kept) >= 400
    assert {found[name] for name in kept} == {3}
    assert set(found.values()) == {3}


def test_the_careless_collector_loses_in_a_crash(tmp_path: Path) -> None:
    kept = _crash(tmp_path / "kept.db", 1, "--bug", "lose-on-crash")
    found = Counter(row[0] for row in rows_of(tmp_path / "kept.db"))
    assert len(set(kept) - set(found)) > 0


def _sent(tmp_path: Path, *arguments: str, batches: int = 60) -> list[Any]:
    with running_collector(tmp_path / "kept.db", *arguments) as url:
        for number in range(batches):
            post(url, json.dumps(batch(f"b{number}", note="x" * 100)).encode())
    return rows_of(tmp_path / "kept.db", "batch_id, session_id, seq, record, stored_us")


def test_bug_drop(tmp_path: Path) -> None:
    rows = _sent(tmp_path, "--bug", "drop=1/10")
    lost = [
        (f"b{n}", seq) for n in range(60) for seq in range(3) if strikes(10, "drop", f"b{n}/{seq}")
    ]
    assert 5 < len(lost) < 40
    assert {(row[0], row[2]) for row in rows}.isdisjoint(lost)
    assert len(rows) == 180 - len(lost)


def test_bug_double_on_retry(tmp_path: Path) -> None:
    with running_collector(tmp_path / "kept.db", "--bug", "double-on-retry") as url:
        assert [post(url, GOOD)[0] for _ in range(3)] == [200] * 3
    assert Counter(row[2] for row in rows_of(tmp_path / "kept.db")) == {0: 3, 1: 3, 2: 3}


def test_bug_truncate(tmp_path: Path) -> None:
    rows = _sent(tmp_path, "--bug", "truncate=4", batches=2)
    assert {json.loads(row[3])["type"] for row in rows} == {"keyd"}


def test_bug_misorder_and_late(tmp_path: Path) -> None:
    honest = _sent(tmp_path / "a", batches=1)
    rows = _sent(tmp_path / "b", "--bug", "misorder", "--bug", "late=3600", batches=1)
    assert [row[2] for row in rows] == [2, 1, 0]
    assert rows[0][4] - honest[0][4] > 3_600_000_000


def test_bug_reject_and_phantom(tmp_path: Path) -> None:
    rows = _sent(tmp_path, "--bug", "reject=1/10", "--bug", "phantom=1/10")
    refused = {f"b{n}" for n in range(60) if strikes(10, "reject", f"b{n}")}
    invented = {f"b{n}" for n in range(60) if strikes(10, "phantom", f"b{n}")} - refused
    assert refused
    assert invented
    assert refused.isdisjoint(row[0] for row in rows)
    assert {row[0] for row in rows if row[1] == "syn_ffffffffffffffff"} == invented


@pytest.mark.parametrize(
    ("old", "new"), [(b"10,", b"NaN,"), (b"keydown", b"key\xff"), (b"{", b"[{")]
)
def test_bug_accept_invalid(old: bytes, new: bytes, tmp_path: Path) -> None:
    with running_collector(tmp_path / "kept.db", "--bug", "accept-invalid") as url:
        assert post(url, GOOD.replace(old, new, 1))[0] == 200
    assert len(rows_of(tmp_path / "kept.db")) == (0 if new == b"[{" else 3)


def test_failures_pass_and_503_may_have_kept_the_batch(tmp_path: Path) -> None:
    with running_collector(tmp_path / "kept.db", "--fail-rate", "429=.2,503=.2") as url:
        first = {n: post(url, json.dumps(batch(f"b{n}")).encode())[0] for n in range(100)}
        held = {row[0] for row in rows_of(tmp_path / "kept.db")}
        again = [post(url, json.dumps(batch(f"b{n}")).encode())[0] for n in range(100)]
    counts = Counter(first.values())
    assert counts[429] > 5
    assert counts[503] > 5
    assert not held & {f"b{n}" for n, status in first.items() if status == 429}
    unclear = {f"b{n}" for n, status in first.items() if status == 503}
    assert 0 < len(held & unclear) < len(unclear)
    assert set(again) == {200}
    assert {n for n, s in first.items() if s == 429} == {
        n for n in range(100) if falls(0.2, "429", f"b{n}")
    }


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--bug", "dorp=1/100"], "did you mean 'drop'"),
        (["--bug", "drop=100"], "drop=1/100"),
        (["--bug", "misorder=3"], "misorder"),
        (["--fail-rate", "200=.5"], "statuses from 400"),
        (["--fail-rate", "429=5"], "shares from 0 to 1"),
        (["--port", "70000"], "cannot listen"),
    ],
)
def test_bad_options(
    words: list[str], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["fleet", "collector", "--store", str(tmp_path / "a.db"), *words]) == 2
    assert told in capsys.readouterr().err


def test_a_store_that_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "text.db").write_text("no data base at all, but long enough to be looked at" * 9)
    words = ["fleet", "collector", "--store", str(tmp_path / "text.db"), "--port", "0"]
    assert main(words) == 2
    assert "SQLite" in capsys.readouterr().err
    with pytest.raises(DeskhandError):
        parse_bugs(["truncate"])
    with pytest.raises(DeskhandError):
        parse_failures("often")
