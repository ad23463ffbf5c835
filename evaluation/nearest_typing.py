"""No copying: made stretches of keys lie no nearer to the fitted people's than real strangers' do."""

import numpy as np
from numpy.typing import NDArray

from deskhand.evaluation.key_table import Keystrokes
from deskhand.evaluation.key_windows import key_windows
from deskhand.evaluation.nearness import Nearness, nearness

# Keys of a stretch: enough that two are alike by memory and not by chance, and few enough that
# people repeat themselves.
SIZE = 10
# A stamp's clock makes equal what is not: stamps are spread by so much before ln is taken.
DITHER_MS = 8.0
# Stretches a side at most; in so many dimensions every pair is looked at.
MOST = 20_000


def nearest_typing(
    made: Keystrokes, strangers: Keystrokes, fitted: Keystrokes, *, seed: int = 0
) -> Nearness:
    """Return whether made keystrokes are copies of those that a model was fitted on.

    Parameters
    ----------
    made : Keystrokes
        By the fitted model, best the strangers' own keys timed anew.
    strangers : Keystrokes
        Of real people whom the fit has not seen.
    fitted : Keystrokes
        Of the people it was fitted on.
    seed : int
        Which stretches are looked at, and how stamps are spread.

    Raises
    ------
    DeskhandError
        When one of them has no session of ten keys.
    """
    one, other, known = (
        _places(side, seed + number) for number, side in enumerate((made, strangers, fitted))
    )
    return nearness(one, other, known)


def _places(keys: Keystrokes, seed: int) -> NDArray[np.float64]:
    """Return rows in which like stretches are near: ln holds and ln spacings."""
    windows = key_windows(keys, size=SIZE, most=MOST, seed=seed, dither_ms=DITHER_MS)
    places: NDArray[np.float64] = np.log(np.hstack([windows.hold, windows.spacing]).clip(1.0))
    return places
