"""Made movements against real ones in every view: four of the first adversary, and the second one."""

from collections.abc import Sequence

from deskhand.calibration.movements import Movements
from deskhand.errors import UnknownNameError
from deskhand.evaluation.pointer_features import KINEMATIC, REPORTS, SHAPE, pointer_features
from deskhand.evaluation.random_kernels import kernel_features
from deskhand.evaluation.second_adversary import REPORT_FEATURES, report_features, second_adversary
from deskhand.evaluation.two_sample import TwoSample, linear, telling_features, two_sample_test

VIEWS = ("shape", "kinematic", "kernels", "raw", "second")
_COLUMNS = {
    "shape": SHAPE,
    "kinematic": (*SHAPE, *KINEMATIC),
    "raw": (*SHAPE, *KINEMATIC, *REPORTS),
    "second": REPORT_FEATURES,
}


def pointer_views(
    real: Movements, made: Movements, *, seed: int, views: Sequence[str] = VIEWS
) -> dict[str, TwoSample]:
    """Return how well classifiers tell made movements from real ones, view by view.

    Parameters
    ----------
    real : Movements
        Of people whom the fit of the model has not seen.
    made : Movements
        Best as many, to end points of the same people and under the same person numbers.
    seed : int
        Of folds, classifiers and kernels.
    views : sequence of str
        Some of `VIEWS`.

    Raises
    ------
    UnknownNameError
        When there is no such view.
    DeskhandError
        When scikit-learn is missing, or there are fewer people than folds.

    Examples
    --------
    >>> from deskhand.evaluation.path_table import straight_movements
    >>> short = straight_movements([(0, 0, 100 + k, 0) for k in range(60)])
    >>> tall = straight_movements([(0, 0, 0, 100 + k) for k in range(60)])
    >>> pointer_views(short, tall, seed=0, views=["shape"])["shape"].auc
    1.0
    """
    for view in views:
        if view not in VIEWS:
            raise UnknownNameError("view", view, VIEWS)
    found: dict[str, TwoSample] = {}
    by_features = pointer_features(real), pointer_features(made)
    for view in views:
        if view == "second":
            found[view] = second_adversary(real, made, seed=seed)
            continue
        if view == "kernels":
            sides = kernel_features(real, seed=seed), kernel_features(made, seed=seed)
        else:
            sides = by_features[0][view], by_features[1][view]
        found[view] = two_sample_test(
            *sides,
            real.person,
            made.person,
            seed=seed,
            classifier=linear if view == "kernels" else None,
        )
    return found


def telling(
    real: Movements, made: Movements, *, top: int = 8
) -> dict[str, list[tuple[str, float]]]:
    """Return the single features that tell most in each view that has named features.

    Parameters
    ----------
    real, made : Movements
        Both sides.
    top : int
        How many of each view.

    Returns
    -------
    dict of list of (name, area)
        Areas from .5, no help, to 1.
    """
    first, second = pointer_features(real), pointer_features(made)
    first["second"], second["second"] = report_features(real), report_features(made)
    return {
        view: telling_features(first[view], second[view], names, top)
        for view, names in _COLUMNS.items()
    }
