"""The parked hand: long still spells, a pixel or three of jitter, and now and then a shift.

A hand that lies on a mouse while its owner reads does not move for seconds. What it then does is a
twitch of the fingers, seldom a new place for the pointer.
"""

from dataclasses import dataclass
from math import cos, pi, sin
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.personal_spread import PersonalSpread, fit_spread, read_spread
from deskhand.behavior_models.profile import Profile
from deskhand.errors import DeskhandError

# Motions up to this size are jitter, those up to the next are shifts; a larger one has an aim.
JITTER_PX, SHIFT_PX = 3.0, 150.0
# A shorter still spell lies between two motions of one bout of activity (assumed).
SHORTEST_STILL_S, LONGEST_STILL_S = 1.0, 120.0
FEWEST_MOTIONS = 30
# Web survey, 61 people: three of four motions of at most 3 px are a single report.
JITTER_S = 0.017


@dataclass(frozen=True, slots=True, kw_only=True)
class IdleTraits:
    """How a population, or one person of it, keeps the hand still.

    Parameters
    ----------
    still_s : PersonalSpread
        From one motion of the resting hand to the next.
    jitter_share : float
        Motions that are jitter; the others are shifts.
    jitter_px : tuple of float, length 3
        Shares of jitters of 1, 2 and 3 px.
    shift_px, shift_s : PersonalSpread
        Reach and duration of a shift.
    """

    still_s: PersonalSpread
    jitter_share: float
    jitter_px: tuple[float, ...]
    shift_px: PersonalSpread
    shift_s: PersonalSpread


class IdleMotion(NamedTuple):
    """A motion of a resting hand, in whole px."""

    duration_us: int
    dx: float
    dy: float


def read_idle(profile: Profile) -> IdleTraits:
    """Return how a profile's population keeps the hand still: its section ``idle``.

    Examples
    --------
    >>> from deskhand.behavior_models.profile import load_profile
    >>> read_idle(load_profile("office")).still_s.median > 0.3
    True
    """
    return IdleTraits(
        still_s=read_spread(profile["idle", "still_s"]),
        jitter_share=profile["idle", "jitter_share"],
        jitter_px=tuple(profile["idle", "jitter_px"]),
        shift_px=read_spread(profile["idle", "shift_px"]),
        shift_s=read_spread(profile["idle", "shift_s"]),
    )


def own_idle(population: IdleTraits, noise: float) -> IdleTraits:
    """Return how one person keeps the hand still.

    Parameters
    ----------
    population : IdleTraits
        Of whom the person is one.
    noise : float
        The person's standard normal number: a calm hand makes smaller shifts.
    """
    return IdleTraits(
        still_s=population.still_s.own(noise),
        jitter_share=population.jitter_share,
        jitter_px=population.jitter_px,
        shift_px=population.shift_px.own(-noise),
        shift_s=population.shift_s.own(0.0),
    )


def idle_motion(
    idle: IdleTraits, noise: tuple[float, float], uniform: tuple[float, float, float]
) -> IdleMotion:
    """Return one motion of a resting hand; `IdleTraits.still_s` tells when it comes.

    Parameters
    ----------
    idle : IdleTraits
        Whose hand.
    noise : tuple of float, length 2
        Standard normal numbers: reach, duration.
    uniform : tuple of float, length 3
        Uniform numbers: jitter or shift, which jitter, direction.

    Examples
    --------
    >>> from deskhand.behavior_models.profile import load_profile
    >>> idle = own_idle(read_idle(load_profile("office")), 0.0)
    >>> idle_motion(idle, (0.0, 0.0), (0.0, 0.0, 0.0)).dx
    1.0
    """
    if uniform[0] < idle.jitter_share:
        one, two, three = idle.jitter_px
        at = uniform[1] * (one + two + three)
        reach, lasts_s = (1.0 if at < one else 2.0 if at < one + two else 3.0), JITTER_S
    else:
        reach, lasts_s = idle.shift_px.value(noise[0]), idle.shift_s.value(noise[1])
    angle = 2.0 * pi * uniform[2]
    dx, dy = float(round(reach * cos(angle))), float(round(reach * sin(angle)))
    return IdleMotion(round(lasts_s * 1e6), dx, dy)


def fit_idle(
    still_s: NDArray[np.floating],
    reach_px: NDArray[np.floating],
    duration_s: NDArray[np.floating],
    person: NDArray[np.integer],
    source: str,
) -> dict[str, Any]:
    """Return the profile entries of the resting hand.

    Parameters
    ----------
    still_s : NDArray[np.float64], shape (n,)
        Still time before each motion that no press follows; those below 1 s are left out.
    reach_px, duration_s : NDArray[np.float64], shape (n,)
        The motion's largest distance from where the hand rested, and how long it took.
    person : NDArray of int, shape (n,)
        Whose.
    source : str
        Where the data are from.

    Returns
    -------
    dict
        Entries of the section ``idle``.

    Raises
    ------
    DeskhandError
        When there are fewer than 30 such motions, or fewer than three people with eight.
    """
    idle = (still_s >= SHORTEST_STILL_S) & (still_s <= LONGEST_STILL_S)
    idle &= (reach_px >= 0.5) & (reach_px <= SHIFT_PX)
    if idle.sum() < FEWEST_MOTIONS:
        raise DeskhandError(
            f"{int(idle.sum())} motions of resting hands: at least {FEWEST_MOTIONS} are needed."
        )
    reach, who = reach_px[idle], person[idle]
    jitter = reach <= JITTER_PX + 0.5
    sizes = np.bincount(np.clip(np.rint(reach[jitter]).astype(int), 1, 3), minlength=4)[1:]
    still = fit_spread(still_s[idle], who, least=SHORTEST_STILL_S, most=LONGEST_STILL_S)
    shift = fit_spread(reach[~jitter], who[~jitter], least=JITTER_PX, most=SHIFT_PX)
    lasts = fit_spread(duration_s[idle][~jitter], who[~jitter], least=JITTER_S, most=2.0)

    def entry(value: Any, what: str) -> dict[str, Any]:
        return {"value": value, "source": f"{source}: {what}"}

    return {
        "still_s": entry(still.as_value(), "still time before a motion that no press follows"),
        "jitter_share": entry(round(float(jitter.mean()), 3), "of them those of at most 3 px"),
        "jitter_px": entry(
            [round(float(share), 3) for share in sizes / max(sizes.sum(), 1)],
            "sizes 1, 2 and 3 px of those",
        ),
        "shift_px": entry(shift.as_value(), "reach of the larger ones, up to 150 px"),
        "shift_s": entry(lasts.as_value(), "duration of the larger ones"),
    }
