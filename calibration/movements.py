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
    first, last, press = _runs(recording)
    pressed = press >= 0
    return _cut(recording, first[pressed], last[pressed], press[pressed])


def cut_rests(recording: Recording) -> Movements:
    """Return the movements that end in a rest of the hand instead of a press; dwells are -1."""
    first, last, press = _runs(recording)
    resting = press < 0
    return _cut(recording, first[resting], last[resting], press[resting])


def _runs(
    recording: Recording,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return first and last row of each run of moves, and the row of its press, -1 for none."""
    event, t_us, session = recording.event, recording.t_us, recording.session
    moving = event == MOVE
    gap = np.diff(t_us, prepend=t_us[:1])
    breaks = np.append(True, session[1:] != session[:-1]) | ~moving
    breaks[1:] |= ~moving[:-1]
    breaks |= (gap > LARGEST_GAP_US) | (gap < 0)
    first = np.flatnonzero(breaks & moving)
    bounds = np.append(np.flatnonzero(breaks), len(event))
    last = bounds[np.searchsorted(bounds, first, side="right")] - 1
    after = np.minimum(last + 1, len(event) - 1)
    clicks = DOWN if (event == DOWN).any() else UP
    dwell_us = t_us[after] - t_us[last]
    pressed = (after > last) & (event[after] == clicks) & (session[after] == session[last])
    pressed &= (dwell_us >= 0) & (dwell_us <= LONGEST_DWELL_US)
    return first, last, np.where(pressed, after, -1)


def _cut(
    recording: Recording,
    first: NDArray[np.int64],
    last: NDArray[np.int64],
    press: NDArray[np.int64],
) -> Movements:
    x, y, t_us = recording.x, recording.y, recording.t_us
    duration_us = t_us[last] - t_us[first]
    ok = last - first + 1 >= FEWEST_REPORTS
    ok &= (duration_us >= SHORTEST_US) & (duration_us <= LONGEST_US)
    ok &= recording.placed(first, last)
    ok &= np.hypot(x[last] - x[first], y[last] - y[first]) >= SHORTEST_PX
    first, last, press = first[ok], last[ok], press[ok]
    count = last - first + 1
    rows = np.arange(count.sum()) + np.repeat(first - (np.cumsum(count) - count), count)
    pressed = press >= 0
    return Movements(
        person=recording.person[first],
        count=count,
        t_us=t_us[rows] - np.repeat(t_us[first], count),
        x=x[rows],
        y=y[rows],
        dwell_us=np.where(pressed, t_us[press] - t_us[last], -1),
        target=np.where(pressed[:, np.newaxis], recording.target[press], np.nan),
    )
