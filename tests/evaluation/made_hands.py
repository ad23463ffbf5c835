"""Hands of known law: minimum-jerk movements with Fitts' times, a bow, a clock and whole px."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from deskhand.calibration.movements import Movements

Floats = npt.NDArray[np.float64]

INTERCEPT_S, SLOPE_S_BIT, WITHIN, BETWEEN = 0.1, 0.12, 0.2, 0.1
WIDTH_PX, HEIGHT_PX = 60.0, 40.0


def minimum_jerk(share: Floats) -> Floats:
    return share**3 * (10 - 15 * share + 6 * share**2)


def hands(
    seed: int,
    *,
    people: int = 20,
    each: int = 15,
    first_person: int = 0,
    bow: float = 0.1,
    gap_us: int = 16_000,
    slower: float = 1.0,
    profile: Callable[[Floats], Floats] = minimum_jerk,
    sub_pixel: bool = False,
) -> Movements:
    """Return movements of several people; a bow is the spread of deviation / distance."""
    rng = np.random.default_rng(seed)
    m = people * each
    person = np.repeat(np.arange(people), each)
    start, end = rng.uniform(0, 1500, (m, 2)), rng.uniform(0, 1500, (m, 2))
    far = np.hypot(*(end - start).T) > 60
    end[~far] += 200.0
    way = end - start
    bits = np.log2(np.hypot(*way.T) / HEIGHT_PX + 1)
    pace = np.exp(BETWEEN * rng.standard_normal(people)[person] + WITHIN * rng.standard_normal(m))
    # The mean of a lognormal factor is taken off, so that the mean time is on the line.
    pace *= slower * np.exp(-(BETWEEN**2 + WITHIN**2) / 2)
    duration_us = 1e6 * (INTERCEPT_S + SLOPE_S_BIT * bits) * pace
    count = np.maximum(np.rint(duration_us / gap_us).astype(np.int64) + 1, 6)
    whose = np.repeat(np.arange(m), count)
    k = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    share = k / np.repeat(count - 1, count)
    done = profile(share)
    side = (bow * rng.standard_normal(m))[whose] * np.sin(np.pi * done)
    x = start[whose, 0] + done * way[whose, 0] - side * way[whose, 1]
    y = start[whose, 1] + done * way[whose, 1] + side * way[whose, 0]
    late = rng.integers(0, 2, len(k)) * 1000
    return Movements(
        person=(person + first_person).astype(np.int32),
        count=count,
        t_us=np.where(k > 0, k * gap_us + late, 0),
        x=x if sub_pixel else np.rint(x),
        y=y if sub_pixel else np.rint(y),
        dwell_us=rng.integers(20_000, 100_000, m),
        target=np.column_stack([end, np.full(m, WIDTH_PX), np.full(m, HEIGHT_PX)]),
    )
