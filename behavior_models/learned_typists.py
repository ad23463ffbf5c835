"""Learned typists: the law over people of the traits that the keystroke network knows them by."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.density_network import whole_inputs
from deskhand.behavior_models.key_clock import KINDS
from deskhand.keyed_draws import Keys, mixed, normals

Floats = NDArray[np.float32]

FEWEST_PEOPLE = 30
_TRAITS = 41
# People beyond this many standard deviations are not drawn.
_FARTHEST = np.float32(2.8)


def fit_people_law(
    middle: NDArray[np.float64],
    variance: NDArray[np.float64],
    kind: NDArray[np.integer],
    count: NDArray[np.integer],
) -> dict[str, dict[str, Any]]:
    """Return means and triangles of the traits of people with each kind of clock.

    Parameters
    ----------
    middle, variance : NDArray[np.float64], shape (p, d)
        Where each person's traits are, and how well that is known.
    kind : NDArray[np.integer], shape (p,)
        Of each person's clock, place in `deskhand.behavior_models.key_clock.KINDS`: keyboards and
        the people who have them go together.
    count : NDArray[np.integer], shape (p,)
        Keystrokes of each person; people without any tell nothing.

    Returns
    -------
    dict
        By kind: ``mean`` (d numbers) and ``factor`` (d rows of a lower triangle). Kinds of fewer
        than 30 people have the law of all.
    """
    law = {}
    for code, name in enumerate(KINDS):
        here = (kind == code) & (count > 0)
        if here.sum() < FEWEST_PEOPLE:
            here = count > 0
        mean = middle[here].mean(axis=0)
        covariance = np.cov(middle[here].T) + np.diag(variance[here].mean(axis=0))
        factor = np.linalg.cholesky(covariance)
        law[name] = {
            "mean": [round(float(value), 3) for value in mean],
            "factor": [
                [round(float(value), 3) for value in row[: i + 1]] for i, row in enumerate(factor)
            ],
        }
    return law


def draw_learned_typists(
    law: Mapping[str, Mapping[str, Any]], kind: NDArray[np.integer], person_key: Keys
) -> Floats:
    """Draw the traits of people, in the whole steps of the network's inputs.

    Parameters
    ----------
    law : mapping
        From `fit_people_law`.
    kind : NDArray[np.integer], shape (p,)
        Whose clock is of which kind: place in `deskhand.behavior_models.key_clock.KINDS`.
    person_key : NDArray[np.uint64], shape (p,)

    Returns
    -------
    NDArray[np.float32], shape (d, p)

    Examples
    --------
    >>> from deskhand.keyed_draws import keys
    >>> law = {name: {"mean": [0.5], "factor": [[0.25]]} for name in KINDS}
    >>> traits = draw_learned_typists(law, np.zeros(5000, int), keys(1, "typist", range(5000)))
    >>> bool(abs(traits.mean() / 64 - 0.5) < 0.02), bool(abs(traits.std() / 64 - 0.25) < 0.02)
    (True, True)
    """
    size = len(law[KINDS[0]]["mean"])
    z = normals(mixed(person_key, _TRAITS), np.arange(size)[:, np.newaxis])
    np.clip(z, -_FARTHEST, _FARTHEST, out=z)
    traits = np.zeros_like(z)
    for code, name in enumerate(KINDS):
        here = np.flatnonzero(kind == code)
        mean, factor = law[name]["mean"], law[name]["factor"]
        for row in range(size):
            # Term by term, so that a person's sum does not depend on how many people there are.
            total = np.full(len(here), np.float32(mean[row]))
            for weight, one in zip(factor[row], z, strict=False):
                total += np.float32(weight) * one[here]
            traits[row, here] = total
    return whole_inputs(traits)
