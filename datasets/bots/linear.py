"""Straight lines at constant speed, in a time that is a setting."""

import numpy as np
from numpy.typing import NDArray

from deskhand.datasets.bots.delays import Delay, fixed
from deskhand.datasets.bots.family import Course, Family, Floats, Points, Ways

# Selenium's ActionChains take 250 ms a movement unless told otherwise; PyAutoGUI's `duration` has
# no default beyond 0 and is .2 to 1 s in its documentation. Even between them is assumed.
TIME = Delay(low_ms=200.0, high_ms=1000.0, own=True)
_TIME = 0


def course(ways: Ways) -> Course:
    """Return straight courses of constant speed."""
    duration_us = TIME.draw_us(ways.bot, ways.key, _TIME)

    def where(row: NDArray[np.intp], t_us: Floats) -> Points:
        return ways.across(row, t_us / duration_us[row], np.zeros(len(row)))

    return Course(duration_us, where)


FAMILY = Family(
    name="linear",
    about="straight, constant speed, a constant time",
    source="Selenium ActionChains, PyAutoGUI moveTo(duration=...) with its linear tween",
    course=course,
    dwell=fixed(0.0),
    # Both libraries press and release at once; the driver's round trip is assumed.
    hold=fixed(2.0),
    # PyAutoGUI's PAUSE after every call.
    wait=fixed(100.0),
    typing="constant",
)
