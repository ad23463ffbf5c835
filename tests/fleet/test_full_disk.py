"""A plan that finds its disk full: told in plain words, nothing half-written, and finished later."""

import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson
import pytest

from deskhand.cli import main
from deskhand.errors import DeskhandError
from deskhand.fleet.plan_files import Plan

DESCRIPTION = {
    "seed": 7,
    "devices": 2000,
    "sessions": {"scenarios": {"auth.login": 1}, "pool": 3},
    "arrivals": {"per_device_day": 1.5, "curve": "even"},
}


def bytes_of(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


@contextmanager
def small_disk(folder: Path, kib: int) -> Iterator[bool]:
    """Mount a file system of so many KiB, if this user may."""
    folder.mkdir()
    mounted = os.geteuid() == 0
    if mounted:
        words = ["mount", "-t", "tmpfs", "-o", f"size={kib}k", "tmpfs", str(folder)]
        mounted = not subprocess.run(words, capture_output=True, check=False).returncode
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", str(folder)], check=True)


@contextmanager
def small_files(kib: int) -> Iterator[None]:
    """Refuse files of more than so many KiB."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (kib * 1024, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture(scope="module")
def description(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("described") / "fleet.json"
    path.write_bytes(orjson.dumps(DESCRIPTION))
    return path


@pytest.fixture(scope="module")
def whole(description: Path) -> dict[str, bytes]:
    out = description.with_name("plan")
    assert main(["fleet", "plan", str(description), "--out", str(out)]) == 0
    return bytes_of(out)


def refused(description: Path, out: Path, capsys: pytest.CaptureFixture[str], why: str) -> None:
    status = main(["fleet", "plan", str(description), "--out", str(out)])
    said = capsys.readouterr().err
    assert status == 2
    assert f"{out} cannot be written" in said
    assert why in said
    assert "--resume" in said
    with pytest.raises(DeskhandError, match="holds no complete plan"):
        Plan.load(out)
    left = [path.name for path in out.rglob("*")]
    assert not [name for name in left if name.startswith((".making", "shard-"))]


# Where it breaks off: in the description, the pool, the shard.
@pytest.mark.parametrize("kib", [1, 8, 200])
def test_a_plan_that_may_write_no_more_goes_on_later(
    description: Path,
    whole: dict[str, bytes],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    kib: int,
) -> None:
    out = tmp_path / "plan"
    with small_files(kib):
        refused(description, out, capsys, "File too large")
    assert main(["fleet", "plan", str(description), "--out", str(out), "--resume"]) == 0
    assert bytes_of(out) == whole


# Where it breaks off: in the pool, the shard. A file system has pages of 4 KiB.
@pytest.mark.parametrize("kib", [16, 200])
def test_a_plan_on_a_full_disk_goes_on_later(
    description: Path,
    whole: dict[str, bytes],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    kib: int,
) -> None:
    disk = tmp_path / "disk"
    with small_disk(disk, kib) as mounted:
        if mounted:
            refused(description, disk / "plan", capsys, "No space left on device")
            subprocess.run(["mount", "-o", "remount,size=64m", str(disk)], check=True)
        else:
            # Who may not mount has a limit of files, which is as real.
            with small_files(kib):
                refused(description, disk / "plan", capsys, "File too large")
        words = ["--out", str(disk / "plan"), "--resume"]
        assert main(["fleet", "plan", str(description), *words]) == 0
        assert bytes_of(disk / "plan") == whole
