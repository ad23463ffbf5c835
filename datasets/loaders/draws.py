"""Draws of an epoch's items: numbers by (seed, epoch, item), people of a population, a mix of names."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from deskhand.errors import DeskhandError
from deskhand.keyed_draws import Keys, keys, mixed, uniforms


def item_keys(seed: int, purpose: str, epoch: int, items: NDArray[np.int64]) -> Keys:
    """Return a key for each item, by its number in the epoch, whatever block it is made in.

    Examples
    --------
    >>> a = item_keys(7, "movements", 0, np.arange(4))
    >>> bool((a[2:] == item_keys(7, "movements", 0, np.arange(2, 4))).all())
    True
    """
    root = keys(seed, f"loader.{purpose}", [epoch])
    return mixed(np.broadcast_to(root, len(items)).copy(), items)


def drawn_people(people: range, key: Keys, slot: int) -> NDArray[np.int64]:
    """Return a person of the population for each key."""
    share = uniforms(key, slot).astype(np.float64)
    return people.start + people.step * np.minimum(share * len(people), len(people) - 1).astype(
        np.int64
    )


class Mix(NamedTuple):
    """Names with their shares, which sum to 1."""

    names: tuple[str, ...]
    share: tuple[float, ...]

    def drawn(self, key: Keys, slot: int) -> NDArray[np.int64]:
        """Return a place among the names for each key."""
        edges = np.cumsum(self.share)
        place = np.searchsorted(edges, uniforms(key, slot), side="right")
        return np.minimum(place, len(self.names) - 1)


def mix(what: str, given: str | Sequence[str] | Mapping[str, float]) -> Mix:
    """Return a mix from one name, several in equal shares, or weights by name.

    Raises
    ------
    DeskhandError
        When there is no name, or a weight is not above 0.

    Examples
    --------
    >>> mix("scenario", {"a": 3, "b": 1})
    Mix(names=('a', 'b'), share=(0.75, 0.25))
    """
    if isinstance(given, str):
        given = [given]
    weights = dict(given) if isinstance(given, Mapping) else dict.fromkeys(given, 1.0)
    if not weights:
        raise DeskhandError(f"{what}: none was given; name at least one.")
    for name, weight in weights.items():
        if not isinstance(weight, int | float) or not 0 < weight < float("inf"):
            raise DeskhandError(
                f"{what} {name!r} has weight {weight!r}: must be above 0; leave it out instead."
            )
    total = float(sum(weights.values()))
    return Mix(tuple(weights), tuple(float(weight) / total for weight in weights.values()))


def population(people: int | range) -> range:
    """Return the numbers of a population's people.

    Raises
    ------
    DeskhandError
        When there is nobody, or a number is below 0.
    """
    found = range(people) if isinstance(people, int) and not isinstance(people, bool) else people
    if not isinstance(found, range) or not len(found) or min(found) < 0:
        raise DeskhandError(
            f"people={people!r}: give a number from 1, or a range of person numbers such as "
            "range(800, 1000)."
        )
    return found
