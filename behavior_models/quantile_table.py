"""A distribution of any form as a table of its quantiles at evenly spaced normal scores.

Between table entries it is interpolated; beyond them it goes on straight for a little.
"""

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.normal_distribution import normal_cdf

Floats = NDArray[np.float64]

# How far a distribution goes beyond its table, as a share of the table's span. Assumed.
BEYOND = 0.05


def quantile_table(values: Floats, scores: Floats) -> Floats:
    """Return the quantiles of observed values at normal scores.

    Parameters
    ----------
    values : NDArray[np.float64], shape (n,)
    scores : NDArray[np.float64], shape (k,)
        Evenly spaced, ascending.

    Returns
    -------
    NDArray[np.float64], shape (k,)
        Ascending.

    Examples
    --------
    >>> quantile_table(np.arange(101.0), np.array([-1.0, 0.0, 1.0])).round(1).tolist()
    [15.9, 50.0, 84.1]
    """
    table: Floats = np.quantile(values, normal_cdf(scores))
    return np.maximum.accumulate(table + np.arange(len(table)) * 1e-9)


def score_of_value(values: Floats, table: Floats, scores: Floats) -> Floats:
    """Return the normal scores of values; see `quantile_table`."""
    return np.interp(values, table, scores)


def value_of_score(score: Floats, table: Floats, scores: Floats) -> Floats:
    """Return the values that have given normal scores; the inverse of `score_of_value`.

    Examples
    --------
    >>> value_of_score(np.array([0.5, 9.0]), np.array([0.0, 1.0]), np.array([0.0, 1.0])).tolist()
    [0.5, 1.05]
    """
    span = BEYOND * (table[-1] - table[0])
    step = scores[1] - scores[0]
    low = table[0] + (score - scores[0]) * ((table[1] - table[0]) / step)
    high = table[-1] + (score - scores[-1]) * ((table[-1] - table[-2]) / step)
    value = np.where(score < scores[0], low, np.interp(score, scores, table))
    value = np.where(score > scores[-1], high, value)
    return np.clip(value, table[0] - span, table[-1] + span)
