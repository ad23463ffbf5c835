"""No copying: made movements lie no nearer to the fitted people's than real strangers' do.

Source: distance to the closest record, with held-out people as the control (a made movement near a
fitted one proves nothing where strangers come as near).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from scipy.stats import ks_2samp

from deskhand.calibration.movements import Movements
from deskhand.errors import DeskhandError
from deskhand.evaluation.motion_grid import Floats, heading_frame

# Times at which a movement's place is looked at, as shares of its time, and the weight of its ln
# duration and ln distance beside places as shares of the distance.
SAMPLES = 20
SIZE_WEIGHT = 1.0
QUANTILES = (0.01, 0.05, 0.25, 0.5, 0.75)
# A made movement this much nearer than the strangers' nearest hundredth would be suspect.
NEAR_SHARE = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearness:
    """Distances to the nearest movement of the fitted people.

    Parameters
    ----------
    made, strangers : NDArray[np.float64], shape (5,)
        Quantiles `QUANTILES` of the distances.
    ks : float
        Largest difference of the two distributions.
    p_value : float
        Of that difference, were all movements independent.
    nearer : float
        Largest excess of made movements at small distances: the one-sided difference.
    copies : float
        Share of made movements nearer than half the strangers' first hundredth.
    """

    made: Floats
    strangers: Floats
    ks: float
    p_value: float
    nearer: float
    copies: float


def nearest_movement(made: Movements, strangers: Movements, fitted: Movements) -> Nearness:
    """Return whether made movements are copies of those that a model was fitted on.

    Parameters
    ----------
    made : Movements
        By the fitted model, best between the strangers' end points.
    strangers : Movements
        Of real people whom the fit has not seen.
    fitted : Movements
        Of the people it was fitted on.

    Raises
    ------
    DeskhandError
        When one of them is empty.

    Examples
    --------
    >>> from deskhand.evaluation.path_table import straight_movements
    >>> fitted = straight_movements([(0, 0, 100 + 7 * k, 0) for k in range(50)])
    >>> strangers = straight_movements([(0, 0, 103 + 7 * k, 0) for k in range(50)])
    >>> nearest_movement(fitted, strangers, fitted).copies
    1.0
    """
    for name, side in (("made", made), ("strangers", strangers), ("fitted", fitted)):
        if not len(side):
            raise DeskhandError(f"{name}: no movements; the nearest of them cannot be measured.")
    tree = cKDTree(_places(fitted))
    one, other = (np.asarray(tree.query(_places(side))[0]) for side in (made, strangers))
    both = ks_2samp(one, other, method="asymp")
    below = ks_2samp(one, other, alternative="greater", method="asymp")
    # Movements from the same place at the same time lie at 0: those are copies for any limit.
    limit = NEAR_SHARE * np.quantile(other, 0.01)
    return Nearness(
        made=np.quantile(one, QUANTILES),
        strangers=np.quantile(other, QUANTILES),
        ks=float(both.statistic),
        p_value=float(both.pvalue),
        nearer=float(below.statistic),
        copies=float(np.mean(one <= limit)),
    )


def _places(movements: Movements) -> NDArray[np.float64]:
    """Return rows in which like movements are near: the way in its own frame, time and distance."""
    along, across, chord_px = heading_frame(movements)
    m, count = len(movements), movements.count
    duration_us = np.maximum(movements.duration_us, 1)
    # Each movement has a stretch of the axis of its own, so that one interpolation does all.
    share = movements.t_us / np.repeat(duration_us, count)
    at = share + 2.0 * np.repeat(np.arange(m), count)
    wanted = np.linspace(0.0, 1.0, SAMPLES) + 2.0 * np.arange(m)[:, np.newaxis]
    scale = np.maximum(chord_px, 1.0)[:, np.newaxis]
    a, b = (
        np.interp(wanted.ravel(), at, axis).reshape(m, -1) / scale / SAMPLES**0.5
        for axis in (along, across)
    )
    sizes = SIZE_WEIGHT * np.log(np.column_stack([duration_us, scale]))
    return np.hstack([a, b, sizes])
