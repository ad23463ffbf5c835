"""Where in its target a pointing movement ends: not at the centre, and seldom at the edges.

The offset from the centre, as a share of the target's extent, follows a table of quantiles on each
axis; on top of it the end point may lie short, towards the side from which the pointer comes.

Sources
-------
Grossman & Balakrishnan 2005 (end points spread over the target's extent, along and across the
approach); the numbers are those of the profile's section ``endpoint``.
"""

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.profile import Entries, Profile, entry
from deskhand.errors import DeskhandError
from deskhand.keyed_draws import Keys, uniforms

SECTION = "endpoint"
LEVELS = (0.0, 0.02, 0.05, 0.1, 0.25, 0.4, 0.5, 0.6, 0.75, 0.9, 0.95, 0.98, 1.0)
EDGE = 0.5
# An offset beyond the box by this share at most is a click at its edge, and none of another box.
OUTSIDE = 0.02


def landing_points(
    profile: Profile, start: NDArray[np.float64], target: NDArray[np.float64], keys: Keys
) -> NDArray[np.float64]:
    """Draw the end point of each movement.

    Parameters
    ----------
    profile : Profile
        Section ``endpoint``.
    start : NDArray[np.float64], shape (n, 2)
        Where the movements come from, in px.
    target : NDArray[np.float64], shape (n, 4)
        Centre x and y, width and height in px, above 0.
    keys : NDArray[np.uint64], shape (n,)
        One key a movement.

    Returns
    -------
    NDArray[np.float64], shape (n, 2)
        Inside the box; whole px on an axis on which the box holds one.

    Raises
    ------
    DeskhandError
        When the profile's tables are not as long as their levels.

    Examples
    --------
    >>> from deskhand.behavior_models.profile import load_profile
    >>> from deskhand.keyed_draws import keys
    >>> box = np.tile([500.0, 300.0, 80.0, 20.0], (1000, 1))
    >>> at = landing_points(
    ...     load_profile("office"), np.zeros((1000, 2)), box, keys(7, "end", range(1000))
    ... )
    >>> bool(np.all(np.abs(at - box[:, :2]) <= box[:, 2:] / 2)), bool(at[:, 0].std() > 15)
    (True, True)
    """
    centre, extent = target[:, :2], target[:, 2:]
    levels = profile[SECTION, "levels"]
    share = np.empty_like(centre)
    for axis, name in enumerate(("offset_x", "offset_y")):
        table = profile[SECTION, name]
        if len(table) != len(levels):
            raise DeskhandError(
                f"profile {profile.name!r}: endpoint.{name} has {len(table)} entries and "
                f"endpoint.levels {len(levels)}; give one entry a level."
            )
        share[:, axis] = np.interp(uniforms(keys, axis), levels, table)
    share -= float(profile[SECTION, "short"]) * _directions(start, centre)
    return _whole(centre + np.clip(share, -EDGE, EDGE) * extent, centre, extent)


def fit_endpoint(
    start: NDArray[np.float64],
    end: NDArray[np.float64],
    target: NDArray[np.float64],
    source: str,
) -> Entries:
    """Return the entries of the section ``endpoint`` fitted to recorded presses.

    Parameters
    ----------
    start, end : NDArray[np.float64], shape (n, 2)
        Where movements began, and where they pressed, in px.
    target : NDArray[np.float64], shape (n, 4)
        As for `landing_points`; rows with NaN, and presses outside the box, play no part.
    source : str
        Where the presses come from.

    Returns
    -------
    Entries
        Empty where no press has a target.

    Raises
    ------
    DeskhandError
        When the shapes do not agree.

    Examples
    --------
    >>> box = np.tile([500.0, 300.0, 80.0, 20.0], (9, 1))
    >>> end = box[:, :2] + np.linspace(-8.0, 8.0, 9)[:, np.newaxis]
    >>> fit_endpoint(np.zeros((9, 2)), end, box, "made up")["offset_x"]["value"][6]
    0.0
    """
    n = len(start)
    if start.shape != (n, 2) or end.shape != (n, 2) or target.shape != (n, 4):
        raise DeskhandError(
            f"starts of shape {start.shape}, ends of shape {end.shape} and targets of shape "
            f"{target.shape}: give (n, 2), (n, 2) and (n, 4)."
        )
    centre, extent = target[:, :2], target[:, 2:]
    with np.errstate(invalid="ignore", divide="ignore"):
        share = (end - centre) / extent
        inside = (extent > 0).all(axis=1) & (np.abs(share) <= EDGE + OUTSIDE).all(axis=1)
    share, way = np.clip(share[inside], -EDGE, EDGE), _directions(start, centre)[inside]
    if not len(share):
        return {}
    # One slope for both axes, each with its own middle.
    around, along = share - share.mean(axis=0), way - way.mean(axis=0)
    short = -float((around * along).sum() / max(float((along**2).sum()), 1e-12))
    rest = np.clip(share + short * way, -EDGE, EDGE)
    told = f"{source}, {len(share)} presses: "
    tables = [np.quantile(rest[:, axis], LEVELS).round(4).tolist() for axis in range(2)]
    quantiles = (
        "quantiles of the offset from the centre as a share of the {}, pull to the start removed"
    )
    return {
        "levels": entry(list(LEVELS), "levels of the tabled quantiles"),
        "offset_x": entry(tables[0], told + quantiles.format("width")),
        "offset_y": entry(tables[1], told + quantiles.format("height")),
        "short": entry(
            round(short, 4), told + "regression of the offset on the direction of the approach"
        ),
    }


def _directions(start: NDArray[np.float64], centre: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return unit vectors from starts to centres, shape (n, 2); 0 where they coincide."""
    way = centre - start
    length = np.hypot(way[:, 0], way[:, 1])
    unit: NDArray[np.float64] = way / np.maximum(length, 1e-9)[:, np.newaxis]
    return unit


def _whole(
    place: NDArray[np.float64], centre: NDArray[np.float64], extent: NDArray[np.float64]
) -> NDArray[np.float64]:
    first, last = np.ceil(centre - 0.5 * extent), np.floor(centre + 0.5 * extent)
    rounded = np.minimum(np.maximum(np.rint(place), first), last)
    return np.where(first <= last, rounded, place)
