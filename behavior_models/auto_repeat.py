"""Auto-repeat: a key that is held sends itself again, which recorders log as presses of their own.

Only runs of one key can hold repeats. How likely a person is to hold the key rather than tap it
depends on how many of the run are left.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.profile import Profile

_US_PER_S = 1e6


def repeated(
    profile: Profile,
    place_in_run: NDArray[np.intp],
    left_in_run: NDArray[np.intp],
    chance: NDArray[np.floating],
) -> NDArray[np.bool_]:
    """Return which presses of runs are repeats that the keyboard sends while a key is held.

    Parameters
    ----------
    profile : Profile
        ``keystrokes.repeat_start``, ``repeat_start_later`` and ``repeat_stay``: by how many keys are
        left in the run, this one included, the chance that the key is held from the press before
        (at the second key of a run, at a later one) and that it stays held.
    place_in_run : NDArray[np.intp], shape (n,)
        Place of each key in its run of the same key, from 0.
    left_in_run : NDArray[np.intp], shape (n,)
        How many keys of the run follow.
    chance : NDArray[np.floating], shape (n,)
        Uniform numbers; 0 where the key is held for certain.

    Returns
    -------
    NDArray[np.bool_], shape (n,)

    Examples
    --------
    >>> from deskhand.behavior_models.profile import load_profile
    >>> place = np.arange(30)
    >>> u = np.full(30, 0.3, np.float32)
    >>> held = repeated(load_profile("literature"), place, place[::-1], u)
    >>> bool(held[0]), bool(held[1:29].all())
    (False, True)
    """

    def by_left(name: str) -> NDArray[Any]:
        upto, value = np.array(profile["keystrokes", name], dtype=float).T
        at = np.minimum(np.searchsorted(upto, left_in_run + 1), len(upto) - 1)
        found: NDArray[np.float64] = value.take(at)
        return found

    start = np.where(place_in_run == 1, by_left("repeat_start"), by_left("repeat_start_later"))
    start[place_in_run == 0] = 0.0
    stay = np.maximum(by_left("repeat_stay"), start)
    # Below `start` the key is held whatever was before, above `stay` it is not; between the two it
    # is what it was. So each key's state is that of the last one that was decided.
    decided = (chance < start) | (chance >= stay) | (place_in_run == 0)
    latest = np.maximum.accumulate(np.where(decided, np.arange(len(chance)), 0))
    held: NDArray[np.bool_] = (chance < start)[latest]
    return held


def repeat_spacing_us(
    profile: Profile,
    again: NDArray[np.bool_],
    person: NDArray[np.float32],
    normal: NDArray[np.float32],
) -> NDArray[np.float64]:
    """Return the spacings before repeats.

    Parameters
    ----------
    profile : Profile
        ``keystrokes.repeat_delay_s`` (mean, SD) and ``repeat_period_s`` (share, lowest, highest).
    again : NDArray[np.bool_], shape (k,)
        Whether the press before is itself a repeat.
    person : NDArray[np.float32], shape (k,)
        A uniform number that is the person's own and picks the period.
    normal : NDArray[np.float32], shape (k,)
        Standard normal numbers.

    Examples
    --------
    >>> from deskhand.behavior_models.profile import load_profile
    >>> again, half = np.array([False, True]), np.full(2, 0.5, np.float32)
    >>> wait = repeat_spacing_us(load_profile("literature"), again, half, np.zeros(2, np.float32))
    >>> bool(wait[0] > 200_000), bool(20_000 < wait[1] < 100_000)
    (True, True)
    """
    mean_s, sd_s = profile["keystrokes", "repeat_delay_s"]
    share, low_s, high_s = np.array(profile["keystrokes", "repeat_period_s"], dtype=float).T
    ends = np.cumsum(share / share.sum())
    kind = np.minimum(np.searchsorted(ends, person), len(ends) - 1)
    within = (person - (ends - share / share.sum())[kind]) / (share / share.sum())[kind]
    period_s = low_s[kind] + (high_s - low_s)[kind] * np.clip(within, 0.0, 1.0)
    wait_s = np.where(again, period_s, float(mean_s) + float(sd_s) * normal)
    return _US_PER_S * np.maximum(wait_s, 0.01)
