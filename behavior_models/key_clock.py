"""Key clock: what the keyboard's polling and the system's timer make of the times of keys.

Of some people every stamp lies on a grid (a keyboard polled every 8 ms, say), a few of them a
millisecond or more late; downs are stamped a part of a millisecond after ups, so that with some
phases of the grid all of them are a millisecond later; in some recorders the clock of the ups goes
slower than that of the downs by some millionths. Of others the time from a key's release to the next
key's press counts the ticks of a coarse timer, while holds do not: a press wakes the system, and its
timer starts anew. Some of these presses miss the tick. Of a few it is the holds alone: their
keyboard counts from the press.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.key_classes import CLASS_CODE
from deskhand.behavior_models.key_sequences import KeySequences
from deskhand.behavior_models.profile import Profile
from deskhand.behavior_models.typist_traits import FEW_PEOPLE
from deskhand.keyed_draws import Keys, mixed, normals, thirds, uniforms, words

SECTION = "key_clock"
_MS_US = 1_000
# What lies on the grid: nothing, all stamps, the gaps between keys, or how long keys are held.
KINDS = ("none", "stamps", "gaps", "holds")
_NONE, _GRID, _GAPS, _HOLDS = range(4)
_KIND, _LATENESS, _PHASE, _LATE_DOWN, _LATE_UP, _OVERLAP, _LATENESS_UP, _SLOW = range(51, 59)
_AFTER, _MISSED, _MISS, _PASSED = range(59, 63)
_PER_MILLION = 1e-6
# Lateness t: min(t, .5) of the stamps are late, by 1 ms and more; beyond .5 they are later, not more.
_MOST_LATE, _LATER, _LATER_SLOPE = 0.5, 0.1, 0.75
# Correlation of the lateness of downs and of ups over people (Aalto, 242 with a grid of 8 ms).
_BOTH_LATE = 0.77
# Keys this near in a sequence may be the same one, still down.
_NEAR = 6
# Aalto 136M keystrokes, the 157 people of 708 who have such a timer. An overlap of two ticks is
# counted up to 9 ms longer by .72 of them, longer ones are not counted; but of two keys that overlap
# by more than 40 ms the releases are ticks apart in .45 of cases.
_BLUR_US, _BLURRED, _COUNTED = 9_000.0, 0.72, -2
_DEEP_US, _LIFTS_COUNTED = -40_000.0, 0.45
# The same people: a missed tick is .45 times a short delay, of 2 ms and an exponential one of 1.2 ms,
# else it is any part of the tick; it is rarer in gaps below 50 ms.
_SHORT, _SHORT_US, _SHORT_MEAN_US = 0.45, 2_000.0, 1_200.0
_BRIEF_US, _BRIEF_MISSES, _OTHER_MISSES = 50_000.0, 0.6, 1.5
_MOST_MISSED = 0.5
# Of 1 ms, how the phase of the grid against the millisecond moves in 1 s: half of it (the same set,
# 279 people: downs stay late for some seconds).
_PHASE_PER_S = 0.15


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KeyClocks:
    """The clocks of p people, shape (p,) each.

    Parameters
    ----------
    kind : NDArray[np.int8]
        Place in `KINDS` of what lies on a grid.
    grid_us : NDArray[np.int64]
        Period of the grid.
    late_down, late_up : NDArray[np.float32]
        Lateness of downs and of ups, from 0 (no stamp is late) to 1.
    down_after_ms : NDArray[np.float32]
        Share of a millisecond by which downs are stamped after ups.
    up_slow_ppm : NDArray[np.float32]
        By how many millionths the clock of ups goes slower than that of downs.
    missed : NDArray[np.float32]
        Share of gaps on a grid that miss their tick.
    """

    kind: NDArray[np.int8]
    grid_us: NDArray[np.int64]
    late_down: NDArray[np.float32]
    late_up: NDArray[np.float32]
    down_after_ms: NDArray[np.float32]
    up_slow_ppm: NDArray[np.float32]
    missed: NDArray[np.float32]


def draw_clocks(profile: Profile, person_key: Keys) -> KeyClocks:
    """Draw the clocks of some people.

    Parameters
    ----------
    profile : Profile
        ``key_clock.grids``: objects with ``period_us``, ``share`` of people, ``counts`` (one of
        `KINDS`), and ``late_down``, ``late_up``, ``down_after_ms``, ``up_slow_ppm``
        and ``missed`` (median and SD of the logarithm over people).
    person_key : NDArray[np.uint64], shape (p,)
        Names each person's random numbers.

    Source
    ------
    USB keyboards are polled every 8 or 10 ms by default (USB HID 1.11, low speed) and coarse system
    timers tick every 15.625 ms; shares: profile.

    Examples
    --------
    >>> from deskhand.behavior_models.profile import load_profile
    >>> from deskhand.keyed_draws import keys
    >>> clocks = draw_clocks(load_profile("literature"), keys(7, "typist", range(1000)))
    >>> bool(np.isin(clocks.grid_us, [1000, 8000, 10000]).all())
    True
    """
    if len(person_key) <= FEW_PEOPLE:
        return _few_clocks(profile, person_key.tobytes())
    return _clocks(profile, person_key)


@lru_cache(maxsize=256)
def _few_clocks(profile: Profile, person_key: bytes) -> KeyClocks:
    """Return the clocks of some people, who are asked for time and again, text after text."""
    return _clocks(profile, np.frombuffer(person_key, np.uint64))


def _clocks(profile: Profile, person_key: Keys) -> KeyClocks:
    grids = profile[SECTION, "grids"]
    share = np.array([row["share"] for row in grids], np.float64)
    place = np.searchsorted(
        np.cumsum(share / share.sum())[:-1], uniforms(mixed(person_key, _KIND), 0), "right"
    )

    def of(name: str) -> NDArray[np.float64]:
        found: NDArray[np.float64] = np.array([row[name] for row in grids], np.float64)[place]
        return found

    z = {
        name: normals(mixed(person_key, purpose), 0)
        for name, purpose in (
            ("late_down", _LATENESS),
            ("late_up", _LATENESS_UP),
            ("down_after_ms", _AFTER),
            ("up_slow_ppm", _SLOW),
            ("missed", _MISSED),
        )
    }
    z["late_up"] = _BOTH_LATE * z["late_down"] + np.sqrt(1.0 - _BOTH_LATE**2) * z["late_up"]

    def spread(name: str, most: float = np.inf) -> NDArray[np.float32]:
        median, log_sd = of(name).T
        found: NDArray[np.float32] = np.minimum(median * np.exp(log_sd * z[name]), most).astype(
            np.float32
        )
        return found

    grid_us = np.rint(of("period_us")).astype(np.int64)
    return KeyClocks(
        kind=np.array([KINDS.index(row["counts"]) for row in grids], np.int8)[place],
        grid_us=grid_us,
        late_down=spread("late_down", 1.0),
        late_up=spread("late_up", 1.0),
        down_after_ms=spread("down_after_ms", 1.0),
        up_slow_ppm=spread("up_slow_ppm"),
        missed=spread("missed", _MOST_MISSED),
    )


def unheld(profile: Profile, sequences: KeySequences) -> NDArray[np.bool_]:
    """Return which keys a recorder logs without a hold: modifiers, of which it tells the class alone.

    Parameters
    ----------
    profile : Profile
        ``key_clock.modifiers_held``: 1 where the population's recorder tells when modifiers come up.
    sequences : KeySequences
        n keys.
    """
    vocabulary = sequences.vocabulary
    classed = (vocabulary.key_class == CLASS_CODE["modifier"]) & (vocabulary.physical < 0)
    if profile[SECTION, "modifiers_held"]:
        classed[:] = False
    found: NDArray[np.bool_] = classed[sequences.key]
    return found


def stamped_us(
    clocks: KeyClocks,
    sequences: KeySequences,
    down_us: NDArray[np.float64],
    up_us: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the stamps that people's clocks give to the times of keys.

    Parameters
    ----------
    clocks : KeyClocks
        Of the people of the sequences.
    sequences : KeySequences
        n keys in all.
    down_us, up_us : NDArray[np.float64], shape (n,)
        Since the first down of the sequence; downs rise within it.

    Returns
    -------
    (NDArray[np.int64], NDArray[np.int64]), shape (n,) each
        Whole milliseconds, in us, since the first down. Downs rise within a sequence, by 1 ms at
        least; an up is at least 1 ms after its down.

    Examples
    --------
    >>> from deskhand.behavior_models.key_sequences import key_sequences
    >>> from deskhand.behavior_models.keyboard_layout import load_layout
    >>> from deskhand.keyed_draws import keys
    >>> made = key_sequences(
    ...     [["a", "b"]],
    ...     load_layout("qwerty-us"),
    ...     person=[0],
    ...     person_key=keys(7, "typist", ["ann"]),
    ...     sequence_key=keys(7, "keys", [0]),
    ... )
    >>> none = np.zeros(1, np.float32)
    >>> clock = KeyClocks(
    ...     kind=np.ones(1, np.int8),
    ...     grid_us=np.array([8000]),
    ...     late_down=none,
    ...     late_up=none,
    ...     down_after_ms=none,
    ...     up_slow_ppm=none,
    ...     missed=none,
    ... )
    >>> down, up = stamped_us(clock, made, np.array([0.0, 1e5]), np.array([9e4, 2e5]))
    >>> (down % 8000).tolist(), (up % 8000).tolist()
    ([0, 0], [0, 0])
    """
    if not len(sequences.key):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    sequence, place, first = sequences.sequence, sequences.place, sequences.first
    person = sequences.person
    kind, grid_us = clocks.kind[person][sequence], clocks.grid_us[person][sequence]
    key = sequences.sequence_key
    # Where in its period each sequence's first moment lies; all periods have whole milliseconds of
    # phase, because what stamps them counts in milliseconds.
    phase = uniforms(mixed(key, _PHASE), 0)[sequence]
    gaps, hold_us = kind == _GAPS, up_us - down_us
    if gaps.any():
        missed = np.where(gaps, clocks.missed[person][sequence], 0.0)
        down_us, up_us = _counted(
            down_us, up_us, place, first, sequence, grid_us, missed, gaps, key
        )
    on_grid = kind == _GRID
    period_us = np.where(on_grid, grid_us, _MS_US)
    whole = on_grid & (grid_us % _MS_US == 0)
    offset_us = np.where(whole, 0.0, phase * period_us)
    start_us = np.where(whole, np.floor(phase * period_us), 0.0)

    def stamps(
        t_us: NDArray[np.float64],
        purpose: int,
        late: NDArray[np.float32],
        speed: Any,
        after_us: NDArray[np.float64] | float,
    ) -> NDArray[np.int64]:
        ticks = np.floor((t_us + start_us + offset_us) / period_us)
        stamp: NDArray[np.int64] = np.floor(
            (speed * (ticks * period_us - offset_us) + after_us) / _MS_US
        ).astype(np.int64)
        chance = thirds(words(mixed(key, purpose)[sequence], place))
        late_ms = _late_ms(late[person][sequence], chance)
        late_ms = np.minimum(late_ms, np.maximum(0.8 * period_us / _MS_US - 1.0, 0.0))
        stamp += np.where(on_grid, late_ms, 0.0).astype(np.int64)
        return stamp

    slow = np.where(on_grid, clocks.up_slow_ppm[person][sequence] * _PER_MILLION, 0.0)
    # Of the millisecond that a stamp falls in, the part that has passed; it drifts.
    passed = uniforms(mixed(key, _PASSED), 0)[sequence] + _PHASE_PER_S * down_us / 1e6
    after = np.where(whole, np.floor(passed % 1.0 + clocks.down_after_ms[person][sequence]), 0.0)
    down_ms = stamps(down_us, _LATE_DOWN, clocks.late_down, 1.0, _MS_US * after)
    up_ms = stamps(up_us, _LATE_UP, clocks.late_up, 1.0 - slow, 0.0)
    begin_ms = down_ms[first][sequence]
    down_ms -= begin_ms
    up_ms -= begin_ms
    # A late stamp does not overtake the next one. Sequences are kept apart by more than they last.
    apart = (int(down_ms.max(initial=0)) + 1_000) * sequence - place
    down_ms = np.maximum.accumulate(np.maximum(down_ms, 0) + apart) - apart
    by_holds = np.flatnonzero(kind == _HOLDS)
    if len(by_holds):
        held_us = grid_us[by_holds] * np.maximum(
            np.rint(hold_us[by_holds] / grid_us[by_holds]), 1.0
        )
        chance = thirds(words(mixed(key, _LATE_UP)[sequence[by_holds]], place[by_holds]))
        late_ms = _late_ms(clocks.late_up[person][sequence[by_holds]], chance)
        up_ms[by_holds] = down_ms[by_holds] + (held_us / _MS_US + late_ms).astype(np.int64)
    _link(sequences, down_us, up_us, down_ms, up_ms)
    return down_ms * _MS_US, np.maximum(up_ms, down_ms + 1) * _MS_US


def _link(
    sequences: KeySequences,
    down_us: NDArray[np.float64],
    up_us: NDArray[np.float64],
    down_ms: NDArray[np.int64],
    up_ms: NDArray[np.int64],
) -> None:
    """Let stamps keep what holds of times: a key is up before it is down again."""
    left = sequences.lengths[sequences.sequence] - 1 - sequences.place
    # A key that repeats goes up and down at one moment, which has one stamp.
    repeats = np.flatnonzero((up_us[:-1] == down_us[1:]) & (left[:-1] > 0))
    up_ms[repeats] = down_ms[repeats + 1]
    physical = sequences.vocabulary.physical[sequences.key]
    for lag in range(1, 1 + _NEAR):
        row = np.flatnonzero((left[:-lag] >= lag) & (physical[:-lag] >= 0))
        row = row[(physical[row] == physical[row + lag]) & (up_ms[row] > down_ms[row + lag])]
        up_ms[row] = down_ms[row + lag]


def late_shares(lateness: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the share of stamps that are late, and of those late by n ms the share beyond n.

    Examples
    --------
    >>> [share.round(2).tolist() for share in late_shares(np.array([0.1, 1.0]))]
    [[0.1, 0.5], [0.1, 0.85]]
    """
    beyond = np.clip((lateness - _MOST_LATE) / _MOST_LATE, 0.0, 1.0)
    return np.minimum(lateness, _MOST_LATE), _LATER + _LATER_SLOPE * beyond


def _late_ms(
    lateness: NDArray[np.float32], chance: tuple[NDArray[np.float32], ...]
) -> NDArray[np.float64]:
    """Return by how many whole milliseconds stamps are late."""
    late, later = late_shares(lateness)
    more = np.floor(np.log(chance[1], dtype=np.float64) / np.log(later, dtype=np.float64))
    return np.where(chance[0] < late, 1.0 + more, 0.0)


def _counted(
    down_us: NDArray[np.float64],
    up_us: NDArray[np.float64],
    place: NDArray[np.intp],
    first: NDArray[np.intp],
    sequence: NDArray[np.intp],
    grid_us: NDArray[np.int64],
    missed: NDArray[np.float64],
    gaps: NDArray[np.bool_],
    key: Keys,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return times whose gaps from up to next down count the ticks of a timer."""
    hold_us = up_us - down_us
    before_us = np.append(0.0, up_us[:-1])
    gap_us = np.where(place > 0, down_us - before_us, 0.0)
    chance = thirds(words(mixed(key, _MISS)[sequence], place))
    delay_us = np.where(
        chance[1] < _SHORT,
        _SHORT_US - _SHORT_MEAN_US * np.log(chance[2], dtype=np.float64),
        chance[2] * grid_us,
    )
    misses = chance[0] < missed * np.where(gap_us < _BRIEF_US, _BRIEF_MISSES, _OTHER_MISSES)
    overlap = thirds(words(mixed(key, _OVERLAP)[sequence], place))
    ticks = np.floor(gap_us / grid_us)
    counted = ticks * grid_us
    counted += np.where(misses & (ticks >= 0), delay_us, 0.0)
    blurred = (ticks == _COUNTED) & (overlap[0] < _BLURRED)
    counted = np.where(blurred, counted - _BLUR_US * overlap[1], counted)
    counted = np.where((ticks <= _COUNTED) & ~blurred, gap_us, counted)
    # Of two keys far into each other the releases are counted from one another.
    lift_us = np.floor((gap_us + hold_us) / grid_us) * grid_us
    deep = gaps & (gap_us < _DEEP_US) & (lift_us > 0.0) & (overlap[2] < _LIFTS_COUNTED)
    hold_us = np.where(deep, lift_us - gap_us, hold_us)
    spacing_us = np.append(0.0, hold_us[:-1]) + np.where(gaps, counted, gap_us)
    # A key does not go down before the one that it follows.
    whole = np.rint(np.where(place > 0, np.maximum(spacing_us, 0.0), 0.0)).astype(np.int64)
    total = whole.cumsum()
    total -= total[first][sequence]
    moved_us = np.where(gaps, total.astype(np.float64), down_us)
    return moved_us, moved_us + hold_us
