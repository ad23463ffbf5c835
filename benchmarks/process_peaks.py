"""A command that is run to its end while the peak memory of each of its processes is read (Linux)."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

# A peak is kept by the system, so only what a process takes in its last moment can be missed.
READS_S = 0.05


class Ran(NamedTuple):
    """What a command came to."""

    status: int
    seconds: float
    peaks_mb: Mapping[str, float]  # of each process: the command itself, then its children
    said: str  # what it wrote to its output
    told: str  # what it wrote to its errors

    @property
    def peak_mb(self) -> float:
        """The peaks of all processes together, though they need not have come at one time."""
        return sum(self.peaks_mb.values())


def peak_mb(process: int) -> float:
    """Return the most resident memory that a process had so far, 0 when it is gone."""
    with suppress(OSError):
        for line in Path(f"/proc/{process}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return 0.0


def children(process: int) -> list[int]:
    """Return the processes that a process started and those started by these."""
    found = []
    with suppress(OSError):
        for task in Path(f"/proc/{process}/task").iterdir():
            for child in map(int, (task / "children").read_text().split()):
                found += [child, *children(child)]
    return found


def ran(words: list[str], folder: Path) -> Ran:
    """Run `deskhand` with some words in a folder, and watch its processes."""
    command = [sys.executable, "-m", "deskhand", *words]
    peaks: dict[int, float] = {}
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as told:
        began = time.perf_counter()
        with subprocess.Popen(command, cwd=folder, stdout=said, stderr=told) as process:
            while process.poll() is None:
                for number in (process.pid, *children(process.pid)):
                    peaks[number] = max(peaks.get(number, 0.0), peak_mb(number))
                time.sleep(READS_S)
        seconds = time.perf_counter() - began
        said.seek(0)
        told.seek(0)
        own, *others = peaks.values()
        named = {"itself": own} | {f"child {n}": mb for n, mb in enumerate(others, 1)}
        return Ran(process.returncode, seconds, named, said.read().decode(), told.read().decode())
