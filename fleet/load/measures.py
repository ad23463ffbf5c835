"""What a worker measured, counted from its history little by little while it is written."""

from itertools import pairwise
from typing import Any

import numpy as np

from deskhand.fleet.load.history import History
from deskhand.fleet.load.latency import Latencies
from deskhand.fleet.tables import Outcome


class Measures:
    """Counts of a history's rows.

    Parameters
    ----------
    history : History
    warm_up_s : float
        Latencies leave out what was due before.
    """

    def __init__(self, history: History, warm_up_s: float) -> None:
        self._history, self._warm_up_us = history, warm_up_s * 1e6
        self.from_intent, self.from_send, self.lag = Latencies(), Latencies(), Latencies()
        self.devices: dict[int, int] = {}  # that had an answer, by second
        self._open_seconds: dict[int, set[int]] = {}
        self._retries = 0
        self._outcomes = np.zeros(len(Outcome), np.int64)

    def take(self) -> None:
        """Count the rows since the last time; the sending waits meanwhile."""
        rows = self._history.fresh()
        self._outcomes += np.bincount(rows["outcome"], minlength=len(Outcome))
        self._retries += int(np.count_nonzero(rows["attempt"]))
        # Rows come in the order of their answers, so those of a second stand together.
        second = rows["done_us"] // 1_000_000
        cuts = [0, *(np.flatnonzero(np.diff(second)) + 1).tolist(), len(rows)]
        for first, last in pairwise(cuts):
            if first < last:
                met = self._open_seconds.setdefault(int(second[first]), set())
                met.update(rows["device"][first:last].tolist())
        counted = rows["intended_us"] >= self._warm_up_us
        self.lag.add(rows["lag_us"][counted & (rows["lag_us"] >= 0)])
        counted &= (rows["ours"] == 0) & (rows["bytes_sent"] > 0)
        done_us = rows["done_us"][counted]
        self.from_intent.add(done_us - rows["intended_us"][counted])
        self.from_send.add(done_us - rows["sent_us"][counted])

    def news(self, now_s: float) -> dict[str, Any]:
        """Return what was counted since the last time."""
        outcomes = self._outcomes.tolist()
        retries = self._retries
        self._outcomes[:] = 0
        self._retries = 0
        return {
            "ok": outcomes[Outcome.OK],
            "fail": outcomes[Outcome.FAIL],
            "unknown": outcomes[Outcome.UNKNOWN],
            "retries": retries,
            "devices": self._close_seconds(int(now_s) - 1),
            "recent": self.from_intent.fresh(),
            "lag_p99_us": self.lag.at(99.0),
        }

    def result(self) -> dict[str, Any]:
        """Return all that was counted."""
        self.take()
        self._close_seconds(1 << 40)
        return {
            "from_intent": self.from_intent.counts,
            "from_send": self.from_send.counts,
            "lag": self.lag.counts,
            "devices": self.devices,
        }

    def _close_seconds(self, before: int) -> int:
        """Count the devices of seconds that are over, and return how many these were."""
        total = 0
        for second in [second for second in self._open_seconds if second < before]:
            count = len(self._open_seconds.pop(second))
            self.devices[second] = self.devices.get(second, 0) + count
            total += count
        return total
