"""The collector as a server of its own, until it is told to stop."""

import signal
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from deskhand.errors import DeskhandError
from deskhand.fleet.collector.app import Collector
from deskhand.fleet.collector.planted_bugs import parse_bugs
from deskhand.fleet.collector.store import open_store
from deskhand.manifest import write_whole

STATUSES = range(400, 600)


def parse_failures(text: str) -> dict[int, float]:
    """Return shares of statuses.

    Parameters
    ----------
    text : str
        Such as ``429=.05,503=.01``.

    Raises
    ------
    DeskhandError
        When it is written otherwise.

    Examples
    --------
    >>> parse_failures("429=.05,503=.01")
    {429: 0.05, 503: 0.01}
    """
    found = {}
    for part in filter(None, text.split(",")):
        status, _, share = part.partition("=")
        try:
            found[int(status)] = float(share)
        except ValueError:
            found = {0: 2.0}
        if not all(s in STATUSES and 0 <= v <= 1 for s, v in found.items()):
            raise DeskhandError(
                f"fail-rate {text!r}: write statuses from 400 to 599 with shares from 0 to 1, like 429=.05,503=.01."
            )
    return found


def serve(
    store: Path,
    *,
    host: str = "127.0.0.1",
    port: int = 8099,
    bugs: Sequence[str] = (),
    failures: Mapping[int, float] | None = None,
    ready_file: Path | None = None,
) -> None:
    """Collect batches until SIGINT or SIGTERM.

    Parameters
    ----------
    store : pathlib.Path
        A SQLite file, or a folder for Parquet files.
    host, port
        Where to listen; port 0 takes a free one.
    bugs : sequence of str
        What to do wrong.
    failures : mapping of int to float
        Shares of batches that are first answered with these statuses.
    ready_file : pathlib.Path, optional
        Where the address is written when it listens.

    Raises
    ------
    DeskhandError
        When the store or the address cannot be used, or uvicorn is missing.
    """
    wrong = parse_bugs(bugs)
    try:
        import uvicorn
    except ImportError:
        raise DeskhandError('the collector needs uvicorn: pip install "deskhand[fleet]".') from None

    class Server(uvicorn.Server):
        """Ends quietly: uvicorn would raise the signal again that asked it to stop."""

        @contextmanager
        def capture_signals(self) -> Iterator[None]:
            before = {
                s: signal.signal(s, self.handle_exit) for s in (signal.SIGINT, signal.SIGTERM)
            }
            try:
                yield
            finally:
                for caught, handler in before.items():
                    signal.signal(caught, handler)

    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(4096)
    except (OSError, OverflowError) as error:
        listener.close()
        raise DeskhandError(
            f"{host}:{port}: cannot listen there ({error}); port 0 takes a free one."
        ) from error
    with listener:
        collector = Collector(open_store(store), wrong, failures or {})
        address = f"http://{host}:{listener.getsockname()[1]}"
        config = uvicorn.Config(
            collector,
            log_level="warning",
            access_log=False,
            lifespan="on",
            timeout_keep_alive=75,
            timeout_graceful_shutdown=5,
        )
        print(f"collecting on {address} into {store}", flush=True)
        if ready_file is not None:
            write_whole(ready_file, address.encode())
        Server(config).run(sockets=[listener])
