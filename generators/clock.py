"""Clocks that stamp events: each rounds down to its grid, and none runs back."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from deskhand.errors import UnknownNameError


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """The grid of a clock, the unit in which its stamps are written, and where both come from."""

    grid_us: int
    unit_us: int
    source: str


CLOCKS = {
    "microsecond": Clock(
        grid_us=1,
        unit_us=1,
        source="Linux input subsystem: an evdev stamp is a timeval in us",
    ),
    "isolated-5us": Clock(
        grid_us=5,
        unit_us=5,
        source="W3C High Resolution Time: 5 us in cross-origin isolated pages",
    ),
    "page-100us": Clock(
        grid_us=100,
        unit_us=100,
        source="W3C High Resolution Time: 100 us in pages that are not isolated",
    ),
    "date-1ms": Clock(
        grid_us=1_000,
        unit_us=1_000,
        source="ECMAScript Date and most loggers: whole ms",
    ),
    "poll-8ms": Clock(
        grid_us=8_000,
        unit_us=1_000,
        source="USB 2.0 interrupt transfers of a low-speed device: 8 ms as hosts round the interval",
    ),
    "tick-15.6ms": Clock(
        grid_us=15_625,
        unit_us=1_000,
        source="Windows system timer without a raised rate: 64 Hz, written in whole ms",
    ),
    "coarse-100ms": Clock(
        grid_us=100_000,
        unit_us=100_000,
        source="browsers with privacy.resistFingerprinting: 100 ms",
    ),
}


def clock(name: str) -> Clock:
    """Return a clock by its name.

    Raises
    ------
    UnknownNameError
        When there is no such clock.

    Examples
    --------
    >>> clock("tick-15.6ms").grid_us
    15625
    """
    if name not in CLOCKS:
        raise UnknownNameError("clock", name, CLOCKS)
    return CLOCKS[name]


def stamp(t_us: NDArray[np.int64], grid_us: ArrayLike, unit_us: ArrayLike = 1) -> NDArray[np.int64]:
    """Return the stamps of times: rounded down to the grid, then to the unit of writing.

    Rounding down keeps order, so ascending times have ascending stamps, with ties on coarse grids.

    Parameters
    ----------
    t_us : NDArray[np.int64], shape (n,)
        Times since an origin on the grid.
    grid_us, unit_us : array_like of int
        One for all, or one a time.

    Examples
    --------
    >>> stamp(np.array([0, 15_624, 15_625, 31_250]), 15_625, 1_000).tolist()
    [0, 0, 15000, 31000]
    """
    grid, unit = np.asarray(grid_us, np.int64), np.asarray(unit_us, np.int64)
    stamped = np.asarray(t_us, np.int64) // grid * grid
    return stamped if (unit == 1).all() else stamped // unit * unit
