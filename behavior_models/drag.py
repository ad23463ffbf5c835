"""Drags: press, move with the button held, release; they take their own time and fail more often.

The hand rests a moment on the grip and over the drop. On the way a finger may lift too early; then
what was dragged falls short, and its owner starts again.
"""

from dataclasses import dataclass
from math import exp, log2
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.personal_spread import PersonalSpread, fit_spread, read_spread
from deskhand.behavior_models.profile import Profile
from deskhand.errors import DeskhandError

# A factor outside is a fault of the regression at distances that nobody dragged. Assumed.
LEAST_FACTOR, MOST_FACTOR = 0.5, 2.0
# A drag that starts this near, in space and time, to where the last was released and goes on in its
# direction is a second try. Assumed.
NEAR_PX, SOON_S, SAME_WAY = 15.0, 1.5, 0.7
# A drag that falls short is released after this share of the way. Assumed.
EARLY_FROM, EARLY_TO = 0.3, 0.95
FEWEST_DRAGS = 30
# Rests are tabled as this power, as dwells are: many are nearly zero.
REST_POWER = 0.35


@dataclass(frozen=True, slots=True, kw_only=True)
class DragTraits:
    """How a population, or one person of it, drags.

    Parameters
    ----------
    grip_s : PersonalSpread
        From the press to the first movement.
    drop_s : PersonalSpread
        From the last movement to the release.
    time_log_intercept, time_log_slope_per_bit : float
        ln of moving time over that of pointing as far = intercept + slope x log2(D / px + 1).
    early_release_share : float
        Drags that are let go on the way and started again.
    """

    grip_s: PersonalSpread
    drop_s: PersonalSpread
    time_log_intercept: float
    time_log_slope_per_bit: float
    early_release_share: float


def read_drag(profile: Profile) -> DragTraits:
    """Return how a profile's population drags: its section ``drag``.

    Examples
    --------
    >>> from deskhand.behavior_models.profile import load_profile
    >>> drag = read_drag(load_profile("office"))
    >>> 0.0 < drag.early_release_share < 0.2
    True
    """
    return DragTraits(
        grip_s=read_spread(profile["drag", "grip_s"]),
        drop_s=read_spread(profile["drag", "drop_s"]),
        time_log_intercept=profile["drag", "time_log_intercept"],
        time_log_slope_per_bit=profile["drag", "time_log_slope_per_bit"],
        early_release_share=profile["drag", "early_release_share"],
    )


def own_drag(population: DragTraits, noise: float) -> DragTraits:
    """Return how one person drags.

    Parameters
    ----------
    population : DragTraits
        Of whom the person is one.
    noise : float
        The person's standard normal number: who rests long on the grip does so over the drop.
    """
    return DragTraits(
        grip_s=population.grip_s.own(noise),
        drop_s=population.drop_s.own(noise),
        time_log_intercept=population.time_log_intercept,
        time_log_slope_per_bit=population.time_log_slope_per_bit,
        early_release_share=population.early_release_share,
    )


def time_factor(drag: DragTraits, distance_px: float) -> float:
    """Return the moving time of a drag over that of pointing as far.

    Parameters
    ----------
    drag : DragTraits
        Whose hand.
    distance_px : float
        Not negative.

    Source
    ------
    Profile section ``drag``. MacKenzie, Sellen & Buxton 1991: dragging is slower than pointing, and
    its index of performance lower.

    Examples
    --------
    >>> from deskhand.behavior_models.profile import load_profile
    >>> drag = read_drag(load_profile("office"))
    >>> time_factor(drag, 800.0) > time_factor(drag, 100.0)
    True
    """
    bits = log2(distance_px + 1.0)
    factor = exp(drag.time_log_intercept + drag.time_log_slope_per_bit * bits)
    return min(max(factor, LEAST_FACTOR), MOST_FACTOR)


def second_tries(
    person: NDArray[np.integer],
    down_s: NDArray[np.floating],
    up_s: NDArray[np.floating],
    x0: NDArray[np.floating],
    y0: NDArray[np.floating],
    x1: NDArray[np.floating],
    y1: NDArray[np.floating],
) -> NDArray[np.bool_]:
    """Return which drags go on where the one before was let go.

    Parameters
    ----------
    person : NDArray of int, shape (n,)
        Whose drag; drags of one person in order of time.
    down_s, up_s : NDArray[np.float64], shape (n,)
        Times of press and release.
    x0, y0, x1, y1 : NDArray[np.float64], shape (n,)
        Places of press and release in px.

    Returns
    -------
    NDArray[np.bool_], shape (n,)
    """
    dx, dy = x1 - x0, y1 - y0
    length = np.maximum(np.hypot(dx, dy), 1e-9)
    along = (dx[1:] * dx[:-1] + dy[1:] * dy[:-1]) / (length[1:] * length[:-1])
    near = np.hypot(x0[1:] - x1[:-1], y0[1:] - y1[:-1]) <= NEAR_PX
    wait_s = down_s[1:] - up_s[:-1]
    again = near & (wait_s >= 0.0) & (wait_s <= SOON_S) & (along >= SAME_WAY)
    return np.append(False, again & (person[1:] == person[:-1]))[: len(person)]


def time_line(
    distance_px: NDArray[np.floating], time_s: NDArray[np.floating]
) -> tuple[float, float]:
    """Return intercept and slope of ln time in s on log2(D / px + 1).

    Parameters
    ----------
    distance_px, time_s : NDArray of float, shape (n,)
        Of each movement; times are positive.

    Raises
    ------
    DeskhandError
        When there are fewer than 30 movements, or all go as far.

    Examples
    --------
    >>> distance = np.arange(30.0, 90.0)
    >>> time_line(distance, 0.2 * (distance + 1.0) ** 0.3)[1].__round__(3)
    0.208
    """
    bits = np.log2(distance_px + 1.0)
    if len(bits) < FEWEST_DRAGS or np.ptp(bits) == 0.0:
        raise DeskhandError(
            f"{len(bits)} movements: at least {FEWEST_DRAGS} of different distance are needed to fit "
            "their times."
        )
    slope, intercept = np.polyfit(bits, np.log(time_s), 1)
    return float(intercept), float(slope)


def fit_drag(
    distance_px: NDArray[np.floating],
    grip_s: NDArray[np.floating],
    moving_s: NDArray[np.floating],
    drop_s: NDArray[np.floating],
    again: NDArray[np.bool_],
    person: NDArray[np.integer],
    pointing: tuple[float, float],
    source: str,
    *,
    batched: bool = False,
) -> dict[str, Any]:
    """Return the profile entries of drags.

    Parameters
    ----------
    distance_px, grip_s, moving_s, drop_s : NDArray[np.float64], shape (n,)
        Distance, and the times to the first move, from there to the last, and to the release.
    again : NDArray[np.bool_], shape (n,)
        Whether a drag is a second try (`second_tries`).
    person : NDArray of int, shape (n,)
        Whose.
    pointing : tuple of float, length 2
        The line of the same people's pointing (`time_line`).
    source : str
        Where the data are from.
    batched : bool
        Whether the recorder bundles moves; then nothing is said of the rests at both ends.

    Returns
    -------
    dict
        Entries of the section ``drag``; what the data cannot tell is left out.

    Raises
    ------
    DeskhandError
        When there are fewer than 30 drags that take time, or all go as far.
    """
    timed = moving_s > 0.0
    intercept, slope = time_line(distance_px[timed], moving_s[timed])

    def entry(value: Any, what: str) -> dict[str, Any]:
        return {"value": value, "source": f"{source}: {what}"}

    law = "regression of ln moving time on log2(D + 1) of drags, less that of pointing"
    found = {
        "time_log_intercept": entry(round(intercept - pointing[0], 3), law),
        "time_log_slope_per_bit": entry(round(slope - pointing[1], 3), law),
        "early_release_share": entry(
            round(float(again.mean()), 4),
            "drags that go on where the one before was let go within 1.5 s",
        ),
    }
    if not batched:
        grip = fit_spread(grip_s, person, power=REST_POWER, most=0.6)
        drop = fit_spread(drop_s, person, power=REST_POWER, most=0.8)
        found["grip_s"] = entry(grip.as_value(), "press to first move")
        found["drop_s"] = entry(drop.as_value(), "last move to release")
    return found
