"""The hand's way between keyboard and mouse, and its shaky first motion when it is back on the mouse.

Sources
-------
Card, Moran & Newell 1980: homing takes .4 s. The grip that closes pushes the mouse by some pixels before
any aim (assumed: users of pointer tools ask for it, nobody has published a measurement).
"""

from dataclasses import dataclass
from math import cos, pi, sin
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.personal_spread import PersonalSpread, fit_spread, read_spread
from deskhand.behavior_models.profile import Profile
from deskhand.keyed_draws import Keys, normals

# A longer time holds a thought as well. Assumed.
LONGEST_HOMING_S = 2.0
FEWEST_PUSHES = 30

_TIME = 68


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


def homing_times_us(population: HomingTraits, person_key: Keys, key: Keys) -> NDArray[np.int64]:
    """Return the times of many ways between keyboard and mouse.

    Parameters
    ----------
    population : HomingTraits
        Of whom the people are drawn.
    person_key, key : NDArray[np.uint64], shape (n,)
        Keys of each way's person and of the way.

    Returns
    -------
    NDArray[np.int64], shape (n,)

    Examples
    --------
    >>> from deskhand.behavior_models.profile import load_profile
    >>> from deskhand.keyed_draws import keys
    >>> homing = read_homing(load_profile("office"))
    >>> many = homing_times_us(homing, keys(7, "who", range(999)), keys(7, "way", range(999)))
    >>> bool(350_000 < np.median(many) < 450_000)
    True
    """
    time_s = population.time_s.values(normals(person_key, _TIME), normals(key, _TIME))
    return np.rint(time_s * 1e6).astype(np.int64)


def fit_homing(
    time_s: NDArray[np.floating],
    push_px: NDArray[np.floating],
    push_s: NDArray[np.floating],
    person: NDArray[np.integer],
    source: str,
) -> dict[str, Any]:
    """Return the profile entries of homing.

    Parameters
    ----------
    time_s : NDArray[np.float64], shape (n,)
        From the last key to the first motion of the mouse; those above 2 s hold a thought as well
        and are left out.
    push_px, push_s : NDArray[np.float64], shape (n,)
        Reach and duration of a first motion that rests before the aim begins; 0 where there is none.
    person : NDArray of int, shape (n,)
        Whose.
    source : str
        Where the data are from.

    Returns
    -------
    dict
        Entries of the section ``homing``; those of the push only where 30 or more were seen.
    """
    time = fit_spread(time_s, person, most=LONGEST_HOMING_S)
    found: dict[str, Any] = {"time_s": (time.as_value(), "last key to first motion, up to 2 s")}
    pushed = push_px >= 0.5
    if pushed.sum() >= FEWEST_PUSHES:
        reach = fit_spread(push_px[pushed], person[pushed], least=1.0)
        lasts = fit_spread(push_s[pushed], person[pushed])
        found |= {
            "push_share": (round(float(pushed.mean()), 3), "ways that start with a short motion"),
            "push_px": (reach.as_value(), "its reach"),
            "push_s": (lasts.as_value(), "its duration"),
        }
    return {
        name: {"value": value, "source": f"{source}: {what}"}
        for name, (value, what) in found.items()
    }
