"""Smooth curves through random points, in a time of Fitts' law with scatter."""

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from deskhand.datasets.bots.delays import Delay
from deskhand.datasets.bots.family import Course, Family, Floats, Points, Ways
from deskhand.datasets.bots.minimum_jerk import fitts_us
from deskhand.keyed_draws import normals

# Scatter of the log of people's times (pointer figures of three data sets, 131 people).
LOG_SD = 0.38
# Points between the ends, and the SD of how far aside they lie, as a share of the way. Assumed.
BETWEEN, ASIDE = 3, 0.06
_TIME, _ASIDE = 0, 1


def course(ways: Ways) -> Course:
    """Return courses along cubic splines, slow at both ends."""
    noise = normals(ways.key, _TIME).astype(np.float64)
    duration_us = np.rint(fitts_us(ways) * np.exp(LOG_SD * noise)).astype(np.int64)
    knots = np.linspace(0.0, 1.0, BETWEEN + 2)
    aside = np.zeros((len(ways.key), BETWEEN + 2))
    slots = _ASIDE + np.arange(BETWEEN)
    aside[:, 1:-1] = ASIDE * normals(ways.key[:, np.newaxis], slots).astype(np.float64)
    pieces = CubicSpline(knots, aside, axis=1).c if len(aside) else np.zeros((4, BETWEEN + 1, 0))

    def where(row: NDArray[np.intp], t_us: Floats) -> Points:
        share = t_us / duration_us[row]
        along = share * share * (3.0 - 2.0 * share)
        piece = np.minimum((along * (BETWEEN + 1)).astype(np.intp), BETWEEN)
        step = along - knots[piece]
        off = np.zeros(len(row))
        for power in range(4):
            off = off * step + pieces[power, piece, row]
        return ways.across(row, along, off)

    return Course(duration_us, where)


FAMILY = Family(
    name="spline",
    about="a smooth curve through random points, a time of Fitts' law with scatter",
    source="human_mouse 0.1.2 (spline); the scatter of people's times",
    course=course,
    # Assumed.
    dwell=Delay(low_ms=0.0, high_ms=400.0, mean_ms=90.0, sd_ms=40.0),
    hold=Delay(low_ms=30.0, high_ms=200.0, mean_ms=85.0, sd_ms=15.0),
    wait=Delay(low_ms=100.0, high_ms=3000.0, mean_ms=700.0, sd_ms=250.0),
    typing="lognormal",
    unseen=True,
)
