"""Random convolution kernels: features of a velocity series that nobody thought of.

Source: Dempster, Petitjean & Webb 2020 (ROCKET): highest response and share of positive responses
of many random dilated kernels, read by a linear classifier.
"""

import numpy as np
from numpy.typing import NDArray

from deskhand.calibration.movements import Movements
from deskhand.evaluation.motion_grid import Floats, heading_frame, motion_grid, moved_reports

LENGTH = 9
DILATIONS = (1, 2, 4, 8, 16)
# Kernels of each dilation, and steps of 10 ms looked at.
KERNELS, WINDOW = 40, 160
# Velocities are counted in this many px/s, about a movement's mean speed.
UNIT_PX_S = 1000.0
BLOCK = 256


def kernel_features(movements: Movements, *, seed: int) -> Floats:
    """Return responses of random kernels to the velocity along and across the chord.

    Parameters
    ----------
    movements : Movements
        m of them; what is behind 1.6 s is not looked at.
    seed : int
        Of the kernels.

    Returns
    -------
    NDArray[np.float64], shape (m, 400)

    Examples
    --------
    >>> from deskhand.evaluation.path_table import straight_movements
    >>> kernel_features(straight_movements([(0, 0, 300, 400)]), seed=0).shape
    (1, 400)
    """
    rng = np.random.default_rng(seed)
    kernels: list[tuple[int, NDArray[np.float32], NDArray[np.float32]]] = []
    for dilation in DILATIONS:
        weight = rng.standard_normal((LENGTH, 2, KERNELS))
        weight -= weight.mean(0)
        # Some kernels look at one of the two velocities alone.
        alone = rng.random(KERNELS) < 0.4
        weight[:, rng.integers(0, 2, KERNELS)[alone], np.flatnonzero(alone)] = 0.0
        kernels.append(
            (
                dilation,
                weight.astype(np.float32),
                rng.uniform(-0.5, 0.5, KERNELS).astype(np.float32),
            )
        )
    moved = moved_reports(movements)
    order = np.argsort(moved.duration_us, kind="stable")
    found = np.empty((len(moved), 2 * KERNELS * len(DILATIONS)))
    for low in range(0, len(order), BLOCK):
        chosen = order[low : low + BLOCK]
        part = moved.take(chosen)
        along, across, _ = heading_frame(part)
        grid = motion_grid(part, along, across)
        series = np.zeros((len(chosen), WINDOW, 2), np.float32)
        wide = min(WINDOW, grid.speed.shape[1])
        series[:, :wide, 0] = grid.along_speed[:, :wide] / UNIT_PX_S
        series[:, :wide, 1] = grid.across_speed[:, :wide] / UNIT_PX_S
        columns: list[NDArray[np.floating]] = []
        for dilation, weights, bias in kernels:
            steps = WINDOW - (LENGTH - 1) * dilation
            response: NDArray[np.float32] = np.zeros((len(chosen), steps, KERNELS), np.float32)
            for tap in range(LENGTH):
                response += series[:, tap * dilation : tap * dilation + steps] @ weights[tap]
            response += bias
            columns += [response.max(1), (response > 0).mean(1)]
        found[chosen] = np.hstack(columns)
    return found
