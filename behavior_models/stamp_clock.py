"""Stamp clock: keyboards are polled and timers tick, so key stamps lie on a grid, some a bit late."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.typist_traits import TypistTraits

_LATE_US = 1_000
_PATTERN = 4_096  # a power of two, so that a tick finds its place by its last bits


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StampClock:
    """The clock that stamps one person's keys in one session.

    Parameters
    ----------
    grid_us : int
        Period of the clock.
    late : ndarray of bool, shape (4096,)
        Which ticks are stamped a millisecond late. Lateness belongs to the tick and is shorter
        than the period, so stamps never change the order of times.

    Source
    ------
    Of volunteers' key stamps most lie on a grid of 1 or 8 ms, some on about 16 ms, a few per cent
    of them a millisecond late; shares: profile, ``keyboard.clock_us`` and ``keyboard.clock_late``.
    """

    grid_us: int
    late: NDArray[np.bool_]

    def stamp(
        self, t_us: NDArray[np.float64], origin_us: NDArray[np.int64] | int = 0
    ) -> NDArray[np.int64]:
        """Return the stamps of times.

        Parameters
        ----------
        t_us : ndarray, shape (n,)
            Microseconds since an origin on the grid.
        origin_us : int or ndarray of int64, shape (n,)
            That origin; it only picks other ticks to be late.

        Examples
        --------
        >>> clock = StampClock(grid_us=8_000, late=np.zeros(4096, dtype=bool))
        >>> clock.stamp(np.array([7_999.0, 8_000.0, 17_000.5])).tolist()
        [0, 8000, 16000]
        """
        ticks = np.floor(t_us / self.grid_us).astype(np.int64)
        stamps = ticks * self.grid_us
        if self.grid_us > _LATE_US:
            ticks += origin_us
            ticks &= _PATTERN - 1
            stamps += _LATE_US * self.late[ticks]
        return stamps


def stamp_clock(traits: TypistTraits, rng: np.random.Generator) -> StampClock:
    """Return a person's clock with the ticks that come late in one session."""
    share = float(traits.profile["keyboard", "clock_late"])
    return StampClock(grid_us=traits.clock_us, late=rng.random(_PATTERN) < share)
