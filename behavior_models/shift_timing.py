"""Shift timing: Shift goes down before its letter and comes up near the letter's release.

It comes up before the letter does somewhat more often than after it.
"""

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.keyboard_layout import KeyboardLayout
from deskhand.behavior_models.stamp_clock import StampClock
from deskhand.behavior_models.typist_traits import TypistTraits

_US_PER_S = 1e6


def shift_runs(
    tokens: NDArray[np.uint8], layout: KeyboardLayout
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the places of the Shift keys and of the last key that each one shifts.

    A Shift key that shifts nothing is left out.

    Examples
    --------
    >>> from deskhand.behavior_models.keyboard_layout import load_layout
    >>> layout = load_layout("qwerty-us")
    >>> tokens = np.frombuffer(layout.with_shift(b"an ABC"), np.uint8)
    >>> [places.tolist() for places in shift_runs(tokens, layout)]
    [[3], [6]]
    """
    shifts = np.flatnonzero((tokens == layout.shift_left) | (tokens == layout.shift_right))
    plain = np.append(np.flatnonzero(~layout.shifted[tokens]), len(tokens))
    last = plain[np.searchsorted(plain, shifts + 1)] - 1
    shifting = last > shifts
    return shifts[shifting], last[shifting]


def shift_releases_us(
    traits: TypistTraits,
    down_us: NDArray[np.int64],
    up_us: NDArray[np.float64],
    next_down_us: NDArray[np.int64] | NDArray[np.float64],
    log_odds: NDArray[np.float64],
    clock: StampClock,
) -> NDArray[np.int64]:
    """Return when Shift keys come up.

    Parameters
    ----------
    traits : TypistTraits
        The person; profile ``keyboard.shift_release``.
    down_us, up_us : ndarray, shape (n,)
        Of the last key that each Shift shifts; downs as stamped.
    next_down_us : ndarray, shape (n,)
        When the key after it goes down, which Shift must not shift.
    log_odds : ndarray, shape (n,)
        Standard logistic numbers.
    clock : StampClock
        What stamps them; times are since an origin on its grid.

    Returns
    -------
    ndarray of int64, shape (n,)
        Microseconds, after the last shifted key's down and before the next key's.

    Examples
    --------
    >>> from deskhand.behavior_models.profile import load_profile
    >>> from deskhand.behavior_models.typist_traits import draw_typist
    >>> from deskhand.behavior_models.stamp_clock import stamp_clock
    >>> from deskhand.streams import stream
    >>> person = draw_typist(load_profile("office"), stream(7, "doctest"))
    >>> down, up, after = np.array([0]), np.array([9e4]), np.array([8e4])
    >>> clock = stamp_clock(person, stream(7, "doctest.clock"))
    >>> up = shift_releases_us(person, down, up, after, np.array([-9.0]), clock)
    >>> bool(0 < up[0] < 80_000)
    True
    """
    median_s, scale_s = traits.profile["keyboard", "shift_release"]
    release_us = up_us - _US_PER_S * (float(median_s) + float(scale_s) * log_odds)
    # Within the gap to the next key, away from its ends by a fifth (assumed): both downs must
    # find Shift as the text needs it.
    margin_us = 0.2 * (next_down_us - down_us)
    release_us = np.clip(release_us, down_us + margin_us, next_down_us - margin_us)
    stamps = clock.stamp(release_us)
    # A coarse clock may put the release on the tick of a key's down; then it keeps its time.
    return np.where(
        (stamps > down_us) & (stamps < next_down_us), stamps, release_us.astype(np.int64)
    )
