"""A run that was stopped at any moment is completed to the same bytes."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from deskhand import api
from deskhand.arguments import Arguments
from deskhand.errors import DeskhandError
from deskhand.manifest import MANIFEST_FILE
from deskhand.shard import finished_shard, plan_shards
from deskhand.streams import stream
from tests.conftest import Deskhand
from tests.run.conftest import SCENARIO, SMALL, SMALL_WORDS, command, hashes

ROUNDS = 10


def _children(pid: int) -> list[int]:
    path = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(word) for word in path.read_text().split()] if path.exists() else []


def _running(pid: int) -> bool:
    # A killed process whose parent is gone may stay as a zombie where nobody reaps.
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def _begin(out: Path, workers: int) -> subprocess.Popen[str]:
    words = [
        SCENARIO,
        *SMALL_WORDS,
        "--format",
        "parquet,jsonl",
        "--out",
        out,
        "--workers",
        workers,
    ]
    return subprocess.Popen(
        command("generate", *words),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def _wait_for_shards(process: subprocess.Popen[str], out: Path, count: int) -> None:
    end = time.monotonic() + 60
    while len(list(out.glob("shard=*"))) < count and process.poll() is None:
        assert time.monotonic() < end
        time.sleep(0.002)


def _all_gone(children: list[int]) -> None:
    end = time.monotonic() + 30
    while any(map(_running, children)):
        assert time.monotonic() < end, "a worker outlived the process that started it"
        time.sleep(0.01)


def _whole_shards_only(out: Path) -> None:
    arguments = Arguments(**SMALL)
    for shard in plan_shards(arguments):
        if (out / shard.folder).exists():
            assert finished_shard(shard, out) is not None


@pytest.mark.parametrize("turn", range(ROUNDS))
def test_killed_at_a_random_moment_and_resumed(small: Path, tmp_path: Path, turn: int) -> None:
    out = tmp_path / "run"
    moments = stream(7, "test.kill", turn)
    workers = 1 + turn % 3
    process = _begin(out, workers)
    _wait_for_shards(process, out, int(moments.integers(0, 8)))
    time.sleep(float(moments.uniform(0, 0.1)))
    children = _children(process.pid)
    process.kill()
    process.communicate()
    _whole_shards_only(out)
    _all_gone(children)
    api.generate(SCENARIO, out=out, formats="parquet,jsonl", resume=True, **SMALL)
    assert hashes(out) == hashes(small)


def test_killed_worker_is_reported_and_the_run_resumed(small: Path, tmp_path: Path) -> None:
    if not Path("/proc/self/task").exists():
        pytest.xfail("processes are looked up in /proc")
    out = tmp_path / "run"
    process = _begin(out, 2)
    _wait_for_shards(process, out, 1)
    for child in _children(process.pid):
        os.kill(child, signal.SIGKILL)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "--resume" in errors
    assert errors.count("\n") == 1
    assert not list(out.glob(".making-*"))
    api.generate(SCENARIO, out=out, formats="parquet,jsonl", resume=True, **SMALL)
    assert hashes(out) == hashes(small)


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("shards", [0, 2])
def test_interrupt_ends_with_130_and_one_message(
    small: Path, tmp_path: Path, workers: int, shards: int
) -> None:
    out = tmp_path / "run"
    process = _begin(out, workers)
    end = time.monotonic() + 60
    while not (out / "run.json").exists():
        assert time.monotonic() < end
        time.sleep(0.002)
    _wait_for_shards(process, out, shards)
    children = _children(process.pid)
    # The terminal sends it to every process of the group.
    os.killpg(process.pid, signal.SIGINT)
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert (output, errors.count("\n")) == ("", 1)
    assert "--resume" in errors
    _all_gone(children)
    assert not list(out.glob(".making-*"))
    assert not (out / MANIFEST_FILE).exists()
    _whole_shards_only(out)
    api.generate(SCENARIO, out=out, formats="parquet,jsonl", resume=True, **SMALL)
    assert hashes(out) == hashes(small)


def test_resume_redoes_only_what_is_missing_or_torn(small: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    shutil.copytree(small, out)
    (out / MANIFEST_FILE).unlink()
    shutil.rmtree(out / "shard=t0000-d000")
    torn = out / "shard=t0001-d001" / "events.parquet"
    torn.write_bytes(torn.read_bytes()[:-7])
    changed = out / "shard=t0002-d000" / "actions.jsonl"
    changed.write_bytes(changed.read_bytes().replace(b"0", b"1", 1))
    (out / "shard=t0003-d001" / "left-over.txt").write_text("not ours")
    (out / ".making-t0000-d000-1").mkdir()
    before = {path.name: path.stat().st_ino for path in out.glob("shard=*")}
    api.generate(SCENARIO, out=out, formats="parquet,jsonl", resume=True, workers=2, **SMALL)
    assert hashes(out) == hashes(small)
    kept = {p.name for p in out.glob("shard=*") if before.get(p.name) == p.stat().st_ino}
    assert kept >= {f"shard=t{t:04d}-d{d:03d}" for t, d in [(0, 1), (1, 0), (2, 1), (3, 0)]}
    assert not list(out.glob(".making-*"))


def test_resume_of_nothing_is_a_run(small: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    api.generate(SCENARIO, out=out, formats="parquet,jsonl", resume=True, **SMALL)
    assert hashes(out) == hashes(small)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"seed": 8}, "seed was 7 and is 8"),
        ({"people": 9}, "people was 8 and is 9"),
        ({"formats": "parquet"}, "formats was"),
        ({"only": "team=1"}, "only was None"),
        ({"start": "2026-03-03"}, "start was"),
    ],
)
def test_resume_with_other_arguments_is_refused(
    small: Path, change: dict[str, object], named: str
) -> None:
    before = hashes(small)
    given = {"formats": "parquet,jsonl", **SMALL, **change}
    with pytest.raises(DeskhandError, match=named):
        api.generate(SCENARIO, out=small, resume=True, **given)
    assert hashes(small) == before


def test_resume_of_another_folder_is_refused(tmp_path: Path, deskhand: Deskhand) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    done = deskhand("generate", SCENARIO, *SMALL_WORDS, "--out", tmp_path, "--resume")
    assert done.returncode == 2
    assert "mine.txt" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
