"""Figures of made keystrokes beside those of people, and beside how far people are apart themselves.

A difference alone says little: it stands in units of the floor, which is how far two halves of the
reference's own people differ.
"""

from dataclasses import dataclass

import numpy as np

from deskhand.evaluation.key_table import Keystrokes
from deskhand.evaluation.typing_figures import typing_figures

# Splits of the reference's people into halves.
SPLITS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One row of the table of figures.

    Parameters
    ----------
    name : str
        With its unit, where it is not ms or a share.
    value, reference : float
        Of the made keystrokes and of the reference.
    floor : float
        Root mean square difference between two halves of the reference's people.
    """

    name: str
    value: float
    reference: float
    floor: float

    @property
    def ratio(self) -> float:
        """Difference from the reference in units of the floor; NaN where the floor is 0."""
        off = abs(self.value - self.reference)
        return off / self.floor if self.floor > 0 else (0.0 if off == 0 else float("nan"))


def figures_beside(made: Keystrokes, reference: Keystrokes, *, seed: int = 0) -> list[Figure]:
    """Return the figures of made keystrokes beside those of people.

    Parameters
    ----------
    made, reference : Keystrokes
        Best of the same keys.
    seed : int
        Of the halves.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from deskhand.evaluation.key_table import typed_keys
    >>> down_s = np.tile(np.arange(0, 20, 0.2), 4)
    >>> user = np.repeat(["ann", "bob", "cyd", "dan"], 100)
    >>> columns = {"user": user, "session": user, "t_down_s": down_s, "t_up_s": down_s + 0.1}
    >>> keys = typed_keys(pa.table(columns))
    >>> figures_beside(keys, keys)[0].ratio
    0.0
    """
    value, target = typing_figures(made), typing_figures(reference)
    people = np.unique(reference.person)
    rng = np.random.default_rng(seed)
    halves = []
    for _ in range(SPLITS if len(people) > 1 else 0):
        half = rng.permutation(people)[: len(people) // 2]
        one, other = (
            typing_figures(reference.of_people(side)) for side in (half, np.setdiff1d(people, half))
        )
        halves.append([one.get(name, np.nan) - other.get(name, np.nan) for name in target])
    floor = dict.fromkeys(target, float("nan"))
    if halves:
        floor = dict(zip(target, np.sqrt(np.mean(np.square(halves), axis=0)).tolist(), strict=True))
    return [
        Figure(name=name, value=value[name], reference=target[name], floor=floor[name])
        for name in target
        if name in value
    ]
