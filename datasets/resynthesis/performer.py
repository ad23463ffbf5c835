"""Who does the acts of a session: a hand, a way of typing, and at whose pace."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Floats = NDArray[np.float64]
# A ratio from so many acts counts half, from none not at all. Assumed.
HALF_TRUSTED = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Performer:
    """Who does the acts.

    Parameters
    ----------
    seed : int
        Of this performance.
    paths : callable
        Of a table of requests as for `deskhand.pointer_paths`, a table as from there.
    key_times : callable
        Of lists of keys as for `deskhand.time_keys`, and of the name of a layout, a table as from
        there.
    drag_factor : callable
        Of distances in px, the moving time of drags over that of pointing as far.
    notch_gaps_us : callable
        Of a number, so many times from one notch of the wheel to the next.
    own_pace : bool
        Whether the times are brought to the pace of the capture.
    """

    seed: int
    paths: Callable[[pa.Table], pa.Table]
    key_times: Callable[[Sequence[Sequence[str]], str], pa.Table]
    drag_factor: Callable[[Floats], Floats]
    notch_gaps_us: Callable[[int], Floats]
    own_pace: bool = False


def pace(old_us: NDArray[np.floating] | NDArray[np.integer], new_us: Floats) -> float:
    """Return by what a person's own times differ from a model's, as far as so few acts can tell.

    Parameters
    ----------
    old_us, new_us : NDArray, shape (k,)
        Times of the same acts.

    Examples
    --------
    >>> round(pace(np.full(1000, 200.0), np.full(1000, 100.0)), 2), pace(np.ones(0), np.ones(0))
    (1.99, 1.0)
    """
    ok = (np.asarray(old_us) > 0) & (new_us > 0)
    if not ok.any():
        return 1.0
    ratio = float(np.median(np.log(old_us[ok] / new_us[ok])))
    return float(np.exp(ratio * ok.sum() / (ok.sum() + HALF_TRUSTED)))
