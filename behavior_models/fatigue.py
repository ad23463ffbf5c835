"""Practice and fatigue: how movement times and errors change with trials and with hours of work.

Practice follows a power law, T(n) = T(1) n^-alpha. Fatigue is a slow rise towards a limit while a person
works, and fades in a break.

Sources
-------
Card, English & Burr 1978: alpha = .13 for the mouse. That people who work at computers all day come to
type more slowly: de Jong, Jolij, Pimenta & Lorist 2020. The sizes and times of fatigue are assumed.
"""

from dataclasses import dataclass, replace
from math import exp

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.profile import Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class FatigueTraits:
    """How a hand tires and learns.

    Parameters
    ----------
    practice_exponent : float
        alpha of the power law.
    practised_trials : float
        Movements made before the session; who has made many learns no more in a day.
    time_rise, error_rise : float
        Largest relative rise of movement times and of error rates.
    rise_hours, fade_hours : float
        Times in which fatigue comes within 1/e of its limit at work, and falls to 1/e in a break.
    """

    practice_exponent: float
    practised_trials: float
    time_rise: float
    error_rise: float
    rise_hours: float
    fade_hours: float


def read_fatigue(profile: Profile) -> FatigueTraits:
    """Return how a profile's population tires: its section ``fatigue``.

    Examples
    --------
    >>> from deskhand.behavior_models.profile import load_profile
    >>> read_fatigue(load_profile("office")).practice_exponent
    0.13
    """
    names = FatigueTraits.__dataclass_fields__
    return FatigueTraits(**{name: float(profile["fatigue", name]) for name in names})


def practice_factor(fatigue: FatigueTraits, trials: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return movement times relative to those at the session's start.

    Parameters
    ----------
    fatigue : FatigueTraits
        Whose hand.
    trials : NDArray[np.float64], shape (n,)
        Movements made in this session.

    Returns
    -------
    NDArray[np.float64], shape (n,)
        1 at the start and falling.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from deskhand.behavior_models.profile import load_profile
    >>> novice = replace(read_fatigue(load_profile("office")), practised_trials=1.0)
    >>> practice_factor(novice, np.array([0.0, 1023.0])).round(2).tolist()
    [1.0, 0.41]
    """
    before = fatigue.practised_trials
    factor: NDArray[np.float64] = ((before + trials) / before) ** -fatigue.practice_exponent
    return factor


def tiredness(fatigue: FatigueTraits, before: float, work_s: float, break_s: float = 0.0) -> float:
    """Return how tired a hand is, from 0 to 1, after some work and then a break.

    Parameters
    ----------
    fatigue : FatigueTraits
        Whose hand.
    before : float
        Tiredness before the work.
    work_s, break_s : float
        Lengths of work and break.

    Examples
    --------
    >>> from deskhand.behavior_models.profile import load_profile
    >>> fatigue = read_fatigue(load_profile("office"))
    >>> tired = tiredness(fatigue, 0.0, 4 * 3600.0)
    >>> tired > tiredness(fatigue, 0.0, 4 * 3600.0, break_s=1800.0) > 0.0
    True
    """
    after = 1.0 - (1.0 - before) * exp(-work_s / 3600.0 / fatigue.rise_hours)
    return after * exp(-break_s / 3600.0 / fatigue.fade_hours)


def time_factor(fatigue: FatigueTraits, tired: float) -> float:
    """Return by what a tired hand's movement times are longer than a fresh one's."""
    return 1.0 + fatigue.time_rise * tired


def error_factor(fatigue: FatigueTraits, tired: float) -> float:
    """Return by what a tired hand's errors are more frequent than a fresh one's."""
    return 1.0 + fatigue.error_rise * tired


def tireless(fatigue: FatigueTraits) -> FatigueTraits:
    """Return the traits of a hand that stays as it is."""
    return replace(fatigue, time_rise=0.0, error_rise=0.0)


class WorkingHand:
    """How tired one hand is in the course of a session.

    Parameters
    ----------
    fatigue : FatigueTraits
        Whose hand; it starts fresh.

    Examples
    --------
    >>> from deskhand.behavior_models.profile import load_profile
    >>> hand = WorkingHand(read_fatigue(load_profile("office")))
    >>> hour_us = 3_600_000_000
    >>> late = hand.slowness(4 * hour_us)
    >>> hand.recover(4 * hour_us, 5 * hour_us)
    >>> 1.0 < hand.slowness(5 * hour_us) < late
    True
    """

    __slots__ = ("_fatigue", "_since_us", "_tired")

    def __init__(self, fatigue: FatigueTraits) -> None:
        self._fatigue = fatigue
        self._since_us = 0
        self._tired = 0.0

    def slowness(self, now_us: int) -> float:
        """Return the factor on movement times now."""
        return time_factor(self._fatigue, self._now(now_us))

    def clumsiness(self, now_us: int) -> float:
        """Return the factor on error rates now."""
        return error_factor(self._fatigue, self._now(now_us))

    def _now(self, now_us: int) -> float:
        return tiredness(self._fatigue, self._tired, 1e-6 * (now_us - self._since_us))

    def recover(self, from_us: int, to_us: int) -> None:
        """Take a break."""
        work_s, break_s = 1e-6 * (from_us - self._since_us), 1e-6 * (to_us - from_us)
        self._tired = tiredness(self._fatigue, self._tired, work_s, break_s)
        self._since_us = to_us
