"""Point-and-click movements cut out of a recording: runs of moves that end in a press."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deskhand.calibration.recording import DOWN, MOVE, UP, Recording

# The cut of the reference figures: a run of moves without a gap above 300 ms, at least six of them,
# the last at most half a second before the press, over .08 to 3 s and 20 px or more.
LARGEST_GAP_US = 300_000
LONGEST_DWELL_US = 500_000
SHORTEST_US, LONGEST_US = 80_000, 3_000_000
SHORTEST_PX = 20.0
FEWEST_REPORTS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Movements:
    """Movements of several people, one after another in flat columns.

    Parameters
    ----------
    person : NDArray[np.int32], shape (m,)
        Whose movement.
    count : NDArray[np.int64], shape (m,)
        Reports of each movement; they sum to n.
    t_us : NDArray[np.int64], shape (n,)
        Times since the movement's first report.
    x, y : NDArray[np.float64], shape (n,)
        Reported places in px.
    dwell_us : NDArray[np.int64], shape (m,)
        From the last report to the press, or to the click where a recorder keeps no presses.
    target : NDArray[np.float64], shape (m, 4)
        Centre x, centre y, width and height in px; NaN where not known.
    """

    person: NDArray[np.int32]
    count: NDArray[np.int64]
    t_us: NDArray[np.int64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    dwell_us: NDArray[np.int64]
    target: NDArray[np.float64]

    def __len__(self) -> int:
        """Return the number of movements."""
        return len(self.count)

    @property
    def last(self) -> NDArray[np.int64]:
        """Place of each movement's last report, shape (m,)."""
        return np.cumsum(self.count) - 1

    @property
    def first(self) -> NDArray[np.int64]:
        """Place of each movement's first report, shape (m,)."""
        return np.cumsum(self.count) - self.count

    @property
    def duration_us(self) -> NDArray[np.int64]:
        """Time from first to last report, shape (m,)."""
        return self.t_us[self.last]

    @property
    def distance_px(self) -> NDArray[np.float64]:
        """Distance from the first to the last report, shape (m,)."""
        first, last = self.first, self.last
        return np.hypot(self.x[last] - self.x[first], self.y[last] - self.y[first])

    def take(self, chosen: NDArray[np.integer] | NDArray[np.bool_]) -> "Movements":
        """Return some of the movements, in the order given.

        Parameters
        ----------
        chosen : NDArray of int or bool
            Places of movements, or a mask over all.
        """
        places = np.flatnonzero(chosen) if chosen.dtype == np.bool_ else chosen
        count = self.count[places]
        first = self.first[places]
        rows = np.arange(count.sum()) + np.repeat(first - (np.cumsum(count) - count), count)
        return Movements(
            person=self.person[places],
            count=count,
            t_us=self.t_us[rows],
            x=self.x[rows],
            y=self.y[rows],
            dwell_us=self.dwell_us[places],
            target=self.target[places],
        )


def cut_movements(recording: Recording) -> Movements:
    """Return the point-and-click movements of a recording.

    Parameters
    ----------
    recording : Recording
        Where it holds no presses, the releases are taken for clicks.

    Examples
    --------
    >>> from deskhand.calibration.recording import read_recording
    >>> recording = read_recording(
    ...     {
    ...         "user": ["ann"] * 9,
    ...         "t_s": [0.016 * k for k in range(9)],
    ...         "event": ["move"] * 8 + ["down"],
    ...         "x": [10.0 * k for k in range(9)],
    ...         "y": [0.0] * 9,
    ...     }
    ... )
    >>> movements = cut_movements(recording)
    >>> movements.count.tolist(), movements.distance_px.tolist(), movements.dwell_us.tolist()
    ([8], [70.0], [16000])
    """
    event, t_us, session = recording.event, recording.t_us, recording.session
    moving = event == MOVE
    gap = np.diff(t_us, prepend=t_us[:1])
    starts = np.append(True, session[1:] != session[:-1]) | ~moving
    starts[1:] |= ~moving[:-1]
    starts |= (gap > LARGEST_GAP_US) | (gap < 0)
    place = np.arange(len(event))
    run = np.maximum.accumulate(np.where(starts, place, 0))
    press = np.flatnonzero(event == (DOWN if (event == DOWN).any() else UP))
    press = press[press > 0]
    last = press - 1
    ok = moving[last] & (session[last] == session[press])
    press, last = press[ok], last[ok]
    first = run[last]
    dwell_us = t_us[press] - t_us[last]
    duration_us = t_us[last] - t_us[first]
    distance_px = np.hypot(
        recording.x[last] - recording.x[first], recording.y[last] - recording.y[first]
    )
    ok = (last - first + 1 >= FEWEST_REPORTS) & (dwell_us >= 0) & (dwell_us <= LONGEST_DWELL_US)
    ok &= (duration_us >= SHORTEST_US) & (duration_us <= LONGEST_US)
    # A place that is not a number makes the comparison false, and the movement is left out.
    ok &= distance_px >= SHORTEST_PX
    press, first, last = press[ok], first[ok], last[ok]
    count = (last - first + 1).astype(np.int64)
    rows = np.arange(count.sum()) + np.repeat(first - (np.cumsum(count) - count), count)
    return Movements(
        person=recording.person[press],
        count=count,
        t_us=t_us[rows] - np.repeat(t_us[first], count),
        x=recording.x[rows],
        y=recording.y[rows],
        dwell_us=dwell_us[ok],
        target=recording.target[press],
    )
