"""Wheel scrolling: notches in bursts, as the finger flicks and goes back over the wheel.

A reader moves a few notches, looks, and moves on; a seeker flicks as far as the finger reaches.
"""

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.hand_traits import ScrollTraits


def notch_times_s(
    scroll: ScrollTraits, *, reading: bool, noise: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the times of the notches of one scroll, the first at 0.

    Parameters
    ----------
    scroll : ScrollTraits
        Whose finger.
    reading : bool
        Short bursts with a look between them, or long ones in a hurry.
    noise : NDArray[np.float64], shape (notches + 1,)
        Standard normal numbers; the first sets the length of this scroll's bursts. At least 2.

    Returns
    -------
    NDArray[np.float64], shape (notches,)
        Ascending.

    Source
    ------
    Profile section ``wheel``.

    Examples
    --------
    >>> from deskhand.behavior_models.profile import load_profile
    >>> from deskhand.behavior_models.hand_traits import draw_hand
    >>> traits = draw_hand(load_profile("office"), np.random.default_rng(1)).scroll
    >>> notch_times_s(traits, reading=False, noise=np.zeros(4)).round(2).tolist()[0]
    0.0
    """
    usual = scroll.reading_burst_notches if reading else scroll.seeking_burst_notches
    burst = max(1, round(usual * float(np.exp(BURST_LOG_SD * noise[0]))))
    gaps = scroll.notch_gap_s * np.exp(scroll.notch_gap_log_sd * noise[1:])
    pause_s = scroll.reading_pause_s if reading else scroll.seeking_pause_s
    gaps[::burst] = pause_s * np.exp(scroll.pause_log_sd * noise[1::burst])
    gaps[0] = 0.0
    times_s: NDArray[np.float64] = np.maximum(
        gaps, SHORTEST_GAP_S, where=gaps > 0.0, out=gaps
    ).cumsum()
    return times_s


BURST_LOG_SD = 0.5  # assumed: spread of the length of a burst from scroll to scroll
SHORTEST_GAP_S = 0.008  # assumed: a wheel reports no two notches within one poll of 8 ms
