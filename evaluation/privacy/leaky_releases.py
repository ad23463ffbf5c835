"""Releases that give people away on purpose: an audit that does not catch them is blind.

A clone is a person made of one captured person's own intervals or strokes, as a model fitted to that
person alone would make them; a replay is what was captured, jittered.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from deskhand.calibration.movements import Movements
from deskhand.evaluation.key_table import Keystrokes

Floats = NDArray[np.float64]

# Keystrokes in a row that a clone takes over, so that what follows what stays; far fewer than a stretch
# by which copies are known.
BLOCK = 5
# Jitter of a replay: of intervals and of a movement's time, in ln, and of places in px.
JITTER, JITTER_PX = 0.03, 0.5
# How much a clone's strokes are stretched in time, in ln, and turned.
STRETCH, TURN_RAD = 0.1, 0.3


def cloned_keys(keys: Keystrokes, seed: int) -> Keystrokes:
    """Return as many keystrokes of as many people, each person's drawn from their own in blocks.

    Parameters
    ----------
    keys : Keystrokes
        Captured.
    seed : int
        Of the draws.
    """
    rng = np.random.default_rng(seed)
    hold, spacing, first = _intervals(keys)
    drawn_hold, drawn_spacing = hold.copy(), spacing.copy()
    for person in np.unique(keys.person):
        at = np.flatnonzero(keys.person == person)
        usable = at[~first[at]]
        if len(usable) <= BLOCK:
            continue
        start = rng.integers(0, len(usable) - BLOCK + 1, size=len(at) // BLOCK + 1)
        pick = usable[(start[:, np.newaxis] + np.arange(BLOCK)).ravel()[: len(at)]]
        drawn_hold[at], drawn_spacing[at] = hold[pick], spacing[pick]
    return _retimed(keys, drawn_hold, drawn_spacing, first)


def replayed_keys(keys: Keystrokes, seed: int) -> Keystrokes:
    """Return captured keystrokes with every hold and spacing jittered.

    Parameters
    ----------
    keys : Keystrokes
        Captured.
    seed : int
        Of the jitter.
    """
    rng = np.random.default_rng(seed)
    hold, spacing, first = _intervals(keys)
    jitter = np.exp(JITTER * rng.standard_normal((2, len(keys))))
    return _retimed(keys, hold * jitter[0], spacing * jitter[1], first)


def cloned_movements(movements: Movements, seed: int) -> Movements:
    """Return captured movements turned and stretched in time.

    Parameters
    ----------
    movements : Movements
        Captured.
    seed : int
        Of turns and stretches.
    """
    rng = np.random.default_rng(seed)
    count = movements.count
    angle = np.repeat(TURN_RAD * rng.standard_normal(len(movements)), count)
    stretch = np.repeat(np.exp(STRETCH * rng.standard_normal(len(movements))), count)
    first = np.repeat(movements.first, count)
    dx, dy = (axis - axis[first] for axis in (movements.x, movements.y))
    return replace(
        movements,
        t_us=np.rint(movements.t_us * stretch).astype(np.int64),
        x=np.rint(movements.x[first] + dx * np.cos(angle) - dy * np.sin(angle)),
        y=np.rint(movements.y[first] + dx * np.sin(angle) + dy * np.cos(angle)),
        target=np.full_like(movements.target, np.nan),
    )


def replayed_movements(movements: Movements, seed: int) -> Movements:
    """Return captured movements with places and times jittered.

    Parameters
    ----------
    movements : Movements
        Captured.
    seed : int
        Of the jitter.
    """
    rng = np.random.default_rng(seed)
    stretch = np.exp(JITTER * rng.standard_normal(len(movements)))
    x, y = (
        np.rint(axis + JITTER_PX * rng.standard_normal(len(axis)))
        for axis in (movements.x, movements.y)
    )
    t_us = np.rint(movements.t_us * np.repeat(stretch, movements.count)).astype(np.int64)
    return replace(movements, t_us=t_us, x=x, y=y)


def _intervals(keys: Keystrokes) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    first = np.zeros(len(keys), np.bool_)
    first[keys.first] = True
    hold = (keys.up_us - keys.down_us).astype(np.float64)
    spacing = np.diff(keys.down_us, prepend=0).astype(np.float64)
    spacing[first] = 0.0
    return hold, spacing, first


def _retimed(
    keys: Keystrokes, hold: Floats, spacing: Floats, first: NDArray[np.bool_]
) -> Keystrokes:
    # Every session begins at 0; the sum before its first key is taken away.
    total = np.cumsum(np.where(first, 0.0, spacing))
    place = np.cumsum(first) - 1
    down_us = np.rint(total - total[keys.first][place]).astype(np.int64)
    return replace(keys, down_us=down_us, up_us=down_us + np.rint(hold).astype(np.int64))
