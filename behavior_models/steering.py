"""The steering law: how long a pointer takes along a tunnel, and through a menu and its submenu.

Sources
-------
Accot & Zhai 1997: T = a + b x integral of ds / W(s) along the path; a tunnel of one width has the index
of difficulty length / width. Wang, Zhao, Zhou, Ren & Bi 2021: the standard deviation of T grows with
the index, and skewed laws such as the lognormal fit its scatter.
"""

from dataclasses import dataclass, replace
from math import exp
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from deskhand.behavior_models.profile import Profile
from deskhand.errors import DeskhandError
from deskhand.keyed_draws import Keys, normals, uniforms

FEWEST_TRIALS = 20
_TIME, _OUT = 56, 57


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


def difficulty(length_px: ArrayLike, width_px: ArrayLike) -> float:
    """Return the index of difficulty of a path: the sum of length / width over its pieces.

    Parameters
    ----------
    length_px, width_px : array_like of float, shape (n,)
        Of each piece; widths are positive.

    Raises
    ------
    DeskhandError
        When a width is not positive or a length negative.

    Examples
    --------
    >>> difficulty([180.0, 75.0], [25.0, 150.0])
    7.7
    """
    length, width = np.asarray(length_px, np.float64), np.asarray(width_px, np.float64)
    if not ((width > 0.0).all() and (length >= 0.0).all()):
        raise DeskhandError(
            f"tunnel of lengths {length.tolist()} and widths {width.tolist()} px: "
            "widths must be positive and lengths at least 0."
        )
    return float((length / width).sum())


def submenu_difficulty(item_width_px: float, item_height_px: float, places_down: int) -> float:
    """Return the index of difficulty of the way into a submenu and down to one of its items.

    Parameters
    ----------
    item_width_px, item_height_px : float
        Of the items of both menus.
    places_down : int
        The wanted item's place in the submenu, 0 for the first, which lies beside its parent.

    Source
    ------
    Accot & Zhai 1997 model a cascading menu as a horizontal tunnel as high as an item, then a vertical
    one as wide as the menu.

    Examples
    --------
    >>> submenu_difficulty(200.0, 25.0, 0), submenu_difficulty(200.0, 25.0, 4)
    (8.0, 8.5)
    """
    return difficulty(
        [item_width_px, places_down * item_height_px], [item_height_px, item_width_px]
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


def steering_times_s(
    steering: SteeringTraits, index: NDArray[np.float64], key: Keys
) -> NDArray[np.float64]:
    """Return how long many passages take, with the time of coming back where one leaves its tunnel.

    Parameters
    ----------
    steering : SteeringTraits
        Whose hand.
    index : NDArray[np.float64], shape (n,)
        Indices of difficulty.
    key : NDArray[np.uint64], shape (n,)
        Of each passage.

    Returns
    -------
    NDArray[np.float64], shape (n,)

    Examples
    --------
    >>> from deskhand.behavior_models.profile import load_profile
    >>> from deskhand.keyed_draws import keys
    >>> steering = read_steering(load_profile("office"))
    >>> long_s, short_s = (
    ...     steering_times_s(steering, np.full(500, index), keys(7, "pass", range(500))).mean()
    ...     for index in (20.0, 5.0)
    ... )
    >>> bool(long_s > 2 * short_s)
    True
    """
    sd = steering.log_sd
    mean_s = steering.intercept_s + steering.slope_s * index
    time_s = mean_s * np.exp(sd * normals(key, _TIME).astype(np.float64) - 0.5 * sd * sd)
    out = uniforms(key, _OUT) < excursion_share(steering, index)
    made: NDArray[np.float64] = time_s + np.where(out, steering.re_entry_s, 0.0)
    return made


def excursion_share(steering: SteeringTraits, index: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the share of passages that leave their tunnel, at most a half."""
    share: NDArray[np.float64] = np.minimum(steering.excursion_share * index / 10.0, 0.5)
    return share


def fit_steering(
    length_px: NDArray[np.floating],
    width_px: NDArray[np.floating],
    time_s: NDArray[np.floating],
    source: str,
) -> dict[str, Any]:
    """Return the profile entries of the law.

    Parameters
    ----------
    length_px, width_px, time_s : NDArray[np.float64], shape (n,)
        Of each passage that stayed in its tunnel.
    source : str
        Where the data are from.

    Returns
    -------
    dict
        Entries ``intercept_s``, ``slope_s`` and ``log_sd``.

    Raises
    ------
    DeskhandError
        When there are fewer than 20 passages, or all of one difficulty.
    """
    index = length_px / width_px
    if len(index) < FEWEST_TRIALS or np.ptp(index) == 0.0:
        raise DeskhandError(
            f"{len(index)} passages: at least {FEWEST_TRIALS} of different difficulty are needed."
        )
    # The scatter grows with the mean, so each passage weighs by the inverse of its mean.
    slope, intercept = np.polyfit(index, time_s, 1)
    mean_s = np.maximum(intercept + slope * index, 0.1 * time_s.mean())
    slope, intercept = np.polyfit(index, time_s, 1, w=1.0 / mean_s)
    ratio = time_s / np.maximum(intercept + slope * index, 0.1 * time_s.mean())
    sd = float(np.sqrt(np.log1p(np.var(ratio) / np.mean(ratio) ** 2)))
    r2 = float(np.corrcoef(index, time_s)[0, 1] ** 2)

    def entry(value: float) -> dict[str, Any]:
        what = f"weighted regression of time on length / width, n = {len(index)}, r2 = {r2:.2f}"
        return {"value": round(value, 4), "source": f"{source}: {what}"}

    return {
        "intercept_s": entry(float(intercept)),
        "slope_s": entry(float(slope)),
        "log_sd": entry(sd),
    }
