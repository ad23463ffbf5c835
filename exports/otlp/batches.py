"""Log records in batches, as the SDK's BatchLogRecordProcessor exports them."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

# opentelemetry.io/docs/specs/otel/logs/sdk and configuration: scheduledDelayMillis and
# maxExportBatchSize. The queue of 2048 never fills: people do not make so many in a second.
DELAY_US = 1_000_000
MOST = 512


def batches(
    records: Sequence[tuple[int, dict[str, Any]]],
) -> Iterator[list[dict[str, Any]]]:
    """Yield records as they are exported: every second, and at once when there are 512 of them.

    Parameters
    ----------
    records : sequence of tuple
        Microseconds since the session's start, and the record; in order.

    Examples
    --------
    >>> [
    ...     len(b)
    ...     for b in batches([(0, {}), (999_999, {}), (1_000_000, {})] + [(5_000_000, {})] * 600)
    ... ]
    [2, 1, 512, 88]
    """
    second = np.array([t_us for t_us, _ in records], np.int64) // DELAY_US
    starts = np.flatnonzero(np.diff(second, prepend=-1) != 0).tolist()
    for first, end in pairwise([*starts, len(records)]):
        for place in range(first, end, MOST):
            yield [record for _, record in records[place : min(place + MOST, end)]]
