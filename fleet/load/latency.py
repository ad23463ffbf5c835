"""Counts of times in the buckets of an HdrHistogram: many at once, added up over workers.

Sources
-------
The buckets are those of HdrHistogram with three significant digits (Gil Tene, public domain): 2,048
of width one, then 1,024 for each doubling.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from deskhand.errors import DeskhandError

# A day; what takes longer counts as a day.
LONGEST_US = 86_400_000_000
_HALF_BITS = 10
PERCENTILES = {"p50_us": 50.0, "p90_us": 90.0, "p99_us": 99.0, "p999_us": 99.9}

Times = npt.NDArray[np.int64]


def _bucket(values_us: Times) -> Times:
    _, exponent = np.frexp(values_us.astype(np.float64))
    shift = np.maximum(exponent.astype(np.int64) - (_HALF_BITS + 1), 0)
    return (shift << _HALF_BITS) + (values_us >> shift)


def _lowest(bucket: int) -> int:
    shift = max((bucket >> _HALF_BITS) - 1, 0)
    return (bucket - (shift << _HALF_BITS)) << shift


class Latencies:
    """How often which time was measured.

    Examples
    --------
    >>> times = Latencies()
    >>> times.add(np.arange(1, 1001))
    >>> found = times.record()
    >>> found["count"], found["p50_us"], found["p99_us"], found["max_us"]
    (1000, 500, 990, 1000)
    """

    def __init__(self) -> None:
        last = int(_bucket(np.array([LONGEST_US]))[0])
        self.counts = np.zeros(last + 1, np.int64)
        self._told = self.counts.copy()

    def add(self, values_us: Times) -> None:
        """Count times, shape (n,) in microseconds; negative ones count as zero."""
        found = np.bincount(_bucket(np.clip(values_us, 0, LONGEST_US)))
        self.counts[: len(found)] += found

    def fresh(self) -> tuple[Times, Times]:
        """Return which buckets were met since this was asked last, and how often: little to send.

        Examples
        --------
        >>> times = Latencies()
        >>> times.add(np.array([5, 900_001, 5, 900_002]))
        >>> [column.tolist() for column in times.fresh()], len(times.fresh()[0])
        ([[5, 10973], [2, 2]], 0)
        """
        met = self.counts - self._told
        buckets = np.flatnonzero(met)
        self._told[buckets] = self.counts[buckets]
        return buckets, met[buckets]

    def add_fresh(self, counted: tuple[Times, Times]) -> None:
        """Add what `fresh` returned."""
        self.counts[counted[0]] += counted[1]

    def at(self, percent: float) -> int | None:
        """Return a percentile in microseconds, to three digits; None without any times."""
        total = int(self.counts.sum())
        if not total:
            return None
        rank = max(1, int(np.ceil(percent / 100 * total - 1e-6)))
        return _lowest(int(np.searchsorted(np.cumsum(self.counts), rank)))

    def record(self) -> dict[str, Any]:
        """Return the figures of run.json, with the histogram itself.

        Raises
        ------
        DeskhandError
            When hdrhistogram is not installed.
        """
        try:
            from hdrh.histogram import HdrHistogram
        except ImportError as error:
            raise DeskhandError(
                'histograms need hdrhistogram: pip install "deskhand[fleet]".'
            ) from error
        histogram = HdrHistogram(1, LONGEST_US, 3)
        for bucket in np.flatnonzero(self.counts).tolist():
            histogram.record_value(_lowest(bucket), int(self.counts[bucket]))
        count = int(self.counts.sum())
        figures: dict[str, Any] = {
            "count": count,
            "mean_us": float(histogram.get_mean_value()) if count else None,
        }
        for name, percent in PERCENTILES.items():
            figures[name] = self.at(percent)
        figures["max_us"] = int(histogram.get_max_value()) if count else None
        return figures | {"hdr": histogram.encode().decode("ascii")}
