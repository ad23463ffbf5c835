"""A run's rows a second as columns, gathered into as many bins as a plot can show."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from deskhand.plots import Values

BINS = 240
SUMMED = ("intended", "sent", "ok", "fail", "unknown", "retries", "bytes")
HIGHEST = ("p50_us", "p99_us", "in_flight", "devices")


class Timeline(NamedTuple):
    """Columns of n bins; NaN where a bin has no value."""

    start_s: Values  # where each bin starts, shape (n,)
    bin_s: int
    columns: Mapping[str, Values]  # rates a second, and the highest of latencies and levels
    statuses: Mapping[str, Values]  # attempts that were not accepted, a second, by kind


def _reduced(ufunc: np.ufunc, values: Values, bins: int, bin_s: int) -> Values:
    padded = np.full(bins * bin_s, np.nan)
    padded[: len(values)] = values
    rows = padded.reshape(bins, bin_s)
    empty = np.isnan(rows).all(axis=1)
    filled = np.where(np.isnan(rows), 0.0, rows)
    return np.where(empty, np.nan, np.asarray(ufunc.reduce(filled, axis=1), np.float64))


def timeline(rows: Sequence[Mapping[str, Any]]) -> Timeline:
    """Return rows a second as columns.

    Parameters
    ----------
    rows : sequence of mapping
        As in run.json; seconds may be missing.

    Returns
    -------
    Timeline
        With no more than `BINS` bins: counts become rates a second, latencies and levels the highest
        of their bin, so that no peak is lost.

    Examples
    --------
    >>> zeros = dict.fromkeys([*SUMMED, *HIGHEST], 0)
    >>> row = zeros | {"p99_us": 500, "fail": 2}
    >>> found = timeline([{"second": second, **row} for second in range(480)])
    >>> (
    ...     found.bin_s,
    ...     len(found.start_s),
    ...     found.columns["p99_us"].max().item(),
    ...     found.statuses["refused"].mean().item(),
    ... )
    (2, 240, 500.0, 2.0)
    """
    seconds = np.array([row["second"] for row in rows], np.int64)
    length = int(seconds.max()) + 1 if len(seconds) else 0
    bin_s = max(-(-length // BINS), 1)
    bins = -(-length // bin_s)

    def column(values: Sequence[float | None], ufunc: np.ufunc) -> Values:
        at = np.full(length, np.nan)
        at[seconds] = np.array(values, np.float64)
        reduced = _reduced(ufunc, at, bins, bin_s)
        if ufunc is not np.add:
            return reduced
        # The last bin may be shorter.
        return reduced / np.minimum(bin_s, length - np.arange(bins) * bin_s)

    columns = {name: column([row[name] for row in rows], np.add) for name in SUMMED}
    columns |= {name: column([row[name] for row in rows], np.maximum) for name in HIGHEST}
    found = {kind for row in rows for kind, count in row.get("statuses", {}).items() if count}
    kinds = sorted(found, key=int)
    # Without a status, as of a queue, the outcome says more.
    if kinds not in ([], ["0"]):
        statuses = {
            "no answer" if kind == "0" else kind: column(
                [row.get("statuses", {}).get(kind, 0) for row in rows], np.add
            )
            for kind in kinds
        }
    else:
        statuses = {"refused": columns["fail"], "unknown": columns["unknown"]}
    return Timeline(np.arange(bins, dtype=np.float64) * bin_s, bin_s, columns, statuses)
