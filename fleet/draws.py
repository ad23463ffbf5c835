"""Random numbers of devices, sessions and batches, and rates that never disturb one another.

A draw is a hash of (seed, purpose, numbers of the thing): whether a batch is struck depends on the
batch alone, so a device can be made alone, and no rate moves another rate's choice.
"""

import math
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import numpy as np
import numpy.typing as npt

from deskhand.errors import DeskhandError
from deskhand.fleet.tables import Fault
from deskhand.keyed_draws import mixed, words
from deskhand.streams import stream_key

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


def keyed_uniforms(seed: int, purpose: str, *numbers: npt.ArrayLike) -> Floats:
    """Return one number from [0, 1) for each thing.

    Parameters
    ----------
    seed : int
        The plan's seed.
    purpose : str
        What the numbers are for.
    *numbers : array_like of int, shape (n,)
        What names a thing, for example its device and its session; they broadcast.

    Returns
    -------
    ndarray of float64, shape (n,)

    Examples
    --------
    >>> many, alone = keyed_uniforms(7, "x", [3, 4, 5]), keyed_uniforms(7, "x", [4])
    >>> bool(many[1] == alone[0])
    True
    """
    key = mixed(np.array([stream_key(seed, purpose)], np.uint64), *numbers)
    return np.asarray((words(key, 0) >> np.uint64(11)).astype(np.float64) * 2.0**-53)


def struck(seed: int, purpose: str, rate: float, *numbers: npt.ArrayLike) -> Mask:
    """Return which things a fault strikes: each with probability ``rate``, by itself.

    Examples
    --------
    >>> struck(7, "x", 1.0, [0, 1]).tolist(), struck(7, "x", 0.0, [0, 1]).tolist()
    ([True, True], [False, False])
    """
    return keyed_uniforms(seed, purpose, *numbers) < rate


def one_of(
    seed: int, purpose: str, rates: Mapping[Fault, float], *numbers: npt.ArrayLike
) -> npt.NDArray[np.uint32]:
    """Return for each thing 0 or one fault of several that exclude one another.

    Each thing is open to one of the k faults, drawn evenly, and is struck by it with k times the
    rate. So every rate is met, and none moves or hides another's choice; the price is that no rate
    is above 1/k.

    Parameters
    ----------
    rates : mapping of Fault to float
        In a fixed order; from 0 to 1/k each.

    Examples
    --------
    >>> rates = {Fault.TRUNCATE: 0.5, Fault.RESET: 0.0}
    >>> found = one_of(7, "x", rates, range(1000))
    >>> sorted(set(found.tolist())) == [0, int(Fault.TRUNCATE)]
    True
    """
    scaled = keyed_uniforms(seed, purpose, *numbers) * len(rates)
    lot = scaled.astype(np.intp)
    limits = np.array(list(rates.values()), np.float64) * len(rates)
    kinds = np.array([int(kind) for kind in rates], np.uint32)
    return np.where(scaled - lot < limits[lot], kinds[lot], np.uint32(0))


def poisson_counts(mean: float, uniforms: Floats) -> npt.NDArray[np.int64]:
    """Return Poisson numbers by inversion, one for each uniform number.

    Examples
    --------
    >>> poisson_counts(2.0, np.array([0.0, 0.2, 0.5, 0.99])).tolist()
    [0, 1, 2, 6]
    """
    if mean <= 0.0:
        return np.zeros(len(uniforms), np.int64)
    # Beyond 12 standard deviations lies less than a uniform number can tell apart.
    most = int(mean + 12.0 * math.sqrt(mean) + 30.0)
    logs = (k * math.log(mean) - mean - math.lgamma(k + 1.0) for k in range(most))
    cumulative = np.cumsum([math.exp(log) for log in logs])
    return np.searchsorted(cumulative, uniforms, side="right").astype(np.int64)


def check_rates(settings: Any, **most: float) -> None:
    """Refuse settings with a rate outside its bounds.

    Parameters
    ----------
    settings : dataclass instance
        Fields that are declared ``int`` or ``float`` are checked.
    **most : float
        Upper bounds of fields; of others it is not checked.

    Raises
    ------
    DeskhandError
        When a number is negative, not finite or above its bound.
    """
    layer = type(settings).__name__
    for item in fields(settings):
        if item.type not in (int, float):
            continue
        value, limit = getattr(settings, item.name), most.get(item.name, math.inf)
        numeric = isinstance(value, int if item.type is int else int | float)
        numeric &= not isinstance(value, bool)
        if not numeric or not 0 <= value <= limit or not math.isfinite(value):
            kind = "a whole number" if item.type is int else "a number"
            rule = f"from 0 to {limit:g}" if math.isfinite(limit) else "of 0 or more"
            raise DeskhandError(
                f"{layer}: {item.name}={value!r} must be {kind} {rule}; "
                f"set {item.name} to 0 to switch it off."
            )
