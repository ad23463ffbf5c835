"""No copying: made movements lie no nearer to the fitted people's than real strangers' do."""

import numpy as np
from numpy.typing import NDArray

from deskhand.calibration.movements import Movements
from deskhand.errors import DeskhandError
from deskhand.evaluation.motion_grid import heading_frame
from deskhand.evaluation.nearness import Nearness, nearness

# Times at which a movement's place is looked at, as shares of its time, and the weight of its ln
# duration and ln distance beside places as shares of the distance.
SAMPLES = 20
SIZE_WEIGHT = 1.0


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
    return nearness(_places(made), _places(strangers), _places(fitted))


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
