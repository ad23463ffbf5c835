"""One line that tells how a run is going, on a terminal, and nothing in a pipe."""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from deskhand.fleet.report.amounts import short_count, short_time

Live = Callable[[Mapping[str, Any]], None]
"""Called with a snapshot of the run, about once a second."""

# A client this late measures itself; the same bound as that of its self-check.
LATE_US = 10_000


def live_text(snapshot: Mapping[str, Any]) -> str:
    """Return what the line says of a snapshot, in rich's markup.

    Parameters
    ----------
    snapshot : mapping
        Numbers by name, any of them missing: ``second``, ``of_s``, ``rate_hz``, ``p50_us``,
        ``p99_us`` (from the intended time), ``fail``, ``unknown``, ``retries``, ``devices``,
        ``in_flight``, ``lag_p99_us``. Latencies and rate are of the last second, counts of the
        whole run; of what went wrong nothing is said until it does.

    Examples
    --------
    >>> snapshot = {"second": 7, "of_s": 60, "rate_hz": 12_400, "p50_us": 850, "p99_us": 4_210}
    >>> live_text(snapshot | {"fail": 3, "lag_p99_us": 15_000})
    '7 of 60 s  12,400/s  p50 850 µs  p99 4.21 ms  [red]3 errors[/red]  [yellow]client 15 ms late[/yellow]'
    >>> live_text({"second": 75, "of_s": 60, "rate_hz": 900})
    '60 s and 15 more  900/s'
    """
    second, of_s = snapshot.get("second", 0), snapshot.get("of_s")
    length = f"{second:g} of {of_s:g} s" if of_s else f"{second:g} s"
    if of_s and second > of_s:
        # All is due, and the service or the client has not kept up.
        length = f"{of_s:g} s and {second - of_s:g} more"
    parts = [length, f"{snapshot.get('rate_hz', 0):,.0f}/s"]
    for name in ("p50", "p99"):
        value_us = snapshot.get(f"{name}_us")
        if value_us is not None:
            parts.append(f"{name} {short_time(value_us)}")
    for name, word, colour in (
        ("fail", "errors", "red"),
        ("unknown", "unknown", "red"),
        ("retries", "retries", "yellow"),
        ("devices", "devices", ""),
        ("in_flight", "in flight", ""),
    ):
        if colour and snapshot.get(name):
            parts.append(f"[{colour}]{short_count(snapshot[name])} {word}[/{colour}]")
        elif not colour and name in snapshot:
            parts.append(f"{short_count(snapshot[name])} {word}")
    if (snapshot.get("lag_p99_us") or 0) > LATE_US:
        parts.append(f"[yellow]client {short_time(snapshot['lag_p99_us'])} late[/yellow]")
    return "  ".join(parts)


@contextmanager
def live_line() -> Iterator[Live | None]:
    """Give a callable that redraws the line, or None when standard error is no terminal.

    Yields
    ------
    callable or None
        To be called with a snapshot, as `live_text` describes it.
    """
    if not sys.stderr.isatty():
        yield None
        return
    # rich comes with cyclopts; it is imported only when there is someone to look at it.
    from rich.console import Console
    from rich.live import Live as Redrawn
    from rich.text import Text

    with Redrawn(console=Console(stderr=True), auto_refresh=False) as line:

        def show(snapshot: Mapping[str, Any]) -> None:
            line.update(Text.from_markup(live_text(snapshot)), refresh=True)

        yield show
