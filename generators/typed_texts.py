"""Typed texts: what many people press for whole texts, and when, from slips to the clock's stamps."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.entry_pauses import entry_pauses_us
from deskhand.behavior_models.error_correction import TypedKeys
from deskhand.behavior_models.error_habits import draw_error_habits
from deskhand.behavior_models.key_classes import layout_vocabulary
from deskhand.behavior_models.key_clock import draw_clocks, stamped_us, unheld
from deskhand.behavior_models.key_sequences import KeySequences
from deskhand.behavior_models.key_strokes import KeyStrokes, key_strokes
from deskhand.behavior_models.keyboard_layout import KeyboardLayout
from deskhand.behavior_models.keystroke_law import law_times
from deskhand.behavior_models.learned_keystrokes import learned_times
from deskhand.behavior_models.profile import Profile
from deskhand.behavior_models.text_entry import entered_texts
from deskhand.behavior_models.text_tokens import TextTokens, with_pastes
from deskhand.behavior_models.typing_error_parameters import SECTION as ERRORS
from deskhand.keyed_draws import Keys

Places = NDArray[np.intp]
Times = NDArray[np.int64]

_NOTHING = np.zeros(0, np.intp)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TextRequests:
    """m texts of p people.

    Parameters
    ----------
    tokens : TextTokens
        Of the texts.
    text_key : NDArray[np.uint64], shape (m,)
        Names the random numbers that are a text's own.
    person : NDArray[np.intp], shape (m,)
        Who types each text: a place in ``person_key``.
    person_key : NDArray[np.uint64], shape (p,)
        Names the random numbers that are a person's own.
    """

    tokens: TextTokens
    text_key: Keys
    person: Places
    person_key: Keys


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TypedTexts:
    """The strokes of m texts, n in all.

    Parameters
    ----------
    entry : TypedKeys
        What is pressed, slips and repairs included, without what a key needs to be held.
    strokes : KeyStrokes
        With Shift, AltGr and dead keys; ``source`` is a place in ``entry``.
    own : NDArray[np.bool_], shape (n,)
        Whether a stroke is the key of ``entry`` itself, not one that it needs.
    pasted : NDArray[np.intp], shape (n,)
        Which of the pasted texts a stroke brings, -1 for none.
    down_us, up_us : NDArray[np.int64], shape (n,)
        Since the text's first down, as the person's clock stamps them.
    """

    entry: TypedKeys
    strokes: KeyStrokes
    own: NDArray[np.bool_]
    pasted: Places
    down_us: Times
    up_us: Times

    @property
    def lengths(self) -> Places:
        """How many strokes each text has, shape (m,)."""
        return np.diff(self.strokes.first, append=len(self.strokes.stroke))


def typed_texts(
    profile: Profile,
    layout: KeyboardLayout,
    asked: TextRequests,
    mode: str,
    *,
    fidelity: str = "law",
    uncorrected: bool = False,
) -> TypedTexts:
    """Return how people type texts into empty fields.

    Parameters
    ----------
    profile : Profile
        The population: sections ``keystrokes``, ``typing_errors`` and ``key_clock``, and for the
        learned tier ``learned_keystrokes``.
    layout : KeyboardLayout
        The keyboard.
    asked : TextRequests
        What is typed by whom; no text's keys depend on another text.
    mode : str
        One of `deskhand.behavior_models.typist_traits.MODES`.
    fidelity : str
        ``"law"`` or ``"learned"``.
    uncorrected : bool
        Whether errors that nobody notices stay.

    Examples
    --------
    >>> from deskhand.behavior_models.keyboard_layout import load_layout
    >>> from deskhand.behavior_models.profile import load_profile
    >>> from deskhand.behavior_models.text_tokens import text_tokens
    >>> from deskhand.keyed_draws import keys
    >>> layout = load_layout("qwerty-us")
    >>> asked = TextRequests(
    ...     tokens=text_tokens(["Hi"], layout),
    ...     text_key=keys(7, "text", [0]),
    ...     person=np.array([0]),
    ...     person_key=keys(7, "typist", ["ann"]),
    ... )
    >>> made = typed_texts(load_profile("transcription"), layout, asked, "form")
    >>> [layout.codes[token] for token in made.strokes.stroke[:2]], made.own[:2].tolist()
    (['ShiftLeft', 'KeyH'], [False, True])
    """
    section, tokens = profile.sections[ERRORS], asked.tokens
    habits = draw_error_habits(section, asked.person_key, mode).of(asked.person)
    entry = entered_texts(
        section,
        tokens.token,
        tokens.first,
        asked.text_key,
        habits,
        layout,
        mode,
        uncorrected=uncorrected,
    )
    entry, brings = with_pastes(entry, tokens, layout)
    strokes = key_strokes(entry.token, entry.first, layout)
    some = np.flatnonzero(np.diff(strokes.first, append=len(strokes.stroke)))
    sequences = KeySequences(
        vocabulary=layout_vocabulary(layout),
        key=strokes.stroke.astype(np.intp),
        first=strokes.first[some],
        person=asked.person[some],
        person_key=asked.person_key,
        sequence_key=asked.text_key[some],
    )
    own = strokes.stroke == entry.token[strokes.source]
    pasted = np.where(own, brings[strokes.source], -1)
    paste = np.flatnonzero(pasted >= 0)
    down_us, up_us = stamped_keys_us(profile, sequences, mode, fidelity, paste - 1)
    _hold_modifiers(entry, strokes, sequences, down_us, up_us)
    _release_pastes(paste, sequences, down_us, up_us)
    return TypedTexts(
        entry=entry, strokes=strokes, own=own, pasted=pasted, down_us=down_us, up_us=up_us
    )


def stamped_keys_us(
    profile: Profile,
    sequences: KeySequences,
    mode: str,
    fidelity: str = "law",
    paste: Places = _NOTHING,
) -> tuple[Times, Times]:
    """Return when keys go down and come up, as people's clocks stamp them.

    Parameters
    ----------
    profile : Profile
        The population.
    sequences : KeySequences
        n keys.
    mode, fidelity : str
        As for `typed_texts`.
    paste : NDArray[np.intp]
        Places of the Control keys of pastes.

    Returns
    -------
    (NDArray[np.int64], NDArray[np.int64]), shape (n,) each
        Microseconds since the first down of the sequence.
    """
    times = learned_times if fidelity == "learned" else law_times
    down_us, up_us = times(profile, sequences, mode)
    later_us = entry_pauses_us(profile, sequences, mode, paste)
    down_us, up_us = down_us + later_us, up_us + later_us
    clocks = draw_clocks(profile, sequences.person_key)
    down_stamp_us, up_stamp_us = stamped_us(clocks, sequences, down_us, up_us)
    np.copyto(up_stamp_us, down_stamp_us, where=unheld(profile, sequences))
    return down_stamp_us, up_stamp_us


def _hold_modifiers(
    entry: TypedKeys, strokes: KeyStrokes, sequences: KeySequences, down_us: Times, up_us: Times
) -> None:
    """Hold modifiers until the last key that needs them is down, and not until the one after it."""
    struck = np.flatnonzero(strokes.stroke == entry.token[strokes.source])
    held = np.flatnonzero(entry.held)
    at = np.append(strokes.held, struck[held])
    last = np.append(strokes.held_to, struck[held + entry.held[held]])
    ends = np.append(sequences.first[1:], len(down_us)) - 1
    follows = last < ends[sequences.sequence[last]]
    after_us = down_us[np.minimum(last + 1, len(down_us) - 1)]
    latest_us = np.where(follows, after_us, np.iinfo(np.int64).max)
    up_us[at] = np.clip(up_us[at], down_us[last] + 1_000, latest_us)


def _release_pastes(paste: Places, sequences: KeySequences, down_us: Times, up_us: Times) -> None:
    """Let V come up before its Control does, and both before the next key goes down."""
    follows = sequences.place[np.minimum(paste + 1, len(down_us) - 1)] > sequences.place[paste]
    after_us = down_us[np.minimum(paste + 1, len(down_us) - 1)]
    up_us[paste] = np.where(follows, np.minimum(up_us[paste], after_us), up_us[paste])
    up_us[paste - 1] = np.maximum(up_us[paste - 1], up_us[paste])
