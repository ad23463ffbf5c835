"""`deskhand fleet collector`: a service to try a fleet on, honest or wrong in known ways."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from deskhand.option_types import Whole


def collector(
    *,
    store: Path,
    port: Whole = 8099,
    host: str = "127.0.0.1",
    bug: Annotated[tuple[str, ...], Parameter(negative="", show_default=False)] = (),
    fail_rate: str = "",
    ready_file: Path | None = None,
) -> None:
    """Take batches at /batch (JSON) and /ndjson (lines), check them, and keep each once, on disk.

    Parameters
    ----------
    store
        A SQLite file such as kept.db, or a folder for Parquet files.
    port
        0 takes a free one.
    host
        The address to listen on.
    bug
        What to do wrong, for tests of verification: drop=1/100, double-on-retry, truncate=64,
        lose-on-crash, late=60, misorder, accept-invalid, reject=1/50, phantom=1/100.
    fail_rate
        Shares of batches that are refused at first, for example 429=.05,503=.01.
    ready_file
        Where the address is written when it listens.
    """
    from deskhand.fleet.collector.serve import parse_failures, serve

    serve(
        store,
        host=host,
        port=port,
        bugs=bug,
        failures=parse_failures(fail_rate),
        ready_file=ready_file,
    )
