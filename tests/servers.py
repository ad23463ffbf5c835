"""Real servers in processes of their own, each with a folder and a port of its own."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

REMEDIES = {
    "aw-server": (
        "in an environment of its own: python -m venv aw && "
        "aw/bin/python -m pip install -r tests/exports/aw-server.txt && "
        'export DESKHAND_AW_SERVER="$PWD/aw/bin/aw-server"'
    ),
    "nats-server": "apt-get install nats-server",
    "redis-server": "apt-get install redis-server",
}


def found_program(name: str) -> str | None:
    """Return where a program is, by its variable such as DESKHAND_AW_SERVER or by PATH."""
    return os.environ.get(f"DESKHAND_{name.upper().replace('-', '_')}") or shutil.which(name)


def program(name: str) -> str:
    """Return where a program is, or skip the test that needs it."""
    found = found_program(name)
    if found is None:
        import pytest

        pytest.skip(f"needs {name}: {REMEDIES[name]}")
    return found


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def serving(
    command: Sequence[str],
    port: int,
    env: Mapping[str, str] | None = None,
    ending: signal.Signals = signal.SIGTERM,
) -> Iterator[None]:
    """Run a server from when it listens on, and end it: in good order, or by SIGKILL as in a crash."""
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, stdout=quiet, stderr=quiet, env=env)
    try:
        for _ in range(600):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                assert process.poll() is None, f"{command[0]} ended by itself"
                time.sleep(0.05)
        yield
    finally:
        process.send_signal(ending)
        process.wait(timeout=30)


@contextmanager
def aw_server(home: Path) -> Iterator[str]:
    """Give the address of an aw-server that keeps all its files in one folder."""
    name, port = program("aw-server"), free_port()
    places = ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")
    # It has an environment of its own, which ours must not reach into.
    env = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    env |= dict.fromkeys(places, str(home))
    with serving([name, "--host", "127.0.0.1", "--port", str(port)], port, env):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def nats_server(folder: Path) -> Iterator[str]:
    """Give the address of a nats-server whose JetStream keeps its files in a folder."""
    name, port = program("nats-server"), free_port()
    with serving([name, "-js", "-a", "127.0.0.1", "-p", str(port), "-sd", str(folder)], port):
        yield f"nats://127.0.0.1:{port}"
