"""Keystrokes to learn from: recorded times with their clock taken out, and what came before each."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.key_classes import CLASS_CODE
from deskhand.behavior_models.key_clock import KINDS
from deskhand.behavior_models.keystroke_history import (
    HOLD_ROWS,
    HOLD_SCORE,
    NOMINAL_HOLD_US,
    SPACING_ROWS,
    SPACING_SCORE,
    KeystrokeHistory,
    scores,
)
from deskhand.behavior_models.keystroke_inputs import KeystrokeInputs, keystroke_inputs
from deskhand.calibration.key_clock_fit import (
    TIMER_MS,
    RecordedClocks,
    mean_late_ms,
    on_tick,
    recorded_clocks,
)
from deskhand.calibration.key_recording import KeyRecording

Floats = NDArray[np.float32]

# A longer spacing is an absence, not a pause at the keys.
LONGEST_SPACING_US, LONGEST_HOLD_US = 60e6, 2e6
# Overlaps of up to two ticks of a coarse timer are counted, the second up to 9 ms longer.
_SECOND_TICK_MS = (-40.5, -30.5)
_HELD = ("backspace", "delete", "navigation", "modifier")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outcomes:
    """What happened at n keys, and what had happened before: one draw of what no clock tells.

    Parameters
    ----------
    spacing, hold : NDArray[np.float32], shape (n,)
        Scores.
    before_spacing : NDArray[np.float32], shape (8, n)
    before_hold : NDArray[np.float32], shape (10, n)
    """

    spacing: Floats
    hold: Floats
    before_spacing: Floats
    before_hold: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KeystrokeRows:
    """Recorded keystrokes, n in all.

    Parameters
    ----------
    recording : KeyRecording
    inputs : KeystrokeInputs
    person : NDArray[np.intp], shape (n,)
    clocks : RecordedClocks
        Of all people.
    has_spacing, has_hold : NDArray[np.bool_], shape (n,)
        Whether spacing and hold are the hand's and are to be learned from.
    """

    recording: KeyRecording
    inputs: KeystrokeInputs
    person: NDArray[np.intp]
    clocks: RecordedClocks
    has_spacing: NDArray[np.bool_]
    has_hold: NDArray[np.bool_]

    def outcomes(self, rng: np.random.Generator) -> Outcomes:
        """Return what happened, at times drawn anew within the ticks of people's clocks."""
        spacing_us, hold_us = self._times_us(rng)
        sequences = self.recording.sequences
        modifier = (sequences.vocabulary.key_class == CLASS_CODE["modifier"])[sequences.key]
        hold_us[modifier] = NOMINAL_HOLD_US
        lengths = sequences.lengths
        order = np.argsort(-lengths, kind="stable")
        first, lengths = sequences.first[order], lengths[order]
        history = KeystrokeHistory(len(first))
        before_spacing = np.empty((SPACING_ROWS, len(spacing_us)), np.float32)
        before_hold = np.empty((HOLD_ROWS, len(spacing_us)), np.float32)
        active = np.searchsorted(-lengths, -np.arange(int(lengths[0])), "left")
        for place, count in enumerate(active.tolist()):
            rows = first[:count] + place
            before_spacing[:, rows] = history.before_spacing(count)
            before_hold[:, rows] = history.before_hold(spacing_us[rows])
            history.add(spacing_us[rows], hold_us[rows], first=place == 0)
        return Outcomes(
            spacing=scores(spacing_us, SPACING_SCORE),
            hold=scores(hold_us, HOLD_SCORE),
            before_spacing=before_spacing,
            before_hold=before_hold,
        )

    def _times_us(self, rng: np.random.Generator) -> tuple[Floats, Floats]:
        down_us, up_us = (
            side.astype(np.float64) for side in (self.recording.down_us, self.recording.up_us)
        )
        # The slower clock of the ups takes from holds what grows with time.
        up_us += 1e-6 * self.clocks.up_slow_ppm[self.person] * up_us
        down_us -= (
            1e3 * (mean_late_ms(self.clocks.late_down) + self.clocks.down_after_ms)[self.person]
        )
        up_us -= 1e3 * mean_late_ms(self.clocks.late_up)[self.person]
        # Grids of stamps blur both ends, grids of holds the ups alone: by half a period either way.
        by_kind = {name: self.clocks.kind[self.person] == place for place, name in enumerate(KINDS)}
        grid_us = 1e3 * self.clocks.period_ms[self.person]
        chance = rng.random((2, len(down_us)))
        down_us += np.where(by_kind["stamps"], grid_us, 1e3) * chance[0]
        up_us += np.where(by_kind["stamps"], grid_us, 1e3) * chance[1]
        up_us += np.where(by_kind["holds"], grid_us * (chance[1] - 0.5), 0.0)
        hold_us = up_us - down_us
        spacing_us = np.diff(down_us, prepend=0.0)
        gap_ms = (self.recording.down_us - np.append(0, self.recording.up_us[:-1])) / 1e3
        # A press that missed its tick was up to a tick earlier.
        tick = np.where(on_tick(gap_ms), np.rint(gap_ms / TIMER_MS), np.floor(gap_ms / TIMER_MS))
        second = (gap_ms > _SECOND_TICK_MS[0]) & (gap_ms < _SECOND_TICK_MS[1])
        tick[second] = -2.0
        counted = by_kind["gaps"] & ((tick >= -1.0) | second)
        drawn_us = 1e3 * TIMER_MS * (tick + rng.random(len(tick))) + np.append(0.0, hold_us[:-1])
        spacing_us = np.where(counted, drawn_us, spacing_us)
        spacing_us[self.recording.sequences.first] = 0.0
        return (
            np.minimum(spacing_us, LONGEST_SPACING_US).astype(np.float32),
            np.minimum(hold_us, LONGEST_HOLD_US).astype(np.float32),
        )


def keystroke_rows(recording: KeyRecording) -> KeystrokeRows:
    """Return the keystrokes of a recording, with what is to be learned from them.

    Parameters
    ----------
    recording : KeyRecording
        What a held key sends, absences, lost releases and the holds of modifiers are left out:
        these are not the network's.
    """
    sequences = recording.sequences
    key_class = sequences.vocabulary.key_class[sequences.key]
    follows = sequences.place > 0
    again = np.zeros(len(follows), np.bool_)
    held = np.isin(key_class, [CLASS_CODE[name] for name in _HELD])
    again[1:] = (
        follows[1:]
        & (sequences.key[1:] == sequences.key[:-1])
        & held[1:]
        & (recording.down_us[1:] == recording.up_us[:-1])
    )
    sends = again.copy()
    sends[:-1] |= again[1:]
    spacing_us = np.diff(recording.down_us, prepend=0)
    hold_us = recording.up_us - recording.down_us
    return KeystrokeRows(
        recording=recording,
        inputs=keystroke_inputs(sequences),
        person=recording.person,
        clocks=recorded_clocks(recording),
        has_spacing=follows & ~again & (spacing_us < LONGEST_SPACING_US),
        has_hold=~sends
        & (key_class != CLASS_CODE["modifier"])
        & (hold_us > 0)
        & (hold_us < LONGEST_HOLD_US),
    )
