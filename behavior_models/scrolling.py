"""Wheel scrolling: notches in bursts, as the finger flicks and goes back over the wheel.

A reader moves a few notches, looks, and moves on; a seeker flicks as far as the finger reaches, runs
past the place at times, and comes back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.personal_spread import PersonalSpread, fit_spread, read_spread
from deskhand.behavior_models.profile import Profile
from deskhand.errors import DeskhandError

SHORTEST_GAP_S = 0.008  # assumed: a wheel reports no two notches within one poll of 8 ms
# Notches of one burst follow each other within this time: the intervals of Balabit (35,066 notches)
# have a gap there. A burst that the next one follows within a second is part of a search.
BURST_GAP_S = 0.3
SEEKING_PAUSE_S = 1.0
# A look between two bursts that lasts longer ends the scroll. Assumed.
LONGEST_LOOK_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ScrollTraits:
    """How a population, or one person of it, turns the wheel.

    Parameters
    ----------
    reading_burst_notches, seeking_burst_notches : PersonalSpread
        Notches of one burst.
    notch_gap_s : PersonalSpread
        From notch to notch within a burst.
    reading_pause_s, seeking_pause_s : PersonalSpread
        From burst to burst.
    reversal_share : float
        Searches that run past their place and come back.
    settle_s : float
        From the last notch until the page is at rest.
    frame_s : float
        From a notch to the moved page.
    """

    reading_burst_notches: PersonalSpread
    seeking_burst_notches: PersonalSpread
    notch_gap_s: PersonalSpread
    reading_pause_s: PersonalSpread
    seeking_pause_s: PersonalSpread
    reversal_share: float
    settle_s: float
    frame_s: float


def read_scroll(profile: Profile) -> ScrollTraits:
    """Return how a profile's population turns the wheel: its section ``wheel``.

    Examples
    --------
    >>> from deskhand.behavior_models.profile import load_profile
    >>> read_scroll(load_profile("office")).reading_burst_notches.median
    3.0
    """

    def spread(name: str) -> PersonalSpread:
        return read_spread(profile["wheel", name])

    return ScrollTraits(
        reading_burst_notches=spread("reading_burst_notches"),
        seeking_burst_notches=spread("seeking_burst_notches"),
        notch_gap_s=spread("notch_gap_s"),
        reading_pause_s=spread("reading_pause_s"),
        seeking_pause_s=spread("seeking_pause_s"),
        reversal_share=profile["wheel", "reversal_share"],
        settle_s=profile["wheel", "settle_s"],
        frame_s=profile["wheel", "frame_s"],
    )


def own_scroll(population: ScrollTraits, noise: float) -> ScrollTraits:
    """Return how one person turns the wheel.

    Parameters
    ----------
    population : ScrollTraits
        Of whom the person is one.
    noise : float
        The person's standard normal number: who is slow from notch to notch is so from burst to
        burst, and turns fewer notches in one.
    """
    return ScrollTraits(
        reading_burst_notches=population.reading_burst_notches.own(-noise),
        seeking_burst_notches=population.seeking_burst_notches.own(-noise),
        notch_gap_s=population.notch_gap_s.own(noise),
        reading_pause_s=population.reading_pause_s.own(noise),
        seeking_pause_s=population.seeking_pause_s.own(noise),
        reversal_share=population.reversal_share,
        settle_s=population.settle_s,
        frame_s=population.frame_s,
    )


def notch_times_s(
    scroll: ScrollTraits, *, reading: bool, noise: tuple[Sequence[float], Sequence[float]]
) -> list[float]:
    """Return the times of the notches of one scroll, the first at 0.

    Parameters
    ----------
    scroll : ScrollTraits
        Whose finger.
    reading : bool
        Short bursts with a look between them, or long ones in a hurry.
    noise : pair of sequences of float, length n each
        Standard normal numbers, for the intervals and for the lengths of bursts.

    Returns
    -------
    list of float, length n
        Ascending.

    Source
    ------
    Profile section ``wheel``.

    Examples
    --------
    >>> from deskhand.behavior_models.profile import load_profile
    >>> traits = own_scroll(read_scroll(load_profile("office")), 0.0)
    >>> notch_times_s(traits, reading=False, noise=([0.0] * 3, [0.0] * 3))[0]
    0.0
    """
    gap = scroll.notch_gap_s
    length = scroll.reading_burst_notches if reading else scroll.seeking_burst_notches
    pause = scroll.reading_pause_s if reading else scroll.seeking_pause_s
    lengths = (max(round(length.value(one)), 1) for one in noise[1])
    at_s, next_burst, times_s = 0.0, next(lengths), [0.0]
    # Most scrolls have a few notches, for which plain floats are quicker than arrays.
    for place, one in enumerate(noise[0][1:], 1):
        spread = gap
        if place == next_burst:
            next_burst += next(lengths)
            spread = pause
        at_s += max(spread.value(one), SHORTEST_GAP_S)
        times_s.append(at_s)
    return times_s


def fit_wheel(
    gap_s: NDArray[np.floating],
    direction: NDArray[np.integer],
    person: NDArray[np.integer],
    source: str,
    *,
    batched: bool = False,
) -> dict[str, Any]:
    """Return the profile entries of the wheel.

    Parameters
    ----------
    gap_s : NDArray[np.float64], shape (n,)
        For each notch the time since the one before; infinite at the start of a session.
    direction : NDArray of int, shape (n,)
        Of each notch, 1 down and -1 up.
    person : NDArray of int, shape (n,)
        Whose; a person's notches stand together, in order of time.
    source : str
        Where the data are from.
    batched : bool
        Whether the recorder delivers notches in bundles; then nothing is said of their intervals.

    Returns
    -------
    dict
        Entries of the section ``wheel``; what the data cannot tell is left out.

    Raises
    ------
    DeskhandError
        When fewer than three people scroll.
    """
    if not len(gap_s):
        raise DeskhandError("there is no notch to fit; give the notches of at least three people.")
    turned = np.append(True, direction[1:] != direction[:-1])
    other = np.append(True, person[1:] != person[:-1])
    starts = np.flatnonzero((gap_s > BURST_GAP_S) | turned | other)
    notches = np.diff(np.append(starts, len(gap_s))).astype(np.float64)
    whose, pause_s = person[starts], np.where(other[starts], np.inf, gap_s[starts])
    sought = (pause_s > BURST_GAP_S) & (pause_s <= SEEKING_PAUSE_S) & ~turned[starts]
    looked = (pause_s > SEEKING_PAUSE_S) & (pause_s <= LONGEST_LOOK_S)
    # A burst belongs to a search when another of the same direction comes hard before or after it.
    seeking = sought.copy()
    seeking[:-1] |= sought[1:]
    soon = (pause_s <= LONGEST_LOOK_S) & (pause_s > 0.0)
    back = float(turned[starts][soon & ~other[starts]].mean()) if soon.any() else 0.0

    def entry(value: Any, what: str) -> dict[str, Any]:
        return {"value": value, "source": f"{source}: {what}"}

    found = {
        "reading_burst_notches": entry(
            fit_spread(notches[~seeking], whose[~seeking]).as_value(),
            "notches of a burst with no other of its direction within a second",
        ),
        "seeking_burst_notches": entry(
            fit_spread(notches[seeking], whose[seeking]).as_value(),
            "notches of a burst with another of its direction within a second",
        ),
        "seeking_pause_s": entry(
            fit_spread(pause_s[sought], whose[sought], most=SEEKING_PAUSE_S).as_value(),
            "from burst to burst of one direction, .3 to 1 s",
        ),
        "reading_pause_s": entry(
            fit_spread(pause_s[looked], whose[looked], most=LONGEST_LOOK_S).as_value(),
            "from burst to burst, 1 to 5 s",
        ),
        "reversal_share": entry(round(back, 3), "bursts that turn back within 5 s"),
    }
    if not batched:
        within = gap_s <= BURST_GAP_S
        gap = fit_spread(gap_s[within & ~turned], person[within & ~turned], most=BURST_GAP_S)
        found["notch_gap_s"] = entry(gap.as_value(), "from notch to notch within a burst")
    return found
