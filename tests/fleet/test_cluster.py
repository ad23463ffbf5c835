"""Shards over processes and Dask: the same bytes, whoever makes them and whoever is killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from hashlib import sha256
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from deskhand.cluster import shards_over, whole_folder
from deskhand.errors import DeskhandError
from deskhand.fleet.description import EXAMPLE, Description, described
from deskhand.fleet.plan import make_plan
from deskhand.streams import stream

NEEDS_DASK = 'needs Dask: python -m pip install -e ".[test,dask]"'
SHARDS = range(6)


def make_shard(out: Path, shard: int, kill_at: int = -1, always: bool = False) -> dict[str, int]:
    """Make a shard of random rows; at `kill_at`, be killed half-way (the first time, or always)."""
    rows = 10_000 + shard
    draws = stream(7, "test.cluster", shard).integers(0, 1 << 40, rows)
    with whole_folder(out / f"shard-{shard:05d}") as making:
        pq.write_table(pa.table({"t_us": np.sort(draws)}), making / "batches.parquet")
        killed = out.parent / f"{out.name}-killed"
        if shard == kill_at and (always or not killed.exists()):
            killed.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        pq.write_table(pa.table({"device": draws}), making / "devices.parquet")
    return {"shard": shard, "events": rows}


def refuse(item: int) -> int:
    if item == 2:
        raise DeskhandError("item 2 is refused")
    return item


def slow(out: Path, item: int) -> int:
    (out / f"{item}-{os.getpid()}").touch()
    time.sleep(60)
    return item


def digests(out: Path) -> dict[str, str]:
    files = sorted(path for path in out.rglob("*") if path.is_file())
    return {str(f.relative_to(out)): sha256(f.read_bytes()).hexdigest() for f in files}


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    out = tmp_path_factory.mktemp("alone")
    made = shards_over(None, 1, partial(make_shard, out), SHARDS)
    assert [record["shard"] for record in made] == list(SHARDS)
    found = digests(out)
    assert len(found) == 2 * len(SHARDS)
    return found


def over(
    cluster: str | None, workers: int, out: Path, *, kill_at: int = -1, always: bool = False
) -> list[tuple[int, int, int]]:
    out.mkdir()
    told: list[tuple[int, int, int]] = []
    made = shards_over(
        cluster,
        workers,
        partial(make_shard, out, kill_at=kill_at, always=always),
        SHARDS,
        lambda done, total, events: told.append((done, total, events)),
        shared=out,
        events=lambda record: record["events"],
    )
    assert [record["shard"] for record in made] == list(SHARDS)
    return told


@pytest.mark.parametrize("workers", [2, 3])
def test_processes_make_the_same_bytes(workers: int, alone: dict[str, str], tmp_path: Path) -> None:
    told = over(None, workers, tmp_path / "out")
    assert digests(tmp_path / "out") == alone
    assert [done for done, _, _ in told] == [1, 2, 3, 4, 5, 6]
    assert told[-1] == (6, 6, 60_015)


def test_a_killed_process_is_made_up_for(alone: dict[str, str], tmp_path: Path) -> None:
    over(None, 2, tmp_path / "out", kill_at=3)
    assert (tmp_path / "out-killed").exists()
    assert digests(tmp_path / "out") == alone


def test_a_shard_that_always_kills_is_given_up(tmp_path: Path) -> None:
    with pytest.raises(DeskhandError, match=r"killed 4 times.*fewer workers"):
        over(None, 2, tmp_path / "out", kill_at=3, always=True)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_refusal_is_told_as_it_is(workers: int) -> None:
    with pytest.raises(DeskhandError, match=r"^item 2 is refused$"):
        shards_over(None, workers, refuse, [1, 2, 3])


def test_no_items_and_no_workers() -> None:
    assert shards_over(None, 4, refuse, []) == []
    with pytest.raises(DeskhandError, match="1 or more"):
        shards_over(None, 0, refuse, [1])


def test_processes_are_gone_when_their_owner_is_killed(tmp_path: Path) -> None:
    program = (
        f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "from functools import partial; from pathlib import Path; import test_cluster\n"
        "from deskhand.cluster import shards_over\n"
        f"if __name__ == '__main__': shards_over(None, 2, partial(test_cluster.slow, Path({str(tmp_path)!r})), [0, 1])\n"
    )
    script = tmp_path / "owner.py"
    script.write_text(program)
    with subprocess.Popen([sys.executable, script]) as owner:
        pids = _waited_for(lambda: [int(f.name[2:]) for f in tmp_path.glob("[01]-*")], 2)
        owner.kill()
    deadline = time.monotonic() + 20
    while any(Path(f"/proc/{pid}").exists() for pid in pids):
        assert time.monotonic() < deadline, "workers outlived their owner"
        time.sleep(0.05)


def _waited_for(look: Callable[[], Sequence[int]], wanted: int) -> Sequence[int]:
    deadline = time.monotonic() + 60
    while len(found := look()) < wanted:
        assert time.monotonic() < deadline, f"waited in vain: {found}"
        time.sleep(0.05)
    return found


def test_whole_folder_leaves_nothing_after_an_error(tmp_path: Path) -> None:
    def broken() -> None:
        with whole_folder(tmp_path / "a") as making:
            (making / "x").touch()
            raise RuntimeError("half-way")

    with pytest.raises(RuntimeError, match="half-way"):
        broken()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("workers", [1, 2])
def test_dask_makes_the_same_bytes(workers: int, alone: dict[str, str], tmp_path: Path) -> None:
    pytest.importorskip("distributed", reason=NEEDS_DASK)
    told = over("local", workers, tmp_path / "out")
    assert digests(tmp_path / "out") == alone
    assert told[-1] == (6, 6, 60_015)


@pytest.fixture(scope="module")
def many_shards() -> Description:
    """Return a fleet of four shards that seldom does anything."""
    arrivals = {"per_device_day": 0.005, "curve": "even"}
    sessions = {"scenarios": {"auth.login": 1}, "pool": 2}
    return described({**EXAMPLE, "devices": 200_000, "arrivals": arrivals, "sessions": sessions})


@pytest.fixture(scope="module")
def planned_alone(
    many_shards: Description, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    out = tmp_path_factory.mktemp("plan") / "plan"
    made = make_plan(many_shards, out)
    assert len(made["shards"]) == 4
    return digests(out)


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_a_plan_by_dask_has_the_same_bytes(
    workers: int, many_shards: Description, planned_alone: dict[str, str], tmp_path: Path
) -> None:
    pytest.importorskip("distributed", reason=NEEDS_DASK)
    make_plan(many_shards, tmp_path / "plan", workers=workers, cluster="local")
    assert digests(tmp_path / "plan") == planned_alone


def test_a_killed_worker_of_dask_is_made_up_for(alone: dict[str, str], tmp_path: Path) -> None:
    pytest.importorskip("distributed", reason=NEEDS_DASK)
    over("local", 2, tmp_path / "out", kill_at=3)
    assert (tmp_path / "out-killed").exists()
    assert digests(tmp_path / "out") == alone


@pytest.fixture
def scheduler() -> Iterator[str]:
    distributed = pytest.importorskip("distributed", reason=NEEDS_DASK)
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None
    ) as cluster:
        yield cluster.scheduler_address


def test_a_scheduler_by_its_address(scheduler: str, alone: dict[str, str], tmp_path: Path) -> None:
    over(scheduler, 1, tmp_path / "out")
    assert digests(tmp_path / "out") == alone
    with pytest.raises(DeskhandError, match=r"^item 2 is refused$"):
        shards_over(scheduler, 1, refuse, [1, 2, 3])
    # The scheduler keeps nothing of a call: the same call makes its files again.
    over(scheduler, 1, tmp_path / "again")
    assert digests(tmp_path / "again") == alone


def test_clusters_that_cannot_be_used_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed", reason=NEEDS_DASK)
    with pytest.raises(DeskhandError, match="write local, or a scheduler's address"):
        shards_over("10.0.0.5", 1, refuse, [1])
    monkeypatch.setattr("deskhand.cluster.ANSWER_S", 1)
    with pytest.raises(DeskhandError, match="no Dask scheduler answers there"):
        shards_over("tcp://127.0.0.1:1", 1, refuse, [1])
