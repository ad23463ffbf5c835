"""rrweb's throttle: the first call passes at once, later ones wait for its end and pass as one."""


class Throttle:
    """When calls pass that come more often than a recorder takes them.

    Parameters
    ----------
    wait_us : int
        The least time between two calls that pass.

    Examples
    --------
    >>> throttle = Throttle(100_000)
    >>> [throttle.passes(t) for t in (0, 40_000, 80_000)], throttle.fires(99_000)
    ([True, False, False], None)
    >>> throttle.fires(300_000), throttle.passes(150_000)
    (100000, False)
    """

    def __init__(self, wait_us: int) -> None:
        self._wait_us = wait_us
        self.restart()

    def restart(self) -> None:
        """Begin anew: no call waits, and the next one passes."""
        self._passed_us: int | None = None
        self.waiting = False

    def passes(self, t_us: int) -> bool:
        """Return whether a call passes at once; if not, it waits."""
        if self._passed_us is None or t_us - self._passed_us >= self._wait_us:
            self._passed_us, self.waiting = t_us, False
            return True
        self.waiting = True
        return False

    def fires(self, t_us: int) -> int | None:
        """Return when the waiting call passes, if one waits and does so by a time."""
        if not self.waiting or self._passed_us is None or self._passed_us + self._wait_us > t_us:
            return None
        self._passed_us, self.waiting = self._passed_us + self._wait_us, False
        return self._passed_us
