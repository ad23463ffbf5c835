"""Repeat runs: which keys of many sequences are sent by a key that is held, and how fast."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.auto_repeat import repeat_spacing_us, repeated
from deskhand.behavior_models.key_classes import CLASS_CODE
from deskhand.behavior_models.key_sequences import KeySequences
from deskhand.behavior_models.profile import Profile
from deskhand.keyed_draws import mixed, normals, thirds, uniforms, words

# Classes of keys that people hold so that they repeat.
HELD = ("backspace", "delete", "navigation", "modifier")
_PERIOD, _DELAY, _SLIP = 32, 33, 35


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RepeatRuns:
    """The rows that held keys send, and the spacings before them.

    Parameters
    ----------
    row : NDArray[np.intp], shape (k,)
    spacing_us : NDArray[np.float64], shape (k,)
    last : NDArray[np.intp]
        Rows that are the last of their key's being held.
    last_hold_us : NDArray[np.float64]
        For how long these are held: the finger lifts at any moment before the next repeat is due.
    """

    row: NDArray[np.intp]
    spacing_us: NDArray[np.float64]
    last: NDArray[np.intp]
    last_hold_us: NDArray[np.float64]


def repeat_runs(
    profile: Profile,
    sequences: KeySequences,
    sequence: NDArray[np.intp],
    place: NDArray[np.intp],
    chance: NDArray[np.floating],
) -> RepeatRuns:
    """Return which keys of sequences are sent by a key that is held.

    Parameters
    ----------
    profile : Profile
        Section ``keystrokes``, see `deskhand.behavior_models.auto_repeat`.
    sequences : KeySequences
        n keys.
    sequence, place : NDArray[np.intp], shape (n,)
        Each key's sequence, and its place in it.
    chance : NDArray[np.floating], shape (n,)
        Uniform numbers.
    """
    vocabulary, key = sequences.vocabulary, sequences.key
    held_class = np.isin(vocabulary.key_class, [CLASS_CODE[name] for name in HELD])
    can = held_class.take(key)
    again = np.zeros(len(key), np.bool_)
    again[1:] = can[1:] & (key[1:] == key[:-1]) & (place[1:] > 0)
    ends = again.copy()
    ends[:-1] |= again[1:]
    row = np.flatnonzero(ends)  # every key of a run of two or more
    if not len(row):
        return RepeatRuns(row=row, spacing_us=np.empty(0), last=row, last_hold_us=np.empty(0))
    starts = np.flatnonzero(~again[row])
    length = np.diff(np.append(starts, len(row)))
    in_run = np.arange(len(row)) - np.repeat(starts, length)
    left_in_run = np.repeat(length, length) - 1 - in_run
    # Nobody taps Shift time and again: a run of it is one that is held.
    modifier = vocabulary.key_class[key[row]] == CLASS_CODE["modifier"]
    held = repeated(profile, in_run, left_in_run, np.where(modifier, 0.0, chance[row]))
    chain = np.zeros(len(row), np.bool_)
    chain[1:] = held[:-1] & held[1:]
    row, chain = row[held], chain[held]
    person_key = sequences.person_key[sequences.person]
    own = mixed(person_key, _PERIOD)
    person = tuple(uniforms(own, slot)[sequence[row]] for slot in range(3))
    key_of_row = sequences.sequence_key[sequence[row]]
    normal = normals(mixed(key_of_row, _DELAY), place[row])
    slip, lift, late = thirds(words(mixed(key_of_row, _SLIP), place[row]))
    spacing_us, period_us = repeat_spacing_us(profile, chain, person, normal, (slip, late))
    ends_here = np.ones(len(row), np.bool_)
    ends_here[:-1] = np.diff(row) > 1
    ends_here[:-1] |= ~chain[1:]
    return RepeatRuns(
        row=row,
        spacing_us=spacing_us,
        last=row[ends_here],
        last_hold_us=(period_us * lift)[ends_here],
    )
