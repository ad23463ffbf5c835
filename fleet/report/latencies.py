"""Latencies out of an encoded HdrHistogram: any percentile, and the whole distribution."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from deskhand.errors import DeskhandError


class Distribution(NamedTuple):
    """How many values are at most how large."""

    value_us: npt.NDArray[np.int64]  # ascending, shape (n,)
    cumulated: npt.NDArray[np.int64]  # values up to and with value_us, shape (n,)

    @property
    def total(self) -> int:
        """How many values there are."""
        return int(self.cumulated[-1]) if len(self.cumulated) else 0

    def at(self, share: npt.ArrayLike) -> npt.NDArray[np.int64]:
        """Return the smallest values that at least these shares of all values do not exceed.

        Parameters
        ----------
        share : array_like, shape (k,)
            From 0 to 1; there must be a value at all.

        Returns
        -------
        ndarray of int64, shape (k,), microseconds
        """
        # A hair is taken off, so that 0.99 of 100 values is the 99th for floating point as well.
        rank = np.ceil(np.asarray(share, np.float64) * self.total - 1e-6)
        return self.value_us[np.searchsorted(self.cumulated, np.maximum(rank, 1))]


def decoded(hdr: str) -> Distribution:
    """Return the distribution in an encoded HdrHistogram (V2, compressed, base64).

    Parameters
    ----------
    hdr : str
        As in run.json.

    Returns
    -------
    Distribution

    Raises
    ------
    DeskhandError
        When it cannot be read, or the package hdrhistogram is missing.

    Examples
    --------
    >>> from hdrh.histogram import HdrHistogram
    >>> histogram = HdrHistogram(1, 60_000_000, 3)
    >>> for value_us in range(1, 101):
    ...     _ = histogram.record_value(value_us)
    >>> decoded(histogram.encode().decode()).at([0.5, 0.99, 1.0]).tolist()
    [50, 99, 100]
    """
    try:
        from hdrh.histogram import HdrHistogram
    except ImportError:
        raise DeskhandError(
            "latencies are kept in an HdrHistogram, and the package hdrhistogram is missing: "
            'pip install "deskhand[fleet]".'
        ) from None
    try:
        histogram = HdrHistogram.decode(hdr.encode())
        steps = [
            (step.value_iterated_to, step.total_count_to_this_value)
            for step in histogram.get_recorded_iterator()
        ]
    # The decoder raises its own errors, those of base64, zlib and struct, and more on odd bytes.
    except Exception as error:
        raise DeskhandError(
            f"a histogram of latencies cannot be read ({type(error).__name__}: {error}); "
            "was run.json changed by hand? Make the run again."
        ) from error
    value_us, cumulated = np.array(steps, np.int64).reshape(-1, 2).T
    return Distribution(value_us, cumulated)
