"""The steering law: how long a pointer takes along a tunnel, and through a menu and its submenu.

Sources
-------
Accot & Zhai 1997: T = a + b x integral of ds / W(s) along the path; a tunnel of one width has the index
of difficulty length / width. Wang, Zhao, Zhou, Ren & Bi 2021: the standard deviation of T grows with
the index, and skewed laws such as the lognormal fit its scatter.
"""

from dataclasses import dataclass, replace
from math import exp

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.profile import Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class SteeringTraits:
    """How a hand steers.

    Parameters
    ----------
    intercept_s, slope_s : float
        a and b of the law.
    log_sd : float
        Scatter of ln T.
    excursion_share : float
        Of passages of difficulty 10 the share that leave the tunnel; it grows in proportion.
    re_entry_s : float
        Time that coming back costs.
    """

    intercept_s: float
    slope_s: float
    log_sd: float
    excursion_share: float
    re_entry_s: float


def read_steering(profile: Profile) -> SteeringTraits:
    """Return how a profile's population steers: its section ``steering``.

    Examples
    --------
    >>> from deskhand.behavior_models.profile import load_profile
    >>> read_steering(load_profile("office")).slope_s > 0.0
    True
    """
    names = ("intercept_s", "slope_s", "log_sd", "excursion_share", "re_entry_s")
    return SteeringTraits(**{name: float(profile["steering", name]) for name in names})


def own_steering(steering: SteeringTraits, tempo: float) -> SteeringTraits:
    """Return how one person of a population steers, given the factor on the person's times."""
    return replace(
        steering,
        intercept_s=steering.intercept_s * tempo,
        slope_s=steering.slope_s * tempo,
    )


def steering_time_s(steering: SteeringTraits, index: float, noise: float) -> float:
    """Return how long one passage takes.

    Parameters
    ----------
    steering : SteeringTraits
        Whose hand.
    index : float
        Index of difficulty.
    noise : float
        A standard normal number.
    """
    sd = steering.log_sd
    mean_s = steering.intercept_s + steering.slope_s * index
    # The law is of the mean, so the mean of the lognormal factor has to be 1.
    return mean_s * exp(sd * noise - 0.5 * sd * sd)


def tunnel_time_s(
    steering: SteeringTraits, length_px: float, width_px: float, noise: float
) -> float:
    """Return what a tunnel adds to an aim at a target inside it: the law without its intercept.

    Parameters
    ----------
    steering : SteeringTraits
        Whose hand.
    length_px, width_px : float
        Of the tunnel up to the target; the width is positive.
    noise : float
        A standard normal number.

    Source
    ------
    Ahlström 2005, "Modeling and improving selection in cascading pull-down menus using Fitts' law, the
    steering law and force fields": the time in a menu is the sum of Fitts' law for reaching an item
    and of the steering law for the way. That the start is paid once is assumed.

    Examples
    --------
    >>> from deskhand.behavior_models.profile import load_profile
    >>> steering = read_steering(load_profile("office"))
    >>> long_s, short_s = (tunnel_time_s(steering, px, 160.0, 0.0) for px in (480.0, 160.0))
    >>> round(long_s / short_s, 6)
    3.0
    """
    return steering_time_s(replace(steering, intercept_s=0.0), length_px / width_px, noise)


def excursion_share(steering: SteeringTraits, index: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the share of passages that leave their tunnel, at most a half."""
    share: NDArray[np.float64] = np.minimum(steering.excursion_share * index / 10.0, 0.5)
    return share
