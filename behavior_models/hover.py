"""Hesitation: on the way to a target the pointer rests, often over something else, and aims anew."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.personal_spread import (
    FEWEST_PEOPLE,
    PersonalSpread,
    fit_spread,
    read_spread,
)
from deskhand.behavior_models.profile import Profile
from deskhand.errors import DeskhandError

# Rests within a movement are shorter; a rest beyond is a break of the approach.
SHORTEST_REST_S, LONGEST_REST_S = 0.3, 2.0
# How far beside the straight way the pointer rests, as a share of the distance. Assumed.
BESIDE_SD = 0.1
# The table of places has these shares of the rests, from the nearest to the target to the farthest.
PLACE_LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
FEWEST_APPROACHES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class HoverTraits:
    """How a population, or one person of it, hesitates.

    Parameters
    ----------
    share : float
        Approaches with a rest, for the median person.
    share_logit_sd : float
        Spread of the people's shares; 0 is one person's own.
    rest_s : PersonalSpread
        How long the pointer rests.
    place : tuple of float, length 5
        Quantiles, at `PLACE_LEVELS`, of the distance left when it rests over the whole distance;
        near 1 the hand had hardly begun, above 1 it had gone the wrong way.
    """

    share: float
    share_logit_sd: float
    rest_s: PersonalSpread
    place: tuple[float, ...]


class Rest(NamedTuple):
    """A rest on the way: for how long, and where as shares of the distance from start to target."""

    rest_s: float
    along: float
    beside: float


def read_hover(profile: Profile) -> HoverTraits:
    """Return how a profile's population hesitates: its section ``hover``.

    Examples
    --------
    >>> from deskhand.behavior_models.profile import load_profile
    >>> 0.0 < read_hover(load_profile("office")).share < 0.5
    True
    """
    return HoverTraits(
        share=profile["hover", "share"],
        share_logit_sd=profile["hover", "share_logit_sd"],
        rest_s=read_spread(profile["hover", "rest_s"]),
        place=tuple(profile["hover", "place"]),
    )


def own_hover(population: HoverTraits, noise: float) -> HoverTraits:
    """Return how one person hesitates; who does so often does so long.

    Parameters
    ----------
    population : HoverTraits
        Of whom the person is one.
    noise : float
        The person's standard normal number.
    """
    share = float(_chance(_log_odds(population.share) + population.share_logit_sd * noise))
    return HoverTraits(
        share=share,
        share_logit_sd=0.0,
        rest_s=population.rest_s.own(noise),
        place=population.place,
    )


def rest_on_the_way(
    hover: HoverTraits, whether: float, noise: tuple[float, float], where: float
) -> Rest | None:
    """Return the rest of one approach, or None.

    Parameters
    ----------
    hover : HoverTraits
        Whose hand.
    whether, where : float
        Uniform numbers from (0, 1).
    noise : tuple of float, length 2
        Standard normal numbers for the rest's length and its place beside the way.

    Examples
    --------
    >>> from deskhand.behavior_models.profile import load_profile
    >>> hover = own_hover(read_hover(load_profile("office")), 0.0)
    >>> rest_on_the_way(hover, 0.99, (0.0, 0.0), 0.5) is None
    True
    """
    if whether >= hover.share:
        return None
    left = float(np.interp(where, PLACE_LEVELS, hover.place))
    return Rest(hover.rest_s.value(noise[0]), 1.0 - left, BESIDE_SD * noise[1])


def fit_hover(
    rest_s: NDArray[np.floating],
    left_share: NDArray[np.floating],
    person: NDArray[np.integer],
    source: str,
) -> dict[str, Any]:
    """Return the profile entries of hesitation.

    Parameters
    ----------
    rest_s : NDArray[np.float64], shape (n,)
        Longest rest of each approach between .3 and 2 s; 0 where there is none.
    left_share : NDArray[np.float64], shape (n,)
        Distance left at that rest over the whole distance.
    person : NDArray of int, shape (n,)
        Whose approach.
    source : str
        Where the data are from.

    Returns
    -------
    dict
        Entries of the section ``hover``.

    Raises
    ------
    DeskhandError
        When fewer than three people have 20 approaches.
    """
    _, who, count = np.unique(person, return_inverse=True, return_counts=True)
    rests = rest_s > 0.0
    enough = count >= FEWEST_APPROACHES
    if enough.sum() < FEWEST_PEOPLE:
        raise DeskhandError(
            f"{int(enough.sum())} people have {FEWEST_APPROACHES} approaches; "
            f"{FEWEST_PEOPLE} are needed at least."
        )
    resting = np.bincount(who, rests)[enough]
    share = (resting + 0.5) / (count[enough] + 1.0)
    # The spread of observed shares is the people's and that of counting.
    counting = float(np.mean(1.0 / (count[enough] * share * (1.0 - share))))
    between = float(np.sqrt(max(float(_log_odds(share).var(ddof=1)) - counting, 0.0)))
    spread = fit_spread(rest_s[rests], person[rests], least=SHORTEST_REST_S, most=LONGEST_REST_S)
    place = np.quantile(np.clip(left_share[rests], 0.0, 2.0), PLACE_LEVELS)

    def entry(value: Any, what: str) -> dict[str, Any]:
        return {"value": value, "source": f"{source}: {what}"}

    return {
        "share": entry(
            round(float(_chance(np.median(_log_odds(share)))), 3),
            "approaches with a rest of .3 to 2 s",
        ),
        "share_logit_sd": entry(round(between, 3), "spread of the people's logit shares"),
        "rest_s": entry(spread.as_value(), "the longest rest of an approach"),
        "place": entry(
            [round(float(p), 3) for p in place],
            "distance left at the rest over the whole, quantiles .05 .25 .5 .75 .95",
        ),
    }


def _log_odds(share: NDArray[np.float64] | float) -> NDArray[np.float64]:
    odds: NDArray[np.float64] = np.log(np.asarray(share) / (1.0 - np.asarray(share)))
    return odds


def _chance(log_odds: NDArray[np.float64] | float) -> NDArray[np.float64]:
    chance: NDArray[np.float64] = 1.0 / (1.0 + np.exp(-np.asarray(log_odds)))
    return chance
