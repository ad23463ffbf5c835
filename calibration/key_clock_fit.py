"""Fit of key clocks: which grids the stamps of people's keys lie on, and how many of them are late.

Times that are whole numbers of a period p all point the same way on a circle of circumference p;
the length of their mean vector, their coherence, says how well they keep to the period.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.key_classes import CLASS_CODE
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
# Slowness that is looked for, and the least time in which it shows.
_SLOWNESS_PPM = np.arange(-10.0, 60.0, 0.25)
_FEWEST_S = 120.0
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
    late_down, late_up : NDArray[np.float64]
        Lateness, see `deskhand.behavior_models.key_clock.late_shares`.
    up_slow_ppm : NDArray[np.float64]
        By how many millionths the clock of ups goes slower than that of downs.
    """

    known: NDArray[np.bool_]
    period_ms: Floats
    gaps: NDArray[np.bool_]
    late_down: Floats
    late_up: Floats
    up_slow_ppm: Floats


def recorded_clocks(recording: KeyRecording) -> RecordedClocks:
    """Return the clock of each person of a recording."""
    people = len(recording.people)
    place = recording.sequences.place
    follows = place > 0
    known, gaps = np.zeros(people, np.bool_), np.zeros(people, np.bool_)
    period_ms, told = np.ones(people), np.zeros((3, people))
    order = np.argsort(recording.person, kind="stable")
    bounds = np.searchsorted(recording.person[order], np.arange(people + 1))
    for person, (low, high) in enumerate(pairwise(bounds.tolist())):
        rows = order[low : min(high, low + _MOST)]
        if np.count_nonzero(follows[rows]) >= FEWEST_TIMES:
            down_ms, up_ms = recording.down_us[rows] / 1e3, recording.up_us[rows] / 1e3
            known[person] = True
            period_ms[person], gaps[person], *told[:, person] = _clock(
                down_ms, up_ms, follows[rows]
            )
    return RecordedClocks(
        known=known,
        period_ms=period_ms,
        gaps=gaps,
        late_down=told[0],
        late_up=told[1],
        up_slow_ppm=told[2],
    )


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
        ``grids``, see `deskhand.behavior_models.key_clock.draw_clocks`, and ``modifiers_held``. A grid that fewer than three
        people have is counted with the nearest that more have, or with none.
    """
    sequences = recording.sequences
    modifier = (sequences.vocabulary.key_class == CLASS_CODE["modifier"])[sequences.key]
    hold_us = (recording.up_us - recording.down_us)[modifier]
    return {
        "modifiers_held": entry(
            int(not len(hold_us) or np.mean(hold_us > 0) > 0.5),
            f"{source}; 1 where the recorder tells when modifiers of which the class alone is known "
            "come up",
        ),
        "grids": entry(
            _classes(recorded_clocks(recording)),
            f"{source}; gaps: 1 where it counts the gaps alone; late_down, late_up and up_slow_ppm: "
            "median and SD of ln over people",
        ),
    }


def _clock(
    down_ms: Floats, up_ms: Floats, follows: NDArray[np.bool_]
) -> tuple[float, bool, float, float, float]:
    """Return one person's period in ms, whether gaps alone count it, lateness and slowness of ups."""
    again = np.flatnonzero(follows)
    spacing = down_ms[again] - down_ms[again - 1]
    lift = up_ms[again] - up_ms[again - 1]
    gap = down_ms[again] - up_ms[again - 1]
    hold = up_ms - down_ms
    # What a held key sends keeps to the system's period of repeats, not to the clock's.
    own = gap != 0.0
    spacing, lift = spacing[own & (spacing < _LONGEST_MS)], lift[own & (abs(lift) < _LONGEST_MS)]
    short = (hold > 0.0) & (hold < _LONGEST_GAP_MS)
    gap = gap[(gap >= 0.0) & (gap < _LONGEST_GAP_MS)]
    holds = _coherence(hold[short], _PERIODS)
    timer = np.array([TIMER_MS])
    if (
        _coherence(gap, timer)[0] > _GAPS_COHERE
        and _coherence(hold[short], timer)[0] < _HOLDS_DO_NOT
    ):
        return TIMER_MS, True, 0.0, 0.0, 0.0
    downs, ups = _coherence(spacing, _PERIODS), _coherence(lift, _PERIODS)
    score = np.maximum(0.5 * (downs + ups), holds)
    best = int(score.argmax())
    if score[best] < _COHERES:
        return 1.0, False, 0.0, 0.0, 0.0
    for nominal in _NOMINAL:
        at = int(np.searchsorted(_PERIODS, nominal))
        if score[at] > _ABOUT_AS_GOOD * score[best]:
            best = at
            break
    period = float(_PERIODS[best])
    return (
        period,
        False,
        _lateness(float(downs[best]), period),
        _lateness(float(ups[best]), period),
        _slowness_ppm(down_ms[short], hold[short], period),
    )


def _slowness_ppm(t_ms: Floats, hold_ms: Floats, period_ms: float) -> float:
    """Return by how many millionths of the time the holds' place in the period runs back."""
    t_s = (t_ms - t_ms[0]) / 1e3
    if t_s[-1] < _FEWEST_S:
        return 0.0
    turn = np.exp(2j * np.pi / period_ms * hold_ms)
    back = np.exp(2j * np.pi / period_ms * 1e-3 * _SLOWNESS_PPM[:, np.newaxis] * t_s)
    return float(_SLOWNESS_PPM[np.abs((turn * back).mean(axis=1)).argmax()])


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


def _classes(clocks: RecordedClocks) -> list[dict[str, Any]]:
    """Return the classes of clocks that some people have."""
    period, gaps = clocks.period_ms[clocks.known], clocks.gaps[clocks.known]
    # To the half millisecond: people of a class need not have the very same period.
    rounded = np.where(gaps, TIMER_MS, np.where(period > 1.0, np.round(2.0 * period) / 2.0, 1.0))
    name = rounded + 100.0 * gaps
    kept, count = np.unique(name, return_counts=True)
    many = kept[count >= FEWEST_PEOPLE]
    if not len(many):
        many, name = np.array([1.0]), np.ones(1)
    name = many[np.abs(name[:, np.newaxis] - many).argmin(axis=1)]
    classes: list[dict[str, Any]] = []
    for one in many.tolist():
        here = np.flatnonzero(clocks.known)[name == one] if clocks.known.any() else []
        plain = one == 1.0 or one > 100.0

        def spread(values: Floats, least: float, here: Any = here, plain: bool = plain) -> Any:
            logs = np.log(np.maximum(values[here], least))
            if plain or np.median(values[here]) <= 0.0:
                return [0.0, 0.0]
            return [round(float(np.exp(np.median(logs))), 3), round(float(logs.std()), 3)]

        classes.append(
            {
                "period_us": round(1000 * (one - 100.0 if one > 100.0 else one)),
                "share": round(float((name == one).mean()), 4),
                "gaps": int(one > 100.0),
                "late_down": spread(clocks.late_down, 0.005),
                "late_up": spread(clocks.late_up, 0.005),
                "up_slow_ppm": spread(clocks.up_slow_ppm, 0.5),
            }
        )
    return classes
