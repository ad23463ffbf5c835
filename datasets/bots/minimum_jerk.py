"""Straight minimum-jerk movements in the time of Fitts' law, without noise."""

import numpy as np
from numpy.typing import NDArray

from deskhand.datasets.bots.delays import fixed
from deskhand.datasets.bots.family import Course, Family, Floats, Points, Ways

# The web survey's regressions (5,503 movements, 61 people): seconds, and seconds a bit, at a target
# of known size; logarithms of seconds, by distance alone, elsewhere (SapiMouse, 65 people).
KNOWN_S, UNKNOWN_LOG_S = (0.287, 0.155), (-1.90, 0.165)


def fitts_us(ways: Ways) -> Floats:
    """Return the mean times of Fitts' law, in microseconds.

    Examples
    --------
    >>> from deskhand.keyed_draws import keys
    >>> start, end = np.zeros((2, 2)), np.array([[700.0, 0.0], [700.0, 0.0]])
    >>> key = keys(7, "move", [0, 1])
    >>> fitts_us(Ways(start, end, np.array([100.0, 0.0]), key, key, 7)).round(-3).tolist()
    [752000.0, 712000.0]
    """
    known = ways.size_px > 0.0
    size = np.where(known, ways.size_px, 1.0)
    bits = np.log2(ways.distance_px / size + 1.0)
    sized_s = KNOWN_S[0] + KNOWN_S[1] * bits
    plain_s = np.exp(UNKNOWN_LOG_S[0] + UNKNOWN_LOG_S[1] * bits)
    times_us: Floats = 1e6 * np.where(known, sized_s, plain_s)
    return times_us


def course(ways: Ways) -> Course:
    """Return straight courses with the speed of least jerk."""
    duration_us = np.rint(fitts_us(ways)).astype(np.int64)

    def where(row: NDArray[np.intp], t_us: Floats) -> Points:
        s = t_us / duration_us[row]
        return ways.across(row, s**3 * (10.0 - 15.0 * s + 6.0 * s**2), np.zeros(len(row)))

    return Course(duration_us, where)


FAMILY = Family(
    name="minimum_jerk",
    about="straight, least jerk, the mean time of Fitts' law, no noise",
    source="Flash & Hogan 1985, the usual model of a hand without noise",
    course=course,
    # Medians of people (SapiMouse): the tool knows them, and no scatter.
    dwell=fixed(53.0),
    hold=fixed(80.0),
    wait=fixed(400.0),
    typing="lognormal",
    unseen=True,
)
