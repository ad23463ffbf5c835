"""Key release: when keys come up, given when they go down and for how long a finger would stay.

Rollover follows from a hold that is longer than the spacing to the next key. Fingers mostly lift in
the order in which they struck, seldom leave three keys down, and cannot strike a key that is down.
Shift comes up about when its letter does.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.profile import Profile

_US_PER_S = 1e6
# A finger lifts up to this long before the next one does, where it keeps the order (assumed).
_BEFORE_NEXT_US = 8_000.0
# It needs this part of the spacing to lift and strike the same key again, 20 ms at most where others
# are struck in between (assumed); of doubled letters it is at least .34 in 95 of 100, and the first
# is held for .77 of the usual time (Aalto 136M keystrokes, 47 people, 658 of them).
_LIFT_SHARE, _LIFT_US = 0.25, 20_000.0
_DOUBLED_LIFT_SHARE, _DOUBLED_HOLD = 0.36, 0.77


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Presses:
    """n presses, sequence after sequence.

    Parameters
    ----------
    down_us, up_us : NDArray[np.float64], shape (n,)
        Downs rise within a sequence; ups are where fingers would lift if alone.
    left : NDArray[np.intp], shape (n,)
        How many keys of the sequence follow.
    physical : NDArray[np.int16], shape (n,)
        Number of the physical key, negative where not known.
    letter : NDArray[np.bool_], shape (n,)
        Whether it is known to be a letter.
    shift : NDArray[np.bool_], shape (n,)
        Whether it is a modifier held for what follows.
    capital : NDArray[np.bool_], shape (n,)
        Whether it is known to need Shift.
    lead_us : NDArray[np.float32], shape (n,)
        By how much a modifier comes up before its last key does.
    """

    down_us: NDArray[np.float64]
    up_us: NDArray[np.float64]
    left: NDArray[np.intp]
    physical: NDArray[np.int16]
    letter: NDArray[np.bool_]
    shift: NDArray[np.bool_]
    capital: NDArray[np.bool_]
    lead_us: NDArray[np.float32]


def released_us(
    profile: Profile, presses: Presses, chance: tuple[NDArray[np.float32], NDArray[np.float32]]
) -> NDArray[np.float64]:
    """Return when keys come up.

    Parameters
    ----------
    profile : Profile
        ``keystrokes.out_of_order_kept`` and ``keystrokes.three_down_kept``.
    presses : Presses
    chance : pair of NDArray[np.float32], shape (n,)
        Uniform numbers.

    Returns
    -------
    NDArray[np.float64], shape (n,)
        Microseconds, after the downs.

    Examples
    --------
    >>> from deskhand.behavior_models.profile import load_profile
    >>> never = np.zeros(2, np.bool_)
    >>> twice = Presses(
    ...     down_us=np.array([0.0, 1e5]),
    ...     up_us=np.array([2e5, 1.9e5]),
    ...     left=np.array([1, 0]),
    ...     physical=np.array([3, 3], np.int16),
    ...     letter=np.ones(2, np.bool_),
    ...     shift=never,
    ...     capital=never,
    ...     lead_us=np.zeros(2, np.float32),
    ... )
    >>> half = np.full(2, 0.5, np.float32)
    >>> released_us(load_profile("literature"), twice, (half, half)).tolist()
    [64000.0, 190000.0]
    """
    down_us, left = presses.down_us, presses.left
    up_us = presses.up_us.copy()
    _lift_between_doubled(presses, up_us)
    plain = ~presses.shift
    follows = (left[:-1] > 0) & plain[:-1]
    kept = float(profile["keystrokes", "out_of_order_kept"])
    late = np.flatnonzero((up_us[:-1] > up_us[1:]) & follows & plain[1:] & (chance[0][:-1] >= kept))
    before_us = np.minimum(_BEFORE_NEXT_US * chance[1][late], 0.5 * (up_us - down_us)[late + 1])
    half_us = 0.5 * (up_us[late] + down_us[late])
    up_us[late] = np.maximum(up_us[late + 1] - before_us, np.minimum(half_us, up_us[late]))

    kept = float(profile["keystrokes", "three_down_kept"])
    crowded = (up_us[:-2] > down_us[2:]) & (left[:-2] > 1) & plain[:-2] & (chance[1][:-2] >= kept)
    third = np.flatnonzero(crowded)
    before_us = np.minimum(
        _BEFORE_NEXT_US * chance[0][third], (down_us[third + 2] - down_us[third]) / 4
    )
    up_us[third] = down_us[third + 2] - before_us

    _release_shift(presses, up_us)
    _lift_before_again(presses, up_us)
    return up_us


def _release_shift(presses: Presses, up_us: NDArray[np.float64]) -> None:
    """Write when modifiers come up: near the release of the last key that they are held for."""
    down_us, size = presses.down_us, len(up_us)
    held = np.flatnonzero(presses.shift & (presses.left > 0))
    if not len(held):
        return
    # A key ends the run that Shift is held for when the key after it needs no Shift.
    ends = ~presses.shift
    ends[:-1] &= ~(presses.capital[1:] & presses.capital[:-1] & (presses.left[:-1] > 0))
    ends[-1] = True
    ends |= presses.left == 0
    run_end = np.flatnonzero(ends)
    last = run_end[np.searchsorted(run_end, held + 1)]
    after_us = np.where(presses.left[last] > 0, down_us[np.minimum(last + 1, size - 1)], 0.0)
    # Within the gap to the next key, away from its ends by a fifth (assumed): both downs must find
    # Shift as the text needs it. Where keys are not known nothing is known to be needed.
    needed = presses.capital[last] & (presses.left[last] > 0)
    margin_us = 0.2 * (after_us - down_us[last])
    latest_us = np.where(needed, after_us - margin_us, np.inf)
    earliest_us = np.where(needed, down_us[last] + margin_us, 0.5 * (down_us[last] + down_us[held]))
    wanted_us = up_us[last] - presses.lead_us[held]
    up_us[held] = np.clip(wanted_us, earliest_us, latest_us)


def _lift_between_doubled(presses: Presses, up_us: NDArray[np.float64]) -> None:
    """Let the first of two like letters come up early."""
    same = presses.physical[:-1] == presses.physical[1:]
    first = np.flatnonzero(presses.letter[:-1] & same & (presses.left[:-1] > 0))
    down_us = presses.down_us[first]
    gap_us = presses.down_us[first + 1] - down_us
    hold_us = _DOUBLED_HOLD * (up_us[first] - down_us)
    up_us[first] = down_us + np.minimum(hold_us, (1.0 - _DOUBLED_LIFT_SHARE) * gap_us)


def _lift_before_again(presses: Presses, up_us: NDArray[np.float64]) -> None:
    """Let keys come up before they go down again."""
    down_us, physical = presses.down_us, presses.physical
    lag = 1
    open_ = np.flatnonzero((physical >= 0) & (presses.left > 0))
    while len(open_):
        again = open_ + lag
        over = up_us[open_] > down_us[again] - _LIFT_US
        open_, again = open_[over], again[over]
        same = physical[open_] == physical[again]
        first, second = open_[same], again[same]
        gap_us = down_us[second] - down_us[first]
        latest_us = down_us[second] - np.minimum(_LIFT_SHARE * gap_us, _LIFT_US)
        up_us[first] = np.minimum(up_us[first], latest_us)
        lag += 1
        open_ = open_[~same]
        open_ = open_[presses.left[open_] >= lag]
