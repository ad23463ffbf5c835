"""Keystroke inputs: what a text tells of the times of each of its keys, before anyone types it.

Classes of the key and of two keys on either side, letters where they are known, and where in its
word, its run of Backspaces and its sequence the key stands.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.digraph_contexts import CLASS_CONTEXTS, key_contexts
from deskhand.behavior_models.key_classes import CLASS_CODE, CLASSES
from deskhand.behavior_models.key_sequences import KeySequences

Floats = NDArray[np.float32]

# Keys on either side whose class, and whose letter, are seen.
CLASS_SIGHT, LETTER_SIGHT = 2, 1
# A code of its own stands for a key beyond the ends of the sequence.
CLASS_CODES, LETTER_CODES = len(CLASSES) + 1, 28
_OUTSIDE_CLASS, _OUTSIDE_LETTER = len(CLASSES), 27
# Words, runs and sequences are told apart up to this length.
_LONGEST = 20
_ENDS_WORD = ("space", "enter", "tab", "punct", "sentence-punct", "unknown")
SCALARS = (
    "capital",
    "capital before",
    "same key",
    "place",
    "first",
    "second",
    "left",
    "last",
    "place in word",
    "left in word",
    "place in erasing",
    "left in erasing",
    "since erasing",
    "sentence start",
    "after comma",
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KeystrokeInputs:
    """The inputs of n keys.

    Parameters
    ----------
    classes : NDArray[np.uint8], shape (5, n)
        Place in `deskhand.behavior_models.key_classes.CLASSES` of the keys from two before to two
        after.
    letters : NDArray[np.uint8], shape (3, n)
        1 to 26 of the keys from one before to one after, 0 for no letter or none that is known.
    scalars : NDArray[np.float32], shape (15, n)
        Rows in the order of `SCALARS`.
    """

    classes: NDArray[np.uint8]
    letters: NDArray[np.uint8]
    scalars: Floats


def keystroke_inputs(sequences: KeySequences) -> KeystrokeInputs:
    """Return what is known of the keys of sequences.

    Parameters
    ----------
    sequences : KeySequences
        n keys.

    Examples
    --------
    >>> from deskhand.behavior_models.key_sequences import key_sequences
    >>> from deskhand.behavior_models.keyboard_layout import load_layout
    >>> from deskhand.keyed_draws import keys
    >>> named = dict(person=[0], person_key=keys(1, "p", "a"), sequence_key=keys(1, "s", "a"))
    >>> inputs = keystroke_inputs(key_sequences([list("ab c")], load_layout("qwerty-us"), **named))
    >>> inputs.letters[1].tolist(), inputs.scalars[SCALARS.index("left"), -1].item()
    ([1, 2, 0, 3], 0.0)
    """
    vocabulary, key, size = sequences.vocabulary, sequences.key, len(sequences.key)
    sequence = sequences.sequence
    place = np.arange(size, dtype=np.intp) - sequences.first[sequence]
    left = sequences.lengths[sequence] - 1 - place
    before = np.append(key[:1], key[:-1])
    context = key_contexts(sequences, before, place)
    key_class, letter = vocabulary.key_class[key], vocabulary.letter[key]
    erases = key_class == CLASS_CODE["backspace"]
    ends_word = np.isin(key_class, [CLASS_CODE[name] for name in _ENDS_WORD])
    follows = place > 0

    scalars = np.empty((len(SCALARS), size), np.float32)
    put = dict(zip(SCALARS, scalars, strict=True))
    capital = vocabulary.capital[key]
    put["capital"][:] = capital
    put["capital before"][:] = vocabulary.capital[before] & follows
    same = (vocabulary.physical[key] == vocabulary.physical[before]) & (
        vocabulary.physical[key] >= 0
    )
    put["same key"][:] = same & follows
    put["place"][:] = _logs(place)
    put["first"][:] = ~follows
    put["second"][:] = place == 1
    put["left"][:] = _logs(left)
    put["last"][:] = left == 0
    put["place in word"][:] = _logs(_since(ends_word, place))
    put["left in word"][:] = _logs(_until(ends_word, left))
    put["place in erasing"][:] = _logs(np.where(erases, _since(~erases, place), 0))
    put["left in erasing"][:] = _logs(np.where(erases, _until(~erases, left), 0))
    since = _since(erases, place)
    put["since erasing"][:] = np.where(since > place, 0.0, 1.0 / (1.0 + since))
    # The first key of a sequence has no context: what stands before it is another sequence.
    put["sentence start"][:] = follows & (context == CLASS_CONTEXTS.index("sentence start"))
    put["after comma"][:] = follows & (context == CLASS_CONTEXTS.index("after comma"))
    return KeystrokeInputs(
        classes=_around(key_class, place, left, CLASS_SIGHT, _OUTSIDE_CLASS),
        letters=_around(letter, place, left, LETTER_SIGHT, _OUTSIDE_LETTER),
        scalars=scalars,
    )


def _logs(count: NDArray[np.intp]) -> Floats:
    table = np.log1p(np.arange(_LONGEST + 1)).astype(np.float32)
    return table[np.minimum(count, _LONGEST)]


def _since(mark: NDArray[np.bool_], place: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return how many keys back the last marked key is, at most ``place + 1``."""
    number = np.arange(len(mark))
    last = np.maximum.accumulate(np.where(mark, number, -1 - 2 * _LONGEST))
    return np.minimum(number - last, place + 1)


def _until(mark: NDArray[np.bool_], left: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return how many keys on the next marked key is, at most ``left + 1``."""
    return _since(mark[::-1], left[::-1])[::-1]


def _around(
    code: NDArray[np.uint8],
    place: NDArray[np.intp],
    left: NDArray[np.intp],
    sight: int,
    outside: int,
) -> NDArray[np.uint8]:
    """Return the codes of the keys from ``sight`` before to ``sight`` after each key."""
    rows = np.full((2 * sight + 1, len(code)), outside, np.uint8)
    for row, step in enumerate(range(-sight, sight + 1)):
        if step < 0:
            rows[row, -step:] = np.where(place[-step:] >= -step, code[:step], outside)
        elif step > 0:
            rows[row, :-step] = np.where(left[:-step] >= step, code[step:], outside)
        else:
            rows[row] = code
    return rows
