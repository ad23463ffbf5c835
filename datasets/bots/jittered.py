"""Lines or Bezier curves with noise laid over them."""

import numpy as np
from numpy.typing import NDArray

from deskhand.datasets.bots.bezier import curved, eased
from deskhand.datasets.bots.delays import Delay
from deskhand.datasets.bots.family import Course, Family, Floats, Points, Ways
from deskhand.keyed_draws import mixed, normals, uniforms

TIME = Delay(low_ms=300.0, high_ms=1500.0)  # assumed
# pyclick 0.0.2's distortion: mean 1 px down the screen, SD 1 px, on half of the points.
MEAN_PX, SD_PX, SHARE = 1.0, 1.0, 0.5
# Of the tools of this kind, those that go straight. Assumed.
STRAIGHT = 0.4
_TIME, _STRAIGHT, _NOISE, _STRUCK = 0, 20, 21, 22


def course(ways: Ways) -> Course:
    """Return courses with a noise of their own at every report."""
    duration_us = TIME.draw_us(ways.bot, ways.key, _TIME)
    straight = uniforms(ways.bot, _STRAIGHT) < STRAIGHT

    def where(row: NDArray[np.intp], t_us: Floats) -> Points:
        share = t_us / duration_us[row]
        curve = curved(ways, row, eased(share))
        line = ways.across(row, share, np.zeros(len(row)))
        x, y = (np.where(straight[row], *pair) for pair in zip(line, curve, strict=True))
        key = mixed(ways.key[row], np.rint(t_us).astype(np.int64))
        noise = MEAN_PX + SD_PX * normals(key, _NOISE).astype(np.float64)
        return x, y + np.where(uniforms(key, _STRUCK) < SHARE, noise, 0.0)

    return Course(duration_us, where)


FAMILY = Family(
    name="jittered",
    about="a line or a Bezier curve with noise on its points",
    source="pyclick 0.0.2 (distortion), OxyMouse; scripts that add random pixels",
    course=course,
    # Assumed.
    dwell=Delay(low_ms=0.0, high_ms=150.0),
    hold=Delay(low_ms=10.0, high_ms=200.0, mean_ms=80.0, sd_ms=20.0),
    wait=Delay(low_ms=50.0, high_ms=2000.0, mean_ms=500.0, sd_ms=150.0),
    typing="normal",
)
