"""Button presses: the dwell before a press, its hold, and the two presses of a double click.

A dwell is heavy at small values, since a hand often presses while it still moves, and long where
its owner makes sure; a hold is ballistic and varies little. The second press of a double click
comes at a rhythm of its own and sometimes a pixel or two away.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, log, pi, sin, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.personal_spread import PersonalSpread, fit_spread, read_spread
from deskhand.behavior_models.profile import Profile
from deskhand.keyed_draws import Keys, normals

# The second press of a double click needs the finger to come up first. Assumed.
RELEASE_S = 0.010
# Two presses are one double click when they lie within this time and this square (Windows defaults:
# GetDoubleClickTime .5 s, SM_CXDOUBLECLK 4 px).
DOUBLE_CLICK_S = 0.5
DOUBLE_CLICK_PX = 4.0
# A dwell is tabled as this power of it: people's own dwells are then nearly symmetric about their
# median and censored at zero. Chosen on the held-out people of SapiMouse among .3, .35, .5 and log.
DWELL_POWER = 0.35
LONGEST_DWELL_S = 0.5
# Holds outside are lost releases and drags that went nowhere. Assumed.
SHORTEST_HOLD_S, LONGEST_HOLD_S = 0.015, 0.6
# Of the second presses that lie off the first, the share that lie a further pixel off: SapiMouse,
# 65 people, 4,650 double clicks, .098 at one pixel, .024 at two, .009 at three.
FURTHER_SHARE = 0.27

# The numbers of a key that each quantity takes.
_DWELL, _HOLD = 40, 41


@dataclass(frozen=True, slots=True, kw_only=True)
class PressTraits:
    """How a population, or one person of it, presses; `read_press` and `own_press` make them.

    Parameters
    ----------
    dwell_s : PersonalSpread
        From the last movement to the press.
    hold_s : PersonalSpread
        From press to release of a single click.
    double_hold_s : PersonalSpread
        The same for each press of a double click.
    double_gap_s : PersonalSpread
        From press to press of a double click.
    double_gap_correlation : float
        Correlation of that gap with the first hold, on occasions of one person.
    re_aim_share : float
        Double clicks whose second press lies elsewhere.
    """

    dwell_s: PersonalSpread
    hold_s: PersonalSpread
    double_hold_s: PersonalSpread
    double_gap_s: PersonalSpread
    double_gap_correlation: float
    re_aim_share: float


def read_press(profile: Profile) -> PressTraits:
    """Return how a profile's population presses: its section ``press``.

    Examples
    --------
    >>> from deskhand.behavior_models.profile import load_profile
    >>> 0.02 < read_press(load_profile("office")).dwell_s.median < 0.2
    True
    """

    def spread(name: str) -> PersonalSpread:
        return read_spread(profile["press", name])

    return PressTraits(
        dwell_s=spread("dwell_s"),
        hold_s=spread("hold_s"),
        double_hold_s=spread("double_hold_s"),
        double_gap_s=spread("double_gap_s"),
        double_gap_correlation=profile["press", "double_gap_correlation"],
        re_aim_share=profile["press", "re_aim_share"],
    )


def own_press(population: PressTraits, noise: Sequence[float]) -> PressTraits:
    """Return how one person presses.

    Parameters
    ----------
    population : PressTraits
        Of whom the person is one.
    noise : sequence of float, length 3
        The person's standard normal numbers: dwell, hold, gap. Who holds long on single clicks does
        so on double clicks.
    """
    dwell, hold, gap = noise
    return PressTraits(
        dwell_s=population.dwell_s.own(dwell),
        hold_s=population.hold_s.own(hold),
        double_hold_s=population.double_hold_s.own(hold),
        double_gap_s=population.double_gap_s.own(gap),
        double_gap_correlation=population.double_gap_correlation,
        re_aim_share=population.re_aim_share,
    )


def double_gap_s(press: PressTraits, first_hold_s: float, first: float, noise: float) -> float:
    """Return the time from the first to the second press of a double click.

    Parameters
    ----------
    press : PressTraits
        One person's.
    first_hold_s : float
        Hold of the first press; the second cannot come before its release.
    first, noise : float
        Standard normal numbers: that of the first hold, and one of the gap's own.

    Examples
    --------
    >>> from deskhand.behavior_models.profile import load_profile
    >>> press = own_press(read_press(load_profile("office")), (0.0, 0.0, 0.0))
    >>> double_gap_s(press, 0.3, 0.0, 0.0) >= 0.3 + RELEASE_S
    True
    """
    tie = press.double_gap_correlation
    gap_s = press.double_gap_s.value(tie * first + sqrt(1.0 - tie * tie) * noise)
    return max(gap_s, first_hold_s + RELEASE_S)


def re_aim_px(
    press: PressTraits, moved: float, far: float, direction: float
) -> tuple[float, float]:
    """Return by how much the second press of a double click lies off the first, whole px.

    Parameters
    ----------
    press : PressTraits
        One person's.
    moved, far, direction : float
        Uniform numbers from [0, 1): whether, how far, and where to.
    """
    if moved >= press.re_aim_share:
        return 0.0, 0.0
    reach = 1.0 + min(int(log(1.0 - far) / log(FURTHER_SHARE)), 2)
    angle = 2.0 * pi * direction
    return float(round(reach * cos(angle))), float(round(reach * sin(angle)))


def dwells_us(population: PressTraits, person_key: Keys, key: Keys) -> NDArray[np.int64]:
    """Return the times from last movement to press of many clicks.

    Parameters
    ----------
    population : PressTraits
        Of whom the people are drawn.
    person_key, key : NDArray[np.uint64], shape (n,)
        Keys of each click's person and of the click.

    Returns
    -------
    NDArray[np.int64], shape (n,)

    Examples
    --------
    >>> from deskhand.behavior_models.profile import load_profile
    >>> from deskhand.keyed_draws import keys
    >>> press = read_press(load_profile("office"))
    >>> many = dwells_us(press, keys(7, "who", range(99)), keys(7, "click", range(99)))
    >>> bool((many >= 0).all()), len(many)
    (True, 99)
    """
    return _us(population.dwell_s.values(normals(person_key, _DWELL), normals(key, _DWELL)))


def holds_us(population: PressTraits, person_key: Keys, key: Keys) -> NDArray[np.int64]:
    """Return the holds of many single clicks; arguments as for `dwells_us`."""
    return _us(population.hold_s.values(normals(person_key, _HOLD), normals(key, _HOLD)))


def fit_dwell(
    dwell_s: NDArray[np.floating], person: NDArray[np.integer], source: str
) -> dict[str, Any]:
    """Return the profile entry of the dwell.

    Parameters
    ----------
    dwell_s : NDArray[np.float64], shape (n,)
        From last movement to press; those above `LONGEST_DWELL_S` are left out.
    person : NDArray of int, shape (n,)
        Whose.
    source : str
        Where the data are from.

    Returns
    -------
    dict
        ``{"dwell_s": {"value": ..., "source": ...}}``.
    """
    spread = fit_spread(dwell_s, person, power=DWELL_POWER, most=LONGEST_DWELL_S)
    what = "last move to press, as recorded; quantiles of its power, every person alike"
    return {"dwell_s": {"value": spread.as_value(), "source": f"{source}: {what}"}}


def fit_hold(
    hold_s: NDArray[np.floating], person: NDArray[np.integer], source: str
) -> dict[str, Any]:
    """Return the profile entry of the hold of a single click; arguments as for `fit_dwell`."""
    spread = fit_spread(hold_s, person, least=SHORTEST_HOLD_S, most=LONGEST_HOLD_S)
    what = "press to release of single clicks; quantiles of its logarithm, every person alike"
    return {"hold_s": {"value": spread.as_value(), "source": f"{source}: {what}"}}


def fit_double_click(
    first_hold_s: NDArray[np.floating],
    gap_s: NDArray[np.floating],
    second_hold_s: NDArray[np.floating],
    moved_px: NDArray[np.floating],
    person: NDArray[np.integer],
    source: str,
) -> dict[str, Any]:
    """Return the profile entries of double clicks.

    Parameters
    ----------
    first_hold_s, gap_s, second_hold_s, moved_px : NDArray[np.float64], shape (n,)
        Holds of both presses, the time between the presses, and the distance between them in px.
    person : NDArray of int, shape (n,)
        Whose.
    source : str
        Where the data are from.

    Returns
    -------
    dict
        Entries ``double_hold_s``, ``double_gap_s``, ``double_gap_correlation``, ``re_aim_share``.
    """
    holds = np.concatenate([first_hold_s, second_hold_s])
    hold = fit_spread(
        holds, np.concatenate([person, person]), least=SHORTEST_HOLD_S, most=LONGEST_HOLD_S
    )
    gap = fit_spread(gap_s, person, most=DOUBLE_CLICK_S)
    whole = (first_hold_s >= SHORTEST_HOLD_S) & (gap_s > first_hold_s)
    people, who = np.unique(person[whole], return_inverse=True)
    count = np.bincount(who)
    logs = [np.log(first_hold_s[whole]), np.log(gap_s[whole])]
    around = [each - (np.bincount(who, each) / count)[who] for each in logs]
    tie = float(np.corrcoef(*around)[0, 1]) if len(who) > len(people) + 1 else 0.0
    moved = float((np.bincount(who, moved_px[whole] >= 0.5) / count).mean())

    def entry(value: Any, what: str) -> dict[str, Any]:
        return {"value": value, "source": f"{source}: {what}"}

    return {
        "double_hold_s": entry(hold.as_value(), "both holds of double clicks"),
        "double_gap_s": entry(gap.as_value(), "press to press of double clicks"),
        "double_gap_correlation": entry(
            round(min(max(tie, 0.0), 0.95), 2), "of ln gap with the ln of the first hold, within"
        ),
        "re_aim_share": entry(round(moved, 3), "double clicks whose second press lies elsewhere"),
    }


def _us(times_s: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.rint(times_s * 1e6).astype(np.int64)
