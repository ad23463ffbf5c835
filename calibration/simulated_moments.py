"""Moments of movements' features, and how far others' moments are from them.

Each feature is put on a normal scale by its rank among the recorded ones; moments are means of
steps of these scores and of products of two. Their distance is the one at which a regularised
quadratic classifier would tell both kinds of movements apart.

Sources
-------
McFadden 1989, method of simulated moments; Fisher 1936, the linear discriminant.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_triangular

from deskhand.calibration.interval_features import interval_features
from deskhand.calibration.path_features import path_features

Floats = NDArray[np.float64]

RIDGE = 0.3
# Least spread of a moment's terms, and the weight of products beside that of single features.
LEAST_SPREAD, PRODUCT_WEIGHT = 0.05, 0.4
# Scores are cut off here: a tail of few movements does not rule the search.
FARTHEST_SCORE = 2.5
# Where the steps of a score begin; the outer ones speak for tails.
EDGES = (-1.7, -0.8, 0.0, 0.8, 1.7)
# Ranks are taken among this many recorded values of a feature.
RANKS = 1000
# Distances and widths are taken relative to these.
USUAL_PX, USUAL_WIDTH_PX = 300.0, 60.0


def features(count: NDArray[np.int64], t_us: NDArray[np.int64], x: Floats, y: Floats) -> Floats:
    """Return the features of many movements: of paths, and of intervals, shape (m, k)."""
    made = path_features(count, t_us, x, y), interval_features(count, t_us, x, y)
    return np.hstack(made)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """Moments of recorded features, and the measure of how far others are from them.

    Parameters
    ----------
    ordered : Floats, shape (n, k)
        Each recorded feature in ascending order.
    mean, scale : Floats, shape (q,)
        Of the recorded moments.
    factor : Floats, shape (q, q)
        Lower Cholesky factor of their regularised correlation; what it is solved for is white.
    """

    ordered: Floats
    mean: Floats
    scale: Floats
    factor: Floats

    @classmethod
    def of(cls, rows: Floats, distance_px: Floats, width_px: Floats) -> "Moments":
        """Return the moments of recorded movements.

        Parameters
        ----------
        rows : NDArray[np.float64], shape (m, k)
            Their `features`.
        distance_px, width_px : NDArray[np.float64], shape (m,)
            From start to end, and the target's extent along the path, 0 where it is not known.
        """
        places = np.linspace(0, len(rows) - 1, min(RANKS, len(rows))).astype(np.intp)
        ordered = np.sort(rows, axis=0)[places]
        terms = _terms(_scores(rows, ordered), distance_px, width_px)
        mean, scale = terms.mean(axis=0), np.maximum(terms.std(axis=0), LEAST_SPREAD)
        scale[-_products(rows.shape[1]) :] /= PRODUCT_WEIGHT
        even = (terms - mean) / scale
        around = even.T @ even / len(even)
        around[np.diag_indices_from(around)] += RIDGE
        factor = np.linalg.cholesky(around)
        return cls(ordered=ordered, mean=mean, scale=scale, factor=factor)

    def residual(self, rows: Floats, distance_px: Floats, width_px: Floats) -> Floats:
        """Return whitened differences of moments; their squares sum to the distance."""
        means = _mean_terms(_scores(rows, self.ordered), distance_px, width_px)
        whitened: Floats = solve_triangular(
            self.factor, (means - self.mean) / self.scale, lower=True, check_finite=False
        )
        return whitened


def _scores(rows: Floats, ordered: Floats) -> Floats:
    """Return each feature's rank among the recorded ones, on the scale of a normal distribution."""
    scores = np.empty_like(rows)
    n = len(ordered)
    for k, known in enumerate(np.ascontiguousarray(ordered.T)):
        # Between both sides, for counts are often equal.
        left = np.searchsorted(known, rows[:, k])
        ends = np.append(np.searchsorted(known, known, "right"), n)
        right = np.where(known.take(left, mode="clip") == rows[:, k], ends[left], left)
        share = (0.5 * (left + right) + 0.5) / (n + 1.0)
        # The logistic quantile is near the normal one and needs no table.
        scores[:, k] = 0.6 * np.log(share / (1.0 - share))
    return np.clip(scores, -FARTHEST_SCORE, FARTHEST_SCORE)


def _terms(scores: Floats, distance_px: Floats, width_px: Floats) -> Floats:
    """Return what the moments are means of: steps of each score, and products of two."""
    given = _given(distance_px, width_px)
    upper = np.triu_indices(scores.shape[1], 1)
    pairs = scores[:, upper[0]] * scores[:, upper[1]]
    return np.hstack(
        [*_single(scores), *(scores * column[:, np.newaxis] for column in given), pairs]
    )


def _mean_terms(scores: Floats, distance_px: Floats, width_px: Floats) -> Floats:
    """Return the means of `_terms`, whose products need not be written out."""
    n, given = len(scores), _given(distance_px, width_px)
    upper = np.triu_indices(scores.shape[1], 1)
    single = [term.mean(axis=0) for term in _single(scores)]
    products = (given @ scores / n).ravel(), (scores.T @ scores)[upper] / n
    return np.concatenate([*single, *products])


def _single(scores: Floats) -> list[Floats]:
    return [scores, *(np.maximum(scores - edge, 0.0) for edge in EDGES)]


def _given(distance_px: Floats, width_px: Floats) -> Floats:
    log_width = np.where(width_px > 0.0, np.log(np.maximum(width_px, 1.0) / USUAL_WIDTH_PX), 0.0)
    return np.stack([np.log(distance_px / USUAL_PX), log_width])


def _products(features: int) -> int:
    """Return how many of the terms, the last ones, are products."""
    return features * (features - 1) // 2 + 2 * features
