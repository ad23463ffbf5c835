"""How a positive quantity spreads: every person has a median, and all share a shape around it.

On the scale of a power of the quantity, or of its logarithm, people's medians are normal; around a
person's median the values follow a table of quantiles, because dwells, holds and pauses are neither
normal nor lognormal in their tails.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from math import exp, inf, log
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from deskhand.errors import DeskhandError

# The shape is tabled at these shares of a person's values, and goes on straight beyond them.
LEVELS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975, 0.99)
# The standard normal numbers at these levels; written out, since a session does without scipy.
_Z = (
    -2.3263478740408408,
    -1.9599639845400545,
    -1.6448536269514722,
    -1.2815515655446004,
    -0.6744897501960817,
    0.0,
    0.6744897501960817,
    1.2815515655446004,
    1.6448536269514722,
    1.9599639845400545,
    2.3263478740408408,
)
_STEPS = tuple(b - a for a, b in pairwise(_Z))
_TABLE, _WIDTHS = np.array(_Z), np.array(_STEPS)
# A person with fewer values has no median worth the name; and the numbers of fewer people would be
# their own.
FEWEST_VALUES = 8
FEWEST_PEOPLE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalSpread:
    """A quantity over people and, within one person, over occasions.

    Parameters
    ----------
    median : float
        The median person's median, in the quantity's unit.
    between_sd : float
        Standard deviation of the people's medians on the scale of the law; 0 is one person's own.
    shape : tuple of float, length of `LEVELS`
        Quantiles around a person's median on the scale of the law, ascending, 0 in the middle.
    power : float
        The scale of the law: the quantity to this power; 0 is its natural logarithm.
    least, most : float
        Bounds.
    """

    median: float
    between_sd: float
    shape: tuple[float, ...]
    power: float = 0.0
    least: float = 0.0
    most: float = inf
    _centre: float = field(init=False, repr=False, compare=False)
    _steps: NDArray[np.float64] = field(init=False, repr=False, compare=False)
    _slopes: NDArray[np.float64] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # A planner asks for one value or a few at a time, tens of thousands of times.
        centre = self._scaled(self.median) if self.median > 0.0 else 0.0
        steps = np.array(self.shape)
        object.__setattr__(self, "_centre", centre)
        object.__setattr__(self, "_steps", steps)
        object.__setattr__(self, "_slopes", (steps[1:] - steps[:-1]) / _WIDTHS)

    def own(self, noise: float) -> "PersonalSpread":
        """Return one person's own spread.

        Parameters
        ----------
        noise : float
            The person's standard normal number.

        Examples
        --------
        >>> hold = PersonalSpread(median=0.08, between_sd=0.2, shape=lognormal_shape(0.3))
        >>> 0.08 < hold.own(1.0).median < 0.1, hold.own(1.0).between_sd
        (True, 0.0)
        """
        centre = self._centre + self.between_sd * noise
        return replace(self, median=self._natural(centre), between_sd=0.0)

    def times(self, factor: float) -> "PersonalSpread":
        """Return the spread of the quantity times a factor; the bounds stay.

        Examples
        --------
        >>> hold = PersonalSpread(median=0.08, between_sd=0.2, shape=lognormal_shape(0.3))
        >>> round(hold.times(2.0).value(1.0) / hold.value(1.0), 9)
        2.0
        """
        stretch = factor**self.power
        return replace(
            self,
            median=self.median * factor,
            between_sd=self.between_sd * stretch,
            shape=tuple(step * stretch for step in self.shape),
        )

    def value(self, noise: float) -> float:
        """Return one value of the median person, or of the person whose own spread this is.

        Parameters
        ----------
        noise : float
            A standard normal number.
        """
        place = bisect_right(_Z, noise, 1, len(_STEPS)) - 1
        low = self.shape[place]
        slope = (self.shape[place + 1] - low) / _STEPS[place]
        scaled = self._centre + low + slope * (noise - _Z[place])
        if not self.power:
            natural = exp(scaled)
        elif scaled > 0.0:
            natural = scaled ** (1.0 / self.power)
        else:
            natural = 0.0
        if natural < self.least:
            return self.least
        return natural if natural < self.most else self.most

    def values(self, person_noise: ArrayLike, noise: ArrayLike) -> NDArray[np.float64]:
        """Return values of many people.

        Parameters
        ----------
        person_noise : array_like of float, shape (n,)
            Each value's person's standard normal number.
        noise : array_like of float, shape (n,)
            Each value's own standard normal number.

        Returns
        -------
        NDArray[np.float64], shape (n,)

        Examples
        --------
        >>> hold = PersonalSpread(median=0.08, between_sd=0.2, shape=lognormal_shape(0.3))
        >>> made = hold.values([0.0, 1.0], [0.5, 0.5])
        >>> bool(abs(made[1] - hold.own(1.0).value(0.5)) < 1e-12)
        True
        """
        z = np.asarray(noise, np.float64)
        # The inner levels part the line into the table's steps, the outer two going on forever.
        place = _TABLE[1:-1].searchsorted(z, side="right")
        step = self._steps[place] + self._slopes[place] * (z - _TABLE[place])
        own = self._centre + self.between_sd * np.asarray(person_noise, np.float64)
        if self.power:
            # A person's median is not below zero, and neither is a value.
            natural = np.maximum(np.maximum(own, 0.0) + step, 0.0) ** (1.0 / self.power)
        else:
            natural = np.exp(own + step)
        bounded: NDArray[np.float64] = np.minimum(np.maximum(natural, self.least), self.most)
        return bounded

    def as_value(self) -> dict[str, Any]:
        """Return the numbers as a profile holds them, four digits each."""
        value: dict[str, Any] = {
            "median": _digits(self.median),
            "between_sd": _digits(self.between_sd),
            "shape": [_digits(step) for step in self.shape],
        }
        value |= {"power": self.power} if self.power else {}
        value |= {"least": _digits(self.least)} if self.least else {}
        return value | ({"most": _digits(self.most)} if self.most < inf else {})

    def _scaled(self, natural: float) -> float:
        if self.power:
            return float(natural**self.power)
        return log(natural)

    def _natural(self, scaled: float) -> float:
        if self.power:
            return float(max(scaled, 0.0) ** (1.0 / self.power))
        return exp(scaled)


def read_spread(value: Mapping[str, Any]) -> PersonalSpread:
    """Return the spread that a profile's value describes.

    Parameters
    ----------
    value : mapping
        ``median``, ``between_sd`` and ``shape`` (quantiles at `LEVELS`) or ``within_sd`` (a normal
        shape); ``power``, ``least`` and ``most`` where they are not 0, 0 and without limit.

    Raises
    ------
    DeskhandError
        When a number is missing or senseless.

    Examples
    --------
    >>> round(read_spread({"median": 0.08, "between_sd": 0.2, "within_sd": 0.3}).value(0.0), 9)
    0.08
    """
    known = dict(value)
    sd = known.pop("within_sd", None)
    shape = lognormal_shape(sd) if sd is not None else tuple(known.pop("shape", ()))
    try:
        spread = PersonalSpread(**{**known, "shape": shape})
    except TypeError as error:
        raise DeskhandError(
            f"spread {dict(value)}: give median, between_sd and shape or within_sd, and at most "
            f"power, least and most ({error})."
        ) from error
    rising = all(a <= b for a, b in pairwise(shape))
    if not (spread.median > 0.0 <= spread.between_sd and len(shape) == len(LEVELS) and rising):
        raise DeskhandError(
            f"spread {dict(value)}: the median must be positive, between_sd at least 0, and shape "
            f"{len(LEVELS)} ascending numbers."
        )
    return spread


def lognormal_shape(within_sd: float) -> tuple[float, ...]:
    """Return the shape of a normal law on the scale of the law.

    Examples
    --------
    >>> round(lognormal_shape(0.5)[-1], 3)
    1.163
    """
    return tuple(within_sd * z for z in _Z)


def fit_spread(
    values: ArrayLike,
    person: ArrayLike,
    *,
    power: float = 0.0,
    least: float = 0.0,
    most: float = inf,
    resolution: float = 1e-3,
) -> PersonalSpread:
    """Return the spread that people's values show; every person counts alike.

    Parameters
    ----------
    values : array_like of float, shape (n,)
        Not negative; values outside the bounds are left out.
    person : array_like of int, shape (n,)
        Whose value.
    power, least, most : float
        As in `PersonalSpread`.
    resolution : float
        Grid of the recorded values; a value of 0 counts as half of it where the scale is a logarithm.

    Returns
    -------
    PersonalSpread

    Raises
    ------
    DeskhandError
        When fewer than three people have at least eight values.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> who = np.repeat(np.arange(50), 100)
    >>> true = read_spread({"median": 0.1, "between_sd": 0.3, "within_sd": 0.5})
    >>> made = true.values(rng.standard_normal(50)[who], rng.standard_normal(5000))
    >>> 0.08 < fit_spread(made, who).median < 0.12
    True
    """
    given, who = np.asarray(values, np.float64), np.asarray(person)
    keep = np.isfinite(given) & (given >= least) & (given <= most)
    _, whose, count = np.unique(who[keep], return_inverse=True, return_counts=True)
    enough = count >= FEWEST_VALUES
    if enough.sum() < FEWEST_PEOPLE:
        raise DeskhandError(
            f"{int(enough.sum())} people have {FEWEST_VALUES} or more values; a spread between "
            f"people needs at least {FEWEST_PEOPLE}."
        )
    chosen = enough[whose]
    natural, whose = given[keep][chosen], np.cumsum(enough)[whose[chosen]] - 1
    count = count[enough]
    scaled = natural**power if power else np.log(np.maximum(natural, 0.5 * resolution))
    order = np.lexsort((scaled, whose))
    scaled, whose = scaled[order], whose[order]
    first = np.cumsum(count) - count
    middle = 0.5 * (scaled[first + (count - 1) // 2] + scaled[first + count // 2])
    around = scaled - middle[whose]
    weight = 1.0 / count[whose]
    order = np.argsort(around, kind="stable")
    share = np.cumsum(weight[order])
    share = (share - 0.5 * weight[order]) / share[-1]
    shape = np.interp(LEVELS, share, around[order])
    shape -= shape[LEVELS.index(0.5)]
    # The spread of sample medians is the people's spread and the error of a median.
    within = (shape[LEVELS.index(0.75)] - shape[LEVELS.index(0.25)]) / 1.349
    error = 0.5 * np.pi * within**2 * float(np.mean(1.0 / count))
    centre = float(np.median(middle))
    return PersonalSpread(
        median=float(centre ** (1.0 / power) if power else np.exp(centre)),
        between_sd=float(np.sqrt(max(float(middle.var(ddof=1)) - error, 0.0))),
        shape=tuple(shape.tolist()),
        power=power,
        least=least,
        most=most,
    )


def _digits(number: float) -> float:
    return float(f"{number:.4g}")
