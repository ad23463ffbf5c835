"""Fit of auto-repeat: when people hold a key instead of tapping it, and how fast it repeats then."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.key_classes import CLASS_CODE
from deskhand.behavior_models.profile import Entries, entry
from deskhand.calibration.key_recording import KeyRecording

FEWEST_RUNS, FEWEST_PEOPLE, FEWEST_TRIED = 100, 20, 30
# By keys left in the run, this one included, up to.
LEFT = (1, 2, 3, 4, 6, 9, 14, 25, 1_000_000)
# People by steps of rank, from the 5th to the 95th of a hundred; a step takes some people.
_LOWEST, _HIGHEST, _MOST_STEPS, _FEWEST_OF_STEP = 5, 95, 9, 5
_TICK_MS = 15.625


def fit_auto_repeat(recording: KeyRecording, source: str) -> Entries:
    """Return what held Backspaces of a recording tell, part of the section ``keystrokes``.

    Parameters
    ----------
    recording : KeyRecording
        Of recorders that log a repeat as an up and a down at one moment.
    source : str
        What to write as the source.

    Returns
    -------
    dict of entries
        Empty where fewer than 20 people hold the key.
    """
    sequences = recording.sequences
    back = (sequences.vocabulary.key_class == CLASS_CODE["backspace"])[sequences.key]
    again = back.copy()
    again[1:] &= back[:-1] & (sequences.place[1:] > 0)
    again[:1] = False
    repeats = again.copy()
    repeats[1:] &= recording.down_us[1:] == recording.up_us[:-1]
    held = np.flatnonzero(repeats & ~np.append(False, repeats[:-1]))
    person = recording.person
    if len(held) < FEWEST_RUNS or len(np.unique(person[held])) < FEWEST_PEOPLE:
        return {}
    starts = np.flatnonzero(back & ~again)
    run = np.cumsum(back & ~again) - 1
    length = np.bincount(run[back])
    place = np.arange(len(back)) - starts[np.maximum(run, 0)]
    left = length[np.maximum(run, 0)] - place  # this one included
    rows = np.flatnonzero(again)
    was = repeats[rows - 1]
    tables = {
        "repeat_start": _shares(left, repeats, rows[(place[rows] == 1)]),
        "repeat_start_later": _shares(left, repeats, rows[(place[rows] > 1) & ~was]),
        "repeat_stay": _shares(left, repeats, rows[was]),
    }
    spacing_ms = np.diff(recording.down_us, prepend=0) / 1e3
    follows = rows[was & repeats[rows]]
    period_ms = _medians(person[follows], spacing_ms[follows])
    delay_ms = _medians(person[held], spacing_ms[held])
    own_ms = np.full(int(person.max()) + 1, np.nan)
    own_ms[delay_ms[0].astype(np.intp)] = delay_ms[1]
    scatter_ms = np.median(np.abs(spacing_ms[held] - own_ms[person[held]]))
    own_ms[period_ms[0].astype(np.intp)] = period_ms[1]
    off_ms = spacing_ms[follows] - own_ms[person[follows]]
    late = np.mean(off_ms > _TICK_MS / 2)
    steady = np.abs(off_ms) < _TICK_MS / 2
    # The difference of two exponential delays is a Laplace number, whose mean size is their mean.
    who = person[follows[steady]]
    count = np.bincount(who)
    jitter_ms = (np.bincount(who, np.abs(off_ms[steady])) / count.clip(1))[count > 0]
    told = f"{source}, Backspace"
    return {
        **{
            name: entry(table, f"{told}; by keys left in the run") for name, table in tables.items()
        },
        "repeat_delay_s": entry(_steps(delay_ms[1]), f"{told}; people's: share, from, to"),
        "repeat_period_s": entry(_steps(period_ms[1]), f"{told}; people's: share, from, to"),
        "repeat_jitter_s": entry(
            _steps(jitter_ms),
            f"{told}; people's mean lateness of a repeat: share, from, to",
        ),
        "repeat_scatter_s": entry(round(1.5e-3 * float(scatter_ms), 5), told),
        "repeat_slip": entry(
            [round(float(late), 4), _TICK_MS / 1e3],
            f"{told}; share of repeats that are late by half a tick of a timer and more, and its tick",
        ),
    }


def _shares(
    left: NDArray[np.intp], repeats: NDArray[np.bool_], rows: NDArray[np.intp]
) -> list[list[float]]:
    """Return the share of rows that are repeats by how many keys are left in their run."""
    number = np.searchsorted(LEFT, left[rows])
    tried = np.bincount(number, minlength=len(LEFT))
    count = np.bincount(number, repeats[rows], len(LEFT))
    table, share = [], 0.0
    for upto, some, told in zip(LEFT, count, tried, strict=True):
        # Too few to tell: as with one key less.
        share = float(some / told) if told >= FEWEST_TRIED else share
        table.append([upto, round(share, 4)])
    return table


def _medians(
    person: NDArray[np.intp], values: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return people, and the median of each."""
    order = np.lexsort([values, person])
    person, values = person[order], values[order]
    first = np.flatnonzero(np.append(True, np.diff(person) != 0))
    count = np.diff(np.append(first, len(person)))
    return person[first].astype(np.float64), values[first + count // 2]


def _steps(values_ms: NDArray[np.float64]) -> list[list[float]]:
    steps = min(_MOST_STEPS, len(values_ms) // _FEWEST_OF_STEP)
    bounds = np.percentile(values_ms, np.linspace(_LOWEST, _HIGHEST, steps + 1)) / 1e3
    share = round(1.0 / steps, 4)
    return [[share, round(float(a), 5), round(float(b), 5)] for a, b in pairwise(bounds)]
