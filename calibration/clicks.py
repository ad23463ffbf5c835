"""Clicks, double clicks and drags cut out of a recording: each press with its release."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.press import DOUBLE_CLICK_PX, DOUBLE_CLICK_S
from deskhand.calibration.recording import DOWN, UP, Recording

# A press that is released this far off was a drag; nearer it was a click of an unsteady hand, and
# up to the platforms' drag threshold (4 px) it counts as a click.
DRAG_PX = 20.0
CLICK_PX = 4.0
# A drag has a move or more between press and release.
FEWEST_ROWS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Holds:
    """Presses with their releases, in order of time.

    Parameters
    ----------
    down, up : NDArray[np.int64], shape (n,)
        Rows of press and release in the recording.
    person : NDArray[np.int32], shape (n,)
        Whose.
    hold_s : NDArray[np.float64], shape (n,)
        From press to release.
    moved_px : NDArray[np.float64], shape (n,)
        Distance from press to release.
    gap_s, apart_px : NDArray[np.float64], shape (n,)
        Time and distance from the press before, of the same button and session; infinite where
        there is none.
    """

    down: NDArray[np.int64]
    up: NDArray[np.int64]
    person: NDArray[np.int32]
    hold_s: NDArray[np.floating]
    moved_px: NDArray[np.floating]
    gap_s: NDArray[np.floating]
    apart_px: NDArray[np.floating]

    @property
    def second(self) -> NDArray[np.bool_]:
        """Whether a press is the second of a double click, shape (n,)."""
        click = self.moved_px <= CLICK_PX
        close = (self.gap_s < DOUBLE_CLICK_S) & (self.apart_px <= DOUBLE_CLICK_PX) & click
        close[1:] &= click[:-1]
        # The third press of a triple click follows a second one and starts no pair.
        close[1:] &= ~close[:-1]
        return close

    @property
    def single(self) -> NDArray[np.bool_]:
        """Whether a press is a click on its own, shape (n,)."""
        paired = self.gap_s < DOUBLE_CLICK_S
        paired[:-1] |= paired[1:]
        return (self.moved_px <= CLICK_PX) & ~paired

    @property
    def drag(self) -> NDArray[np.bool_]:
        """Whether a press is a drag, shape (n,)."""
        return (self.moved_px >= DRAG_PX) & (self.up - self.down >= FEWEST_ROWS)


def cut_holds(recording: Recording) -> Holds:
    """Return the presses of a recording whose release follows before the next press.

    Parameters
    ----------
    recording : Recording
        One without presses has none.

    Examples
    --------
    >>> from deskhand.calibration.recording import read_recording
    >>> holds = cut_holds(
    ...     read_recording(
    ...         {
    ...             "user": ["ann"] * 4,
    ...             "t_s": [1.0, 1.08, 1.2, 1.27],
    ...             "event": ["down", "up", "down", "up"],
    ...             "x": [10.0, 10.0, 11.0, 11.0],
    ...             "y": [5.0] * 4,
    ...         }
    ...     )
    ... )
    >>> holds.hold_s.round(3).tolist(), holds.second.tolist()
    ([0.08, 0.07], [False, True])
    """
    event, t_us, session = recording.event, recording.t_us, recording.session
    down, ups = np.flatnonzero(event == DOWN), np.flatnonzero(event == UP)
    if len(down) and len(ups):
        place = np.searchsorted(ups, down)
        up = ups[np.minimum(place, len(ups) - 1)]
        until = np.append(down[1:], len(event))
        whole = (up > down) & (up < until) & (session[up] == session[down])
        whole &= (t_us[up] >= t_us[down]) & np.isfinite(recording.x[down] + recording.x[up])
        down, up = down[whole], up[whole]
    else:
        down = up = down[:0]
    x, y = recording.x, recording.y
    gap_s, apart_px = np.full(len(down), np.inf), np.full(len(down), np.inf)
    if len(down) > 1:
        now, before = down[1:], down[:-1]
        alike = (session[now] == session[before]) & (
            recording.button[now] == recording.button[before]
        )
        gap_s[1:] = np.where(alike, (t_us[now] - t_us[before]) * 1e-6, np.inf)
        apart_px[1:] = np.hypot(x[now] - x[before], y[now] - y[before])
    return Holds(
        down=down,
        up=up,
        person=recording.person[down],
        hold_s=(t_us[up] - t_us[down]) * 1e-6,
        moved_px=np.hypot(x[up] - x[down], y[up] - y[down]),
        gap_s=gap_s,
        apart_px=apart_px,
    )
