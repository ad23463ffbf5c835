"""Figures of made keystrokes beside those of people, and beside how far people are apart themselves."""

from deskhand.evaluation.figure import Figure, beside, halves
from deskhand.evaluation.key_table import Keystrokes
from deskhand.evaluation.typing_figures import typing_figures

# Splits of the reference's people into halves.
SPLITS = 10


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
    >>> import numpy as np
    >>> import pyarrow as pa
    >>> from deskhand.evaluation.key_table import typed_keys
    >>> down_s = np.tile(np.arange(0, 20, 0.2), 4)
    >>> user = np.repeat(["ann", "bob", "cyd", "dan"], 100)
    >>> columns = {"user": user, "session": user, "t_down_s": down_s, "t_up_s": down_s + 0.1}
    >>> keys = typed_keys(pa.table(columns))
    >>> figures_beside(keys, keys)[0].ratio
    0.0
    """
    split = [
        (typing_figures(reference.of_people(half)), typing_figures(reference.of_people(other)))
        for half, other in halves(reference.person, splits=SPLITS, seed=seed)
    ]
    return beside(typing_figures(made), typing_figures(reference), split)
