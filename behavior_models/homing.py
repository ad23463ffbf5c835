"""The hand's way between keyboard and mouse, and its shaky first motion when it is back on the mouse.

Sources
-------
Card, Moran & Newell 1980: homing takes .4 s. The grip that closes pushes the mouse by some pixels before
any aim (assumed: users of pointer tools ask for it, nobody has published a measurement).
"""

from dataclasses import dataclass
from math import cos, pi, sin
from typing import NamedTuple

from deskhand.behavior_models.personal_spread import PersonalSpread, read_spread
from deskhand.behavior_models.profile import Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class HomingTraits:
    """How a population, or one person of it, returns to the mouse.

    Parameters
    ----------
    time_s : PersonalSpread
        From the last key until the hand holds the mouse, and back.
    push_share : float
        Returns whose grip pushes the mouse.
    push_px, push_s : PersonalSpread
        How far, and how long it takes.
    """

    time_s: PersonalSpread
    push_share: float
    push_px: PersonalSpread
    push_s: PersonalSpread


class Push(NamedTuple):
    """A push of the closing grip, in whole px."""

    dx: float
    dy: float
    duration_s: float


def read_homing(profile: Profile) -> HomingTraits:
    """Return how a profile's population returns to the mouse: its section ``homing``.

    Examples
    --------
    >>> from deskhand.behavior_models.profile import load_profile
    >>> read_homing(load_profile("office")).time_s.median
    0.4
    """
    return HomingTraits(
        time_s=read_spread(profile["homing", "time_s"]),
        push_share=profile["homing", "push_share"],
        push_px=read_spread(profile["homing", "push_px"]),
        push_s=read_spread(profile["homing", "push_s"]),
    )


def own_homing(population: HomingTraits, noise: float) -> HomingTraits:
    """Return how one person returns to the mouse.

    Parameters
    ----------
    population : HomingTraits
        Of whom the person is one.
    noise : float
        The person's standard normal number.
    """
    return HomingTraits(
        time_s=population.time_s.own(noise),
        push_share=population.push_share,
        push_px=population.push_px.own(0.0),
        push_s=population.push_s.own(0.0),
    )


def push_on_return(
    homing: HomingTraits, whether: float, direction: float, noise: tuple[float, float]
) -> Push | None:
    """Return the push of the closing grip, or None.

    Parameters
    ----------
    homing : HomingTraits
        Whose hand.
    whether, direction : float
        Uniform numbers from (0, 1).
    noise : tuple of float, length 2
        Standard normal numbers for reach and duration.

    Examples
    --------
    >>> from deskhand.behavior_models.profile import load_profile
    >>> homing = own_homing(read_homing(load_profile("office")), 0.0)
    >>> push_on_return(homing, 0.0, 0.25, (0.0, 0.0)).dy > 0.0
    True
    """
    if whether >= homing.push_share:
        return None
    reach = homing.push_px.value(noise[0])
    angle = 2.0 * pi * direction
    dx, dy = float(round(reach * cos(angle))), float(round(reach * sin(angle)))
    if dx == 0.0 and dy == 0.0:
        return None
    return Push(dx, dy, homing.push_s.value(noise[1]))
