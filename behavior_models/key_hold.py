"""Key hold: how long a key stays down.

It does not depend on when the next key goes down, so rollover comes about by itself whenever the
hold is the longer of the two.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import exp, log

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.keyboard_layout import KeyboardLayout
from deskhand.behavior_models.typist_traits import LAW_OF_MODE, TypistTraits
from deskhand.streams import stream

_US_PER_S = 1e6


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HoldLaw:
    """One person's law of holds in one mode.

    Parameters
    ----------
    location : ndarray of float64, shape (256,)
        Centre of ln(hold in microseconds) by token.
    scale : float
        Scale of the logistic residual of ln(hold).
    shortest_us : float
        Lower bound of a hold.
    memory : tuple of float
        Share and decay of the residuals' lasting part.
    modifier_location, modifier_sd : float
        ln(microseconds) by which a modifier outlasts its key.
    """

    location: NDArray[np.float64]
    scale: float
    shortest_us: float
    memory: tuple[float, float]
    modifier_location: float
    modifier_sd: float

    def holds_us(
        self, tokens: NDArray[np.uint8], log_odds: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the holds of keys.

        Parameters
        ----------
        tokens : ndarray of uint8, shape (n,)
            The keys.
        log_odds : ndarray, shape (n,)
            Standard logistic numbers; they may depend on those before them.

        Returns
        -------
        ndarray, shape (n,)
            Microseconds, not rounded.
        """
        logarithm = self.scale * log_odds
        logarithm += self.location[tokens]
        return np.maximum(np.exp(logarithm, out=logarithm), self.shortest_us, out=logarithm)

    def modifier_us(self, normal: float) -> int:
        """Return by how much a modifier outlasts its key, given a standard normal number."""
        return round(exp(self.modifier_location + self.modifier_sd * normal))


@lru_cache(maxsize=256)
def hold_law(traits: TypistTraits, layout: KeyboardLayout, mode: str) -> HoldLaw:
    """Return a person's law of holds.

    Parameters
    ----------
    traits : TypistTraits
        The person.
    layout : KeyboardLayout
        The keyboard.
    mode : str
        One of `deskhand.behavior_models.typist_traits.MODES`.

    Source
    ------
    Log-logistic and ex-Gaussian holds fit about equally well; parameters: profile,
    ``keyboard.hold_*``.
    """
    law, profile = LAW_OF_MODE[mode], traits.profile
    spread = traits.hold_spread
    factor = np.array(profile["keyboard", "hold_by_finger"], dtype=float)[layout.finger]
    for code, value in profile["keyboard", "hold_by_key"].items():
        factor[layout.tokens[code]] = float(value)
    rng = stream(traits.effects_key, "typist.hold")
    own = float(profile["keyboard", "hold_key_person_sd"])
    effects = own * rng.standard_normal(int(layout.physical.max()) + 1)
    location = spread * (np.log(factor) + effects[layout.physical])
    location += traits.mean_log_hold(mode) + np.log(_US_PER_S)
    median_s, log_sd = profile["keyboard", "modifier_release_s"]
    return HoldLaw(
        location=location,
        scale=spread * float(profile["keyboard", "hold_scale"][law]),
        shortest_us=_US_PER_S * float(profile["keyboard", "shortest_hold_s"]),
        memory=tuple(profile["keyboard", "hold_memory"][law]),
        modifier_location=log(float(median_s) * _US_PER_S),
        modifier_sd=float(log_sd),
    )


def releases_us(
    traits: TypistTraits,
    keys: NDArray[np.uint8],
    down_us: NDArray[np.float64],
    holds_us: NDArray[np.float64],
    chance: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return when keys come up: mostly in the order of their downs, and before they go down again.

    Parameters
    ----------
    traits : TypistTraits
        The person; profile ``keyboard.release_inversion_kept``.
    keys : ndarray of uint8, shape (n,)
        Numbers of the physical keys in the order of their downs.
    down_us, holds_us : ndarray, shape (n,)
        When each goes down, and for how long the finger would stay.
    chance : ndarray, shape (n,)
        Uniform numbers, which decide whether a key may come up after the one that follows it.

    Returns
    -------
    ndarray, shape (n,)
        Microseconds, not rounded; never later than ``down_us + holds_us``.

    Examples
    --------
    >>> from deskhand.behavior_models.profile import load_profile
    >>> from deskhand.behavior_models.typist_traits import draw_typist
    >>> person = draw_typist(load_profile("office"), stream(7, "doctest"))
    >>> twice, down, hold = np.array([3, 3], np.uint8), np.array([0.0, 1e5]), np.array([2e5, 9e4])
    >>> releases_us(person, twice, down, hold, np.zeros(2)).tolist()
    [80000.0, 190000.0]
    """
    up_us = down_us + holds_us
    kept = float(traits.profile["keyboard", "release_inversion_kept"])
    late = np.flatnonzero((up_us[:-1] > up_us[1:]) & (chance[:-1] >= kept))
    # The finger lifts just before the next one does: up to 8 ms (assumed), half its hold at most.
    before_us = np.minimum(8_000.0 * chance[late], 0.5 * holds_us[late + 1])
    up_us[late] = np.maximum(up_us[late + 1] - before_us, down_us[late] + 0.5 * holds_us[late])
    order = np.argsort(keys, kind="stable")  # a radix sort, since keys are bytes
    again = np.flatnonzero(keys[order[1:]] == keys[order[:-1]])
    first, second = order[again], order[again + 1]
    gap_us = down_us[second] - down_us[first]
    # A finger needs time to lift and strike again: a quarter of the gap, 20 ms at most (assumed).
    latest_us = down_us[second] - np.minimum(0.25 * gap_us, 20_000.0)
    up_us[first] = np.minimum(up_us[first], latest_us)
    return up_us
