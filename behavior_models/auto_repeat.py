"""Auto-repeat: a key that is held sends itself again, which recorders log as presses of their own.

Only runs of one key can hold repeats. How likely a person is to hold the key rather than tap it
depends on how many of the run are left.
"""

from collections.abc import Sequence
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
    person: tuple[NDArray[np.float32], ...],
    normal: NDArray[np.float32],
    chance: tuple[NDArray[np.float32], NDArray[np.float32]],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the spacings before repeats, and the period in which they come.

    Parameters
    ----------
    profile : Profile
        ``keystrokes.repeat_delay_s`` and ``repeat_period_s`` (people's: share, lowest, highest),
        ``repeat_scatter_s`` (SD of a delay), ``repeat_jitter_s`` (people's mean lateness of a
        repeat, which the next one does not share: share, lowest, highest) and ``repeat_slip``
        (share of repeats that come a tick of a timer late, and the tick in s).
    again : NDArray[np.bool_], shape (k,)
        Whether the press before is itself a repeat.
    person : three of NDArray[np.float32], shape (k,)
        Uniform numbers that are the person's own and pick delay, period and jitter.
    normal : NDArray[np.float32], shape (k,)
        Standard normal numbers.
    chance : pair of NDArray[np.float32], shape (k,)
        Uniform numbers.

    Returns
    -------
    (NDArray[np.float64], NDArray[np.float64]), shape (k,) each
        Microseconds.

    Examples
    --------
    >>> from deskhand.behavior_models.profile import load_profile
    >>> again, half = np.array([False, True]), np.full(2, 0.5, np.float32)
    >>> none = np.zeros(2, np.float32)
    >>> wait, _ = repeat_spacing_us(
    ...     load_profile("literature"), again, (half,) * 3, none, (half, half)
    ... )
    >>> bool(wait[0] > 200_000), bool(20_000 < wait[1] < 100_000)
    (True, True)
    """
    delay_s = _of_people(profile["keystrokes", "repeat_delay_s"], person[0])
    period_s = _of_people(profile["keystrokes", "repeat_period_s"], person[1])
    slips, tick_s = (float(value) for value in profile["keystrokes", "repeat_slip"])
    scatter_s = float(profile["keystrokes", "repeat_scatter_s"])
    late_s = -_of_people(profile["keystrokes", "repeat_jitter_s"], person[2]) * np.log(chance[1])
    late_s[~again] = 0.0
    late_s[1:] -= np.where(again[1:], late_s[:-1], 0.0)
    wait_s = np.where(
        again, period_s + tick_s * (chance[0] < slips) + late_s, delay_s + scatter_s * normal
    )
    return _US_PER_S * np.maximum(wait_s, 0.01), _US_PER_S * period_s


def _of_people(
    classes: Sequence[Sequence[float]], person: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Return people's numbers: a class by its share, and a place between its lowest and highest."""
    share, low, high = np.array(classes, dtype=float).T
    share = share / share.sum()
    ends = np.cumsum(share)
    kind = np.minimum(np.searchsorted(ends, person), len(ends) - 1)
    within = (person - (ends - share)[kind]) / share[kind]
    found: NDArray[np.float64] = low[kind] + (high - low)[kind] * np.clip(within, 0.0, 1.0)
    return found
