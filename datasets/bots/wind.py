"""WindMouse: steps of a mass that gravity draws to the target and wind blows about."""

import numpy as np
from numpy.typing import NDArray

from deskhand.datasets.bots.delays import Delay
from deskhand.datasets.bots.family import Course, Family, Floats, Points, Ways
from deskhand.keyed_draws import uniforms

# Land 2021, "WindMouse, an algorithm for generating human-like mouse motion": gravity, wind, longest
# step, and the distance within which wind dies down, in px a step.
GRAVITY, WIND, STEP_PX, NEAR_PX = 9.0, 3.0, 15.0, 12.0
# From step to step: assumed, that of a sleep between two moves.
STEP = Delay(low_ms=5.0, high_ms=10.0, own=True)
# Within the last pixel the target is reached.
REACHED_PX = 1.0
# A simulation that has not arrived by then is sent straight there.
SLACK_STEPS = 200
_TIME, _WIND = 0, 16


def course(ways: Ways) -> Course:
    """Return courses of the simulated mass, read between its steps where they are asked for."""
    count, x, y = _steps(ways)
    step_us = STEP.draw_us(ways.bot, ways.key, _TIME)
    duration_us = step_us * (count - 1)

    def where(row: NDArray[np.intp], t_us: Floats) -> Points:
        at = t_us / step_us[row]
        low = np.minimum(at.astype(np.intp), count[row] - 1)
        high = np.minimum(low + 1, count[row] - 1)
        share = at - low
        return (
            (1.0 - share) * x[low, row] + share * x[high, row],
            (1.0 - share) * y[low, row] + share * y[high, row],
        )

    return Course(duration_us, where)


def _steps(ways: Ways) -> tuple[NDArray[np.int64], Floats, Floats]:
    """Return how many places each movement has, and all places, one row a step."""
    place = ways.start.copy()
    wind, speed = np.zeros_like(place), np.zeros_like(place)
    longest = np.full(len(place), STEP_PX)
    count = np.ones(len(place), np.int64)
    places = [place.copy()]
    live = np.flatnonzero(ways.distance_px >= REACHED_PX)
    # Far from the target about each step is half of the longest one or more.
    last = int(ways.distance_px.max(initial=0.0) / (0.3 * STEP_PX)) + SLACK_STEPS
    for step in range(last):
        if not len(live):
            break
        gap = ways.end[live] - place[live]
        far = np.hypot(*gap.T)
        draws = uniforms(ways.key[live, np.newaxis], _WIND + 4 * step + np.arange(4))
        drawn = draws.astype(np.float64)
        blows = far >= NEAR_PX
        strength = np.minimum(WIND, far)
        gust = (2.0 * drawn[:, :2] - 1.0) * (strength / np.sqrt(5.0))[:, np.newaxis]
        wind[live] = wind[live] / np.sqrt(3.0) + np.where(blows[:, np.newaxis], gust, 0.0)
        shorter = np.where(longest[live] < 3.0, 3.0 * drawn[:, 2] + 3.0, longest[live] / 5**0.5)
        longest[live] = np.where(blows, longest[live], shorter)
        speed[live] += wind[live] + GRAVITY * gap / far[:, np.newaxis]
        size = np.hypot(*speed[live].T)
        clipped = 0.5 * longest[live] * (1.0 + drawn[:, 3])
        speed[live] *= np.where(size > longest[live], clipped / size, 1.0)[:, np.newaxis]
        place[live] += speed[live]
        there = np.hypot(*(ways.end[live] - place[live]).T) < REACHED_PX
        count[live] += 1
        places.append(place.copy())
        live = live[~there]
    # The last place is the target's.
    place[:] = ways.end
    count += 1
    places.append(place.copy())
    table = np.array(places)
    table[count - 1, np.arange(len(place))] = ways.end
    return count, table[..., 0], table[..., 1]


FAMILY = Family(
    name="wind",
    about="WindMouse: gravity, wind, steps cut off, at an even beat",
    source="Land 2021; PyPI windmouse 1.0.2",
    course=course,
    # Assumed.
    dwell=Delay(low_ms=20.0, high_ms=60.0),
    hold=Delay(low_ms=40.0, high_ms=100.0),
    wait=Delay(low_ms=250.0, high_ms=500.0),
    typing="uniform",
)
