"""Faster here, slower there: time runs at a pace that drifts smoothly within a range."""

import numpy as np
from numpy.typing import NDArray

from deskhand.datasets.augmentation.operator import Operator
from deskhand.datasets.resynthesis.retiming import Retiming
from deskhand.datasets.resynthesis.rewritten import rewritten
from deskhand.datasets.resynthesis.session_rows import SessionRows
from deskhand.errors import DeskhandError
from deskhand.session import Session
from deskhand.streams import stream

USUAL = "0.9..1.1"
SLOWEST, FASTEST = 10.0, 0.1
# The pace is drawn anew so often, and runs evenly from one to the next. Assumed.
KNOT_US = 10_000_000


def time_warp(argument: str | None) -> Operator:
    """Return the operator for a range such as ``0.9..1.1``: lengths times .9 to 1.1.

    Raises
    ------
    DeskhandError
        When the argument is no range.
    """
    given = argument or USUAL
    low_text, dots, high_text = given.partition("..")
    try:
        low, high = float(low_text), float(high_text)
    except ValueError:
        low = high = float("nan")
    if not dots or not FASTEST <= low <= high <= SLOWEST:
        raise DeskhandError(
            f"time_warp:{given}: give the least and the greatest factor of time, from {FASTEST:g} to "
            f"{SLOWEST:g}, for example time_warp:{USUAL}."
        )

    def apply(session: Session, seed: int) -> Session:
        rows = SessionRows(session)
        nothing = np.zeros(len(rows), np.bool_)
        retiming = Retiming(rows, nothing, nothing)
        anchors = retiming.anchors
        warped = warped_us(rows.t_us[anchors], low, high, seed)
        retiming.span(anchors[:-1], anchors[1:], np.diff(warped))
        return rewritten(rows, retiming.times_us())

    return Operator(text=f"time_warp:{low:g}..{high:g}", apply=apply)


def warped_us(t_us: NDArray[np.int64], low: float, high: float, seed: int) -> NDArray[np.float64]:
    """Return times on a clock whose pace drifts between two bounds.

    Examples
    --------
    >>> t_us = np.arange(0, 60_000_000, 1_000_000)
    >>> steps = np.diff(warped_us(t_us, 0.5, 2.0, 7)) / 1e6
    >>> bool(steps.min() >= 0.5), bool(steps.max() <= 2.0), bool(np.ptp(steps) > 0.3)
    (True, True, True)
    """
    last_us = int(t_us.max(initial=0))
    count = last_us // KNOT_US + 2
    pace = low + (high - low) * stream(seed, "augment.time_warp").random(count)
    # The integral of a pace that is straight from knot to knot.
    whole = np.append(0.0, np.cumsum(0.5 * KNOT_US * (pace[1:] + pace[:-1])))
    knot = np.minimum(t_us // KNOT_US, count - 2)
    into = (t_us - knot * KNOT_US).astype(np.float64)
    slope = (pace[knot + 1] - pace[knot]) / KNOT_US
    warped: NDArray[np.float64] = whole[knot] + into * (pace[knot] + 0.5 * slope * into)
    return warped
