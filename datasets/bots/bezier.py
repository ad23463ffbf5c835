"""Cubic Bezier curves with an easing function, in a time drawn between two bounds."""

import numpy as np
from numpy.typing import NDArray

from deskhand.datasets.bots.delays import Delay
from deskhand.datasets.bots.family import Course, Family, Floats, Points, Ways
from deskhand.keyed_draws import uniforms

# HumanCursor 1.1.5 draws its time so.
TIME = Delay(low_ms=500.0, high_ms=2000.0)
# pyclick 0.0.2 draws its two knots anywhere in the box of both ends and so far beyond it.
BEYOND_PX = 100.0
_TIME, _KNOTS = 0, 1


def eased(share: Floats) -> Floats:
    """Return pyclick's easing (easeOutQuad): fast at first, then ever slower.

    Examples
    --------
    >>> eased(np.array([0.0, 0.5, 1.0])).tolist()
    [0.0, 0.75, 1.0]
    """
    slowed: Floats = share * (2.0 - share)
    return slowed


def curved(ways: Ways, row: NDArray[np.intp], share: Floats) -> Points:
    """Return points on each movement's own cubic curve, whose parameter is ``share``."""
    drawn = uniforms(ways.key[:, np.newaxis], _KNOTS + np.arange(4)).astype(np.float64)
    low = np.minimum(ways.start, ways.end) - BEYOND_PX
    size = np.abs(ways.end - ways.start) + 2.0 * BEYOND_PX
    knots = (low + size * drawn[:, :2])[row], (low + size * drawn[:, 2:])[row]
    rest = (1.0 - share)[:, np.newaxis]
    share = share[:, np.newaxis]
    place = rest**3 * ways.start[row] + share**3 * ways.end[row]
    place += 3.0 * rest**2 * share * knots[0] + 3.0 * rest * share**2 * knots[1]
    return place[:, 0], place[:, 1]


def course(ways: Ways) -> Course:
    """Return eased courses on cubic curves."""
    duration_us = TIME.draw_us(ways.bot, ways.key, _TIME)

    def where(row: NDArray[np.intp], t_us: Floats) -> Points:
        return curved(ways, row, eased(t_us / duration_us[row]))

    return Course(duration_us, where)


FAMILY = Family(
    name="bezier",
    about="a cubic Bezier curve, eased, in a time between two bounds",
    source="pyclick 0.0.2 (curve, easing), HumanCursor 1.1.5 (time); ghost-cursor 1.4.2 is of the kind",
    course=course,
    # Assumed: what a script puts between a movement and its click.
    dwell=Delay(low_ms=10.0, high_ms=100.0),
    hold=Delay(low_ms=20.0, high_ms=120.0),
    wait=Delay(low_ms=200.0, high_ms=800.0),
    typing="uniform",
)
