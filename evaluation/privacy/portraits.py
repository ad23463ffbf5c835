"""One row a person: how their intervals or movements are distributed, for attacks on whole people."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deskhand.evaluation.key_table import Keystrokes

Floats = NDArray[np.float64]

KEY_LEVELS = np.linspace(0.05, 0.95, 19)
MOVE_LEVELS = np.array([0.1, 0.25, 0.5, 0.75, 0.9])
# Gaps below 0 are overlaps of keys; they are spread like a logarithm beyond this.
GAP_MS = 50.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Portraits:
    """p people.

    Parameters
    ----------
    rows : NDArray[np.float64], shape (p, k)
        Quantiles of what they do, in the order of their numbers.
    person : NDArray[np.int64], shape (p,)
        Numbers, rising.
    side : NDArray[np.bool_], shape (k,)
        Which columns are of one kind and which of the other, such as holds and spacings: what
        somebody knows of a person, and what else there is to know.
    """

    rows: Floats
    person: NDArray[np.int64]
    side: NDArray[np.bool_]

    def of(self, people: NDArray[np.integer]) -> "Portraits":
        """Return those of some people."""
        chosen = np.isin(self.person, people)
        return Portraits(rows=self.rows[chosen], person=self.person[chosen], side=self.side)


def key_portraits(keys: Keystrokes) -> Portraits:
    """Return people by how they type, keys not looked at: holds beside spacings and gaps."""
    hold_ms = np.maximum(keys.up_us - keys.down_us, 1_000) / 1e3
    follows = np.append(False, keys.session[1:] == keys.session[:-1])[: len(keys)]
    spacing_ms = np.maximum(np.diff(keys.down_us, prepend=0), 1_000) / 1e3
    gap = np.arcsinh((spacing_ms - np.append(0.0, hold_ms[:-1])[: len(keys)]) / GAP_MS)
    people = np.unique(keys.person)
    rows = []
    for person in people:
        own = keys.person == person
        within = own & follows
        series = (np.log(hold_ms)[own], np.log(spacing_ms)[within], gap[within])
        rows.append(np.concatenate([_quantiles(part, KEY_LEVELS) for part in series]))
    side = np.repeat([False, True, True], len(KEY_LEVELS))
    return Portraits(rows=_stacked(rows, side), person=people.astype(np.int64), side=side)


def movement_portraits(
    features: Floats, movement_person: NDArray[np.integer], shapes: int
) -> Portraits:
    """Return people by how they move: the shape of their ways beside the kinematics.

    Parameters
    ----------
    features : NDArray[np.float64], shape (m, k)
        Of movements.
    movement_person : NDArray of int, shape (m,)
        Whose.
    shapes : int
        How many of the columns, the first ones, are of shape.
    """
    people = np.unique(movement_person)
    rows = [_quantiles(features[movement_person == p], MOVE_LEVELS).ravel() for p in people]
    side = np.tile(np.arange(features.shape[1]) >= shapes, len(MOVE_LEVELS))
    return Portraits(rows=_stacked(rows, side), person=people.astype(np.int64), side=side)


def standardised(portraits: Portraits, by: Portraits) -> Portraits:
    """Return portraits as they lie off the mean of other people, in the spread of those.

    What is not known of a person lies at the mean.
    """
    middle, sd = by.rows.mean(axis=0), by.rows.std(axis=0)
    usable = sd > 1e-9 * (1.0 + np.abs(middle))
    rows = np.where(usable, (portraits.rows - middle) / np.where(usable, sd, 1.0), 0.0)
    # One odd column is not to outweigh all others.
    return Portraits(rows=np.clip(rows, -5.0, 5.0), person=portraits.person, side=portraits.side)


def _quantiles(values: Floats, levels: Floats) -> Floats:
    if not len(values):
        return np.zeros((len(levels), *values.shape[1:]))
    return np.quantile(np.nan_to_num(values, nan=0.0), levels, axis=0)


def _stacked(rows: list[Floats], side: NDArray[np.bool_]) -> Floats:
    return np.stack(rows) if rows else np.empty((0, len(side)))
