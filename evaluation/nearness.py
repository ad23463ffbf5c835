"""Nearness: what is made lies no nearer to what a model was fitted on than real strangers' does.

Source: distance to the closest record, with held-out people as the control (a made row near a fitted
one proves nothing where strangers come as near).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from scipy.stats import ks_2samp

Floats = NDArray[np.float64]

QUANTILES = (0.01, 0.05, 0.25, 0.5, 0.75)
# What is made this much nearer than the strangers' nearest hundredth would be suspect.
NEAR_SHARE = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearness:
    """Distances to the nearest row of the fitted people.

    Parameters
    ----------
    made, strangers : NDArray[np.float64], shape (5,)
        Quantiles `QUANTILES` of the distances.
    ks : float
        Largest difference of the two distributions.
    p_value : float
        Of that difference, were all rows independent.
    nearer : float
        Largest excess of made rows at small distances: the one-sided difference.
    copies : float
        Share of made rows nearer than half the strangers' first hundredth.
    """

    made: Floats
    strangers: Floats
    ks: float
    p_value: float
    nearer: float
    copies: float


def nearness(made: Floats, strangers: Floats, fitted: Floats) -> Nearness:
    """Return whether made rows are copies of those that a model was fitted on.

    Parameters
    ----------
    made, strangers, fitted : NDArray[np.float64], shape (n, d)
        Rows in which like things are near: by the fitted model, of real people whom the fit has not
        seen, and of the people it was fitted on; none of them empty.

    Examples
    --------
    >>> fitted = np.arange(50.0)[:, np.newaxis]
    >>> nearness(fitted, fitted + 0.4, fitted).copies
    1.0
    """
    tree = cKDTree(fitted)
    one, other = (np.asarray(tree.query(side)[0]) for side in (made, strangers))
    both = ks_2samp(one, other, method="asymp")
    below = ks_2samp(one, other, alternative="greater", method="asymp")
    # Rows that are the very same lie at 0: those are copies for any limit.
    limit = NEAR_SHARE * np.quantile(other, 0.01)
    return Nearness(
        made=np.quantile(one, QUANTILES),
        strangers=np.quantile(other, QUANTILES),
        ks=float(both.statistic),
        p_value=float(both.pvalue),
        nearer=float(below.statistic),
        copies=float(np.mean(one <= limit)),
    )
