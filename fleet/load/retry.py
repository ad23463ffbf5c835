"""When an attempt is repeated: exponential backoff with full jitter, and what the service asked for.

Sources
-------
Full jitter: Brooker 2015, "Exponential Backoff And Jitter", AWS Architecture Blog. The numbers are
assumed.
"""

from deskhand.keyed_draws import keys, mixed, uniforms

FIRST_S = 0.1
LONGEST_S = 10.0


class Backoff:
    """Waits before repeated attempts; each depends on what is repeated, and on nothing else.

    Parameters
    ----------
    seed : int
        The plan's seed.

    Examples
    --------
    >>> backoff = Backoff(7)
    >>> waits_s = [backoff.wait_s(3, 0, 0, attempt, None) for attempt in range(20)]
    >>> waits_s == [backoff.wait_s(3, 0, 0, attempt, None) for attempt in range(20)]
    True
    >>> 0 < waits_s[0] < FIRST_S, max(waits_s) < LONGEST_S, backoff.wait_s(3, 0, 0, 0, 5.0) > 5.0
    (True, True, True)
    """

    def __init__(self, seed: int) -> None:
        self._key = keys(seed, "fleet.retry", ["wait"])

    def wait_s(
        self, batch: int, copy: int, part: int, attempt: int, asked_s: float | None
    ) -> float:
        """Return how long to wait after a failed attempt, numbered from 0.

        What the service asked for is waited in full, and the jitter on top of it, so that all who
        were told the same moment do not come back in it.
        """
        key = mixed(self._key, batch, copy, part)
        longest_s = min(LONGEST_S, FIRST_S * 2.0 ** min(attempt, 30))
        return (asked_s or 0.0) + longest_s * float(uniforms(key, attempt)[0])
