"""One recorded movement, turned, scaled and shifted to every target."""

import numpy as np
from numpy.typing import NDArray

from deskhand.datasets.bots.delays import Delay, fixed
from deskhand.datasets.bots.family import Course, Family, Floats, Points, Ways
from deskhand.keyed_draws import uniforms
from deskhand.pointer_motor import pointer_paths

# A bot has one of so many recordings, of a hand that moves this far. Assumed.
RECORDINGS, LENGTH_PX = 64, 600.0
PROFILE = "mouse-web"
_WHICH = 0


def course(ways: Ways) -> Course:
    """Return courses of each bot's one recording; its time stays what it was."""
    numbers = np.arange(RECORDINGS)
    asked = {
        "person": [f"recording {number}" for number in numbers],
        **{name: np.zeros(RECORDINGS) for name in ("x0", "y0", "y1")},
        "x1": np.full(RECORDINGS, LENGTH_PX),
    }
    made = pointer_paths(asked, profile=PROFILE, seed=ways.seed, fidelity="law")
    moves = np.asarray(made["type"]) == "pointermove"
    movement, t_us, x, y = (
        np.asarray(made[name])[moves] for name in ("movement", "t_us", "x", "y")
    )
    last = np.searchsorted(movement, numbers, side="right") - 1
    which = (uniforms(ways.bot, _WHICH) * RECORDINGS).astype(np.intp)
    # Recordings behind one another on one axis of time, so that all are read at once.
    apart_us = float(t_us.max()) + 1.0
    axis = movement * apart_us + t_us

    def where(row: NDArray[np.intp], t_us: Floats) -> Points:
        at = which[row] * apart_us + t_us
        along, aside = (np.interp(at, axis, place / LENGTH_PX) for place in (x, y))
        return ways.across(row, along, aside)

    return Course(t_us[last][which].astype(np.int64), where)


FAMILY = Family(
    name="replayed",
    about="one recorded movement for every target, turned, scaled and shifted",
    source="macro recorders such as AutoHotkey's and those of JitBit; the recording is synthetic",
    course=course,
    # Of the recording: assumed, always the same.
    dwell=fixed(55.0),
    hold=fixed(84.0),
    wait=Delay(low_ms=300.0, high_ms=300.0),
    typing="replayed",
)
