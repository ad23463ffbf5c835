"""README and docs hold only what runs: every python block, and every deskhand command."""

import os
import re
import shlex
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.servers import program

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
# What pages use beside deskhand's own needs and those of its tests.
EXTRAS = {"sklearn": "evaluate", "torch": "fit", "matplotlib": "plot"}
BLOCK = re.compile(r"^```(python|console)\n(.*?)^```", re.M | re.S)


def _blocks(language: str) -> list[tuple[Path, list[str]]]:
    found = []
    for page in PAGES:
        texts = [body for kind, body in BLOCK.findall(page.read_text()) if kind == language]
        if texts:
            found.append((page, texts))
    return found


@pytest.mark.parametrize(
    ("page", "blocks"), _blocks("python"), ids=lambda v: getattr(v, "name", "")
)
def test_python_blocks_run(
    page: Path, blocks: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for package, extra in EXTRAS.items():
        if any(re.search(rf"^(import|from) {package}\b", block, re.M) for block in blocks):
            pytest.importorskip(package, reason=f'needs python -m pip install -e ".[test,{extra}]"')
    monkeypatch.chdir(tmp_path)
    script = tmp_path / f"{page.stem}.py"
    script.write_text("\n".join(blocks))
    subprocess.run([sys.executable, "-W", "error", str(script)], check=True, timeout=300)


@pytest.mark.parametrize(
    ("page", "blocks"), _blocks("console"), ids=lambda v: getattr(v, "name", "")
)
def test_deskhand_commands_run(page: Path, blocks: list[str], tmp_path: Path) -> None:
    assert page.exists()
    for line in "\n".join(blocks).splitlines():
        for part in line.split(" && "):
            words = shlex.split(part, comments=True)
            if words[:3] == ["python", "-m", "deskhand"]:
                words = words[2:]
            if words[:1] == ["deskhand"]:
                done = subprocess.run(
                    [sys.executable, "-m", *words],
                    cwd=tmp_path,
                    check=False,
                    capture_output=True,
                    text=True,
                    timeout=300,
                )
                assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("page", "blocks", "told", "programs"),
    [
        ("README.md", 1, "nothing is lost, doubled, spoiled or made up", ()),
        ("docs/fleet.md", 4, "LOST: ", ()),
        ("docs/fleet-services.md", 3, "DUPLICATED: ", ("nats-server", "aw-server")),
    ],
)
def test_the_story_of_a_fleet_runs(
    page: str, blocks: int, told: str, programs: tuple[str, ...], tmp_path: Path
) -> None:
    for package in ("uvicorn", "uvloop", "hdrh", "distributed", "nats"):
        pytest.importorskip(
            package, reason='needs python -m pip install -e ".[test,fleet,queues,dask]"'
        )
    found = re.findall(r"^```sh\n(.*?)^```", (ROOT / page).read_text(), re.M | re.S)
    assert len(found) == blocks
    own = tmp_path / "bin"
    own.mkdir()
    for name in programs:
        (own / name).symlink_to(program(name))
    # Other tests run beside, so a run is not held to its check of itself; and a day need not take 10 s.
    (own / "deskhand").write_text(
        '#!/bin/sh\ncase "$*" in "fleet run"*) set -- "$@" --speed 4 ;; esac\n'
        'case "$*" in *--no-self-check*) ;; "fleet run"*) set -- "$@" --no-self-check ;; esac\n'
        f'exec {sys.executable} -m deskhand "$@"\n'
    )
    (own / "deskhand").chmod(0o755)
    status, printed, complaint = _run_story("\n".join(found), tmp_path, own)
    assert status == 0, complaint
    assert told in printed


def test_a_story_that_fails_leaves_no_server_behind(tmp_path: Path) -> None:
    status, printed, _ = _run_story("sleep 600 & echo $!; false; echo unheard", tmp_path, tmp_path)
    assert status == 1
    for _ in range(100):
        seen = subprocess.run(
            ["ps", "-o", "stat=", "-p", printed.strip()],
            capture_output=True,
            text=True,
            check=False,
        )
        # What has ended may still wait to be counted out.
        if seen.stdout.strip().startswith(("Z", "X")) or not seen.stdout.strip():
            break
        time.sleep(0.05)
    else:
        pytest.fail(f"process {printed.strip()} runs on: {seen.stdout}")


def _run_story(script: str, folder: Path, programs: Path) -> tuple[int, str, str]:
    """Run a script, end what it has started, and return its status and what it printed."""
    # Files, for a pipe has no end as long as a server holds it.
    printed, complaint = folder / "printed.txt", folder / "complaint.txt"
    with printed.open("wb") as out, complaint.open("wb") as err:
        process = subprocess.Popen(
            ["bash", "-euc", script],
            cwd=folder,
            env={**os.environ, "PATH": f"{programs}:{os.environ['PATH']}"},
            stdout=out,
            stderr=err,
            start_new_session=True,
        )
        try:
            status = process.wait(timeout=300)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    return status, printed.read_text(), complaint.read_text()
