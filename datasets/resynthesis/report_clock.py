"""The clock of a capture's own recorder, taken from the intervals between its reports."""

import numpy as np
from numpy.typing import NDArray

from deskhand.datasets.resynthesis.session_rows import SessionRows
from deskhand.keyed_draws import Keys, uniforms

# Longer intervals are rests of the hand, not of the recorder. Assumed: six frames of 60 Hz.
REST_US = 100_000
# A capture with fewer intervals does not tell its clock; then reports are 8 ms apart, as those of a
# mouse at 125 Hz are (USB HID, the usual polling rate).
FEWEST, USUAL_US = 20, 8_000


def own_intervals_us(rows: SessionRows) -> NDArray[np.int64]:
    """Return the intervals between reports in movements, in the order of the capture.

    Examples
    --------
    >>> import deskhand
    >>> session = deskhand.simulate("auth.login", seed=7)
    >>> bool(np.median(own_intervals_us(SessionRows(session))) < 20_000)
    True
    """
    moves = rows.is_kind("pointermove")
    hands = np.flatnonzero(rows.by_hand)
    both = moves[hands][1:] & moves[hands][:-1]
    gaps_us = np.diff(rows.t_us[hands])[both]
    gaps_us = gaps_us[(gaps_us > 0) & (gaps_us < REST_US)]
    if len(gaps_us) >= FEWEST:
        return gaps_us
    return np.full(FEWEST, max(USUAL_US, rows.tick_us))


def clock_times_us(
    intervals_us: NDArray[np.int64], duration_us: NDArray[np.int64], key: Keys
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return when a recorder with such intervals reports during movements.

    Parameters
    ----------
    intervals_us : NDArray[np.int64], shape (k,)
        Taken in their order from a place that is drawn, and from the start again.
    duration_us : NDArray[np.int64], shape (m,)
    key : NDArray[np.uint64], shape (m,)

    Returns
    -------
    count : NDArray[np.int64], shape (m,)
        At least 1.
    t_us : NDArray[np.int64], shape (n,)
        Since the movement's start, which is no report; the last is the movement's end.

    Examples
    --------
    >>> from deskhand.keyed_draws import keys
    >>> one = keys(7, "movement", [0])
    >>> count, t_us = clock_times_us(np.array([8_000]), np.array([30_000]), one)
    >>> count.tolist(), t_us.tolist()
    ([4], [8000, 16000, 24000, 30000])
    """
    k = len(intervals_us)
    total_us = int(intervals_us.sum())
    turns = int(duration_us.max(initial=0)) // max(total_us, 1) + 2
    clock_us = np.append(0, np.cumsum(np.tile(intervals_us, turns + 1)))
    offset = (uniforms(key, 0) * k).astype(np.intp)
    until = np.searchsorted(clock_us, clock_us[offset] + duration_us, side="left")
    count = np.maximum(until - offset, 1)
    row = np.repeat(np.arange(len(count)), count)
    place = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    t_us = clock_us[offset[row] + place + 1] - clock_us[offset[row]]
    return count, np.minimum(t_us, duration_us[row])
