"""Fit of key clocks: which grids the stamps of people's keys lie on, and how many of them are late.

Times that are whole numbers of a period p all point the same way on a circle of circumference p;
the length of their mean vector, their coherence, says how well they keep to the period.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.key_clock import late_shares
from deskhand.behavior_models.profile import Entries, entry
from deskhand.calibration.key_recording import KeyRecording

Floats = NDArray[np.float64]

# Periods tried, in ms; those that devices and timers are made for are preferred when about as good.
_NOMINAL = (8.0, 16.0, 4.0, 2.0, 10.0, 5.0)
_PERIODS: Floats = np.unique(
    np.round(np.r_[np.arange(1.6, 6.0, 0.02), np.arange(6.0, 18.2, 0.04), _NOMINAL, 15.625], 4)
)
_ABOUT_AS_GOOD = 0.93
# A coarse timer of which gaps between keys count the ticks, and how clearly (assumed).
TIMER_MS, _GAPS_COHERE, _HOLDS_DO_NOT = 15.625, 0.45, 0.45
# Coherence from which there is a grid: twice what chance gives 200 times (assumed).
_COHERES = 0.28
# Times long enough for a period that is slightly off to lose step are left out (ms).
_LONGEST_MS, _LONGEST_GAP_MS = 500.0, 400.0
FEWEST_TIMES = 200
FEWEST_PEOPLE = 3
# Keystrokes of one person that are looked at, at most.
_MOST = 1_200


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RecordedClocks:
    """The clocks of p people, shape (p,) each.

    Parameters
    ----------
    known : NDArray[np.bool_]
        Whether there were times enough to tell; the others count as without a grid.
    period_ms : NDArray[np.float64]
        Period of the grid; 1 without one.
    gaps : NDArray[np.bool_]
        Whether the gaps between keys alone lie on it.
    lateness : NDArray[np.float64]
        See `deskhand.behavior_models.key_clock.late_shares`.
    """

    known: NDArray[np.bool_]
    period_ms: Floats
    gaps: NDArray[np.bool_]
    lateness: Floats


def recorded_clocks(recording: KeyRecording) -> RecordedClocks:
    """Return the clock of each person of a recording."""
    people = len(recording.people)
    place = recording.sequences.place
    follows = place > 0
    known, gaps = np.zeros(people, np.bool_), np.zeros(people, np.bool_)
    period_ms, lateness = np.ones(people), np.zeros(people)
    order = np.argsort(recording.person, kind="stable")
    bounds = np.searchsorted(recording.person[order], np.arange(people + 1))
    for person, (low, high) in enumerate(pairwise(bounds.tolist())):
        rows = order[low : min(high, low + _MOST)]
        if np.count_nonzero(follows[rows]) >= FEWEST_TIMES:
            down_ms, up_ms = recording.down_us[rows] / 1e3, recording.up_us[rows] / 1e3
            known[person] = True
            period_ms[person], gaps[person], lateness[person] = _clock(
                down_ms, up_ms, follows[rows]
            )
    return RecordedClocks(known=known, period_ms=period_ms, gaps=gaps, lateness=lateness)


def fit_key_clocks(recording: KeyRecording, source: str) -> Entries:
    """Return the profile section ``key_clock`` fitted to a recording.

    Parameters
    ----------
    recording : KeyRecording
    source : str
        What to write as the source.

    Returns
    -------
    dict of entries
        ``grids``, see `deskhand.behavior_models.key_clock.draw_clocks`. A grid that fewer than three
        people have is counted with the nearest that more have, or with none.
    """
    return {
        "grids": entry(
            _classes(recorded_clocks(recording)),
            f"{source}; period (us), share of people, 1 where it "
            "counts the gaps alone, median and SD of ln lateness",
        )
    }


def _clock(down_ms: Floats, up_ms: Floats, follows: NDArray[np.bool_]) -> tuple[float, bool, float]:
    """Return one person's period in ms, whether gaps alone count it, and lateness."""
    again = np.flatnonzero(follows)
    spacing = down_ms[again] - down_ms[again - 1]
    lift = up_ms[again] - up_ms[again - 1]
    gap = down_ms[again] - up_ms[again - 1]
    hold = up_ms - down_ms
    # What a held key sends keeps to the system's period of repeats, not to the clock's.
    own = gap != 0.0
    spacing, lift = spacing[own & (spacing < _LONGEST_MS)], lift[own & (abs(lift) < _LONGEST_MS)]
    hold = hold[(hold > 0.0) & (hold < _LONGEST_GAP_MS)]
    gap = gap[(gap >= 0.0) & (gap < _LONGEST_GAP_MS)]
    holds = _coherence(hold, _PERIODS)
    timer = np.array([TIMER_MS])
    if _coherence(gap, timer)[0] > _GAPS_COHERE and _coherence(hold, timer)[0] < _HOLDS_DO_NOT:
        return TIMER_MS, True, 0.0
    both = 0.5 * (_coherence(spacing, _PERIODS) + _coherence(lift, _PERIODS))
    score = np.maximum(both, holds)
    best = int(score.argmax())
    if score[best] < _COHERES:
        return 1.0, False, 0.0
    for nominal in _NOMINAL:
        at = int(np.searchsorted(_PERIODS, nominal))
        if score[at] > _ABOUT_AS_GOOD * score[best]:
            best = at
            break
    period = float(_PERIODS[best])
    return period, False, _lateness(float(score[best]), period)


def _coherence(times_ms: Floats, periods_ms: Floats) -> Floats:
    if len(times_ms) < FEWEST_TIMES // 4:
        return np.zeros(len(periods_ms))
    angle = (2.0 * np.pi / periods_ms)[:, np.newaxis] * times_ms
    length: Floats = np.hypot(np.cos(angle).mean(axis=1), np.sin(angle).mean(axis=1))
    return length


def _lateness(coherence: float, period_ms: float) -> float:
    """Return the lateness whose late stamps lower the coherence of differences to this."""
    lateness = np.linspace(0.0, 1.0, 201)
    late, later = late_shares(lateness)
    turn = np.exp(2j * np.pi / period_ms)
    mean = np.abs(1.0 - late + late * (1.0 - later) * turn / (1.0 - later * turn)) ** 2
    if period_ms != round(period_ms):
        mean *= np.sinc(1.0 / period_ms) ** 2  # whole milliseconds of a period that is none
    return float(lateness[np.abs(mean - coherence).argmin()])


def _classes(clocks: RecordedClocks) -> list[list[float]]:
    """Return period, share, whether gaps alone count, and lateness of each class of clocks."""
    if not clocks.known.any():
        return [[1000, 1.0, 0, 0.0, 0.0]]
    period, gaps = clocks.period_ms[clocks.known], clocks.gaps[clocks.known]
    late = clocks.lateness[clocks.known]
    # To the half millisecond: people of a class need not have the very same period.
    rounded = np.where(gaps, TIMER_MS, np.where(period > 1.0, np.round(2.0 * period) / 2.0, 1.0))
    name = rounded + 100.0 * gaps
    kept, count = np.unique(name, return_counts=True)
    many = kept[count >= FEWEST_PEOPLE]
    if not len(many):
        return [[1000, 1.0, 0, 0.0, 0.0]]
    name = many[np.abs(name[:, np.newaxis] - many).argmin(axis=1)]
    rows: list[list[float]] = []
    for one in many.tolist():
        here = name == one
        logs = np.log(np.maximum(late[here], 0.005))
        plain = one == 1.0 or one > 100.0
        rows.append(
            [
                round(1000 * (one - 100.0 if one > 100.0 else one)),
                round(float(here.mean()), 4),
                int(one > 100.0),
                0.0 if plain else round(float(np.exp(np.median(logs))), 3),
                0.0 if plain else round(float(logs.std()), 3),
            ]
        )
    return rows
