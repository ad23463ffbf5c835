"""Cubic Bezier curves with an easing function, in a time drawn between two bounds."""

import numpy as np
from numpy.typing import NDArray

from deskhand.datasets.bots.delays import Delay
from deskhand.datasets.bots.family import Course, Family, Floats, Points, Ways
from deskhand.keyed_draws import uniforms

# HumanCursor 1.1.5 draws its time so.
TIME = Delay(low_ms=500.0, high_ms=2000.0)
# Knots lie up to so far aside, as a share of the way. pyclick and HumanCursor allow 80 to 100 px
# about the ends, ghost-cursor up to a third of the way or so: the share is assumed.
ASIDE = 0.3
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
    # Both knots on one side of the way, in order, as ghost-cursor has them.
    along = np.sort(drawn[:, :2], axis=1)
    aside = ASIDE * drawn[:, 2:] * np.where(drawn[:, :1] < drawn[:, 1:2], 1.0, -1.0)
    rest = 1.0 - share
    first, second, third = 3.0 * rest**2 * share, 3.0 * rest * share**2, share**3
    return ways.across(
        row,
        first * along[row, 0] + second * along[row, 1] + third,
        first * aside[row, 0] + second * aside[row, 1],
    )


def course(ways: Ways) -> Course:
    """Return eased courses on cubic curves."""
    duration_us = TIME.draw_us(ways.bot, ways.key, _TIME)

    def where(row: NDArray[np.intp], t_us: Floats) -> Points:
        return curved(ways, row, eased(t_us / duration_us[row]))

    return Course(duration_us, where)


FAMILY = Family(
    name="bezier",
    about="a cubic Bezier curve, eased, in a time between two bounds",
    source="pyclick 0.0.2, HumanCursor 1.1.5, ghost-cursor 1.4.2",
    course=course,
    # Assumed: what a script puts between a movement and its click.
    dwell=Delay(low_ms=10.0, high_ms=100.0),
    hold=Delay(low_ms=20.0, high_ms=120.0),
    wait=Delay(low_ms=200.0, high_ms=800.0),
    typing="uniform",
)
