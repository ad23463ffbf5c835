"""Page pings: every ten seconds, if something happened on the page in them."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Times = NDArray[np.int64]
# docs.snowplow.io, tracking activity with page pings: the example that trackers are set up with.
# There is no default; without enableActivityTracking there are no pings.
FIRST_US = 30_000_000
HEARTBEAT_US = 10_000_000


def page_pings(start_us: int, end_us: int, activity_us: Times) -> Iterator[tuple[int, int]]:
    """Yield when a page view pings, and since when its offsets count.

    Parameters
    ----------
    start_us, end_us : int
        From the page view to the tab's next one.
    activity_us : ndarray of int64, shape (n,)
        Ascending times of what is done on the page.

    Examples
    --------
    >>> list(page_pings(0, 60_000_000, np.array([29_000_000, 45_000_000])))
    [(30000000, 0), (50000000, 30000000)]
    """
    ticks = np.arange(start_us + FIRST_US, end_us, HEARTBEAT_US)
    known = np.append(start_us, activity_us)
    last = known[np.searchsorted(known, ticks, side="right") - 1]
    within = np.where(np.arange(len(ticks)) == 0, FIRST_US, HEARTBEAT_US)
    since = start_us
    for tick in ticks[last + within > ticks].tolist():
        yield tick, since
        since = tick
