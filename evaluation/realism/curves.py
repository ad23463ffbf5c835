"""Distributions of both sides for a page to draw: people count the same, values lie in bins."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from deskhand.evaluation.realism.measure import Floats, Measure

# What people look at first; those that are not there are left out.
DRAWN = (
    "movement time",
    "peak speed",
    "path / distance",
    "hold of clicks",
    "hold",
    "down to down",
    "gap between acts",
    "length of visits",
    "hours of the day",
)
# More bins for more values, by the cube root of Scott 1979, up to so many.
FEWEST_BINS, MOST_BINS = 12, 48
_ENDS = (0.005, 0.995)


def curves_of(
    made: Mapping[tuple[str, str], Measure], reference: Mapping[tuple[str, str], Measure]
) -> list[dict[str, Any]]:
    """Return the curves of both sides.

    Parameters
    ----------
    made, reference : mapping of (str, str) to Measure
        By level and name.

    Returns
    -------
    list of dict
        ``name``, ``unit``, ``logarithmic``, ``at`` (middles of bins), and the shares ``synthetic``
        and ``reference``.
    """
    found = []
    for key, real in reference.items():
        if key[1] in DRAWN and key in made:
            found.append(_curve(made[key], real))
    return sorted(found, key=lambda curve: DRAWN.index(curve["name"]))


def _curve(made: Measure, real: Measure) -> dict[str, Any]:
    log = real.distance == "log w1"
    values = [np.log(side.value) if log else side.value.astype(float) for side in (made, real)]
    if real.distance == "clock w1":
        edges = np.linspace(0.0, 24.0, 25)
    else:
        fewest = min(len(side) for side in values)
        bins = int(np.clip(2.0 * fewest ** (1 / 3), FEWEST_BINS, MOST_BINS))
        ends = [np.quantile(side, _ENDS) for side in values]
        low, high = min(e[0] for e in ends), max(e[1] for e in ends)
        edges = np.linspace(low, high if high > low else low + 1.0, bins + 1)
    middle = (edges[1:] + edges[:-1]) / 2
    shares = [
        _shares(side.person, value, edges) for side, value in zip((made, real), values, strict=True)
    ]
    return {
        "name": real.name,
        "unit": real.unit,
        "logarithmic": log,
        "at": (np.exp(middle) if log else middle).tolist(),
        "synthetic": shares[0].tolist(),
        "reference": shares[1].tolist(),
    }


def _shares(person: Any, value: Floats, edges: Floats) -> Floats:
    often = np.maximum(np.bincount(person), 1)
    weight = 1.0 / (often[person] * len(np.unique(person)))
    found: Floats = np.histogram(value, edges, weights=weight)[0]
    return found
