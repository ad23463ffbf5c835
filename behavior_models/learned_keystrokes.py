"""Learned keystrokes: times of keys drawn from the keystroke network, many sequences side by side.

The network says what the hand does; what a held key sends, when modifiers come up and that a key is
up before it goes down again follow the same rules as in the law of keystrokes.
"""

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.key_classes import CLASS_CODE
from deskhand.behavior_models.key_clock import draw_clocks
from deskhand.behavior_models.key_release import Presses, released_us
from deskhand.behavior_models.key_sequences import KeySequences
from deskhand.behavior_models.keystroke_history import (
    HOLD_SCORE,
    NOMINAL_HOLD_US,
    SPACING_SCORE,
    KeystrokeHistory,
    times_us,
)
from deskhand.behavior_models.keystroke_inputs import KeystrokeInputs, keystroke_inputs
from deskhand.behavior_models.keystroke_network import KeystrokeNetwork
from deskhand.behavior_models.learned_typists import draw_learned_typists
from deskhand.behavior_models.practised_pace import practised_us
from deskhand.behavior_models.profile import Profile
from deskhand.behavior_models.repeat_runs import RepeatRuns, repeat_runs
from deskhand.behavior_models.shift_lead import shift_leads_us
from deskhand.behavior_models.typist_traits import LAW_OF_MODE, draw_typists
from deskhand.errors import DeskhandError
from deskhand.keyed_draws import mixed, thirds, words

Floats = NDArray[np.float32]

SECTION = "learned_keystrokes"
# Keys drawn in one block, about: what a block holds changes no time.
_BLOCK = 1 << 17
# Longer sequences are cut into parts that are drawn side by side. A part is preceded by a run-in,
# drawn from the numbers of the keys that it repeats and then dropped, so that parts join.
_PART, _RUN_IN = 192, 16
_SPACING, _HOLD, _REPEAT = range(45, 48)


def learned_times(
    profile: Profile, sequences: KeySequences, mode: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return when keys go down and come up, before any clock stamps them.

    Parameters
    ----------
    profile : Profile
        The population; sections ``learned_keystrokes`` and ``keystrokes``.
    sequences : KeySequences
        n keys in all.
    mode : str
        One of `deskhand.behavior_models.typist_traits.MODES`; the network knows one way of typing,
        of which passwords are a practised one.

    Returns
    -------
    (NDArray[np.float64], NDArray[np.float64]), shape (n,) each
        As of `deskhand.behavior_models.keystroke_law.law_times`.
    """
    size = len(sequences.key)
    network = network_of(profile)
    clocks = draw_clocks(profile, sequences.person_key)
    traits = draw_learned_typists(profile[SECTION, "people"], clocks.kind, sequences.person_key)
    spacing_us, hold_us = np.empty(size, np.float32), np.empty(size, np.float32)
    sequence, place = sequences.sequence, sequences.place
    chance = thirds(words(mixed(sequences.sequence_key, _REPEAT).take(sequence), place))[0]
    runs = repeat_runs(profile, sequences, sequence, place, chance)
    given_us = _Given.of(sequences, runs)
    ends = np.append(sequences.first[1:], size)
    begin = 0
    while begin < len(sequences):
        # As many whole sequences as a block takes, at least one.
        full = np.searchsorted(ends, sequences.first[begin] + _BLOCK, "right")
        stop = max(int(full), begin + 1)
        rows = slice(int(sequences.first[begin]), int(ends[stop - 1]))
        block = _part(sequences, rows, begin, stop)
        spacing_us[rows], hold_us[rows] = _drawn(
            network, profile, block, traits, given_us.part(rows), mode
        )
        begin = stop
    return _pressed(profile, sequences, mode, runs, spacing_us, hold_us)


def network_of(profile: Profile) -> KeystrokeNetwork:
    """Return the keystroke network of a profile, read once.

    Raises
    ------
    DeskhandError
        When the profile has none.
    """
    if SECTION not in profile.sections:
        raise DeskhandError(
            f"profile {profile.name!r} has no network of keystrokes; use fidelity 'law', or a profile "
            "that has one, such as 'transcription'."
        )
    return _network(profile)


@lru_cache(maxsize=8)
def _network(profile: Profile) -> KeystrokeNetwork:
    return KeystrokeNetwork.from_record(profile[SECTION, "network"])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Given:
    """Times that are not the network's to draw, NaN where they are, shape (n,) each."""

    spacing_us: Floats
    hold_us: Floats

    @classmethod
    def of(cls, sequences: KeySequences, runs: RepeatRuns) -> "_Given":
        """Return the times of what held keys send, and of modifiers, which are held for others."""
        spacing_us, hold_us = (np.full(len(sequences.key), np.nan, np.float32) for _ in range(2))
        modifier = sequences.vocabulary.key_class == CLASS_CODE["modifier"]
        hold_us[modifier[sequences.key]] = NOMINAL_HOLD_US
        spacing_us[runs.row] = runs.spacing_us
        hold_us[runs.row - 1] = runs.spacing_us
        hold_us[runs.last] = runs.last_hold_us
        spacing_us[sequences.first] = 0.0
        return cls(spacing_us=spacing_us, hold_us=hold_us)

    def part(self, rows: slice) -> "_Given":
        return _Given(spacing_us=self.spacing_us[rows], hold_us=self.hold_us[rows])


def _part(sequences: KeySequences, rows: slice, begin: int, stop: int) -> KeySequences:
    return KeySequences(
        vocabulary=sequences.vocabulary,
        key=sequences.key[rows],
        first=sequences.first[begin:stop] - sequences.first[begin],
        person=sequences.person[begin:stop],
        person_key=sequences.person_key,
        sequence_key=sequences.sequence_key[begin:stop],
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Steps:
    """The order in which keys are drawn: first those that begin a part, then those that follow.

    Parameters
    ----------
    row : NDArray[np.intp], shape (k,)
        Which key; in a run-in a key that another part draws too.
    bounds : list of int
        Where each step begins in ``row``; the keys of a step begin with those of the parts that
        have one more.
    kept : NDArray[np.intp]
        Places in ``row`` of the keys that are not of a run-in.
    """

    row: NDArray[np.intp]
    bounds: list[int]
    kept: NDArray[np.intp]

    @classmethod
    def of(cls, sequences: KeySequences) -> "_Steps":
        parts = -(-sequences.lengths // _PART)
        sequence = np.repeat(np.arange(len(parts)), parts)
        number = np.arange(len(sequence)) - np.repeat(np.cumsum(parts) - parts, parts)
        begin, end = number * _PART, np.minimum((number + 1) * _PART, sequences.lengths[sequence])
        run_in = np.minimum(begin, _RUN_IN)
        length = end - begin + run_in
        order = np.argsort(-length, kind="stable")
        start = (sequences.first[sequence] + begin - run_in)[order]
        length, run_in = length[order], run_in[order]
        active = np.searchsorted(-length, -np.arange(int(length[0])), "left")
        bounds = np.append(0, np.cumsum(active))
        step = np.repeat(np.arange(len(active)), active)
        part = np.arange(len(step)) - bounds[step]
        return cls(
            row=start[part] + step,
            bounds=bounds.tolist(),
            kept=np.flatnonzero(step >= run_in[part]),
        )


def _drawn(
    network: KeystrokeNetwork,
    profile: Profile,
    sequences: KeySequences,
    traits: Floats,
    given: _Given,
    mode: str,
) -> tuple[Floats, Floats]:
    """Return the spacings and holds of the keys of some sequences."""
    law = LAW_OF_MODE[mode]
    longest_s = [
        float(profile["keystrokes", name][law][1]) for name in ("spacing_bounds_s", "hold_bounds_s")
    ]
    steps = _Steps.of(sequences)
    row, sequence, place = steps.row, sequences.sequence, sequences.place
    whose = sequences.person[sequence[row]]
    sums = network.text_sums(_taken(keystroke_inputs(sequences), row), traits[:, whose])
    chance = [
        np.stack(thirds(words(mixed(sequences.sequence_key, what)[sequence[row]], place[row]))[:2])
        for what in (_SPACING, _HOLD)
    ]
    given_spacing, given_hold = given.spacing_us[row], given.hold_us[row]
    spacing_us, hold_us = np.empty(len(row), np.float32), np.empty(len(row), np.float32)
    history = KeystrokeHistory(steps.bounds[1])
    for step, (low, high) in enumerate(pairwise(steps.bounds)):
        now = slice(low, high)
        score = network.drawn_score(
            "spacing",
            sums["spacing"][:, now],
            history.before_spacing(high - low),
            chance[0][:, now],
        )
        known = given_spacing[now]
        drawn = times_us(score, SPACING_SCORE, longest_s[0])
        spacing_us[now] = np.where(np.isnan(known), drawn, known)
        score = network.drawn_score(
            "hold", sums["hold"][:, now], history.before_hold(spacing_us[now]), chance[1][:, now]
        )
        known = given_hold[now]
        drawn = times_us(score, HOLD_SCORE, longest_s[1])
        hold_us[now] = np.where(np.isnan(known), drawn, known)
        history.add(spacing_us[now], hold_us[now], first=step == 0)
    own = row[steps.kept]
    spacing, hold = np.empty(len(place), np.float32), np.empty(len(place), np.float32)
    spacing[own], hold[own] = spacing_us[steps.kept], hold_us[steps.kept]
    return spacing, hold


def _taken(inputs: KeystrokeInputs, row: NDArray[np.intp]) -> KeystrokeInputs:
    return KeystrokeInputs(
        classes=inputs.classes[:, row],
        letters=inputs.letters[:, row],
        scalars=inputs.scalars[:, row],
    )


def _pressed(
    profile: Profile,
    sequences: KeySequences,
    mode: str,
    runs: RepeatRuns,
    spacing_us: Floats,
    hold_us: Floats,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return downs and ups, with what fingers cannot do and what modifiers do."""
    vocabulary, key = sequences.vocabulary, sequences.key
    sequence, place = sequences.sequence, sequences.place
    spacing_us = practised_us(profile, sequences, mode, spacing_us)
    spacing_us[runs.row] = runs.spacing_us
    total_us = np.rint(spacing_us.astype(np.float64)).astype(np.int64).cumsum()
    # Whole numbers add up exactly, so the sum before a sequence takes itself away.
    total_us -= total_us[sequences.first][sequence]
    down_us = total_us.astype(np.float64)
    shift = (vocabulary.key_class == CLASS_CODE["modifier"])[key]
    own = draw_typists(profile, mode, sequences.person_key)[:, sequences.person]
    presses = Presses(
        down_us=down_us,
        up_us=down_us + hold_us,
        left=sequences.lengths[sequence] - 1 - place,
        physical=vocabulary.physical[key],
        letter=(vocabulary.letter > 0)[key],
        shift=shift,
        capital=vocabulary.capital[key],
        lead_us=shift_leads_us(profile, own, sequences, sequence, place, shift),
    )
    # The network knows how people release keys: whatever order it gives is kept.
    keep = np.zeros(len(key), np.float32)
    up_us = released_us(profile, presses, (keep, keep))
    up_us[runs.row - 1] = down_us[runs.row]
    up_us[runs.last] = down_us[runs.last] + runs.last_hold_us
    return down_us, np.maximum(np.rint(up_us), down_us + 1_000.0)
