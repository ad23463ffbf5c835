"""No movement: the pointer is put where it presses, as browser automation does."""

import numpy as np
from numpy.typing import NDArray

from deskhand.datasets.bots.delays import fixed
from deskhand.datasets.bots.family import Course, Family, Floats, Points, Ways


def course(ways: Ways) -> Course:
    """Return courses that are over as they begin."""

    def where(row: NDArray[np.intp], _: Floats) -> Points:
        x, y = ways.end[row].T
        return x, y

    return Course(np.zeros(len(ways.key), np.int64), where)


FAMILY = Family(
    name="headless",
    about="one report where it presses, no hold, keys at one interval",
    source="Playwright and Puppeteer: mouse.move(steps=1), click(delay=0)",
    course=course,
    dwell=fixed(0.0),
    hold=fixed(0.0),
    # Assumed: what a driver needs to see that a page is ready and to send the next command.
    wait=fixed(15.0),
    typing="headless",
)
