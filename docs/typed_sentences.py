"""Sentences typed by many people, for the pictures of docs/models/keyboard.md."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.error_habits import draw_error_habits
from deskhand.behavior_models.key_classes import layout_vocabulary
from deskhand.behavior_models.key_sequences import KeySequences
from deskhand.behavior_models.key_strokes import key_strokes
from deskhand.behavior_models.keyboard_layout import load_layout
from deskhand.behavior_models.keystroke_law import law_times
from deskhand.behavior_models.learned_keystrokes import SECTION as LEARNED
from deskhand.behavior_models.learned_keystrokes import learned_times
from deskhand.behavior_models.profile import Profile, load_profile
from deskhand.behavior_models.text_entry import entered_texts
from deskhand.behavior_models.typing_error_parameters import published_typing_errors
from deskhand.evaluation.key_table import Keystrokes
from deskhand.keyed_draws import keys

Times = Callable[[Profile, KeySequences, str], tuple[NDArray[np.float64], NDArray[np.float64]]]
SEED = 7
LAYOUT = "qwerty-us"
# Invented, with commas, stops, capitals and a digit or two.
PROSE = (
    "The second box of letters came back on Monday, and nobody in the office knew who had sent it. "
    "We put it beside the window, wrote a short note to the people upstairs and went on with the "
    "report. By noon there were 4 more of them, all the same size, each with a stamp from the north "
    "of the country. Anna opened one. It held a map, a key and a list of 12 names that we had never "
    "heard. She read them out, one after the other, while the rest of us looked at the map."
)


def typed(texts: Sequence[str], people: Sequence[str], profile: str, mode: str) -> Keystrokes:
    """Return what people press to type texts, with their errors and repairs.

    Parameters
    ----------
    texts : sequence of str, length m
        Whole texts.
    people : sequence of str, length m
        Who types each.
    profile : str
        Name or path.
    mode : str
        ``"transcription"`` or ``"composition"``.
    """
    population, layout = load_profile(profile), load_layout(LAYOUT)
    tokens, first = layout.encode_all(texts)
    person_key = keys(SEED, "picture.person", people)
    text_key = keys(SEED, "picture.text", range(len(texts)))
    section = _errors(population)
    habits = draw_error_habits(section, person_key, mode)
    entry = entered_texts(section, tokens, first, text_key, habits, layout, mode)
    strokes = key_strokes(entry.token, entry.first, layout)
    times = learned_times if LEARNED in population.sections else law_times
    return _timed(times, population, strokes.stroke, strokes.first, people, mode)


def pressed(names: NDArray[np.uint8], people: Sequence[str], profile: str, mode: str) -> Keystrokes:
    """Return tokens, one row a person, timed as they are by the law: they are no sentences."""
    first = np.arange(len(names)) * names.shape[1]
    return _timed(law_times, load_profile(profile), names.reshape(-1), first, people, mode)


def _timed(
    times: Times,
    population: Profile,
    token: NDArray[np.uint8],
    first: NDArray[np.intp],
    people: Sequence[str],
    mode: str,
) -> Keystrokes:
    order = sorted(set(people))
    sequences = KeySequences(
        vocabulary=layout_vocabulary(load_layout(LAYOUT)),
        key=token.astype(np.intp),
        first=first,
        person=np.array([order.index(name) for name in people]),
        person_key=keys(SEED, "picture.person", order),
        sequence_key=keys(SEED, "picture.keys", range(len(first))),
    )
    down_us, up_us = times(population, sequences, mode)
    number = sequences.sequence
    return Keystrokes(
        people=order,
        vocabulary=sequences.vocabulary,
        person=sequences.person[number].astype(np.int32),
        session=number.astype(np.int32),
        key=sequences.key,
        down_us=down_us.astype(np.int64),
        up_us=up_us.astype(np.int64),
    )


def _errors(population: Profile) -> dict[str, dict[str, object]]:
    """Return the profile's errors, or the published ones."""
    found = population.sections.get("typing_errors")
    return dict(found) if found else published_typing_errors()
