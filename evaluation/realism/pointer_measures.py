"""What is measured of the pointer, most of it of each aimed movement."""

from collections.abc import Iterator

import numpy as np

from deskhand.calibration.clicks import cut_holds
from deskhand.calibration.movements import Movements, cut_movements
from deskhand.calibration.recording import SCROLL, Recording
from deskhand.evaluation.motion_grid import Floats
from deskhand.evaluation.pointer_features import KINEMATIC, SHAPE, pointer_features
from deskhand.evaluation.realism.measure import (
    Measure,
    correlation_of_people,
    each_person,
    measured,
)

LEVEL = "pointer"
# Movements of a person that are looked at, drawn at random, and of all people.
MOST_OF_A_PERSON, MOST = 150, 6_000
FEWEST = 12
# A burst of scrolling ends where nothing scrolls for so long (assumed).
SCROLL_REST_US = 300_000
_OVERSHOOT = 0.02
# Whole sizes off the centre: a press so far outside was meant for something else.
OUTSIDE = 1.0


def aimed_movements(recording: Recording, *, seed: int) -> Movements:
    """Return movements that end in a press, at most so many of a person.

    Parameters
    ----------
    recording : Recording
        Of several people.
    seed : int
        Of the choice.
    """
    movements = cut_movements(recording)
    order = np.random.default_rng(seed).permutation(len(movements))
    ranked = order[np.argsort(movements.person[order], kind="stable")]
    person = movements.person[ranked]
    first = np.searchsorted(person, person)
    people = len(np.unique(person))
    most = min(MOST_OF_A_PERSON, max(MOST // max(people, 1), FEWEST))
    return movements.take(np.sort(ranked[np.arange(len(ranked)) - first < most]))


def pointer_measures(recording: Recording, *, seed: int) -> Iterator[Measure]:
    """Yield what is measured of the pointer.

    Parameters
    ----------
    recording : Recording
        Of several people.
    seed : int
        Of the choice of movements.
    """
    movements = aimed_movements(recording, seed=seed)
    if len(movements):
        yield from _of_movements(movements)
    holds = cut_holds(recording)
    clicks = holds.single
    yield measured(
        LEVEL, "hold of clicks", holds.person[clicks], 1e3 * holds.hold_s[clicks], "log w1", "ms"
    )
    double = holds.second
    yield measured(
        LEVEL,
        "double click, down to down",
        holds.person[double],
        1e3 * holds.gap_s[double],
        "log w1",
        "ms",
    )
    yield from _scrolls(recording)


def _of_movements(movements: Movements) -> Iterator[Measure]:
    person = movements.person
    features = pointer_features(movements)["kinematic"]

    def feature(name: str) -> Floats:
        found: Floats = features[:, (*SHAPE, *KINEMATIC).index(name)]
        return found

    time_s = movements.duration_us / 1e6
    log_time, bits = np.log(time_s), np.log2(movements.distance_px + 1.0)
    yield measured(LEVEL, "movement time", person, time_s, "log w1", "s")
    yield measured(LEVEL, "people's share of the variance of ln time", person, log_time, "share")
    who, fit = correlation_of_people(person, bits, log_time, FEWEST)
    yield measured(LEVEL, "Fitts: correlation of ln time and ln distance", who, fit)
    yield measured(
        LEVEL, "Fitts: ms a bit of log2(D + 1)", person, 1e3 * time_s / bits, "log w1", "ms"
    )
    yield measured(LEVEL, "peak speed", person, feature("peak_speed"), "log w1", "px/s")
    yield measured(LEVEL, "peak / mean speed", person, feature("peak_ratio"), "log w1")
    yield measured(LEVEL, "time to peak / time", person, feature("peak_time"))
    yield measured(
        LEVEL, "submovements (peaks of speed)", person, np.minimum(feature("peaks"), 9), "js"
    )
    yield measured(LEVEL, "path / distance", person, feature("path_ratio") - 1 + 1e-3, "log w1")
    yield measured(
        LEVEL, "largest deviation / distance", person, feature("largest_deviation") + 1e-3, "log w1"
    )
    yield measured(LEVEL, "turns along the path", person, feature("turn") + 1e-2, "log w1", "rad")
    yield measured(LEVEL, "jerk, dimensionless (ln)", person, feature("log_jerk"))
    yield measured(LEVEL, "overshoot / distance", person, np.clip(feature("overshoot"), 0.0, 1.0))
    overshot = (feature("overshoot") > _OVERSHOOT).astype(np.float64)
    yield measured(LEVEL, "overshot by 2 %, share of people's", *each_person(person, overshot))
    yield measured(LEVEL, "speed of turn on curvature, exponent", person, feature("power_law"))
    slow, fast = feature("power_4_8_hz"), feature("power_8_12_hz")
    yield measured(LEVEL, "power of speed, 4 to 12 Hz", person, slow + fast + 1e-6, "log w1")
    yield measured(
        LEVEL, "rest before the press", person, movements.dwell_us / 1e3 + 1, "log w1", "ms"
    )
    whose = np.repeat(np.arange(len(movements)), movements.count)
    within = whose[1:] == whose[:-1]
    gap_ms = np.diff(movements.t_us)[within] / 1e3
    yield measured(LEVEL, "gap between reports", person[whose[1:][within]], gap_ms, "log w1", "ms")
    size = movements.target[:, 2:]
    sized = (size > 0).all(1)
    if sized.any():
        last = movements.last[sized]
        end = np.stack([movements.x[last], movements.y[last]], axis=1)
        off = np.linalg.norm((end - movements.target[sized, :2]) / size[sized], axis=1)
        off = np.minimum(off, OUTSIDE)
        yield measured(LEVEL, "end point, off the centre / size", person[sized], off)


def _scrolls(recording: Recording) -> Iterator[Measure]:
    rows = np.flatnonzero(recording.event == SCROLL)
    if not len(rows):
        return
    person, session, t_us = (
        column[rows] for column in (recording.person, recording.session, recording.t_us)
    )
    gap_us = np.diff(t_us)
    begins = np.append(True, (gap_us > SCROLL_REST_US) | (session[1:] != session[:-1]))
    burst = np.cumsum(begins) - 1
    size = np.bincount(burst).astype(np.float64)
    yield measured(LEVEL, "scroll events a burst", person[begins], size, "log w1")
    inside = ~begins[1:]
    yield measured(
        LEVEL,
        "gap within a burst of scrolling",
        person[1:][inside],
        gap_us[inside] / 1e3,
        "log w1",
        "ms",
    )
