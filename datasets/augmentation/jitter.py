"""Noise of the kind that a device adds: a pixel here, a fraction of a frame there."""

import numpy as np
from numpy.typing import NDArray

from deskhand.datasets.augmentation.operator import Operator
from deskhand.datasets.resynthesis.report_clock import own_intervals_us
from deskhand.datasets.resynthesis.retiming import Retiming
from deskhand.datasets.resynthesis.rewritten import rewritten
from deskhand.datasets.resynthesis.session_rows import POINTER, SessionRows
from deskhand.errors import DeskhandError
from deskhand.session import Session
from deskhand.streams import stream

USUAL_PX, MOST_PX = 1.0, 20.0
# SD of a stamp, as a share of the usual interval between reports. Assumed; recorders of the
# reference data have .35 ms at 16 ms.
TIME_SHARE = 0.022
# A stamp moves by less than half of what lies between it and the next, so none changes places.
MOST_OF_GAP = 0.45
# Noise dies down so long before a press or a release and is nothing there. Assumed.
STILL_US = 100_000


def jitter(argument: str | None) -> Operator:
    """Return the operator for an SD in px, such as ``1.0``.

    Raises
    ------
    DeskhandError
        When the argument is no number from 0 to 20.
    """
    given = argument or f"{USUAL_PX:g}"
    try:
        size_px = float(given)
    except ValueError:
        size_px = float("nan")
    if not 0.0 <= size_px <= MOST_PX:
        raise DeskhandError(
            f"jitter:{given}: give the SD of the noise in px, from 0 to {MOST_PX:g}, for example "
            f"jitter:{USUAL_PX:g}."
        )

    def apply(session: Session, seed: int) -> Session:
        rows = SessionRows(session)
        draws = stream(seed, "augment.jitter")
        nothing = np.zeros(len(rows), np.bool_)
        retiming = Retiming(rows, nothing, nothing)
        anchors = retiming.anchors
        t_us = rows.t_us[anchors].astype(np.float64)
        gap = np.diff(t_us, prepend=t_us[:1], append=t_us[-1:])
        most = MOST_OF_GAP * np.minimum(gap[:-1], gap[1:])
        sd = TIME_SHARE * float(np.median(own_intervals_us(rows)))
        t_us += np.clip(sd * draws.standard_normal(len(t_us)), -most, most)
        retiming.span(anchors[:-1], anchors[1:], np.diff(t_us))
        return rewritten(rows, retiming.times_us(), place=_shaken(rows, size_px, draws))

    return Operator(text=f"jitter:{size_px:g}", apply=apply)


def _shaken(rows: SessionRows, size_px: float, draws: np.random.Generator) -> NDArray[np.float64]:
    """Return all places, those of moves with noise; presses and releases stay where they are."""
    place = rows.place.copy()
    moves = rows.is_kind("pointermove") & np.isfinite(place).all(axis=1)
    solid = np.flatnonzero(rows.is_kind(*POINTER) & ~rows.is_kind("pointermove"))
    moving = np.flatnonzero(moves)
    noise = size_px * draws.standard_normal((len(moving), 2))
    if len(solid):
        behind = np.searchsorted(solid, moving)
        far = [
            np.abs(rows.t_us[moving] - rows.t_us[solid[np.clip(at, 0, len(solid) - 1)]])
            for at in (behind - 1, behind)
        ]
        noise *= np.minimum(np.minimum(*far) / STILL_US, 1.0)[:, np.newaxis]
        # The last report before a press stays on the target as it was.
        noise[np.isin(moving + 1, solid)] = 0.0
    place[moving] = rows.as_written(place[moving] + noise)
    return place
