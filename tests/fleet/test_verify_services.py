"""What real services keep is read from them: queues, ActivityWatch, PostgreSQL."""

import asyncio
import gc
import os
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pytest

from deskhand.cli_fleet.verify import verify as command
from deskhand.errors import DeskhandError
from deskhand.fleet.bodies import filled
from deskhand.fleet.tables import Expected, Fault, Outcome
from deskhand.fleet.targets import load_target
from deskhand.fleet.verify.layout import Layout
from deskhand.fleet.verify.stored import open_stored
from deskhand.fleet.verify.verify import verify
from tests.fleet.planned_world import World, counts, write_run
from tests.fleet.planted_wrongness import Planting
from tests.servers import aw_server, free_port, nats_server, program, serving


def sent_through(world: World, target: Any, batches: list[int]) -> None:
    """Send batches with a queue's target, as the load core does."""

    async def job() -> None:
        await target.open()
        for batch in batches:
            of = world.plan.batches(world.plan.shards[0]).slice(batch, 1)
            (sent,) = world.plan.sent(world.plan.shards[0], of)
            pool = world.plan.pool_batch_list()[int(of["pool_batch"][0].as_py())]
            body = target.head(sent) + filled(target.template(pool), sent)
            judgement = await target.send(sent, body)
            assert judgement.outcome == Outcome.OK
        await target.close()

    asyncio.run(asyncio.wait_for(job(), 60))


def only(world: World, folder: Path, chosen: list[int]) -> Path:
    """Return a run in which some batches alone were sent."""
    kept = np.isin(world.history["batch"], chosen)
    return write_run(world, folder, {name: column[kept] for name, column in world.history.items()})


@contextmanager
def nats(folder: Path) -> Iterator[tuple[Any, str]]:
    pytest.importorskip("nats", reason='needs nats-py: pip install "deskhand[queues]"')
    with nats_server(folder) as url:
        yield load_target("nats", url), f"{url}/DESKHAND"


@contextmanager
def redis(folder: Path) -> Iterator[tuple[Any, str]]:
    pytest.importorskip("redis", reason='needs redis-py: pip install "deskhand[queues]"')
    name, port = program("redis-server"), free_port()
    command = [name, "--bind", "127.0.0.1", "--port", str(port), "--dir", str(folder)]
    with serving(command, port):
        url = f"redis://127.0.0.1:{port}/0"
        yield load_target("redis", url), f"{url}/deskhand:batches"


@contextmanager
def bodies(folder: Path) -> Iterator[tuple[Any, str]]:
    yield load_target("files", str(folder / "kept")), f"files:{folder / 'kept'}"


@pytest.mark.parametrize("service", [nats, redis, bodies])
def test_queues_and_bodies_are_read(
    world: World, tmp_path: Path, service: Callable[[Path], Any]
) -> None:
    sure = Planting(world, np.random.default_rng(2))
    chosen = [sure.batch(sure.surely_stored()) for _ in range(12)]
    run = only(world, tmp_path / "run", chosen)
    events = [len(sure.rows(batch)) for batch in chosen]
    with service(tmp_path) as (target, where):
        before_us = time.time_ns() // 1000
        sent_through(world, target, chosen[2:])
        after_us = time.time_ns() // 1000
        found = verify(world.plan.folder, open_stored(where), run=run)
        assert counts(found) == {"LOST": sum(events[:2])}
        if service is not bodies:
            # Redis tells milliseconds.
            for stored in open_stored(where):
                for stored_us in stored["stored_us"].to_pylist():
                    assert before_us - 1_000 <= stored_us <= after_us
        sent_through(world, target, chosen[:4])
        found = verify(world.plan.folder, open_stored(where), run=run)
        # Redis keeps what comes twice two times; JetStream and files do not.
        twice = {"DUPLICATED": sum(events[2:4])} if service is redis else {}
        assert counts(found) == twice
        absent = where.replace("/DESKHAND", "/NONE").replace(":batches", ":none")
        with pytest.raises(DeskhandError):
            list(open_stored(absent if service is not bodies else f"{where}.none"))
        gc.collect()  # a connection that stays open would warn here, and so fail
    with pytest.raises(DeskhandError):
        list(open_stored(where if service is not bodies else "files:"))


def test_activitywatch_keeps_doubles_and_they_are_found(world: World, tmp_path: Path) -> None:
    sure = Planting(world, np.random.default_rng(2))
    variants = world.plan.pool_columns["variant"][world.batches["pool_batch"]]
    nan = (variants == int(Fault.NAN)) & (world.batches["expected"] == Expected.QUARANTINE)
    # aw-server keeps NaN, and gives it back as it came.
    chosen = [sure.batch(sure.surely_stored()) for _ in range(6)] + [sure.batch(nan)]
    run = only(world, tmp_path / "run", chosen)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def post(request: Any, body: bytes) -> None:
        headers = {"Content-Type": target.content_type, **request.headers}
        with suppress(urllib.error.HTTPError):
            opener.open(urllib.request.Request(root + request.path, body, headers), timeout=30)

    def send(batch: int) -> None:
        of = world.plan.batches(world.plan.shards[0]).slice(batch, 1)
        (sent,) = world.plan.sent(world.plan.shards[0], of)
        pool = world.plan.pool_batch_list()[int(of["pool_batch"][0].as_py())]
        for request, body in target.prepare([sent.device_id]):
            post(request, body)
        post(target.request(sent), target.head(sent) + filled(target.template(pool), sent))

    with aw_server(tmp_path) as root:
        target: Any = load_target("activitywatch", root)
        for batch in chosen:
            send(batch)
        assert command(world.plan.folder, stored=f"aw:{root}", run=run) == 0
        send(chosen[0])
        found = verify(world.plan.folder, open_stored(f"aw:{root}"), run=run)
        assert counts(found) == {"DUPLICATED": len(sure.rows(chosen[0]))}
    with pytest.raises(DeskhandError, match="does not answer as ActivityWatch"):
        list(open_stored(f"aw:{root}"))


@pytest.fixture
def postgresql(tmp_path: Path) -> Iterator[str]:
    pytest.importorskip("psycopg", reason='needs psycopg: pip install "psycopg[binary]"')
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not binaries:
        pytest.skip("needs PostgreSQL: apt-get install postgresql")
    port, data = free_port(), tmp_path / "data"
    as_user: list[str] = []
    if os.geteuid() == 0:
        # PostgreSQL does not run as root.
        as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        data = Path(tempfile.mkdtemp(prefix="deskhand-pg-", dir="/tmp")) / "data"
        shutil.chown(data.parent, "postgres", "postgres")
    made = [
        *as_user,
        str(binaries[-1] / "initdb"),
        "-A",
        "trust",
        "-U",
        "postgres",
        "-D",
        str(data),
    ]
    subprocess.run(made, check=True, stdout=subprocess.DEVNULL, cwd="/")
    options = f"-c listen_addresses=127.0.0.1 -c unix_socket_directories= -p {port}".split()
    try:
        with serving([*as_user, str(binaries[-1] / "postgres"), "-D", str(data), *options], port):
            yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
    finally:
        shutil.rmtree(data.parent if as_user else data, ignore_errors=True)


def test_postgresql_is_read_and_not_written(
    world: World, run: Path, readable: pa.Table, postgresql: str
) -> None:
    import psycopg

    variants = world.plan.pool_columns["variant"][world.batches["pool_batch"]]
    # PostgreSQL's text holds no NUL.
    no_nul = readable.filter(pa.array(variants[_batch_of(world, readable)] != int(Fault.NUL)))
    lost = readable.num_rows - no_nul.num_rows
    with psycopg.connect(postgresql) as base:
        base.execute(
            "create table kept(at bigint, batch_id text, session_id text, seq int, stored_us bigint, "
            "record jsonb, plain text)"
        )
        with base.cursor().copy("copy kept from stdin") as copy:
            for row in no_nul.to_pylist():
                record = row["record"].decode()
                copy.write_row([*list(row.values())[:-1], record, record])
    asked: dict[str, Any] = {"stored": postgresql, "run": run, "table": "public.kept"}
    for record in ("record", "plain"):
        found = verify(
            world.plan.folder,
            open_stored(postgresql, table="kept"),
            run=run,
            layout=Layout(record=record, order="at"),
        )
        assert counts(found) == {"LOST": _sure(world, readable, variants)}, record
    assert lost
    assert command(world.plan.folder, **asked) == 1
    with pytest.raises(DeskhandError, match="does not exist"):
        command(world.plan.folder, **asked | {"table": "none"})
    with pytest.raises(DeskhandError, match=r"read-only|syntax error"):
        command(world.plan.folder, **asked | {"query": "delete from kept returning *"})


def _batch_of(world: World, rows: pa.Table) -> npt.NDArray[np.int64]:
    return np.asarray(world.batch[rows["row"].to_numpy()])


def _sure(world: World, rows: pa.Table, variants: npt.NDArray[Any]) -> int:
    """Return how many events of batches with a NUL must be stored."""
    last = np.full(len(variants), -1)
    last[world.history["batch"]] = world.history["outcome"]
    batch = _batch_of(world, rows)
    return int(((variants[batch] == int(Fault.NUL)) & (last[batch] == Outcome.OK)).sum())
