"""Fit of key clocks: which grids the stamps of people's keys lie on, and how many of them are late.

Times that are whole numbers of a period p all point the same way on a circle of circumference p;
the length of their mean vector, their coherence, says how well they keep to the period.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.key_classes import CLASS_CODE
from deskhand.behavior_models.key_clock import KINDS, late_shares
from deskhand.behavior_models.profile import Entries, entry
from deskhand.calibration.key_recording import KeyRecording

Floats = NDArray[np.float64]

# Periods tried, in ms; those that devices and timers are made for are preferred when about as good,
# the longest first: what lies on a grid lies on any finer one that it is a multiple of.
_NOMINAL = (16.0, 10.0, 8.0, 5.0, 4.0, 2.0)
_PERIODS: Floats = np.unique(
    np.round(np.r_[np.arange(1.6, 6.0, 0.02), np.arange(6.0, 18.2, 0.04), _NOMINAL, 15.625], 4)
)
_ABOUT_AS_GOOD = 0.93
# A coarse timer of which gaps between keys count the ticks, and how clearly (assumed).
TIMER_MS, _GAPS_COHERE, _HOLDS_DO_NOT = 15.625, 0.45, 0.45
# By how much more holds cohere than stamps do where holds alone are counted (assumed).
_HOLDS_ALONE = 0.25
# Coherence from which there is a grid: twice what chance gives 200 times (assumed).
_COHERES = 0.28
# Times long enough for a period that is slightly off to lose step are left out (ms).
_LONGEST_MS, _LONGEST_GAP_MS = 500.0, 400.0
# A gap this near to a tick is one, and the share of missed ticks that may lie anywhere.
_OFF_TICK_MS, _ANY_PART = 1.3, 0.55
# Periods nearer than this are one (clocks of a kind differ by some per mille).
_ALIKE_MS = 0.1
# What people of a class differ in, and below what it is nothing.
_SPREADS = {
    "late_down": 0.005,
    "late_up": 0.005,
    "down_after_ms": 0.02,
    "up_slow_ppm": 0.5,
    "missed": 0.01,
}
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
    kind : NDArray[np.int8]
        What lies on it: place in `deskhand.behavior_models.key_clock.KINDS`.
    late_down, late_up : NDArray[np.float64]
        Lateness, see `deskhand.behavior_models.key_clock.late_shares`.
    down_after_ms : NDArray[np.float64]
        By how much of a millisecond downs are stamped after ups.
    up_slow_ppm : NDArray[np.float64]
        By how many millionths the clock of ups goes slower than that of downs.
    missed : NDArray[np.float64]
        Share of gaps on a grid that miss their tick.
    """

    known: NDArray[np.bool_]
    period_ms: Floats
    kind: NDArray[np.int8]
    late_down: Floats
    late_up: Floats
    down_after_ms: Floats
    up_slow_ppm: Floats
    missed: Floats


class _Clock(NamedTuple):
    """One person's clock; a person without a grid has the clock of no arguments."""

    period_ms: float = 1.0
    kind: int = KINDS.index("none")
    late_down: float = 0.0
    late_up: float = 0.0
    down_after_ms: float = 0.0
    up_slow_ppm: float = 0.0
    missed: float = 0.0


def recorded_clocks(recording: KeyRecording) -> RecordedClocks:
    """Return the clock of each person of a recording."""
    people = len(recording.people)
    follows = recording.sequences.place > 0
    known, clocks = np.zeros(people, np.bool_), [_Clock()] * people
    order = np.argsort(recording.person, kind="stable")
    bounds = np.searchsorted(recording.person[order], np.arange(people + 1))
    for person, (low, high) in enumerate(pairwise(bounds.tolist())):
        rows = order[low : min(high, low + _MOST)]
        if np.count_nonzero(follows[rows]) >= FEWEST_TIMES:
            down_ms, up_ms = recording.down_us[rows] / 1e3, recording.up_us[rows] / 1e3
            known[person] = True
            clocks[person] = _clock(down_ms, up_ms, follows[rows])
    columns = dict(zip(_Clock._fields, np.array(clocks, np.float64).T, strict=True))
    kind = columns.pop("kind").astype(np.int8)
    return RecordedClocks(known=known, kind=kind, **columns)


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
        ``grids``, see `deskhand.behavior_models.key_clock.draw_clocks`, and ``modifiers_held``. A
        grid that fewer than three people have is counted with the nearest that more have, or with
        none.
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
            f"{source}; counts: what lies on the grid; pairs: median and SD of ln over people",
        ),
    }


def _clock(down_ms: Floats, up_ms: Floats, follows: NDArray[np.bool_]) -> _Clock:
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
        return _Clock(period_ms=TIMER_MS, kind=KINDS.index("gaps"), missed=_missed(gap))
    downs, ups = _coherence(spacing, _PERIODS), _coherence(lift, _PERIODS)
    stamps = 0.5 * (downs + ups)
    score = np.maximum(stamps, holds)
    best = int(score.argmax())
    if score[best] < _COHERES:
        return _Clock()
    for nominal in _NOMINAL:
        at = int(np.searchsorted(_PERIODS, nominal))
        if score[at] > _ABOUT_AS_GOOD * score[best]:
            best = at
            break
    period = float(_PERIODS[best])
    if holds[best] > stamps[best] + _HOLDS_ALONE:
        return _Clock(
            period_ms=period,
            kind=KINDS.index("holds"),
            late_up=_lateness(float(holds[best]) ** 2, period),
        )
    late_down, late_up = (_lateness(float(side[best]), period) for side in (downs, ups))
    slow_ppm = _slowness_ppm(down_ms[short], hold[short], period)
    # What the slower clock of ups takes from holds is not lateness of downs.
    known_ms = hold[short] + 1e-6 * slow_ppm * (up_ms[short] - up_ms[0])
    over_ms = (known_ms + 0.5 * period) % period - 0.5 * period
    after_ms = mean_late_ms(late_up) - mean_late_ms(late_down) - float(over_ms.mean())
    return _Clock(
        period_ms=period,
        kind=KINDS.index("stamps"),
        late_down=late_down,
        late_up=late_up,
        down_after_ms=min(max(after_ms, 0.0), 1.0) if period == round(period) else 0.0,
        up_slow_ppm=slow_ppm,
    )


def mean_late_ms(lateness: Any) -> Any:
    """Return by how much stamps are late on average."""
    late, later = late_shares(lateness)
    return late / (1.0 - later)


def on_tick(gap_ms: Floats) -> NDArray[np.bool_]:
    """Return which times are ticks of the coarse timer, to whole milliseconds."""
    off_ms = (gap_ms + 0.5 * TIMER_MS) % TIMER_MS - 0.5 * TIMER_MS
    near: NDArray[np.bool_] = abs(off_ms) < _OFF_TICK_MS
    return near


def _missed(gap_ms: Floats) -> float:
    """Return the share of gaps that miss their tick, though some of these lie on one by chance."""
    longer = gap_ms[gap_ms > _OFF_TICK_MS]
    chance = 2.0 * _OFF_TICK_MS / TIMER_MS
    return float(np.mean(~on_tick(longer)) / (1.0 - _ANY_PART * chance)) if len(longer) else 0.0


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


def _alike(period_ms: Floats) -> Floats:
    """Return for each period the median of those that are alike: no two neighbours far apart."""
    order = np.argsort(period_ms, kind="stable")
    group = np.empty(len(order), np.intp)
    group[order] = np.cumsum(np.diff(period_ms[order], prepend=period_ms[order][:1]) > _ALIKE_MS)
    medians = [np.median(period_ms[group == number]) for number in range(group.max(initial=-1) + 1)]
    alike: Floats = np.round(np.array(medians), 3)[group] if medians else period_ms
    return alike


def _classes(clocks: RecordedClocks) -> list[dict[str, Any]]:
    """Return the classes of clocks that some people have."""
    here = np.flatnonzero(clocks.known)
    kind, period_ms = clocks.kind[here], np.empty(len(here))
    for one in np.unique(kind):
        period_ms[kind == one] = _alike(clocks.period_ms[here[kind == one]])
    found, count = np.unique(np.stack([kind, period_ms]), axis=1, return_counts=True)
    many = found[:, count >= FEWEST_PEOPLE]
    if not many.size:
        many = np.array([[KINDS.index("none")], [1.0]])
    # People of a rare class count as of the one with the nearest period, of the same kind if any.
    apart = abs(many[1] - period_ms[:, np.newaxis]) + 100.0 * (many[0] != kind[:, np.newaxis])
    nearest = apart.argmin(axis=1)
    return [
        {
            "period_us": round(1000 * float(many[1, number])),
            "share": round(float((nearest == number).mean()), 4) if len(here) else 1.0,
            "counts": KINDS[int(many[0, number])],
            **{
                name: _spread(getattr(clocks, name)[here[nearest == number]], least)
                for name, least in _SPREADS.items()
            },
        }
        for number in range(many.shape[1])
    ]


def _spread(values: Floats, least: float) -> list[float]:
    """Return the median of some people's values and the SD of their logarithms."""
    if not len(values) or np.median(values) <= 0.0:
        return [0.0, 0.0]
    logs = np.log(np.maximum(values, least))
    return [round(float(np.exp(np.median(logs))), 3), round(float(logs.std()), 3)]
