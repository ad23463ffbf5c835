"""No memorising: likelihood of the typing of people fitted on beside that of people left out."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.profile import load_profile
from deskhand.evaluation.key_table import Keystrokes
from deskhand.evaluation.typing_likelihood import typing_likelihood

# People of a fold that are scored, at most.
MOST_PEOPLE = 100


def show_likelihood(
    keys: Keystrokes, folds: Sequence[NDArray[np.integer[Any]]], paths: Sequence[str]
) -> list[dict[str, Any]]:
    """Print and return how likely each fold's network finds people, in nats a key.

    Parameters
    ----------
    keys : Keystrokes
    folds : sequence of NDArray of int
        People of each fold.
    paths : sequence of str
        Of the profile that was fitted without each fold.
    """
    rng = np.random.default_rng(0)
    some = [np.sort(rng.permutation(fold)[:MOST_PEOPLE]) for fold in folds]
    chosen = keys.of_people(np.concatenate(some))
    found = [typing_likelihood(chosen, load_profile(path)) for path in paths]
    met, unmet = (np.array([getattr(one, name) for one in found]) for name in ("met", "unmet"))
    print(f"\n{'learned: nats a key, on keys not inferred from':58}", end="")
    print(f"{'fitted':>9}{'left out':>10}{'gap':>8}{'+-':>7}")
    rows = []

    def show(name: str, fitted: NDArray[np.float64], left: NDArray[np.float64], off: float) -> None:
        row = {"name": name, "fitted": fitted.mean(), "left_out": left.mean(), "error": off}
        row["gap"] = row["left_out"] - row["fitted"]
        rows.append(row)
        print(
            f"  {name:56}{row['fitted']:9.3f}{row['left_out']:10.3f}{row['gap']:8.3f}{1.96 * off:7.3f}"
        )

    known = np.isfinite(met).all(axis=0)
    for number, fold in enumerate(some):
        out = np.isin(np.arange(len(known)), fold)
        inside = np.isin(np.arange(len(known)), np.concatenate(some)) & ~out
        fitted, left = met[number, inside & known], met[number, out & known]
        error = np.sqrt(fitted.var() / len(fitted) + left.var() / len(left))
        show(
            f"without fold {number + 1}: {len(fitted)} and {len(left)} people", fitted, left, error
        )
    fold_of = np.full(len(known), -1)
    for number, fold in enumerate(some):
        fold_of[fold] = number
    people = np.flatnonzero(known & (fold_of >= 0))
    for name, values in (("traits inferred", met), ("traits of anyone", unmet)):
        left = values[fold_of[people], people]
        fitted = (values[:, people].sum(axis=0) - left) / (len(folds) - 1)
        error = (left - fitted).std() / np.sqrt(len(people))
        show(f"the same {len(people)} people by either fit, {name}", fitted, left, error)
    return rows
