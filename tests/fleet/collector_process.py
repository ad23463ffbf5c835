"""A collector in a process of its own, as a user starts it."""

import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson


class Running:
    """A collector that listens."""

    def __init__(self, process: "subprocess.Popen[bytes]", url: str) -> None:
        self.process, self.url = process, url

    def kill(self) -> None:
        """End it as a crash does."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


def start(store: Path, *arguments: str, port: int = 0) -> Running:
    """Start a collector and wait until it listens."""
    with tempfile.TemporaryDirectory() as folder:
        ready = Path(folder) / "address"
        words = ["-m", "deskhand", "fleet", "collector", "--store", str(store)]
        words += ["--port", str(port), "--ready-file", str(ready), *arguments]
        process = subprocess.Popen([sys.executable, *words], stdout=subprocess.DEVNULL)
        for _ in range(600):
            if ready.exists():
                return Running(process, ready.read_text())
            if process.poll() is not None:
                break
            time.sleep(0.05)
        process.kill()
        raise RuntimeError(f"the collector ended with {process.wait()}")


@contextmanager
def running_collector(store: Path, *arguments: str) -> Iterator[str]:
    """Give the address of a collector that is stopped, in good order, at the end."""
    running = start(store, *arguments)
    try:
        yield running.url
    finally:
        if running.process.poll() is None:
            running.process.send_signal(signal.SIGTERM)
            assert running.process.wait(timeout=30) == 0


def until_taken(url: str, batches: int, process: "subprocess.Popen[str]") -> None:
    """Wait while a run goes on, until so many batches were taken."""
    taken = 0
    while taken < batches:
        assert process.poll() is None, "the run ended too early"
        time.sleep(0.01)
        with urllib.request.urlopen(f"{url}/stats", timeout=30) as answer:
            taken = int(orjson.loads(answer.read()).get("200", 0))
