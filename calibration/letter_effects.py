"""What letters themselves do to spacings and holds, after the public law, so that a text's share is taken away.

A person's statistics are to be the person's, not those of the words that were typed.
"""

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.digraph_contexts import CLASS_CONTEXTS, key_contexts
from deskhand.behavior_models.key_classes import CLASSES
from deskhand.behavior_models.key_sequences import key_sequences
from deskhand.behavior_models.keyboard_layout import load_layout
from deskhand.behavior_models.keystroke_law import hold_kind
from deskhand.behavior_models.profile import load_profile
from deskhand.behavior_models.typist_traits import LENDER

Floats = NDArray[np.float64]
LETTERS = "abcdefghijklmnopqrstuvwxyz"
# Places behind the letters: another letter, and a key that is masked.
OTHER, MASKED = len(LETTERS), len(LETTERS) + 1
_LAW = "transcription"


class LetterEffects(NamedTuple):
    """Added to ln spacing by a letter and the one before, shape (28, 28), and to ln hold, shape (28,)."""

    spacing: Floats
    hold: Floats


@cache
def letter_effects() -> LetterEffects:
    """Return the effects of letters in the profile ``transcription``.

    Source
    ------
    Profile, ``keystrokes.spacing``, ``digraph``, ``hold`` and ``hold_letter``.

    Examples
    --------
    >>> effects = letter_effects()
    >>> hand = effects.spacing[LETTERS.index("t"), LETTERS.index("h")]
    >>> bool(hand < effects.spacing[LETTERS.index("e"), LETTERS.index("d")])
    True
    """
    profile = load_profile(LENDER)

    def centres(name: str) -> dict[str, float]:
        return {kind: float(row[0]) for kind, row in profile["keystrokes", name][_LAW].items()}

    by_context, by_kind = centres("spacing"), centres("hold")
    # A third letter before each pair, for a text's first keys are of another context.
    pairs = [["e", first, second] for first in LETTERS for second in LETTERS]
    made = key_sequences(
        pairs,
        load_layout("qwerty-us"),
        person=np.zeros(len(pairs), np.intp),
        person_key=np.zeros(1, np.uint64),
        sequence_key=np.arange(len(pairs), dtype=np.uint64),
    )
    before = np.append(made.key[:1], made.key[:-1])
    context = key_contexts(made, before, made.place)[2::3]
    digraph = profile["keystrokes", "digraph"]
    size = len(LETTERS)
    spacing = np.zeros((size + 2, size + 2))
    spacing[:size, :size] = np.reshape(
        [
            by_context[CLASS_CONTEXTS[kind]] + digraph.get(first + second, 0.0)
            for kind, (_, first, second) in zip(context, pairs, strict=True)
        ],
        (size, size),
    )
    spacing[MASKED, MASKED] = by_context["unknown"]
    hold = np.zeros(size + 2)
    letter = profile["keystrokes", "hold_letter"]
    vocabulary = made.vocabulary
    for place, name in enumerate(vocabulary.names):
        kind = hold_kind(CLASSES[vocabulary.key_class[place]])
        hold[LETTERS.index(name)] = by_kind[kind] + letter.get(name, 0.0)
    hold[MASKED] = by_kind["unknown"]
    return LetterEffects(spacing, hold)


def letter_places(words: list[str]) -> NDArray[np.intp]:
    """Return the place of each key name among the letters, -1 for what is none; a masked key comes last.

    Examples
    --------
    >>> letter_places(["a", "Z", "é", "Tab"]).tolist()
    [0, 25, 26, -1, 27]
    """
    found = [
        -1 if len(word) != 1 or not word.isalpha() else LETTERS.find(word.lower()) for word in words
    ]
    for place, word in enumerate(words):
        if found[place] < 0 and len(word) == 1 and word.isalpha():
            found[place] = OTHER
    return np.array([*found, MASKED], np.intp)
