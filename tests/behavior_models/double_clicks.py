"""Double clicks of many people, one by one as a hand makes them, for the inverses to find them again."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.press import PressTraits, double_gap_s, own_press, re_aim_px


class DoubleClicks(NamedTuple):
    """Columns, person by person: holds and gap in seconds, the second press's shift in px."""

    first_hold_s: NDArray[np.float64]
    gap_s: NDArray[np.float64]
    second_hold_s: NDArray[np.float64]
    dx: NDArray[np.float64]
    dy: NDArray[np.float64]


def double_clicks(population: PressTraits, people: int, clicks: int, seed: int) -> DoubleClicks:
    """Return so many double clicks of so many people."""
    rng = np.random.default_rng(seed)
    rows: list[tuple[float, ...]] = []
    for _ in range(people):
        press = own_press(population, (0.0, *rng.standard_normal(2).tolist()))
        noise, uniform = rng.standard_normal((clicks, 3)), rng.random((clicks, 3))
        for (first, gap, second), u in zip(noise.tolist(), uniform.tolist(), strict=True):
            hold_s = press.double_hold_s.value(first)
            gap_s = double_gap_s(press, hold_s, first, gap)
            second_s = press.double_hold_s.value(second)
            rows.append((hold_s, gap_s, second_s, *re_aim_px(press, u[0], u[1], u[2])))
    return DoubleClicks(*np.array(rows).T)
