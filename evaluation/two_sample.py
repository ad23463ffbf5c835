"""Classifier two-sample test: whether a classifier can tell two sets of rows apart.

Source: Lopez-Paz & Oquab 2017 (classifier two-sample tests). Rows of one person are alike, so all of
a person's rows are in one fold, and the interval comes from drawing people, not rows, anew.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deskhand.errors import DeskhandError

Floats = NDArray[np.float64]

FOLDS = 5
RESAMPLES = 400
# Known values a side without which a single feature is not named.
FEWEST_KNOWN = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoSample:
    """What came out of a test.

    Parameters
    ----------
    auc : float
        Area under the curve on people left out of the training; .5 is "cannot tell".
    low, high : float
        95 % interval over people.
    rows : int
        Rows of both sides.
    """

    auc: float
    low: float
    high: float
    rows: int


def two_sample_test(
    real: Floats,
    made: Floats,
    real_person: NDArray[np.integer],
    made_person: NDArray[np.integer],
    *,
    seed: int,
    classifier: Callable[[int], Any] | None = None,
    folds: int = FOLDS,
) -> TwoSample:
    """Return how well a classifier tells two sets of rows apart.

    Parameters
    ----------
    real, made : NDArray[np.float64], shapes (n, k) and (m, k)
        Features; NaN, where a row has none, only if the classifier takes it, as `boosting` does.
    real_person, made_person : NDArray of int, shapes (n,) and (m,)
        Whose rows. A person with rows on both sides is in one fold with all of them.
    seed : int
        Of the folds and of the classifier.
    classifier : callable, optional
        Makes a scikit-learn classifier from a seed (default: `boosting`).
    folds : int
        So many classifiers are trained, each tested on the people of one fold.

    Raises
    ------
    DeskhandError
        When scikit-learn is missing, or there are fewer people than folds.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> real, made = rng.standard_normal((200, 2)), rng.standard_normal((200, 2)) + [0.0, 4.0]
    >>> person = np.arange(200) % 20
    >>> two_sample_test(real, made, person, person, seed=0).auc > 0.95
    True
    """
    model_selection = learn("model_selection")
    rows = np.concatenate([real, made])
    label = np.repeat([0, 1], [len(real), len(made)])
    person = np.concatenate([real_person, made_person])
    if len(np.unique(person)) < folds:
        raise DeskhandError(
            f"{len(np.unique(person))} people: a test needs at least {folds}, as all rows of a "
            "person are in one fold."
        )
    make = boosting if classifier is None else classifier
    score = np.empty(len(rows))
    cut = model_selection.StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
    with one_thread():
        for train, test in cut.split(rows, label, person):
            fitted = make(seed).fit(rows[train], label[train])
            score[test] = fitted.predict_proba(rows[test])[:, 1]
    low, high = _interval(score, label, person, seed)
    return TwoSample(auc=area(score, label), low=low, high=high, rows=len(rows))


def boosting(seed: int) -> Any:
    """Return gradient-boosted trees, the classifier of the views by features."""
    return learn("ensemble").HistGradientBoostingClassifier(
        max_iter=120,
        learning_rate=0.06,
        max_leaf_nodes=24,
        l2_regularization=1.0,
        random_state=seed,
    )


def linear(seed: int) -> Any:
    """Return a logistic regression on standardised columns, for many random features."""
    return learn("pipeline").make_pipeline(
        learn("preprocessing").StandardScaler(),
        learn("linear_model").LogisticRegression(C=0.02, max_iter=300, random_state=seed),
    )


def one_thread() -> AbstractContextManager[Any]:
    """Return a context in which scikit-learn keeps to one thread.

    So few rows are learnt no faster by more, and where other work runs beside, threads that wait for
    each other at every split of every tree take ten times as long.
    """
    # Its thread pools are there once it is; it depends on what limits them.
    learn("ensemble")
    limits: AbstractContextManager[Any] = import_module("threadpoolctl").threadpool_limits(1)
    return limits


def learn(part: str) -> Any:
    """Import a part of scikit-learn, which only the evaluation needs.

    Raises
    ------
    DeskhandError
        When it is not installed.
    """
    try:
        return import_module(f"sklearn.{part}")
    except ImportError as error:
        raise DeskhandError(
            "scikit-learn is not installed; classifier tests need it: "
            'python -m pip install "deskhand[evaluate]"'
        ) from error


def area(score: Floats, label: NDArray[np.integer], weight: Floats | None = None) -> float:
    """Return the share of (made, real) pairs that are scored in order; ties count half.

    Parameters
    ----------
    score : NDArray[np.float64], shape (n,)
        Higher for made.
    label : NDArray of int, shape (n,)
        1 for made.
    weight : NDArray[np.float64], shape (n,), optional
        How often each row counts.

    Examples
    --------
    >>> area(np.array([0.1, 0.4, 0.4, 0.9]), np.array([0, 0, 1, 1]))
    0.875
    """
    count = np.ones(len(score)) if weight is None else weight
    _, place = np.unique(score, return_inverse=True)
    made = np.bincount(place, count * label)
    real = np.bincount(place, count * (1 - label))
    below = np.cumsum(real) - real
    return float((made * (below + 0.5 * real)).sum() / (made.sum() * real.sum()))


def telling_features(
    real: Floats, made: Floats, names: Sequence[str], top: int = 8
) -> list[tuple[str, float]]:
    """Return the single features that tell most, each with its area, from .5 to 1.

    Parameters
    ----------
    real, made : NDArray[np.float64], shapes (n, k) and (m, k)
        Features; rows whose value is not known (NaN) are left out.
    names : sequence of str, length k
        Their names.
    top : int
        How many to return.
    """
    label = np.repeat([0, 1], [len(real), len(made)])
    areas = []
    for k in range(len(names)):
        values = np.append(real[:, k], made[:, k])
        known = np.isfinite(values)
        sides = known[: len(real)].sum(), known[len(real) :].sum()
        # A feature that few rows have says little, however well it tells them apart.
        areas.append(area(values[known], label[known]) if min(sides) >= FEWEST_KNOWN else 0.5)
    ranked = sorted(((max(a, 1 - a), name) for a, name in zip(areas, names, strict=True)))
    return [(name, round(a, 3)) for a, name in ranked[::-1][:top]]


def _interval(
    score: Floats, label: NDArray[np.integer], person: NDArray[np.integer], seed: int
) -> tuple[float, float]:
    people, place = np.unique(person, return_inverse=True)
    rng = np.random.default_rng(seed)
    areas = []
    for _ in range(RESAMPLES):
        drawn = np.bincount(rng.integers(0, len(people), len(people)), minlength=len(people))
        weight = drawn[place].astype(np.float64)
        if weight[label == 0].any() and weight[label == 1].any():
            areas.append(area(score, label, weight))
    low, high = np.percentile(areas, [2.5, 97.5])
    return float(low), float(high)
