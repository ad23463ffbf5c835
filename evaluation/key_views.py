"""Made keystrokes against real ones in every view: intervals, their order, clock, keys, all together."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from deskhand.errors import DeskhandError, UnknownNameError
from deskhand.evaluation.key_features import (
    CLOCK,
    DEPENDENCE,
    DISTRIBUTION,
    KEYED,
    clock_features,
    dependence_features,
    distribution_features,
    keyed_features,
)
from deskhand.evaluation.key_table import Keystrokes
from deskhand.evaluation.key_windows import Floats, key_windows, text_keys
from deskhand.evaluation.two_sample import FOLDS, TwoSample, telling_features, two_sample_test

VIEWS = ("distribution", "dependence", "clock", "no clock", "timing", "keyed")
_COLUMNS = {
    "distribution": DISTRIBUTION,
    "dependence": DEPENDENCE,
    "clock": CLOCK,
    "no clock": (*DISTRIBUTION, *DEPENDENCE),
    "timing": (*DISTRIBUTION, *DEPENDENCE, *CLOCK),
    "keyed": (*DISTRIBUTION, *DEPENDENCE, *CLOCK, *KEYED),
}
# Stamps are moved by up to the coarsest clock that is common, so that none can be seen.
DITHER_MS = 16.0
WINDOW, MOST = 40, 2000
# Known values of a feature without which it is not looked at, each fold.
FEWEST_KNOWN = 10


def views_of(keys: Keystrokes) -> tuple[str, ...]:
    """Return the views that keystrokes can be seen in: without known keys not the last one."""
    return VIEWS if len(text_keys(keys)) > len(keys) // 2 else VIEWS[:-1]


def window_features(
    keys: Keystrokes, view: str, *, size: int = WINDOW, most: int = MOST, seed: int
) -> tuple[Floats, NDArray[np.int32]]:
    """Return the features of one view and whose windows they are of.

    Parameters
    ----------
    keys : Keystrokes
        Of several people.
    view : str
        One of `VIEWS`. ``keyed`` looks at keys that write or erase alone, the others at all.
    size, most : int
        Keys of a window, and how many windows.
    seed : int
        Of the choice of windows.

    Returns
    -------
    rows : NDArray[np.float64], shape (w, k)
    person : NDArray[np.int32], shape (w,)
    """
    if view not in VIEWS:
        raise UnknownNameError("view", view, VIEWS)
    chosen = text_keys(keys) if view == "keyed" else keys
    dither_ms = DITHER_MS if view == "no clock" else 0.0
    windows = key_windows(chosen, size=size, most=most, seed=seed, dither_ms=dither_ms)
    parts = []
    if view not in ("dependence", "clock"):
        parts.append(distribution_features(windows))
    if view not in ("distribution", "clock"):
        parts.append(dependence_features(windows))
    if view in ("clock", "timing", "keyed"):
        parts.append(clock_features(windows))
    if view == "keyed":
        parts.append(keyed_features(windows, keys.vocabulary))
    return np.hstack(parts), windows.person


def key_views(
    real: Keystrokes,
    made: Keystrokes,
    *,
    seed: int,
    views: Sequence[str] | None = None,
    size: int = WINDOW,
    most: int = MOST,
) -> dict[str, TwoSample]:
    """Return how well classifiers tell made keystrokes from real ones, view by view.

    Parameters
    ----------
    real : Keystrokes
        Of people whom the fit of the model has not seen.
    made : Keystrokes
        Best the same keys of the same people, under the same person numbers.
    seed : int
        Of windows, folds and classifiers.
    views : sequence of str, optional
        Some of `VIEWS`. Default: all that the keys can be seen in.
    size, most : int
        Keys of a window, and how many windows a side.

    Raises
    ------
    UnknownNameError
        When there is no such view.
    DeskhandError
        When scikit-learn is missing, no session has a window, or there are fewer people than folds.
    """
    found: dict[str, TwoSample] = {}
    for view in views_of(real) if views is None else views:
        rows = [
            window_features(side, view, size=size, most=most, seed=seed + number)
            for number, side in enumerate((real, made))
        ]
        # As many windows a side: the shorter side says how many.
        few = min(len(part) for part, _ in rows)
        rng = np.random.default_rng(seed)
        sides = []
        for part, person in rows:
            chosen = np.sort(rng.choice(len(part), few, replace=False))
            sides.append((part[chosen], person[chosen]))
        (a, a_person), (b, b_person) = sides
        known = np.minimum(np.isfinite(a).sum(0), np.isfinite(b).sum(0)) >= FEWEST_KNOWN * FOLDS
        if not known.any():
            raise DeskhandError(f"{few} windows a side are too few for the view {view!r}.")
        found[view] = two_sample_test(a[:, known], b[:, known], a_person, b_person, seed=seed)
    return found


def telling_keys(
    real: Keystrokes,
    made: Keystrokes,
    *,
    views: Sequence[str] | None = None,
    size: int = WINDOW,
    most: int = MOST,
    top: int = 8,
) -> dict[str, list[tuple[str, float]]]:
    """Return the single features that tell most in each view.

    Parameters
    ----------
    real, made : Keystrokes
        Both sides.
    views : sequence of str, optional
        Some of `VIEWS`.
    size, most : int
        Keys of a window, and how many windows.
    top : int
        How many features of each view.

    Returns
    -------
    dict of list of (name, area)
        Areas from .5, no help, to 1.
    """
    found = {}
    for view in views_of(real) if views is None else views:
        a, b = (
            window_features(side, view, size=size, most=most, seed=0)[0] for side in (real, made)
        )
        found[view] = telling_features(a, b, _COLUMNS[view], top)
    return found
